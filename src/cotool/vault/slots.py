"""The slots of a header: bytes to fields and back. No cryptography, no files.

All slots have the same parts: a head of 16 bytes, material from which its key finds the wrapping
key, and the wrapped file key. FORMAT.md has the tables.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from cotool.errors import InputError, MalformedHeaderError

if TYPE_CHECKING:
    from collections.abc import Sequence

KEYRING_SLOT = 1
PASSPHRASE_SLOT = 2
IDENTITY_SLOT = 3

SLOT_SIZE = 136  # of the kinds 1 and 2, the only ones in format 1
SALT_SIZE = 16  # material of the kinds 1 and 2
MESSAGE_SIZE = 1168  # material of kind 3: an HPKE message with a key of 32 bytes
MAX_MATERIAL = 4096
MAX_PASSPHRASE_SLOTS = 2  # each needs a derivation before anything can be checked
MAX_SLOTS = 512

_HEAD = struct.Struct(">BBHI8s")
_TAIL = struct.Struct(">24s32s48s")
_REST = _HEAD.size + _TAIL.size
_ZERO_ID = bytes(8)
_ZERO_SALT = bytes(SALT_SIZE)


class Slot(NamedTuple):
    """The wrapped file key for one key: of a keyring, a passphrase or an identity.

    `number` is the Argon2 memory in KiB for a passphrase, otherwise the version of the key.
    `material` is the Argon2 salt for a passphrase and the HPKE message for an identity. A tuple,
    because a header may have hundreds of slots and a tree ten thousand headers.
    """

    kind: int
    lanes: int
    passes: int
    number: int
    key_id: bytes
    material: bytes
    wrap_salt: bytes
    commitment: bytes = bytes(32)
    wrapped: bytes = bytes(48)

    def to_bytes(self) -> bytes:
        """Return the bytes of the slot, without the length that format 2 puts before them."""
        tail = _TAIL.pack(self.wrap_salt, self.commitment, self.wrapped)
        return self.head + self.material + tail

    @property
    def head(self) -> bytes:
        """The first 16 bytes: the kind, its parameters and which key it is."""
        return _HEAD.pack(self.kind, self.lanes, self.passes, self.number, self.key_id)

    @property
    def size(self) -> int:
        """The number of bytes that `to_bytes` returns."""
        return _REST + len(self.material)

    @property
    def work(self) -> int:
        """What opening the slot costs: Argon2 passes times KiB of memory, otherwise 0."""
        return self.passes * self.number if self.kind == PASSPHRASE_SLOT else 0

    @property
    def bound(self) -> bytes:
        """The bytes that the wrap key is bound to: all fields before the commitment."""
        return self.head + self.material + self.wrap_salt

    @property
    def name(self) -> str:
        """Which key the slot is for, as errors and `inspect` call it."""
        if self.kind == KEYRING_SLOT:
            return f"key {self.key_id.hex()} version {self.number}"
        if self.kind == PASSPHRASE_SLOT:
            return "a passphrase"
        if self.kind == IDENTITY_SLOT:
            return f"identity {self.key_id.hex()} version {self.number}"
        return f"a key of kind {self.kind}, which a newer version of cotool may know"


def parse_slot(data: bytes) -> Slot:
    """Return the slot in these bytes. Raises MalformedHeaderError.

    A kind that is not known has the same parts as the others, and only those are checked.
    """
    material = len(data) - _REST
    if not 0 <= material <= MAX_MATERIAL:
        raise malformed(f"a slot of {len(data)} bytes")
    head, tail = _HEAD.unpack_from(data), _TAIL.unpack_from(data, len(data) - _TAIL.size)
    slot = Slot._make((*head, data[_HEAD.size : -_TAIL.size], *tail))
    if slot.kind == KEYRING_SLOT:
        if slot.lanes or slot.passes or slot.material != _ZERO_SALT or not slot.number:
            raise malformed("a keyring slot with passphrase fields")
    elif slot.kind == PASSPHRASE_SLOT:
        # RFC 9106: at least one pass and one lane, and 8 KiB of memory per lane.
        possible = slot.passes >= 1 and slot.lanes >= 1 and slot.number >= 8 * slot.lanes
        if slot.key_id != _ZERO_ID or material != SALT_SIZE or not possible:
            raise malformed("a passphrase slot with impossible Argon2id parameters")
    elif slot.kind == IDENTITY_SLOT:
        if slot.lanes or slot.passes or material != MESSAGE_SIZE or not slot.number:
            raise malformed("an identity slot with impossible fields")
    elif slot.kind == 0:
        raise malformed("a slot of kind 0")
    return slot


def parse_old_slot(data: bytes) -> Slot:
    """Return the slot in the 136 bytes of format 1. Raises MalformedHeaderError."""
    if not has_old_form(data[0]):
        raise malformed(f"a slot of unknown kind {data[0]}")
    return parse_slot(data)


def has_old_form(kind: int) -> bool:
    """Return whether format 1 has slots of a kind."""
    return kind in {KEYRING_SLOT, PASSPHRASE_SLOT}


def check_parsed(slots: Sequence[Slot]) -> None:
    """Raise MalformedHeaderError for slots that would cost too much together."""
    problem = _problem(slots)
    if problem:
        raise malformed(problem)


def check_slots(slots: Sequence[Slot]) -> None:
    """Raise InputError if a header cannot have these slots."""
    if not slots:
        raise InputError("a file needs at least one key that opens it")
    if len(slots) > MAX_SLOTS:
        raise InputError(f"a file has at most {MAX_SLOTS} slots", hint="remove one first")
    problem = _problem(slots)
    if problem:
        raise InputError(f"a file cannot have {problem}", hint="remove one first")


def _problem(slots: Sequence[Slot]) -> str | None:
    if sum(slot.kind == PASSPHRASE_SLOT for slot in slots) > MAX_PASSPHRASE_SLOTS:
        return f"more than {MAX_PASSPHRASE_SLOTS} passphrase slots"
    people = [(slot.key_id, slot.number) for slot in slots if slot.kind == IDENTITY_SLOT]
    if len({*people}) < len(people):
        return "two slots for the same version of an identity"
    return None


def malformed(what: str) -> MalformedHeaderError:
    """Return the error for a header that cotool never writes."""
    return MalformedHeaderError(
        f"the header is damaged or malicious: {what}",
        hint="get the file again from its source or a backup",
    )
