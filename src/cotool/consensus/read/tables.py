"""Rows of a CSV, TSV or semicolon table with a header, as mappings of column to text (RFC 4180).

A quoted field may span lines. In a tab-separated table quotes are often plain characters: a row
whose quotes do not balance is read that way there, and refused in the others.
"""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING

from cotool.consensus.read.layout import Keys, layout_of
from cotool.errors import InputError
from cotool.io.json_values import decode_text, read_line

if TYPE_CHECKING:
    import io
    from collections.abc import Callable, Iterator

    BadRecord = Callable[[InputError], None]

_DELIMITERS = ("\t", ",", ";", "|")
_QUOTED = re.compile(r'"([^"]*+(?:""[^"]*+)*+)"')
# A quoted field longer than this has lost its closing quote.
_MAX_QUOTED = 1 << 22


class _UnbalancedError(ValueError):
    """A quote that opens a field is not closed before a delimiter or the end."""


class _Lines:
    """Numbered lines of a stream that can be given back; those that are not UTF-8 are left out."""

    def __init__(
        self, stream: io.BufferedReader, name: str, first: bytes, number: int, on_bad: BadRecord
    ) -> None:
        self._stream = stream
        self._name = name
        self._on_bad = on_bad
        self._number = number
        self._waiting: deque[tuple[int, str]] = deque()
        self._first = first

    def take(self) -> tuple[int, str] | None:
        """Return the next line and its number, None at the end."""
        if self._waiting:
            return self._waiting.popleft()
        while line := self._first or read_line(self._stream, self._name, self._number):
            self._first = b""
            number = self._number
            self._number += 1
            try:
                return number, decode_text(line, f"{self._name}, line {number}")
            except InputError as error:
                self._on_bad(error)
        return None

    def give_back(self, lines: list[tuple[int, str]]) -> None:
        self._waiting.extendleft(reversed(lines))


def read_rows(
    stream: io.BufferedReader,
    name: str,
    first: bytes,
    number: int,
    *,
    keys: Keys,
    on_bad: BadRecord,
) -> Iterator[tuple[str, dict[str, str | None]]]:
    """Yield each row with its place ("answers.csv, line 7"); a bad row goes to `on_bad`.

    `first` is the header line, at line `number`. Raises InputError where no column of the header
    holds answers.
    """
    lines = _Lines(stream, name, first, number, on_bad)
    line = lines.take()
    if line is None:
        return
    delimiter, header = _header(line[1], f"{name}, line {number}", keys)
    experts = frozenset(keys.expert_columns)
    while (line := lines.take()) is not None:
        number, text = line
        where = f"{name}, line {number}"
        fields = _fields(lines, text, delimiter, len(header))
        if fields is None:
            on_bad(
                InputError(
                    f"{where}: a quote opens a field and does not close it",
                    hint='write a quote inside a quoted field twice: "say ""yes"""',
                )
            )
            continue
        if len(fields) != len(header):
            while len(fields) > len(header) and not fields[-1]:
                fields.pop()
            if not any(field.strip() for field in fields):
                continue
            if len(fields) != len(header):
                on_bad(
                    InputError(
                        f"{where}: {len(header)} columns expected, {len(fields)} found",
                        hint="the header names the columns: " + _shown(delimiter.join(header)),
                    )
                )
                continue
        row: dict[str, str | None] = dict(zip(header, fields, strict=True))
        row.pop("", None)
        for expert in experts:
            row[expert] = row[expert] or None
        yield where, row


def _header(line: str, where: str, keys: Keys) -> tuple[str, list[str]]:
    """Return the delimiter whose columns say most, and the columns."""
    best: tuple[int, str, list[str]] = (0, "", [])
    for delimiter in _DELIMITERS:
        try:
            columns = _split(_bare(line), delimiter)
        except _UnbalancedError:
            continue
        if columns is None:
            continue
        columns = [column.strip() for column in columns]
        layout = layout_of(tuple(columns), keys)
        experts = [column for column in columns if column in keys.expert_columns]
        if layout.content or (experts and len(experts) == len(keys.expert_columns)):
            # Every column that plays a part counts, and the columns of the experts.
            score = 1 + len(columns) - len(layout.rest) + len(experts)
            if score > best[0]:
                best = score, delimiter, columns
    score, delimiter, columns = best
    if not score:
        wanted = ", ".join(map(repr, keys.expert_columns)) or "'answer'"
        raise InputError(
            f"{where}: is neither JSON nor the header of a table with a column {wanted}: "
            + _shown(line),
            hint="expected JSON, JSON lines, or a header such as question,worker,answer "
            "(other names: --question-key, --expert-key, --content-key)",
        )
    twice = next((name for name in columns if name and columns.count(name) > 1), None)
    if twice is not None:
        raise InputError(
            f"{where}: the column {twice!r} stands twice in the header",
            hint="give each column its own name",
        )
    return delimiter, columns


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
    size = len(text)
    parts = [text]
    try:
        while (fields := _split(_bare("".join(parts)), delimiter)) is None:
            following = None
            # Only a line with a quote can close the field.
            while following is None or '"' not in following[1]:
                following = lines.take()
                if following is None or size > _MAX_QUOTED:
                    return None
                taken.append(following)
                parts.append(following[1])
                size += len(following[1])
    except _UnbalancedError:
        return None
    return fields


def _split(record: str, delimiter: str) -> list[str] | None:
    """Return the fields of a record, None where it ends inside quotes."""
    fields: list[str] = []
    position = 0
    while True:
        if record.startswith('"', position):
            quoted = _QUOTED.match(record, position)
            if quoted is None:
                return None
            fields.append(quoted[1].replace('""', '"'))
            position = quoted.end()
            if position < len(record) and record[position] != delimiter:
                raise _UnbalancedError
        else:
            end = record.find(delimiter, position)
            end = len(record) if end < 0 else end
            fields.append(record[position:end])
            position = end
        if position == len(record):
            return fields
        position += 1


def _bare(line: str) -> str:
    return line.removesuffix("\n").removesuffix("\r")


def _shown(text: str) -> str:
    line = _bare(text)
    return repr(line if len(line) <= 80 else f"{line[:79]}…")
