"""The keyring: the versions of one key, in a separate vault file.

Files name the key and the version that open them, so no keys are tried. The primary version
encrypts. Enabled versions still decrypt. Disabled versions do neither until they are enabled again.
Destroyed versions have no key any more. Versions below `min_decrypt_version` do not decrypt.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from cotool._records import dataclass, field, replace
from cotool._typing import TYPE_CHECKING, Any
from cotool.errors import InputError, IntegrityError, MissingKeyError
from cotool.io.json_documents import parse_json
from cotool.io.target import Target, replace_file
from cotool.vault.envelope import Key, Unlocked, new_envelope
from cotool.vault.in_memory import newer_or_wrong, open_bytes, read_small, seal_again, seal_bytes
from cotool.vault.keys import KEY_SIZE, Budget, hkdf, keyring_slot
from cotool.vault.locks import locked
from cotool.vault.slots import KEYRING_SLOT, Slot

if TYPE_CHECKING:
    from cotool.vault.header import Header
    from cotool.vault.seen import Seen

SCHEMA = "cotool.keyring/1"
JOINED = "cotool.keyring/2"  # several versions have one number; older cotool refuses it
STATES = ("primary", "enabled", "disabled", "destroyed")  # in a merge, the later one wins
START = b'{"schema": "cotool.keyring/'  # how the content of a keyring's file begins
_SIGN = b"cotool.vault/1 sign\x00"
_ID = b"cotool.vault/1 version\x00"


@dataclass(slots=True)
class KeyVersion:
    """One version of the key; `key` is None once it is destroyed.

    `id` distinguishes versions of one number, which two machines may have made. It is derived
    from the key and outlives it.
    """

    version: int
    state: str
    created: str
    key: bytes | None = field(repr=False)
    id: str = ""

    def __post_init__(self) -> None:
        if self.key is not None:
            self.id = hkdf(self.key, b"", _ID, 8).hex()


class Keyring:
    """The versions of one key. `Keyring.read` and `Keyring.changed` access its file."""

    def __init__(
        self,
        key_id: bytes,
        versions: list[KeyVersion],
        min_decrypt_version: int = 1,
        counter: int = 1,
    ) -> None:
        self.key_id = key_id
        self.versions = versions
        self.min_decrypt_version = min_decrypt_version
        self.counter = counter  # how often the keyring was changed

    def __repr__(self) -> str:
        return f"Keyring({self.key_id.hex()}, {len(self.versions)} versions)"

    @classmethod
    def generate(cls) -> Keyring:
        """Return a keyring with one new version."""
        return cls(os.urandom(8), [_fresh(1, "primary")])

    @property
    def primary(self) -> KeyVersion:
        """The version that encrypts."""
        return next(version for version in self.versions if version.state == "primary")

    def new_slot(self, header: Header | None = None) -> tuple[Slot, bytes]:  # noqa: ARG002
        """Return an unwrapped slot for the primary version, and its key."""
        primary = self.primary
        assert primary.key is not None  # noqa: S101 - a primary version is never destroyed
        return keyring_slot(self.key_id, primary.version), primary.key

    def candidates(self, slot: Slot, budget: Budget) -> tuple[bytes, ...]:  # noqa: ARG002
        """Return the keys for a slot, or nothing if the slot is for another key.

        Raises MissingKeyError if the version is missing or may not be used.
        """
        if slot.kind != KEYRING_SLOT or slot.key_id != self.key_id:
            return ()
        return self._usable(slot.number)

    def signing_keys(self, version: int) -> list[bytes]:
        """Return the HMAC keys of a version, of which one has signed. Raises MissingKeyError."""
        return [self._signing_key(key) for key in self._usable(version)]

    @property
    def own_signing_key(self) -> bytes:
        """The HMAC key that signs: that of the primary version."""
        return self._signing_key(self.new_slot()[1])

    def _signing_key(self, key: bytes) -> bytes:
        return hkdf(key, self.key_id, _SIGN, KEY_SIZE)

    def _usable(self, number: int) -> tuple[bytes, ...]:
        """Return the keys of a version: several only after a merge."""
        name = f"key {self.key_id.hex()} version {number}"
        versions = self._numbered(number)
        keys = tuple(v.key for v in versions if v.key is not None and v.state != "disabled")
        if not versions:
            raise MissingKeyError(
                f"{name} is not in the keyring, whose latest version is "
                f"{self.versions[-1].version}",
                hint="cotool vault keys import FILE adds versions from an export",
            )
        if all(version.key is None for version in versions):
            raise MissingKeyError(f"{name} has been destroyed", hint="nothing opens this file")
        if not keys:
            raise MissingKeyError(
                f"{name} is disabled", hint=f"cotool vault keys enable {number} allows it again"
            )
        if number < self.min_decrypt_version:
            raise MissingKeyError(
                f"{name} is below min_decrypt_version {self.min_decrypt_version}",
                hint=f"cotool vault keys set-min-decrypt-version {number} allows it again",
            )
        return keys

    def _numbered(self, number: int) -> list[KeyVersion]:
        return [version for version in self.versions if version.version == number]

    def rotate(self) -> int:
        """Make a new primary version and return its number; the previous one stays enabled."""
        number = self.versions[-1].version + 1
        self.primary.state = "enabled"
        self.versions.append(_fresh(number, "primary"))
        return number

    def set_state(self, number: int, state: str) -> None:
        """Enable, disable or destroy a version. Raises InputError if that is not possible."""
        versions = self._numbered(number)
        if not versions:
            raise InputError(f"there is no version {number}", hint="cotool vault keys list")
        if any(version.state == "primary" for version in versions):
            raise InputError(
                f"version {number} is the primary version",
                hint="run cotool vault keys rotate first",
            )
        if all(version.key is None for version in versions):
            raise InputError(f"version {number} has been destroyed")
        for version in versions:
            if version.key is not None:
                _set(version, state)

    def set_min_decrypt_version(self, number: int) -> None:
        """Stop versions below `number` from decrypting. Raises InputError above the primary one."""
        if not 1 <= number <= self.primary.version:
            raise InputError(
                f"min_decrypt_version must be from 1 to {self.primary.version}, got {number}"
            )
        self.min_decrypt_version = number

    def merge(self, other: Keyring, *, join: bool = False) -> int:
        """Add the versions of another keyring; return how many were new.

        A version that is disabled or destroyed in one of them stays so, and the higher
        min_decrypt_version counts. The newest usable version becomes the primary one.

        join: accept different versions with the same number, which two machines have made. The
        result is the same on both machines. Raises InputError without it, and for another key.
        """
        if other.key_id != self.key_id:
            raise InputError(
                f"this is key {other.key_id.hex()}, the keyring has key {self.key_id.hex()}",
                hint="import it into a separate `keyring`",
            )
        added = 0
        for theirs in other.versions:
            mine = next((version for version in self.versions if _same(version, theirs)), None)
            if mine is None:
                if self._numbered(theirs.version) and not join:
                    raise InputError(
                        f"version {theirs.version} differs: two machines have rotated the keyring",
                        hint="cotool vault keys merge FILE joins both",
                    )
                self.versions.append(replace(theirs))
                added += 1
            elif STATES.index(theirs.state) > max(1, STATES.index(mine.state)):
                _set(mine, theirs.state)
        self.versions.sort(key=lambda version: (version.version, version.id))
        usable = [version for version in self.versions if version.state in STATES[:2]]
        for version in usable:
            version.state = "enabled"
        usable[-1].state = "primary"
        lowest = min(other.min_decrypt_version, self.primary.version)
        self.min_decrypt_version = max(self.min_decrypt_version, lowest)
        self.counter = max(self.counter, other.counter)
        return added

    def to_bytes(self) -> bytes:
        """Return the content of the keyring's file: JSON that contains the keys."""
        versions = [
            {
                "version": version.version,
                "state": version.state,
                "created": version.created,
                "key": None if version.key is None else base64.b64encode(version.key).decode(),
                "id": version.id,
            }
            for version in self.versions
        ]
        numbers = {version.version for version in self.versions}
        document = {
            "schema": SCHEMA if len(numbers) == len(self.versions) else JOINED,
            "key_id": self.key_id.hex(),
            "counter": self.counter,
            "min_decrypt_version": self.min_decrypt_version,
            "versions": versions,
        }
        return json.dumps(document).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> Keyring:
        """Return the keyring in the content of its file. Raises IntegrityError."""
        try:
            return _parse(parse_json(content))
        except (ValueError, KeyError, TypeError, StopIteration, binascii.Error):
            # The JSON contains keys, so no part of it may appear in a message.
            raise IntegrityError("this vault file is not a keyring") from None

    @classmethod
    def read(cls, path: str, keys: Sequence[Key], *, seen: Seen | None = None) -> Keyring:
        """Return the keyring in a file. Raises InputError or VaultError.

        seen: raises IntegrityError if a newer state of the keyring has been seen.
        """
        keyring = cls.from_bytes(open_bytes(read_small(path, "keyring"), keys)[1])
        if seen is not None:
            seen.check(keyring)
            seen.remember(keyring)
        return keyring

    def write_new(self, path: str, keys: Sequence[Key], *, force: bool = False) -> None:
        """Write a file that `keys` open. An existing file is replaced only if `force` is true."""
        Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with Target(path, force=force, special=False) as target:
            target.write_at(0, seal_bytes(self.to_bytes(), keys))

    @classmethod
    @contextlib.contextmanager
    def changed(
        cls,
        path: str,
        keys: Sequence[Key],
        *,
        reopened: Callable[[Unlocked], Unlocked] | None = None,
        seen: Seen | None = None,
        merging: bool = False,
    ) -> Iterator[Keyring]:
        """Read the keyring in a file, let the block change it, and save the changes.

        Other writers wait meanwhile, so no change is lost. reopened: returns the header with other
        keys. seen: raises IntegrityError if a newer state of the keyring has been seen.
        merging: only the state after the block must be new.
        """
        with locked(path, keyring=True) as real:
            envelope, content = open_bytes(read_small(real, "keyring"), keys)
            keyring = cls.from_bytes(content)
            if seen is not None and not merging:
                seen.check(keyring)
            yield keyring
            keyring.counter += 1
            if seen is not None and merging:
                seen.check(keyring)
            if reopened is not None:
                envelope = reopened(envelope)
            replace_file(real, seal_again(envelope, keyring.to_bytes()))
            if seen is not None:
                seen.remember(keyring)

    @classmethod
    def change_opener(
        cls,
        path: str,
        keys: Sequence[Key],
        opener: Key,
        *,
        add: bool = False,
        drop_others: bool = False,
        seen: Seen | None = None,
    ) -> None:
        """Let `opener` open a keyring's file in place of the key that opens it now.

        add: `opener` opens it in addition. drop_others: nothing else opens it any more.
        """

        def reopened(envelope: Unlocked) -> Unlocked:
            if add:
                return envelope.with_slots([*envelope.header.slots, envelope.wrap(opener)])
            return _reopened(envelope, keys, opener, drop_others=drop_others)

        with cls.changed(path, keys, reopened=reopened, seen=seen):
            pass


