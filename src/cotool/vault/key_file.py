"""The key file: 32 random bytes that open a keyring without a prompt."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from cotool._typing import TYPE_CHECKING
from cotool.errors import InputError
from cotool.io.target import Target
from cotool.vault.files import read_line
from cotool.vault.keys import KEY_SIZE, Budget, hkdf, keyring_slot
from cotool.vault.slots import KEYRING_SLOT, Slot

if TYPE_CHECKING:
    from cotool.vault.header import Header

_PREFIX = "COTOOL-KEY-1:"
_LIMIT = 1000  # bytes


class KeyFile:
    """A file with a key of 32 random bytes, which opens keyrings without a prompt.

    The file contains `COTOOL-KEY-1:` and 64 hexadecimal digits.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._id = hkdf(key, b"", b"cotool.vault/1 key file\x00", 8)

    def __repr__(self) -> str:
        return "KeyFile(…)"

    @classmethod
    def generate(cls, path: str) -> KeyFile:
        """Write a new key file with mode 0600. Raises InputError if it exists."""
        key = os.urandom(KEY_SIZE)
        with Target(path, special=False) as target:
            target.write_at(0, f"{_PREFIX}{key.hex()}\n".encode())
        return cls(key)

    @classmethod
    def read(cls, path: str) -> KeyFile:
        """Return the key in a file. Raises InputError."""
        with Path(path).open("rb", buffering=0) as file:
            text = read_line(file.fileno(), _LIMIT).decode("ascii", "replace").strip()
        digits = text.removeprefix(_PREFIX)
        with contextlib.suppress(ValueError):
            key = bytes.fromhex(digits)
            if len(key) == KEY_SIZE and digits != text:
                return cls(key)
        raise InputError(
            f"{path}: is not a key file", hint="cotool vault keys init makes the `key_file`"
        )

    def new_slot(self, header: Header | None = None) -> tuple[Slot, bytes]:  # noqa: ARG002
        """Return an unwrapped slot for this key."""
        return keyring_slot(self._id, 1), self._key

    def candidates(self, slot: Slot, budget: Budget) -> tuple[bytes, ...]:  # noqa: ARG002
        """Return the key if the slot is for it."""
        return (self._key,) if slot.kind == KEYRING_SLOT and slot.key_id == self._id else ()
