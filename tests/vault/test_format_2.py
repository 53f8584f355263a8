"""Headers of format 2: what is written is read, and whatever was changed is refused or repaired."""

from __future__ import annotations

import io
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cotool.errors import (
    InputError,
    IntegrityError,
    MalformedHeaderError,
    TruncatedError,
    UnsupportedFormatError,
    VaultError,
    WrongKeyError,
)
from cotool.vault import Identity, Keyring, decrypt, encrypt, inspect, rewrap, verify
from cotool.vault.armor import armor
from cotool.vault.envelope import parse_headers, unlock
from cotool.vault.header import (
    FIXED_SIZE,
    MAX_STRIDE,
    STEP,
    Header,
    NewLayout,
    OldLayout,
    bytes_to_read,
    kinds_in,
    layout_for,
    parse_copy,
)
from cotool.vault.in_memory import open_bytes, seal_bytes
from cotool.vault.inspection import read_kinds, read_slots
from cotool.vault.keys import header_mac
from cotool.vault.slots import (
    MAX_MATERIAL,
    MAX_SLOTS,
    MESSAGE_SIZE,
    Slot,
    parse_slot,
    program_key_id,
    program_material,
)
from cotool.vault.stream import SEGMENT

ALICE, BOB = Identity.generate(), Identity.generate()
RING = Keyring.generate()
CONTENT = b"attack at dawn, bring the ladders"
SMALL = seal_bytes(CONTENT, [RING, ALICE.recipient])
BODY = os.urandom(3 * SEGMENT + 9)


def large():
    """Return a vault of four segments with two copies of a header of format 2."""
    sink = io.BytesIO()
    encrypt(io.BytesIO(BODY), sink, keys=[RING, ALICE.recipient, BOB.recipient], num_threads=1)
    return sink.getvalue()


LARGE = large()
STRIDE = inspect(io.BytesIO(LARGE)).header_bytes // 2


def content(data, key=ALICE):
    """Return the content of a vault as a stream; nothing comes out before an error."""
    sink = io.BytesIO()
    decrypt(io.BytesIO(data), sink, keys=[key], num_threads=1)
    return sink.getvalue()


FIXED = st.binary(min_size=16, max_size=16)
ID = st.binary(min_size=8, max_size=8)
SALT = st.binary(min_size=24, max_size=24)
MESSAGE = st.binary(min_size=1, max_size=8).map(lambda seed: (seed * MESSAGE_SIZE)[:MESSAGE_SIZE])
PRINTABLE = st.characters(codec="utf-8").filter(str.isprintable)
SLOTS = st.one_of(
    st.builds(lambda n, i, s: Slot(1, 0, 0, n, i, bytes(16), s), st.integers(1, 99), ID, SALT),
    st.builds(lambda s: Slot(2, 1, 1, 8, bytes(8), s, bytes(24)), FIXED),
    st.builds(lambda n, i, m: Slot(3, 0, 0, n, i, m, bytes(24)), st.integers(1, 9), ID, MESSAGE),
    st.builds(
        lambda name, blob: Slot(
            4, 0, 0, 0, program_key_id(name), program_material(name, blob), bytes(24)
        ),
        st.text(PRINTABLE, min_size=1, max_size=120), st.binary(min_size=1, max_size=300),
    ),
    st.builds(
        lambda kind, head, i, m: Slot(kind, head % 256, head >> 8, head, i, m, bytes(24)),
        st.integers(5, 255), st.integers(0, 0xFFFF), ID, st.binary(max_size=300),
    ),
)  # fmt: skip


@given(FIXED, st.integers(0, 2**32 - 1), st.lists(SLOTS, min_size=1, max_size=12), st.booleans())
def test_headers_round_trip(file_id, generation, slots, double):
    """Whatever is parsed is written back bit by bit, with kinds that are not known."""
    while sum(slot.kind == 2 for slot in slots) > 2:
        slots.remove(next(slot for slot in slots if slot.kind == 2))
    heads = {slot.head: slot for slot in slots if slot.kind in {3, 4}}
    single = [*heads.values()]
    programs = [slot for slot in single if slot.kind == 4]
    slots = [slot for slot in slots if slot.kind not in {3, 4}]
    slots += [slot for slot in single if slot not in programs[4:]]
    form = layout_for(slots, compact=not double, now=NewLayout(STEP if double else 0))
    header = Header(file_id, generation, tuple(slots), form)
    data = header.to_bytes() + bytes(32)
    found, body, mac = parse_copy(data.ljust(form.stride, b"\0"))
    assert (found, body, mac) == (header, header.to_bytes(), bytes(32))
    assert len(data) == found.size <= (form.stride or MAX_STRIDE)
    assert bytes_to_read(data[:FIXED_SIZE]) == (2 * form.stride or len(data))


