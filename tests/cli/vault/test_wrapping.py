"""`cotool vault --wrap-command`: each command with a program of ours that holds the key."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[2] / "vault" / "wrap_program.py"


@pytest.fixture
def program(place):
    """Return a wrap command, whose calls `place / "calls"` lists."""
    return lambda name="one", how="''": f"{sys.executable} -IS {PROGRAM} {name} {how} {place}/calls"


@pytest.fixture
def calls(place):
    """Return how often the program was asked for what, and forget it."""

    def count():
        path = place / "calls"
        words = [line.split()[0] for line in path.read_text().splitlines()] if path.exists() else []
        path.unlink(missing_ok=True)
        return {word: words.count(word) for word in set(words)}

    return count


def test_the_round_of_a_file(vault, place, program, calls, monkeypatch):
    """Each command for one file does its work with as few calls as possible."""
    one, two = program(), program("two")
    assert vault("encrypt", "notes.txt", "--wrap-command", one).code == 0
    assert calls() == {"wrap": 1}
    assert "key one of a wrap command" in vault("inspect", "notes.txt.vault").out
    assert '"program_key": "one"' in vault("inspect", "notes.txt.vault", "--json").out
    assert vault("cat", "notes.txt.vault", "--wrap-command", one).out == "buy milk\n"
    assert calls() == {"unwrap": 1}
    monkeypatch.setenv("COTOOL_WRAP_COMMAND", one)
    assert vault("verify", "notes.txt.vault").code == 0
    assert calls() == {"unwrap": 1}
    monkeypatch.setenv("EDITOR", "sed -i s/milk/bread/")
    assert vault("edit", "notes.txt.vault").code == 0
    assert calls() == {"unwrap": 1}
    assert vault("rewrap", "notes.txt.vault").code == 0
    assert calls() == {"unwrap": 1, "wrap": 1}
    assert vault("reencrypt", "notes.txt.vault").code == 0
    assert calls() == {"unwrap": 1, "wrap": 1}
    assert vault("rewrap", "notes.txt.vault", "--add-wrap-command", two).code == 0
    assert calls() == {"unwrap": 1, "wrap": 1}
    assert vault("rewrap", "notes.txt.vault", "--remove-wrap-key", "one").code == 0
    done = vault("decrypt", "notes.txt.vault", "-f")
    assert done.code == 9
    assert "did not unwrap the key two: this is one" in done.err
    assert vault("decrypt", "notes.txt.vault", "-f", "--wrap-command", two).code == 0
    assert (place / "notes.txt").read_text() == "buy bread\n"


def test_exec_and_streams(binary, place, program):
    """A program gets the variables; standard input and output are content; stderr is passed on."""
    (place / "s.env").write_text("TOKEN=abc\n")
    assert binary("encrypt", "s.env", "--wrap-command", program())[0] == 0
    show = ["exec", "--env", "s.env.vault", "--", "env"]
    code, out, err = binary(*show, COTOOL_WRAP_COMMAND=program())
    assert (code, err) == (0, "")
    assert b"TOKEN=abc\n" in out
    assert b"COTOOL_WRAP_COMMAND" not in out
    code, sealed, _ = binary("encrypt", "-", "--wrap-command", program(), data=b"content")
    assert code == 0
    assert binary("decrypt", "-", "--wrap-command", program(), data=sealed)[1] == b"content"
    code, out, err = binary(
        "decrypt", "-", "--wrap-command", "sh -c 'echo help >&2; exit 4'", data=sealed
    )
    assert (code, out) == (9, b"")
    assert err.startswith("help\n")
    assert "exit code 4" in err


def test_trees_cost_one_call_per_file(vault, place, program, calls, monkeypatch):
    """And one for all files, if a keyring is wrapped instead."""
    for number in range(6):
        (place / "tree" / str(number)).mkdir(parents=True)
        (place / "tree" / str(number) / "file").write_text(str(number))
    assert vault("encrypt", "-r", "tree", "-o", "out", "--wrap-command", program()).code == 0
    assert calls() == {"wrap": 6}
    assert vault("verify", "-r", "out", "--wrap-command", program()).code == 0
    assert calls() == {"unwrap": 6}
    monkeypatch.delenv("COTOOL_KEY_FILE")
    ring = ["--keyring", "ring"]
    assert vault("keys", "init", *ring, "--wrap-command", program()).code == 0
    assert calls() == {"wrap": 1}
    refused = vault("keys", "list", *ring)
    assert refused.code == 2
    assert "opens only with a wrap command" in refused.err
    monkeypatch.setenv("COTOOL_WRAP_COMMAND", program())
    assert vault("encrypt", "-r", "tree", "-o", "out2", *ring).code == 0
    assert calls() == {"unwrap": 1}
    assert vault("verify", "-r", "out2", *ring).code == 0
    assert calls() == {"unwrap": 1}


def test_which_keys_encrypt(vault, ring, program, calls, monkeypatch):
    """A wrap command of the call or the environment, and what else the call names."""
    sealed = "notes.txt.vault"

    def slots(*options):
        done = vault("encrypt", "-f", "notes.txt", *options)
        assert done.code == 0, done.err
        lines = vault("inspect", sealed).out.splitlines()
        return [line.split()[2] for line in lines if "slot" in line]

    one = ["--wrap-command", program()]
    assert vault("identity", "init", "me", "--unprotected").code == 0
    person = vault("identity", "show", "me").out.strip()
    assert slots(*one) == ["key"]
    assert calls() == {"wrap": 1}
    assert slots(*one, "--keyring", ring) == ["key", "key"]
    assert calls() == {"wrap": 1}
    assert slots("-R", person, *one) == ["identity", "key"]
    assert calls() == {"wrap": 1}
    assert slots("--passphrase-file", "pw", "-p", *one) == ["key", "passphrase,"]
    assert vault("verify", sealed, "--passphrase-file", "pw", "-p").code == 0
    assert calls() == {"wrap": 1}
    monkeypatch.setenv("COTOOL_WRAP_COMMAND", program())
    assert slots("-R", person) == ["identity"]
    assert slots("--keyring", ring) == ["key"]
    assert calls() == {}
    assert slots() == ["key"]
    assert calls() == {"wrap": 1}


def test_a_file_runs_nothing(vault, place, program):
    """Without a wrap command, nothing is started, whatever the file says."""
    assert vault("encrypt", "notes.txt", "--wrap-command", program("'touch made'")).code == 0
    done = vault("decrypt", "-f", "notes.txt.vault", "--passphrase-file", "pw")
    assert done.code == 3
    assert "needs key touch made of a wrap command" in done.err
    assert not (place / "made").exists()


@pytest.mark.parametrize("words", ["", " ", "'unclosed", "/nonexistent", "false"])
def test_commands_that_are_none(vault, place, words):
    """Are errors of usage; nothing is written."""
    done = vault("encrypt", "notes.txt", "--wrap-command", words)
    assert done.code == 2, done.err
    assert "wrap-command" in done.err.replace("wrap command", "wrap-command")
    assert not (place / "notes.txt.vault").exists()


def test_no_command_reaches_a_cluster(vault, place, program):
    """Workers run only what their own environment says."""
    done = vault("encrypt", "notes.txt", "--wrap-command", program(), "--engine", "dask-local")
    assert done.code == 2
    assert "--wrap-command" in done.err
