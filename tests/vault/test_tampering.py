"""Whatever is changed in a file is refused, with nothing written."""

from __future__ import annotations

import io
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotool.errors import (
    CostRefusedError,
    IntegrityError,
    MalformedHeaderError,
    TruncatedError,
    UnsupportedFormatError,
    VaultError,
    WrongKeyError,
)
from cotool.vault import Keyring, Passphrase, decrypt, encrypt, inspect, rewrap, verify
from cotool.vault.envelope import unlock
from cotool.vault.header import Header, OldLayout, parse_copy
from cotool.vault.in_memory import open_bytes, seal_bytes
from cotool.vault.keys import MAX_MEMORY, Argon2Cost, Budget, check_cost
from cotool.vault.slots import Slot
from cotool.vault.stream import SEALED_SEGMENT, SEGMENT

PREFIX = 56
CONTENT = b"attack at dawn, bring the ladders"


def refused(data, keys, folder):
    """Decrypt to a file; return the error. Nothing may be left in the folder."""
    source = folder / "sealed"
    source.write_bytes(data)
    with pytest.raises(VaultError) as caught:
        decrypt(source, folder / "back", keys=keys)
    assert [path.name for path in folder.iterdir()] == ["sealed"]
    sink = io.BytesIO()
    with pytest.raises(VaultError):
        decrypt(io.BytesIO(data), sink, keys=keys)
    assert sink.getvalue() == b""
    return caught.value


def test_every_bit_of_every_byte(keys, cheap, tmp_path, monkeypatch):
    """A small file with both kinds of slots: each single bit matters."""
    derive = Passphrase.derive
    # A changed cost gives another key, here at once and not after a second.
    monkeypatch.setattr(
        Passphrase,
        "derive",
        lambda self, salt, cost: derive(self, salt, cost) if cost == cheap else os.urandom(32),
    )
    data = seal_bytes(CONTENT, [keys.ring, keys.phrase])
    both = [keys.ring, keys.phrase]
    kinds = set()
    for place in range(len(data)):
        for bit in range(8):
            changed = bytearray(data)
            changed[place] ^= 1 << bit
            with pytest.raises(VaultError) as caught:
                open_bytes(bytes(changed), both)
            kinds.add(type(caught.value))
    assert kinds >= {IntegrityError, MalformedHeaderError, UnsupportedFormatError}
    for place in range(0, len(data), 7):  # through files and streams as well
        changed = bytearray(data)
        changed[place] ^= 0x10
        refused(bytes(changed), both, tmp_path)


def test_every_length(keys, tmp_path):
    """A small file cut anywhere, from no byte on."""
    data = seal_bytes(CONTENT, [keys.ring])
    for length in range(len(data)):
        with pytest.raises(VaultError):
            open_bytes(data[:length], [keys.ring])
        error = refused(data[:length], [keys.ring], tmp_path)
        assert isinstance(error, TruncatedError), length
    for extra in (b"\0", b"x" * 16, bytes(SEALED_SEGMENT), data):
        assert isinstance(refused(data + extra, [keys.ring], tmp_path), IntegrityError)


@pytest.fixture
def large(keys):
    """Give a vault of five segments with two headers, and its offset of segments."""
    sink = io.BytesIO()
    encrypt(io.BytesIO(os.urandom(4 * SEGMENT + 9)), sink, keys=[keys.ring])
    return bytearray(sink.getvalue())


def segment(number):
    """Return where a segment stands in such a file."""
    start = 2048 + PREFIX + number * SEALED_SEGMENT
    return slice(start, start + SEALED_SEGMENT)


def assert_refused_late(data, keys, folder, good):
    """Refused as a file; as a stream the good segments come out and nothing else."""
    (folder / "sealed").write_bytes(data)
    with pytest.raises(IntegrityError):
        decrypt(folder / "sealed", folder / "back", keys=keys)
    with pytest.raises(IntegrityError):
        verify(folder / "sealed", keys=keys)
    assert [path.name for path in folder.iterdir()] == ["sealed"]
    sink = io.BytesIO()
    with pytest.raises(IntegrityError):
        decrypt(io.BytesIO(data), sink, keys=keys)
    assert len(sink.getvalue()) <= good * SEGMENT


def test_segments_moved(keys, large, tmp_path):
    """Swapped, doubled, left out, put in twice."""
    swapped = bytearray(large)
    swapped[segment(1)], swapped[segment(2)] = large[segment(2)], large[segment(1)]
    assert_refused_late(swapped, [keys.ring], tmp_path, 1)
    doubled = bytearray(large)
    doubled[segment(2)] = large[segment(1)]
    assert_refused_late(doubled, [keys.ring], tmp_path, 2)
    assert_refused_late(
        large[: segment(1).start] + large[segment(2).start :], [keys.ring], tmp_path, 1
    )
    assert_refused_late(
        large[: segment(1).stop] + large[segment(1)] + large[segment(2).start :],
        [keys.ring], tmp_path, 2,
    )  # fmt: skip
    assert_refused_late(large[: segment(3).stop], [keys.ring], tmp_path, 4)