@given(st.lists(SLOTS, min_size=1, max_size=9), st.booleans())
def test_kinds_are_read_without_the_slots(slots, double):
    """Fast, of both formats; of what cannot be read that way, none."""
    old = all(slot.kind < 3 for slot in slots) and len(slots) <= 6
    form = OldLayout(6, 2) if old else NewLayout(2 * STEP if double else 0)
    data = Header(bytes(16), 0, tuple(slots), form).to_bytes()
    assert kinds_in(data) == {slot.kind for slot in slots}
    for end in (0, 9, FIXED_SIZE, FIXED_SIZE + 1):
        assert kinds_in(data[:end]) <= {slot.kind for slot in slots}


def test_kinds_of_files(tmp_path):
    """Large headers, armored ones and damaged ones, from files."""
    path = tmp_path / "sealed"
    crowd = [Identity.generate().recipient for _ in range(9)]
    for data in (SMALL, LARGE, seal_bytes(b"", [RING]), seal_bytes(b"", [RING, *crowd])):
        for start in (data, armor(data), b"\x00" + data[1:]):
            path.write_bytes(start)
            try:
                wanted = {slot.kind for slot in read_slots(path)}
            except VaultError:
                continue
            assert read_kinds(str(path)) == wanted


@settings(max_examples=300)
@given(st.data())
def test_changed_headers(data):
    """Any bytes changed, inserted or lost in a header: an error, or the content; never a crash."""
    start = bytearray(LARGE[: 2 * STRIDE])
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(start) - 1))
        how = data.draw(st.integers(0, 3))
        if how == 0:
            start[place] = data.draw(st.integers(0, 255))
        elif how == 1:
            start[place:place] = data.draw(st.binary(min_size=1, max_size=5))
        elif how == 2:
            del start[place : place + data.draw(st.integers(1, 5))]
        else:
            other = data.draw(st.integers(0, len(start) - 1))
            start[place : place + 40] = start[other : other + 40]
    changed = bytes(start) + LARGE[2 * STRIDE :]
    for key in (ALICE, RING):
        try:
            found = content(changed, key)
        except VaultError:
            continue
        assert found == BODY


@given(st.binary(max_size=3000), st.sampled_from([2, 50, 1338]))
def test_any_bytes(data, kept):
    """Random bytes after the start of a header are refused and never crash."""
    for start in (SMALL[:kept], SMALL[:10], SMALL[:48]):
        with pytest.raises(VaultError):
            unlock(start + data, [ALICE, RING])


def test_every_bit_of_every_byte():
    """A small file for a keyring and a person: each single bit matters."""
    kinds = set()
    for place in range(len(SMALL)):
        for bit in range(8) if place < 220 or place > 1340 else (place % 8,):
            changed = bytearray(SMALL)
            changed[place] ^= 1 << bit
            with pytest.raises(VaultError) as caught:
                open_bytes(bytes(changed), [RING, ALICE])
            kinds.add(type(caught.value))
    assert kinds >= {IntegrityError, MalformedHeaderError, UnsupportedFormatError}


def test_every_length(tmp_path):
    """A small file cut anywhere, from a file and from a stream, leaves nothing."""
    path = tmp_path / "sealed"
    for length in range(0, len(SMALL), 3):
        path.write_bytes(SMALL[:length])
        with pytest.raises(TruncatedError):
            decrypt(path, tmp_path / "back", keys=[ALICE])
        sink = io.BytesIO()
        with pytest.raises(TruncatedError):
            decrypt(io.BytesIO(SMALL[:length]), sink, keys=[ALICE])
        assert sink.getvalue() == b""
    assert [found.name for found in tmp_path.iterdir()] == ["sealed"]


@pytest.mark.parametrize("second", [False, True])
def test_one_damaged_copy(tmp_path, second):
    """Each field of a copy may be damaged: the other copy opens the file, and rewrap repairs it."""
    path = tmp_path / "sealed"
    for place in (0, 4, 8, 9, 11, 12, 31, 34, 35, 37, 38, 39, 44, 49, 50, 58, 300, STRIDE - 1):
        for flip in (1, 0x10, 0xFF):
            damaged = bytearray(LARGE)
            damaged[place + second * STRIDE] ^= flip
            path.write_bytes(damaged)
            assert content(bytes(damaged)) == BODY, place
            sink = io.BytesIO()
            assert decrypt(path, sink, keys=[ALICE]).damage is not None, place
            assert sink.getvalue() == BODY
            with pytest.raises(IntegrityError, match="content is intact"):
                verify(path, keys=[ALICE])
            if flip == 1:
                assert inspect(path).damage is not None or place in {34, 37, 38}, place
            assert rewrap(path, keys=[ALICE])
            verify(path, keys=[ALICE])
            assert inspect(path).damage is None


