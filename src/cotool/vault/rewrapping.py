"""rewrap: other keys for the same content. reencrypt: a new file key."""

from __future__ import annotations

import contextlib
import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

from cotool.errors import CotoolError, InputError
from cotool.io.target import Target, replace_file
from cotool.vault.armor import armor
from cotool.vault.envelope import Key, Unlocked, check_slots, new_envelope
from cotool.vault.files import Source
from cotool.vault.header import KEYRING_SLOT, PASSPHRASE_SLOT, STRIDE
from cotool.vault.in_memory import LIMIT, seal_again
from cotool.vault.keyring import START
from cotool.vault.keys import Budget
from cotool.vault.locks import locked
from cotool.vault.operations import BLOCK, Done, named, open_payload, payload
from cotool.vault.reader import Sealed, open_run
from cotool.vault.stream import PREFIX, SEALED_SEGMENT, TAG, Stream, content_size
from cotool.vault.transfer import Effort, Transfer, Writing, ignore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cotool.vault.files import StrPath
    from cotool.vault.header import Slot


def rewrap(
    path: StrPath,
    *,
    keys: Sequence[Key],
    add: Sequence[Key] = (),
    replace: Sequence[Key] = (),
    remove: Sequence[int] = (),
) -> bool:
    """Change which keys open a file; the content and the file key stay.

    An old copy of the file still opens with the old keys, and anyone who knows the file key keeps
    it: `reencrypt` makes a new one.

    Args:
        path: the vault file, which is changed in place and stays valid even after a crash. keys:
        what opens it now. add: additional keys that will open it. replace: a Keyring replaces the
        slots of its older versions; a Passphrase replaces the passphrase that opened the file.
        remove: numbers of slots to remove, from 1, as in `inspect`.

    Returns whether anything was changed; a file that already has the wanted slots is not written.
    Raises OSError, InputError, VaultError.

    """
    with named(path), changing(path, keys) as (real, sealed, envelope):
        slots = _changed_slots(envelope, keys, add, replace, remove)
        if slots == list(envelope.header.slots) and envelope.damage is None:
            return False
        changed = envelope.with_slots(slots)
        if changed.header.copies == 2 and not sealed.is_armored:
            _write_copies(real, changed)
        else:
            _write_compact(real, sealed, envelope, changed)
    return True


def _changed_slots(
    envelope: Unlocked,
    keys: Sequence[Key],
    add: Sequence[Key],
    replace: Sequence[Key],
    remove: Sequence[int],
) -> list[Slot]:
    slots: list[Slot | None] = list(envelope.header.slots)
    for number in remove:
        if not 1 <= number <= len(slots):
            raise InputError(f"there is no slot {number}", hint="cotool vault inspect FILE")
        slots[number - 1] = None
    for key in replace:
        _replace(envelope, keys, key, slots)
    kept = [slot for slot in slots if slot is not None]
    kept += [envelope.wrap(key) for key in add]
    check_slots(kept)
    return kept


def _replace(envelope: Unlocked, keys: Sequence[Key], key: Key, slots: list[Slot | None]) -> None:
    """Replace the slots that `key` makes unnecessary with a slot for it."""
    fresh = key.new_slot(envelope.header.slots)[0]
    if fresh.kind == KEYRING_SLOT:
        places = [
            n
            for n, slot in enumerate(slots)
            if slot is not None and slot.kind == KEYRING_SLOT and slot.key_id == fresh.key_id
        ]
        current = [n for n in places if getattr(slots[n], "number", 0) == fresh.number]
        if current:
            places.remove(current[0])
        elif places:
            slots[places.pop(0)] = envelope.wrap(key)
        else:
            slots.append(envelope.wrap(key))
    else:
        budget = Budget(len(keys))
        places = [n for n, slot in enumerate(slots) if slot and envelope.opens(slot, keys, budget)]
        places = [n for n in places if getattr(slots[n], "kind", 0) == PASSPHRASE_SLOT]
        if places:
            slots[places.pop(0)] = envelope.wrap(key)
        else:
            slots.append(envelope.wrap(key))
    for n in places:
        slots[n] = None


def _write_copies(path: str, envelope: Unlocked) -> None:
    """Write both copies in place, the one that was not in use first.

    A torn write leaves the other copy intact at any time.
    """
    copies = envelope.copies()
    handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        for number in (1 - envelope.copy, envelope.copy):
            _pwrite(handle, copies[number], number * STRIDE)
            _sync_data(handle)
    finally:
        os.close(handle)


