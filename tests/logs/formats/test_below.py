"""Levels that the lines below a time state, against an oracle, for all splits."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cotool.logs.formats.recognise import recognise
from cotool.logs.levels import LEVELS
from logs.scans import blocks, by_file, by_pieces, sizes, spans, threads

WORDS = {"INFO": "info", "SEVERE": "error", "WARNING": "warning", "FINE": "debug"}
NEXT = recognise([b"2024-03-01 12:00:00 a.B main", b"INFO: x"] * 5)
INDENTED = recognise([b"Fri 2024-03-01 12:00:00 UTC [s=1]", b"    PRIORITY=6", b"    A=b"] * 5)
HEAD = "2024-03-01 12:00:{:02d} a.B main"
INDENTED_HEAD = "Fri 2024-03-01 12:00:{:02d} UTC [s=1]"

below = st.one_of(
    st.sampled_from([f"{word}: x" for word in WORDS]),
    st.sampled_from(["", " ", "x", "\tat INFO: y", "ERRORS: x", "    A=" + "b" * 50]),
    st.sampled_from([f"  PRIORITY={n}" for n in (3, 4, 6)]),
)
records = st.lists(st.tuples(st.integers(0, 59), st.lists(below, max_size=5)), max_size=12)
ends = st.sampled_from(["\n", "\r\n"])
SEVERITIES = {"3": "error", "4": "warning", "6": "info"}


def told(lines, *, indented):
    """Return the level that the lines below a head state, by Python's own means."""
    if not indented:
        word = re.match(r"\s*(\w+):", lines[0]) if lines else None
        return WORDS.get(word[1] if word else "", "unknown")
    for line in lines:
        if not line[:1].isspace():
            break
        if key := re.match(r"\s+PRIORITY=(\d)", line):
            return SEVERITIES[key[1]]
    return "unknown"


@pytest.mark.parametrize("indented", [False, True])
@example([(0, ["", "  PRIORITY=3"])], "\r\n", 1, 1, 1, [])
@given(records, ends, threads, spans, blocks, sizes)
def test_the_level_is_that_of_the_lines_below(indented, given_records, end, n, span, block, pieces):
    """Wherever the log is cut, a record has the level that its next lines state."""
    form, formats = (INDENTED_HEAD, INDENTED) if indented else (HEAD, NEXT)
    lines, wanted = [], []
    for second, following in given_records:
        lines += [form.format(second), *following]
        wanted.append(told(following, indented=indented))
    data = "".join(line + end for line in lines).encode()
    cut = {"layouts": formats, "num_threads": n, "span_size": span, "block_size": block}
    _, written = by_pieces(data, pieces, records=True, **cut)
    found = [row for row in map(json.loads, written.splitlines()) if not row["continuation"]]
    assert [row["level"] for row in found] == wanted
    counts = by_file(data, **cut).counts()["levels"]
    assert counts == [wanted.count(level) for level in LEVELS]


def test_the_level_below_is_looked_for_nearby():
    """Nothing is read without end for a level: 4 kB below are enough."""
    far = b"Fri 2024-03-01 12:00:00 UTC [s=1]\n" + b"    A=b\n" * 1000 + b"    PRIORITY=3\n"
    counts = by_file(far * 2, layouts=INDENTED).counts()["levels"]
    assert counts[LEVELS.index("unknown")] == 2


@pytest.mark.parametrize("bar", ["\r 40 %\r 100 %\r", "100 %\r"])
def test_what_a_progress_bar_leaves_is_a_record(bar):
    """A line that overwrites a progress bar begins where the screen shows it."""
    lines = ["2024-03-01 12:00:00 INFO x", "2024-03-01 12:00:01 ERROR y"]
    formats = recognise([line.encode() for line in lines])
    data = f"{lines[0]}\n{bar}{lines[1]}\n  4 %\r 50 %\r\n".encode()
    _, written = by_pieces(data, [], records=True, layouts=formats)
    rows = [json.loads(row) for row in written.splitlines()]
    assert [(row["level"], row["word"], row["continuation"]) for row in rows] == [
        ("info", "INFO", False), ("error", "ERROR", False), ("error", None, True)
    ]  # fmt: skip
