"""A log as one JSON document over many lines: a list of records, or an object that holds one."""

from __future__ import annotations

import codecs
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from cotool.errors import InputError
from cotool.logs.formats.names import is_level_name, is_time_name

if TYPE_CHECKING:
    from collections.abc import Iterator

# Members of an object that hold its records, in small letters. Its other members are left out.
_LISTS = frozenset(
    "events logevents records entries logs resourcelogs scopelogs logrecords items results hits "
    "messages activities data value values".split()
)
# An object with no more members may hold its records under any other name.
_THIN = 3
# Lists within lists: OpenTelemetry has three.
_DEEP = 4
_BLOCK = 1 << 20
# No record is longer than this.
_LONGEST = 1 << 24
_SAMPLE = 1000
_CHECK = "check the file with python -m json.tool"


class Document(NamedTuple):
    """How a document holds its records.

    `lists` are the names of the lists that lead to them, none where each value of the document is a
    record, or the elements of a list at the top. `sample` has the first records, one on a line.
    """

    lists: tuple[str, ...]
    sample: list[bytes]


def find_document(head: bytes) -> Document | None:
    """Return how a file is one JSON document, from its first bytes; None where it has lines."""
    text = head.lstrip()
    if text[:1] not in {b"{", b"["}:
        return None
    lists: tuple[str, ...] = ()
    with suppress(ValueError, RecursionError):
        first = json.loads(text.split(b"\n", 1)[0])
        if isinstance(first, dict):
            lists = _lists_of(first)
            if not lists:
                return None  # an object a line
    if not lists and text[:1] == b"{":
        lists = _lists_ahead(text)
    found: list[str] = []
    reader = _Text(iter([head]), "")
    try:
        for record in _records(reader, lists):
            if not record.startswith("{"):
                return None
            found.append(record)
            if len(found) == _SAMPLE:
                break
    except InputError:
        if reader.peek() not in {"", "{", "[", '"'}:
            return None  # something else stands between values
    return Document(lists, [_line(record).encode() for record in found]) if found else None


def _lists_of(value: dict[str, Any], deep: int = _DEEP) -> tuple[str, ...]:
    """Return the names of the lists that hold an object's records; none where it is one itself."""
    if not deep or _is_record(value):
        return ()
    for key, member in value.items():
        if not isinstance(member, list) or not member or not isinstance(member[0], dict):
            continue
        inner = _lists_of(member[0], deep - 1)
        if inner:
            return (key, *inner)
        if key.lower() in _LISTS or (len(value) <= _THIN and _is_record(member[0])):
            return (key,)
    return ()


def _is_record(value: dict[str, Any]) -> bool:
    """Tell whether an object has a level or a time of its own."""
    return any(
        is_level_name(key) or is_time_name(key)
        for key, member in value.items()
        if isinstance(member, (str, int, float))
    )


def _lists_ahead(text: bytes) -> tuple[str, ...]:
    """Return the names of the lists that hold the records of an object that may be cut off."""
    reader = _Text(iter([text]), "")
    seen: dict[str, Any] = {}
    with suppress(InputError, ValueError, RecursionError):
        for key in _keys(reader):
            if reader.peek() == "[":
                reader.take()
                if reader.peek() == "{":
                    seen[key] = [json.loads(reader.value())]
                    if _is_record(seen):
                        return ()
                    return _lists_of({key: seen[key]})
                return ()
            seen[key] = json.loads(reader.value())
    return _lists_of(seen)


def document_lines(
    blocks: Iterator[bytes], path: str, lists: tuple[str, ...] = ()
) -> Iterator[bytes]:
    """Yield the records of one document after another, one a line, in blocks.

    Raises InputError naming the file where one is broken, after what precedes.
    """
    lines: list[str] = []
    size = 0
    try:
        for record in _records(_Text(blocks, path), lists):
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
        self.path = path
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
            f"{self.path}: the JSON document is broken after record {self.count}: {reason}",
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


def _records(text: _Text, lists: tuple[str, ...]) -> Iterator[str]:
    while (mark := text.peek()) != "":
        if mark == "[":
            yield from _items(text, lists)
        elif mark == "{" and lists:
            yield from _members(text, lists)
        elif mark == "{":
            yield text.value()
            text.count += 1
        else:
            raise text.broken(f"found {mark!r}")


def _keys(text: _Text) -> Iterator[str]:
    """Yield the keys of the object that begins, each with its value to be read next."""
    text.peek()
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
        yield key
    text.take()


def _members(text: _Text, lists: tuple[str, ...]) -> Iterator[str]:
    for key in _keys(text):
        if key == lists[0] and text.peek() == "[":
            yield from _items(text, lists[1:])
        else:
            text.value()


def _items(text: _Text, lists: tuple[str, ...]) -> Iterator[str]:
    text.take()
    while (mark := text.peek()) != "]":
        if mark == ",":
            text.take()
            continue
        if not mark:
            raise text.broken("it ends within the list")
        item = text.value()
        if lists:
            inner = _Text(iter([item.encode("utf-8", "replace")]), text.path)
            yield from _records(inner, lists)
            text.count += inner.count
        else:
            yield item
            text.count += 1
    text.take()
