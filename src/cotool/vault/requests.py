"""The keys that a command or a worker uses: found, and read once, when they are needed."""

from __future__ import annotations

import functools
import os
import threading
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cotool._records import dataclass
from cotool.errors import CotoolError, InputError
from cotool.vault.files import STDIO, check_regular, named
from cotool.vault.passphrases import PassphraseSource, is_stdin, spare_stdin_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cotool.vault.envelope import Key
    from cotool.vault.header import Header
    from cotool.vault.identity import Identity
    from cotool.vault.key_file import KeyFile
    from cotool.vault.keyring import Keyring
    from cotool.vault.keys import Budget, Passphrase
    from cotool.vault.seen import Seen
    from cotool.vault.slots import Slot
    from cotool.vault.wrap_command import WrapCommand


@dataclass(frozen=True)
class KeyRequest:
    """The keys that were named: by paths, or a passphrase by its source. Each is read once."""

    keyring: str | None = None
    key_file: str | None = None
    passphrase: bool = False
    source: PassphraseSource = field(default_factory=PassphraseSource)
    allow_any_cost: bool = False
    identity: str | None = None
    wrap_command: str | None = None

    @functools.cached_property
    def secret(self) -> PassphraseSource:
        """Return the source of the passphrase; COTOOL_PASSPHRASE_FILE if none was named."""
        path = os.environ.get("COTOOL_PASSPHRASE_FILE")
        return replace(self.source, file=path) if path and not self.source.is_given else self.source

    @property
    def keyring_path(self) -> str:
        """Return the path of the keyring: the option, then COTOOL_KEYRING, then the user's own."""
        return self.keyring or _users_own("COTOOL_KEYRING", "keyring.vault")

    @property
    def identity_path(self) -> str:
        """Return the path of the identity, found in the same way."""
        return self.identity or _users_own("COTOOL_IDENTITY", "identity.vault")

    @property
    def has_keyring(self) -> bool:
        """Return whether a keyring is used: one is named, or the user has one."""
        if self.passphrase or (self.chooses_program and not self._names_keyring):
            return False
        named = self.keyring or os.environ.get("COTOOL_KEYRING")
        return bool(named) or Path(self.keyring_path).exists()

    @property
    def has_identity(self) -> bool:
        """Return whether an identity is used: one is named, or the user has one."""
        if (self.passphrase or self.chooses_program) and not self.chooses_identity:
            return False
        named = self.identity or os.environ.get("COTOOL_IDENTITY")
        return bool(named) or Path(self.identity_path).exists()

    @property
    def chooses_identity(self) -> bool:
        """Return whether the identity was named for this call, not by a variable for all calls."""
        return self.identity is not None and self.identity != os.environ.get("COTOOL_IDENTITY")

    @property
    def chooses_program(self) -> bool:
        """Return whether a wrap command was named for this call."""
        named = os.environ.get("COTOOL_WRAP_COMMAND")
        return self.wrap_command is not None and self.wrap_command != named

    @property
    def _names_keyring(self) -> bool:
        return self.keyring is not None and self.keyring != os.environ.get("COTOOL_KEYRING")

    @property
    def names_other_key(self) -> bool:
        """Return whether this call names a key that encrypts, other than a wrap command."""
        source = self.source
        secret = source.is_given and source.file != os.environ.get("COTOOL_PASSPHRASE_FILE")
        return secret or self._names_keyring or self.passphrase or self.chooses_identity

    @property
    def opens_by_passphrase(self) -> bool:
        """Return whether a passphrase may be asked for: not if only a wrap command was named."""
        return not self.chooses_program or self.passphrase or self.secret.is_given

    @functools.cached_property
    def program(self) -> WrapCommand | None:
        """Return the wrap command: the option, then COTOOL_WRAP_COMMAND. Raises InputError."""
        command = self.wrap_command
        if command is None:
            command = os.environ.get("COTOOL_WRAP_COMMAND")
            if not command:
                return None
        import shlex

        from cotool.vault.wrap_command import WrapCommand

        try:
            return WrapCommand(shlex.split(command))
        except ValueError:
            raise InputError(
                "the wrap command cannot be split into words", parameter="wrap_command"
            ) from None

    @functools.cached_property
    def identity_openers(self) -> list[Key]:
        """Return what opens the identity's file: nothing if it is not protected.

        Raises InputError.
        """
        from cotool.vault.identity import is_protected
        from cotool.vault.inspection import read_slots
        from cotool.vault.slots import PASSPHRASE_SLOT, PROGRAM_SLOT

        path = self.identity_path
        try:
            if not is_protected(path):
                return []
        except FileNotFoundError:
            raise InputError(
                f"{path}: there is no identity", hint="cotool vault identity init makes one"
            ) from None
        slots = read_slots(path)
        if self.program is not None and any(slot.kind == PROGRAM_SLOT for slot in slots):
            return [self.program]
        if any(slot.kind == PASSPHRASE_SLOT for slot in slots):
            return [self.new_passphrase(self.secret.read(f"the identity {path}"))]
        if self._key_file is None:
            raise _no_opener(path, slots)
        return [self._key_file]

    def read_identity(self) -> Identity:
        """Return the identity. Raises InputError, VaultError."""
        from cotool.vault.identity import Identity

        path = self.identity_path
        openers = self.identity_openers
        with named(path):
            return Identity.read(path, openers)

    @functools.cached_property
    def opener(self) -> Key:
        """Return what opens the keyring's file. Raises InputError."""
        from cotool.vault.inspection import read_slots
        from cotool.vault.slots import PASSPHRASE_SLOT, PROGRAM_SLOT

        path = self.keyring_path
        try:
            check_regular(path)
            slots = read_slots(path)
        except FileNotFoundError:
            raise InputError(
                f"{path}: there is no keyring", hint="cotool vault keys init makes one"
            ) from None
        if self._key_file is not None:
            return self._key_file
        if self.program is not None and any(slot.kind == PROGRAM_SLOT for slot in slots):
            return self.program
        if all(slot.kind != PASSPHRASE_SLOT for slot in slots):
            raise _no_opener(path, slots)
        return self.new_passphrase(self.secret.read(f"the keyring {path}"))

    def read_before_content(self) -> None:
        """Read a secret that comes before the content on standard input."""
        self.secret.read_before_content()
        path = self.key_file_path
        if path and is_stdin(path):
            spare_stdin_file(path)
            _ = self._key_file

    @property
    def key_file_path(self) -> str | None:
        """Return the path of the key file: the option, then COTOOL_KEY_FILE."""
        return self.key_file or os.environ.get("COTOOL_KEY_FILE")

    @functools.cached_property
    def _key_file(self) -> KeyFile | None:
        path = self.key_file_path
        if not path:
            return None
        from cotool.vault.key_file import KeyFile

        return KeyFile.read(path)

    def read_keyring(self) -> Keyring:
        """Return the keyring. Raises InputError, VaultError."""
        from cotool.vault.keyring import Keyring

        with named(self.keyring_path):
            return Keyring.read(self.keyring_path, [self.opener], seen=self.seen)

    @functools.cached_property
    def seen(self) -> Seen:
        """The states of keyrings that this machine has seen."""
        from cotool.vault.seen import Seen

        return Seen.of_this_machine()

    def new_passphrase(self, secret: str | bytes, *, profile: str | None = None) -> Passphrase:
        """Return a passphrase as a key."""
        from cotool.vault.keys import Passphrase
        from cotool.vault.keys import profile as cost_of

        cost = None if profile is None else cost_of(profile)
        return Passphrase(secret, cost=cost, unbounded=self.allow_any_cost)

    def sealing_keys(self, profile: str | None = None) -> list[Key]:
        """Return what encrypts: a wrap command, and what else the call names.

        Without a wrap command: a chosen identity, the keyring, or else a passphrase.
        """
        keys: list[Key] = []
        if self.program is not None and (self.chooses_program or not self.names_other_key):
            keys.append(self.program)
            if not self.names_other_key:
                return keys
        if self.chooses_identity:
            return [*keys, self.read_identity()]
        if self.has_keyring:
            return [*keys, self.read_keyring()]
        secret = self.secret.read("the new file", confirm=True)
        return [*keys, self.new_passphrase(secret, profile=profile)]


