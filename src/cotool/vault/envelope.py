"""Headers with their keys: make them for recipients and unlock them; small vaults in memory."""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from cotool.errors import (
    InputError,
    IntegrityError,
    MissingKeyError,
    TruncatedError,
    VaultError,
    WrongKeyError,
)
from cotool.vault import keys as derive
from cotool.vault.header import (
    KEYRING_SLOT,
    MAC_SIZE,
    MAX_GENERATION,
    MAX_PASSPHRASE_SLOTS,
    MAX_SLOTS,
    PASSPHRASE_SLOT,
    STRIDE,
    Header,
    Slot,
    parse_copy,
)
from cotool.vault.stream import PREFIX, Stream, content_size, sealed_size

if TYPE_CHECKING:
    from collections.abc import Sequence

HEADERS = 2 * STRIDE  # bytes at the start of a file that contain all copies
COMPACT_LIMIT = 1 << 20  # content of this size gets two copies of the header


class Key(Protocol):
    """What opens slots of one kind: a `Passphrase`, a `KeyFile` or a `Keyring`."""

    def new_slot(self) -> tuple[Slot, bytes]:
        """Return an unwrapped slot, and the key to wrap with."""

    def find(self, slot: Slot) -> bytes | None:
        """Return the key for a slot, or None if this object has none for it."""


@dataclass(frozen=True, slots=True)
class Unlocked:
    """A header whose MAC has been checked, with its file key."""

    header: Header
    file_key: bytes = field(repr=False)
    copy: int  # which copy this is, 0 or 1
    damage: str | None  # what is wrong with the other copy

    def new_stream(self) -> Stream:
        """Return a stream for new content of the same file."""
        key = derive.payload_key(self.file_key, self.header.file_id)
        return Stream(key, os.urandom(24), derive.CONTEXT + self.header.identity)

    def stream(self, prefix: bytes) -> Stream:
        """Return the stream of the content, whose payload starts with `prefix`."""
        key = derive.payload_key(self.file_key, self.header.file_id)
        return Stream.opened(key, prefix, derive.CONTEXT + self.header.identity)

    def to_bytes(self) -> bytes:
        """Return everything before the payload."""
        return b"".join(self.copies())

    def copies(self) -> list[bytes]:
        """Return each copy with its MAC, padded to its size."""
        header = self.header
        body = header.to_bytes()
        copy = body + derive.header_mac(self.file_key, header.file_id, body)
        return [copy] if header.copies == 1 else [copy.ljust(STRIDE, b"\0")] * 2

    def with_slots(self, slots: Sequence[Slot]) -> Unlocked:
        """Return the next generation of the header, with other slots."""
        header = self.header
        if header.generation == MAX_GENERATION:
            raise InputError("rewrapped too often", hint="cotool vault rotate --reencrypt FILE")
        check_slots(slots)
        capacity = len(slots) if header.copies == 1 else header.capacity
        return replace(
            self,
            header=replace(
                header, slots=tuple(slots), capacity=capacity, generation=header.generation + 1
            ),
        )

    def wrap(self, key: Key) -> Slot:
        """Return a slot with which `key` opens this file."""
        slot, secret = key.new_slot()
        return derive.wrap(self.file_key, slot, secret, self.header.identity)


def check_slots(slots: Sequence[Slot]) -> None:
    """Raise InputError if a header cannot have these slots."""
    if not slots:
        raise InputError("a file needs at least one key that opens it")
    if len(slots) > MAX_SLOTS:
        raise InputError(f"a file has at most {MAX_SLOTS} slots", hint="remove one first")
    if sum(slot.kind == PASSPHRASE_SLOT for slot in slots) > MAX_PASSPHRASE_SLOTS:
        raise InputError(
            f"a file has at most {MAX_PASSPHRASE_SLOTS} passphrases", hint="remove one first"
        )


def new_envelope(keys: Sequence[Key], *, compact: bool) -> Unlocked:
    """Return a header with a new file key that each of `keys` opens."""
    file_key, file_id = os.urandom(32), os.urandom(16)
    header = Header(file_id, 0, (), 1 if compact else MAX_SLOTS, 1 if compact else 2)
    envelope = Unlocked(header, file_key, 0, None)
    slots = tuple(envelope.wrap(key) for key in keys)
    check_slots(slots)
    capacity = len(slots) if compact else MAX_SLOTS
    return replace(envelope, header=replace(header, slots=slots, capacity=capacity))


