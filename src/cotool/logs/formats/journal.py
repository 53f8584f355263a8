"""The journal's export format: entries of KEY=VALUE lines, each ended by an empty line.

A value with a newline in it is binary: the name alone on its line, the size in eight bytes
(little-endian), the data and a newline. Entries are read as `journalctl -o json` writes them.
"""

from __future__ import annotations

import json
from contextlib import suppress

from cotool._lazy import lazy_pattern
from cotool._typing import TYPE_CHECKING
from cotool.errors import InputError
from cotool.io.sources import buffered
from cotool.logs.formats.documents import in_blocks

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator

_FIELD = lazy_pattern(rb"([A-Za-z_][A-Za-z0-9_]*)(=[^\n]*)?")
_BEGINS = lazy_pattern(rb"\n*[A-Z_][A-Z0-9_]*[=\n]")
_TIME = "__REALTIME_TIMESTAMP"
# The most bytes in a field.
_LONGEST = 1 << 28
_SAMPLE = 1000
_encode = json.JSONEncoder(ensure_ascii=False).encode


def find_journal(head: bytes) -> list[bytes]:
    """Return the entries of a file in the export format, one per line, from its first bytes.

    Return None if the file has another format.
    """
    if _TIME.encode() + b"=" not in head or not _BEGINS.match(head):
        return []
    found: list[bytes] = []
    with suppress(InputError):
        for fields, whole in _entries(buffered(iter([head])), ""):
            if not str(fields.get(_TIME)).isdecimal():
                break
            if whole or not found:
                found.append(_encode(fields).encode())
            if len(found) == _SAMPLE:
                break
    return found


def journal_lines(blocks: Iterator[bytes], path: str) -> Iterator[bytes]:
    """Yield the entries of an export, one per line, in blocks.

    A broken entry raises InputError with the file's name and line, after the entries before it.
    """
    return in_blocks(_encode(fields) for fields, _ in _entries(buffered(blocks), path))


def _entries(
    stream: io.BufferedReader, path: str
) -> Iterator[tuple[dict[str, str | list[str]], bool]]:
    """Yield the fields of each entry, and whether an empty line ends it.

    A field that occurs several times has a list of values.
    """
    fields: dict[str, str | list[str]] = {}
    number = 0
    while line := stream.readline(_LONGEST):
        number += 1
        if line == b"\n":
            if fields:
                yield fields, True
                fields = {}
            continue
        where = f"{path}, line {number}"
        match = _FIELD.fullmatch(line.removesuffix(b"\n"))
        if match is None or len(line) == _LONGEST:
            raise InputError(
                f"{where}: no field of a journal entry",
                hint="an export has lines of KEY=VALUE, and an empty line after each entry",
            )
        if match[2] is None and not line.endswith(b"\n"):
            break  # cut off within a name
        name = match[1].decode()
        if match[2]:
            value = match[2][1:]
        else:
            value = _binary(stream, f"{where}: the field {name}")
            number += value.count(b"\n") + 1
        text = value.decode("utf-8", "replace")
        before = fields.get(name)
        if before is None:
            fields[name] = text
        elif isinstance(before, list):
            before.append(text)
        else:
            fields[name] = [before, text]
    if fields:
        yield fields, False


def _binary(stream: io.BufferedReader, where: str) -> bytes:
    """Return the value whose size is next."""
    head = stream.read(8)
    size = int.from_bytes(head, "little")
    hint = "the export may have been cut off, or changed as if it were text"
    if size > _LONGEST:
        raise InputError(f"{where} says that it has {size} bytes", hint=hint)
    value = stream.read(size + 1)
    if len(head) < 8 or len(value) <= size or value[size:] != b"\n":
        raise InputError(f"{where} does not end after its {size} bytes", hint=hint)
    return value[:size]
