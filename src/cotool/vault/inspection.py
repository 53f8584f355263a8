"""What a vault file shows without a key."""

from __future__ import annotations

from pathlib import Path

from cotool._records import asdict, dataclass
from cotool._typing import TYPE_CHECKING, Any, BinaryIO
from cotool.vault.files import Source, named
from cotool.vault.header import FIXED_SIZE, Header, bytes_to_read, kinds_in
from cotool.vault.reader import Sealed
from cotool.vault.slots import IDENTITY_SLOT, KEYRING_SLOT, PASSPHRASE_SLOT, PROGRAM_SLOT, Slot
from cotool.vault.stream import content_size
from cotool.vault.values.files import sealed_values

if TYPE_CHECKING:
    from cotool.vault.files import StrPath


_START = 4096  # bytes that hold most headers


@dataclass(frozen=True, slots=True)
class SlotInfo:
    """One slot as the header describes it. Nothing is authenticated without a key."""

    number: int
    kind: str
    key_id: str | None = None
    version: int | None = None
    memory_kib: int | None = None
    passes: int | None = None
    lanes: int | None = None
    program_key: str | None = None


@dataclass(frozen=True, slots=True)
class ValuesInfo:
    """What a document with sealed values shows: its syntax, how many, and the rule for keys."""

    syntax: str
    sealed: int
    only: str | None
    others: str | None


@dataclass(frozen=True, slots=True)
class FileInfo:
    """What can be seen of a vault file without a key.

    `values` is None unless it is a document with sealed values.
    """

    format: int
    file_id: str
    generation: int
    copies: int
    armored: bool
    header_bytes: int
    content_bytes: int | None
    slots: tuple[SlotInfo, ...]
    damage: str | None
    values: ValuesInfo | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object."""
        return {"schema": "cotool.vault.inspect/1", **asdict(self)}


def inspect(source: StrPath | BinaryIO) -> FileInfo:
    """Return what the header says, without a key or authentication. Raises OSError, VaultError."""
    with named(source), Source(source) as file:
        document = sealed_values(file)
        if document is not None:
            return _inspect_values(document, file.name)
        sealed = Sealed(file)
        header = sealed.header
        size = sealed.source.size
        content = None if size is None else content_size(size - header.payload_offset)
        damage, stride = None, header.layout.stride
        if sealed.problem is not None:
            damage = f"one copy of the header cannot be read: {sealed.problem}"
        elif sealed.start[:stride] != sealed.start[stride : 2 * stride]:
            damage = "the copies of the header differ"
        return _info(header, content, armored=sealed.is_armored, damage=damage)


def _inspect_values(document: bytes, name: str) -> FileInfo:
    from cotool.vault.values.document import parts_of

    parts = parts_of(document, name)
    rule = parts.rule
    values = ValuesInfo(rule.syntax, parts.sealed, rule.only, rule.others)
    return _info(parts.header, None, values=values)


def _info(
    header: Header,
    content: int | None,
    *,
    armored: bool = False,
    damage: str | None = None,
    values: ValuesInfo | None = None,
) -> FileInfo:
    return FileInfo(
        header.layout.version,
        header.file_id.hex(),
        header.generation,
        header.layout.copies,
        armored,
        header.payload_offset,
        content,
        tuple(_slot_info(n, slot) for n, slot in enumerate(header.slots, 1)),
        damage,
        values,
    )


def _slot_info(number: int, slot: Slot) -> SlotInfo:
    if slot.kind == PASSPHRASE_SLOT:
        cost = slot.number, slot.passes, slot.lanes
        return SlotInfo(number, "passphrase", None, None, *cost)
    if slot.kind == PROGRAM_SLOT:
        return SlotInfo(number, "program", slot.key_id.hex(), program_key=slot.program_key)
    kind = {KEYRING_SLOT: "keyring", IDENTITY_SLOT: "identity"}.get(slot.kind, "unknown")
    return SlotInfo(number, kind, slot.key_id.hex(), slot.number)


def read_kinds(path: str) -> set[int]:
    """Return the kinds of slots in a file's header. Raises OSError, VaultError.

    Much faster than reading the slots, and without their checks.
    """
    with Path(path).open("rb", buffering=0) as file:
        data = file.read(_START) or b""
        wanted = bytes_to_read(data)
        data += (file.read(wanted - len(data)) or b"") if wanted > len(data) > FIXED_SIZE else b""
    return kinds_in(data) or {slot.kind for slot in read_slots(path)}


def read_slots(source: StrPath) -> tuple[Slot, ...]:
    """Return the slots of a file's header, without authentication. Raises OSError, VaultError."""
    with named(source), Source(source) as file:
        document = sealed_values(file)
        if document is not None:
            from cotool.vault.values.document import parts_of

            return parts_of(document, file.name).header.slots
        return Sealed(file).header.slots
