"""Bytes for the vault, read at any offset or as a stream. Knows no keys and no format."""

from __future__ import annotations

import contextlib
import io
import os
import stat
from collections.abc import Callable, Iterator
from functools import partial

from cotool._typing import TYPE_CHECKING, BinaryIO, Self
from cotool.errors import CotoolError, InputError, unreadable

if TYPE_CHECKING:
    StrPath = str | os.PathLike[str]

STDIO = "-"  # names standard input or output instead of a file


def read_line(handle: int, limit: int) -> bytes:
    """Return the next line of a descriptor without its newline, at most `limit` + 1 bytes.

    Nothing after the newline is read: it belongs to the next reader.
    """
    line = bytearray()
    while len(line) <= limit and (byte := os.read(handle, 1)) not in {b"", b"\n"}:
        line += byte
    return bytes(line)


def read_limited(path: StrPath, limit: int, what: str) -> bytes:
    """Return a small file. Raises OSError; InputError if it is too large for `what`."""
    with Source(path) as file:
        return file.whole(limit, InputError(f"{file.name}: is too large for {what}"))


def check_regular(path: StrPath) -> None:
    """Raise InputError for a pipe or device, which may never end; OSError."""
    status = os.stat(path)  # noqa: PTH116 - or a string
    if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
        raise InputError(f"{os.fspath(path)}: is not a regular file")


def is_same_file(one: object, other: object) -> bool:
    """Return whether two paths or descriptors are the same file; False if there is none."""
    try:
        return os.path.samestat(os.stat(one), os.stat(other))  # type: ignore[arg-type] # noqa: PTH116
    except (OSError, TypeError, ValueError):  # a binary stream, or no name of a file
        return False


class Source:
    """Bytes to read: a path, a binary stream, or bytes in memory.

    `size` is the length of a regular file or of bytes, or None if the length is unknown. `read_at`
    works if there is a size, `read` always, from the start. A context manager.
    """

    def __init__(self, source: StrPath | BinaryIO) -> None:
        self._stream: BinaryIO | None = None
        self._handle = -1
        self._peeked = b""
        self._data: bytes | None = None
        self.size: int | None = None
        if isinstance(source, (str, os.PathLike)):
            self.name = os.fspath(source)
            self._open(self.name)
        else:
            self.name = str(getattr(source, "name", "stream"))
            self._stream = source

    @classmethod
    def of_bytes(cls, data: bytes, name: str) -> Self:
        """Return bytes as a source."""
        source = cls(io.BytesIO(data))
        source.name, source.size, source._data = name, len(data), data
        return source

    def _open(self, name: str) -> None:
        self._handle = os.open(name, os.O_RDONLY | os.O_CLOEXEC)
        self._found = os.fstat(self._handle)
        if stat.S_ISDIR(self._found.st_mode):
            self.__exit__()
            raise InputError(f"{name}: is a folder", hint="give the files in it")
        size = self._found.st_size
        # Files in /proc report size 0 but have content.
        has_content = partial(self._filled, os.preadv, memoryview(bytearray(1)), 0)
        if stat.S_ISREG(self._found.st_mode) and (size or not has_content()):
            self.size = size

    @property
    def handle(self) -> int:
        """The file descriptor, or -1 for a binary stream."""
        return self._handle

    def read_at(self, offset: int, into: memoryview) -> None:
        """Fill `into` with the bytes from `offset` on. Raises InputError if bytes are missing."""
        if self._data is not None:
            into[:] = self._data[offset : offset + len(into)]
            return
        done = 0
        while done < len(into):
            count = self._filled(os.preadv, into[done:], offset + done)
            if not count:
                raise InputError(f"{self.name}: was truncated while it was read")
            done += count

    def peek(self, size: int) -> bytes:
        """Return up to `size` bytes from the start, which are read again afterwards."""
        data = memoryview(bytearray(size if self.size is None else min(size, self.size)))
        if self.size is not None:
            self.read_at(0, data)
            return bytes(data)
        start = bytes(data[: self.read(data)])
        self._peeked = start + self._peeked
        return start

    def whole(self, limit: int, too_long: InputError) -> bytes:
        """Return all bytes from the start. Raises `too_long` if there are more than `limit`."""
        if self.size is not None:
            data = bytearray(min(self.size, limit + 1))
            self.read_at(0, memoryview(data))
        else:
            data, piece = bytearray(), memoryview(bytearray(1 << 16))
            while len(data) <= limit and (count := self.read(piece)):
                data += piece[:count]
        if len(data) > limit:
            raise too_long
        return bytes(data)

    def read(self, into: memoryview) -> int:
        """Fill `into` with the next bytes; return how many there were, fewer only at the end."""
        done = len(self._peeked[: len(into)])
        into[:done] = self._peeked[:done]
        self._peeked = self._peeked[done:]
        while done < len(into):
            if self._stream is None:
                count = self._filled(os.readv, into[done:])
            else:
                data = self._stream.read(len(into) - done)
                count = len(data or b"")
                into[done : done + count] = data or b""
            if not count:
                break
            done += count
        return done

    def _filled(self, read: Callable[..., int], into: memoryview, *place: int) -> int:
        try:
            return read(self._handle, [into], *place)
        except OSError as error:
            raise unreadable(self.name, error) from None

    @property
    def status(self) -> os.stat_result | None:
        """What `stat` said about a file when it was opened; None for a binary stream."""
        return self._found if self._handle >= 0 else None

    @property
    def has_changed(self) -> bool:
        """Return whether a regular file has been written to since it was opened."""
        if self._handle < 0 or not stat.S_ISREG(self._found.st_mode):
            return False
        now = os.fstat(self._handle)
        was = self._found
        return (now.st_size, now.st_mtime_ns) != (was.st_size, was.st_mtime_ns)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


@contextlib.contextmanager
def named(source: StrPath | BinaryIO) -> Iterator[None]:
    """Put the name of the file before the message of an error."""
    try:
        yield
    except CotoolError as error:
        if isinstance(source, (str, os.PathLike)):
            name = os.fspath(source)
        else:
            name = str(getattr(source, "name", "standard input"))
        text = str(error.args[0])
        ways = (f"{before}{name}{after}" for before in " /" for after in (": ", ", "))
        if not any(way in f" {text}" for way in ways):
            error.args = (f"{name}: {text}",)
        raise
