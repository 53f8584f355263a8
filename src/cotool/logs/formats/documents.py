"""A log as one JSON document over many lines: a list of records, or an object that holds one."""

from __future__ import annotations

import codecs
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from cotool.errors import InputError
from cotool.logs.formats.names import is_level_name, is_time_name

if TYPE_CHECKING:
    from collections.abc import Iterator

# The members of an object that hold its records; what else it says is left out.
_LISTS = ("events", "logEvents", "records", "entries")
_BLOCK = 1 << 20
# No record is longer than this.
_LONGEST = 1 << 24
_SAMPLE = 1000
_CHECK = "check the file with python -m json.tool"


def sample_of_document(head: bytes) -> list[bytes]:
    """Return the first records, each on a line; empty where `head` begins no such document."""
    if head.lstrip()[:1] not in {b"{", b"["}:
        return []
    with suppress(ValueError, RecursionError):
        first = json.loads(head.lstrip().split(b"\n", 1)[0])
        if isinstance(first, dict) and not _holds_records(first):
            return []  # an object a line
    found: list[str] = []
    with suppress(InputError):
        for record in _records(_Text(iter([head]), "")):
            if not record.startswith("{"):
                return []
            found.append(record)
            if len(found) == _SAMPLE:
                break
    return [_line(record).encode() for record in found]


def _holds_records(first: dict[str, Any]) -> bool:
    """Tell whether an object holds records, and is not one itself, with its own level or time."""
    listed = any(isinstance(first.get(key), list) for key in _LISTS)
    return listed and not any(
        is_level_name(key) or is_time_name(key)
        for key, value in first.items()
        if not isinstance(value, (dict, list))
    )


def document_lines(blocks: Iterator[bytes], path: str) -> Iterator[bytes]:
    """Yield the records of one document after another, one a line, in blocks.

    Raises InputError naming the file where one is broken, after what precedes.
    """
    lines: list[str] = []
    size = 0
    try:
        for record in _records(_Text(blocks, path)):
            lines.append(_line(record) + "\n")
            size += len(record)
            if size >= _BLOCK:
                yield "".join(lines).encode()
                lines, size = [], 0
    except InputError:
        yield "".join(lines).encode()
        raise
    yield "".join(lines).encode()


def _line(record: str) -> str:
    # Within JSON's strings no newline stands as it is.
    return " ".join(record.splitlines()) if "\n" in record else record


class _Text:
    """The text of a document, which grows as it is needed and forgets what was used."""

    def __init__(self, blocks: Iterator[bytes], path: str) -> None:
        self._blocks = blocks
        self._path = path
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._parser = json.JSONDecoder()
        self._ended = False
        self._text = ""
        self._position = 0
        self.count = 0

    def peek(self) -> str:
        """Return the next character that is not blank, "" at the end."""
        while True:
            text = self._text
            position = self._position
            while position < len(text) and text[position] in " \t\r\n":
                position += 1
            self._position = position
            if position < len(text):
                return text[position]
            if self._ended:
                return ""
            self._grow()

    def take(self) -> None:
        """Move on past the character that peek() has shown."""
        self._position += 1

    def value(self) -> str:
        """Return the next value as it is written, and move on past it."""
        self.peek()
        while True:
            try:
                _, end = self._parser.raw_decode(self._text, self._position)
            except (ValueError, RecursionError) as error:
                if self._ended or len(self._text) - self._position > _LONGEST:
                    raise self.broken(getattr(error, "msg", "nested too deeply")) from None
            else:
                if end < len(self._text) or self._ended:
                    found = self._text[self._position : end]
                    self._position = end
                    return found
            self._grow()

    def broken(self, reason: str) -> InputError:
        """Return the error that says so."""
        return InputError(
            f"{self._path}: the JSON document is broken after record {self.count}: {reason}",
            hint=_CHECK,
        )

    def _grow(self) -> None:
        """Drop what was used, and at least double what is left."""
        parts = [self._text[self._position :]]
        self._position = 0
        size, wanted = 0, len(parts[0])
        while not self._ended and size <= wanted:
            data = next(self._blocks, b"")
            self._ended = not data
            parts.append(self._decoder.decode(data, final=self._ended))
            size += len(data)
        self._text = "".join(parts)


def _records(text: _Text) -> Iterator[str]:
    while (mark := text.peek()) != "":
        if mark == "[":
            yield from _items(text)
        elif mark == "{":
            yield from _members(text)
        else:
            raise text.broken(f"found {mark!r}")


def _members(text: _Text) -> Iterator[str]:
    text.take()
    while (mark := text.peek()) != "}":
        if mark == ",":
            text.take()
            continue
        if mark != '"':
            raise text.broken("it ends within an object" if not mark else f"found {mark!r}")
        key = text.value()[1:-1]
        if text.peek() != ":":
            raise text.broken("a colon is missing")
        text.take()
        if key in _LISTS and text.peek() == "[":
            yield from _items(text)
        else:
            text.value()
    text.take()


def _items(text: _Text) -> Iterator[str]:
    text.take()
    while (mark := text.peek()) != "]":
        if mark == ",":
            text.take()
            continue
        if not mark:
            raise text.broken("it ends within the list")
        yield text.value()
        text.count += 1
    text.take()
