"""Headers with their keys: make them for recipients and unlock them; small vaults in memory."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence

from cotool._records import dataclass, field, replace
from cotool._typing import Protocol
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
    FIXED_SIZE,
    MAGIC,
    MAX_GENERATION,
    MAX_STRIDE,
    OLD_STRIDE,
    STEP,
    Header,
    NewLayout,
    layout_for,
    not_a_vault,
    parse_copy,
)
from cotool.vault.slots import Slot, check_slots
from cotool.vault.stream import Stream

COMPACT_LIMIT = 1 << 20  # content of this size gets two copies of the header
_MOST_NAMES = 6  # of keys in an error


class Key(Protocol):
    """What opens slots of one kind: `Passphrase`, `KeyFile`, `Keyring`, `Identity`, `WrapCommand`.

    A `Recipient` makes slots and opens none.
    """

    def new_slot(self, header: Header | None = None) -> tuple[Slot, bytes]:
        """Return an unwrapped slot for the file of a header, and the key to wrap with."""

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
        return [copy.ljust(header.layout.stride, b"\0")] * header.layout.copies

    def with_slots(self, slots: Sequence[Slot]) -> Unlocked:
        """Return the next generation of the header, with other slots.

        Its layout, and so the place of the payload, changes only if the slots do not fit.
        """
        header = self.header
        if header.generation == MAX_GENERATION:
            raise InputError("rewrapped too often", hint="encrypt it anew: rotate with `reencrypt`")
        check_slots(slots)
        layout = layout_for(slots, compact=header.layout.copies == 1, now=header.layout)
        slots, generation = tuple(slots), header.generation + 1
        return replace(self, header=Header(header.file_id, generation, slots, layout))

    def wrap(self, key: Key) -> Slot:
        """Return a slot with which `key` opens this file."""
        slot, secret = key.new_slot(self.header)
        return derive.wrap(self.file_key, slot, secret, self.header.identity)

    def opens(self, slot: Slot, keys: Sequence[Key], budget: derive.Budget) -> bool:
        """Return whether one of `keys` opens a slot."""
        for key in keys:
            with contextlib.suppress(VaultError):
                for secret in key.candidates(slot, budget):
                    if derive.unwrap(slot, secret, self.header.identity) is not None:
                        return True
        return False


def new_envelope(keys: Sequence[Key], *, compact: bool, beside: Sequence[Slot] = ()) -> Unlocked:
    """Return a header with a new file key that each of `keys` opens.

    beside: the slots that it replaces; a new passphrase costs as much to guess as theirs did.
    """
    file_key, file_id = os.urandom(32), os.urandom(16)
    header = Header(file_id, 0, tuple(beside), NewLayout(0))
    envelope = Unlocked(header, file_key, 0, None)
    slots = tuple(envelope.wrap(key) for key in keys)
    check_slots(slots)
    layout = layout_for(slots, compact=compact)
    return replace(envelope, header=Header(file_id, 0, slots, layout))


Copies = list[tuple[int, Header, bytes, bytes]]


def parse_headers(data: bytes, *, search: bool = False) -> tuple[Copies, VaultError | None]:
    """Return the copies that can be read, as (0 or 1, header, its bytes, MAC), and why one cannot.

    The highest generation is first. search: look for the second copy wherever it may be, because
    the first one may say something wrong about it. Raises that error if no copy can be read.
    """
    found: Copies = []
    problem: VaultError | None = None
    try:
        found.append((0, *parse_copy(data)))
    except VaultError as error:
        problem = error
    places = [OLD_STRIDE] if not found else [found[0][1].layout.stride or OLD_STRIDE]
    if search or not found:
        places += (place for place in range(STEP, MAX_STRIDE + STEP, STEP) if place not in places)
    missing: VaultError | None = None
    for place in places:
        if data[place : place + len(MAGIC)] != MAGIC:
            if place == places[0]:
                missing = not_a_vault(data[place : place + FIXED_SIZE])
            continue
        try:
            copy = parse_copy(data[place:])
            if copy[0].layout.stride == place:
                found.append((1, *copy))
        except VaultError as error:
            missing = missing or error
    if not found:
        assert problem is not None  # noqa: S101 - the first copy raised
        raise problem
    if found[0][1].layout.copies == 2 and len(found) == 1:
        problem = problem or missing or IntegrityError("the copies differ in their lengths")
    found.sort(key=lambda copy: -copy[1].generation)
    return found, problem


def unlock(data: bytes, keys: Sequence[Key], first: Copies | None = None) -> Unlocked:
    """Return the newest intact header at the start of `data` that `keys` open.

    first: the copies that `parse_headers` found in `data`.

    Raises WrongKeyError, MissingKeyError, CostRefusedError, IntegrityError, or what parse_copy
    raises.
    """
    if first is None:
        first, _ = parse_headers(data)
    try:
        return _unlock(data, first, keys)
    except IntegrityError:
        # Its length may be what was changed in the first copy.
        copies, _ = parse_headers(data, search=True)
        if len(copies) == len(first):
            raise
        return _unlock(data, copies, keys)


def _unlock(data: bytes, copies: Copies, keys: Sequence[Key]) -> Unlocked:
    import hmac

    budget = derive.Budget(len(keys))
    tried = False
    missing: MissingKeyError | None = None
    refused: CostRefusedError | None = None
    changed = False
    failed: set[Slot] = set()  # a program is not asked again for the other copy
    # Cheap slots come first, whatever their copy: a damaged slot may state any cost. Among those,
    # the keyring comes before the identity, which may have to be opened first.
    slots = [(slot, *copy) for copy in copies for slot in copy[1].slots]
    for slot, number, header, body, mac in sorted(slots, key=lambda it: (it[0].work, it[0].kind)):
        for key in () if failed and slot in failed else keys:
            try:
                budget.file_id = header.file_id
                secrets = key.candidates(slot, budget)
            except MissingKeyError as error:
                missing = missing or error
                failed.add(slot)
                continue
            except CostRefusedError as error:
                refused = refused or error
                continue
            tried = tried or bool(secrets)
            for secret in secrets:
                file_key = derive.unwrap(slot, secret, header.identity)
                if file_key is None:
                    continue
                expected = derive.header_mac(file_key, header.file_id, body)
                if hmac.compare_digest(expected, mac):
                    return Unlocked(header, file_key, number, _damage(data, header, number))
                changed = True
    if changed:
        raise IntegrityError("changed: the header fails authentication")
    raise refused or missing or _wrong_key(copies[0][1], tried=tried)


def _damage(data: bytes, header: Header, number: int) -> str | None:
    stride = header.layout.stride
    if data[:stride] == data[stride : 2 * stride]:
        return None
    other = "second" if number == 0 else "first"
    return f"the {other} copy of the header is damaged or older"


def _wrong_key(header: Header, *, tried: bool) -> WrongKeyError:
    if tried:
        return WrongKeyError(
            "wrong passphrase or key, or the header was changed",
            hint="cotool vault inspect FILE shows which keys open it",
        )
    names = [*dict.fromkeys(slot.name for slot in header.slots)]
    more = len(names) - _MOST_NAMES
    wanted = [*names[:_MOST_NAMES], *([f"one of {more} more"] if more > 0 else [])]
    return WrongKeyError(
        f"needs {' or '.join(wanted)}",
        hint="`keyring` names the keyring, `identity` the identity that has the key, "
        "`wrap_command` the program that unwraps it, `passphrase` asks for a passphrase",
    )