def test_both_copies_damaged():
    """Then nothing opens the file."""
    both = bytearray(LARGE)
    both[60] ^= 1
    both[60 + STRIDE] ^= 1
    with pytest.raises(VaultError):
        content(bytes(both))


def test_torn_rewraps(tmp_path):
    """After a write of any length of either copy, the file opens for its members."""
    path = tmp_path / "sealed"
    path.write_bytes(LARGE)
    rewrap(path, keys=[ALICE], remove=[BOB.recipient])
    new = path.read_bytes()
    assert len(new) == len(LARGE)
    for place, start in ((STRIDE, LARGE[:STRIDE]), (0, None)):
        for length in range(0, STRIDE, 331):
            torn = bytearray(LARGE if start is not None else LARGE[:STRIDE] + new[STRIDE:])
            torn[place : place + length] = new[place : place + length]
            assert content(bytes(torn)) == BODY
            assert unlock(bytes(torn[: 2 * STRIDE]), [ALICE]).header.generation in {0, 1}


def test_a_rewrap_spares_the_only_good_copy(tmp_path, monkeypatch):
    """Where copy A was torn, B is the one that must not be written first."""
    path, places, real = tmp_path / "sealed", [], os.pwrite

    def spy(handle, data, place):
        places.append(place)
        return real(handle, data, place)

    monkeypatch.setattr(os, "pwrite", spy)
    for damaged in (0, STRIDE):
        data = bytearray(LARGE)
        data[damaged + 39] ^= 1
        path.write_bytes(data)
        places.clear()
        assert rewrap(path, keys=[ALICE], remove=[BOB.recipient])
        assert places == [damaged, STRIDE - damaged]
        verify(path, keys=[ALICE])


def test_room_for_more(tmp_path):
    """Four more people fit into the header in place; then the file is written again, once."""
    path = tmp_path / "sealed"
    path.write_bytes(LARGE)
    inode, moved = path.stat().st_ino, 0
    for number in range(12):
        rewrap(path, keys=[ALICE], add=[Identity.generate().recipient])
        verify(path, keys=[BOB])
        if path.stat().st_ino != inode:
            inode, moved = path.stat().st_ino, moved + 1
            assert number >= 4
        stride = inspect(path).header_bytes // 2
        assert stride % STEP == 0
    assert moved == 2
    assert content(path.read_bytes(), BOB) == BODY
    assert [found.name for found in tmp_path.iterdir()] == ["sealed"]


def test_from_format_1_and_back(tmp_path):
    """A person makes it format 2, and it stays so when the person leaves."""
    for size in (5, len(BODY) + (1 << 20)):
        (tmp_path / "plain").write_bytes(bytes(size))
        path = tmp_path / f"sealed-{size}"
        encrypt(tmp_path / "plain", path, keys=[RING])
        path.chmod(0o640)
        assert inspect(path).format == 1
        rewrap(path, keys=[RING], add=[ALICE.recipient])
        assert inspect(path).format == 2
        assert path.stat().st_mode & 0o777 == 0o640
        verify(path, keys=[RING])
        verify(path, keys=[ALICE])
        rewrap(path, keys=[ALICE], remove=[1])
        rewrap(path, keys=[ALICE], add=[RING], remove=[ALICE.recipient])
        assert inspect(path).format == 2
        verify(path, keys=[RING])
        with pytest.raises(WrongKeyError):
            verify(path, keys=[ALICE])


def test_armored(tmp_path):
    """Text for people is rewrapped as text."""
    (tmp_path / "plain").write_bytes(CONTENT)
    path = tmp_path / "sealed.asc"
    encrypt(tmp_path / "plain", path, keys=[ALICE.recipient], armored=True)
    rewrap(path, keys=[ALICE], add=[BOB.recipient])
    assert path.read_bytes().startswith(b"-----BEGIN COTOOL VAULT-----")
    assert content(path.read_bytes(), BOB) == CONTENT


def of_another_kind(slots):
    """Return a file that Alice opens, with slots that only a later cotool knows."""
    envelope = unlock(SMALL, [ALICE])
    changed = envelope.with_slots([*envelope.header.slots, *slots])
    return changed.to_bytes() + SMALL[envelope.header.payload_offset :]


