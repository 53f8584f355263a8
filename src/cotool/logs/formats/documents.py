"""A log that is one JSON document over many lines: a list of records, or an object with one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress

from cotool._records import NamedTuple
from cotool._typing import Any
from cotool.errors import InputError
from cotool.io.json_stream import JsonText
from cotool.io.sources import buffered
from cotool.logs.formats.names import is_level_name, is_time_name

# Members of an object that hold its records, in lower case. Its other members are skipped.
_LISTS = frozenset(
    "events logevents records entries logs resourcelogs scopelogs logrecords items results hits "
    "messages activities data value values".split()
)
# An object with at most this many members may hold its records under another name.
_THIN = 3
# How deep lists may be nested; OpenTelemetry nests three.
_DEEP = 4
_BLOCK = 1 << 20
# The most bytes in a record.
_LONGEST = 1 << 24
_SAMPLE = 1000
# Unlike answers, records of logs may repeat a key.
_PARSER = json.JSONDecoder()


class DocumentLayout(NamedTuple):
    """How a document holds its records.

    `lists` are the names of the lists that lead to them, and empty if each value of the document,
    or each element of its top-level list, is a record. `sample` has the first records, one per
    line.
    """

    lists: tuple[str, ...]
    sample: list[bytes]


def find_document(head: bytes) -> DocumentLayout | None:
    """Return how a file is one JSON document, from its first bytes, or None if it has lines."""
    text = head.lstrip()
    if text[:1] not in {b"{", b"["}:
        return None
    lists: tuple[str, ...] = ()
    with suppress(ValueError, RecursionError):
        first = json.loads(text.split(b"\n", 1)[0])
        if isinstance(first, dict):
            lists = _lists_of(first)
            if not lists:
                return None  # one object per line
    if not lists and text[:1] == b"{":
        lists = _lists_ahead(text)
    found: list[str] = []
    reader = _text_of(iter([head]), "")
    try:
        for record in _records(reader, lists):
            if not record.startswith("{"):
                return None
            found.append(record)
            if len(found) == _SAMPLE:
                break
    except InputError:
        if reader.peek() not in {"", "{", "[", '"'}:
            return None  # other text is between the values
    return DocumentLayout(lists, [_line(record).encode() for record in found]) if found else None


def _lists_of(value: dict[str, Any], deep: int = _DEEP) -> tuple[str, ...]:
    """Return the names of the lists that hold an object's records; empty if it is a record."""
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
    """Return whether an object has a level or a time of its own."""
    return any(
        is_level_name(key) or is_time_name(key)
        for key, member in value.items()
        if isinstance(member, (str, int, float))
    )


def _lists_ahead(text: bytes) -> tuple[str, ...]:
    """Return the names of the lists that hold the records of an object that may be cut off."""
    reader = _text_of(iter([text]), "")
    seen: dict[str, Any] = {}
    with suppress(InputError, ValueError, RecursionError):
        for key in _keys(reader):
            if reader.peek() == "[":
                reader.take()
                if reader.peek() == "{":
                    seen[key] = [reader.value()]
                    if _is_record(seen):
                        return ()
                    return _lists_of({key: seen[key]})
                return ()
            seen[key] = reader.value()
    return _lists_of(seen)


def document_lines(
    blocks: Iterator[bytes], path: str, lists: tuple[str, ...] = ()
) -> Iterator[bytes]:
    """Yield the records of one document after another, one per line, in blocks.

    A broken document raises InputError with the file's name and line, after the records before it.
    """
    return in_blocks(_line(record) for record in _records(_text_of(blocks, path), lists))


def in_blocks(lines: Iterator[str]) -> Iterator[bytes]:
    """Yield lines in blocks; the lines before an InputError are yielded first."""
    block: list[str] = []
    size = 0
    try:
        for line in lines:
            block.append(line + "\n")
            size += len(line)
            if size >= _BLOCK:
                yield "".join(block).encode()
                block, size = [], 0
    except InputError:
        yield "".join(block).encode()
        raise
    yield "".join(block).encode()


def _line(record: str) -> str:
    # A newline in a JSON string is always escaped.
    return " ".join(record.splitlines()) if "\n" in record else record


def _records(text: JsonText, lists: tuple[str, ...]) -> Iterator[str]:
    """Yield the text of each record of one value after another."""
    while (mark := text.peek()) != "":
        if mark not in "[{":
            raise text.broken(f"found {mark!r} instead of a record")
        if mark == "[":
            yield from _items(text, lists)
        else:
            yield from _item(text, lists)


def _item(text: JsonText, lists: tuple[str, ...]) -> Iterator[str]:
    """Yield the records of the value that begins: those in its lists, or the value itself."""
    mark = text.peek()
    if lists and mark == "{":
        for key in _keys(text):
            if key == lists[0] and text.peek() == "[":
                yield from _items(text, lists[1:])
            else:
                text.written()
    elif lists and mark == "[":
        yield from _items(text, lists)
    else:
        yield text.written()


def _items(text: JsonText, lists: tuple[str, ...]) -> Iterator[str]:
    """Yield the records of the list that begins."""
    text.take()
    while (mark := text.peek()) != "]":
        if mark == ",":
            text.take()
            continue
        if not mark:
            raise text.broken("it ends within a list")
        yield from _item(text, lists)
    text.take()


def _keys(text: JsonText) -> Iterator[str]:
    """Yield the keys of the object that begins; the caller reads each value next."""
    text.peek()
    text.take()
    while (mark := text.peek()) != "}":
        if mark == ",":
            text.take()
            continue
        if mark != '"':
            raise text.broken(f"found {mark!r}" if mark else "it ends within an object")
        key = text.written()[1:-1]
        if text.peek() != ":":
            raise text.broken("a colon is missing")
        text.take()
        yield key
    text.take()


def _text_of(blocks: Iterator[bytes], path: str) -> JsonText:
    return JsonText(buffered(blocks), path, decoder=_PARSER, errors="replace", most=_LONGEST)
