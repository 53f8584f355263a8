"""The newest state of each keyring that this machine has seen, so that an older one is noticed.

An older keyring would revive versions that were disabled or destroyed. Each change adds one to the
keyring's counter. A folder of the user has a small file for each key id: the highest counter, and a
hash of the content at that time.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from cotool._typing import Protocol
from cotool.errors import CotoolError, IntegrityError
from cotool.io.target import write_whole


class KeyringState(Protocol):
    """A keyring, as far as its state is compared."""

    key_id: bytes
    counter: int

    def to_bytes(self) -> bytes:
        """Return the content, which goes with the counter."""


class Seen:
    """What a folder remembers. A folder that cannot be written remembers nothing."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self._folder = Path(folder)

    @classmethod
    def of_this_machine(cls) -> Seen:
        """Return the folder of this user: in $COTOOL_HOME, or else in the user's state folder."""
        home = os.environ.get("COTOOL_HOME")
        if home:
            return cls(Path(home, "keyrings"))
        from platformdirs import user_state_path

        return cls(user_state_path("cotool") / "keyrings")

    def check(self, keyring: KeyringState) -> None:
        """Raise IntegrityError if a newer or another state of a keyring has been seen."""
        newest, digest = self._read(keyring)
        if keyring.counter < newest:
            raise IntegrityError(
                "this machine has seen a newer state of the keyring: change "
                f"{newest}, and this is change {keyring.counter}",
                hint="put the newer one back, join both with cotool vault keys merge FILE, "
                "or use this one from now on with cotool vault keys accept",
            )
        # Versions of cotool that do not count write 0.
        if keyring.counter == newest and newest and digest != _digest(keyring):
            raise IntegrityError(
                "the keyring was changed on two machines: it is not the one that this machine has "
                "seen",
                hint="join both with cotool vault keys merge FILE, or use this one from now on "
                "with cotool vault keys accept",
            )

    def remember(self, keyring: KeyringState, *, accept: bool = False) -> None:
        """Remember a state that is newer than what was seen, or with `accept` any."""
        with contextlib.suppress(OSError, CotoolError), self._locked():
            if accept or keyring.counter > self._read(keyring)[0]:
                line = f"{keyring.counter} {_digest(keyring)}\n"
                write_whole(self._path(keyring), line.encode())

    def _path(self, keyring: KeyringState) -> Path:
        return self._folder / keyring.key_id.hex()

    def _read(self, keyring: KeyringState) -> tuple[int, str]:
        try:
            counter, digest = self._path(keyring).read_text(encoding="utf-8").split()
            return int(counter), digest
        except (OSError, ValueError):
            return 0, ""

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            with contextlib.suppress(OSError):  # no locks on this file system
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _digest(keyring: KeyringState) -> str:
    """Return a hash of the content, which has too much entropy to be guessed."""
    return hashlib.sha256(keyring.to_bytes()).hexdigest()
