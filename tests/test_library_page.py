"""The Python of docs/library.md runs, and gives what stands beside it."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest

import cotool
from cotool import aio

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_a_block_runs(block, monkeypatch, capsys):
    """Each block of Python runs by itself; a number in a comment is what is printed."""
    if "to_pandas" in block:
        pytest.importorskip("pandas")
        pytest.importorskip("polars")
    monkeypatch.chdir(ROOT)
    before = list(logging.getLogger().handlers)
    try:
        exec(compile(block, "docs/library.md", "exec"), {"__name__": "page"})  # noqa: S102 - our own page
    finally:
        logging.getLogger().handlers[:] = before
    printed = capsys.readouterr().out
    for said in re.findall(r"print\(.*# (.*)", block):
        assert re.search(re.escape(said).replace("…", r"\d+"), printed)


def test_every_coroutine_is_named():
    """What cotool.aio offers stands in the table."""
    table = TEXT[TEXT.index("| | |") : TEXT.index("Calls that run")]
    assert {name for name in aio.__all__ if f"`{name}" not in table} == set()


def test_the_names_of_the_page_exist():
    """What is called cotool.something is there."""
    named = set(re.findall(r"cotool\.([A-Za-z_]+)\b(?!\[)", TEXT)) - {"aio"}
    assert {name for name in named if not hasattr(cotool, name)} == set()
