"""Folders: written elsewhere and restored, updated, listed; what is left out, what fails."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest

from cotool.errors import InputError
from cotool.vault.trees import Wanted, list_files, plan

FILES = {
    "a.txt": b"a",
    "notes.vault": b"plain text",
    "deep/er/b.part": b"b",
    "deep/-r": b"",
    "deep/new\nline": b"c",
    "same": b"1",
    "deep/same": b"2",
    "naïve": b"d",
}


@pytest.fixture
def tree(place):
    """Make a tree with odd names, modes and times, an empty folder, a link and a pipe."""
    root = place / "tree"
    for name, content in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    Path(os.fsdecode(os.fsencode(root) + b"/\xff")).write_bytes(b"e")
    (root / "empty").mkdir()
    (root / "a.txt").chmod(0o640)
    (root / "same").chmod(0o4755)
    (root / "link").symlink_to("a.txt")
    (root / "deep" / "up").symlink_to("..")
    (root / "broken").symlink_to("nowhere")
    os.mkfifo(root / "deep" / "pipe")
    (root / "deep").chmod(0o750)
    for n, path in enumerate(sorted(root.rglob("*"), reverse=True)):
        os.utime(path, ns=(10**18, 10**18 + n), follow_symlinks=False)
    return root


def shown(root, *, links=False):
    """Return everything in a tree: content, mode and time of each path."""
    found = {}
    for path in sorted(root.rglob("*")):
        status = path.lstat()
        name = str(path.relative_to(root))
        if path.is_symlink():
            if links:
                found[name] = (path.readlink(), status.st_mtime_ns)
        elif path.is_dir() or path.is_file():
            content = path.read_bytes() if path.is_file() else None
            found[name] = (content, status.st_mode & 0o777, status.st_mtime_ns)
    return found


@pytest.mark.parametrize("symlinks", ["skip", "keep"])
def test_a_tree_comes_back(vault, ring, tree, place, symlinks):
    """Content, relative paths, modes and times are as before; nothing is left out unsaid."""
    options = ["-r", "--symlinks", symlinks]
    done = vault("encrypt", *options, "tree", "-o", "sealed/")
    assert done.code == 0, done.err
    assert "encrypted: 9 files" in done.err
    assert "warning: left out: 1 pipe, socket or device: tree/deep/pipe" in done.err
    assert ("left out: 3 symbolic links: tree/broken, tree/link, tree/deep/up" in done.err) == (
        symlinks == "skip"
    )
    sealed = place / "sealed"
    assert (sealed / "deep" / "same.vault").exists()
    assert b"plain text" not in (sealed / "notes.vault.vault").read_bytes()
    done = vault("decrypt", *options, "sealed", "-o", "back")
    assert done.code == 0, done.err
    links = symlinks == "keep"
    assert shown(place / "back", links=links) == shown(tree, links=links)
    assert (place / "back").stat().st_mtime_ns == tree.stat().st_mtime_ns


def test_links_that_are_followed(vault, ring, tree, place):
    """A link gives the content of its aim; one that leads up or nowhere is named."""
    done = vault("encrypt", "-r", "--symlinks", "follow", "tree", "-o", "sealed/")
    assert done.code == 0
    assert "link to a folder above it: tree/deep/up" in done.err
    assert "broken symbolic link: tree/broken" in done.err
    assert vault("decrypt", "-r", "sealed", "-o", "back/").code == 0
    assert (place / "back" / "link").read_bytes() == b"a"
    assert not (place / "back" / "link").is_symlink()


def test_several_arguments_keep_their_names(vault, ring, place):
    """Two folders with the same names inside do not meet; a file lies at the top."""
    for name in ("one", "two"):
        (place / name).mkdir()
        (place / name / "f").write_text(name)
    assert vault("encrypt", "-r", "one", "./two/", "notes.txt", "-o", "sealed/").code == 0
    assert vault("decrypt", "-r", "sealed", "-o", "back/").code == 0
    assert (place / "back" / "two" / "f").read_text() == "two"
    assert (place / "back" / "notes.txt").read_text() == "buy milk\n"


def test_a_folder_that_ends_in_a_slash(vault, ring, place):
    """`-o new/` makes the folder, for one file, too."""
    assert vault("encrypt", "notes.txt", "-o", "new/").code == 0
    assert (place / "new" / "notes.txt.vault").is_file()
    assert vault("encrypt", "notes.txt", "-o", "a/b/").code == 0
    assert (place / "a" / "b" / "notes.txt.vault").is_file()


def test_update(vault, ring, tree, place):
    """Only what changed is done again, in both directions; a newer result is left alone."""
    seal = ["encrypt", "-r", "-u", "tree", "-o", "sealed/"]
    restore = ["decrypt", "-r", "-u", "sealed", "-o", "back/"]
    assert "encrypted: 9 files" in vault(*seal).err
    before = shown(place / "sealed")
    done = vault(*seal)
    assert (done.code, "0 files, 9 unchanged" in done.err) == (0, True)
    assert shown(place / "sealed") == before
    assert "decrypted: 9 files" in vault(*restore).err
    assert "9 unchanged" in vault(*restore).err
    (tree / "a.txt").write_bytes(b"new")
    (tree / "more").write_bytes(b"x")
    (tree / "same").write_bytes(b"longer")
    os.utime(tree / "same", ns=(10**18, before["same.vault"][2]))
    assert "encrypted: 3 files, 10 B, 7 unchanged" in vault(*seal).err
    (place / "back" / "a.txt").write_bytes(b"mine")
    os.utime(place / "back" / "a.txt")
    done = vault(*restore)
    assert "decrypted: 2 files, 7 B, 7 unchanged" in done.err
    assert "1 result that is newer than its source: back/a.txt" in done.err
    assert (place / "back" / "a.txt").read_bytes() == b"mine"
    assert vault("rotate").code == 0
    assert vault("rewrap", "-r", "sealed").code == 0
    assert "10 unchanged" in vault(*seal).err


def test_update_replaces_only_results(vault, ring, place):
    """A file at the name of a result that is no vault file stays."""
    (place / "notes.txt.vault").write_text("mine")
    os.utime(place / "notes.txt.vault", (1, 1))
    done = vault("encrypt", "--update", "notes.txt")
    assert (done.code, "already exists" in done.err) == (2, True)
    assert (place / "notes.txt.vault").read_text() == "mine"


def test_update_in_place(vault, ring, tree, place):
    """Results beside their sources are current, too."""
    assert vault("encrypt", "-r", "-u", "tree").code == 0
    done = vault("encrypt", "-r", "-u", "tree")
    assert (done.code, "9 unchanged" in done.err) == (0, True)
    assert "left out: 9 vault files: tree/" in done.err
    assert "left out: 9 vault files" not in vault("encrypt", "-r", "-u", "tree", "-q").err


def test_a_dry_run(vault, ring, tree, place, monkeypatch):
    """It lists every file, what is left out, and changes nothing; no key is asked for."""
    monkeypatch.setenv("COTOOL_KEY_FILE", "none")
    done = vault("encrypt", "-r", "--dry-run", "tree", "-o", "sealed/")
    assert done.code == 0
    assert "encrypt: tree/deep/same → sealed/deep/same.vault\n" in done.out
    assert r"tree/deep/new\nline → " in done.out
    assert "left out, symbolic link: tree/link\n" in done.out
    assert not (place / "sealed").exists()
    done = vault("decrypt", "-n", "notes.txt.vault")
    assert done.code == 2


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every folder")
def test_an_unreadable_folder_for_users(vault, ring, tree, place):
    """A folder that cannot be read is an error; the others are done."""
    (tree / "empty").chmod(0)
    done = vault("encrypt", "-r", "tree", "-o", "sealed/")
    (tree / "empty").chmod(0o755)
    assert done.code == 2
    assert "9 files" in done.err


def test_an_unreadable_folder(vault, ring, tree, place, monkeypatch):
    """A folder that cannot be read is an error; the others are done."""
    scandir = os.scandir

    def refuse(path):
        if str(path).endswith("deep"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr("os.scandir", refuse)
    for words in (["-o", "sealed/"], []):
        done = vault("encrypt", "-r", "tree", *words)
        assert done.code == 2
        assert "tree/deep: Permission denied" in done.err
        assert "5 files" in done.err
    assert vault("encrypt", "-r", "tree", "-n").code == 2


def test_one_failure_stops_nothing(vault, ring, tree, place):
    """A file without a name for its result, a folder that is in the way: the rest is done."""
    assert vault("encrypt", "-r", "tree", "-o", "sealed/").code == 0
    done = vault("decrypt", "notes.txt", "sealed/a.txt.vault", "-o", "out/")
    assert done.code == 2
    assert "the name does not end in .vault" in done.err
    assert (place / "out" / "a.txt").read_bytes() == b"a"
    (place / "back").mkdir()
    (place / "back" / "deep").write_text("in the way")
    done = vault("decrypt", "-r", "sealed", "-o", "back/")
    assert done.code == 2
    assert "back/deep: exists and is not a folder" in done.err
    assert (place / "back" / "same").read_bytes() == b"1"
    assert (place / "back" / "deep").read_text() == "in the way"


def test_no_link_is_written_through(vault, ring, tree, place):
    """A folder of the tree that is a link elsewhere gets no files, nor does a link to a file."""
    assert vault("encrypt", "-r", "tree", "-o", "sealed/").code == 0
    (place / "back").mkdir()
    (place / "aim").mkdir()
    (place / "back" / "deep").symlink_to(place / "aim")
    (place / "back" / "a.txt").symlink_to(place / "pw")
    done = vault("decrypt", "-r", "sealed", "-o", "back/", "--force")
    assert (done.code, "back/deep: exists and is not a folder" in done.err) == (2, True)
    assert list((place / "aim").iterdir()) == []
    assert (place / "pw").read_text().startswith("correct horse")
    assert not (place / "back" / "a.txt").is_symlink()


def test_a_result_folder_inside_the_tree(vault, ring, tree, place):
    """The results of a run are not the sources of the same run."""
    (place / "tree" / "out").mkdir()
    done = vault("encrypt", "-r", "tree", "-o", "tree/out")
    assert done.code == 0
    assert "left out: 1 output folder: tree/out" in done.err
    assert "encrypted: 9 files" in vault("encrypt", "-r", "tree", "-o", "tree/out", "-f").err
    assert not (place / "tree" / "out" / "out").exists()


def test_unfinished_results_are_named(vault, ring, place):
    """What kill -9 left behind is not encrypted; other hidden .part files are."""
    (place / "d").mkdir()
    (place / "d" / ".x.0123456789abcdef.part").write_text("x")
    (place / "d" / ".mine.part").write_text("x")
    done = vault("encrypt", "-r", "d", "-o", "sealed/")
    assert "1 unfinished result: d/.x.0123456789abcdef.part" in done.err
    assert (place / "sealed" / ".mine.part.vault").exists()


def test_two_results_with_one_name(place):
    """Links count, too; nothing is done."""
    (place / "d").mkdir()
    (place / "d" / "a").write_text("x")
    (place / "d" / "a.vault").symlink_to("a")
    listing = list_files(["d"], Wanted(False, recursive=True, symlinks="keep", output="out/"))
    with pytest.raises(InputError, match="same name"):
        plan(listing, lambda name: name + ".vault", seals=True, output="out/")


def test_deep_trees(vault, ring, place):
    """A tree deeper than Python's recursion is fine."""
    folder = place / "d"
    path = folder
    for _ in range(600):
        path = path / "x"
    path.mkdir(parents=True)
    (path / "f").write_text("x")
    done = vault("encrypt", "-r", "d", "-o", "s/")
    assert done.code == 0, done.err
    shutil.rmtree(folder)


def test_single_files_get_private_modes(vault, ring, place):
    """Without a tree, a result is new and private."""
    (place / "notes.txt").chmod(0o644)
    assert vault("encrypt", "notes.txt").code == 0
    assert stat.S_IMODE((place / "notes.txt.vault").stat().st_mode) == 0o600
