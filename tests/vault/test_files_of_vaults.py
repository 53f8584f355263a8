"""Round trips: every kind of source and target, every size that matters, held to the oracle."""

from __future__ import annotations

import io
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotool.errors import InputError, IntegrityError, TruncatedError, WrongKeyError
from cotool.vault import Keyring, Vault, decrypt, encrypt, inspect, reencrypt, rewrap, verify
from cotool.vault.envelope import COMPACT_LIMIT
from cotool.vault.in_memory import open_bytes, seal_bytes
from cotool.vault.inspection import read_slots
from cotool.vault.operations import BLOCK
from cotool.vault.stream import SEGMENT
from reference import open_vault

SIZES = (
    *(0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, BLOCK * SEGMENT - 1, BLOCK * SEGMENT),
    *(BLOCK * SEGMENT + 1, COMPACT_LIMIT - 1, COMPACT_LIMIT, 5 * BLOCK * SEGMENT + 77),
)


@pytest.fixture(params=[1, 2, 4])
def threads(request):
    """Give a number of threads."""
    return request.param


def content_of(size):
    """Return content in which no two segments are alike."""
    return bytes(os.urandom(64)) * (size // 64) + os.urandom(size % 64)


@pytest.mark.parametrize("size", SIZES)
def test_file_to_file(tmp_path, keys, threads, size):
    """What comes out is what went in; the oracle reads the same; sizes are as reported."""
    plain, sealed, back = tmp_path / "plain", tmp_path / "sealed", tmp_path / "back"
    content = content_of(size)
    plain.write_bytes(content)
    done = encrypt(plain, sealed, keys=[keys.ring, keys.phrase], num_threads=threads)
    data = sealed.read_bytes()
    assert (done.content, done.sealed) == (size, len(data))
    assert open_vault(data, keys.secrets(read_slots(sealed))) == content
    for key in (keys.ring, keys.phrase):
        assert decrypt(sealed, back, keys=[key], force=True, num_threads=threads) == done
        assert back.read_bytes() == content
    assert verify(sealed, keys=[keys.ring], num_threads=threads) == done
    compact = size < COMPACT_LIMIT
    assert inspect(sealed).copies == (1 if compact else 2)
    assert inspect(sealed).content_bytes == size
    if compact:
        assert len(data) == size + 16 * (size // SEGMENT) + 288 + 136
    assert sealed.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("size", SIZES)
def test_stream_to_stream(keys, threads, size):
    """Streams give the same content in constant memory, and have two headers."""
    content = content_of(size)
    sealed, back = io.BytesIO(), io.BytesIO()
    done = encrypt(io.BytesIO(content), sealed, keys=[keys.ring], num_threads=threads)
    data = sealed.getvalue()
    assert (done.content, done.sealed) == (size, len(data))
    slots = inspect(io.BytesIO(data))
    assert slots.copies == 2
    assert decrypt(io.BytesIO(data), back, keys=[keys.ring], num_threads=threads) == done
    assert back.getvalue() == content


def test_pipes_give_short_reads(tmp_path, keys):
    """A pipe that gives little at a time makes the same segments as a file."""
    content = content_of(3 * SEGMENT + 5)
    reading, writing = os.pipe()

    def feed():
        with os.fdopen(writing, "wb", buffering=0) as sink:
            sink.writelines(content[start : start + 1000] for start in range(0, len(content), 1000))

    thread = threading.Thread(target=feed)
    thread.start()
    with os.fdopen(reading, "rb", buffering=0) as source:
        encrypt(source, tmp_path / "sealed", keys=[keys.ring])
    thread.join()
    sink = io.BytesIO()
    decrypt(tmp_path / "sealed", sink, keys=[keys.ring])
    assert sink.getvalue() == content


def test_files_without_a_size(tmp_path, keys):
    """A file of /proc says that it has no bytes, and has some."""
    source = Path("/proc/self/status")
    if not source.exists():
        pytest.skip("there is no /proc")
    assert encrypt(source, tmp_path / "sealed", keys=[keys.ring]).content > 100


@given(st.data())
def test_random_access(tmp_path_factory, data):
    """Any range is the slice of the content."""
    content, keys, path = _vault(tmp_path_factory)
    with Vault(path, keys=[keys]) as vault:
        offset = data.draw(st.integers(0, len(content) + 10))
        length = data.draw(st.integers(0, len(content) + 10))
        assert vault.read(offset, length) == content[offset : offset + length]
        assert vault.size == len(content)


_MADE = []


def _vault(factory):
    if not _MADE:
        from cotool.vault import Keyring

        content, ring = content_of(70 * SEGMENT + 123), Keyring.generate()
        path = factory.mktemp("access") / "sealed"
        encrypt(io.BytesIO(content), path, keys=[ring])
        _MADE.append((content, ring, path))
    return _MADE[0]


def test_random_access_refuses(tmp_path, keys):
    """Negative numbers, changed segments, a cut file."""
    path = tmp_path / "sealed"
    encrypt(io.BytesIO(content_of(5 * SEGMENT)), path, keys=[keys.ring])
    with Vault(io.BytesIO(path.read_bytes()), keys=[keys.ring]) as vault:
        with pytest.raises(InputError):
            vault.read(-1, 5)
        assert vault.read(10**12, 5) == b""
    data = bytearray(path.read_bytes())
    data[2048 + 56 + 2 * (SEGMENT + 16) + 5] ^= 1
    path.write_bytes(data)
    with Vault(path, keys=[keys.ring]) as vault:
        vault.read(0, 2 * SEGMENT)
        with pytest.raises(IntegrityError, match="32,768 to 49,151"):
            vault.read(2 * SEGMENT - 1, 2)
    path.write_bytes(data[:-1])
    with pytest.raises(TruncatedError):
        Vault(path, keys=[keys.ring])


def test_armor(tmp_path, keys):
    """Armored files open like others, indented and rewrapped ones too, from paths and streams."""
    plain, sealed = tmp_path / "plain", tmp_path / "sealed.asc"
    plain.write_bytes(b"password: hunter2\n")
    encrypt(plain, sealed, keys=[keys.ring, keys.phrase], armored=True)
    text = sealed.read_text()
    assert text.startswith("-----BEGIN COTOOL VAULT-----\n")
    assert max(map(len, text.splitlines())) <= 64
    indented = "\n".join(f"    {line}\r" for line in text.splitlines())
    joined = text.replace("\n", " ")
    for form in (text, indented, joined, f"\n\n{text}\n\n"):
        sink = io.BytesIO()
        decrypt(io.BytesIO(form.encode()), sink, keys=[keys.phrase])
        assert sink.getvalue() == plain.read_bytes()
    keys.ring.rotate()
    assert rewrap(sealed, keys=[keys.ring], replace=[keys.ring])
    reencrypt(sealed, keys=[keys.ring, keys.phrase])
    assert sealed.read_text().startswith("-----BEGIN")
    sink = io.BytesIO()
    decrypt(sealed, sink, keys=[keys.phrase])
    assert sink.getvalue() == plain.read_bytes()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda text: text[:-10], TruncatedError),
        (lambda text: text.replace("\n", "\n!", 2), IntegrityError),
        (lambda text: text.replace("=", ""), IntegrityError),
        (lambda text: text[:100] + text[101:], IntegrityError),
    ],
)
def test_damaged_armor(keys, change, error):
    """Text that is cut or is no base64 is refused with what is wrong."""
    sealed = io.BytesIO()
    encrypt(io.BytesIO(b"xy"), sealed, keys=[keys.ring], armored=True)
    text = change(sealed.getvalue().decode())
    with pytest.raises(error):
        decrypt(io.BytesIO(text.encode()), io.BytesIO(), keys=[keys.ring])


