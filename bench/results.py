"""Print the results of a script and, with --write, save them as its section of RESULTS.md."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from cotool import build_info

if TYPE_CHECKING:
    from argparse import ArgumentParser

RESULTS = Path(__file__).with_name("RESULTS.md")


def add_write(parser: ArgumentParser) -> None:
    """Add the option that saves what is printed."""
    parser.add_argument("--write", action="store_true", help="replace the section in RESULTS.md")


class Report:
    """Lines of Markdown under a heading; `save` replaces that section of RESULTS.md."""

    def __init__(self, title: str, intro: str, *, write: bool) -> None:
        self._title, self._write = title, write
        self._lines = [intro.strip(), ""]
        info = build_info()
        shown = ("cotool", "python", "compiler", "threads", "cpu_level", "machine", "system")
        self(" · ".join(f"{key} {info[key]}" for key in shown))
        self()

    def __call__(self, line: str = "") -> None:
        """Print a line and remember it."""
        print(line, flush=True)
        self._lines.append(line)

    def save(self) -> None:
        """Replace the section, or append it."""
        if not self._write:
            return
        text = RESULTS.read_text(encoding="utf-8")
        section = f"## {self._title}\n\n" + "\n".join(self._lines).strip() + "\n"
        pattern = re.compile(
            rf"^## {re.escape(self._title)}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL
        )
        if pattern.search(text):
            text = pattern.sub(lambda _: section + "\n", text).rstrip() + "\n"
        else:
            text = f"{text.rstrip()}\n\n{section}"
        RESULTS.write_text(text, encoding="utf-8")
