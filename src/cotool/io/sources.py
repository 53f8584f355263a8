"""Files and standard input as buffered UTF-8 bytes, for any compression and encoding."""

from __future__ import annotations

import codecs
import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cotool._typing import TYPE_CHECKING, BinaryIO
from cotool.errors import InputError, unreadable
from cotool.io.compression import BLOCK, MAGIC_SIZE, compression_of, decompressed
from cotool.io.encodings import MARK_SIZE, decoded, encoding_of
from cotool.text import size

if TYPE_CHECKING:
    from os import PathLike

STDIN = "-"

_BUFFER = 1 << 16
# The size to which a compressed file may be decompressed if no limit is given: this many times its
# own size, but at least and at most this many bytes.
_RATIO = 100
_LEAST_DECOMPRESSED = 1 << 24
MOST_DECOMPRESSED = 1 << 30
# The memory that one value of a compressed file may take: this many bytes, or this many times the
# size of the file.
_LEAST_MEMORY = 384 << 20
_MEMORY_RATIO = 64
_CHECK = "check the name of the file"
_EXTENSIONS = (
    *(".gz", ".zst", ".bz2", ".xz", ".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".txt"),
    *(".parquet", ".arrow", ".feather", ".xlsx", ".xls", ".ods", ".db", ".sqlite", ".eval"),
)


class _Raw(io.RawIOBase):
    """A raw stream over blocks of bytes."""

    def __init__(self, blocks: Iterator[bytes], memory: Callable[[], int | None]) -> None:
        self._blocks = blocks
        self._rest = memoryview(b"")
        self.memory = memory

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


def buffered(
    blocks: Iterator[bytes], memory: Callable[[], int | None] = lambda: None
) -> io.BufferedReader:
    """Return blocks of bytes as a stream; `memory` says how much one value of it may take."""
    return io.BufferedReader(_Raw(blocks, memory), _BUFFER)


def memory_for_a_value(stream: io.BufferedReader) -> int | None:
    """Return how many bytes of memory one value of a stream may take, None without a limit.

    What is not compressed cannot take more than a multiple of its own size. A small compressed
    file may hold a value of any size, so there is a limit, which grows with the file.
    """
    return stream.raw.memory() if isinstance(stream.raw, _Raw) else None


class Decompressed:
    """The limits of a compressed source: the length of its text, and the size of a value in it.

    Without `most`, the text may have `ratio` times the bytes of the source, but at least `least`,
    and at most `greatest`.
    """

    def __init__(
        self,
        name: str,
        most: int | None,
        *,
        ratio: int = _RATIO,
        least: int = _LEAST_DECOMPRESSED,
        greatest: int | None = MOST_DECOMPRESSED,
    ) -> None:
        self._name = name
        self._most = most
        self._ratio, self._least, self._greatest = ratio, least, greatest
        self._taken = self._given = 0

    def took(self, count: int) -> None:
        """Count bytes of the compressed source."""
        self._taken += count

    def memory(self) -> int:
        """Return how many bytes of memory one value may take."""
        return max(_LEAST_MEMORY, _MEMORY_RATIO * self._taken)

    def checked(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        """Yield the blocks up to the limit. Raises InputError beyond it."""
        for block in blocks:
            self._given += len(block)
            most = self._limit() if self._most is None else self._most
            if self._given > most:
                raise InputError(
                    f"{self._name} is longer than {size(most)} when decompressed",
                    parameter="max_decompressed",
                    hint="give a higher limit if the file is meant to be that long",
                )
            yield block

    def _limit(self) -> int:
        most = max(self._least, self._ratio * self._taken)
        return most if self._greatest is None else min(self._greatest, most)


@contextmanager
def open_source(
    path: str | PathLike[str],
    *,
    stdin: BinaryIO | None = None,
    on_read: Callable[[int], None] | None = None,
    max_decompressed: int | None = None,
) -> Iterator[io.BufferedReader]:
    """Open a file, or standard input for "-", as UTF-8 bytes without a byte order mark.

    `on_read` gets the number of raw bytes of each read. Nothing seeks, so pipes work. A
    compressed source may have at most `max_decompressed` bytes when decompressed; by default 1 GiB
    and 100 times its own size, but at least 16 MiB.
    Raises InputError, also from later reads, if the file cannot be read or decompressed.
    """
    name = source_name(path)
    if str(path) == STDIN:
        if stdin is None and sys.stdin is None:
            raise InputError("standard input is closed")
        yield _decoded(stdin or sys.stdin.buffer, name, on_read, max_decompressed)
        return
    try:
        file = io.FileIO(path)
    except OSError as error:
        raise unreadable(name, error, _CHECK) from None
    with file:
        yield _decoded(file, name, on_read, max_decompressed)


def check_readable(path: str | PathLike[str]) -> None:
    """Raise InputError if `path` is not a file; checked for all paths before any is read."""
    if str(path) == STDIN:
        return
    try:
        directory = Path(path).is_dir()
        Path(path).stat()
    except (OSError, ValueError) as error:
        raise unreadable(str(path), error, _CHECK) from None
    if directory:
        raise InputError(
            f"{path}: is a folder", hint=f"pass the files in it, such as {Path(path) / '*.json'}"
        )


def source_name(path: str | PathLike[str]) -> str:
    """Return the name of a source in messages."""
    return "stdin" if str(path) == STDIN else str(path)


def source_labels(paths: list[str | PathLike[str]]) -> list[str]:
    """Return each file's stem, with as many folders as make it unique: the names of experts.

    If several files all have one stem, their folders name them.
    """
    parts = []
    for path in paths:
        found = Path(source_name(path))
        stem = found.name
        while stem.lower().endswith(_EXTENSIONS) and Path(stem).stem:
            stem = Path(stem).stem
        parts.append([*found.parent.parts, stem])
    folders = [tuple(own[:-1]) for own in parts]
    alike = len(parts) > 1 and len({own[-1] for own in parts}) == 1
    if alike and all(folders) and len({*folders}) == len(parts):
        parts = [own[:-1] for own in parts]
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
    file: BinaryIO | io.RawIOBase,
    name: str,
    on_read: Callable[[int], None] | None,
    max_decompressed: int | None,
) -> io.BufferedReader:
    # read1 hands over what a pipe holds; a raw file's read does the same.
    take = getattr(file, "read1", file.read)
    limits = Decompressed(name, max_decompressed)

    def read(size: int) -> bytes:
        try:
            data: bytes = take(size) or b""
        except OSError as error:
            raise unreadable(name, error) from None
        if on_read is not None:
            on_read(len(data))
        limits.took(len(data))
        return data

    head = read_head(read)
    blocks = text_blocks(head, read, name)
    if compression_of(head) is None:
        return buffered(blocks)
    return buffered(limits.checked(blocks), limits.memory)


def read_head(read: Callable[[int], bytes]) -> bytes:
    """Return the first bytes of a source, enough to recognise its compression and encoding.

    It waits for no more than these.
    """
    head = b""
    while (len(head) < MARK_SIZE or _may_be_compressed(head)) and (data := read(BLOCK)):
        head += data
    return head


def _may_be_compressed(head: bytes) -> bool:
    """Return whether the data is an incomplete prefix of a compression mark."""
    return len(head) < MAGIC_SIZE and head.startswith((b"BZh", b"\xfd7zX"))


def plain_start(head: bytes) -> int | None:
    """Return where the text begins in a source that needs no conversion, None in any other."""
    if compression_of(head) is not None or encoding_of(head) is not None:
        return None
    return len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0


def text_blocks(
    head: bytes,
    read: Callable[[int], bytes],
    name: str,
    *,
    strict: bool = True,
    hint: str | None = None,
    again: Callable[[int, int], bytes] | None = None,
) -> Iterator[bytes]:
    """Yield a source's text in UTF-8, whatever its compression and encoding, without a mark.

    `head` holds what has been read already, at least what read_head() returns. Damaged compressed
    data raises InputError with the hint after what precedes the damage, and so does text that is
    not in its encoding, unless `strict` is false: then it is replaced. `again`: see decompressed().
    """
    rest = head

    def read_on(size: int) -> bytes:
        nonlocal rest
        if rest:
            given, rest = rest[:size], rest[size:]
            return given
        return read(size)

    kind = compression_of(head)
    if kind is None:
        blocks = iter(lambda: read_on(BLOCK), b"")
    else:
        blocks = decompressed(read_on, kind, name, hint=hint, again=again)
    return decoded(blocks, name if strict else None)
