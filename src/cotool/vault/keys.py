"""Keys: from a passphrase or a keyring key to the file key, and from it to what it protects.

All derivations of FORMAT.md are here, each with its label. Knows slots, but no files.
"""

from __future__ import annotations

import os
import threading
import unicodedata
from collections.abc import Mapping, Sequence

from cotool._records import dataclass
from cotool._typing import TYPE_CHECKING
from cotool.errors import CostRefusedError, InputError, unknown
from cotool.text import plural
from cotool.vault.slots import KEYRING_SLOT, PASSPHRASE_SLOT, Slot

if TYPE_CHECKING:
    from cotool.vault.header import Header

KEY_SIZE = 32
_WRAP = b"cotool.vault/1 wrap\x00"
_HEADER = b"cotool.vault/1 header\x00"
_PAYLOAD = b"cotool.vault/1 payload\x00"
CONTEXT = b"cotool.vault/1 stream\x00"


@dataclass(frozen=True, slots=True)
class Argon2Cost:
    """The cost of Argon2id: passes over `memory` KiB in `lanes` lanes (RFC 9106: t, m, p)."""

    passes: int
    memory: int
    lanes: int


# RFC 9106, section 4: the second and the first recommended option.
PROFILES: Mapping[str, Argon2Cost] = {
    "low-memory": Argon2Cost(passes=3, memory=64 * 1024, lanes=4),
    "high-memory": Argon2Cost(passes=1, memory=2 * 1024 * 1024, lanes=4),
}
DEFAULT_PROFILE = "low-memory"

# The highest cost that a file may demand before anything in it can be checked. Both profiles are
# below it. The limit on the product is also that of all slots that one call tries with one key, so
# a hostile header costs a few seconds at most.
MAX_LANES = 16
MAX_PASSES = 16
MAX_MEMORY = 2 * 1024 * 1024  # KiB
MAX_WORK = 4 * 1024 * 1024  # passes times KiB


def profile(name: str | None) -> Argon2Cost:
    """Return the cost of a profile, by default the default one. Raises InputError."""
    name = name or DEFAULT_PROFILE
    if name not in PROFILES:
        raise unknown(name, PROFILES, "profile")
    return PROFILES[name]


class Budget:
    """What one call may do to open a file: Argon2id work of `MAX_WORK` for each of its keys."""

    def __init__(self, num_keys: int, file_id: bytes = b"") -> None:
        self.file_id = file_id
        self._left = MAX_WORK * num_keys

    def spend(self, cost: Argon2Cost) -> None:
        """Take the work of a derivation. Raises CostRefusedError if too little is left."""
        work = cost.passes * cost.memory
        if work > self._left:
            raise CostRefusedError(
                "opening this file would take too much memory and time",
                hint="if you trust the source of the file, use `allow_any_cost`",
            )
        self._left -= work


class Passphrase:
    """A person's secret, and the keys that were derived from it so far.

    All files encrypted with one object share a salt, so a batch needs only one derivation.

    Args:
        secret: the passphrase; a str is normalised (NFC), so it is the same from every keyboard,
            and encoded as UTF-8.
        cost: used to encrypt; by default `DEFAULT_PROFILE`, or the highest cost in the file that
            is changed. To decrypt, the file states the cost, within limits.
        unbounded: accept any cost that a file demands.

    Raises InputError if the secret is empty.

    """

    def __init__(
        self, secret: str | bytes, *, cost: Argon2Cost | None = None, unbounded: bool = False
    ) -> None:
        text = unicodedata.normalize("NFC", secret).encode() if isinstance(secret, str) else secret
        if not text:
            raise InputError("the passphrase is empty")
        self._secret = text
        self._cost = cost
        self._salt = os.urandom(16)
        self._unbounded = unbounded
        self._keys: dict[tuple[bytes, Argon2Cost], bytes] = {}
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return "Passphrase(…)"

    def __reduce__(self) -> str:
        raise TypeError("a passphrase cannot be pickled")

    def new_slot(self, header: Header | None = None) -> tuple[Slot, bytes]:
        """Return an unwrapped slot for the file of a header, and the key to wrap with."""
        cost = self._cost or self._highest(() if header is None else header.slots)
        slot = Slot(
            PASSPHRASE_SLOT, cost.lanes, cost.passes, cost.memory, bytes(8), self._salt, wrap_salt()
        )
        return slot, self.derive(self._salt, cost)

    def candidates(self, slot: Slot, budget: Budget) -> tuple[bytes, ...]:
        """Return the key for a slot, or nothing if the slot is of another kind.

        Raises CostRefusedError before any work if the slot demands too much.
        """
        if slot.kind != PASSPHRASE_SLOT:
            return ()
        cost = _cost_of(slot)
        if not self._unbounded:
            check_cost(cost)
            if (slot.material, cost) not in self._keys:
                budget.spend(cost)
        return (self.derive(slot.material, cost),)

    def _highest(self, slots: Sequence[Slot]) -> Argon2Cost:
        """Return the highest allowed cost among slots, at least that of the default profile."""
        costs = [_cost_of(slot) for slot in slots if slot.kind == PASSPHRASE_SLOT]
        return max(
            [PROFILES[DEFAULT_PROFILE], *(c for c in costs if self._unbounded or is_allowed(c))],
            key=lambda cost: (cost.passes * cost.memory, cost.memory),
        )

    def derive(self, salt: bytes, cost: Argon2Cost) -> bytes:
        """Return the key of 32 bytes for a salt and a cost; each is derived only once."""
        with self._lock:
            key = self._keys.get((salt, cost))
            if key is None:
                key = self._keys[salt, cost] = argon2id(self._secret, salt, cost)
            return key