def test_armor_has_a_limit(keys):
    """Armor is for small secrets: what is large is refused before it fills the memory."""
    with pytest.raises(InputError, match="8 MiB"):
        encrypt(io.BytesIO(bytes(9 << 20)), io.BytesIO(), keys=[keys.ring], armored=True)


def test_rewrap_changes_the_header_only(tmp_path, keys):
    """A new version takes the place of the old; the payload stays bit by bit; others stay."""
    path = tmp_path / "sealed"
    for size in (100, COMPACT_LIMIT):
        encrypt(io.BytesIO(content_of(size)), path, keys=[keys.ring, keys.phrase], force=True)
        before = path.read_bytes()
        inode = path.stat().st_ino
        version = keys.ring.rotate()
        assert rewrap(path, keys=[keys.ring], replace=[keys.ring])
        after = path.read_bytes()
        assert after[2048:] == before[2048:]
        assert path.stat().st_ino == inode
        assert [slot.number for slot in read_slots(path)] == [version, 8]
        assert inspect(path).generation == 1
        assert not rewrap(path, keys=[keys.ring], replace=[keys.ring])
        verify(path, keys=[keys.phrase])
        keys.ring.set_min_decrypt_version(version)
        verify(path, keys=[keys.ring])


def test_rewrap_of_passphrases(tmp_path, keys, cheap):
    """A new passphrase takes the place of the one that opened the file."""
    from cotool.vault import Passphrase

    path = tmp_path / "sealed"
    (tmp_path / "plain").write_bytes(b"content")
    other, third = Passphrase("other", cost=cheap), Passphrase("third", cost=cheap)
    encrypt(tmp_path / "plain", path, keys=[keys.phrase])
    rewrap(path, keys=[keys.phrase], add=[other])
    with pytest.raises(InputError, match="more than 2 passphrase slots"):
        rewrap(path, keys=[keys.phrase], add=[third])
    rewrap(path, keys=[keys.phrase], replace=[third])
    with pytest.raises(WrongKeyError):
        verify(path, keys=[keys.phrase])
    verify(path, keys=[other])
    verify(path, keys=[third])
    rewrap(path, keys=[third], remove=[2])
    with pytest.raises(WrongKeyError):
        verify(path, keys=[other])
    with pytest.raises(InputError, match="no slot 7"):
        rewrap(path, keys=[third], remove=[7])
    with pytest.raises(InputError, match="at least one"):
        rewrap(path, keys=[third], remove=[1])
    verify(path, keys=[third])


