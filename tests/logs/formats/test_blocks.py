"""Records that are blocks of labelled lines."""

from __future__ import annotations

import json
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cotool
import reference
from cotool._fast.logs.envelopes import Blocks

PLAIN = "Time: 2026-03-02 08:00:{s:02}\nSeverity: {level}\nElapsed: {s} ms\n\n"
TIME_LAST = (
    "Severity : {level}\nElapsed : {s} ms\nText : a\n  b\nTime : 2026-03-02 08:00:{s:02}\n\n\n"
)
RULES = "-----\nTimestamp: 3/2/2026 8:00:{s:02} AM\nSeverity: {level}\nInfo:\n  Elapsed: {s} ms\n"
EQUALS = (
    "Date       = 2026-03-02 08:00:{s:02}\r\nLevel      = {level}\r\nElapsed    = {s} ms\r\n\r\n"
)


def log_of(form: str) -> str:
    return "".join(form.format(s=k, level="ERROR" if k % 3 else "INFO") for k in range(30))


@pytest.mark.parametrize("form", [PLAIN, TIME_LAST, RULES, EQUALS])
def test_each_block_is_a_record(tmp_path, form):
    """Its labels are fields, whatever their order and what separates blocks."""
    path = tmp_path / "x.log"
    path.write_text(log_of(form), encoding="utf-8", newline="")
    found = cotool.analyze_logs(path, measures=["Elapsed"])
    counts = found.counts
    assert (counts.records, counts.timeless, counts.levels["error"]) == (30, 0, 20)
    elapsed = found.measures.total.measures[0]
    assert (elapsed.count, elapsed.greatest) == (30, pytest.approx(0.029))


@pytest.mark.parametrize(
    "form",
    [
        "2026-03-02 08:00:{s:02} {level} a: b\nc: d\n\n",
        "Mar  2 08:00:{s:02} host app[7]: {level}: b\n\n",
        "{level}: 2026-03-02 08:00:{s:02} a\n\n",
        "Note: a\nb: {s}\n\n2026-03-02 08:00:{s:02} {level} x\n\n",
    ],
)
def test_other_lines_with_colons_are_lines(tmp_path, form):
    """Empty lines between records do not make blocks of them."""
    path = tmp_path / "x.log"
    path.write_text(log_of(form), encoding="utf-8")
    found = cotool.analyze_logs(path)
    assert found.counts.lines == log_of(form).count("\n")
    assert found.counts.levels["error"] == 20


_PARTS = ["Time", "a b", "X", "", " ", "  ", "\t", ":", ": ", "=", " = ", "---", "##", "\r"]
_PARTS += ["\n", "\n", "\n\n", "é", "\udc80", '"', "\\", "\0", "-", "(1)", "7", "\v", "x" * 47]


@given(
    st.lists(st.sampled_from(_PARTS), max_size=60).map("".join),
    st.lists(st.integers(0, 200), max_size=4),
)
def test_blocks_are_those_of_the_oracle(text, cuts):
    """Wherever the bytes are cut."""
    data = text.encode("utf-8", "surrogateescape")
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    reader = Blocks()
    found = [reader.feed(data[a:b]) for a, b in pairwise(places)]
    lines = b"".join([*found, reader.feed(b"", final=True)]).split(b"\n")[:-1]
    assert [json.loads(line) for line in lines] == [
        {key: re.sub("\ufffd+", "\ufffd", value) for key, value in fields.items()}
        for fields in reference.blocks(data)
    ]


def test_large_blocks_are_cut():
    """At 4 MiB, wherever the bytes are cut; lines at 1 MiB."""
    lines = [b"k%d: v" % k for k in range(400_000)]
    lines += [b"long: " + b"x" * (3 << 20), b"", b"a: 1", b"a: 2"]
    data = b"\n".join(lines)
    whole = Blocks().feed(data, final=True)
    reader = Blocks()
    pieces = [reader.feed(data[at : at + 99_991]) for at in range(0, len(data), 99_991)]
    assert b"".join(pieces) + reader.feed(b"", final=True) == whole
    blocks = [json.loads(line) for line in whole.splitlines()]
    assert len(blocks) == 3
    assert sum(map(len, blocks)) == 400_000 + 2
    assert blocks[-1] == {"a": "1\n2"}
