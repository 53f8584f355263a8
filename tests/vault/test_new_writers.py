"""Full disks, several writers and signals, for age files, merged identities and wrap commands."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import wrap_program

from cotool.vault import Identity, KeyFile, WrapCommand, encrypt, verify
from cotool.vault.inspection import read_slots

ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
OPENER = KeyFile(bytes(32))
PROGRAM = [sys.executable, "-IS", wrap_program.__file__]


def start(code, *arguments, limit=None):
    """Start Python code in a process, which may write files of `limit` bytes only."""

    def limit_files():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        env=ENVIRONMENT, stderr=subprocess.PIPE, text=True,
        preexec_fn=None if limit is None else limit_files,  # noqa: PLW1509 - no threads here
    )  # fmt: skip


IMPORT = """
import sys
from cotool.vault import AgeKeys, Keyring, import_age, read_identities
age = AgeKeys(read_identities(sys.argv[1]))
import_age(sys.argv[2], sys.argv[3], age=age, keys=[Keyring.generate()])
"""


@pytest.mark.parametrize(("size", "limit"), [(50_000, 20_000), (4 << 20, 1 << 20)])
def test_full_disk_at_an_import(tmp_path, size, limit):
    """Of age files in memory and in pieces, nothing remains."""
    pyrage = pytest.importorskip("pyrage", reason="needs pyrage: pip install 'cotool[age]'")
    mine = pyrage.x25519.Identity.generate()
    (tmp_path / "key").write_text(str(mine))
    (tmp_path / "a.age").write_bytes(pyrage.encrypt(bytes(size), [mine.to_public()]))
    done = start(IMPORT, tmp_path / "key", tmp_path / "a.age", tmp_path / "out", limit=limit)
    assert "cannot be written" in done.communicate()[1]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.age", "key"]


MERGE = """
import sys
from cotool.vault import Identity, KeyFile
key = KeyFile(bytes(32))
with Identity.changed(sys.argv[1], [key]) as identity:
    identity.merge(Identity.read(sys.argv[2], [key]))
"""


def copies(folder, number):
    """Write an identity, and copies of it that were rotated; return the paths."""
    identity = Identity.generate()
    paths = []
    for count in range(number + 1):
        copy = Identity.from_bytes(identity.to_bytes())
        for _ in range(count):
            copy.rotate()
        paths.append(folder / f"id{count}")
        copy.write_new(str(paths[-1]), [OPENER])
    return paths


def test_full_disk_at_a_merge(tmp_path):
    """The identity is as before."""
    mine, theirs = copies(tmp_path, 1)
    before = mine.read_bytes()
    assert "cannot be written" in start(MERGE, mine, theirs, limit=500).communicate()[1]
    assert mine.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["id0", "id1"]


def test_several_merges_at_once(tmp_path):
    """No version of any of them is lost."""
    mine, *others = copies(tmp_path, 4)
    running = [start(MERGE, mine, other) for other in others]
    assert [process.communicate()[1] for process in running] == [""] * 4
    found = Identity.read(str(mine), [OPENER])
    assert [version.version for version in found.versions] == [1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5]


REWRAP = """
import sys
from cotool.vault import WrapCommand, rewrap
path, *program, name = sys.argv[1:]
keys = [WrapCommand([*program, "one"])]
rewrap(path, keys=keys, add=[WrapCommand([*program, name])])
"""


@pytest.mark.parametrize("size", [20, 2 << 20])
def test_several_programs_are_added_at_once(tmp_path, size):
    """A slow program does not let another writer's slot get lost."""
    path = tmp_path / "file"
    (tmp_path / "plain").write_bytes(bytes(size))
    encrypt(tmp_path / "plain", path, keys=[WrapCommand([*PROGRAM, "one"])])
    running = [start(REWRAP, path, *PROGRAM, name) for name in ("two", "three", "four")]
    assert [process.communicate()[1] for process in running] == [""] * 3
    assert {slot.program_key for slot in read_slots(path)} == {"one", "two", "three", "four"}
    for name in ("one", "two", "three", "four"):
        verify(path, keys=[WrapCommand([*PROGRAM, name])])


def test_a_signal_ends_the_program_too(tmp_path):
    """SIGTERM while a program works: it is killed, and the file is as before."""
    path = tmp_path / "file"
    (tmp_path / "plain").write_bytes(b"content")
    encrypt(tmp_path / "plain", path, keys=[WrapCommand([*PROGRAM, "one"])])
    before = path.read_bytes()
    marker = tmp_path / "pid"
    slow = f"sh -c 'echo $$ > {marker}; exec sleep 60'"
    running = subprocess.Popen(
        [sys.executable, "-m", "cotool", "vault", "rewrap", path, "--wrap-command",
         " ".join([*PROGRAM, "one"]), "--add-wrap-command", slow],
        env={**ENVIRONMENT, "COTOOL_HOME": str(tmp_path)}, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    deadline = time.monotonic() + 50
    while not (marker.exists() and marker.read_text().strip()) and time.monotonic() < deadline:
        time.sleep(0.05)
    running.send_signal(signal.SIGTERM)
    assert running.wait(30) == 143
    with pytest.raises(ProcessLookupError):
        os.kill(int(marker.read_text()), 0)
    assert path.read_bytes() == before
    assert not [found for found in Path(tmp_path).iterdir() if "part" in found.name]
