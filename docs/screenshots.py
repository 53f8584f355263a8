"""Draw the pictures of the README from examples/: run `python docs/screenshots.py`.

The terminal is drawn by rich, reports by Chromium (Debian: chromium, chromium-driver; selenium).
"""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text
from selenium import webdriver

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
WIDTH, COLUMNS = 1000, 84
MOST = 150_000  # bytes of a picture
FLAGS = "--headless=new --no-sandbox --disable-gpu --hide-scrollbars --no-first-run"
FONTS = "ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace"


def run(*arguments: str) -> str:
    """Return what cotool prints on a terminal with colours."""
    terminal = {"FORCE_COLOR": "1", "COLORTERM": "truecolor", "TERM": "xterm-256color"}
    done = subprocess.run(
        [sys.executable, "-m", "cotool", *arguments],
        cwd=ROOT, check=True, capture_output=True, encoding="utf-8",
        env=os.environ | terminal | {"COLUMNS": str(COLUMNS)},
    )  # fmt: skip
    return done.stdout


def draw_terminal(name: str, *arguments: str, until: str) -> None:
    """Write a command and its output before `until` as SVG that loads no font."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(
            record=True, width=COLUMNS, file=nowhere, force_terminal=True,
            color_system="truecolor", legacy_windows=False,
        )  # fmt: skip
        console.print(Text(f"$ cotool {' '.join(arguments)}", style="bold"))
        console.print(Text.from_ansi(run(*arguments)).split(until)[0])
    svg = console.export_svg(title="cotool", unique_id="cotool")
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"font-family: Fira Code, monospace", f"font-family: {FONTS}", svg)
    keep(name, svg.encode())


def draw_page(
    browser: webdriver.Chrome, name: str, start: str, height: int, *arguments: str
) -> None:
    """Write a part of a report as PNG, from the element that `start` selects down."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "report.html")
        run(*arguments, "-o", str(page))
        browser.get(page.as_uri())
        top = browser.execute_script(
            "return document.querySelector(arguments[0]).getBoundingClientRect().top", start
        )
        clip = {"x": 0, "y": max(0, top - 24), "width": WIDTH, "height": height, "scale": 1}
        found = browser.execute_cdp_cmd(
            "Page.captureScreenshot", {"clip": clip, "captureBeyondViewport": True}
        )
    keep(name, base64.b64decode(found["data"]))


def keep(name: str, data: bytes) -> None:
    """Write a picture that is not too large for a README."""
    if len(data) > MOST:
        raise SystemExit(f"{name}: {len(data):,} bytes are more than {MOST:,}")
    IMAGES.mkdir(exist_ok=True)
    (IMAGES / name).write_bytes(data)
    print(f"{name}: {len(data):,} bytes")


def open_browser(profile: str) -> webdriver.Chrome:
    """Return a browser with a light screen."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or "chromium"
    for flag in (*FLAGS.split(), f"--user-data-dir={profile}"):
        options.add_argument(flag)
    browser = webdriver.Chrome(options, webdriver.ChromeService(shutil.which("chromedriver")))
    screen = {"width": WIDTH, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    light = {"features": [{"name": "prefers-color-scheme", "value": "light"}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", light)
    return browser


def main() -> None:
    """Draw all three."""
    draw_terminal("terminal.svg", "consensus", "examples/deployment.json", until="Insights")
    with tempfile.TemporaryDirectory() as profile:
        browser = open_browser(profile)
        try:
            asked = ("consensus", "examples/deployment.json")
            draw_page(browser, "consensus.png", "header", 790, *asked)
            draw_page(browser, "logs.png", "#time", 900, "analyze-logs", "examples/shop.log")
        finally:
            browser.quit()


if __name__ == "__main__":
    main()