def parse_headers(data: bytes) -> tuple[list[tuple[int, Header, bytes]], VaultError | None]:
    """Return the copies that can be read, as (0 or 1, header, MAC), and why one cannot.

    The highest generation is first. Raises that error if no copy can be read.
    """
    found: list[tuple[int, Header, bytes]] = []
    problem: VaultError | None = None
    try:
        found.append((0, *parse_copy(data[:STRIDE])))
    except VaultError as error:
        problem = error
    if not found or found[0][1].copies == 2:
        try:
            header, mac = parse_copy(data[STRIDE:HEADERS])
            if header.copies == 2:
                found.append((1, header, mac))
        except VaultError as error:
            problem = problem or error
    if not found:
        assert problem is not None  # noqa: S101 - copy A raised
        raise problem
    found.sort(key=lambda copy: -copy[1].generation)
    return found, problem


def unlock(data: bytes, keys: Sequence[Key]) -> Unlocked:
    """Return the newest intact header at the start of `data` that `keys` open.

    Raises WrongKeyError, MissingKeyError, CostRefusedError, IntegrityError, or what parse_copy
    raises.
    """
    copies, problem = parse_headers(data)
    failure: VaultError | None = None
    for number, header, mac in copies:
        try:
            file_key = _file_key(header, keys)
        except VaultError as error:
            failure = failure or error
            continue
        expected = derive.header_mac(file_key, header.file_id, header.to_bytes())
        if hmac.compare_digest(expected, mac):
            damage = None
            if header.copies == 2 and data[:STRIDE] != data[STRIDE:HEADERS]:
                other = "second" if number == 0 else "first"
                damage = f"the {other} copy of the header is damaged or older"
            return Unlocked(header, file_key, number, damage)
        failure = IntegrityError("changed: the header fails authentication")
    raise failure or problem or WrongKeyError("no key opens this file")


def _file_key(header: Header, keys: Sequence[Key]) -> bytes:
    tried = False
    missing: MissingKeyError | None = None
    # Keyring slots come first because they need no derivation.
    for slot in sorted(header.slots, key=lambda slot: slot.kind):
        for key in keys:
            try:
                secret = key.find(slot)
            except MissingKeyError as error:
                missing = error
                continue
            if secret is None:
                continue
            tried = True
            file_key = derive.unwrap(slot, secret, header.identity)
            if file_key is not None:
                return file_key
    raise missing or _wrong_key(header, tried=tried)


def _wrong_key(header: Header, *, tried: bool) -> WrongKeyError:
    if tried:
        return WrongKeyError(
            "wrong passphrase or key, or the header was changed",
            hint="cotool vault inspect FILE shows which keys open it",
        )
    wanted = [
        f"key {slot.key_id.hex()} version {slot.number}"
        for slot in header.slots
        if slot.kind == KEYRING_SLOT
    ]
    if any(slot.kind == PASSPHRASE_SLOT for slot in header.slots):
        wanted.append("a passphrase")
    return WrongKeyError(
        f"needs {' or '.join(wanted)}",
        hint="--keyring names the keyring that has the key, --passphrase asks for a passphrase",
    )


def seal_bytes(content: bytes, keys: Sequence[Key]) -> bytes:
    """Return content as a compact vault file."""
    return seal_again(new_envelope(keys, compact=True), content)


def seal_again(envelope: Unlocked, content: bytes) -> bytes:
    """Return a vault file with new content and the same header, so the same keys open it."""
    stream = envelope.new_stream()
    sealed = memoryview(bytearray(sealed_size(len(content))))
    sealed[:PREFIX] = stream.prefix
    stream.seal(0, memoryview(content), sealed[PREFIX:], final=True)
    return envelope.to_bytes() + sealed


def open_bytes(data: bytes, keys: Sequence[Key]) -> tuple[Unlocked, bytes]:
    """Return the header and the content of a vault in memory."""
    envelope = unlock(data, keys)
    payload = memoryview(data)[envelope.header.payload_offset :]
    if len(payload) < PREFIX:
        raise TruncatedError("the file ends before its first segment")
    content = memoryview(bytearray(content_size(len(payload)) + MAC_SIZE))
    stream = envelope.stream(bytes(payload[:PREFIX]))
    size = stream.open(0, payload[PREFIX:], content, final=True)
    return envelope, bytes(content[:size])
