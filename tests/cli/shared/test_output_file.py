"""Files that are there whole or not at all."""

from __future__ import annotations

import re
import stat
import sys

import pytest

from cotool.cli.app import main
from cotool.errors import InputError
from cotool.io.output import open_output


def write(path, text):
    """Write `text` through open_output."""
    with open_output(str(path), data=True) as sink:
        sink.write(text)


def test_file_appears_at_the_end(tmp_path):
    """Until the block ends the file is not there; then it is alone in its folder."""
    target = tmp_path / "result.json"
    with open_output(str(target), data=True) as sink:
        sink.write("{}\n")
        assert not target.exists()
    assert target.read_bytes() == b"{}\n"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, BrokenPipeError])
def test_error_leaves_the_old_file(tmp_path, error):
    """Where the block fails the older file stays, and nothing else."""
    target = tmp_path / "result.json"
    target.write_text("old")

    def fail():
        with open_output(str(target), data=True) as sink:
            sink.write("new")
            raise error

    with pytest.raises(error):
        fail()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_mode_of_an_older_file_is_kept(tmp_path):
    """A file that is replaced keeps its permissions."""
    target = tmp_path / "result.json"
    target.write_text("old")
    target.chmod(0o600)
    write(target, "new")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert target.read_text() == "new"


def test_link_stays_a_link(tmp_path):
    """Through a symbolic link its target is replaced."""
    real = tmp_path / "real.csv"
    link = tmp_path / "link.csv"
    real.write_text("old")
    link.symlink_to(real)
    write(link, "new")
    assert link.is_symlink()
    assert real.read_text() == "new"


def test_text_is_utf8_with_unix_line_ends(tmp_path):
    """Text is UTF-8, a lone surrogate its JSON escape."""
    target = tmp_path / "result.json"
    write(target, '"é \ud800"\n')
    assert target.read_bytes() == b'"\xc3\xa9 \\ud800"\n'


def test_missing_folder_is_named(tmp_path):
    """A folder that is not there is an error that names the file that was asked for."""
    target = tmp_path / "none" / "result.json"
    with pytest.raises(InputError, match="cannot be written") as caught:
        write(target, "")
    assert str(caught.value).startswith(str(target))


def test_folder_is_no_file(tmp_path):
    """A folder cannot be written to."""
    with pytest.raises(InputError, match="is a folder"):
        write(tmp_path, "")


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is of Linux")
def test_full_device_is_named():
    """A device is written to directly, and where it is full the error names it."""
    with pytest.raises(InputError, match="/dev/full: cannot be written: No space"):
        write("/dev/full", "text")


def test_error_of_another_file_is_its_own(tmp_path):
    """An error of another file is not said to be one of the output."""
    with (
        pytest.raises(FileNotFoundError, match=r"input\.txt"),
        open_output(str(tmp_path / "result.json"), data=True),
    ):
        (tmp_path / "input.txt").read_text()


def test_closed_standard_output(monkeypatch):
    """Without standard output a file must be named."""
    monkeypatch.setattr("sys.stdout", None)
    with (
        pytest.raises(InputError, match="standard output is closed"),
        open_output(None, data=True),
    ):
        pass


def test_an_input_is_not_overwritten(tmp_path, command):
    """The output must not be one of the inputs, whatever it is called."""
    source = tmp_path / "answers.json"
    source.write_text('["a cat", "a cat", "a dog"]', encoding="utf-8")
    before = source.read_bytes()
    (tmp_path / "link.json").symlink_to(source)
    for name in ("answers.json", "./answers.json", "link.json"):
        outcome = command("consensus", str(source), "-o", str(tmp_path / name))
        assert outcome.code == 2
        assert "is also an input" in outcome.err
    assert source.read_bytes() == before


@pytest.mark.parametrize(
    "call",
    [
        "consensus --demo", "analyze-logs --demo", "analyze-logs diff a b", "bench run",
        "bench compare a b",
        "vault encrypt a", "vault decrypt a.vault", "vault import-age a", "vault sign a",
        "vault keys export",
    ],
)  # fmt: skip
def test_an_empty_name(command, call):
    """The name in an empty variable is an error, not standard output or a place by default."""
    done = command(*call.split(), "-o", "")
    assert (done.code, done.out) == (2, "")
    assert "cotool: error: --output: the file name is empty" in done.err


@pytest.mark.parametrize(
    "words",
    [
        "analyze-logs diff before.json after.json -o it.html",
        "analyze-logs any.log -o it.jsonl",
        "analyze-logs any.log --templates json -o it.csv",
        "analyze-logs any.log --records it.csv",
        "consensus any.json -o it.xlsx",
        "experts export it.csv",
        "bench run -o it.html",
    ],
)
def test_no_file_of_another_format_than_its_name(tmp_path, monkeypatch, capsys, words):
    """A format that the name shows, and that the command lacks, is refused before any work."""
    monkeypatch.chdir(tmp_path)
    assert main(words.split()) == 2
    shown = words.rpartition(".")[2]
    assert re.search(rf"{shown}\b", capsys.readouterr().err, re.IGNORECASE)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "words",
    [
        "analyze-logs any.log --patterns it.json -o it.json",
        "analyze-logs any.log --state it.json --json -o it.json",
        "analyze-logs diff it.json any.log --json -o it.json",
        "bench compare it.json any.log -o it.json",
        "consensus any.log --truth it.json -o it.json",
        "experts export it.json --store it.json",
    ],
)
def test_no_output_replaces_an_input(tmp_path, monkeypatch, capsys, words):
    """Files that options name are inputs, too; the store is one of experts export."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "it.json").touch()
    (tmp_path / "any.log").write_text("INFO a\n")
    assert main(words.split()) == 2
    assert "it.json: is also an input" in capsys.readouterr().err
    assert (tmp_path / "it.json").read_bytes() == b""
