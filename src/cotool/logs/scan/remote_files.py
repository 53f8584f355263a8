"""Logs of remote storage: recognised by samples, and their ranges as files that fill in pieces."""

from __future__ import annotations

import mmap
import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from cotool._typing import TYPE_CHECKING
from cotool.errors import InputError
from cotool.io.compression import MAGIC_SIZE
from cotool.io.remote import BLOCK, Remote, describe
from cotool.io.sources import plain_start
from cotool.logs.scan.samples import REACH
from cotool.logs.scan.sources import LogSource, windows_of

if TYPE_CHECKING:
    from concurrent.futures import Future


_AT_ONCE = 8  # small reads
_LONGEST = 1 << 30  # bytes of a line that is cut by the end of a range


def remote_sample(source: LogSource) -> tuple[list[bytes], int, int, float | None] | None:
    """Return samples of an object, where its text begins, its size and its last change.

    None if it is not plain text, or if ranges of it cannot be read. Raises InputError.
    """
    found = describe(str(source.url))
    if not found.ranged or found.size is None:
        return None
    head = found.read(0, min(MAGIC_SIZE, found.size))
    start = plain_start(head)
    if start is None:
        return None
    places = windows_of(start, found.size)
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="cotool-fetch") as pool:
        windows = list(pool.map(lambda place: found.read(*place), places))
    return windows, start, found.size, found.mtime


@contextmanager
def remote_window(source: LogSource, begin: int, end: int, size: int) -> Iterator[RemoteWindow]:
    """Open bytes [begin, end) of an object of `size` bytes. Raises InputError."""
    from cotool.io.remote import Remote

    remote = Remote(str(source.url), size, None, ranged=True)
    window = RemoteWindow(remote, source.path, begin, end, size)
    try:
        yield window
    finally:
        window.close()


class RemoteWindow:
    """A file with holes for the fetched parts of an object, at the same offsets.

    One block is fetched while another is scanned; what has been scanned is freed.
    """

    def __init__(self, remote: Remote, path: str, begin: int, end: int, size: int) -> None:
        self._remote, self._path = remote, path
        self._end, self._whole = end, size
        # A sample's context may begin before the range.
        self._have = self._freed = max(0, begin - REACH)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="cotool-fetch")
        self._coming: tuple[int, int, Future[bytes]] | None = None
        self.fd = _anonymous()
        self.size = self._have

    def close(self) -> None:
        """Free the memory."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        os.close(self.fd)

    def ready(self, position: int) -> int:
        """Fetch a block from `position` on; return where a batch that begins there may end."""
        stop = min(self._end, position + BLOCK)
        self._reach(stop)
        self._end_line(stop)
        self._ahead(min(self._end, stop + BLOCK))
        return stop

    def more(self) -> bool:
        """Fetch further whole lines; False if there are none."""
        if self.size >= self._whole:
            return False
        self._end_line(self.size + 1)
        return True

    def read(self, start: int, stop: int) -> bytes:
        """Return bytes of the object, which are fetched if they are not there."""
        self._reach(min(stop, self._whole))
        return os.pread(self.fd, stop - start, start)

    def free(self, position: int) -> None:
        """Free what is well before a place."""
        stop = (position - REACH) // mmap.PAGESIZE * mmap.PAGESIZE
        begin = self._freed // mmap.PAGESIZE * mmap.PAGESIZE
        if stop - begin < BLOCK // 2 or not hasattr(mmap, "MADV_REMOVE"):
            return
        with mmap.mmap(self.fd, stop - begin, offset=begin) as pages:
            pages.madvise(mmap.MADV_REMOVE)
        self._freed = stop

    def _end_line(self, stop: int) -> None:
        """Fetch until a line ends at `stop` or after; whole lines can be read then."""
        self._reach(min(self._whole, stop + REACH))
        at, step = stop - 1, REACH
        while True:
            found = os.pread(self.fd, self._have - at, at).rfind(b"\n")
            if found >= 0:
                self.size = at + found + 1
                return
            if self._have >= self._whole:
                self.size = self._whole
                return
            if self._have - stop > _LONGEST:
                raise InputError(
                    f"{self._path}: byte {stop}: a line goes on for more than {_LONGEST >> 30} GiB"
                )
            at, step = self._have, min(2 * step, BLOCK)
            self._reach(min(self._whole, self._have + step))

    def _reach(self, stop: int) -> None:
        while self._have < stop:
            if self._coming is None:
                self._ahead(stop)
            assert self._coming is not None  # noqa: S101 - there is something to fetch
            begin, end, future = self._coming
            self._coming = None
            data = future.result()
            written = 0
            while written < len(data):
                written += os.pwrite(self.fd, data[written:], begin + written)
            self._have = end

    def _ahead(self, stop: int) -> None:
        """Begin to fetch the next block, up to `stop`."""
        if self._coming is None and self._have < stop:
            end = min(stop, self._have + BLOCK)
            self._coming = (self._have, end, self._pool.submit(self._remote.read, self._have, end))


def _anonymous() -> int:
    """Return a file without a name, in memory if the system has that."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("cotool", os.MFD_CLOEXEC)
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
