"""The identity: the private keys of a person or machine, in a separate file.

Others encrypt for the public key of its newest version. Older versions still open what was
encrypted for them. The file is a vault file that a passphrase or a key file opens, or the same JSON
without protection.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import functools
import json
import os
import stat
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from cotool._records import dataclass, field
from cotool._typing import Any
from cotool.errors import InputError, IntegrityError, MissingKeyError
from cotool.io.json_documents import parse_json
from cotool.io.target import Target, replace_file
from cotool.vault import hybrid
from cotool.vault.armor import is_armored
from cotool.vault.envelope import Key, Unlocked, new_envelope
from cotool.vault.files import check_regular
from cotool.vault.header import MAGIC, Header
from cotool.vault.in_memory import newer_or_wrong, open_bytes, read_small, seal_again, seal_bytes
from cotool.vault.keys import KEY_SIZE, Budget, hkdf
from cotool.vault.locks import locked
from cotool.vault.recipients import Recipient, Signer, message_info
from cotool.vault.slots import IDENTITY_SLOT, Slot

SCHEMA = "cotool.identity/1"
JOINED = "cotool.identity/2"  # several versions have one number; older cotool refuses it
START = b'{"schema": "cotool.identity/'  # how the content of an identity's file begins
_DECRYPT = b"cotool.vault/2 identity x-wing\x00"
_ED25519 = b"cotool.vault/2 identity ed25519\x00"
_MLDSA = b"cotool.vault/2 identity ml-dsa-65\x00"
_ORDER = b"cotool.vault/2 identity version\x00"
_MOST_SECRETS = 4096  # that an identity keeps, of messages that many files share


@dataclass(frozen=True)
class IdentityVersion:
    """One version of an identity: its seed, from which all of its keys are derived."""

    version: int
    created: str
    seed: bytes = field(repr=False)

    @functools.cached_property
    def decryption(self) -> tuple[hybrid.PrivateKey, bytes]:
        """The key pair that opens slots: the private key, the public bytes."""
        return hybrid.decryption_key(hkdf(self.seed, b"", _DECRYPT, 32))

    @functools.cached_property
    def signing_key(self) -> hybrid.SigningKey:
        """The keys that sign."""
        seeds = (hkdf(self.seed, b"", info, 32) for info in (_ED25519, _MLDSA))
        return hybrid.SigningKey(*seeds)

    @property
    def order(self) -> tuple[int, bytes]:
        """The place among versions, the same on every machine."""
        return self.version, hkdf(self.seed, b"", _ORDER, 8)

    @property
    def signer(self) -> Signer:
        """The public name of the keys that sign."""
        return Signer.of(self.signing_key.public)


class Identity:
    """The versions of an identity, the newest last. `read` and `changed` access its file."""

    def __init__(self, key_id: bytes, versions: list[IdentityVersion]) -> None:
        self.key_id = key_id
        self.versions = versions
        self._secrets: dict[bytes, bytes] = {}
        self._lock = threading.Lock()
        self._recipient: Recipient | None = None

    def __repr__(self) -> str:
        return f"Identity({self.key_id.hex()}, {len(self.versions)} versions)"

    def __reduce__(self) -> str:
        raise TypeError("an identity cannot be pickled")

    @classmethod
    def generate(cls) -> Identity:
        """Return an identity with one new version."""
        return cls(os.urandom(8), [_fresh(1)])

    @property
    def primary(self) -> IdentityVersion:
        """The newest version: others encrypt for it, and it signs."""
        return self.versions[-1]

    @property
    def recipient(self) -> Recipient:
        """The public key of the newest version."""
        with self._lock:
            if self._recipient is None or self._recipient.version != self.primary.version:
                self._recipient = self.recipient_of(self.primary)
            return self._recipient

    def recipient_of(self, version: IdentityVersion) -> Recipient:
        """Return the public key of a version."""
        return Recipient(self.key_id, version.version, version.decryption[1], version.signer)

    def new_slot(self, header: Header | None = None) -> tuple[Slot, bytes]:
        """Return an unwrapped slot for the newest version, and the key to wrap with."""
        return self.recipient.new_slot(header)

    def candidates(self, slot: Slot, budget: Budget) -> tuple[bytes, ...]:  # noqa: ARG002
        """Return the key for a slot, or nothing if the slot is for another key or was changed.

        Raises MissingKeyError if the identity does not have the version.
        """
        if slot.kind != IDENTITY_SLOT or slot.key_id != self.key_id:
            return ()
        found = [version for version in self.versions if version.version == slot.number]
        if not found:
            raise MissingKeyError(
                f"{slot.name} is not in the identity, whose latest version is "
                f"{self.primary.version}",
                hint="use the identity's newest file",
            )
        with self._lock:
            name = slot.head + slot.material
            secret = self._secrets.get(name)
            if secret is None:
                secret = _opened(slot, found)
                if secret is None:
                    return (os.urandom(KEY_SIZE),)  # opens nothing, like any wrong key
                if len(self._secrets) >= _MOST_SECRETS:
                    self._secrets.clear()
                self._secrets[name] = secret
            return (secret,)

    def rotate(self) -> int:
        """Make a new version and return its number."""
        number = self.primary.version + 1
        self.versions.append(_fresh(number))
        return number

    def merge(self, other: Identity) -> int:
        """Add the versions of a copy that another machine has changed; return how many were new.

        Two machines may have made versions with the same number, which then open files side by
        side. The result is the same on both machines. Raises InputError for another identity.
        """
        if other.key_id != self.key_id:
            raise InputError(
                f"this is identity {other.key_id.hex()}, yours is {self.key_id.hex()}",
                hint="an identity is a file of its own: `identity` names it",
            )
        seeds = {version.seed for version in self.versions}
        added = [version for version in other.versions if version.seed not in seeds]
        self.versions = sorted([*self.versions, *added], key=lambda version: version.order)
        self._recipient = None
        return len(added)

    def to_bytes(self) -> bytes:
        """Return the content of the identity's file: JSON that contains the seeds."""
        versions = [
            {
                "version": version.version,
                "created": version.created,
                "seed": base64.b64encode(version.seed).decode(),
            }
            for version in self.versions
        ]
        numbers = {version.version for version in self.versions}
        schema = SCHEMA if len(numbers) == len(self.versions) else JOINED
        document = {"schema": schema, "id": self.key_id.hex(), "versions": versions}
        return json.dumps(document).encode() + b"\n"

    @classmethod
    def from_bytes(cls, content: bytes) -> Identity:
        """Return the identity in the content of its file. Raises IntegrityError."""
        try:
            return _parse(parse_json(content))
        except (ValueError, KeyError, TypeError, binascii.Error):
            # The JSON contains keys, so no part of it may appear in a message.
            raise IntegrityError("this file does not contain an identity") from None

    @classmethod
    def read(cls, path: str, keys: Sequence[Key] = ()) -> Identity:
        """Return the identity in a file, which `keys` open if it is protected.

        Raises OSError, InputError, VaultError.
        """
        return cls.from_bytes(_content(path, keys)[1])

    def write_new(self, path: str, keys: Sequence[Key]) -> None:
        """Write a file that `keys` open; without keys, one that is protected by its mode only.

        Raises InputError if the file exists.
        """
        Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        content = self.to_bytes()
        with Target(path, special=False) as target:
            target.write_at(0, seal_bytes(content, keys) if keys else content)

    @classmethod
    @contextlib.contextmanager
    def changed(cls, path: str, keys: Sequence[Key] = ()) -> Iterator[Identity]:
        """Read the identity in a file, let the block change it, and save the changes.

        Other writers wait meanwhile, so no change is lost.
        """
        with locked(path) as real:
            envelope, content = _content(real, keys)
            identity = cls.from_bytes(content)
            yield identity
            content = identity.to_bytes()
            replace_file(real, seal_again(envelope, content) if envelope else content)

    @classmethod
    def change_opener(cls, path: str, keys: Sequence[Key], opener: Key | None) -> None:
        """Let `opener` open an identity's file in place of what opens it now; None: its mode only.

        A copy of the old file still opens with the old secret.
        """
        with locked(path) as real:
            envelope, content = _content(real, keys)
            identity = cls.from_bytes(content)
            if opener is None:
                # Mode 0600 from the start: the protected file may have had another one.
                with Target(real, force=True, special=False) as target:
                    target.write_at(0, identity.to_bytes())
                return
            beside = envelope.header.slots if envelope else ()
            fresh = new_envelope([opener], compact=True, beside=beside)
            replace_file(real, seal_again(fresh, identity.to_bytes()))


