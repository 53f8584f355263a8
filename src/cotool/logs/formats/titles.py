"""Tables with titles: logs whose first line names their columns, as CSV files and Zeek's do."""

from __future__ import annotations

from cotool._lazy import lazy_pattern
from cotool._typing import TYPE_CHECKING
from cotool.logs.units import UNITS, Scale

if TYPE_CHECKING:
    from collections.abc import Sequence

    # Each name's column, the part of it, and the unit of a number without one.
    Columns = dict[str, tuple[int, int, Scale | None]]

LEAST_COLUMNS = 3
# The shares of lines that show what a log is: of several kinds of lines, and of one.
ENOUGH = 0.5
NEARLY_ALL = 0.9
# A column's name.
_NAME = lazy_pattern(r"[A-Za-z_][\w .()\[\]%/-]*")
_WORD = lazy_pattern(r"[A-Za-z_][A-Za-z_-]*")
_FIGURE = lazy_pattern(rb"-|[-+]?\d[\d.:/-]*")
_MAY_BE_NAME = lazy_pattern(rb'[\s"]*[A-Za-z_]')
# Of two columns, which a comma in a text may also separate: a name, and a cell with a number.
_PAIR = 2
_WORD_OR_UNIT = lazy_pattern(r"[A-Za-z_][\w.-]*(?: ?[(\[][^\s()\[\]]*[)\]])?")
_VALUE = lazy_pattern(r"[-+]?\.?\d[\d.,]*(?:[eE][-+]?\d+)?\s?[A-Za-zµ%]{0,3}")
_DIGIT = lazy_pattern(rb"\d")
# A cell of three digits or more behind a time of day; the digit in its middle is left out.
_FRACTION = lazy_pattern(rb"(:\d\d,\d)\d(\d+)(?=,)")
_TITLES, _KINDS = b"#fields\t", b"#types\t"
_LINES_OF_TITLES = 20
# The most lines before the names of columns, and the least commas in such a line.
_LINES_OF_PREAMBLE, _COMMAS = 60, 4


def separated_columns(rows: Sequence[bytes]) -> tuple[bytes, Columns] | None:
    """Return the delimiter and the columns of lines whose first one has the columns' names.

    Zeek writes the names after "#fields", below other lines that begin with #, and after "#types"
    which of them are intervals: they are in seconds.
    """
    titles = next((row for row in rows[:_LINES_OF_TITLES] if row.startswith(_TITLES)), None)
    kinds = next((row for row in rows[:_LINES_OF_TITLES] if row.startswith(_KINDS)), b"")
    seconds = [n for n, kind in enumerate(kinds.split(b"\t")[1:]) if kind == b"interval"]
    if titles is not None:
        rows = [titles.removeprefix(_TITLES), *(row for row in rows if not row.startswith(b"#"))]
    elif start := _preamble(rows):
        rows = rows[start:]
    if len(rows) < 2 or not _MAY_BE_NAME.match(rows[0]):
        return None
    for delimiter in (b",", b"\t", b";", b"|"):
        if delimiter not in rows[0]:
            continue
        names = [name.strip() for name in cells_of(rows[0], delimiter.decode())]
        is_pair = len(names) == _PAIR
        are_words = all(map(_WORD_OR_UNIT.fullmatch, names))
        name = _WORD_OR_UNIT if is_pair else _NAME
        if len(names) < _PAIR or not all(map(name.fullmatch, names)):
            continue
        if len(set(names)) < len(names) and (is_pair or not are_words):
            continue
        table = _table(rows[1:], delimiter.decode(), len(names))
        fit = [row for row in table if len(row) == len(names)]
        # Rows may have further cells below names of one word, which no sentence is.
        wide = sum(len(row) >= len(names) for row in table) if are_words and not is_pair else 0
        is_table = len(fit) > (ENOUGH if wide > NEARLY_ALL * len(table) else NEARLY_ALL) * len(
            table
        )
        if is_table and (not is_pair or _has_numbers(fit)):
            places: list[tuple[int, int, Scale | None]] = [
                (n, 0, UNITS["s"] if n in seconds else None) for n in range(len(names))
            ]
            names, places = (
                names[::-1],
                places[::-1],
            )  # of a name that comes twice, the first counts
            at: Columns = dict(zip(map(str.lower, names), places, strict=True))
            at |= dict(zip(names, places, strict=True))
            return delimiter, dict(sorted(at.items(), key=lambda item: item[1][0]))
    return _separated_by_blanks(rows)


