"""The header of a vault file in both formats: bytes to fields and back.

FORMAT.md has the tables. `Header.to_bytes` reproduces exactly what `parse_copy` accepts: lengths,
unused slots and reserved bytes have one valid value each. Knows no cryptography and no files.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from cotool._records import dataclass, field
from cotool.errors import UPDATE, InputError, TruncatedError, UnsupportedFormatError, VaultError
from cotool.vault.slots import (
    MAX_SLOTS,
    SLOT_SIZE,
    Slot,
    check_parsed,
    fits_format_1,
    malformed,
    parse_old_slot,
    parse_slot,
)

MAGIC = b"\x89CVLT\r\n\x1a"
SUITE = 1

MAC_SIZE = 32
MAX_GENERATION = 0xFFFFFFFF
FIXED_SIZE = 48  # bytes before the first slot, in both formats

OLD_SLOTS = 6  # slots of format 1
OLD_STRIDE = 1024  # format 1: from copy A to copy B, and from B to the payload
STEP = 4096  # format 2: the stride is a multiple of it
MAX_STRIDE = 1 << 20
_SPARE = 4 * 1290  # room for four more identities

_OLD = struct.Struct(">8sBBH16sIBB14s")
_NEW = struct.Struct(">8sBBH16sIII8s")


@dataclass(frozen=True, slots=True)
class OldLayout:
    """Format 1: slots of 136 bytes, at most six."""

    capacity: int
    copies: int

    version = 1

    @property
    def stride(self) -> int:
        """Bytes from one copy to the next, 0 for a single copy."""
        return OLD_STRIDE if self.copies == 2 else 0

    def size(self, slots: Sequence[Slot]) -> int:  # noqa: ARG002 - the size is fixed
        """Return the bytes of a copy with its MAC."""
        return FIXED_SIZE + SLOT_SIZE * self.capacity + MAC_SIZE

    def to_bytes(self, header: Header) -> bytes:
        """Return a copy up to its MAC."""
        fixed = _OLD.pack(
            MAGIC,
            self.version,
            SUITE,
            header.size,
            header.file_id,
            header.generation,
            len(header.slots),
            self.copies,
            bytes(14),
        )
        unused = bytes(SLOT_SIZE * (self.capacity - len(header.slots)))
        return fixed + b"".join(slot.to_bytes() for slot in header.slots) + unused


@dataclass(frozen=True, slots=True)
class NewLayout:
    """Format 2: slots of variable length. A stride of 0 means a single copy."""

    stride: int

    version = 2

    @property
    def copies(self) -> int:
        """How many copies of the header the file has."""
        return 2 if self.stride else 1

    def size(self, slots: Sequence[Slot]) -> int:
        """Return the bytes of a copy with its MAC."""
        return FIXED_SIZE + sum([2 + slot.size for slot in slots]) + MAC_SIZE

    def to_bytes(self, header: Header) -> bytes:
        """Return a copy up to its MAC."""
        fixed = _NEW.pack(
            MAGIC,
            self.version,
            SUITE,
            len(header.slots),
            header.file_id,
            header.generation,
            header.size,
            self.stride,
            bytes(8),
        )
        slots = [slot.to_bytes() for slot in header.slots]
        return fixed + b"".join([len(slot).to_bytes(2, "big") + slot for slot in slots])


SlotLayout = OldLayout | NewLayout


def layout_for(
    slots: Sequence[Slot], *, compact: bool, now: SlotLayout | None = None
) -> SlotLayout:
    """Return the layout of a header with these slots: `now` if they fit, format 1 if it suffices.

    A file of format 2 keeps that format. Raises InputError if the slots need too many bytes.
    """
    is_old = len(slots) <= OLD_SLOTS and all(fits_format_1(slot.kind) for slot in slots)
    if is_old and not isinstance(now, NewLayout):
        return OldLayout(len(slots), 1) if compact else OldLayout(OLD_SLOTS, 2)
    size = NewLayout(0).size(slots)
    if size > MAX_STRIDE:
        raise InputError("the keys of a file need too many bytes", hint="remove some first")
    if compact:
        return NewLayout(0)
    if isinstance(now, NewLayout) and size <= now.stride:
        return now
    return NewLayout(min(-(-(size + _SPARE) // STEP) * STEP, MAX_STRIDE))


@dataclass(frozen=True, slots=True)
class Header:
    """One copy of a header, without its MAC."""

    file_id: bytes
    generation: int
    slots: tuple[Slot, ...]
    layout: SlotLayout
    size: int = field(init=False)  # of a copy with its MAC, in bytes

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", self.layout.size(self.slots))

    @property
    def payload_offset(self) -> int:
        """Offset of the payload in the file."""
        return 2 * self.layout.stride or self.size

    @property
    def identity(self) -> bytes:
        """The bytes that slots and content are bound to, which never change while the file exists.

        It begins like a header of format 1 in both formats, so a file can change its format.
        """
        return MAGIC + bytes([OldLayout.version, SUITE]) + self.file_id

    def to_bytes(self) -> bytes:
        """Return the copy up to its MAC."""
        return self.layout.to_bytes(self)


def parse_copy(data: bytes) -> tuple[Header, bytes, bytes]:
    """Return the header at the start of `data`, its bytes, and their MAC, which is not checked.

    Raises UnsupportedFormatError, TruncatedError or MalformedHeaderError.
    """
    if data[: len(MAGIC)] != MAGIC:
        raise not_a_vault(data)
    if len(data) < FIXED_SIZE:
        raise TruncatedError("the file ends within its header")
    version, suite = data[8:10]
    if suite != SUITE or version not in {OldLayout.version, NewLayout.version}:
        raise UnsupportedFormatError(
            f"written by a newer version of cotool (format {version}, suite {suite})", hint=UPDATE
        )
    parse = _parse_old if version == OldLayout.version else _parse_new
    header, used = parse(data)
    whole = header.layout.stride or header.size
    if len(data) < whole:
        raise TruncatedError("the file ends within its header")
    unused = data[used : header.size - MAC_SIZE] + data[header.size : whole]
    if any(unused):
        raise malformed("unused bytes are not zero")
    check_parsed(header.slots)
    end = header.size - MAC_SIZE
    return header, data[:end], data[end : header.size]


def _parse_old(data: bytes) -> tuple[Header, int]:
    """Return a header of format 1, and where its slots end."""
    _, _, _, size, file_id, generation, used, copies, zero = _OLD.unpack_from(data)
    capacity, rest = divmod(size - FIXED_SIZE - MAC_SIZE, SLOT_SIZE)
    if rest or not 1 <= capacity <= OLD_SLOTS:
        raise malformed(f"its header has {size} bytes")
    if copies not in {1, 2} or (copies == 2 and capacity != OLD_SLOTS):
        raise malformed(f"{copies} header copies with {capacity} slots each")
    if not 1 <= used <= capacity:
        raise malformed(f"{used} of {capacity} slots in use")
    if any(zero):
        raise malformed("reserved bytes are not zero")
    if len(data) < (size if copies == 1 else OLD_STRIDE):
        raise TruncatedError("the file ends within its header")
    places = [FIXED_SIZE + SLOT_SIZE * n for n in range(used + 1)]
    slots = tuple(parse_old_slot(data[place : place + SLOT_SIZE]) for place in places[:-1])
    return Header(file_id, generation, slots, OldLayout(capacity, copies)), places[-1]


def _parse_new(data: bytes) -> tuple[Header, int]:
    """Return a header of format 2, and where its slots end."""
    _, _, _, used, file_id, generation, size, stride, zero = _NEW.unpack_from(data)
    if not 1 <= used <= MAX_SLOTS:
        raise malformed(f"{used} slots")
    if stride % STEP or stride > MAX_STRIDE:
        raise malformed(f"its copies are {stride} bytes apart")
    if not FIXED_SIZE + MAC_SIZE < size <= (stride or MAX_STRIDE):
        raise malformed(f"its header has {size} bytes")
    if any(zero):
        raise malformed("reserved bytes are not zero")
    if len(data) < size:
        raise TruncatedError("the file ends within its header")
    slots: list[Slot] = []
    place, end = FIXED_SIZE, size - MAC_SIZE
    for _ in range(used):
        start = place + 2
        place = start + int.from_bytes(data[place:start], "big")
        if place > end:
            raise malformed("a slot is longer than the header")
        slots.append(parse_slot(data[start:place]))
    if place != end:
        raise malformed("bytes after the last slot")
    return Header(file_id, generation, tuple(slots), NewLayout(stride)), place


def bytes_to_read(start: bytes) -> int:
    """Return how many bytes of a file hold all copies of its header, given its first 48.

    If the first copy cannot be trusted to say so, that is the most that a header can have.
    """
    if start[: len(MAGIC)] == MAGIC and len(start) >= FIXED_SIZE:
        if start[8] == NewLayout.version:
            size, stride = map(int, _NEW.unpack_from(start)[6:8])
            if stride % STEP == 0 and stride <= MAX_STRIDE and size <= (stride or MAX_STRIDE):
                return 2 * stride or size
            return 2 * MAX_STRIDE
        if start[8] == OldLayout.version:
            return 2 * OLD_STRIDE
    return 2 * MAX_STRIDE


def kinds_in(data: bytes) -> set[int]:
    """Return the kinds of slots in the first copy of a header, none if it cannot be read."""
    if data[: len(MAGIC)] != MAGIC or len(data) <= FIXED_SIZE:
        return set()
    kinds: set[int] = set()
    place = FIXED_SIZE
    if data[8] == OldLayout.version:
        end = FIXED_SIZE + SLOT_SIZE * min(data[32], OLD_SLOTS)
        kinds = {*data[FIXED_SIZE:end:SLOT_SIZE]}
    elif data[8] == NewLayout.version:
        for _ in range(int.from_bytes(data[10:12], "big")):
            if place + 2 >= len(data):
                return set()
            kinds.add(data[place + 2])
            place += 2 + int.from_bytes(data[place : place + 2], "big")
    return kinds


def not_a_vault(data: bytes) -> VaultError:
    """Return the error for a start of a file that is not the magic."""
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
