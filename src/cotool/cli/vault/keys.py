"""Turn the key options of a vault command into the objects that encrypt and decrypt."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cotool.cli.vault.batch_run import STDIO
from cotool.cli.vault.secrets import (
    SecretSource,
    environment_source,
    is_stdin,
    show_passphrase,
    spare_stdin_file,
)
from cotool.errors import CotoolError, InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cotool.vault import Key, KeyFile, Keyring, Passphrase
    from cotool.vault.header import Slot
    from cotool.vault.keys import Budget


@dataclass(frozen=True)
class KeyRequest:
    """The key options of one call. Each secret is read once."""

    keyring: str | None = None
    key_file: str | None = None
    passphrase: bool = False
    source: SecretSource = field(default_factory=SecretSource)
    allow_any_cost: bool = False

    @functools.cached_property
    def secret(self) -> SecretSource:
        """Return the source of the passphrase: options, then the environment, then a terminal."""
        return self.source if self.source.is_given else environment_source()

    @property
    def keyring_path(self) -> str:
        """Return the path of the keyring: the option, then COTOOL_KEYRING, then the user's own."""
        path = self.keyring or os.environ.get("COTOOL_KEYRING")
        if path:
            return path
        home = os.environ.get("COTOOL_HOME")
        if home:
            return str(Path(home, "keyring.vault"))
        from platformdirs import user_data_path

        return str(user_data_path("cotool") / "keyring.vault")

    @property
    def has_keyring(self) -> bool:
        """Return whether a keyring is used: one is named, or the user has one."""
        if self.passphrase:
            return False
        named = self.keyring or os.environ.get("COTOOL_KEYRING")
        return bool(named) or Path(self.keyring_path).exists()

    @functools.cached_property
    def opener(self) -> Key:
        """Return what opens the keyring's file. Raises InputError."""
        from cotool.vault.header import PASSPHRASE_SLOT
        from cotool.vault.inspection import read_slots

        path = self.keyring_path
        try:
            slots = read_slots(path)
        except FileNotFoundError:
            raise InputError(
                f"{path}: there is no keyring", hint="cotool vault keys init makes one"
            ) from None
        if self._key_file is not None:
            return self._key_file
        if all(slot.kind != PASSPHRASE_SLOT for slot in slots):
            raise InputError(f"{path}: needs a key file to open it", hint="give it with --key-file")
        return self.new_passphrase(self.secret.read(f"the keyring {path}"))

    def read_before_content(self) -> None:
        """Read a secret that comes before the content on standard input."""
        self.secret.read_before_content()
        path = self._key_file_path
        if path and is_stdin(path):
            spare_stdin_file(path)
            _ = self._key_file

    @property
    def _key_file_path(self) -> str | None:
        return self.key_file or os.environ.get("COTOOL_KEY_FILE")

    @functools.cached_property
    def _key_file(self) -> KeyFile | None:
        path = self._key_file_path
        if not path:
            return None
        from cotool.vault import KeyFile

        return KeyFile.read(path)

    def read_keyring(self) -> Keyring:
        """Return the keyring. Raises InputError, VaultError."""
        from cotool.vault import Keyring

        with naming(self.keyring_path):
            return Keyring.read(self.keyring_path, [self.opener])

    def new_passphrase(self, secret: str | bytes, *, profile: str | None = None) -> Passphrase:
        """Return a passphrase as a key."""
        from cotool.vault import Passphrase
        from cotool.vault.keys import profile as cost_of

        cost = None if profile is None else cost_of(profile)
        return Passphrase(secret, cost=cost, unbounded=self.allow_any_cost)

    def sealing_keys(self, *, profile: str | None, generate: bool) -> list[Key]:
        """Return the key that encrypts: the keyring, or else a passphrase."""
        check_profile(profile)
        if self.has_keyring and not generate:
            return [self.read_keyring()]
        if generate:
            return [self.new_passphrase(generated_passphrase(), profile=profile)]
        secret = self.secret.read("the new file", confirm=True)
        return [self.new_passphrase(secret, profile=profile)]


class Opening:
    """A key that asks once for what a slot needs, the keyring or a passphrase."""

    def __init__(self, request: KeyRequest) -> None:
        self._request = request
        self._lock = threading.RLock()
        self._keyring: Keyring | None = None
        self._passphrase: Passphrase | None = None

    def new_slot(self, beside: Sequence[Slot] = ()) -> tuple[Slot, bytes]:
        """Return a slot for the key that has opened files so far."""
        key = self._keyring or self._passphrase
        if key is None:
            raise InputError("no key has been used yet")
        return key.new_slot(beside)

    def candidates(self, slot: Slot, budget: Budget) -> Sequence[bytes]:
        """Return the keys for a slot, after asking for them if necessary."""
        from cotool.vault.header import KEYRING_SLOT

        with self._lock:
            if slot.kind == KEYRING_SLOT:
                keyring = self.keyring()
                return () if keyring is None else keyring.candidates(slot, budget)
            return self.passphrase().candidates(slot, budget)

    def keyring(self) -> Keyring | None:
        """Return the keyring, or None if none is used."""
        with self._lock:
            if self._keyring is None and self._request.has_keyring:
                self._keyring = self._request.read_keyring()
            return self._keyring

    def passphrase(self) -> Passphrase:
        """Return the passphrase of files."""
        with self._lock:
            if self._passphrase is None:
                secret = self._request.secret.read("the file")
                self._passphrase = self._request.new_passphrase(secret)
            return self._passphrase

    def ask_now(self, paths: Iterable[str]) -> None:
        """Ask for the keys that the headers of files need, before threads start.

        A secret that comes before the content on standard input is read.
        """
        from cotool.vault.header import PASSPHRASE_SLOT
        from cotool.vault.inspection import read_slots

        for path in paths:
            if path == STDIO:
                self._request.read_before_content()
            if not Path(path).is_file():
                continue  # the header of a pipe can be read only once
            try:
                slots = read_slots(path)
            except (CotoolError, OSError):
                continue  # this file's error is reported later
            by_keyring = any(slot.kind != PASSPHRASE_SLOT for slot in slots)
            if (by_keyring and self.keyring() is not None) or not slots:
                continue
            if any(slot.kind == PASSPHRASE_SLOT for slot in slots):
                self.passphrase()

    def all(self) -> list[Key]:
        """Return each available key, to tell slots apart."""
        return [key for key in (self._keyring, self._passphrase) if key is not None]


def generated_passphrase() -> str:
    """Generate a passphrase, show it, and return it."""
    from cotool.vault import generate_passphrase

    secret = generate_passphrase()
    show_passphrase(secret)
    return secret


def check_profile(name: str | None) -> None:
    """Raise InputError for an unknown profile, even if no passphrase is made."""
    from cotool.vault.keys import DEFAULT_PROFILE, profile

    profile(name or DEFAULT_PROFILE)


@contextlib.contextmanager
def naming(name: str) -> Iterator[None]:
    """Prefix the message of an error with a name."""
    try:
        yield
    except CotoolError as error:
        if name not in str(error):
            error.args = (f"{name}: {error}",)
        raise


def tell(text: str, *, quiet: bool) -> None:
    """Print what was done on standard error."""
    if not quiet:
        print(text, file=sys.stderr)
