"""Run by test_crashes.py in a process of its own, into which kill_at.c is preloaded.

For each scenario a child is killed before every call that changes a file system, and within or
after it. Prints one JSON object: for each scenario the number of calls, and of children that were
killed. Ends with an assertion where a file is neither whole nor untouched, or a key is lost.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import io
import json
import os
import shutil
import signal
import sys
import tempfile
from functools import partial
from pathlib import Path

from cotool.errors import CotoolError
from cotool.vault import (
    Identity,
    KeyFile,
    Keyring,
    decrypt,
    encrypt,
    encrypt_values,
    reencrypt,
    rewrap,
)
from cotool.vault.age import AgeKeys, import_age
from cotool.vault.editing import edit
from cotool.vault.envelope import COMPACT_LIMIT
from cotool.vault.in_memory import open_bytes
from cotool.vault.options import VaultOptions
from cotool.vault.seen import Seen
from cotool.vault.values.files import has_values_sealed
from cotool.vault.values.sealing import decrypt_in_place, encrypt_values_of

kill_at = ctypes.CDLL(sys.argv[2])
folder = Path(sys.argv[1])
folder.mkdir(exist_ok=True)
ring = Keyring.generate()
opener = KeyFile(bytes(32))
ENV = b"A=1\nB='two'\n"
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


def seal_values(source, target):
    """Seal the values of an .env file."""
    encrypt_values_of(
        folder / source,
        folder / target,
        partial(encrypt_values, keys=[ring], syntax="env"),
        VaultOptions(num_threads=1),
    )


def is_sealed(path):
    """Return whether the values of an .env file were sealed."""
    return has_values_sealed(path) and content(path) == ENV


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
    values = encrypt_values(ENV, keys=[ring], syntax="env")
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
    yield from changes_of_keyrings(data, versions)
    yield from people(small, large)
    yield from of_age()
    yield (
        "encrypt values",
        {"in": ENV},
        lambda: seal_values("in", "out"),
        check_new("out", lambda path: content(path) == ENV),
    )
    yield (
        "encrypt values in place",
        {"in": ENV},
        lambda: seal_values("in", "in"),
        check_kept("in", lambda path: path.read_bytes() == ENV, is_sealed),
    )
    for name, change, new in (
        ("rewrap", lambda: rewrap(folder / "in", keys=[ring], add=[opener]), ENV),
        ("reencrypt", lambda: reencrypt(folder / "in", keys=[ring]), ENV),
        ("edit", lambda: edit(folder / "in", keys=[ring], editor=["truncate", "-s", "4"]), ENV[:4]),
        ("decrypt in place", lambda: decrypt_in_place(folder / "in", keys=[ring]), ENV),
    ):
        yield (
            f"{name} values",
            {"in": values},
            change,
            check_kept(
                "in",
                lambda path: content(path) == ENV,
                lambda path, new=new: path.read_bytes() == new or content(path) == new,
            ),
        )
    yield (
        "edit",
        {"in": small},
        lambda: edit(folder / "in", keys=[ring], editor=["truncate", "-s", "100"]),
        check_kept(
            "in", lambda path: content(path) == SMALL, lambda path: content(path) == SMALL[:100]
        ),
    )
    yield (
        "encrypt with mode and times",
        {"plain": SMALL},
        lambda: encrypt(folder / "plain", folder / "out", keys=[ring], preserve=True),
        check_new("out", is_preserved),
    )


def is_preserved(path):
    """Return whether a file that has its name also has its content, mode and time."""
    was, now = (folder / "plain").stat(), path.stat()
    same = (was.st_mode, was.st_mtime_ns) == (now.st_mode, now.st_mtime_ns)
    return same and content(path) == SMALL


def changes_of_keyrings(data, versions):
    """Yield the other changes of a keyring, with the memory of what was seen."""
    other = KeyFile(bytes(range(32)))
    seen = Seen(folder / "seen")
    fork = Keyring.from_bytes(open_bytes(data, [opener])[1])
    fork.rotate()

    def merge():
        with Keyring.changed(str(folder / "ring"), [opener], seen=seen, merging=True) as keyring:
            keyring.rotate()
            keyring.merge(fork, join=True)

    def opens_with(key):
        def check(path):
            with contextlib.suppress(CotoolError):
                return bool(Keyring.read(str(path), [key], seen=seen))
            return False

        return check

    yield "keys merge", {"ring": data}, merge, check_kept("ring", versions(1), versions(3))
    yield (
        "keys passphrase",
        {"ring": data},
        lambda: Keyring.change_opener(str(folder / "ring"), [opener], other, seen=seen),
        check_kept("ring", opens_with(opener), opens_with(other)),
    )


def people(small, large):
    """Yield changes of who opens a file, and of an identity's file."""
    alice, *others = (Identity.generate() for _ in range(8))
    crowd = [other.recipient for other in others]

    def opens(path, key, text):
        sink = io.BytesIO()
        try:
            decrypt(path, sink, keys=[key], num_threads=1)
        except CotoolError:
            return False
        return sink.getvalue() == text

    def kept(text):
        return lambda path: opens(path, ring, text)

    def joined(text):
        return lambda path: opens(path, ring, text) and opens(path, alice, text)

    def left(text):
        return lambda path: opens(path, ring, text) and not opens(path, alice, text)

    def with_alice(data, *more):
        (folder / "in").write_bytes(data)
        rewrap(folder / "in", keys=[ring], add=[alice.recipient, *more])
        return (folder / "in").read_bytes()

    for name, data, text in (("compact", small, SMALL), ("large", large, LARGE)):
        yield (
            f"a person joins, {name}",  # the large file goes from format 1 to format 2
            {"in": data},
            lambda: rewrap(folder / "in", keys=[ring], add=[alice.recipient]),
            check_kept("in", kept(text), joined(text)),
        )
        yield (
            f"a person leaves, {name}",
            {"in": with_alice(data)},
            lambda: rewrap(folder / "in", keys=[ring], remove=[alice.recipient]),
            check_kept("in", joined(text), left(text)),
        )
    yield (
        "people beyond the room of the header",
        {"in": with_alice(large)},
        lambda: rewrap(folder / "in", keys=[alice], add=crowd),
        check_kept("in", joined(LARGE), lambda path: opens(path, others[6], LARGE)),
    )
    yield (
        "reencrypt for people",
        {"in": with_alice(large)},
        lambda: reencrypt(folder / "in", keys=[ring, alice.recipient], num_threads=1),
        check_kept("in", joined(LARGE), joined(LARGE)),
    )
    other = KeyFile(bytes(range(32)))
    (folder / "made").unlink(missing_ok=True)
    alice.write_new(str(folder / "made"), [opener])
    data = (folder / "made").read_bytes()

    def versions(number, key):
        def check(path):
            with contextlib.suppress(CotoolError):
                found = Identity.read(str(path), [key]).versions
                return found[0].seed == alice.versions[0].seed and len(found) == number
            return False

        return check

    def rotate():
        with Identity.changed(str(folder / "id"), [opener]) as identity:
            identity.rotate()

    yield (
        "identity init",
        {},
        lambda: alice.write_new(str(folder / "id"), [opener]),
        check_new("id", versions(1, opener)),
    )
    yield (
        "identity rotate",
        {"id": data},
        rotate,
        check_kept("id", versions(1, opener), versions(2, opener)),
    )
    there = Identity.from_bytes(alice.to_bytes())
    there.rotate()

    def merge():
        with Identity.changed(str(folder / "id"), [opener]) as identity:
            identity.merge(there)

    yield (
        "identity merge",
        {"id": data},
        merge,
        check_kept("id", versions(1, opener), versions(2, opener)),
    )
    yield (
        "identity passphrase",
        {"id": data},
        lambda: Identity.change_opener(str(folder / "id"), [opener], other),
        check_kept("id", versions(1, opener), versions(1, other)),
    )


