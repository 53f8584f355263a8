"""The fields of a row: split at the delimiter, with quoted fields that may span lines (RFC 4180).

In a tab-separated table, quotes are often plain characters: a row whose quotes do not balance is
read that way there, and refused elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cotool._lazy import lazy_pattern
from cotool.consensus.read.text_lines import bare

if TYPE_CHECKING:
    from cotool.consensus.read.text_lines import Lines

# The text of a quoted field; a quote inside it is doubled.
_QUOTED = lazy_pattern(r'[^"]*+(?:""[^"]*+)*+')
# If a quoted field is longer than this, its closing quote is missing.
_MAX_QUOTED = 1 << 22


class _UnbalancedError(ValueError):
    """A quote that opens a field is not closed before a delimiter or the end."""


def row_width(row: str, delimiter: str) -> int:
    """Return how many fields a line has by itself; -1 if it ends inside quotes."""
    try:
        fields = _split(None, row, delimiter, [])
    except _UnbalancedError:
        return bare(row).count(delimiter) + 1
    return len(fields) if fields is not None else -1


def row_fields(lines: Lines, text: str, delimiter: str, width: int) -> list[str] | None:
    """Return the fields of the row that begins with `text`, None if a quote is not closed."""
    if '"' not in text:
        return bare(text).split(delimiter)
    literal = bare(text).split(delimiter) if delimiter == "\t" else []
    taken: list[tuple[int, str]] = []
    fields = quoted_fields(lines, text, delimiter, taken)
    # Two stray quotes, lines apart, also balance; but then each line is a full row by itself.
    if len(literal) == width and (
        fields is None
        or (taken and all(bare(more).count(delimiter) == width - 1 for _, more in taken))
    ):
        fields = literal
        lines.give_back(taken)
    elif fields is None:
        lines.give_back(taken)
    return fields


def quoted_fields(
    lines: Lines, text: str, delimiter: str, taken: list[tuple[int, str]]
) -> list[str] | None:
    """Return the fields of a row with quotes, None if they do not balance.

    The lines after the first that were read for it are put into `taken`.
    """
    try:
        return _split(lines, text, delimiter, taken)
    except _UnbalancedError:
        return None


def _split(
    lines: Lines | None, text: str, delimiter: str, taken: list[tuple[int, str]]
) -> list[str] | None:
    """Return the fields of a row, None if the text ends inside quotes."""
    fields: list[str] = []
    place = 0
    row = bare(text)
    while True:
        if row.startswith('"', place):
            found = _to_the_quote(lines, text, place + 1, taken)
            if found is None:
                return None
            field, text, place = found
            fields.append(field.replace('""', '"'))
            row = bare(text)
            if place < len(row) and row[place] != delimiter:
                raise _UnbalancedError
        else:
            end = row.find(delimiter, place)
            end = len(row) if end < 0 else end
            fields.append(row[place:end])
            place = end
        if place >= len(row):
            return fields
        place += 1


def _to_the_quote(
    lines: Lines | None, text: str, place: int, taken: list[tuple[int, str]]
) -> tuple[str, str, int] | None:
    """Return a field up to the quote that closes it, and the line and place behind that quote.

    The field may span lines, each of which is looked at once. None if no quote closes it.
    """
    parts: list[str] = []
    size = 0
    while True:
        end = _QUOTED.match(text, place).end()  # type: ignore[union-attr]
        parts.append(text[place:end])
        if end < len(text):
            return "".join(parts), text, end + 1
        size += end - place
        following = lines.take(quoted=True) if lines and size <= _MAX_QUOTED else None
        if following is None:
            return None
        taken.append(following)
        text, place = following[1], 0
