"""age files become vault files: every kind of them, and every way in which they can be wrong."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import threading
import tracemalloc

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cotool.errors import (
    CostRefusedError,
    InputError,
    IntegrityError,
    MalformedHeaderError,
    TruncatedError,
    UnsupportedFormatError,
    VaultError,
    WrongKeyError,
)
from cotool.vault import Keyring, decrypt, inspect
from cotool.vault.age import AgeKeys, age_content_size, import_age, read_age_header, read_identities
from cotool.vault.envelope import COMPACT_LIMIT
from reference import age_by_passphrase

pyrage = pytest.importorskip("pyrage", reason="needs pyrage: pip install 'cotool[age]'")

MINE, OTHER = (pyrage.x25519.Identity.generate() for _ in range(2))
KEYS = AgeKeys([OTHER, MINE], lambda: "tulips")
RING = Keyring.generate()
CHUNK = 64 << 10
TEXT = b"attack at dawn"


def to_me(content, *, armored=False):
    """Return an age file for our identity."""
    return pyrage.encrypt(content, [MINE.to_public()], armored=armored)


def imported(data, keys=KEYS, *, stream=False, armored=False, tmp_path=None):
    """Return the content of the vault file that is made of an age file."""
    sink, plain = io.BytesIO(), io.BytesIO()
    if stream:
        import_age(io.BytesIO(data), sink, age=keys, keys=[RING])
    else:
        path = tmp_path / "file.age"
        path.write_bytes(data)
        import_age(path, sink, age=keys, keys=[RING], armored=armored)
    decrypt(io.BytesIO(sink.getvalue()), plain, keys=[RING])
    return plain.getvalue()


SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, COMPACT_LIMIT - 1, COMPACT_LIMIT, 3 << 20]


@pytest.mark.parametrize("armored", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_content_comes_through(size, armored, tmp_path):
    """At all borders of chunks and of what is compact; the size is known without a key."""
    content = os.urandom(size)
    data = to_me(content, armored=armored)
    assert imported(data, tmp_path=tmp_path) == content
    assert imported(data, stream=True) == content
    assert imported(data, armored=True, tmp_path=tmp_path) == content
    assert age_content_size(str(tmp_path / "file.age")) == size
    assert read_age_header(str(tmp_path / "file.age")).is_armored == armored


def test_small_files_stay_small(tmp_path):
    """One copy of the header, as `encrypt` writes for them."""
    (tmp_path / "a").write_bytes(to_me(TEXT))
    import_age(tmp_path / "a", tmp_path / "a.vault", age=KEYS, keys=[RING])
    assert inspect(tmp_path / "a.vault").copies == 1


def test_passphrases(tmp_path):
    """A passphrase is asked for only if the file needs one."""
    data = age_by_passphrase(TEXT, "tulips")
    assert imported(data, tmp_path=tmp_path) == TEXT
    assert imported(data, AgeKeys([], lambda: b"tulips"), stream=True) == TEXT
    for wrong in ("roses", b"\xff"):
        with pytest.raises(WrongKeyError, match=r"passphrase"):
            imported(data, AgeKeys([MINE], lambda wrong=wrong: wrong), tmp_path=tmp_path)
    with pytest.raises(WrongKeyError, match="a passphrase opens it"):
        imported(data, AgeKeys([MINE]), tmp_path=tmp_path)

    def never():
        raise AssertionError

    assert imported(to_me(TEXT), AgeKeys([MINE], never), tmp_path=tmp_path) == TEXT


def test_hostile_work_is_refused(tmp_path):
    """A header that demands a thousand seconds of scrypt fails at once."""
    data = age_by_passphrase(TEXT, "tulips")
    start, _, rest = data.split(b"\n", 2)[1].rpartition(b" ")
    hostile = data.replace(start + b" " + rest, start + b" 30", 1)
    with pytest.raises(CostRefusedError):
        imported(hostile, tmp_path=tmp_path)


@pytest.mark.parametrize("kind", ["piv-p256", "yubikey", "mlkem768x25519", "\x7e"])
def test_plugins_are_named(kind, tmp_path):
    """A file that only a plugin opens says so, and how to import it all the same."""
    data = to_me(TEXT).replace(b"-> X25519", f"-> {kind}".encode(), 1)
    with pytest.raises(WrongKeyError, match="plugin") as raised:
        imported(data, tmp_path=tmp_path)
    assert "age -d" in str(raised.value.hint)


def test_wrong_identities(tmp_path):
    """Say for whom the file is."""
    with pytest.raises(WrongKeyError, match="no identity opens it; it is for X25519"):
        imported(to_me(TEXT), AgeKeys([OTHER]), tmp_path=tmp_path)
    with pytest.raises(WrongKeyError, match="is encrypted for X25519"):
        imported(to_me(TEXT), AgeKeys(), tmp_path=tmp_path)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", TruncatedError),
        (b"age-encryption.org/", TruncatedError),
        (b"age-encryption.org/v1\n", TruncatedError),
        (b"age-encryption.org/v2\n-> X25519 a\n", UnsupportedFormatError),
        (b"hello world\n", UnsupportedFormatError),
        (b"\x89CVLT\r\n\x1a", UnsupportedFormatError),
        (b"-----BEGIN AGE ENCRYPTED FILE-----\n", TruncatedError),
        (b"-----BEGIN AGE ENCRYPTED FILE-----\n\xff\xfe!!\nAAAA\n", MalformedHeaderError),
        (b"-----BEGIN AGE ENCRYPTED FILE-----\nQUJDRA==\nQUJD\n", MalformedHeaderError),
        (b"age-encryption.org/v1\n--- " + b"A" * 43 + b"\n", MalformedHeaderError),
        (b"age-encryption.org/v1\n" + b"-> a b\n" * 200_000, MalformedHeaderError),
        (b"age-encryption.org/v1\n-> X25519 " + b"A" * 2_000_000, MalformedHeaderError),
        (to_me(TEXT)[:-1], IntegrityError),
        (to_me(TEXT)[:-len(TEXT) - 16], IntegrityError),
        (to_me(TEXT)[:-len(TEXT) - 40], IntegrityError),
        (to_me(TEXT) + b"x", IntegrityError),
        (to_me(TEXT, armored=True)[:-40], IntegrityError),
        (to_me(TEXT, armored=True) + b"x", IntegrityError),
    ],
)  # fmt: skip
def test_what_is_no_age_file(data, error, tmp_path):
    """Each ends in one error of the right kind, and nothing is written."""
    for source in (tmp_path / "file.age", io.BytesIO(data)):
        (tmp_path / "file.age").write_bytes(data)
        with pytest.raises(error):
            import_age(source, tmp_path / "out", age=KEYS, keys=[RING])
        assert [path.name for path in tmp_path.iterdir()] == ["file.age"]


LARGE = os.urandom(COMPACT_LIMIT + 70_000)
SEALED = {armored: to_me(LARGE, armored=armored) for armored in (False, True)}


@settings(max_examples=60, deadline=None)
@given(st.booleans(), st.floats(0, 1), st.integers(0, 3), st.integers(1, 255))
@example(armored=False, where=1.0, how=1, value=1)
@example(armored=False, where=0.999, how=2, value=1)
def test_changed_files(armored, where, how, value):
    """Changed, cut or extended in the middle of a stream: an error, or the very same content."""
    data = bytearray(SEALED[armored])
    place = min(int(where * len(data)), len(data) - 1)
    if how == 0:
        data[place] ^= value
    elif how == 1:
        del data[place:]
    elif how == 2:
        del data[place : place + value]
    else:
        data[place:place] = bytes([value])
    try:
        assert imported(bytes(data), stream=True) == LARGE
    except VaultError:
        assert bytes(data) != SEALED[armored]


def test_memory_is_bounded(tmp_path):
    """A file of 64 MiB passes in pieces, and no thread is left."""
    before = threading.active_count()
    (tmp_path / "a").write_bytes(to_me(bytes(64 << 20)))
    tracemalloc.start()
    import_age(tmp_path / "a", tmp_path / "b", age=KEYS, keys=[RING], num_threads=1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 24 << 20
    assert threading.active_count() == before


def test_a_target_that_cannot_be_written(tmp_path):
    """Ends the thread that decrypts, and leaves nothing."""
    before = threading.active_count()
    (tmp_path / "a").write_bytes(to_me(LARGE * 3))

    class Full(io.RawIOBase):
        """A stream that takes a little."""

        def write(self, _data):
            """Take no more."""
            raise OSError(28, "No space left on device")

        def writable(self):
            """Return that it is one to write to."""
            return True

    with pytest.raises(InputError, match="No space"):
        import_age(tmp_path / "a", Full(), age=KEYS, keys=[RING])
    (tmp_path / "b").write_text("here")
    with pytest.raises(InputError, match="exists"):
        import_age(tmp_path / "a", tmp_path / "b", age=KEYS, keys=[RING])
    assert threading.active_count() == before


def test_identity_files(tmp_path):
    """Comments, several identities, Windows line ends, and a file that age has encrypted."""
    path = tmp_path / "key.txt"
    text = f"# created: today\r\n# public key: …\r\n\r\n{OTHER}\r\n  {MINE}\r\n"
    for data in (text.encode(), age_by_passphrase(text.encode(), "tulips")):
        path.write_bytes(data)
        found = read_identities(str(path), lambda: "tulips")
        assert [str(identity) for identity in found] == [str(OTHER), str(MINE)]
    with pytest.raises(WrongKeyError, match=r"key\.txt: wrong passphrase"):
        read_identities(str(path), lambda: "roses")


SECRET = str(MINE)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "has no identities"),
        ("# only a comment\n", "has no identities"),
        (f"{SECRET}\n{SECRET[:-1]}\n", "line 2: is not an X25519 identity"),
        (SECRET.replace("1", "2", 1), "line 1: is not an X25519 identity"),
        (f"\n\nAGE-PLUGIN-YUBIKEY-1{SECRET[16:40]}\n", "line 3: is an identity of a plugin"),
        (f"name {SECRET}", "line 1: is not"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END", "is not an SSH key"),
        ("age1qqqqqqqqqqqqqqqqqqqqqqqqq", "line 1: is not"),
        ("\udce9\udcff", "line 1: is not"),
        ("x" * (2 << 20), "too large for a file of identities"),
    ],
    ids=range(10),  # SECRET differs from run to run
)
def test_bad_identity_files(text, says, tmp_path):
    """Name the line, and never show any of it."""
    path = tmp_path / "key.txt"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match=says) as raised:
        read_identities(str(path), lambda: "tulips")
    shown = f"{raised.value} {raised.value.hint}"
    assert SECRET[16:30] not in shown
    assert "AAAA" not in shown


def test_ssh_keys(tmp_path):
    """A file for an SSH key is opened with the private key."""
    if shutil.which("ssh-keygen") is None:
        pytest.skip("needs ssh-keygen")
    make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", tmp_path / "id"]
    subprocess.run(make, check=True)
    public = pyrage.ssh.Recipient.from_str((tmp_path / "id.pub").read_text())
    data = pyrage.encrypt(TEXT, [public])
    keys = AgeKeys(read_identities(str(tmp_path / "id"), lambda: "tulips"))
    assert imported(data, keys, tmp_path=tmp_path) == TEXT


def test_files_of_age_itself(tmp_path):
    """What the program `age` writes, for several recipients, armored or not."""
    if shutil.which("age") is None:
        pytest.skip("needs age")
    for options in ([], ["-a"]):
        people = ["-r", str(OTHER.to_public()), "-r", str(MINE.to_public())]
        done = subprocess.run(
            ["age", *options, *people], input=LARGE, capture_output=True, check=True
        )
        assert imported(done.stdout, AgeKeys([MINE]), tmp_path=tmp_path) == LARGE