@pytest.mark.parametrize("size", [7, COMPACT_LIMIT + 7])
def test_more_than_six_slots(tmp_path, keys, size):
    """Up to six slots make a file of format 1; the seventh changes the header and nothing else."""
    rings = [Keyring.generate() for _ in range(8)]
    content = content_of(size)
    (tmp_path / "plain").write_bytes(content)
    path = tmp_path / "sealed"
    encrypt(tmp_path / "plain", path, keys=[rings[0]])
    payload = path.read_bytes()[inspect(path).header_bytes :]
    for number, ring in enumerate(rings[1:], 2):
        rewrap(path, keys=[rings[0]], add=[ring])
        found = inspect(path)
        assert (found.format, len(found.slots)) == (1 if number <= 6 else 2, number)
        assert path.read_bytes()[found.header_bytes :] == payload
    for ring in rings:
        assert open_bytes(path.read_bytes(), [ring])[1] == content
    rewrap(path, keys=[rings[0]], remove=[2, 3, 4, 5, 6])
    assert (inspect(path).format, len(inspect(path).slots)) == (2, 3)
    assert inspect(io.BytesIO(seal_bytes(b"", rings))).format == 2
    verify(path, keys=[rings[7]])


def test_reencrypt_makes_all_anew(tmp_path, keys):
    """File key, file_id, salts and every byte of the payload differ; the content is the same."""
    for size in (100, 2 * COMPACT_LIMIT + 3):
        content = content_of(size)
        path = tmp_path / "sealed"
        encrypt(io.BytesIO(content), path, keys=[keys.ring, keys.phrase], force=True)
        path.chmod(0o640)
        before = path.read_bytes()
        with pytest.raises(InputError, match="slot 2"):
            reencrypt(path, keys=[keys.ring])
        assert path.read_bytes() == before
        done = reencrypt(path, keys=[keys.ring, keys.phrase])
        after = path.read_bytes()
        assert (done.content, done.sealed) == (size, len(after))
        assert path.stat().st_mode & 0o777 == 0o640
        assert after[12:28] != before[12:28]
        assert open_vault(after, keys.secrets(read_slots(path))) == content
        reencrypt(path, keys=[keys.ring], drop=True)
        assert len(read_slots(path)) == 1


def test_old_copies_of_headers_open_nothing_new(tmp_path, keys):
    """After reencrypt the old header does not open the new payload."""
    path = tmp_path / "sealed"
    encrypt(io.BytesIO(content_of(100)), path, keys=[keys.ring])
    old = path.read_bytes()
    reencrypt(path, keys=[keys.ring])
    path.write_bytes(old[:2048] + path.read_bytes()[2048:])
    with pytest.raises(IntegrityError):
        verify(path, keys=[keys.ring])


def test_a_source_that_shrinks(tmp_path, keys, monkeypatch):
    """A file that becomes shorter while it is read is an error, and nothing is left."""
    plain = tmp_path / "plain"
    plain.write_bytes(bytes(3 * BLOCK * SEGMENT))

    def cut(_):
        os.truncate(plain, 1000)

    with pytest.raises(InputError, match="was truncated"):
        encrypt(plain, tmp_path / "sealed", keys=[keys.ring], num_threads=1, progress=cut)
    assert [path.name for path in tmp_path.iterdir()] == ["plain"]


def test_a_source_that_grows_is_told(tmp_path, keys):
    """What was there at the start is sealed, and the result says that there is more."""
    plain = tmp_path / "plain"
    plain.write_bytes(bytes(100))

    def grow(_):
        with plain.open("ab") as file:
            file.write(b"more")

    done = encrypt(plain, tmp_path / "sealed", keys=[keys.ring], progress=grow)
    assert done.changed_meanwhile
    assert done.content == 100