def _preamble(rows: Sequence[bytes]) -> int:
    """Return how many lines of text come before the one that names the columns.

    The rows below it have as many commas, and the last line of the text has fewer.
    """
    for n in range(1, min(_LINES_OF_PREAMBLE, len(rows) - 2)):
        commas = rows[n].count(b",")
        if commas < _COMMAS or rows[n - 1].count(b",") >= commas or _DIGIT.match(rows[n]):
            continue
        below = rows[n + 1 : n + 4]
        if all(row.count(b",") == commas and _DIGIT.search(row) for row in below):
            names = [name.strip() for name in cells_of(rows[n], ",")]
            return n if all(map(_NAME.fullmatch, names)) else 0
    return 0


def without_fractions(lines: Sequence[bytes]) -> Sequence[bytes]:
    """Return a sample in which no cell behind a time looks like its fraction: 10:15:30,205,up.

    That is so where the first line names as many columns as commas separate.
    """
    first = lines[_preamble(lines)]
    if b"," not in first or _DIGIT.search(first):
        return lines
    found = separated_columns(lines)
    if found is None or found[0] != b",":
        return lines
    return [_FRACTION.sub(rb"\1,\2", line) for line in lines]


def _table(lines: Sequence[bytes], delimiter: str, width: int) -> list[list[str]]:
    """Return the cells of the rows of lines, some of which end within a cell in quotes.

    Lines may be missing between those of a sample, so a whole row ends one that is open.
    """
    table: list[list[str]] = []
    row = b""
    for line in lines:
        is_whole = not line.count(b'"') % 2
        if row and not (is_whole and len(cells_of(line, delimiter)) == width):
            row += b"\n" + line
        else:
            row = line
        if not row.count(b'"') % 2:
            table.append(cells_of(row, delimiter))
            row = b""
    return table


def ends_in_cell(lines: Sequence[bytes]) -> bool:
    """Return whether a line ends within a cell in quotes."""
    return any(line.count(b'"') % 2 for line in lines)


def _has_numbers(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether one of the columns holds numbers, as one of two does in a table."""
    for column in zip(*rows, strict=True):
        cells = [cell for cell in map(str.strip, column) if cell not in {"", "-"}]
        if cells and sum(map(bool, map(_VALUE.fullmatch, cells))) > NEARLY_ALL * len(cells):
            return True
    return False


def _separated_by_blanks(rows: Sequence[bytes]) -> tuple[bytes, Columns] | None:
    """Return the same for a table with blanks, half of whose columns or more hold numbers."""
    names = rows[0].decode("utf-8", "replace").split()
    if not (len(set(names)) == len(names) > LEAST_COLUMNS and all(map(_WORD.fullmatch, names))):
        return None
    table = [row.split() for row in rows[1:]]
    table = [row for row in table if len(row) == len(names)]
    if len(table) <= NEARLY_ALL * (len(rows) - 1):
        return None
    numbers = sum(
        sum(map(bool, map(_FIGURE.fullmatch, cells))) > NEARLY_ALL * len(cells)
        for cells in zip(*table, strict=True)
    )
    if numbers < ENOUGH * len(names):
        return None
    return b"", {name: (n, 0, None) for n, name in enumerate(names)}


def title_of(lines: Sequence[bytes]) -> tuple[bytes, bool]:
    """Return the line of a sample from a file's start that names the columns, b"" without one.

    And whether lines of text come before it.
    """
    rows = [line for line in lines if line.strip()]
    if separated_columns(rows) is None:
        return b"", False
    titles = (row for row in rows[:_LINES_OF_TITLES] if row.startswith(_TITLES))
    start = _preamble(rows)
    return next(titles, rows[start]), start > 0


def cells_of(row: bytes, delimiter: str) -> list[str]:
    """Return the cells of a row of a table, without their quotes."""
    import csv

    try:
        return next(csv.reader([row.decode("utf-8", "replace")], delimiter=delimiter), [])
    except csv.Error:
        return []
