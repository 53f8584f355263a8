"""Killed at any moment, a full disk, signals, two writers: a target is whole or untouched."""

from __future__ import annotations

import importlib.util
import io
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cotool.errors import InputError, IntegrityError
from cotool.vault import Identity, KeyFile, Keyring, decrypt, encrypt, rewrap, verify
from cotool.vault.inspection import read_slots
from cotool.vault.seen import Seen

HERE = Path(__file__).parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}


@pytest.fixture(scope="module")
def kill_at(tmp_path_factory):
    """Give the library that kills at a call. Skips where it cannot be made."""
    compiler = shutil.which("cc")
    if not sys.platform.startswith("linux") or compiler is None:
        pytest.skip("needs Linux and a C compiler")
    library = tmp_path_factory.mktemp("kill") / "kill_at.so"
    command = [compiler, "-shared", "-fPIC", "-O1", "-o", library, HERE / "kill_at.c", "-ldl"]
    subprocess.run(command, check=True)
    return library


def test_kill_at_every_call(kill_at, tmp_path):
    """SIGKILL before, and in the middle or after, every call that changes a file system.

    After a write is before the next call.
    """
    done = subprocess.run(
        [sys.executable, HERE / "crash_scenarios.py", tmp_path / "work", kill_at],
        env={**ENVIRONMENT, "LD_PRELOAD": str(kill_at)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert len(report) == 29 + 2 * (importlib.util.find_spec("pyrage") is not None)
    for title, found in report.items():
        assert found["calls"] >= 4, title
        assert found["killed"] >= 2 * found["calls"], title


def limited(limit, code, *arguments):
    """Run Python code in a process that may write files of `limit` bytes only."""

    def limit_files():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        env=ENVIRONMENT,
        preexec_fn=limit_files,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("limit", [0, 100, 4096, 1 << 20, (3 << 20) - 1])
def test_full_disk(tmp_path, limit):
    """A file that does not fit fails early, names itself, and leaves nothing."""
    plain = tmp_path / "plain"
    plain.write_bytes(bytes(3 << 20))
    code = (
        "import sys\nfrom cotool.vault import Keyring, encrypt\n"
        "encrypt(sys.argv[1], sys.argv[2], keys=[Keyring.generate()])"
    )
    done = limited(limit, code, plain, tmp_path / "sealed")
    assert "cannot be written: File too large" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["plain"]


def test_full_disk_leaves_the_old_file(tmp_path):
    """With --force the old file stays until the new one is whole."""
    plain, target = tmp_path / "plain", tmp_path / "sealed"
    plain.write_bytes(bytes(1 << 20))
    target.write_bytes(b"old")
    code = (
        "import sys\nfrom cotool.vault import Keyring, encrypt\n"
        "encrypt(open(sys.argv[1], 'rb'), sys.argv[2], keys=[Keyring.generate()], force=True)"
    )
    done = limited(300_000, code, plain, target)
    assert "cannot be written" in done.stderr
    assert target.read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plain", "sealed"]


CHANGE_KEYRING = """
import sys
from cotool.vault import KeyFile, Keyring
path, key = sys.argv[1], KeyFile(bytes(32))
if sys.argv[2] == "passphrase":
    Keyring.change_opener(path, [key], KeyFile(bytes(range(32))))
else:
    with Keyring.changed(path, [key], merging=True) as ring:
        ring.rotate()
"""


@pytest.mark.parametrize("change", ["passphrase", "merge"])
@pytest.mark.parametrize("limit", [0, 100, 400])
def test_full_disk_leaves_the_keyring(tmp_path, change, limit):
    """A change of the keyring that does not fit leaves it as it was."""
    path = tmp_path / "ring"
    Keyring.generate().write_new(str(path), [KeyFile(bytes(32))])
    before = path.read_bytes()
    done = limited(limit, CHANGE_KEYRING, path, change)
    assert "cannot be written" in done.stderr
    assert path.read_bytes() == before
    assert not list(tmp_path.glob("*.part"))


CHANGE_PEOPLE = """
import sys
from cotool.vault import Identity, KeyFile, Keyring, reencrypt, rewrap
path, key = sys.argv[1], KeyFile(bytes(32))
if sys.argv[2] == "rotate":
    with Identity.changed(path, [key]) as identity:
        identity.rotate()
elif sys.argv[2] == "passphrase":
    Identity.change_opener(path, [key], KeyFile(bytes(range(32))))
elif sys.argv[2] == "init":
    Identity.generate().write_new(path + "2", [key])
elif sys.argv[2] == "reencrypt":
    reencrypt(path, keys=[key])
else:
    rewrap(path, keys=[key], add=[Identity.generate().recipient for _ in range(9)])
"""


@pytest.mark.parametrize("change", ["rotate", "passphrase", "init", "reencrypt", "rewrap"])
@pytest.mark.parametrize("limit", [0, 100, 400])
def test_full_disk_leaves_identities_and_files_for_people(tmp_path, change, limit):
    """What does not fit leaves the old file, whole and with its members, and nothing else."""
    path = tmp_path / "file"
    if change in {"reencrypt", "rewrap"}:
        for content in (bytes(1000), bytes(2 << 20)):
            (tmp_path / "plain").write_bytes(content)
            encrypt(tmp_path / "plain", path, keys=[KeyFile(bytes(32))], force=True)
            assert_nothing_changes(path, limit, change)
    else:
        Identity.generate().write_new(str(path), [KeyFile(bytes(32))])
        assert_nothing_changes(path, limit, change)


def assert_nothing_changes(path, limit, change):
    """Run a change with little room, which fails, and compare the folder before and after."""
    before = {found: found.read_bytes() for found in path.parent.iterdir()}
    done = limited(limit, CHANGE_PEOPLE, path, change)
    assert "cannot be written" in done.stderr
    assert {found: found.read_bytes() for found in path.parent.iterdir()} == before


TREE = """
import sys
from cotool.cli.app import main
sys.exit(main(["vault", "encrypt", "-r", sys.argv[1], "-u", "-o", sys.argv[2]]))
"""


def test_full_disk_in_a_tree(tmp_path, monkeypatch):
    """Files that fit are whole, the others are absent, and --update does only the rest."""
    monkeypatch.setitem(ENVIRONMENT, "COTOOL_HOME", str(tmp_path))
    monkeypatch.setitem(ENVIRONMENT, "COTOOL_KEY_FILE", str(tmp_path / "key"))
    key = KeyFile.generate(str(tmp_path / "key"))
    Keyring.generate().write_new(str(tmp_path / "keyring.vault"), [key])
    (tmp_path / "tree" / "deep").mkdir(parents=True)
    for n, size in enumerate((10, 50_000, 200_000, 20)):
        (tmp_path / "tree" / "deep" / str(n)).write_bytes(bytes(size))
    done = limited(100_000, TREE, tmp_path / "tree", tmp_path / "out")
    assert done.returncode == 2
    assert "3 files" in done.stderr
    assert "2.vault: cannot be written" in done.stderr
    names = sorted(path.name for path in (tmp_path / "out" / "deep").iterdir())
    assert names == ["0.vault", "1.vault", "3.vault"]
    done = limited(1 << 20, TREE, tmp_path / "tree", tmp_path / "out")
    assert done.returncode == 0
    assert "1 file, 200 kB, 3 unchanged" in done.stderr


def test_two_updates_of_a_tree(tmp_path, monkeypatch):
    """Of two that run at the same time, each file is whole, and nothing else remains."""
    monkeypatch.setitem(ENVIRONMENT, "COTOOL_HOME", str(tmp_path))
    monkeypatch.setitem(ENVIRONMENT, "COTOOL_KEY_FILE", str(tmp_path / "key"))
    key = KeyFile.generate(str(tmp_path / "key"))
    ring = Keyring.generate()
    ring.write_new(str(tmp_path / "keyring.vault"), [key])
    (tmp_path / "tree").mkdir()
    for n in range(40):
        (tmp_path / "tree" / str(n)).write_bytes(bytes(1000 * n))
    command = [sys.executable, "-c", TREE, tmp_path / "tree", tmp_path / "out"]
    for _ in range(2):
        running = [
            subprocess.Popen(command, env=ENVIRONMENT, stderr=subprocess.DEVNULL) for _ in range(2)
        ]
        codes = [process.wait() for process in running]
    assert codes == [0, 0]
    assert len(list((tmp_path / "out").iterdir())) == 40
    for n in range(40):
        sink = io.BytesIO()
        decrypt(tmp_path / "out" / f"{n}.vault", sink, keys=[ring])
        assert len(sink.getvalue()) == 1000 * n


def test_two_machines_remember_the_newest(tmp_path):
    """Readers at the same time never forget what one of them has seen."""
    seen, ring = Seen(tmp_path / "seen"), Keyring.generate()
    copies = []
    for _ in range(20):
        ring.counter += 1
        copies.append(Keyring.from_bytes(ring.to_bytes()))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(seen.remember, reversed(copies)))
        list(pool.map(seen.remember, copies))
    seen.check(copies[-1])
    with pytest.raises(IntegrityError):
        seen.check(copies[-2])


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_signals(tmp_path, number, code):
    """Ctrl-C, SIGTERM and SIGHUP in the middle of a stream leave nothing."""
    key = tmp_path / "key"
    command = [sys.executable, "-m", "cotool", "vault"]
    environment = {**ENVIRONMENT, "COTOOL_HOME": str(tmp_path), "COTOOL_KEY_FILE": str(key)}
    subprocess.run(
        [*command, "keys", "init", "--key-file", key], env=environment, check=True,
        capture_output=True,
    )  # fmt: skip
    before = sorted(path.name for path in tmp_path.iterdir())
    with subprocess.Popen(
        [*command, "encrypt", "-", "-o", tmp_path / "sealed"],
        env=environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        process.stdin.write(bytes(2 << 20))
        process.stdin.flush()
        until = time.monotonic() + 10
        while not list(tmp_path.glob(".sealed.*.part")):
            assert time.monotonic() < until
            time.sleep(0.01)
        process.send_signal(number)
        _, errors = process.communicate()
    assert process.returncode == code
    assert b"Traceback" not in errors
    assert sorted(path.name for path in tmp_path.iterdir()) == before


ROTATE = """
import sys
from cotool.vault import KeyFile, Keyring
for _ in range(5):
    with Keyring.changed(sys.argv[1], [KeyFile(bytes(32))]) as ring:
        ring.rotate()
"""


def test_two_writers_of_a_keyring(tmp_path):
    """No rotation is lost, whoever comes at the same time."""
    path = str(tmp_path / "ring")
    Keyring.generate().write_new(path, [KeyFile(bytes(32))])
    command = [sys.executable, "-c", ROTATE, path]
    running = [subprocess.Popen(command, env=ENVIRONMENT) for _ in range(4)]
    assert [process.wait() for process in running] == [0] * 4
    versions = Keyring.read(path, [KeyFile(bytes(32))]).versions
    assert [version.version for version in versions] == list(range(1, 22))
    assert len({version.key for version in versions}) == 21


def test_two_writers_of_a_file(tmp_path, keys):
    """Of several that make one file exactly one wins; with force it is one of theirs, whole."""

    def attempt(number, *, force=False):
        try:
            content = io.BytesIO(bytes([number]) * 2_000_000)
            encrypt(content, tmp_path / "sealed", keys=[keys.ring], force=force, num_threads=1)
        except InputError:
            return 0
        return 1

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, range(8))) == 1
        assert sum(pool.map(lambda number: attempt(number, force=True), range(8))) == 8
    sink = io.BytesIO()
    decrypt(tmp_path / "sealed", sink, keys=[keys.ring])
    assert len(set(sink.getvalue())) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["sealed"]


