"""The keys that a command or a worker uses: found, and read once, when they are needed."""

from __future__ import annotations

import contextlib
import functools
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from cotool._records import dataclass, field, replace
from cotool._typing import TYPE_CHECKING, Self
from cotool.errors import CotoolError, InputError
from cotool.vault.files import STDIO, check_regular, named
from cotool.vault.passphrases import PassphraseSource, is_stdin, spare_stdin_file
from cotool.vault.slots import IDENTITY_SLOT, KEYRING_SLOT, PASSPHRASE_SLOT, PROGRAM_SLOT, Slot

if TYPE_CHECKING:
    from cotool.vault.envelope import Key
    from cotool.vault.header import Header
    from cotool.vault.identity import Identity
    from cotool.vault.key_file import KeyFile
    from cotool.vault.keyring import Keyring
    from cotool.vault.keys import Budget, Passphrase
    from cotool.vault.seen import Seen
    from cotool.vault.wrap_command import WrapCommand

# The options that name a source of a passphrase.
PASSPHRASE_SOURCES = {"passphrase_file", "passphrase_fd", "passphrase_command", "system_keyring"}
# The order in which keys are tried: a passphrase, which may have to be typed, comes last.
_ORDER = (KEYRING_SLOT, IDENTITY_SLOT, PROGRAM_SLOT, PASSPHRASE_SLOT)