def _pwrite(handle: int, data: bytes, offset: int) -> None:
    while data:
        count = os.pwrite(handle, data, offset)
        data, offset = data[count:], offset + count


def _sync_data(handle: int) -> None:
    getattr(os, "fdatasync", os.fsync)(handle)


def _write_compact(path: str, sealed: Sealed, old: Unlocked, new: Unlocked) -> None:
    source = sealed.source
    assert source.size is not None  # noqa: S101 - it is a file, or was armored
    payload = memoryview(bytearray(source.size - old.header.payload_offset))
    source.read_at(old.header.payload_offset, payload)
    data = new.to_bytes() + payload
    replace_file(path, armor(data) if sealed.is_armored else data)


def reencrypt(
    path: StrPath,
    *,
    keys: Sequence[Key],
    drop: bool = False,
    num_threads: int | None = None,
    progress: Callable[[int], None] = ignore,
) -> Done:
    """Give a file a new file key and identity, so that the old file key no longer reads it.

    Its slots are made again with `keys`: a keyring with its primary version, a passphrase with a
    new salt.

    Raises InputError if a slot belongs to a key that is not among `keys`, unless `drop` removes
    such slots; OSError, VaultError.
    """
    with named(path), changing(path, keys) as (real, sealed, envelope):
        recipients = _recipients(envelope, keys, drop=drop)
        old = envelope.header.slots
        stream = sealed.stream(envelope)
        effort = Effort(num_threads, progress)
        if sealed.is_armored:
            content = io.BytesIO()
            open_payload(sealed, envelope, stream, Target(content), effort)
            fresh = new_envelope(recipients, compact=True, beside=old)
            data = armor(seal_again(fresh, content.getvalue()))
            replace_file(real, data)
            return Done(len(content.getvalue()), len(data))
        fresh = new_envelope(recipients, compact=envelope.header.copies == 1, beside=old)
        new_stream = fresh.new_stream()
        start = fresh.to_bytes() + new_stream.prefix
        with Target(real, force=True, special=False) as target:
            target.keep(Path(real).stat())
            target.begin(start)
            transfer = Transfer(
                payload(sealed, envelope),
                Writing(target, len(start), BLOCK * SEALED_SEGMENT),
                _resealing(stream, new_stream),
                effort,
            )
            transfer.run()
    content_bytes = transfer.read - TAG * (transfer.read // SEALED_SEGMENT + 1)
    return Done(content_bytes, len(start) + transfer.written)


def _resealing(old: Stream, new: Stream) -> Callable[..., int]:
    def transform(block: int, data: memoryview, into: memoryview, *, final: bool) -> int:
        size = old.open(block * BLOCK, data, into, final=final)
        data[:size] = into[:size]
        return new.seal(block * BLOCK, data[:size], into, final=final)

    return transform


def _recipients(envelope: Unlocked, keys: Sequence[Key], *, drop: bool) -> list[Key]:
    """Return those of `keys` that have slots. Raises InputError for a slot of another key."""
    found: list[Key] = []
    budget = Budget(len(keys))
    for number, slot in enumerate(envelope.header.slots, 1):
        key = next((key for key in keys if envelope.opens(slot, [key], budget)), None)
        if key is None and not drop:
            raise InputError(
                f"slot {number} belongs to a key that is not available",
                hint="`drop_others` removes such slots, and their owners lose access",
            )
        if key is not None and key not in found:
            found.append(key)
    return found


@contextlib.contextmanager
def changing(path: StrPath, keys: Sequence[Key]) -> Iterator[tuple[str, Sealed, Unlocked]]:
    """Lock a file and open it with `keys`; yield its real path, the open file and its header."""
    for keyring in (False, True):
        with locked(path, keyring=keyring) as real, Source(real) as file:
            sealed = Sealed(file)
            envelope = sealed.unlock(keys)
            # Only the content shows that a file is a keyring, whose writers take a second lock.
            if keyring or not _is_keyring(sealed, envelope):
                yield real, sealed, envelope
                return


def _is_keyring(sealed: Sealed, envelope: Unlocked) -> bool:
    """Return whether the content is that of a keyring; damaged content is not."""
    source, offset = sealed.source, envelope.header.payload_offset
    with contextlib.suppress(CotoolError):
        if source.size is not None and content_size(source.size - offset) <= LIMIT:
            stream = envelope.stream(sealed.start[offset : offset + PREFIX])
            return bytes(open_run(source, offset, stream, 0, 0)).startswith(START)
    return False