def _reopened(
    envelope: Unlocked, keys: Sequence[Key], opener: Key, *, drop_others: bool
) -> Unlocked:
    """Return a header that `opener` opens in place of `keys`; other slots stay, unless dropped.

    Without any, the file gets a new file key, so that a copy of the old one opens nothing that is
    written from now on.
    """
    budget = Budget(len(keys), envelope.header.file_id)
    slots = envelope.header.slots
    others = [slot for slot in slots if not envelope.opens(slot, keys, budget)]
    if others and not drop_others:
        return envelope.with_slots([*others, envelope.wrap(opener)])
    return new_envelope([opener], compact=True, beside=slots)


def _fresh(number: int, state: str) -> KeyVersion:
    created = datetime.now(UTC).isoformat(timespec="seconds")
    return KeyVersion(number, state, created, os.urandom(KEY_SIZE))


def _set(version: KeyVersion, state: str) -> None:
    version.state = state
    if state == "destroyed":
        version.key = None


def _same(one: KeyVersion, other: KeyVersion) -> bool:
    """Return whether two keyrings have the same version.

    Older cotool does not write the id of a destroyed version, so its time decides.
    """
    if one.version != other.version:
        return False
    return one.id == other.id if one.id and other.id else one.created == other.created


def _parse(document: dict[str, Any]) -> Keyring:
    if document["schema"] not in {SCHEMA, JOINED}:
        raise newer_or_wrong(document["schema"], SCHEMA)
    versions = []
    for entry in document["versions"]:
        key = None if entry["key"] is None else base64.b64decode(entry["key"], validate=True)
        number, state = entry["version"], entry["state"]
        whole = isinstance(number, int) and 1 <= number < 1 << 32
        if not whole or state not in STATES or (key is None) != (state == "destroyed"):
            raise ValueError
        if key is not None and len(key) != KEY_SIZE:
            raise ValueError
        made = str(entry.get("id", ""))
        versions.append(KeyVersion(number, state, str(entry["created"]), key, made))
    numbers = [version.version for version in versions]
    ids = {(version.version, version.id, version.created) for version in versions}
    counter = document.get("counter", 0)
    key_id, lowest = bytes.fromhex(document["key_id"]), document["min_decrypt_version"]
    primaries = sum(version.state == "primary" for version in versions)
    unique = len(ids) if document["schema"] == JOINED else len(set(numbers))
    if numbers != sorted(numbers) or unique != len(versions) or primaries != 1:
        raise ValueError
    if len(key_id) != 8 or not (isinstance(lowest, int) and isinstance(counter, int)):
        raise ValueError
    return Keyring(key_id, versions, lowest, counter)