@dataclass(frozen=True, kw_only=True)
class KeyRequest:
    """The keys that were named: by paths, or a passphrase by its source. Each is read once.

    `chosen` has the names of the parameters that this call gives. The others come from settings,
    which apply to every call, so they do not decide which key encrypts.
    """

    keyring: str | None = None
    key_file: str | None = None
    passphrase: bool = False
    source: PassphraseSource = field(default_factory=PassphraseSource)
    allow_any_cost: bool = False
    identity: str | None = None
    wrap_command: str | None = None
    chosen: frozenset[str] = field(default=frozenset(), repr=False)

    @functools.cached_property
    def secret(self) -> PassphraseSource:
        """The source of the passphrase; COTOOL_PASSPHRASE_FILE if none was named."""
        path = os.environ.get("COTOOL_PASSPHRASE_FILE")
        return replace(self.source, file=path) if path and not self.source.is_given else self.source

    @property
    def keyring_path(self) -> str:
        """The path of the keyring: the option, then COTOOL_KEYRING, then the user's own."""
        return self.keyring or _users_own("COTOOL_KEYRING", "keyring.vault")

    @property
    def identity_path(self) -> str:
        """The path of the identity, found in the same way."""
        return self.identity or _users_own("COTOOL_IDENTITY", "identity.vault")

    @property
    def key_file_path(self) -> str | None:
        """The path of the key file: the option, then COTOOL_KEY_FILE."""
        return self.key_file or os.environ.get("COTOOL_KEY_FILE")

    @property
    def has_keyring(self) -> bool:
        """Whether a keyring is used: one is named, or the user has one."""
        if self.passphrase or (self.chooses_program and "keyring" not in self.chosen):
            return False
        named = self.keyring or os.environ.get("COTOOL_KEYRING")
        return bool(named) or Path(self.keyring_path).exists()

    @property
    def has_identity(self) -> bool:
        """Whether an identity is used: one is named, or the user has one."""
        if (self.passphrase or self.chooses_program) and not self.chooses_identity:
            return False
        named = self.identity or os.environ.get("COTOOL_IDENTITY")
        return bool(named) or Path(self.identity_path).exists()

    @property
    def chooses_identity(self) -> bool:
        """Whether this call names the identity."""
        return "identity" in self.chosen

    @property
    def chooses_program(self) -> bool:
        """Whether this call names a wrap command."""
        return "wrap_command" in self.chosen

    @property
    def chooses_passphrase(self) -> bool:
        """Whether this call asks for a passphrase or names its source."""
        return bool(self.chosen & {"passphrase", *PASSPHRASE_SOURCES})

    @property
    def names_other_key(self) -> bool:
        """Whether this call names a key that encrypts, other than a wrap command."""
        return self.chooses_passphrase or bool(self.chosen & {"keyring", "identity"})

    @property
    def opens_by_passphrase(self) -> bool:
        """Whether a passphrase may be asked for: not if only a wrap command was named."""
        return not self.chooses_program or self.passphrase or self.secret.is_given

    @functools.cached_property
    def program(self) -> WrapCommand | None:
        """The wrap command: the option, then COTOOL_WRAP_COMMAND. Raises InputError."""
        command = self.wrap_command
        if command is None:
            command = os.environ.get("COTOOL_WRAP_COMMAND")
            if not command:
                return None
        from cotool.vault.wrap_command import WrapCommand

        return WrapCommand(words_of(command, "wrap_command"))

    @functools.cached_property
    def identity_openers(self) -> list[Key]:
        """What opens the identity's file: nothing if it is not protected. Raises InputError."""
        from cotool.vault.identity import is_protected

        path = self.identity_path
        try:
            return [self._opener_of(path, "identity")] if is_protected(path) else []
        except FileNotFoundError:
            raise InputError(
                f"{path}: there is no identity", hint="cotool vault identity init makes one"
            ) from None

    def read_identity(self) -> Identity:
        """Return the identity. Raises InputError, VaultError."""
        from cotool.vault.identity import Identity

        path = self.identity_path
        openers = self.identity_openers
        with named(path):
            return Identity.read(path, openers)

    @functools.cached_property
    def opener(self) -> Key:
        """What opens the keyring's file. Raises InputError."""
        path = self.keyring_path
        try:
            check_regular(path)
        except FileNotFoundError:
            raise InputError(
                f"{path}: there is no keyring", hint="cotool vault keys init makes one"
            ) from None
        return self._opener_of(path, "keyring")

    def _opener_of(self, path: str, what: str) -> Key:
        """Return what opens a keyring or identity: its slots say what can, the call what should."""
        from cotool.vault.inspection import read_slots

        kinds = {slot.kind for slot in read_slots(path)}
        by_key_file = KEYRING_SLOT in kinds or "key_file" in self.chosen
        if by_key_file and self._key_file is not None:
            return self._key_file
        by_program = PROGRAM_SLOT in kinds
        if by_program and self.program is not None:
            return self.program
        if PASSPHRASE_SLOT in kinds:
            return self.new_passphrase(self.secret.read(f"the {what} {path}"))
        raise InputError(
            f"{path} opens only with a {'wrap command' if by_program else 'key file'}",
            parameter="wrap_command" if by_program else "key_file",
        )

    def key_for(self, kind: int) -> Key | None:
        """Return the key for slots of a kind, None if this request has none."""
        if kind == KEYRING_SLOT:
            return self.read_keyring() if self.has_keyring else None
        if kind == IDENTITY_SLOT:
            return self.read_identity() if self.has_identity else None
        if kind == PROGRAM_SLOT:
            return self.program
        if kind == PASSPHRASE_SLOT and self.opens_by_passphrase:
            return self.new_passphrase(self.secret.read("the file"))
        return None

    def read_before_content(self) -> None:
        """Read a secret that comes before the content on standard input."""
        self.secret.read_before_content()
        path = self.key_file_path
        if path and is_stdin(path):
            spare_stdin_file(path)
            _ = self._key_file

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

    @contextlib.contextmanager
    def changed_keyring(self, *, merging: bool = False) -> Iterator[Keyring]:
        """Let the block change the keyring, as `Keyring.changed` does."""
        from cotool.vault.keyring import Keyring

        path, openers = self.keyring_path, [self.opener]
        with named(path), Keyring.changed(path, openers, seen=self.seen, merging=merging) as ring:
            yield ring

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
        self._keys: dict[int, Key] = {}

    def new_slot(self, header: Header | None = None) -> tuple[Slot, bytes]:
        """Return a slot for the key that has opened files so far."""
        for key in self.all():
            return key.new_slot(header)
        raise InputError("no key has been used yet")

    def candidates(self, slot: Slot, budget: Budget) -> Sequence[bytes]:
        """Return the keys for a slot, after asking for them if necessary."""
        key = self.key_for(slot.kind)
        # Without the lock: several programs may run at the same time.
        return () if key is None else key.candidates(slot, budget)

    def key_for(self, kind: int) -> Key | None:
        """Return the key for slots of a kind, or None if none is used."""
        with self._lock:
            if kind not in self._keys and (key := self._request.key_for(kind)) is not None:
                self._keys[kind] = key
            return self._keys.get(kind)

    @classmethod
    def of_files(cls, request: KeyRequest, paths: Iterable[str]) -> Self:
        """Return the key after asking for what the headers of files need, before threads start.

        A secret that comes before the content on standard input is read.
        """
        from cotool.vault.inspection import read_kinds

        self = cls(request)
        for path in paths:
            if path == STDIO:
                request.read_before_content()
            if not Path(path).is_file():
                continue  # the header of a pipe can be read only once
            try:
                kinds = read_kinds(path)
            except (CotoolError, OSError):
                continue  # this file's error is reported later
            for kind in _ORDER:
                if kind in kinds and self.key_for(kind) is not None:
                    break
        return self

    def read_again(self, kind: int) -> None:
        """Read a key again that has changed, if it is used."""
        with self._lock:
            if self._keys.pop(kind, None) is not None:
                self.key_for(kind)

    def moving(self) -> list[Key]:
        """Return the keys whose slots move to the newest version, or are wrapped again."""
        return [self._keys[kind] for kind in _ORDER[:-1] if kind in self._keys]

    def all(self) -> list[Key]:
        """Return each available key, to tell slots apart."""
        return [self._keys[kind] for kind in _ORDER if kind in self._keys]


def words_of(command: str, parameter: str) -> list[str]:
    """Return the words of a command as a shell would split them. Raises InputError."""
    import shlex

    try:
        words = shlex.split(command)
    except ValueError:
        raise InputError("the command cannot be split into words", parameter=parameter) from None
    if not words or not words[0]:
        raise InputError("the command is empty", parameter=parameter)
    return words


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