def test_unknown_kinds_are_kept(tmp_path):
    """They do not disturb the others, and a rewrap keeps them bit by bit."""
    strange = Slot(5, 9, 9, 9, b"whatever", b"a program's answer", bytes(24))
    path = tmp_path / "sealed"
    path.write_bytes(of_another_kind([strange]))
    assert inspect(path).slots[2].kind == "unknown"
    assert content(path.read_bytes()) == CONTENT
    rewrap(path, keys=[ALICE], add=[BOB.recipient])
    assert unlock(path.read_bytes(), [BOB]).header.slots[2] == strange
    rewrap(path, keys=[ALICE], remove=[1, 2, 4], add=[])
    with pytest.raises(WrongKeyError, match="kind 5, which a newer version"):
        verify(path, keys=[ALICE])


def test_limits():
    """Too many slots, too large ones, two of one identity: not written, and refused before work."""
    rings = [Slot(1, 0, 0, n, bytes(8), bytes(16), bytes(24)) for n in range(1, MAX_SLOTS + 2)]
    with pytest.raises(InputError, match="at most 512 slots"):
        unlock(SMALL, [ALICE]).with_slots(rings)
    whole = unlock(SMALL, [ALICE]).with_slots(rings[:-1])
    assert len(parse_headers(whole.to_bytes())[0][0][1].slots) == MAX_SLOTS
    big = [Slot(9, 0, 0, n, bytes(8), bytes(MAX_MATERIAL), bytes(24)) for n in range(300)]
    with pytest.raises(InputError, match="too many bytes"):
        unlock(SMALL, [ALICE]).with_slots(big)
    one = ALICE.recipient.new_slot()[0]
    for slots in (rings, [one, one], [Slot(2, 1, 1, 8, bytes(8), bytes(16), bytes(24))] * 3):
        data = Header(bytes(16), 0, tuple(slots), NewLayout(0)).to_bytes() + bytes(32)
        with pytest.raises(MalformedHeaderError):
            unlock(data, [ALICE])
    for size in (119, 120 + MAX_MATERIAL + 1):
        with pytest.raises(MalformedHeaderError):
            parse_slot(b"\x04" + bytes(size - 1))


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({8: 3}, UnsupportedFormatError),
        ({8: 1}, MalformedHeaderError),
        ({9: 2}, UnsupportedFormatError),
        ({10: 0, 11: 0}, MalformedHeaderError),
        ({10: 2}, MalformedHeaderError),
        ({11: 1}, MalformedHeaderError),
        ({11: 3}, MalformedHeaderError),
        ({32: 1}, MalformedHeaderError),
        ({35: 0, 34: 0}, MalformedHeaderError),
        ({38: 1}, MalformedHeaderError),
        ({37: 0x20}, MalformedHeaderError),
        ({40: 1}, MalformedHeaderError),
        ({48: 0xFF}, MalformedHeaderError),
        ({49: 0}, MalformedHeaderError),
        ({50: 0}, MalformedHeaderError),
        ({51: 1}, MalformedHeaderError),
    ],
)
def test_hostile_headers(change, error):
    """Each field has its bounds, checked before any key is used."""
    data = bytearray(SMALL)
    for place, value in change.items():
        data[place] = value
    with pytest.raises(error):
        unlock(bytes(data), [])


def test_a_hostile_header_costs_little(monkeypatch):
    """512 slots that name an identity cost one decapsulation for each version that it has."""
    from cotool.vault import hybrid

    calls, real = [], hybrid.open_message
    monkeypatch.setattr(hybrid, "open_message", lambda *given: calls.append(1) or real(*given))
    slots = tuple(
        Slot(3, 0, 0, n, ALICE.key_id, bytes(MESSAGE_SIZE), bytes(24)) for n in range(1, 513)
    )
    data = Header(bytes(16), 0, slots, NewLayout(0)).to_bytes() + bytes(32)
    with pytest.raises(VaultError):
        unlock(data, [ALICE])
    assert len(calls) == 1


def test_a_changed_version_is_no_other_format():
    """The MAC covers the version, so a header of one format is none of the other."""
    envelope = unlock(SMALL, [ALICE])
    ring = envelope.header.slots[:1]
    old = Header(envelope.header.file_id, 0, ring, OldLayout(1, 1))
    new = Header(envelope.header.file_id, 0, ring, NewLayout(0))
    assert old.identity == new.identity
    macs = {header_mac(envelope.file_key, old.file_id, it.to_bytes()) for it in (old, new)}
    assert len(macs) == 2