class Opening:
    """A key that asks once for what a slot needs: keyring, identity, passphrase, wrap command."""

    def __init__(self, request: KeyRequest) -> None:
        self._request = request
        self._lock = threading.RLock()
        self._keyring: Keyring | None = None
        self._identity: Identity | None = None
        self._passphrase: Passphrase | None = None
        self._program: WrapCommand | None = None

    def new_slot(self, header: Header | None = None) -> tuple[Slot, bytes]:
        """Return a slot for the key that has opened files so far."""
        key = next(iter(self.all()), None)
        if key is None:
            raise InputError("no key has been used yet")
        return key.new_slot(header)

    def candidates(self, slot: Slot, budget: Budget) -> Sequence[bytes]:
        """Return the keys for a slot, after asking for them if necessary."""
        key = self._key_for(slot.kind)
        # Several programs may run at the same time.
        return () if key is None else key.candidates(slot, budget)

    def _key_for(self, kind: int) -> Key | None:
        """Return the key for slots of a kind, or None if none is used."""
        from cotool.vault.slots import IDENTITY_SLOT, KEYRING_SLOT, PASSPHRASE_SLOT, PROGRAM_SLOT

        if kind == KEYRING_SLOT:
            return self.keyring()
        if kind == IDENTITY_SLOT:
            return self.identity()
        if kind == PROGRAM_SLOT:
            return self.program()
        asks = kind == PASSPHRASE_SLOT and self._request.opens_by_passphrase
        return self.passphrase() if asks else None

    def keyring(self) -> Keyring | None:
        """Return the keyring, or None if none is used."""
        with self._lock:
            if self._keyring is None and self._request.has_keyring:
                self._keyring = self._request.read_keyring()
            return self._keyring

    def identity(self) -> Identity | None:
        """Return the identity, or None if none is used."""
        with self._lock:
            if self._identity is None and self._request.has_identity:
                self._identity = self._request.read_identity()
            return self._identity

    def program(self) -> WrapCommand | None:
        """Return the wrap command, or None if none is used."""
        with self._lock:
            self._program = self._request.program
            return self._program

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
        from cotool.vault.inspection import read_kinds

        for path in paths:
            if path == STDIO:
                self._request.read_before_content()
            if not Path(path).is_file():
                continue  # the header of a pipe can be read only once
            try:
                kinds = read_kinds(path)
            except (CotoolError, OSError):
                continue  # this file's error is reported later
            self._ask_for(kinds)

    def _ask_for(self, kinds: set[int]) -> None:
        from cotool.vault.slots import IDENTITY_SLOT, KEYRING_SLOT, PASSPHRASE_SLOT, PROGRAM_SLOT

        order = (KEYRING_SLOT, IDENTITY_SLOT, PROGRAM_SLOT, PASSPHRASE_SLOT)
        for kind in order:
            if kind in kinds and self._key_for(kind) is not None:
                return

    def moving(self) -> list[Key]:
        """Return the keys whose slots move to the newest version, or are wrapped again."""
        keys = (self._keyring, self._identity, self._program)
        return [key for key in keys if key is not None]

    def all(self) -> list[Key]:
        """Return each available key, to tell slots apart."""
        keys = (self._keyring, self._identity, self._passphrase, self._program)
        return [key for key in keys if key is not None]


def _no_opener(path: str, slots: Sequence[Slot]) -> InputError:
    from cotool.vault.slots import PROGRAM_SLOT

    if any(slot.kind == PROGRAM_SLOT for slot in slots):
        return InputError(f"{path} opens only with a wrap command", parameter="wrap_command")
    return InputError(f"{path} opens only with a key file", parameter="key_file")


def _users_own(variable: str, name: str) -> str:
    """Return the path in a variable, or else in $COTOOL_HOME or the user's data folder."""
    path = os.environ.get(variable)
    if path:
        return path
    home = os.environ.get("COTOOL_HOME")
    if home:
        return str(Path(home, name))
    from platformdirs import user_data_path

    return str(user_data_path("cotool") / name)