def is_protected(path: str) -> bool:
    """Return whether an identity's file needs a passphrase or key file. Raises OSError."""
    check_regular(path)
    with Path(path).open("rb") as file:
        start = file.read(64)
    return start.startswith(MAGIC) or is_armored(start)


def _content(path: str, keys: Sequence[Key]) -> tuple[Unlocked | None, bytes]:
    data = read_small(path, "identity")
    if not data.startswith(MAGIC):
        if Path(path).stat().st_mode & stat.S_IRWXO:
            raise InputError(
                f"{path}: every user of this machine can access this private key",
                hint="chmod 600, or protect it: cotool vault identity passphrase",
            )
        return None, data
    if not keys:
        raise InputError("the identity is protected by a passphrase or key file")
    return open_bytes(data, keys)


def _opened(slot: Slot, versions: Sequence[IdentityVersion]) -> bytes | None:
    """Return the key in the message of a slot, which one of the versions may open."""
    for version in versions:
        secret = hybrid.open_message(slot.material, version.decryption[0], message_info(slot.head))
        if secret is not None and len(secret) == KEY_SIZE:
            return secret
    return None


def _fresh(number: int) -> IdentityVersion:
    created = datetime.now(UTC).isoformat(timespec="seconds")
    return IdentityVersion(number, created, os.urandom(KEY_SIZE))


def _parse(document: dict[str, Any]) -> Identity:
    if document["schema"] not in {SCHEMA, JOINED}:
        raise newer_or_wrong(document["schema"], SCHEMA)
    versions = []
    for entry in document["versions"]:
        seed, number = base64.b64decode(entry["seed"], validate=True), entry["version"]
        if len(seed) != KEY_SIZE or not (isinstance(number, int) and 1 <= number < 1 << 32):
            raise ValueError
        versions.append(IdentityVersion(number, str(entry["created"]), seed))
    numbers = [version.version for version in versions]
    key_id = bytes.fromhex(document["id"])
    seeds = {version.seed for version in versions}
    unique = seeds if document["schema"] == JOINED else {*numbers}
    if not numbers or numbers != sorted(numbers) or len(unique) < len(numbers) or len(key_id) != 8:
        raise ValueError
    return Identity(key_id, versions)
