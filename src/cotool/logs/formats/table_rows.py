"""Rows of a table without a time, whose cells in quotes may hold line ends, one row per line.

Without a time, nothing in a line shows whether it begins a row, but the quotes before it do (RFC
4180). A line end within a cell becomes a blank.
"""

from __future__ import annotations

import re

from cotool._typing import TYPE_CHECKING
from cotool.logs.formats.recognise import SAMPLE, recognise
from cotool.logs.formats.titles import ends_in_cell, separated_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# A quote that is not closed within this many bytes is none of a cell.
_LONGEST = 1 << 20


def find_table(head: bytes) -> tuple[bytes, list[bytes]]:
    """Return the delimiter of such a table and its first rows; b"" for other files."""
    lines = head.split(b"\n", 4 * SAMPLE)[:-1]
    if not ends_in_cell(lines):
        return b"", []
    lines = [line.rstrip(b"\r") for line in lines]
    found = separated_columns(lines)
    if found is None or not found[0] or any(one.has_time for one in recognise(lines[:SAMPLE])):
        return b"", []
    rows = b"".join(row_lines([head[: head.rfind(b"\n") + 1]], found[0]))
    return found[0], [row.rstrip(b"\r") for row in rows.split(b"\n")[:SAMPLE] if row.strip()]


def row_lines(pieces: Iterable[bytes], delimiter: bytes) -> Iterator[bytes]:
    """Yield the rows of a table in pieces of bytes, each as one line of the same size."""
    cell = re.compile(rb'(?:\A|(?<=[%b\n]))"[^"]*+(?:""[^"]*+)*+(?:"|\Z)' % re.escape(delimiter))
    kept = b""
    for piece in pieces:
        text = kept + piece
        joined, whole = _joined(cell, text)
        if len(text) - whole > _LONGEST:
            joined, whole = text, text.rfind(b"\n") + 1
        yield joined[:whole]
        kept = text[whole:]
    joined, whole = _joined(cell, kept + b"\n")
    yield joined[:-1] if whole else kept


def _joined(cell: re.Pattern[bytes], text: bytes) -> tuple[bytes, int]:
    """Return a text without line ends in cells, and where its last whole row ends."""
    end = len(text)
    stop = end

    def one_line(found: re.Match[bytes]) -> bytes:
        nonlocal stop
        if found.end() == end:
            stop = found.start()  # the cell may go on
            return found[0]
        return found[0].replace(b"\r\n", b"  ").replace(b"\n", b" ")

    joined = cell.sub(one_line, text)
    return joined, joined.rfind(b"\n", 0, stop) + 1
