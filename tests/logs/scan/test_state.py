"""--state: only what is new is read, through all that happens to logs."""

from __future__ import annotations

import gzip
import json
import os
import shutil

import pytest

from cotool.cli.app import main
from cotool.errors import InputError
from cotool.logs.scan.state import FilePosition, kept_state, load_state


def lines(first, count):
    return b"".join(
        b"2024-03-01 12:00:%02d ERROR line number %06d\n" % (n % 60, n)
        for n in range(first, first + count)
    )


@pytest.fixture
def run(tmp_path, capsys):
    """Run the command with a state and return how many lines are new."""

    def run(*paths):
        code = main(
            ["analyze-logs", *map(str, paths), "--state", str(tmp_path / "state"), "--json"]
        )
        assert code == 0
        return json.loads(capsys.readouterr().out)["lines"]

    return run


def test_a_growing_log_counts_once(tmp_path, run):
    """Each run counts what came since the last; a line without its end waits."""
    log = tmp_path / "app.log"
    log.write_bytes(lines(0, 100))
    assert run(log) == 100
    assert run(log) == 0
    with log.open("ab") as file:
        file.write(lines(100, 5) + b"2024-03-01 12:00:00 ERR")
    assert run(log) == 5
    with log.open("ab") as file:
        file.write(b"OR now whole\n")
    assert run(log) == 1


def test_rotation_by_renaming(tmp_path, run):
    """The rest of the renamed log and all of the new one are new."""
    log, old = tmp_path / "app.log", tmp_path / "app.log.1"
    log.write_bytes(lines(0, 100))
    assert run(log) == 100
    with log.open("ab") as file:
        file.write(lines(100, 7))
    log.rename(old)
    log.write_bytes(lines(200, 3))
    assert run(log, old) == 10
    assert run(log, old) == 0


def test_logs_with_one_banner_that_are_copied_and_truncated(tmp_path, run):
    """The first kibibyte of all logs is the same: no line is lost, none counts twice."""
    banner = b"".join(b"# welcome to the product, line %d\n" % n for n in range(60))
    log, other, copy = tmp_path / "a.log", tmp_path / "b.log", tmp_path / "a.log.1"
    log.write_bytes(banner + lines(0, 100))
    assert run(log) == 160
    copy.write_bytes(log.read_bytes() + lines(100, 3))
    other.write_bytes(banner + lines(300, 200))
    with log.open("r+b") as file:
        file.truncate()
        file.write(banner + lines(500, 300))
    assert run(log, other, copy) == 360 + 260 + 3
    assert run(log, other, copy) == 0


def test_rotation_with_compression(tmp_path, run):
    """A log that was read and then compressed has nothing new but its rest."""
    log, packed = tmp_path / "app.log", tmp_path / "app.log.2.gz"
    log.write_bytes(lines(0, 100))
    assert run(log) == 100
    packed.write_bytes(gzip.compress(log.read_bytes() + lines(100, 4)))
    log.unlink()
    log.write_bytes(lines(500, 2))
    assert run(log, packed) == 6
    assert run(log, packed) == 0


def test_copy_and_truncate(tmp_path, run):
    """The copy is known by its first bytes; the truncated log starts again."""
    log, copy = tmp_path / "app.log", tmp_path / "app.log.1"
    log.write_bytes(lines(0, 100))
    assert run(log) == 100
    shutil.copy(log, copy)
    log.write_bytes(lines(900, 8))
    assert run(log, copy) == 8
    assert run(log, copy) == 0


def test_a_replaced_log_is_read_from_its_start(tmp_path, run):
    """Another content under the same name is another log."""
    log = tmp_path / "app.log"
    log.write_bytes(lines(0, 100))
    assert run(log) == 100
    log.unlink()
    log.write_bytes(lines(5000, 300))
    assert run(log) == 300


def test_a_stack_trace_between_two_runs_is_no_record(tmp_path, capsys):
    """Lines that go on with a record counted before are lines, not records."""
    log, state = tmp_path / "app.log", tmp_path / "state"
    log.write_bytes(lines(0, 10))
    assert main(["analyze-logs", str(log), "--state", str(state), "--quiet"]) == 0
    with log.open("ab") as file:
        file.write(b"\tat a.b.c\n\tat d.e.f\n" + lines(10, 2))
    capsys.readouterr()
    assert main(["analyze-logs", str(log), "--state", str(state), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["lines"], found["records"], found["levels"]["error"]) == (4, 2, 2)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[1",
        b'{"schema": "other", "files": []}',
        b'{"schema": "cotool.logs.state/1", "files": [{}]}',
        (
            b'{"schema": "cotool.logs.state/1", "files": [{"path": "a", "device": 1, "inode": 1,'
            b'"offset": -5, "head_size": 1, "head_hash": ""}]}'
        ),
    ],
)
def test_what_is_no_state_is_refused(content, tmp_path):
    """A broken state never starts silently from nothing, and stays as it is."""
    path = tmp_path / "state"
    path.write_bytes(content)
    with pytest.raises(InputError, match="state"):
        load_state(str(path))
    assert path.read_bytes() == content


def test_two_runs_with_one_state(tmp_path):
    """The second one is refused while the first one works."""
    path = str(tmp_path / "state")
    for _ in range(2):  # with a new file, and with one that the first run has replaced
        with kept_state(path), pytest.raises(InputError, match="another run"), kept_state(path):
            pass


def test_nothing_is_left_beside_the_state(tmp_path, run):
    """The state file is its own lock."""
    log = tmp_path / "app.log"
    log.write_bytes(lines(0, 3))
    assert run(log) == 3
    assert run(log) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["app.log", "state"]


def test_an_error_leaves_the_state_alone(tmp_path):
    """A run that fails has read nothing as far as the state knows."""
    path = tmp_path / "state"

    def fail(state):
        state.record(FilePosition("a", 1, 2, 1, 1, "hash"))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), kept_state(str(path)) as state:
        fail(state)
    assert not path.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("path", None), ("path", "a\0b"), ("path", "b" * 9999), ("inode", "x"), ("device", 1.5),
        ("offset", 2**70), ("offset", -1), ("offset", True), ("offset", float("nan")),
        ("head_size", 2**62), ("head_hash", 7), ("tail_size", 2**62), ("tail_hash", []),
    ],
)  # fmt: skip
def test_a_damaged_entry_is_refused_or_harmless(tmp_path, capsys, field, value):
    """Whatever a member of a state holds: the lines are counted, or the file is named."""
    log, state = tmp_path / "app.log", tmp_path / "state"
    log.write_bytes(lines(0, 100))
    arguments = ["analyze-logs", str(log), "--state", str(state), "--json"]
    assert main(arguments) == 0
    document = json.loads(state.read_text())
    document["files"][0][field] = value
    state.write_text(json.dumps(document))
    capsys.readouterr()
    code = main(arguments)
    out, err = capsys.readouterr()
    if code:
        assert code == 2
        assert f"{state}: is not a state file: entry 1 is damaged" in err
    else:
        assert json.loads(out)["lines"] in {0, 100}


def test_a_state_in_a_pipe_is_refused(tmp_path, capsys):
    """Reading it would wait for a writer that never comes."""
    log, pipe = tmp_path / "app.log", tmp_path / "pipe"
    log.write_bytes(lines(0, 1))
    os.mkfifo(pipe)
    assert main(["analyze-logs", str(log), "--state", str(pipe)]) == 2
    assert "is not a regular file" in capsys.readouterr().err
