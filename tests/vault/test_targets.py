"""Where output goes: names, links, devices, folders."""

from __future__ import annotations

import os
import stat

import pytest

from cotool.errors import InputError
from cotool.io.target import Target
from cotool.vault.files import Source, named


def names(folder):
    """Return what is in a folder."""
    return sorted(path.name for path in folder.iterdir())


def test_a_target_appears_at_the_end(tmp_path):
    """Until the block ends there is only a hidden file that nobody else can read."""
    path = tmp_path / "out"
    with Target(path) as target:
        target.reserve(10)
        target.write_at(0, b"0123456789")
        (part,) = tmp_path.iterdir()
        assert part.name.startswith(".out.")
        assert stat.S_IMODE(part.stat().st_mode) == 0o600
    assert names(tmp_path) == ["out"]
    assert path.read_bytes() == b"0123456789"


def test_a_pipe_is_not_a_changed_file():
    """Bytes that arrive in a pipe while it is read are no change of a file."""
    out, into = os.pipe()
    with Source(f"/dev/fd/{out}") as source:
        os.write(into, b"later")
        assert not source.has_changed
    os.close(out)
    os.close(into)


def test_a_link_to_itself_is_no_file(tmp_path):
    """It is an error, whatever follows links."""
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(InputError, match="loop: cannot be written: Too many levels"):
        Target(tmp_path / "loop", force=True, private=False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the file is empty", "empty: the file is empty"),
        ("empty: is a folder", "empty: is a folder"),
        ("/real/empty: is a folder", "/real/empty: is a folder"),
        ("empty, line 3: no key", "empty, line 3: no key"),
        ("nonempty: wrong", "empty: nonempty: wrong"),
    ],
)
def test_an_error_names_its_file_once(text, expected):
    """Whatever the file is called."""
    with pytest.raises(InputError) as raised, named("empty"):
        raise InputError(text)
    assert str(raised.value) == expected


def test_an_error_leaves_nothing(tmp_path):
    """Whatever ends the block, the folder is as it was."""

    def fail(error):
        with Target(tmp_path / "out") as target:
            target.write_at(0, b"x")
            raise error

    for error in (ValueError(), KeyboardInterrupt(), SystemExit(1)):
        with pytest.raises(type(error)):
            fail(error)
        assert names(tmp_path) == []


def test_no_file_is_replaced_unasked(tmp_path):
    """Not one that was there, not one that came meanwhile, not a link to nowhere."""
    path = tmp_path / "out"
    path.write_bytes(b"mine")
    with pytest.raises(InputError, match="already exists"):
        Target(path)
    path.unlink()

    def come_meanwhile():
        with Target(path) as target:
            target.write_at(0, b"x")
            path.write_bytes(b"theirs")

    with pytest.raises(InputError, match="already exists"):
        come_meanwhile()
    assert path.read_bytes() == b"theirs"
    assert names(tmp_path) == ["out"]
    path.unlink()
    path.symlink_to(tmp_path / "nowhere")
    with pytest.raises(InputError, match="already exists"):
        Target(path)


def test_force_replaces_a_link_and_not_what_it_names(tmp_path):
    """With force a link is replaced by the file; its aim is left alone."""
    aim, path = tmp_path / "aim", tmp_path / "out"
    aim.write_bytes(b"aim")
    path.symlink_to(aim)
    with Target(path, force=True) as target:
        target.write_at(0, b"new")
    assert aim.read_bytes() == b"aim"
    assert not path.is_symlink()
    assert path.read_bytes() == b"new"


def test_without_hard_links(tmp_path, monkeypatch):
    """File systems that have none get a rename, and still replace nothing."""

    def refuse(*_, **__):
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    with Target(tmp_path / "out") as target:
        target.write_at(0, b"x")
    assert names(tmp_path) == ["out"]


def test_devices_are_written_and_not_replaced(tmp_path):
    """/dev/null stays what it is."""
    with Target("/dev/null") as target:
        assert not target.is_positional
        target.begin(b"x")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)  # noqa: PTH116
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with Target(pipe) as target:
        target.begin(b"through")
    assert os.read(reader, 100) == b"through"
    os.close(reader)


def test_bad_targets(tmp_path):
    """A folder, a folder that is not there, a name that is too long."""
    with pytest.raises(InputError, match="is a folder"):
        Target(tmp_path)
    with pytest.raises(InputError, match="cannot be written"):
        Target(tmp_path / "no" / "out")
    with pytest.raises(OSError, match="too long"):
        Target(tmp_path / ("x" * 300))
    assert names(tmp_path) == []


def test_bad_sources(tmp_path):
    """A folder and a file that is not there name themselves."""
    with pytest.raises(InputError, match="is a folder"):
        Source(tmp_path)
    with pytest.raises(FileNotFoundError):
        Source(tmp_path / "no")