def test_parts_of_other_files(keys, large, tmp_path):
    """Segments, payloads and headers of another file under the same key; two files in one."""
    sink = io.BytesIO()
    encrypt(io.BytesIO(os.urandom(4 * SEGMENT + 9)), sink, keys=[keys.ring])
    other = sink.getvalue()
    spliced = bytearray(large)
    spliced[segment(1)] = other[segment(1)]
    assert_refused_late(spliced, [keys.ring], tmp_path, 1)
    assert_refused_late(large[:2048] + other[2048:], [keys.ring], tmp_path, 0)
    assert_refused_late(large + other, [keys.ring], tmp_path, 5)
    changed = bytearray(other[:1024] + large[1024:])
    changed[1024:2048] = other[:1024]
    assert_refused_late(changed, [keys.ring], tmp_path, 0)


def test_a_slot_of_another_file(keys):
    """A slot is bound to its file: in another header it opens nothing."""
    first, second = (bytearray(seal_bytes(CONTENT, [keys.ring])) for _ in range(2))
    second[48:184] = first[48:184]
    with pytest.raises(WrongKeyError):
        open_bytes(bytes(second), [keys.ring])


def test_one_damaged_copy_of_a_header(keys, large, tmp_path):
    """The other copy opens the file; verify tells, rewrap mends."""
    path = tmp_path / "sealed"
    good = io.BytesIO()
    decrypt(io.BytesIO(large), good, keys=[keys.ring])
    for place in (0, 9, 11, 33, 50, 900, 1024, 1060, 2000):
        damaged = bytearray(large)
        damaged[place] ^= 0xFF
        path.write_bytes(damaged)
        sink = io.BytesIO()
        assert decrypt(path, sink, keys=[keys.ring]).damage is not None, place
        assert sink.getvalue() == good.getvalue()
        assert inspect(path).damage is not None
        with pytest.raises(IntegrityError, match="content is intact"):
            verify(path, keys=[keys.ring])
        assert rewrap(path, keys=[keys.ring], replace=[keys.ring])
        verify(path, keys=[keys.ring])
    both = bytearray(large)
    both[60] ^= 1
    both[1084] ^= 1
    path.write_bytes(both)
    with pytest.raises(VaultError):
        verify(path, keys=[keys.ring])


def test_torn_rewraps(keys, large, tmp_path):
    """After a write of any length of either copy, the file opens with the old or the new key."""
    path = tmp_path / "sealed"
    path.write_bytes(large)
    keys.ring.rotate()
    rewrap(path, keys=[keys.ring], replace=[keys.ring])
    new = path.read_bytes()
    for place, start in ((1024, bytes(large[:1024])), (0, None)):
        for length in range(0, 1024, 61):
            torn = bytearray(large) if start is not None else bytearray(large[:1024] + new[1024:])
            torn[place : place + length] = new[place : place + length]
            assert open_whole(torn, keys.ring)


def open_whole(data, key):
    """Return the content of a vault in memory."""
    sink = io.BytesIO()
    decrypt(io.BytesIO(data), sink, keys=[key])
    return sink.getvalue()


def test_a_rewrap_spares_the_only_good_copy(keys, large, tmp_path, monkeypatch):
    """Where copy A was torn, B is the one that must not be written first."""
    path, places, real = tmp_path / "sealed", [], os.pwrite

    def spy(handle, data, place):
        places.append(place)
        return real(handle, data, place)

    keys.ring.rotate()
    monkeypatch.setattr(os, "pwrite", spy)
    for damaged in (0, 1024):
        data = bytearray(large)
        data[damaged + 100] ^= 1
        path.write_bytes(data)
        places.clear()
        rewrap(path, keys=[keys.ring], replace=[keys.ring])
        assert places == [damaged, 1024 - damaged]
        verify(path, keys=[keys.ring])


@given(st.binary(max_size=3000))
def test_any_bytes(data):
    """Random bytes, and random bytes behind the magic, are refused and never crash."""
    ring = Keyring.generate()
    for start in (
        b"",
        b"\x89CVLT\r\n\x1a\1\1",
        b"\x89CVLT\r\n\x1a\1\1\0\xd8" + bytes(20) + b"\1\1",
    ):
        with pytest.raises(VaultError):
            unlock(start + data, [ring])


