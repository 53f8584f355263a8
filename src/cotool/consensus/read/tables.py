"""Rows of a CSV, TSV or semicolon table with a header, as mappings of column to text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import zip_longest

from cotool._lazy import lazy_pattern
from cotool._typing import TYPE_CHECKING
from cotool.consensus.read.headers import open_table
from cotool.consensus.read.text_lines import Lines, drawn, row_fields, shown
from cotool.errors import InputError

if TYPE_CHECKING:
    import io

    BadRecord = Callable[[InputError], None]
    Row = tuple[str, dict[str, str | None]]
# The first cell of a row that sums up the table above it.
_TOTAL = lazy_pattern(
    r"(?i)(?:grand |sub)?totals?:?|sums?:?|averages?|mean|median|gesamt|summe|durchschnitt"
    r"|(?:inter-?rater )?(?:percent )?agreement:?|(?:fleiss'? |cohen'?s )?kappa:?|accuracy:?"
    r"|mittelwert|moyenne|somme|promedio|suma|media|totale|média|soma|итого|всего|среднее|合计|总计|平均|合計|%.*"
)
_FIGURE = lazy_pattern(r"[-+]?[\d.,]+\s?%?")
_FEWEST_FIGURES = 2


def read_rows(
    stream: io.BufferedReader,
    name: str,
    first: bytes,
    number: int,
    *,
    on_bad: BadRecord,
    on_warning: Callable[[str], None] = lambda _: None,
) -> Iterator[tuple[str, dict[str, str | None]]]:
    """Yield each row with its place ("answers.csv, line 7"); a bad row goes to `on_bad`.

    `first` is the header line, at line `number`. A column without a name is a row's number, or an
    option of a survey's question; a name that occurs again is followed by a number. If all short
    rows lack the same number of cells, these are empty. Raises InputError if the first line is not
    a header.
    """
    lines = Lines(stream, name, first, number, on_bad=on_bad, on_warning=on_warning)
    yield from without_totals(_rows(lines, name, on_bad, on_warning), on_warning)


def without_totals(rows: Iterator[Row], on_warning: Callable[[str], None]) -> Iterator[Row]:
    """Yield the rows, except a last row of totals: "Total" or "Average" followed by figures."""
    last: Row | None = None
    several = False
    for row in rows:
        if last is not None:
            several = True
            yield last
        last = row
    if last is None:
        return
    where, cells = last
    filled = [text for cell in cells.values() if cell is not None and (text := str(cell).strip())]
    figures = len(filled) > _FEWEST_FIGURES and all(map(_FIGURE.fullmatch, filled[1:]))
    if several and figures and _TOTAL.fullmatch(filled[0]):
        on_warning(f"{where}: is a row of totals ({filled[0]!r}) and left out")
        return
    yield last


def _until_text(
    lines: Lines, name: str, on_warning: Callable[[str], None]
) -> Iterator[tuple[int, str]]:
    """Yield the lines of a drawn table; text below it is left out, and no table may follow."""
    below = ""
    for number, text in lines:
        where = f"{name}, line {number}"
        if lines.reshaped is not drawn or not text.strip():
            yield number, text
        elif below and "|" in text:
            raise InputError(f"{where}: another table follows the text in {below}", hint=_SPLIT)
        elif "|" in text:
            yield number, text
        elif not below:
            below = f"line {number}"
            on_warning(f"{where}: is no row of the table, which ends here")


_SPLIT = "save each table in a file of its own"


def _rows(
    lines: Lines, name: str, on_bad: BadRecord, on_warning: Callable[[str], None]
) -> Iterator[Row]:
    line = lines.take()
    if line is None:
        return
    delimiter, header = open_table(lines, line, name)
    width = len(header)
    lines.skips_blank = width > 1
    missing = 0
    for number, text in _until_text(lines, name, on_warning) if delimiter == "|" else lines:
        where = f"{name}, line {number}"
        fields = row_fields(lines, text, delimiter, width)
        if fields is None:
            on_bad(
                InputError(
                    f"{where}: a quote opens a field and does not close it",
                    hint='write a quote inside a quoted field twice: "say ""yes"""',
                )
            )
            continue
        while len(fields) > width and not fields[-1]:
            fields.pop()
        blank = len(fields) != width and not any(field.strip() for field in fields)
        # Concatenated tables repeat the header.
        if blank or (width > 1 and fields == header):
            continue
        if short := width - len(fields):
            unlike = f"{where}: {width} columns expected, {len(fields)} found"
            if short < 0 or len(fields) < 2 or missing not in {0, short}:
                names = shown(delimiter.join(header))
                on_bad(InputError(unlike, hint=f"the header names the columns: {names}"))
                continue
            if not missing:
                on_warning(f"{unlike}; the cells that are missing at the end are empty")
            missing = short
        yield where, dict(zip_longest(header, fields))
