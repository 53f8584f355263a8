"""Files that appear complete under their name, or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from pathlib import Path

from cotool._typing import TYPE_CHECKING, BinaryIO, Self
from cotool.errors import InputError

if TYPE_CHECKING:
    from types import TracebackType

_WRITABLE = "give a file in an existing folder that you can write to"
_IN_MEMORY = {"tmpfs", "ramfs"}
# Errors of link() on file systems without hard links (FAT, some network and FUSE mounts).
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK, errno.EACCES}
# Errors of fallocate() that do not mean that space is missing.
_NO_PREALLOCATION = {errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS, errno.ENODEV, errno.ENOTTY}


class Target:
    """A file that appears complete under its name if the block ends without an error.

    Until then the bytes are in a file with a random name in the same folder, which is removed after
    an error. A binary stream is written directly, in order.

    Args:
        target: a path or a binary stream.
        force: replace an existing file; otherwise InputError is raised, before and after the work.
        private: the file has mode 0600 and replaces a link. Otherwise it has the mode of the file
            that it replaces, and what a link points to is replaced.
        special: write to a device or pipe directly, in order. Otherwise InputError is raised:
            somebody may have planted it at a name that the user did not give.

    """

    def __init__(
        self,
        target: str | os.PathLike[str] | BinaryIO,
        *,
        force: bool = False,
        private: bool = True,
        special: bool = True,
    ) -> None:
        self._stream: BinaryIO | None = None
        self._handle = -1
        self._force = force
        self._part: Path | None = None
        self._times: tuple[int, int] | None = None
        if not isinstance(target, (str, os.PathLike)):
            self.name = str(getattr(target, "name", "stream"))
            self._stream = target
            return
        self.name = os.fspath(target)
        path = Path(self.name)
        if is_special(path):
            if not special:
                raise InputError(
                    f"{self.name}: is a device or pipe, not a file",
                    hint="name it as `destination` to write to it, or give another `destination`",
                )
            try:
                self._handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
            except OSError as error:
                raise self._failed(error) from None
            return
        if path.is_dir() or self.name.endswith(os.sep):
            raise InputError(f"{self.name}: is a folder", hint="give a file")
        if not force and os.path.lexists(path):
            raise self._exists()
        self._path = path if private else Path(os.path.realpath(path))
        path = self._path
        if not private and path.is_symlink():
            raise self._failed(OSError(errno.ELOOP, os.strerror(errno.ELOOP)))
        self._part = path.with_name(f".{path.name[:40]}.{os.urandom(8).hex()}.part")
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            self._handle = os.open(self._part, flags, 0o600 if private else 0o666)
        except OSError as error:
            self._part = None
            raise self._failed(error, _WRITABLE) from None
        if not private and path.exists():
            self.keep(path.stat())

    def preserve(self, was: os.stat_result) -> None:
        """Give the finished file the permissions and times of another one."""
        if self._part is not None:
            os.fchmod(self._handle, was.st_mode & 0o777)
            self._times = (was.st_atime_ns, was.st_mtime_ns)

    @property
    def handle(self) -> int:
        """The file descriptor, or -1 for a binary stream."""
        return self._handle

    @property
    def is_positional(self) -> bool:
        """Whether `write_at` works, in any order; otherwise use `write`, in order."""
        return self._part is not None

    def reserve(self, size: int) -> None:
        """Allocate `size` bytes on the disk, so that a full disk is an error at the start.

        In memory, allocation costs as much as writing (encrypting 1 GiB on tmpfs: 0.58 s with it,
        0.43 s without), so there only the free space is checked.
        """
        if self._part is None or not size or not hasattr(os, "posix_fallocate"):
            return
        try:
            _allocate(self._handle, str(self._part.parent), size)
        except OSError as error:
            if error.errno not in _NO_PREALLOCATION:
                raise self._failed(error) from None

    def keep(self, was: os.stat_result) -> None:
        """Give the file the owner, group and mode of the one that it replaces."""
        keep_attributes(self._handle, was)

    def replaces(self, handle: int) -> bool:
        """Return whether this target would replace the file that is open as `handle`."""
        if self._part is None or handle < 0:
            return False
        with contextlib.suppress(OSError):
            return os.path.samestat(self._path.stat(), os.fstat(handle))
        return False

    def begin(self, data: bytes) -> None:
        """Write the first bytes."""
        if self.is_positional:
            self.write_at(0, data)
        else:
            self.write(data)

    def write_at(self, offset: int, data: memoryview | bytes) -> None:
        """Write all of `data` at `offset`."""
        rest = memoryview(data)
        try:
            while rest:
                count = os.pwrite(self._handle, rest, offset)
                rest, offset = rest[count:], offset + count
        except OSError as error:
            raise self._failed(error) from None

    def write(self, data: memoryview | bytes) -> None:
        """Write all of `data` after what was written before."""
        rest = memoryview(data)
        try:
            while rest:
                if self._stream is None:
                    count = os.write(self._handle, rest)
                else:
                    count = self._stream.write(rest) or 0
                rest = rest[count:]
            if self._stream is not None:
                self._stream.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise self._failed(error) from None

    def _commit(self) -> None:
        if self._part is None:
            return
        try:
            if self._times is not None:
                os.utime(self._handle, ns=self._times)
            os.fsync(self._handle)
            if self._force:
                self._part.replace(self._path)
            else:
                self._link()
            self._part = None
        except FileExistsError:
            raise self._exists() from None
        except OSError as error:
            raise self._failed(error) from None
        _sync_folder(self._path.parent)

    def _link(self) -> None:
        """Give the file its name, unless another file has it by now."""
        part = self._part
        assert part is not None  # noqa: S101 - _commit looked
        try:
            os.link(part, self._path, follow_symlinks=False)
        except OSError as error:
            if error.errno not in _NO_LINKS or os.path.lexists(self._path):
                raise
            part.rename(self._path)
        else:
            part.unlink()

    def _exists(self) -> InputError:
        return InputError(
            f"{self.name}: already exists",
            hint="replace it with `force`, or give another `destination`",
        )

    def _failed(self, error: OSError, hint: str | None = None) -> InputError:
        return InputError(f"{self.name}: cannot be written: {error.strerror or error}", hint=hint)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._commit()
        finally:
            if self._part is not None:
                with contextlib.suppress(OSError):
                    self._part.unlink()
            if self._handle >= 0:
                os.close(self._handle)
                self._handle = -1


def write_whole(path: str | os.PathLike[str], data: bytes, *, private: bool = True) -> None:
    """Write a file, or replace one, complete or not at all. Raises InputError naming `path`."""
    with Target(path, force=True, private=private) as target:
        target.begin(data)


def replace_file(path: str, data: bytes) -> None:
    """Replace a file atomically and keep its owner, group and mode. Raises InputError, OSError."""
    with Target(path, force=True, special=False) as target:
        target.keep(Path(path).stat())
        target.begin(data)


def keep_attributes(handle: int, was: os.stat_result) -> None:
    """Give an open file the owner, group and mode of another, as far as this process may.

    Without the same group, the mode gives nothing to the group.
    """
    now = os.fstat(handle)
    mode = stat.S_IMODE(was.st_mode)
    if (now.st_uid, now.st_gid) != (was.st_uid, was.st_gid):
        try:
            os.fchown(handle, was.st_uid, was.st_gid)
        except OSError:
            with contextlib.suppress(OSError):
                os.fchown(handle, -1, was.st_gid)
        if os.fstat(handle).st_gid != was.st_gid:
            mode &= ~stat.S_IRWXG
    os.fchmod(handle, mode)


def is_special(path: Path) -> bool:
    """Return whether a path is a device or a pipe, which is written to and not replaced."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def check_writable(path: Path) -> None:
    """Raise InputError if a file cannot be written because of its folder, or because it is one."""
    folder = path.parent
    if path.is_dir() or not (folder.is_dir() and os.access(folder, os.W_OK)):
        raise InputError(f"{path}: cannot be written", hint=_WRITABLE)


def _sync_folder(folder: Path) -> None:
    """Make a rename durable, on systems where a folder can be synced."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _allocate(handle: int, folder: str, size: int) -> None:
    if not is_in_memory(folder):
        os.posix_fallocate(handle, 0, size)
        return
    free = os.statvfs(folder)
    if free.f_bavail * free.f_frsize < size:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def is_in_memory(folder: str) -> bool:
    """Return whether a folder is on a file system in memory."""
    try:
        real = os.path.realpath(folder, strict=True)
        if not stat.S_ISDIR(Path(real).stat().st_mode):
            return False
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    best = ("", "")
    for line in mounts.splitlines():
        _, place, kind, *_ = line.split(" ")
        place = place.replace("\\040", " ")
        inside = real == place or real.startswith(place.rstrip("/") + "/")
        if inside and len(place) >= len(best[0]):
            best = (place, kind)
    return best[1] in _IN_MEMORY
