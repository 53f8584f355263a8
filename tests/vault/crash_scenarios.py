"""Run by test_crashes.py in a process of its own, into which kill_at.c is preloaded.

For each scenario a child is killed at every call that changes a file system, in three ways. Prints
one JSON object: for each scenario the number of calls, and of children that were killed. Ends with
an assertion where a file is neither whole nor untouched, or a key is lost.
"""

from __future__ import annotations

import ctypes
import io
import json
import os
import shutil
import signal
import sys
from pathlib import Path

from cotool.errors import CotoolError
from cotool.vault import KeyFile, Keyring, decrypt, encrypt, reencrypt, rewrap
from cotool.vault.envelope import COMPACT_LIMIT

kill_at = ctypes.CDLL(sys.argv[2])
folder = Path(sys.argv[1])
folder.mkdir(exist_ok=True)
ring = Keyring.generate()
opener = KeyFile(bytes(32))
SMALL, LARGE = os.urandom(5000), os.urandom(COMPACT_LIMIT + 20_000)


def sealed(content):
    """Return a vault file of content."""
    sink = io.BytesIO()
    encrypt(io.BytesIO(content), sink, keys=[ring], num_threads=1)
    return sink.getvalue()


def compact(content):
    """Return a compact vault file of content."""
    (folder / "plain").write_bytes(content)
    encrypt(folder / "plain", folder / "made", keys=[ring], force=True)
    data = (folder / "made").read_bytes()
    shutil.rmtree(folder)
    folder.mkdir()
    return data


def content(path):
    """Return the content of a vault file."""
    sink = io.BytesIO()
    decrypt(path, sink, keys=[ring], num_threads=1)
    return sink.getvalue()


def check_new(name, expected):
    """Return a check that a new file is whole or absent."""

    def check(whole):
        path = folder / name
        if path.exists():
            assert expected(path)
        else:
            assert not whole

    return check


def check_kept(name, old, new):
    """Return a check that a file is the old or the new one."""

    def check(whole):
        assert new(folder / name) or (not whole and old(folder / name))

    return check


def scenarios():
    """Yield a name, the files at the start, the action, and the check."""
    small, large = compact(SMALL), sealed(LARGE)
    yield (
        "encrypt",
        {"plain": SMALL},
        lambda: encrypt(folder / "plain", folder / "out", keys=[ring]),
        check_new("out", lambda path: content(path) == SMALL),
    )
    yield (
        "encrypt large",
        {"plain": LARGE},
        lambda: encrypt(folder / "plain", folder / "out", keys=[ring], num_threads=1),
        check_new("out", lambda path: content(path) == LARGE),
    )
    yield (
        "decrypt",
        {"in": large},
        lambda: decrypt(folder / "in", folder / "out", keys=[ring], num_threads=1),
        check_new("out", lambda path: path.read_bytes() == LARGE),
    )
    yield (
        "decrypt --force",
        {"in": small, "out": b"old"},
        lambda: decrypt(folder / "in", folder / "out", keys=[ring], force=True),
        check_kept(
            "out", lambda path: path.read_bytes() == b"old", lambda path: path.read_bytes() == SMALL
        ),
    )
    for name, data, text in (("rewrap compact", small, SMALL), ("rewrap in place", large, LARGE)):
        whole = lambda path, text=text: content(path) == text  # noqa: E731
        yield (
            name,
            {"in": data},
            lambda: rewrap(folder / "in", keys=[ring], add=[opener]),
            check_kept("in", whole, whole),
        )
        yield (
            f"reencrypt {name}",
            {"in": data},
            lambda: reencrypt(folder / "in", keys=[ring], num_threads=1),
            check_kept("in", whole, whole),
        )
    kept = Keyring.generate()
    kept.write_new(str(folder / "ring"), [opener])
    data = (folder / "ring").read_bytes()
    keys = [version.key for version in kept.versions]

    def rotate():
        with Keyring.changed(str(folder / "ring"), [opener]) as keyring:
            keyring.rotate()

    def versions(number):
        def check(path):
            found = Keyring.read(str(path), [opener]).versions
            return [v.key for v in found][: len(keys)] == keys and len(found) == number

        return check

    yield "keyring", {"ring": data}, rotate, check_kept("ring", versions(1), versions(2))


def run(files, action, number, mode):
    """Do an action in a child that is killed at a call; return whether it was."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    child = os.fork()
    if child == 0:
        kill_at.kill_at_arm(number, mode)
        try:
            action()
        except (CotoolError, OSError) as error:
            print(error, file=sys.stderr)
            os._exit(3)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, status
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


report = {}
for title, files, action, check in scenarios():
    calls = killed = 0
    for mode in (0, 1, 2):
        number = 1
        while run(files, action, number, mode):
            check(whole=False)
            killed += 1
            number += 1
        check(whole=True)
        calls = max(calls, number - 1)
    report[title] = {"calls": calls, "killed": killed}
print(json.dumps(report))
