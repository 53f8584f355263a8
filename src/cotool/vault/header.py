"""The header of a vault file: bytes to fields and back. No cryptography, no files.

FORMAT.md has the tables. `Header.to_bytes` reproduces exactly what `parse_copy` accepts: lengths,
unused slots and reserved bytes have one valid value each.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from cotool.errors import MalformedHeaderError, TruncatedError, UnsupportedFormatError

MAGIC = b"\x89CVLT\r\n\x1a"
VERSION = 1
SUITE = 1

KEYRING_SLOT = 1
PASSPHRASE_SLOT = 2

MAC_SIZE = 32
SLOT_SIZE = 136
MAX_SLOTS = 6
MAX_PASSPHRASE_SLOTS = 2  # each needs a derivation before anything can be checked
MAX_GENERATION = 0xFFFFFFFF
STRIDE = 1024  # from copy A to copy B, and from B to the payload

_FIXED = struct.Struct(">8sBBH16sIBB14s")
_SLOT = struct.Struct(">BBHI8s16s24s32s48s")
_BOUND = 56  # bytes at the start of a slot that its wrap key is bound to
_ZERO_ID = bytes(8)
_ZERO_SALT = bytes(16)


@dataclass(frozen=True, slots=True)
class Slot:
    """The wrapped file key for a keyring key (`version`, `key_id`) or an Argon2id passphrase.

    `number` is the Argon2 memory in KiB for a passphrase and the key version for a keyring key.
    """

    kind: int
    lanes: int
    passes: int
    number: int
    key_id: bytes
    salt: bytes
    wrap_salt: bytes
    commitment: bytes = field(default=bytes(32), repr=False)
    wrapped: bytes = field(default=bytes(48), repr=False)

    def to_bytes(self) -> bytes:
        """Return the 136 bytes of the slot."""
        return _SLOT.pack(
            self.kind,
            self.lanes,
            self.passes,
            self.number,
            self.key_id,
            self.salt,
            self.wrap_salt,
            self.commitment,
            self.wrapped,
        )

    @property
    def work(self) -> int:
        """What opening the slot costs: Argon2 passes times KiB of memory, 0 for a keyring key."""
        return self.passes * self.number if self.kind == PASSPHRASE_SLOT else 0

    @property
    def bound(self) -> bytes:
        """The bytes that the wrap key is bound to: all fields before the commitment."""
        return self.to_bytes()[:_BOUND]


@dataclass(frozen=True, slots=True)
class Header:
    """One copy of a header, without its MAC."""

    file_id: bytes
    generation: int
    slots: tuple[Slot, ...]
    capacity: int
    copies: int

    @property
    def size(self) -> int:
        """Size of a copy with its MAC, in bytes."""
        return _FIXED.size + SLOT_SIZE * self.capacity + MAC_SIZE

    @property
    def payload_offset(self) -> int:
        """Offset of the payload in the file."""
        return self.size if self.copies == 1 else 2 * STRIDE

    @property
    def identity(self) -> bytes:
        """The part that never changes while the file exists: magic, version, suite, file_id."""
        return MAGIC + bytes([VERSION, SUITE]) + self.file_id

    def to_bytes(self) -> bytes:
        """Return the copy up to its MAC."""
        fixed = _FIXED.pack(
            MAGIC,
            VERSION,
            SUITE,
            self.size,
            self.file_id,
            self.generation,
            len(self.slots),
            self.copies,
            bytes(14),
        )
        unused = bytes(SLOT_SIZE * (self.capacity - len(self.slots)))
        return fixed + b"".join(slot.to_bytes() for slot in self.slots) + unused


def parse_copy(data: bytes) -> tuple[Header, bytes]:
    """Return the header at the start of `data`, and its MAC, which the caller must check.

    Raises UnsupportedFormatError, TruncatedError or MalformedHeaderError.
    """
    if data[: len(MAGIC)] != MAGIC:
        raise _not_a_vault(data)
    if len(data) < _FIXED.size:
        raise TruncatedError("the file ends within its header")
    _, version, suite, size, file_id, generation, used, copies, zero = _FIXED.unpack_from(data)
    if version != VERSION or suite != SUITE:
        raise UnsupportedFormatError(
            f"written by a newer version of cotool (format {version}, suite {suite})",
            hint="update cotool: pip install --upgrade cotool",
        )
    capacity, rest = divmod(size - _FIXED.size - MAC_SIZE, SLOT_SIZE)
    if rest or not 1 <= capacity <= MAX_SLOTS:
        raise _malformed(f"its header has {size} bytes")
    if copies not in {1, 2} or (copies == 2 and capacity != MAX_SLOTS):
        raise _malformed(f"{copies} header copies with {capacity} slots each")
    if not 1 <= used <= capacity:
        raise _malformed(f"{used} of {capacity} slots in use")
    if any(zero):
        raise _malformed("reserved bytes are not zero")
    whole = size if copies == 1 else STRIDE
    if len(data) < whole:
        raise TruncatedError("the file ends within its header")
    slots = _parse_slots(data, used)
    unused = data[_FIXED.size + SLOT_SIZE * used : size - MAC_SIZE] + data[size:whole]
    if any(unused):
        raise _malformed("unused bytes are not zero")
    header = Header(file_id, generation, slots, capacity, copies)
    return header, data[size - MAC_SIZE : size]


def _parse_slots(data: bytes, used: int) -> tuple[Slot, ...]:
    slots = tuple(_parse_slot(data, _FIXED.size + SLOT_SIZE * n) for n in range(used))
    if sum(slot.kind == PASSPHRASE_SLOT for slot in slots) > MAX_PASSPHRASE_SLOTS:
        raise _malformed(f"more than {MAX_PASSPHRASE_SLOTS} passphrase slots")
    return slots


def _parse_slot(data: bytes, offset: int) -> Slot:
    slot = Slot(*_SLOT.unpack_from(data, offset))
    if slot.kind == KEYRING_SLOT:
        if slot.lanes or slot.passes or slot.salt != _ZERO_SALT or not slot.number:
            raise _malformed("a keyring slot with passphrase fields")
    elif slot.kind == PASSPHRASE_SLOT:
        # RFC 9106: at least one pass and one lane, and 8 KiB of memory per lane.
        possible = slot.passes >= 1 and slot.lanes >= 1 and slot.number >= 8 * slot.lanes
        if slot.key_id != _ZERO_ID or not possible:
            raise _malformed("a passphrase slot with impossible Argon2id parameters")
    else:
        raise _malformed(f"a slot of unknown kind {slot.kind}")
    return slot


def _malformed(what: str) -> MalformedHeaderError:
    return MalformedHeaderError(
        f"the header is damaged or malicious: {what}",
        hint="get the file again from its source or a backup",
    )


def _not_a_vault(data: bytes) -> Exception:
    if not data:
        return TruncatedError("the file is empty")
    if MAGIC.startswith(data):
        return TruncatedError("the file ends within its header")
    if data[1:5] == MAGIC[1:5]:
        return UnsupportedFormatError(
            "no longer a vault file: its first bytes were changed",
            hint="if it was sent as text, send it as binary, or encrypt it with `armored`",
        )
    return UnsupportedFormatError(
        "not a vault file",
        hint="vault files are written by cotool vault encrypt and begin with \\x89CVLT",
    )