FIXED = st.binary(min_size=16, max_size=16)
SLOTS = st.one_of(
    st.builds(
        lambda number, key_id, salt: Slot(1, 0, 0, number, key_id, bytes(16), salt),
        st.integers(1, 0xFFFFFFFF), st.binary(min_size=8, max_size=8),
        st.binary(min_size=24, max_size=24),
    ),
    st.builds(
        lambda lanes, passes, more, salt: Slot(
            2, lanes, passes, 8 * lanes + more, bytes(8), salt, bytes(24)
        ),
        st.integers(1, 255), st.integers(1, 0xFFFF), st.integers(0, 0xFFFFFF), FIXED,
    ),
)  # fmt: skip


@given(FIXED, st.integers(0, 0xFFFFFFFF), st.lists(SLOTS, min_size=1, max_size=6), st.booleans())
def test_headers_round_trip(file_id, generation, slots, double):
    """Whatever is parsed is written back bit by bit."""
    while sum(slot.kind == 2 for slot in slots) > 2:
        slots.remove(next(slot for slot in slots if slot.kind == 2))
    if not slots:
        return
    form = OldLayout(6, 2) if double else OldLayout(len(slots), 1)
    header = Header(file_id, generation, tuple(slots), form)
    data = header.to_bytes() + bytes(32)
    found, body, mac = parse_copy(data.ljust(1024, b"\0") if double else data)
    assert found == header
    assert (body, mac) == (header.to_bytes(), bytes(32))
    assert found.to_bytes() == header.to_bytes()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({8: 3}, UnsupportedFormatError),
        ({8: 2}, MalformedHeaderError),
        ({9: 2}, UnsupportedFormatError),
        ({10: 0xFF, 11: 0xFF}, MalformedHeaderError),
        ({11: 0xD9}, MalformedHeaderError),
        ({32: 0}, MalformedHeaderError),
        ({32: 2}, MalformedHeaderError),
        ({33: 0}, MalformedHeaderError),
        ({33: 3}, MalformedHeaderError),
        ({40: 1}, MalformedHeaderError),
        ({48: 3}, MalformedHeaderError),
        ({49: 1}, MalformedHeaderError),
        ({0: 0x0A}, UnsupportedFormatError),
    ],
)
def test_hostile_headers(keys, change, error):
    """Each field has its bounds, checked before any key is used."""
    data = bytearray(seal_bytes(CONTENT, [keys.ring]))
    for place, value in change.items():
        data[place] = value
    with pytest.raises(error):
        unlock(bytes(data), [keys.ring])


@pytest.mark.parametrize(
    "cost",
    [
        Argon2Cost(1, MAX_MEMORY + 1, 1),
        Argon2Cost(17, 64, 1),
        Argon2Cost(1, 1024, 17),
        Argon2Cost(3, MAX_MEMORY, 4),
        Argon2Cost(65535, 0xFFFFFFFF, 255),
    ],
)
def test_costs_are_refused_before_they_are_paid(cost, monkeypatch):
    """A header that asks for too much is refused without a derivation."""
    with pytest.raises(CostRefusedError) as caught:
        check_cost(cost)
    assert caught.value.hint
    slot = Slot(2, cost.lanes, cost.passes, cost.memory, bytes(8), bytes(16), bytes(24))
    monkeypatch.setattr("cotool.vault.keys.argon2id", None)
    with pytest.raises(CostRefusedError):
        Passphrase("x").candidates(slot, Budget(1))


def test_profiles_pass_their_own_bounds():
    """Files of both profiles open without a flag."""
    from cotool.vault.keys import PROFILES

    for cost in PROFILES.values():
        check_cost(cost)


def test_many_passphrase_slots_are_hostile(keys, cheap):
    """More than two derivations are not done for anybody."""
    slots = tuple(Slot(2, 1, 1, 8, bytes(8), bytes([n]) * 16, bytes(24)) for n in range(3))
    data = Header(bytes(16), 0, slots, OldLayout(3, 1)).to_bytes() + bytes(32)
    with pytest.raises(MalformedHeaderError, match="passphrase slots"):
        unlock(data, [keys.phrase])


def test_errors_have_their_codes(keys):
    """Each kind of failure ends with a code of its own."""
    from cotool import errors

    kinds = [
        errors.WrongKeyError, errors.IntegrityError, errors.TruncatedError,
        errors.UnsupportedFormatError, errors.MalformedHeaderError, errors.MissingKeyError,
        errors.CostRefusedError,
    ]  # fmt: skip
    assert len({kind.exit_code for kind in kinds}) == len(kinds)
    with pytest.raises(WrongKeyError) as caught:
        open_bytes(seal_bytes(CONTENT, [keys.phrase]), [keys.ring])
    assert "needs a passphrase" in str(caught.value)
    with pytest.raises(WrongKeyError, match="needs key"):
        open_bytes(seal_bytes(CONTENT, [keys.ring]), [Keyring.generate()])
    wrong = Passphrase("wrong")
    with pytest.raises(WrongKeyError, match="wrong passphrase"):
        open_bytes(seal_bytes(CONTENT, [keys.phrase]), [wrong])
