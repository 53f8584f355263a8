"""Recognise UTF-16 and UTF-32, and convert them to UTF-8."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from itertools import chain

from cotool.errors import InputError

MARK_SIZE = 4
# UTF-32 LE begins like UTF-16 LE, so it comes first.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def encoding_of(head: bytes) -> str | None:
    """Return the encoding given by a text's first MARK_SIZE bytes, None for UTF-8 and others.

    Without a mark, two characters of ASCII with a NUL beside each are UTF-16.
    """
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    head = head[:MARK_SIZE]
    for name in ("utf-16-le", "utf-16-be"):
        text = head.decode(name, "replace")
        if len(head) == MARK_SIZE and text.isascii() and text.isprintable():
            return name
    return None


def decoded(blocks: Iterator[bytes], name: str | None = None) -> Iterator[bytes]:
    """Yield blocks as UTF-8 without a mark if they are UTF-16 or UTF-32; otherwise unchanged.

    Bad bytes in these encodings raise InputError with the name of the source, or are replaced if no
    `name` is given.
    """
    first = next(blocks, b"")
    while first and len(first) < MARK_SIZE and (more := next(blocks, b"")):
        first += more
    encoding = encoding_of(first)
    if encoding is None:
        yield first.removeprefix(codecs.BOM_UTF8)
        yield from blocks
        return
    decoder = codecs.getincrementaldecoder(encoding)("replace" if name is None else "strict")
    try:
        for block in chain([first], blocks):
            yield decoder.decode(block).encode("utf-8", "replace")
        yield decoder.decode(b"", final=True).encode("utf-8", "replace")
    except UnicodeError:
        raise InputError(
            f"{name}: is not valid {encoding.upper()}, as its first bytes say",
            hint="save the file as UTF-8",
        ) from None