def test_two_rewraps_of_a_file(tmp_path, keys):
    """Rewraps at the same time wait for each other: every slot that was added is there."""
    for content in (b"small", bytes(2 << 20)):
        (tmp_path / "plain").write_bytes(content)
        path = tmp_path / "sealed"
        encrypt(tmp_path / "plain", path, keys=[keys.ring], force=True)
        rings = [Keyring.generate() for _ in range(5)]
        with ThreadPoolExecutor(5) as pool:
            done = [pool.submit(rewrap, path, keys=[keys.ring], add=[ring]) for ring in rings]
        assert all(future.result() for future in done)
        assert len(read_slots(path)) == 6
        for ring in rings:
            verify(path, keys=[ring])


ROTATE_IDENTITY = """
import sys
from cotool.vault import Identity
for _ in range(5):
    with Identity.changed(sys.argv[1]) as identity:
        identity.rotate()
"""


def test_two_writers_of_an_identity(tmp_path):
    """No version is lost, whoever comes at the same time."""
    path = str(tmp_path / "identity")
    Identity.generate().write_new(path, [])
    command = [sys.executable, "-c", ROTATE_IDENTITY, path]
    running = [subprocess.Popen(command, env=ENVIRONMENT) for _ in range(3)]
    assert [process.wait() for process in running] == [0] * 3
    versions = Identity.read(path).versions
    assert [version.version for version in versions] == list(range(1, 17))
    assert len({version.seed for version in versions}) == 16


@pytest.mark.parametrize("size", [100, 2 << 20])
def test_members_join_and_leave_at_the_same_time(tmp_path, size):
    """Each change is there in the end, also when the header outgrows its room meanwhile."""
    (tmp_path / "plain").write_bytes(bytes(size))
    path = tmp_path / "sealed"
    lead, *people = (Identity.generate() for _ in range(17))
    old, new = people[:8], people[8:]
    encrypt(tmp_path / "plain", path, keys=[lead.recipient, *(it.recipient for it in old)])
    with ThreadPoolExecutor(8) as pool:
        done = [pool.submit(rewrap, path, keys=[lead], add=[it.recipient]) for it in new]
        done += [pool.submit(rewrap, path, keys=[lead], remove=[it.recipient]) for it in old]
    assert all(future.result() for future in done)
    found = {slot.key_id for slot in read_slots(path)}
    assert found == {lead.key_id, *(it.key_id for it in new)}
    for person in new:
        verify(path, keys=[person])
