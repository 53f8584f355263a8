"""Finished tasks of a run, saved on the client, so that a run that lost its cluster can continue.

Each run has one file in the user's cache, named after the request. A result is an entry: the
size and the CRC-32 of the rest, the key of its task, and the pickled result. Only the project's own
classes are unpickled. An incomplete entry at the end is dropped.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import pickle
import struct
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

from cotool._typing import TYPE_CHECKING, Any, BinaryIO, TypeVar
from cotool.engine.tasks import Lost
from cotool.version import __version__

if TYPE_CHECKING:
    from collections import deque

Item = TypeVar("Item")
Result = TypeVar("Result")

_ENTRY = struct.Struct("<QI")
_KEY = 16
_KEPT_DAYS = 30
_PLAIN = {("builtins", "frozenset"), ("builtins", "set"), ("datetime", "datetime")}


class Checkpoint:
    """The results of one run so far. `path` is None if they are not kept.

    Without `resume`, the results of an earlier run are dropped only when the first new result
    comes: a cluster that cannot be reached loses none of them.
    """

    def __init__(self, file: BinaryIO | None, path: Path | None, *, resume: bool = True) -> None:
        self._file = file
        self._path = path
        self._stale = not resume
        self._known = dict(self._entries()) if resume else {}
        self._whole = True
        self.resumed = 0

    def keep(self) -> None:
        """Keep the results after the run, because it was stopped."""
        self._whole = False

    def kept(
        self, work: deque[Item], results: Iterator[tuple[Item, Result | Lost]]
    ) -> Iterator[tuple[Item, Result | Lost]]:
        """Yield what was done before, taken out of `work`, then `results`, keeping each."""
        for item in list(work):
            known = self.get(item)
            if known is not None:
                work.remove(item)
                yield item, known
        for item, result in results:
            if isinstance(result, Lost):
                self.keep()
            else:
                self.put(item, result)
            yield item, result

    def get(self, item: object) -> Any:
        """Return the result of a task, or None if it is not known."""
        place = self._known.pop(_key(item), None)
        if place is None or self._file is None:
            return None
        offset, size = place
        end = self._file.seek(0, os.SEEK_END)
        self._file.seek(offset)
        data = self._file.read(size)
        self._file.seek(end)
        try:
            result = _Reader(io.BytesIO(data)).load()
        except Exception:  # noqa: BLE001 - the task is done again
            return None
        self.resumed += 1
        return result

    def put(self, item: object, result: object) -> None:
        """Save the result of a task."""
        if self._file is None:
            return
        body = _key(item) + pickle.dumps(result, protocol=5)
        try:
            if self._stale:
                self._file.truncate(0)
                self._stale = False
            self._file.write(_ENTRY.pack(len(body), zlib.crc32(body)) + body)
            self._file.flush()
        except OSError:
            # With a full disk the run cannot be resumed, but it continues. close() writes again.
            with contextlib.suppress(OSError):
                self._file.close()
            self._file = None

    def close(self, *, done: bool) -> None:
        """End the run; delete the saved results if the run is complete."""
        if self._file is None or self._path is None:
            return
        is_empty = os.fstat(self._file.fileno()).st_size == 0
        if is_empty or (done and self._whole):
            with contextlib.suppress(OSError):
                self._path.unlink()
        self._file.close()
        self._file = None

    def _entries(self) -> Iterator[tuple[bytes, tuple[int, int]]]:
        """Yield keys with the places and sizes of results, and cut off what is torn."""
        if self._file is None:
            return
        self._file.seek(0)
        end = 0
        while len(head := self._file.read(_ENTRY.size)) == _ENTRY.size:
            size, checksum = _ENTRY.unpack(head)
            if size < _KEY or size > _rest(self._file):
                break
            body = self._file.read(size)
            if zlib.crc32(body) != checksum:
                break
            yield body[:_KEY], (end + _ENTRY.size + _KEY, size - _KEY)
            end += _ENTRY.size + size
        self._file.truncate(end)
        self._file.seek(end)


def file_state(path: str) -> tuple[int, int] | None:
    """Return a file's size and last change, which show whether it has changed."""
    try:
        status = os.stat(path)  # noqa: PTH116 - as it is
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


@contextlib.contextmanager
def open_checkpoint(request: object, *, resume: bool) -> Iterator[Checkpoint]:
    """Keep the results of the run that `request` (by its repr) identifies; see Checkpoint.

    Nothing is kept if the cache cannot be written, or the same run is already under way. The
    results are deleted when the block ends without an error, unless a task was lost or the run was
    stopped.
    """
    checkpoint = _opened(request, resume=resume)
    try:
        yield checkpoint
    except BaseException:
        checkpoint.close(done=False)
        raise
    checkpoint.close(done=True)


def _opened(request: object, *, resume: bool) -> Checkpoint:
    import fcntl

    from platformdirs import user_cache_dir

    whole = repr((__version__, request))
    name = hashlib.blake2b(whole.encode("utf-8", "surrogateescape"), digest_size=16)
    folder = Path(user_cache_dir("cotool", appauthor=False)) / "runs"
    path = folder / f"{name.hexdigest()}.tasks"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _prune(folder)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        if os.fstat(handle).st_uid != os.getuid():
            os.close(handle)
            return Checkpoint(None, None)
    except OSError:
        return Checkpoint(None, None)
    file = os.fdopen(handle, "r+b")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return Checkpoint(None, None)
    return Checkpoint(file, path, resume=resume)


def _prune(folder: Path) -> None:
    old = time.time() - _KEPT_DAYS * 86400
    for path in folder.glob("*.tasks"):
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < old:
                path.unlink()


def _key(item: object) -> bytes:
    text = repr(item).encode("utf-8", "surrogateescape")
    return hashlib.blake2b(text, digest_size=_KEY).digest()


def _rest(file: BinaryIO) -> int:
    return os.fstat(file.fileno()).st_size - file.tell()


class _Reader(pickle.Unpickler):
    """Reads only the project's own classes and plain values, so a file cannot run code."""

    def find_class(self, module: str, name: str) -> Any:
        """Return a class that may be read. Raises UnpicklingError for others."""
        found = super().find_class(module, name) if _may_hold(module, name) else None
        if not isinstance(found, type) or found.__module__ != module:
            raise pickle.UnpicklingError(f"{module}.{name} cannot be read from a checkpoint")
        return found


def _may_hold(module: str, name: str) -> bool:
    return (module.startswith("cotool.") and "." not in name) or (module, name) in _PLAIN
