"""The lines of a table, numbered and decoded, and the fields of its rows (RFC 4180).

Lines that were read too early are given back. A row is split at the delimiter; its quoted fields
may span lines. In a tab-separated table, quotes are often plain characters: a row whose quotes do
not balance is read that way there, and refused elsewhere.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

from cotool._lazy import lazy_pattern
from cotool._typing import TYPE_CHECKING
from cotool.errors import InputError
from cotool.io.json_stream import decode_text, read_line, skip_blank_lines

if TYPE_CHECKING:
    import io

    BadRecord = Callable[[InputError], None]

# In Western texts, characters beyond ASCII occur alone or in pairs; in Cyrillic, Greek, Chinese
# and Japanese texts they follow each other.
_NOT_WESTERN = lazy_pattern(rb"[\x80-\x9f\xa1-\xaa\xac-\xba\xbc-\xff]{4,}")
_LEAST_CHARACTERS = 3
# Bytes that occur only in files that are not text.
_NO_TEXT = lazy_pattern(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


class Lines:
    """Numbered lines of a stream; lines can be given back, and lines that are not text are skipped.

    Lines are UTF-8. If the first bytes beyond ASCII are not UTF-8, the file is read as
    Windows-1252, which includes Latin-1, with a warning.
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
        # What makes a row of cells of a line; it returns None for a line that is no row.
        self.reshaped: Callable[[str], str | None] = _unchanged
        # Lines that were peeked at and are not decoded yet.
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
                text = self.reshaped(self._decoded(line, f"{self._name}, line {number}"))
            except InputError as error:
                self._on_bad(error)
                continue
            if text is not None:
                return number, text
        return None

    def __iter__(self) -> Iterator[tuple[int, str]]:
        """Yield the lines that remain, each with its number."""
        while (line := self.take()) is not None:
            yield line

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
                f"{where}: this line is UTF-8, an earlier one is not",
                hint="save the file in one encoding, UTF-8",
            )
        self._utf8 = True
        return text

    def give_back(self, lines: list[tuple[int, str]]) -> None:
        """Make `lines` the next ones to be read."""
        self._waiting.extendleft(reversed(lines))

    def peek(self, most: int) -> list[str]:
        """Return lines that follow, roughly decoded; they stay to be read."""
        while len(self._seen) < most:
            line = read_line(self._stream, self._name, self._number + len(self._seen))
            if not line:
                break
            self._seen.append(line)
        texts = (self.reshaped(line.decode("utf-8", "replace")) for line in self._seen)
        return [text for text in texts if text is not None]


def _unchanged(line: str) -> str | None:
    return line


# A line between the rows of a table that is drawn, and what programs write below one.
_RULE = lazy_pattern(r"[|+\s:]*[-=]{2,}[-=|+\s:]*")
_COUNTED = lazy_pattern(r"\s*\(?\d+ rows?\)?(?: in set.*|,? \d+ columns?.*)?\s*")
_DRAWN = str.maketrans("│┃║─━═┄┈╌", "|||------") | dict.fromkeys(
    map(ord, "┌┬┐├┼┤└┴┘╞╪╡╒╤╕╘╧╛╭╮╰╯╔╦╗╠╬╣╚╩╝┏┳┓┣╋┫┗┻┛┡╇┩┢╈┪╟╫╢"), "+"
)


def is_rule(line: str) -> bool:
    """Whether a line is drawn between the rows of a table, or counts them."""
    return bool(_RULE.fullmatch(line) or _COUNTED.fullmatch(line))


def drawn(line: str) -> str | None:
    """Return a row of a table that is drawn with lines, with | between its cells."""
    text = line.translate(_DRAWN).strip()
    if is_rule(text):
        return None
    return "|".join(cell.strip() for cell in text.removeprefix("|").removesuffix("|").split("|"))


def is_drawn(line: str) -> bool:
    """Whether a table is drawn below this line, which is its upper edge."""
    edge = line.translate(_DRAWN).strip()
    return edge.startswith("+") and edge.endswith("+") and _RULE.fullmatch(edge) is not None


_CELL = lazy_pattern(r'"[^"]*"|[^\s"]+')


def tabbed(line: str) -> str:
    """Return a line whose cells are apart by blanks with tabs instead."""
    return "\t".join(_CELL.findall(line))


def bare(line: str) -> str:
    """Return a line without its end."""
    return line.removesuffix("\n").removesuffix("\r")


def shown(text: str) -> str:
    """Return a line as an error shows it, shortened."""
    line = bare(text)
    return repr(line if len(line) <= 80 else f"{line[:79]}…")


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
    if '"' not in row:
        return row.split(delimiter)
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
