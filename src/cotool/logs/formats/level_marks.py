"""Words that name levels, and the bytes that may surround such a word."""

from __future__ import annotations

from functools import lru_cache

from cotool._fast.logs import logscan
from cotool._typing import TYPE_CHECKING
from cotool.logs.formats.model import WORD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cotool._typing import TypeVar

    _Line = TypeVar("_Line")

# The classes of bytes around a level, in the order of logchars.h. A word within a dotted name or a
# path is not a level, unless it is in capitals: app.ERROR:, [main/WARN], 2376]INFO:
_CLASSES = " []()<>:|/-,;=\"'*{}#!.$@%\\~+?&"
LEADS = {_CLASSES.index(mark) for mark in " [(<:|-,;=\"'*{#"}
LOUD_LEADS = LEADS | {_CLASSES.index(mark) for mark in "./])>"}
TRAILS = {_CLASSES.index(mark) for mark in " ])>:|/-,;=\"'*}!"}

# What ends a level that follows another word without a blank.
ENDS = {_CLASSES.index(mark) for mark in "])>:|["}

# What ends a common word that names a level, as in a cell of a table.
CELLS = {_CLASSES.index(mark) for mark in '])>:|,"'}
BRACKET = _CLASSES.index("[")
CLOSED = _CLASSES.index("]")
EQUALS = _CLASSES.index("=")
SLASH = _CLASSES.index("/")
DOT = _CLASSES.index(".")
COMMA = _CLASSES.index(",")
# A blank behind a colon or a bracket, in `lead`.
LABEL = 29
SPACE = 0
COLON = _CLASSES.index(":")
HALF = 0.5
INFO_OR_LESS = frozenset({0, 1, 2, 3})


def thinned(lines: Sequence[_Line]) -> Sequence[_Line]:
    """Return at most 20 or so of the lines, evenly spread, which show what is common."""
    return lines[:: len(lines) // 20 + 1]


@lru_cache(maxsize=4096)
def level_of(word: bytes) -> int | None:
    """Return the level that a word names, or None."""
    return next(
        (level for kind, *_, level, _, _ in logscan.probe_levels(word, 0) if kind == WORD), None
    )


def class_of(line: bytes, at: int) -> int:
    """Return the class of a byte, as in logchars.h; past the ends of the line it is a blank."""
    byte = line[at : at + 1] if at >= 0 else b""
    mark = byte.decode("latin-1")
    return _CLASSES.find(mark) if byte and byte not in b"\t\r" else SPACE
