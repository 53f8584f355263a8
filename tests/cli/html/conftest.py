"""A browser for reports, one for all tests; they skip where there is none."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import pytest

import html_pages as pages
from cotool.cli.html.logs import logs_page
from cotool.cli.html.question import question_page
from cotool.consensus import find_consensus
from cotool.logs import analyze_logs

FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync "
    "--force-prefers-reduced-motion"
).split()


class Browser:
    """A page in a browser, of which the tests ask little."""

    def __init__(self, driver, folder):
        self.driver = driver
        self._folder = folder

    def show(self, name, *, width=1280, dark=False):
        """Open a page of the folder; nothing must be said on the console from then on."""
        self.command("Emulation.setEmulatedMedia", media="", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])  # fmt: skip
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=900,
                     deviceScaleFactor=1, mobile=width < 500)  # fmt: skip
        self.driver.get_log("browser")
        address = (self._folder / f"{name}.html").as_uri()
        self.driver.get(address)
        # On a busy machine get() has returned while the page was still being read.
        while self.run("return [document.URL, document.readyState]") != [address, "complete"]:
            time.sleep(0.01)

    def command(self, name, **arguments):
        """Send a command of the DevTools protocol."""
        return self.driver.execute_cdp_cmd(name, arguments)

    def run(self, script, *arguments):
        """Return what a script returns."""
        return self.driver.execute_script(script, *arguments)

    def all(self, selector):
        """Return the elements of a selector."""
        return self.driver.find_elements("css selector", selector)

    def one(self, selector):
        """Return the first element of a selector."""
        return self.all(selector)[0]

    def texts(self, selector):
        """Return what is seen of the elements of a selector, without those that are hidden."""
        return [found.text for found in self.all(selector) if found.is_displayed()]

    def click(self, selector):
        """Click an element as a user does, once it is in view."""
        found = self.one(selector)
        self.run("arguments[0].scrollIntoView({block: 'center'})", found)
        found.click()

    def pointer(self, kind, selector, x, y, **more):
        """Move, press or release the mouse at a place within an element, given in shares of it."""
        # The page hears of scrolling with the next frame, and hides its tip then.
        self.driver.execute_async_script(
            "arguments[0].scrollIntoView({block: 'center'});"
            "requestAnimationFrame(() => requestAnimationFrame(arguments[1]))",
            self.one(selector),
        )
        box = self.run(
            "const b = arguments[0].getBoundingClientRect(); return [b.x, b.y, b.width, b.height]",
            self.one(selector),
        )
        self.command("Input.dispatchMouseEvent", type=kind, x=box[0] + x * box[2],
                     y=box[1] + y * box[3], **more)  # fmt: skip

    def complaints(self):
        """Return what the console says."""
        return [entry["message"] for entry in self.driver.get_log("browser")]


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Give a folder with every kind of report."""
    made = tmp_path_factory.mktemp("reports")
    examples = Path(__file__).parents[3] / "examples"
    question = find_consensus(json.loads((examples / "deployment.json").read_text("utf-8")))
    shop = analyze_logs(
        examples / "shop.log", patterns={"slow": r"\d{4} ms"}, show=2, templates=True
    )
    written = {
        "question": question_page(question, sources=["deployment.json"]),
        "panel": question_page(pages.panel(130), sources=["panel.json"]),
        "batch": pages.batch_page(),
        "long-batch": pages.batch_page(150),
        "measures": pages.measures_page(made),
        "logs": logs_page(shop, zone=None, bucket=None),
        "bench": pages.hostile_bench(),
        "hostile-question": pages.hostile_question(),
        "hostile-batch": pages.hostile_batch(),
        "hostile-logs": pages.hostile_logs(made),
    }
    for name, page in written.items():
        (made / f"{name}.html").write_text(page, encoding="utf-8")
    return made


@pytest.fixture(scope="session")
def driver(tmp_path_factory):
    """Give a headless Chromium with a profile of its own."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    chromedriver = shutil.which("chromedriver")
    if chromium is None or chromedriver is None:
        pytest.skip("chromium and chromedriver are not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    started = webdriver.Chrome(options, webdriver.ChromeService(chromedriver))
    yield started
    started.quit()


@pytest.fixture
def browser(driver, folder):
    """Give the browser; at the end of a test its console must be empty."""
    shown = Browser(driver, folder)
    yield shown
    assert shown.complaints() == []
    assert shown.run("return window.hostile ?? null") is None
