"""Headers with their keys: make them for recipients and unlock them; small vaults in memory."""

from __future__ import annotations

import contextlib
import hmac
import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from cotool.errors import (
    CostRefusedError,
    InputError,
    IntegrityError,
    MissingKeyError,
    VaultError,
    WrongKeyError,
)
from cotool.vault import keys as derive
from cotool.vault.header import (
    KEYRING_SLOT,
    MAX_GENERATION,
    MAX_PASSPHRASE_SLOTS,
    MAX_SLOTS,
    PASSPHRASE_SLOT,
    STRIDE,
    Header,
    Slot,
    parse_copy,
)
from cotool.vault.stream import Stream

if TYPE_CHECKING:
    from collections.abc import Sequence

HEADERS = 2 * STRIDE  # bytes at the start of a file that contain all copies
COMPACT_LIMIT = 1 << 20  # content of this size gets two copies of the header


class Key(Protocol):
    """What opens slots of one kind: a `Passphrase`, a `KeyFile` or a `Keyring`."""

    def new_slot(self, beside: Sequence[Slot] = ()) -> tuple[Slot, bytes]:
        """Return an unwrapped slot for a file with the slots `beside`, and the key to wrap with."""

    def candidates(self, slot: Slot, budget: derive.Budget) -> Sequence[bytes]:
        """Return the keys that may open a slot, none if this object has none for it.

        Raises MissingKeyError if the key may not be used, CostRefusedError beyond the budget.
        """


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
            raise InputError("rewrapped too often", hint="encrypt it anew: rotate with `reencrypt`")
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
        slot, secret = key.new_slot(self.header.slots)
        return derive.wrap(self.file_key, slot, secret, self.header.identity)

    def opens(self, slot: Slot, keys: Sequence[Key], budget: derive.Budget) -> bool:
        """Return whether one of `keys` opens a slot."""
        for key in keys:
            with contextlib.suppress(VaultError):
                for secret in key.candidates(slot, budget):
                    if derive.unwrap(slot, secret, self.header.identity) is not None:
                        return True
        return False


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


def new_envelope(keys: Sequence[Key], *, compact: bool, beside: Sequence[Slot] = ()) -> Unlocked:
    """Return a header with a new file key that each of `keys` opens, in place of `beside`."""
    file_key, file_id = os.urandom(32), os.urandom(16)
    header = Header(file_id, 0, tuple(beside), 1 if compact else MAX_SLOTS, 1 if compact else 2)
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
    # Whether there is a second copy is not asked of the first one, which may be damaged.
    try:
        header, mac = parse_copy(data[STRIDE:HEADERS])
        if header.copies == 2:
            found.append((1, header, mac))
    except VaultError as error:
        if not found or found[0][1].copies == 2:
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
    copies, _ = parse_headers(data)
    budget = derive.Budget(len(keys))
    tried = False
    missing: MissingKeyError | None = None
    refused: CostRefusedError | None = None
    changed = False
    # Cheap slots come first, whatever their copy: a damaged slot may state any cost.
    slots = [(slot, *copy) for copy in copies for slot in copy[1].slots]
    for slot, number, header, mac in sorted(slots, key=lambda found: found[0].work):
        for key in keys:
            try:
                secrets = key.candidates(slot, budget)
            except MissingKeyError as error:
                missing = missing or error
                continue
            except CostRefusedError as error:
                refused = refused or error
                continue
            tried = tried or bool(secrets)
            for secret in secrets:
                file_key = derive.unwrap(slot, secret, header.identity)
                if file_key is None:
                    continue
                expected = derive.header_mac(file_key, header.file_id, header.to_bytes())
                if hmac.compare_digest(expected, mac):
                    return Unlocked(header, file_key, number, _damage(data, header, number))
                changed = True
    if changed:
        raise IntegrityError("changed: the header fails authentication")
    raise refused or missing or _wrong_key(copies[0][1], tried=tried)


def _damage(data: bytes, header: Header, number: int) -> str | None:
    if header.copies == 1 or data[:STRIDE] == data[STRIDE:HEADERS]:
        return None
    other = "second" if number == 0 else "first"
    return f"the {other} copy of the header is damaged or older"


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
        hint="`keyring` names the keyring that has the key, `passphrase` asks for a passphrase",
    )
