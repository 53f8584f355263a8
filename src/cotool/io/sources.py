"""Files and standard input as buffered UTF-8 bytes, for any compression and encoding."""

from __future__ import annotations

import io
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from cotool.errors import InputError
from cotool.io.compression import MAGIC_SIZE, compression_of, decompressed
from cotool.io.encodings import MARK_SIZE, decoded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from os import PathLike

STDIN = "-"

_BLOCK = 1 << 16
_EXTENSIONS = (
    *(".gz", ".zst", ".bz2", ".xz", ".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".txt"),
    *(".parquet", ".arrow", ".feather", ".xlsx", ".xls", ".ods", ".db", ".sqlite", ".eval"),
)


class _Raw(io.RawIOBase):
    """A raw stream over blocks of bytes."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._rest = memoryview(block)
        given, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(given)] = given
        return len(given)


@contextmanager
def open_source(
    path: str | PathLike[str],
    *,
    stdin: BinaryIO | None = None,
    on_read: Callable[[int], None] | None = None,
) -> Iterator[io.BufferedReader]:
    """Open a file, or standard input for "-", as UTF-8 bytes without a byte order mark.

    `on_read` gets the number of raw bytes of each read. Nothing is ever sought, so pipes work.
    Raises InputError, also from later reads, if the file cannot be read or decompressed.
    """
    name = source_name(path)
    if str(path) == STDIN:
        yield _decoded(stdin or sys.stdin.buffer, name, on_read)
        return
    try:
        file = io.FileIO(path)
    except OSError as error:
        raise _unreadable(name, error) from None
    with file:
        yield _decoded(file, name, on_read)


def check_readable(path: str | PathLike[str]) -> None:
    """Raise InputError if `path` is not a file; checked for all paths before any is read."""
    if str(path) == STDIN:
        return
    try:
        directory = Path(path).is_dir()
        Path(path).stat()
    except (OSError, ValueError) as error:
        raise _unreadable(str(path), error) from None
    if directory:
        raise InputError(
            f"{path}: is a folder", hint=f"pass the files in it, such as {Path(path) / '*.json'}"
        )


def source_name(path: str | PathLike[str]) -> str:
    """Return the name of a source in messages."""
    return "stdin" if str(path) == STDIN else str(path)


def source_labels(paths: list[str | PathLike[str]]) -> list[str]:
    """Return each file's stem, with as many folders as make it unique: the names of experts."""
    parts = []
    for path in paths:
        found = Path(source_name(path))
        stem = found.name
        while stem.lower().endswith(_EXTENSIONS) and Path(stem).stem:
            stem = Path(stem).stem
        parts.append([*found.parent.parts, stem])
    depth = [1] * len(parts)

    def label(index: int) -> str:
        return "/".join(parts[index][-depth[index] :])

    while True:
        labels = [label(index) for index in range(len(parts))]
        same = [
            index
            for index, text in enumerate(labels)
            if labels.count(text) > 1 and depth[index] < len(parts[index])
        ]
        if not same:
            return labels
        for index in same:
            depth[index] += 1


def _decoded(
    file: BinaryIO | io.RawIOBase, name: str, on_read: Callable[[int], None] | None
) -> io.BufferedReader:
    # read1 hands over what a pipe holds; a raw file's read does the same.
    take = getattr(file, "read1", file.read)

    def read(size: int) -> bytes:
        try:
            data: bytes = take(size) or b""
        except OSError as error:
            raise _unreadable(name, error) from None
        if on_read is not None:
            on_read(len(data))
        return data

    head = b""
    while (len(head) < MARK_SIZE or _may_be_compressed(head)) and (data := read(_BLOCK)):
        head += data
    kind = compression_of(head)
    blocks = _blocks(head, read)
    if kind is not None:
        waiting: io.BufferedReader = io.BufferedReader(_Raw(blocks), _BLOCK)
        blocks = decompressed(waiting.read1, kind, name)
    return io.BufferedReader(_Raw(decoded(blocks, name)), _BLOCK)


def _may_be_compressed(head: bytes) -> bool:
    """Return whether the data is an incomplete prefix of a compression mark."""
    return len(head) < MAGIC_SIZE and head.startswith((b"BZh", b"\xfd7zX"))


def _blocks(head: bytes, read: Callable[[int], bytes]) -> Iterator[bytes]:
    yield head
    while data := read(_BLOCK):
        yield data


def _unreadable(name: str, error: OSError | ValueError) -> InputError:
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return InputError(f"{name}: cannot be read: {reason}", hint="check the name of the file")