def _cost_of(slot: Slot) -> Argon2Cost:
    return Argon2Cost(slot.passes, slot.number, slot.lanes)


def is_allowed(cost: Argon2Cost) -> bool:
    """Return whether a cost is within the limits."""
    return (
        cost.lanes <= MAX_LANES
        and cost.passes <= MAX_PASSES
        and cost.memory <= MAX_MEMORY
        and cost.passes * cost.memory <= MAX_WORK
    )


def check_cost(cost: Argon2Cost) -> None:
    """Raise CostRefusedError if a cost is above the limits."""
    if not is_allowed(cost):
        raise CostRefusedError(
            f"Argon2id with {cost.memory / 1024:,.0f} MiB, {cost.passes} passes, {cost.lanes} lanes"
            " is refused",
            hint="if you trust the source of the file, use `allow_any_cost`",
        )


def argon2id(secret: bytes, salt: bytes, cost: Argon2Cost) -> bytes:
    """Return a key of 32 bytes (RFC 9106). Raises CostRefusedError if memory is insufficient."""
    # Uses argon2-cffi: cryptography's Argon2id with several lanes deadlocked in two threads.
    from argon2.exceptions import HashingError
    from argon2.low_level import Type, hash_secret_raw

    try:
        return hash_secret_raw(
            secret, salt, cost.passes, cost.memory, cost.lanes, KEY_SIZE, Type.ID
        )
    except HashingError as error:
        raise argon2id_failed(cost, error) from None


def argon2id_failed(cost: Argon2Cost, error: Exception) -> CostRefusedError:
    """Return the error for Argon2id that this machine cannot compute."""
    return CostRefusedError(
        f"Argon2id with {cost.memory / 1024:,.0f} MiB failed: {error}",
        hint=f"it needs that much free memory, and more for {plural(cost.lanes, 'thread')}",
    )


def keyring_slot(key_id: bytes, version: int) -> Slot:
    """Return an unwrapped slot for a key of a keyring."""
    return Slot(KEYRING_SLOT, 0, 0, version, key_id, bytes(16), wrap_salt())


def wrap(file_key: bytes, slot: Slot, key: bytes, identity: bytes) -> Slot:
    """Return the slot with the file key wrapped under `key`."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    wrap_key, nonce, commitment = _wrapping(slot, key, identity)
    wrapped = AESGCM(wrap_key).encrypt(nonce, file_key, None)
    return slot._replace(commitment=commitment, wrapped=wrapped)


def unwrap(slot: Slot, key: bytes, identity: bytes) -> bytes | None:
    """Return the file key, or None if `key` is wrong or the slot was changed."""
    import hmac

    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    wrap_key, nonce, commitment = _wrapping(slot, key, identity)
    if not hmac.compare_digest(commitment, slot.commitment):
        return None
    try:
        return AESGCM(wrap_key).decrypt(nonce, slot.wrapped, None)
    except InvalidTag:
        return None


def _wrapping(slot: Slot, key: bytes, identity: bytes) -> tuple[bytes, bytes, bytes]:
    derived = hkdf(key, slot.wrap_salt, _WRAP + identity + slot.bound, 76)
    return derived[:32], derived[32:44], derived[44:]


def header_mac(file_key: bytes, file_id: bytes, body: bytes) -> bytes:
    """Return the MAC over a copy of the header."""
    import hmac

    return hmac.digest(hkdf(file_key, file_id, _HEADER, 32), body, "sha256")


def payload_key(file_key: bytes, file_id: bytes) -> bytes:
    """Return the input key of the payload's stream."""
    return hkdf(file_key, file_id, _PAYLOAD, KEY_SIZE)


def hkdf(key: bytes, salt: bytes, info: bytes, size: int) -> bytes:
    """HKDF-SHA256 (RFC 5869)."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), size, salt, info).derive(key)


def generate_passphrase() -> str:
    """Return a passphrase of 150 random bits in six groups of letters and digits.

    The alphabet omits i, l, o and u, which are easily misread (Crockford's base 32).
    """
    import secrets

    alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(5)) for _ in range(6))


def wrap_salt() -> bytes:
    """Return a salt for `wrap`, which is never used twice."""
    return os.urandom(24)
