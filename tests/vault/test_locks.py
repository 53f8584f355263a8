"""All writers of a file wait for each other, those of older versions included."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cotool.errors import InputError, WrongKeyError
from cotool.io.target import Target, keep_attributes, replace_file
from cotool.vault import Identity, KeyFile, Keyring, Passphrase, encrypt, reencrypt, rewrap
from cotool.vault.editing import edit
from cotool.vault.in_memory import open_bytes, seal_again
from cotool.vault.locks import locked

OLD, NEW = KeyFile(bytes(32)), KeyFile(bytes(range(32)))


def rotated(path):
    """Rotate a keyring as the first version did, without any lock."""
    envelope, content = open_bytes(path.read_bytes(), [OLD, NEW])
    ring = Keyring.from_bytes(content)
    number = ring.rotate()
    with Target(path, force=True) as target:
        target.write_at(0, seal_again(envelope, ring.to_bytes()))
    return number


def rotate(path):
    """Rotate a keyring."""
    with Keyring.changed(str(path), [OLD]) as ring:
        ring.rotate()


CHANGES = {
    "rotate": rotate,
    "keys passphrase": lambda path: Keyring.change_opener(str(path), [OLD], NEW),
}


@pytest.fixture
def ring(tmp_path):
    """Give the path of a keyring."""
    path = tmp_path / "ring"
    Keyring.generate().write_new(str(path), [OLD])
    return path


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("lock", ["ring.lock", "ring"])
def test_both_locks_of_older_versions_hold_up_every_change(ring, change, lock):
    """A version that an older cotool makes meanwhile is kept, whatever changes the keyring."""
    handle = os.open(ring.with_name(lock), os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(CHANGES[change], ring)
        with pytest.raises(TimeoutError):
            running.result(timeout=0.15)
        rotated(ring)
        os.close(handle)
        running.result(timeout=10)
    found = Keyring.from_bytes(open_bytes(ring.read_bytes(), [OLD, NEW])[1])
    assert len(found.versions) == (3 if change == "rotate" else 2)


def test_rotations_at_once(ring):
    """Of rotations at the same time, none is lost."""
    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(rotate, ring) for _ in range(10)]
    assert [future.exception() for future in done] == [None] * 10
    assert len(Keyring.read(str(ring), [OLD]).versions) == 11


REFUSED = {
    "rewrap": lambda path: rewrap(path, keys=[OLD], add=[NEW]),
    "reencrypt": lambda path: reencrypt(path, keys=[OLD]),
    "edit": lambda path: edit(path, keys=[OLD], editor=["sh", "-c", 'echo >> "$0"']),
}


@pytest.mark.parametrize("change", REFUSED)
def test_keyrings_and_identities_are_no_files_to_change(ring, tmp_path, change):
    """Commands for files refuse them by content, and leave no lock beside them."""
    identity = tmp_path / "identity"
    Identity.generate().write_new(str(identity), [OLD])
    for path, what in ((ring, "is a keyring"), (identity, "is an identity")):
        before = path.read_bytes()
        with pytest.raises(InputError, match=what):
            REFUSED[change](path)
        assert path.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["identity", "ring"]


def test_other_files_have_no_lock_beside_them(tmp_path, keys):
    """Only keyrings do."""
    for size in (10, 3 << 20):
        plain, sealed = tmp_path / "plain", tmp_path / f"{size}.vault"
        plain.write_bytes(b"x" * size)
        encrypt(plain, sealed, keys=[keys.ring])
        assert rewrap(sealed, keys=[keys.ring], add=[OLD])
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "10.vault", "3145728.vault", "plain"
    ]  # fmt: skip


def test_a_lock_that_is_never_free(ring, monkeypatch):
    """Another writer that does not end is an error, not a wait without end."""
    monkeypatch.setattr("cotool.vault.locks.PATIENCE", 0.1)
    with locked(ring, keyring=True), pytest.raises(InputError, match="has locked it"):
        rotate(ring)


def test_nfs(ring, monkeypatch):
    """NFS gives an exclusive lock only on a descriptor that can write."""
    real = fcntl.flock

    def flock(handle, how):
        if fcntl.fcntl(handle, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
            raise OSError(errno.EBADF, "Bad file descriptor")
        real(handle, how)

    monkeypatch.setattr("fcntl.flock", flock)
    for change in CHANGES.values():
        change(ring)
        Keyring.change_opener(str(ring), [NEW, OLD], OLD)
    monkeypatch.setattr("fcntl.flock", refuse(errno.ENOLCK))
    with pytest.raises(InputError, match="cannot be locked: No locks available"):
        rotate(ring)


def refuse(number):
    """Return a function that fails with an error number."""

    def call(*_, **__):
        raise OSError(number, os.strerror(number))

    return call


def test_a_lock_is_not_made_through_a_link(ring, tmp_path):
    """A link at the name of the lock is not followed."""
    (tmp_path / "ring.lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic link"):
        rotate(ring)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
@pytest.mark.parametrize("change", CHANGES)
def test_owner_group_and_mode_are_kept(ring, change):
    """A keyring that a group shares is still theirs after root has changed it."""
    os.chown(ring, 1234, 2345)
    ring.chmod(0o660)
    CHANGES[change](ring)
    for path in (ring, ring.with_name("ring.lock")):
        found = path.stat()
        assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (1234, 2345, 0o660)


def test_the_mode_of_a_group_that_cannot_be_kept(tmp_path, monkeypatch):
    """What only one group may read is not given to another one."""
    path = tmp_path / "file"
    path.write_bytes(b"x")
    path.chmod(0o664)
    was = os.stat_result((*path.stat()[:4], 1234, 2345, *path.stat()[6:]))
    monkeypatch.setattr("os.fchown", refuse(errno.EPERM))
    handle = os.open(path, os.O_RDWR)
    keep_attributes(handle, was)
    os.close(handle)
    assert stat.S_IMODE(path.stat().st_mode) == 0o604
    replace_file(str(path), b"y")
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"y", 0o604)


def test_changing_what_opens_a_keyring(tmp_path, cheap):
    """The passphrase or key file is another one, the versions are the same, the key is new."""
    path, phrase = tmp_path / "ring", Passphrase("old", cost=cheap)
    Keyring.generate().write_new(str(path), [phrase])
    first = path.read_bytes()
    versions = [v.key for v in Keyring.read(str(path), [phrase]).versions]
    for old, new in ((phrase, NEW), (NEW, OLD), (OLD, Passphrase("new", cost=cheap))):
        Keyring.change_opener(str(path), [old], new)
        with pytest.raises(WrongKeyError):
            Keyring.read(str(path), [old])
        assert [v.key for v in Keyring.read(str(path), [new]).versions] == versions
    now = open_bytes(path.read_bytes(), [Passphrase("new")])[0]
    assert now.file_key != open_bytes(first, [phrase])[0].file_key


def test_other_openers_of_a_keyring_stay(ring, cheap):
    """A colleague's passphrase opens the keyring as before."""
    hers = Passphrase("hers", cost=cheap)
    Keyring.generate().write_new(str(ring), [OLD, hers], force=True)
    Keyring.change_opener(str(ring), [OLD], NEW)
    for key in (NEW, Passphrase("hers")):
        assert Keyring.read(str(ring), [key])
    assert Path(f"{ring}.lock").exists()
