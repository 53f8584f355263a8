"""`cotool vault import-age`: trees, updates, passphrases, and what goes wrong."""

from __future__ import annotations

import os
import time

import pytest

from reference import age_by_passphrase

pyrage = pytest.importorskip("pyrage", reason="needs pyrage: pip install 'cotool[age]'")


@pytest.fixture
def mine(place):
    """Write an identity of age to `key.txt`, and return its recipient."""
    identity = pyrage.x25519.Identity.generate()
    (place / "key.txt").write_text(f"# mine\n{identity}\n")
    (place / "key.txt").chmod(0o600)
    return identity.to_public()


@pytest.fixture
def tree(place, mine):
    """Make a tree with files of age, and others."""
    (place / "tree" / "deep").mkdir(parents=True)
    for name, armored in (
        ("one.txt.age", False),
        ("deep/two.age", True),
        ("deep/-x\ny.age", False),
    ):
        path = place / "tree" / name
        path.write_bytes(pyrage.encrypt(name.encode(), [mine], armored=armored))
        path.chmod(0o640)
        os.utime(path, (1_600_000_000, 1_600_000_000))
    (place / "tree" / "plain").write_text("plain")
    (place / "tree" / "link.age").symlink_to("one.txt.age")
    return place / "tree"


def test_a_tree(vault, ring, tree, place):
    """Keeps paths, modes and times; names what is left out; --update does only what changed."""
    asked = ["import-age", "-r", "tree", "-i", "key.txt", "-o", "out/"]
    listed = vault(*asked, "--dry-run")
    assert listed.code == 0
    assert "import: tree/one.txt.age → out/one.txt.vault" in listed.out
    assert not (place / "out").exists()
    done = vault(*asked)
    assert done.code == 0
    assert "imported: 3 files" in done.err
    assert "file without the suffix .age: tree/plain" in done.err
    assert "symbolic link: tree/link.age" in done.err
    for name in ("one.txt", "deep/two", "deep/-x\ny"):
        made = place / "out" / f"{name}.vault"
        assert vault("cat", f"./out/{name}.vault").out == f"{name}.age"
        assert (made.stat().st_mode & 0o777, made.stat().st_mtime) == (0o640, 1_600_000_000)
    assert (tree / "one.txt.age").exists()
    again = vault(*asked, "--update")
    assert "imported: 0 files, 3 unchanged" in again.err
    time.sleep(0.01)
    os.utime(tree / "one.txt.age")
    again = vault(*asked, "--update")
    assert "imported: 1 file" in again.err
    assert "2 unchanged" in again.err


def test_one_failure_stops_nothing(vault, ring, tree, place):
    """The others are imported, and the exit code is that of the failure."""
    data = (tree / "one.txt.age").read_bytes()
    (tree / "bad.age").write_bytes(data[:-1])
    (tree / "foreign.age").write_bytes(
        pyrage.encrypt(b"x", [pyrage.x25519.Identity.generate().to_public()])
    )
    (tree / "text.age").write_text("no age file")
    done = vault("import-age", "-r", "tree", "-i", "key.txt", "-o", "out/")
    assert done.code == 1
    assert "imported: 3 files" in done.err
    for name, reason in {
        "bad": "was changed or is incomplete",
        "foreign": "no identity opens it; it is for X25519",
        "text": "not an age file",
    }.items():
        assert f"tree/{name}.age: " in done.err
        assert reason in done.err
        assert not (place / "out" / f"{name}.vault").exists()


def test_for_people_and_passphrases(vault, place, mine, tree):
    """The result is encrypted as by `encrypt`; each passphrase is the right one."""
    assert vault("identity", "init", "me", "--unprotected").code == 0
    person = vault("identity", "show", "me").out.strip()
    (place / "one.age").write_bytes(age_by_passphrase(b"content", "tulips"))
    (place / "agepw").write_text("tulips\n")
    (place / "agepw").chmod(0o600)
    done = vault(
        "import-age", "one.age", "--age-passphrase-file", "agepw", "-R", person,
        "--recipient-passphrase-file", "pw2",
    )  # fmt: skip
    assert done.code == 0, done.err
    assert vault("cat", "one.vault", "-p", "--passphrase-file", "pw2").out == "content"
    assert vault("cat", "one.vault", "--identity", "me").out == "content"
    done = vault(
        "import-age", "one.age", "-f", "--age-passphrase-file", "agepw", "-p",
        "--passphrase-file", "pw", "--armor", "-o", "one.asc",
    )  # fmt: skip
    assert done.code == 0, done.err
    assert (place / "one.asc").read_text().startswith("-----BEGIN COTOOL VAULT-----")
    shown = vault("cat", "one.asc", "-p", "--passphrase-file", "pw")
    assert (shown.out, shown.err) == ("content", "")
    wrong = vault("import-age", "one.age", "-f", "--age-passphrase-file", "pw2", "-R", person)
    assert (wrong.code, "wrong passphrase" in wrong.err) == (3, True)
    assert "other" not in wrong.err


def test_streams(binary, ring, place, mine):
    """Standard input and output; what comes late and wrong leaves a failing exit code."""
    data = pyrage.encrypt(b"content " * 300_000, [mine])
    code, sealed, err = binary("import-age", "-", "-i", "key.txt", data=data)
    assert (code, err) == (0, "")
    assert binary("decrypt", "-", data=sealed)[1] == b"content " * 300_000
    code, _, err = binary("import-age", "-", "-i", "key.txt", data=data[:-1])
    assert code == 4
    assert "standard input" in err or "<stdin>" in err or "changed or is incomplete" in err


def test_results_are_not_replaced(vault, ring, place, mine):
    """Without --force; a FIFO or a link at the name of the result is not followed."""
    (place / "a.age").write_bytes(pyrage.encrypt(b"new", [mine]))
    (place / "a.vault").write_text("old")
    assert vault("import-age", "a.age", "-i", "key.txt").code == 2
    assert (place / "a.vault").read_text() == "old"
    (place / "b.age").write_bytes(pyrage.encrypt(b"new", [mine]))
    (place / "b.vault").symlink_to("elsewhere")
    assert vault("import-age", "b.age", "-i", "key.txt").code == 2
    assert not (place / "elsewhere").exists()
    os.mkfifo(place / "c.vault")
    (place / "c.age").write_bytes(pyrage.encrypt(b"new", [mine]))
    assert vault("import-age", "c.age", "-i", "key.txt").code == 2


def test_without_pyrage(vault, ring, place, mine, monkeypatch):
    """The error names the extra."""
    import sys

    (place / "a.age").write_bytes(pyrage.encrypt(b"new", [mine]))
    monkeypatch.setitem(sys.modules, "pyrage", None)
    done = vault("import-age", "a.age", "-i", "key.txt")
    assert done.code == 5
    assert "cotool[age]" in done.err