def of_age():
    """Yield the import of a small file of age and of one that passes in pieces."""
    with contextlib.suppress(ImportError):
        import pyrage

        mine = pyrage.x25519.Identity.generate()
        for name, text in (("small", SMALL), ("large", LARGE)):

            def opens(path, text=text):
                sink = io.BytesIO()
                with contextlib.suppress(CotoolError):
                    decrypt(path, sink, keys=[ring], num_threads=1)
                return sink.getvalue() == text

            yield (
                f"import-age, {name}",
                {"in.age": pyrage.encrypt(text, [mine.to_public()])},
                lambda: import_age(
                    folder / "in.age",
                    folder / "out",
                    age=AgeKeys([mine]),
                    keys=[ring],
                    num_threads=1,
                ),
                check_new("out", opens),
            )


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


memory = tempfile.mkdtemp(dir="/dev/shm")  # what a kill leaves of an edit
os.environ["XDG_RUNTIME_DIR"] = memory
gc.freeze()  # children share the memory of all that
gc.disable()
report = {}
for title, files, action, check in scenarios():
    calls = killed = 0
    for mode in (0, 1):
        number = 1
        while run(files, action, number, mode):
            check(whole=False)
            killed += 1
            number += 1
        check(whole=True)
        calls = max(calls, number - 1)
    report[title] = {"calls": calls, "killed": killed}
shutil.rmtree(memory)
print(json.dumps(report))
