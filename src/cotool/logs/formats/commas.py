"""What a comma in a number means: thousands, 1,234, or decimals, 0,27.

`1,234` may be either, and so may `12.500` beside columns with decimal commas. Other numbers of the
column, or else the table, decide; so does `;` between columns, which is used where commas are in
numbers. Beside `1.234.567` the point of `12.500` is between thousands, too. If they contradict each
other, or a number outside of tables has a decimal comma, numbers such as `1,234` are odd.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice

from cotool._lazy import lazy_pattern
from cotool._typing import TYPE_CHECKING
from cotool.logs.formats.requests import COLUMNS
from cotool.logs.formats.titles import cells_of
from cotool.logs.measures import model
from cotool.logs.measures.model import BESIDE_POINTS, DECIMALS, THOUSANDS, UNSURE

if TYPE_CHECKING:
    from cotool.logs.measures.model import Locator

_UNIT = r"\s?[A-Za-zµ%]*"
_DECIMALS = lazy_pattern(
    r"[-+]?(?:0\d*,\d+|[1-9]\d{0,2},(?:\d\d?|\d{4,})|\d{4,},\d+|[1-9]\d{0,2}(?:\.\d{3})+,\d+)"
    + _UNIT
)
_THOUSANDS = lazy_pattern(rf"[-+]?[1-9]\d{{0,2}}(?:(?:,\d{{3}})+\.\d+|(?:,\d{{3}}){{2,}}){_UNIT}")
_NUMBER = rb"([-+]?\d[\d.,]*\d)"
_GROUPED = lazy_pattern(rf"[-+]?[1-9]\d{{0,2}}(?:\.\d{{3}})+{_UNIT}")
_MILLIONS = lazy_pattern(rf"[-+]?[1-9]\d{{0,2}}(?:\.\d{{3}}){{2,}}(?:,\d+)?{_UNIT}")
_WORD = lazy_pattern(rb"\w")
_POINT = lazy_pattern(rf"[-+]?\d*\.\d+{_UNIT}")


def with_commas(
    places: Sequence[Sequence[Locator]], lines: Sequence[bytes], delimiter: bytes
) -> list[list[Locator]]:
    """Return the places of sources with what a comma means there, by a sample of lines."""
    if delimiter:
        rows = [cells_of(line, delimiter.decode()) for line in lines if line.strip()]
        if delimiter != b";" and not any(
            "," in cell or cell.count(".") > 1 for row in rows for cell in row
        ):
            return [list(some) for some in places]
        return [[_in_table(place, rows, delimiter) for place in some] for some in places]
    text = b"\n".join(line for line in lines if b"," in line)
    return [[_in_text(place, text) for place in some] for some in places]


def _in_table(place: Locator, rows: Sequence[Sequence[str]], delimiter: bytes) -> Locator:
    if place.kind != model.COLUMN:
        return place
    column = [row[place.token] for row in rows if len(row) > place.token]
    decimals, thousands, points = _signs(column)
    of_table = not (decimals or thousands or points)
    signed = [cell for cell in column if "." in cell or "," in cell]
    if any(map(_MILLIONS.fullmatch, signed)):
        others = [cell for cell in signed if not (_GROUPED.fullmatch(cell) or "," in cell)]
        return place._replace(comma=UNSURE if thousands or any(others) else BESIDE_POINTS)
    if points and all(map(_GROUPED.fullmatch, signed)):
        cells = [cell for row in rows for cell in row if not _GROUPED.fullmatch(cell)]
        if _signs(cells) == (True, False, False):
            return place._replace(comma=DECIMALS)  # 12.500 may be either
    if of_table:
        decimals, thousands, points = _signs(cell for row in rows for cell in row)
    if decimals:
        comma = UNSURE if thousands or points else DECIMALS
    elif delimiter != b";" or thousands or (points and not of_table):
        comma = THOUSANDS
    else:
        comma = UNSURE if points else DECIMALS
    return place._replace(comma=comma)


def _in_text(place: Locator, text: bytes) -> Locator:
    """Return a place outside of tables; `text` is the lines with a comma."""
    if place.kind in {model.KEY, model.PAIR}:
        key = place.path[-1] if place.path else place.text
        form = re.compile(re.escape(key) + rb"[\"']?\s*[=:]\s*[\"']?" + _NUMBER)
        word = _WORD.match(key) is not None  # a search that begins with \b is slow
        found = [
            one[1]
            for one in form.finditer(text)
            if bool(_WORD.match(text[one.start() - 1 : one.start()])) != word
        ]
    elif place.kind == model.TEXT and place.text:
        found = re.compile(re.escape(place.text) + _NUMBER).findall(text)
    elif place.kind == model.COLUMN:
        columns = (islice(COLUMNS.finditer(line), place.token, None) for line in text.split(b"\n"))
        found = [column[0].strip(b'"[]') for rest in columns if (column := next(rest, None))]
    else:
        return place
    decimals, _, _ = _signs(number.decode("utf-8", "replace") for number in found)
    return place._replace(comma=UNSURE) if decimals else place


def _signs(values: Iterable[str]) -> tuple[bool, bool, bool]:
    """Return whether there are decimal commas, commas between thousands only, and points."""
    decimals = thousands = points = False
    for value in values:
        if "," in value:
            decimals = decimals or bool(_DECIMALS.fullmatch(value))
            thousands = thousands or bool(_THOUSANDS.fullmatch(value))
        elif "." in value:
            points = points or bool(_POINT.fullmatch(value))
    return decimals, thousands, points
