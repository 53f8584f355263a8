"""The slots of a header: bytes to fields and back. Knows no cryptography and no files.

All slots have the same parts: a head of 16 bytes, material from which its key finds the wrapping
key, and the wrapped file key. FORMAT.md has the tables.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from cotool._records import NamedTuple
from cotool.errors import InputError, MalformedHeaderError

KEYRING_SLOT = 1
PASSPHRASE_SLOT = 2
IDENTITY_SLOT = 3
PROGRAM_SLOT = 4

SLOT_SIZE = 136  # of the kinds 1 and 2, the only ones in format 1
SALT_SIZE = 16  # material of the kinds 1 and 2
MESSAGE_SIZE = 1168  # material of kind 3: an HPKE message with a key of 32 bytes
MAX_MATERIAL = 4096
MAX_PROGRAM_KEY = 512  # bytes of what a program calls its key
MAX_PASSPHRASE_SLOTS = 2  # each needs a derivation before anything can be checked
MAX_PROGRAM_SLOTS = 4  # each may need a call of a program, which may ask a server
MAX_SLOTS = 512

_HEAD = struct.Struct(">BBHI8s")
_TAIL = struct.Struct(">24s32s48s")
_REST = _HEAD.size + _TAIL.size
_PROGRAM_KEY = b"cotool.vault/2 wrap command key\x00"
_ZERO_ID = bytes(8)
_ZERO_SALT = bytes(SALT_SIZE)


class Slot(NamedTuple):
    """The wrapped file key for one key: of a keyring, passphrase, identity or other program.

    `number` is the Argon2 memory in KiB for a passphrase, otherwise the version of the key.
    `material` is the Argon2 salt for a passphrase, the HPKE message for an identity, and for a
    program what `program_material` returns. A tuple, because a header may have hundreds of slots
    and a tree ten thousand headers.
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
        """The name of the slot's key in errors and `inspect`."""
        if self.kind == KEYRING_SLOT:
            return f"key {self.key_id.hex()} version {self.number}"
        if self.kind == PASSPHRASE_SLOT:
            return "a passphrase"
        if self.kind == IDENTITY_SLOT:
            return f"identity {self.key_id.hex()} version {self.number}"
        if self.kind == PROGRAM_SLOT:
            return f"key {self.program_key} of a wrap command"
        return f"a key of kind {self.kind}, which a newer version of cotool may know"

    @property
    def program_key(self) -> str:
        """What a program calls its key."""
        return _program_key(self.material).decode()

    @property
    def program_blob(self) -> bytes:
        """What a program returned for the wrapping key."""
        return self.material[2 + len(_program_key(self.material)) :]


def program_material(key: str, blob: bytes) -> bytes:
    """Return the material for what a program calls its key, and what it returned."""
    name = key.encode()
    return len(name).to_bytes(2, "big") + name + blob


def program_key_id(key: str) -> bytes:
    """Return the id in the head of a slot for a program's key."""
    import hashlib

    return hashlib.sha256(_PROGRAM_KEY + key.encode()).digest()[:8]


def is_program_key(key: str) -> bool:
    """Return whether a program may use this name for its key: it is short, and safe to print."""
    return key.isprintable() and 0 < len(key.encode(errors="replace")) <= MAX_PROGRAM_KEY


def _program_key(material: bytes) -> bytes:
    return material[2 : 2 + int.from_bytes(material[:2], "big")]


def parse_slot(data: bytes) -> Slot:
    """Return the slot in these bytes. Raises MalformedHeaderError.

    For an unknown kind, only the parts that all kinds share are checked.
    """
    material = len(data) - _REST
    if not 0 <= material <= MAX_MATERIAL:
        raise malformed(f"a slot of {len(data)} bytes")
    head, tail = _HEAD.unpack_from(data), _TAIL.unpack_from(data, len(data) - _TAIL.size)
    slot = Slot._make((*head, data[_HEAD.size : -_TAIL.size], *tail))
    if slot.kind == 0:
        raise malformed("a slot of kind 0")
    if slot.kind in _POSSIBLE:
        is_possible, problem = _POSSIBLE[slot.kind]
        if not is_possible(slot):
            raise malformed(problem)
    return slot


def _is_keyring_slot(slot: Slot) -> bool:
    return not (slot.lanes or slot.passes) and slot.material == _ZERO_SALT and slot.number > 0


def _is_passphrase_slot(slot: Slot) -> bool:
    # RFC 9106: at least one pass and one lane, and 8 KiB of memory per lane.
    possible = slot.passes >= 1 and slot.lanes >= 1 and slot.number >= 8 * slot.lanes
    return possible and slot.key_id == _ZERO_ID and len(slot.material) == SALT_SIZE


def _is_identity_slot(slot: Slot) -> bool:
    whole = len(slot.material) == MESSAGE_SIZE
    return whole and not (slot.lanes or slot.passes) and slot.number > 0


def _is_program_slot(slot: Slot) -> bool:
    try:
        key = slot.program_key
    except UnicodeDecodeError:
        return False
    possible = is_program_key(key) and slot.program_blob != b""
    named = slot.key_id == program_key_id(key)
    return possible and named and not (slot.lanes or slot.passes or slot.number)


_POSSIBLE = {
    KEYRING_SLOT: (_is_keyring_slot, "a keyring slot with passphrase fields"),
    PASSPHRASE_SLOT: (_is_passphrase_slot, "a passphrase slot with impossible Argon2id parameters"),
    IDENTITY_SLOT: (_is_identity_slot, "an identity slot with impossible fields"),
    PROGRAM_SLOT: (_is_program_slot, "a slot of a wrap command with impossible fields"),
}


def parse_old_slot(data: bytes) -> Slot:
    """Return the slot in the 136 bytes of format 1. Raises MalformedHeaderError."""
    if not fits_format_1(data[0]):
        raise malformed(f"a slot of unknown kind {data[0]}")
    return parse_slot(data)


def fits_format_1(kind: int) -> bool:
    """Return whether slots of a kind fit format 1."""
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
    programs = [slot.key_id for slot in slots if slot.kind == PROGRAM_SLOT]
    if len(programs) > MAX_PROGRAM_SLOTS:
        return f"more than {MAX_PROGRAM_SLOTS} slots of wrap commands"
    if len({*programs}) < len(programs):
        return "two slots for the same key of a wrap command"
    return None


def malformed(what: str) -> MalformedHeaderError:
    """Return the error for a header that cotool never writes."""
    return MalformedHeaderError(
        f"the header is damaged or malicious: {what}",
        hint="get the file again from its source or a backup",
    )
