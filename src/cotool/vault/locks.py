"""One lock for all writers of a file. Older versions of cotool take one of its two parts.

A writer of a keyring takes `PATH.lock` first and then the file itself; a writer of any other file
takes the file alone. Older versions lock `PATH.lock` to change a keyring, and the file to rewrap,
re-encrypt or edit it, so either of them waits for a writer that has both.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from cotool._typing import TYPE_CHECKING
from cotool.errors import InputError
from cotool.io.target import keep_attributes
from cotool.vault.files import check_regular

if TYPE_CHECKING:
    from cotool.vault.files import StrPath

PATIENCE = 30.0  # seconds to wait for another writer
_PAUSE = 0.02
# Errors of flock() on file systems that have no locks, such as some network and FUSE mounts.
_NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EBADF, errno.EINVAL}


@contextlib.contextmanager
def locked(path: StrPath, *, keyring: bool = False) -> Iterator[str]:
    """Make other writers of a file wait; yield its real path, so that a link remains a link.

    keyring: the file is a keyring. Raises InputError if another writer does not finish in time, or
    if the file cannot be locked; OSError.
    """
    real = os.path.realpath(path)
    with contextlib.ExitStack() as held:
        check_regular(real)  # no lock for a file that does not exist
        if keyring:
            handle = _open_beside(real)
            held.callback(os.close, handle)
            _lock(handle, real)
        while True:
            handle = _open(real)
            held.callback(os.close, handle)
            _lock(handle, real)
            # The writer that held the lock may have replaced the file.
            if os.path.samestat(os.fstat(handle), Path(real).stat()):
                break
        yield real


def _open(path: str) -> int:
    """Open a file for its lock: NFS gives an exclusive lock only if the file is open to write."""
    try:
        return os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    except PermissionError:
        return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)


def _open_beside(path: str) -> int:
    """Open `PATH.lock`; everyone who may write the file may also lock it."""
    name = f"{path}.lock"
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        handle = os.open(name, flags | os.O_EXCL, 0o600)
    except FileExistsError:
        return os.open(name, flags, 0o600)
    with contextlib.suppress(FileNotFoundError):
        keep_attributes(handle, Path(path).stat())
    return handle


def _lock(handle: int, path: str) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise InputError(
                    f"{path}: another process has locked it for {PATIENCE:.0f} s",
                    hint="cotool vault edit holds the lock until the editor ends",
                ) from None
            time.sleep(_PAUSE)
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
            raise InputError(
                f"{path}: cannot be locked: {error.strerror}",
                hint="change a copy on a local disk, or make the file writable",
            ) from None
        else:
            return
