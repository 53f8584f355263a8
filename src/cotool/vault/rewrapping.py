"""rewrap: other keys for the same content. reencrypt: a new file key."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from cotool._typing import TYPE_CHECKING
from cotool.errors import CotoolError, InputError
from cotool.io.target import Target, check_writable, replace_file
from cotool.vault.armor import armor
from cotool.vault.envelope import Key, Unlocked, new_envelope
from cotool.vault.files import Source, named
from cotool.vault.identity import START as IDENTITY_START
from cotool.vault.in_memory import LIMIT, seal_again
from cotool.vault.keyring import START
from cotool.vault.keys import Budget
from cotool.vault.locks import locked
from cotool.vault.operations import BLOCK, Done, open_payload, payload
from cotool.vault.options import VaultOptions, ignore
from cotool.vault.reader import Sealed, open_run
from cotool.vault.recipients import Recipient, identity_id
from cotool.vault.slots import (
    IDENTITY_SLOT,
    PASSPHRASE_SLOT,
    PROGRAM_SLOT,
    Slot,
    check_slots,
    program_key_id,
)
from cotool.vault.stream import PREFIX, SEALED_SEGMENT, TAG, Stream, content_size
from cotool.vault.transfer import Transfer, Writing
from cotool.vault.values.files import changing_document, has_values_sealed

_PIECE = 1 << 20  # bytes that are copied at a time

if TYPE_CHECKING:
    from cotool.vault.files import StrPath


def rewrap(
    path: StrPath,
    *,
    keys: Sequence[Key],
    add: Sequence[Key] = (),
    replace: Sequence[Key] = (),
    remove: Sequence[int | str | Recipient] = (),
    remove_program_keys: Sequence[str] = (),
    recipients: Sequence[Recipient] | None = None,
) -> bool:
    """Change which keys open a file; the content and the file key stay.

    An old copy of the file still opens with the old keys, and anyone who knows the file key keeps
    it: `reencrypt` makes a new one.

    Args:
        path: the vault file, which is changed in place and stays valid even after a crash.
        keys: what opens it now.
        add: additional keys that will open it.
        replace: a Keyring or an Identity replaces the slots of its older versions; a Passphrase
            replaces the passphrase that opened the file.
        remove: what no longer opens the file: a `Recipient` or the id of an identity, with all its
            versions, or the number of a slot, from 1, as in `inspect`.
        remove_program_keys: what programs call keys that no longer open the file.
        recipients: the only recipients of the file from now on; other kinds of keys stay.

    Returns whether anything was changed; a file that already has the wanted slots is not written.
    Raises OSError, InputError, VaultError.

    """

    def change(envelope: Unlocked) -> Unlocked | None:
        change = _Change(envelope, keys)
        change.remove(remove, {program_key_id(key) for key in remove_program_keys})
        for key in replace:
            change.replace(key)
        if recipients is not None:
            change.limit_to(recipients)
        for key in add:
            change.add(key)
        check_slots(change.slots)
        if change.slots == list(envelope.header.slots) and envelope.damage is None:
            return None
        return envelope.with_slots(change.slots)

    if has_values_sealed(path):
        with named(path), changing_document(path, keys) as (real, document):
            changed = change(document.envelope)
            if changed is not None:
                replace_file(real, document.with_envelope(changed))
        return changed is not None
    with named(path), changing(path, keys) as (real, sealed, envelope):
        changed = change(envelope)
        if changed is None:
            return False
        same_place = changed.header.layout == envelope.header.layout
        if changed.header.layout.copies == 2 and same_place and not sealed.is_armored:
            _write_copies(real, changed)
        else:
            _write_whole(real, sealed, envelope, changed)
    return True


class _Change:
    """The slots of a header while they are changed."""

    def __init__(self, envelope: Unlocked, keys: Sequence[Key]) -> None:
        self._envelope = envelope
        self._keys = keys
        self.slots = list(envelope.header.slots)

    def remove(self, wanted: Sequence[int | str | Recipient], programs: set[bytes]) -> None:
        """Remove slots by their numbers, and those of identities and programs by their ids."""
        numbers = {number for number in wanted if isinstance(number, int)}
        for number in numbers:
            if not 1 <= number <= len(self.slots):
                raise InputError(f"there is no slot {number}", hint="cotool vault inspect FILE")
        people = {
            person.key_id if isinstance(person, Recipient) else identity_id(person)
            for person in wanted
            if not isinstance(person, int)
        }
        self.slots = [
            slot
            for number, slot in enumerate(self.slots, 1)
            if number not in numbers
            and not (slot.kind == IDENTITY_SLOT and slot.key_id in people)
            and not (slot.kind == PROGRAM_SLOT and slot.key_id in programs)
        ]

    def replace(self, key: Key) -> None:
        """Put a slot for `key` in the place of those that it makes unnecessary."""
        fresh, keep = self._envelope.wrap(key), None
        if fresh.kind == PASSPHRASE_SLOT:
            old = self._opened(PASSPHRASE_SLOT)
        elif fresh.kind == PROGRAM_SLOT:
            old = [slot for slot in self.slots if _same_owner(slot, fresh)]
            old = old or self._opened(PROGRAM_SLOT)
            if len(old) != 1:
                return  # it is not clear which of a program's keys the new one replaces
        else:
            old = [slot for slot in self.slots if _same_owner(slot, fresh)]
            if not old and any(slot.kind == IDENTITY_SLOT for slot in self.slots):
                return  # a person gets access only if the call names the person
            keep = next((slot for slot in old if slot.number == fresh.number), None)
        new = keep or fresh
        place = self.slots.index(keep or old[0]) if old else len(self.slots)
        self.slots[place : place + 1] = [new]
        self.slots = [slot for slot in self.slots if slot is new or slot not in old]

    def _opened(self, kind: int) -> list[Slot]:
        """Return the slots of a kind that the keys at hand open."""
        budget = Budget(len(self._keys), self._envelope.header.file_id)
        slots = [slot for slot in self.slots if slot.kind == kind]
        return [slot for slot in slots if self._envelope.opens(slot, self._keys, budget)]

    def limit_to(self, recipients: Sequence[Recipient]) -> None:
        """Leave only these recipients, and add those that are missing."""
        heads = {recipient.head for recipient in recipients}
        self.slots = [
            slot for slot in self.slots if slot.kind != IDENTITY_SLOT or slot.head in heads
        ]
        for recipient in recipients:
            self.add(recipient)

    def add(self, key: Key) -> None:
        """Add a slot for `key`, unless it is a recipient that has one."""
        heads = [slot.head for slot in self.slots]
        if isinstance(key, Recipient) and key.head in heads:
            return
        new = self._envelope.wrap(key)
        if new.kind == PROGRAM_SLOT:
            self.slots = [slot for slot in self.slots if not _same_owner(slot, new)]
        self.slots.append(new)


def _same_owner(one: Slot, other: Slot) -> bool:
    return (one.kind, one.key_id) == (other.kind, other.key_id)


def _write_copies(path: str, envelope: Unlocked) -> None:
    """Write both copies in place, the one that was not in use first.

    A torn write leaves the other copy intact at any time.
    """
    copies, stride = envelope.copies(), envelope.header.layout.stride
    handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        for number in (1 - envelope.copy, envelope.copy):
            _pwrite(handle, copies[number], number * stride)
            _sync_data(handle)
    finally:
        os.close(handle)


def _pwrite(handle: int, data: bytes, offset: int) -> None:
    while data:
        count = os.pwrite(handle, data, offset)
        data, offset = data[count:], offset + count


def _sync_data(handle: int) -> None:
    getattr(os, "fdatasync", os.fsync)(handle)


def _write_whole(path: str, sealed: Sealed, old: Unlocked, new: Unlocked) -> None:
    """Replace a file by one with another header before the same payload."""
    source, offset = sealed.source, old.header.payload_offset
    assert source.size is not None  # noqa: S101 - it is a file, or was armored
    start = new.to_bytes()
    if sealed.is_armored:
        payload = memoryview(bytearray(source.size - offset))
        source.read_at(offset, payload)
        replace_file(path, armor(start + payload))
        return
    with Target(path, force=True, special=False) as target:
        target.keep(Path(path).stat())
        if source.size > _PIECE:  # copying a small file costs less than checking whether it fits
            target.reserve(len(start) + source.size - offset)
        target.begin(start)
        piece = memoryview(bytearray(min(_PIECE, source.size - offset)))
        for place in range(offset, source.size, _PIECE):
            part = piece[: source.size - place]
            source.read_at(place, part)
            target.write_at(place - offset + len(start), part)


def reencrypt(
    path: StrPath,
    *,
    keys: Sequence[Key],
    drop: bool = False,
    num_threads: int | None = None,
    progress: Callable[[int], None] = ignore,
) -> Done:
    """Give a file a new file key and identity, so that the old file key no longer reads it.

    Its slots are made again with `keys`: a keyring and an identity with their primary versions, a
    passphrase with a new salt, and other people with their `Recipient`.

    Raises InputError if a slot belongs to a key that is not among `keys`, unless `drop` removes
    such slots; OSError, VaultError.
    """
    options = VaultOptions(drop=drop, num_threads=num_threads, progress=progress)
    return reencrypt_file(path, keys, options)


def reencrypt_file(path: StrPath, keys: Sequence[Key], options: VaultOptions) -> Done:
    """Give a file a new file key: `reencrypt` with its options in one."""
    if has_values_sealed(path):
        with named(path), changing_document(path, keys) as (real, document):
            old = document.envelope
            owners = _recipients(old, keys, drop=options.drop)
            fresh = new_envelope(owners, compact=True, beside=old.header.slots)
            data = document.encrypted_anew(fresh)
            replace_file(real, data)
        return Done(len(document.content()), len(data))
    with named(path), changing(path, keys) as (real, sealed, envelope):
        recipients = _recipients(envelope, keys, drop=options.drop)
        slots = envelope.header.slots
        stream = sealed.stream(envelope)
        if sealed.is_armored:
            content = io.BytesIO()
            open_payload(sealed, envelope, stream, Target(content), options)
            fresh = new_envelope(recipients, compact=True, beside=slots)
            data = armor(seal_again(fresh, content.getvalue()))
            replace_file(real, data)
            return Done(len(content.getvalue()), len(data))
        fresh = new_envelope(recipients, compact=envelope.header.layout.copies == 1, beside=slots)
        new_stream = fresh.new_stream()
        start = fresh.to_bytes() + new_stream.prefix
        with Target(real, force=True, special=False) as target:
            target.keep(Path(real).stat())
            target.begin(start)
            transfer = Transfer(
                payload(sealed, envelope),
                Writing(target, len(start), BLOCK * SEALED_SEGMENT),
                _resealing(stream, new_stream),
                options,
            )
            transfer.run()
    content_bytes = transfer.read - TAG * (transfer.read // SEALED_SEGMENT + 1)
    return Done(content_bytes, len(start) + transfer.written)


def check_reencryption(path: StrPath, *, keys: Sequence[Key], drop: bool = False) -> None:
    """Raise the error that `reencrypt` would end with before it writes, if there is one."""
    if has_values_sealed(path):
        with named(path), changing_document(path, keys) as (real, document):
            _recipients(document.envelope, keys, drop=drop)
    else:
        with named(path), changing(path, keys) as (real, _, envelope):
            _recipients(envelope, keys, drop=drop)
    check_writable(Path(real))


def _resealing(old: Stream, new: Stream) -> Callable[..., int]:
    def transform(block: int, data: memoryview, into: memoryview, *, final: bool) -> int:
        size = old.open(block * BLOCK, data, into, final=final)
        data[:size] = into[:size]
        return new.seal(block * BLOCK, data[:size], into, final=final)

    return transform


def _recipients(envelope: Unlocked, keys: Sequence[Key], *, drop: bool) -> list[Key]:
    """Return those of `keys` that have slots. Raises InputError for a slot of another key."""
    found: list[Key] = []
    budget = Budget(len(keys), envelope.header.file_id)
    for number, slot in enumerate(envelope.header.slots, 1):
        key = next((key for key in keys if _serves(key, slot, envelope, budget)), None)
        if slot.kind == PROGRAM_SLOT and key in found:
            key = None  # a program wraps with one of its keys
        if key is None and not drop:
            raise InputError(
                f"slot {number} belongs to a key that is not available: {slot.name}",
                hint="`recipients_file` or `recipient` gives the keys of other people; "
                "`drop_others` removes such slots, and their owners lose access",
            )
        if key is not None and key not in found:
            found.append(key)
    return found


def _serves(key: Key, slot: Slot, envelope: Unlocked, budget: Budget) -> bool:
    """Return whether a slot of the new header for `key` replaces an old one."""
    if isinstance(key, Recipient):
        return slot.kind == IDENTITY_SLOT and slot.key_id == key.key_id
    return envelope.opens(slot, [key], budget)


@contextlib.contextmanager
def changing(path: StrPath, keys: Sequence[Key]) -> Iterator[tuple[str, Sealed, Unlocked]]:
    """Lock a file and open it with `keys`; yield its real path, the open file and its header.

    Raises InputError for a keyring or an identity: another key in the place of what opens it would
    lose all the keys in it, or give them away.
    """
    with locked(path) as real, Source(real) as file:
        sealed = Sealed(file)
        envelope = sealed.unlock(keys)
        _check_no_keys(path, _start_of_content(sealed, envelope))
        yield real, sealed, envelope


def _check_no_keys(path: StrPath, content: bytes) -> None:
    """Raise InputError if the content of a file is a keyring or an identity."""
    for start, what, command in (
        (START, "a keyring", "cotool vault keys"),
        (IDENTITY_START, "an identity", "cotool vault identity"),
    ):
        if content.startswith(start):
            raise InputError(
                f"{path}: is {what}, which this command does not change",
                hint=f"the commands of {command} change it; {command} passphrase: what opens it",
            )


def _start_of_content(sealed: Sealed, envelope: Unlocked) -> bytes:
    """Return the start of the content, nothing if it is large or damaged: it is no keyring then."""
    source, offset = sealed.source, envelope.header.payload_offset
    with contextlib.suppress(CotoolError):
        if source.size is not None and content_size(source.size - offset) <= LIMIT:
            stream = envelope.stream(sealed.start[offset : offset + PREFIX])
            return bytes(open_run(source, offset, stream, 0, 0))
    return b""
