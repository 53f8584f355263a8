"""The manual pages are those of the program."""

from __future__ import annotations

import re
import runpy
import shutil
import subprocess
from pathlib import Path

import pytest

MAN = Path(__file__).parent.parent / "man"


@pytest.fixture(scope="module")
def pages():
    """The pages as the program's help says them today."""
    return runpy.run_path(str(MAN / "pages.py"))["pages"]()


def test_the_pages_are_up_to_date(pages):
    """Every command has its page, as `make man` writes it, and no page is left of another."""
    assert {path.name for path in MAN.glob("*.1")} == set(pages)
    stale = [name for name, text in pages.items() if (MAN / name).read_text("ascii") != text]
    assert stale == [], "run make man"


def test_the_pages_are_good_roff(pages):
    """The formatter has nothing to say against a page, and prints its options and examples."""
    if not shutil.which("groff"):
        pytest.skip("groff is not installed")
    ended = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", "-P-c", MAN / "cotool-consensus.1"],
        capture_output=True, text=True, check=True, encoding="utf-8",
    )  # fmt: skip
    assert ended.stderr == ""
    shown = re.sub(r".\x08", "", ended.stdout)
    assert "--expert-columns A,B,C" in shown
    assert "cat answers.jsonl | cotool consensus --json --fail-on 'agreement<0.5'" in shown
