"""Rows of a CSV, TSV or semicolon table with a header, as mappings of column to text (RFC 4180).

A quoted field may span lines. In a tab-separated table quotes are often plain characters: a row
whose quotes do not balance is read that way there, and refused in the others.
"""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING

from cotool._lazy import lazy_pattern
from cotool.consensus.read.layout import CONTENT_NAMES, plain_name
from cotool.consensus.read.names import ANSWER, BESIDE, GOLD, MOST_COLUMNS, UNKNOWN, hint_of
from cotool.errors import InputError
from cotool.io.json_values import decode_text, read_line, skip_blank_lines

if TYPE_CHECKING:
    import io
    from collections.abc import Callable, Iterator, Sequence

    BadRecord = Callable[[InputError], None]
    Row = tuple[str, dict[str, str | None]]

_DELIMITERS = ("\t", ",", ";", "|")
# What stands in quotes: a quote within is written twice.
_QUOTED = lazy_pattern(r'[^"]*+(?:""[^"]*+)*+')
# A quoted field longer than this has lost its closing quote.
_MAX_QUOTED = 1 << 22
# Lines looked at to find the delimiter.
_PEEKED = 20
# A row under a table that sums it up.
_TOTAL = lazy_pattern(
    r"(?i)(?:grand |sub)?totals?:?|sums?:?|averages?|mean|median|gesamt|summe|durchschnitt"
    r"|mittelwert|moyenne|somme|promedio|suma|media|totale|média|soma|итого|всего|среднее|合计|总计|平均|合計|%.*"
)
_FIGURE = lazy_pattern(r"[-+]?[\d.,]+\s?%?")
_FEWEST_FIGURES = 2
_NUMBER = lazy_pattern(r"[-+]?[\d.,]+")
# Excel's first line, which names the delimiter.
_SAID_DELIMITER = lazy_pattern(r"(?i)\ufeff?\"?sep=(.)\"?")
# The line under a header in Markdown and in what psql prints.
_RULE = lazy_pattern(r"[\s|:+]*-{2,}[\s|:+-]*")
# Characters beyond ASCII stand alone or in pairs in Western texts, and next to each other in
# Cyrillic, Greek, Chinese and Japanese ones.
_NOT_WESTERN = lazy_pattern(rb"[\x80-\x9f\xa1-\xaa\xac-\xba\xbc-\xff]{4,}")
_LEAST_CHARACTERS = 3
# Bytes of files that are no text.
_NO_TEXT = lazy_pattern(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


class _UnbalancedError(ValueError):
    """A quote that opens a field is not closed before a delimiter or the end."""


class _Lines:
    """Numbered lines of a stream that can be given back; those that are no text are left out.

    Lines are UTF-8. A file that has bytes which are not, and no characters beyond ASCII before
    them, is read as Windows-1252, which holds Latin-1, with a warning.
    """

    def __init__(
        self,
        stream: io.BufferedReader,
        name: str,
        first: bytes,
        number: int,
        *,
        on_bad: BadRecord,
        on_warning: Callable[[str], None],
    ) -> None:
        self._stream = stream
        self._name = name
        self._on_bad = on_bad
        self._on_warning = on_warning
        self._number = number
        self._waiting: deque[tuple[int, str]] = deque()
        self.skips_blank = False
        # Lines that were looked at, not decoded yet.
        self._seen: deque[bytes] = deque([first])
        # Whether characters beyond ASCII were UTF-8 (True) or Windows-1252 (False).
        self._utf8: bool | None = None

    def take(self, *, quoted: bool = False) -> tuple[int, str] | None:
        """Return the next line and its number, None at the end.

        With `skips_blank` only the first of several blank lines is returned, unless `quoted`.
        """
        if self._waiting:
            return self._waiting.popleft()
        while line := self._next():
            number = self._number
            self._number += 1
            if self.skips_blank and line.isspace() and not (quoted or self._seen):
                self._number += skip_blank_lines(self._stream)
            try:
                return number, self._decoded(line, f"{self._name}, line {number}")
            except InputError as error:
                self._on_bad(error)
        return None

    def _next(self) -> bytes:
        if self._seen:
            return self._seen.popleft()
        return read_line(self._stream, self._name, self._number)

    def _decoded(self, line: bytes, where: str) -> str:
        if line.isascii():
            return decode_text(line, where)
        try:
            text = decode_text(line, where)
        except InputError:
            if self._utf8 or _NO_TEXT.search(line):
                raise
            if any(len(set(run)) >= _LEAST_CHARACTERS for run in _NOT_WESTERN.findall(line)):
                raise InputError(
                    f"{where}: is neither UTF-8 nor Windows-1252",
                    hint="save the file as UTF-8, for example with iconv -f cp1251 -t utf-8",
                ) from None
            try:
                text = line.decode("cp1252")
            except UnicodeDecodeError:
                text = line.decode("latin-1")
            if self._utf8 is None:
                self._on_warning(f"{where}: is not UTF-8; the file is read as Windows-1252")
            self._utf8 = False
            return text
        if self._utf8 is False:
            raise InputError(
                f"{where}: is UTF-8, but a line before it is not",
                hint="save the file in one encoding, UTF-8",
            )
        self._utf8 = True
        return text

    def give_back(self, lines: list[tuple[int, str]]) -> None:
        self._waiting.extendleft(reversed(lines))

    def peek(self, most: int) -> list[str]:
        """Return lines that follow, roughly decoded; they stay to be read."""
        while len(self._seen) < most:
            line = read_line(self._stream, self._name, self._number + len(self._seen))
            if not line:
                break
            self._seen.append(line)
        return [line.decode("utf-8", "replace") for line in self._seen]


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
    option of a survey's question; a name that occurs again is followed by a number. Rows that are
    shorter than the header, all by the same number of cells, end in empty ones. Raises InputError
    where the first line is no header.
    """
    lines = _Lines(stream, name, first, number, on_bad=on_bad, on_warning=on_warning)
    yield from _without_totals(_rows(lines, name, on_bad, on_warning), on_warning)


def _without_totals(rows: Iterator[Row], on_warning: Callable[[str], None]) -> Iterator[Row]:
    """Yield the rows but a last one of totals: "Total" or "Average", and figures alone."""
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
    filled = [text for cell in cells.values() if cell and (text := cell.strip())]
    figures = len(filled) > _FEWEST_FIGURES and all(map(_FIGURE.fullmatch, filled[1:]))
    if several and figures and _TOTAL.fullmatch(filled[0]):
        on_warning(f"{where}: is a row of totals ({filled[0]!r}) and left out")
        return
    yield last


def _rows(
    lines: _Lines, name: str, on_bad: BadRecord, on_warning: Callable[[str], None]
) -> Iterator[Row]:
    line = lines.take()
    if line is None:
        return
    delimiter, header = _opened(lines, line, name)
    width = len(header)
    lines.skips_blank = width > 1
    missing = 0
    while (line := lines.take()) is not None:
        number, text = line
        where = f"{name}, line {number}"
        fields = _fields(lines, text, delimiter, width)
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
        # Tables with the same header may be put one after the other.
        if blank or (fields == header and width > 1):
            continue
        if len(fields) != width:
            short = width - len(fields)
            if short > 0 and len(fields) > 1 and missing in {0, short}:
                if not missing:
                    on_warning(
                        f"{where}: {width} columns expected, {len(fields)} found; the cells that "
                        "are missing at the end are empty"
                    )
                missing = short
                yield where, dict(zip(header, [*fields, *[None] * short], strict=True))
                continue
            if short:
                on_bad(
                    InputError(
                        f"{where}: {width} columns expected, {len(fields)} found",
                        hint="the header names the columns: " + _shown(delimiter.join(header)),
                    )
                )
                continue
        yield where, dict(zip(header, fields, strict=True))


def _opened(lines: _Lines, line: tuple[int, str], name: str) -> tuple[str, list[str]]:
    """Return the delimiter and the columns; take the lines around the header that hold no row."""
    delimiters: Sequence[str] = _DELIMITERS
    if (said := _SAID_DELIMITER.fullmatch(_bare(line[1]))) and (header := lines.take()):
        delimiters, line = (said[1],), header
    for _ in range(_titles(line[1], lines.peek(_PEEKED), delimiters)):
        line = lines.take() or line
    found = _header(lines, line, f"{name}, line {line[0]}", delimiters)
    following = lines.take()
    if following is not None and not _RULE.fullmatch(_bare(following[1])):
        lines.give_back([following])
    return found


def _titles(first: str, following: list[str], delimiters: Sequence[str]) -> int:
    """Return how many lines before the header are titles or comments.

    Most lines below have as many cells as the header; a title fills one of them at most, and a
    comment begins with # and has another number.
    """
    texts = [first, *following]
    width, delimiter, count = 1, "", 0
    for one in delimiters:
        widths = Counter(_width(text, one) for text in following if text.strip())
        common, times = max(widths.items(), key=lambda pair: (pair[1], pair[0]), default=(1, 0))
        if common > 1 and times > count:
            width, delimiter, count = common, one, times
    if width < 2 or 2 * count <= sum(1 for text in following if text.strip()):
        return 0
    skipped = 0
    for text in texts[:-1]:
        filled = sum(1 for cell in _bare(text).split(delimiter) if cell.strip(' "'))
        comment = text.startswith("#") and _width(text, delimiter) != width
        if not (comment or filled <= 1):
            break
        skipped += 1
    return skipped


def _header(
    lines: _Lines, line: tuple[int, str], where: str, delimiters: Sequence[str]
) -> tuple[str, list[str]]:
    """Return the delimiter and the columns.

    The delimiter is the one under which the following lines have as many fields as the header, and
    the header has the most names that are known.
    """
    following = [text for text in lines.peek(_PEEKED) if text.strip()]
    if not following and "\r" in _bare(line[1]):
        raise InputError(
            f"{where}: lines end in CR alone, as on old Macs",
            hint="convert them with tr '\\r' '\\n'",
        )
    best: tuple[tuple[float, int], str, list[str]] | None = None
    # The header itself may have quoted fields that span lines.
    for delimiter in delimiters:
        taken: list[tuple[int, str]] = []
        columns = _quoted(lines, line[1], delimiter, taken)
        lines.give_back(taken)
        if columns is None:
            continue
        columns = [column.strip() for column in columns]
        _check_width(columns, where)
        known = sum(1 for column in columns if hint_of(column).part not in {UNKNOWN, BESIDE})
        rows = following[len(taken) :]
        same = sum(1 for row in rows if _width(row, delimiter) == len(columns))
        steady = 2.0 * same / len(rows) if rows and len(columns) > 1 else 0.0
        score = (known + steady, len(columns))
        if best is None or score > best[0]:
            best = score, delimiter, columns
    if best is None or not _is_header(best[2]):
        raise InputError(
            f"{where}: is neither JSON nor the header of a table: {_shown(line[1])}",
            hint="expected JSON, JSON lines, or a header such as question,worker,answer "
            "(other names: `question`, `expert`, `content`)",
        )
    _, delimiter, columns = best
    _quoted(lines, line[1], delimiter, [])
    rows = [row for row in following if _width(row, delimiter) == len(columns) + 1]
    if len(rows) > 1 and len(rows) == len(following) and len(columns) > 1:
        # R writes row names without a name in the header.
        columns = ["", *columns]
    return delimiter, _named(columns)


def _check_width(columns: list[str], where: str) -> None:
    if len(columns) > MOST_COLUMNS:
        raise InputError(
            f"{where}: the table has {len(columns):,} columns; at most {MOST_COLUMNS:,} are read",
            hint="keep the columns of the question, the experts and their answers",
        )


def _is_header(columns: list[str]) -> bool:
    """Whether a line can be a header: not of numbers alone, and one name only where it is known."""
    if len(columns) == 1:
        parts = {hint_of(word).part for word in columns[0].split()}
        if len(parts - {UNKNOWN, BESIDE}) > 2:
            return False  # "question worker answer", in columns of spaces
        return hint_of(columns[0]).part in {ANSWER, GOLD} or plain_name(columns[0]) in CONTENT_NAMES
    return not all(_NUMBER.fullmatch(column) for column in columns if column)


def _named(columns: list[str]) -> list[str]:
    named: dict[str, None] = {}
    numbers: dict[str, int] = {}
    for place, column in enumerate(columns, 1):
        name = column or f"unnamed column {place}"
        while name in named:
            numbers[column] = numbers.get(column, 1) + 1
            name = f"{column}.{numbers[column]}"
        named[name] = None
    return list(named)


def _width(row: str, delimiter: str) -> int:
    try:
        fields = _split(None, row, delimiter, [])
    except _UnbalancedError:
        return _bare(row).count(delimiter) + 1
    # A row that goes on in the next line says nothing.
    return len(fields) if fields is not None else -1


def _fields(lines: _Lines, text: str, delimiter: str, width: int) -> list[str] | None:
    """Return the fields of the row that begins with `text`, None where a quote is not closed."""
    if '"' not in text:
        return _bare(text).split(delimiter)
    literal = _bare(text).split(delimiter) if delimiter == "\t" else []
    taken: list[tuple[int, str]] = []
    fields = _quoted(lines, text, delimiter, taken)
    # Two stray quotes, lines apart, also balance; but then each line is a full row by itself.
    if len(literal) == width and (
        fields is None
        or (taken and all(_bare(more).count(delimiter) == width - 1 for _, more in taken))
    ):
        fields = literal
        lines.give_back(taken)
    elif fields is None:
        lines.give_back(taken)
    return fields


def _quoted(
    lines: _Lines, text: str, delimiter: str, taken: list[tuple[int, str]]
) -> list[str] | None:
    """Return the fields of a row with quotes, None where they do not balance.

    The lines after the first that were read for it are put into `taken`.
    """
    try:
        return _split(lines, text, delimiter, taken)
    except _UnbalancedError:
        return None


def _split(
    lines: _Lines | None, text: str, delimiter: str, taken: list[tuple[int, str]]
) -> list[str] | None:
    """Return the fields of a row, None where the text ends inside quotes."""
    fields: list[str] = []
    place = 0
    row = _bare(text)
    while True:
        if row.startswith('"', place):
            found = _to_the_quote(lines, text, place + 1, taken)
            if found is None:
                return None
            field, text, place = found
            fields.append(field.replace('""', '"'))
            row = _bare(text)
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
    lines: _Lines | None, text: str, place: int, taken: list[tuple[int, str]]
) -> tuple[str, str, int] | None:
    """Return a field up to the quote that closes it, and the line and place behind that quote.

    The field may span lines, each of which is looked at once. None where no quote closes it.
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


def _bare(line: str) -> str:
    return line.removesuffix("\n").removesuffix("\r")


def _shown(text: str) -> str:
    line = _bare(text)
    return repr(line if len(line) <= 80 else f"{line[:79]}…")
