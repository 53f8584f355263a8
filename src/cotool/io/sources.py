"""Files and standard input as buffered UTF-8 bytes: gzip and UTF-16 are recognised and undone."""

from __future__ import annotations

import codecs
import io
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from cotool.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from os import PathLike

STDIN = "-"

_BLOCK = 1 << 16
_GZIP = b"\x1f\x8b"
# UTF-32 LE begins like UTF-16 LE, so it stands first.
_ENCODINGS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_EXTENSIONS = (".gz", ".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".txt")


class _Raw(io.RawIOBase):
    """A raw stream over a read function whose first answer holds at least four bytes or all."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._begun = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        data = self._read(len(buffer))
        while not self._begun and 0 < len(data) < 4:
            more = self._read(len(buffer) - len(data))
            if not more:
                break
            data += more
        self._begun = True
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def open_source(
    path: str | PathLike[str],
    *,
    stdin: BinaryIO | None = None,
    on_read: Callable[[int], None] | None = None,
) -> Iterator[io.BufferedReader]:
    """Open a file, or standard input for "-", as UTF-8 bytes without a byte order mark.

    `on_read` gets the number of raw bytes of each read. Nothing is ever sought, so pipes work.
    Raises InputError, also from later reads, where the file cannot be read or decompressed.
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
    """Raise InputError where `path` names no file, so that nothing is read before all are known."""
    if str(path) == STDIN:
        return
    try:
        directory = Path(path).is_dir()
        Path(path).stat()
    except (OSError, ValueError) as error:
        raise _unreadable(str(path), error) from None
    if directory:
        raise InputError(
            f"{path}: is a folder", hint=f"give the files in it, such as {Path(path) / '*.json'}"
        )


def source_name(path: str | PathLike[str]) -> str:
    """Return the name of a source in messages."""
    return "stdin" if str(path) == STDIN else str(path)


def source_labels(paths: list[str | PathLike[str]]) -> list[str]:
    """Return each file's stem, with as many folders before it as tell it apart: experts' names."""
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

    stream: io.BufferedReader = io.BufferedReader(_Raw(read), _BLOCK)
    if stream.peek(2).startswith(_GZIP):
        stream = io.BufferedReader(_Raw(_gunzip(stream, name)), _BLOCK)
    start = stream.peek(4)
    for mark, encoding in _ENCODINGS:
        if start.startswith(mark):
            return io.BufferedReader(_Raw(_recode(stream, encoding, name)), _BLOCK)
    if start.startswith(codecs.BOM_UTF8):
        stream.read(len(codecs.BOM_UTF8))
    return stream


def _gunzip(stream: io.BufferedReader, name: str) -> Callable[[int], bytes]:
    # Not gzip.GzipFile: it fills a block before it gives anything, which a pipe may never do.
    import zlib

    member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    waiting = b""

    def read(size: int) -> bytes:
        nonlocal member, waiting
        data = b""
        while not data:
            waiting = waiting or stream.read1(_BLOCK)
            if member.eof:
                # Another member may follow, or zeros that fill a tape's block.
                if not waiting:
                    break
                waiting = waiting.lstrip(b"\0")
                if not waiting:
                    continue
                member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
            if not waiting:
                raise _damaged(name, "it ends too early")
            try:
                data = member.decompress(waiting, size)
            except zlib.error as error:
                raise _damaged(name, str(error)) from None
            waiting = member.unused_data if member.eof else member.unconsumed_tail
        return data

    return read


def _damaged(name: str, reason: str) -> InputError:
    return InputError(
        f"{name}: the gzip data is damaged or cut short: {reason}",
        hint="check the file with gzip --test",
    )


def _recode(stream: io.BufferedReader, encoding: str, name: str) -> Callable[[int], bytes]:
    decoder = codecs.getincrementaldecoder(encoding)()
    rest = b""

    def read(size: int) -> bytes:
        nonlocal rest
        while not rest:
            data = stream.read1(_BLOCK)
            try:
                rest = decoder.decode(data, final=not data).encode()
            except UnicodeError:
                raise InputError(
                    f"{name}: is not valid {encoding.upper()}, as its first bytes say",
                    hint="save the file as UTF-8",
                ) from None
            if not data:
                break
        given, rest = rest[:size], rest[size:]
        return given

    return read


def _unreadable(name: str, error: OSError | ValueError) -> InputError:
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return InputError(f"{name}: cannot be read: {reason}", hint="check the name of the file")
