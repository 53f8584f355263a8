"""Lines that all begin alike: the quick way to their format finds what the full one finds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cotool.logs.formats.same_shape import same_shape_format
from cotool.logs.options import LogOptions
from cotool.logs.scan.scanner import look_at

FAMILIES = sorted((Path(__file__).parent / "families").glob("*.log"))
OPTIONS = LogOptions()
TIMES = (
    "2026-03-02 08:{:02}:07,123", "2026-03-02 08:{:02}:07", "[2026-03-02 08:{:02}:07.5]",
    "2026-03-02T08:{:02}:07Z", "02/Mar/2026:08:{:02}:07 +0000", "Mar  2 08:{:02}:07",
    "1772438{:02}7.123", "2026/03/02 08:{:02}:07", "(2026-03-02 08:{:02}:07 +0100)",
    "03-02 08:{:02}:07.123", "2026-03-02 08:{:02}:07 PM", "2026-03-02 08:{:02}:07,0011",
)  # fmt: skip
BETWEEN = ("", "- ", "* ", "[worker-7] ", "host app: ", "level=", "app.", "(main) ", "7 | ")
LEVELS = (
    "INFO", "ERROR", "[WARN]", "info:", "Error -", "fail", "[fail]", "SYSTEM", "note", "E", "200",
    "<DEBUG>", "INFO[", "main/WARN]", "", "local0.info", "%LINK-3-UPDOWN:", "Er(163)",
)  # fmt: skip
MESSAGES = (
    "order 7 placed", "x", '{"a": 1}', "severity=3 x", "Caused by: y", "error: z", "\x1b[31mred",
    "a b c d: e", "(EE) no", "at 10:20:30 x", "2026-03-02T09:00:01Z ERROR y", "a=1 b=2 c=3",
    "1772438007 x", "order 123456", "20260302 080001 x", "2026-03-02T080001 x", "260302 080001",
    "2026. 03. 02. 080001", "2026\u5e743\u67082\u65e5 080001", "at 8h15", "0302/080001.5",
    "stdout F x", "smtpd[7]: fatal: gone", "level=warn x", "\r", "<![LOG[",
    "8 ERROR",
)  # fmt: skip


def agree(text):
    """Return whether the quick way does not decide, or finds what the full one finds."""
    quick = same_shape_format(text)
    if quick is None:
        return True
    formats, wrapping = look_at([text], OPTIONS)
    return [replace(found, reasons=()) for found in formats] == [quick] and not wrapping.name


@pytest.mark.parametrize("log", FAMILIES, ids=lambda path: path.stem)
def test_families_are_read_the_same(log):
    """Every family, its lines with a level alone, and each single line."""
    text = log.read_bytes()
    assert agree(text)
    assert agree(text.replace(b"\n", b"\r\n"))
    for line in text.splitlines(keepends=True):
        assert agree(line)
        assert agree(7 * line)


@given(
    st.sampled_from(TIMES),
    st.lists(st.sampled_from(BETWEEN), min_size=1, max_size=2),
    st.lists(st.sampled_from(LEVELS), min_size=1, max_size=4),
    st.lists(st.sampled_from(MESSAGES), min_size=1, max_size=3),
    st.lists(st.integers(0, 59), min_size=1, max_size=60),
    st.integers(0, 30),
)
@settings(max_examples=120, deadline=None)
def test_invented_lines_are_read_the_same(time, between, levels, messages, minutes, odd):
    """Times, levels and messages of many kinds, one of them in every few lines only."""
    lines = [
        f"{time.format(minute)} {between[n % len(between) if n % 7 == odd else 0]}"
        f"{levels[n % len(levels)]} {messages[n % len(messages) if n % 5 == 0 else 0]}\n"
        for n, minute in enumerate(minutes)
    ]
    for end in ("\n", "\r\n"):
        assert agree("".join(lines).replace("\n", end).encode())


def test_long_files_are_read_the_same():
    """A file of more lines than a sample has, and a file of two windows."""
    taken = 0
    for log in FAMILIES:
        text = log.read_bytes()
        if same_shape_format(text) is None:
            continue
        text *= 1500 // text.count(b"\n") + 1
        half = len(text) // 2
        for windows in ([text], [text[:half], text[half + 7 :]]):
            formats, wrapping = look_at(windows, OPTIONS)
            quick, quick_wrapping = look_at(windows, OPTIONS, explained=False)
            taken += not quick_wrapping.lines
            assert [replace(x, reasons=()) for x in formats] == [
                replace(x, reasons=()) for x in quick
            ]
            assert wrapping.name == quick_wrapping.name
    assert taken > 10


def test_usual_logs_take_the_quick_way():
    """A time and a level of one place decide, also with something before the level."""
    for head in (
        "2026-03-02 08:00:07,123 {} [main] ",
        "[2026-03-02 08:00:07] [{}] ",
        "2026-03-02 08:00:07 [worker-7] {}: ",
        "2026-03-02 08:00:07 - app - {} - ",
    ):
        lines = [head.format(level) + "a message\n" for level in 5 * ["INFO", "ERROR", "WARN"]]
        for end in ("\n", "\r\n"):
            text = "".join(lines).replace("\n", end).encode()
            assert same_shape_format(text), head
            assert agree(text), head
    assert same_shape_format(b"".join(b"%d\n" % n for n in range(9))) is None
