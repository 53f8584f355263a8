"""Paths that no file system takes, and folders where files are wanted: errors with true hints."""

from __future__ import annotations

import pytest

LONG = "a" * 300


@pytest.mark.parametrize(
    "arguments",
    [
        ("cat", LONG),
        ("encrypt", "-r", LONG),
        ("verify", LONG),
        ("inspect", LONG),
        ("keys", "list", "--keyring", LONG),
        ("encrypt", "notes.txt", "--recipients-file", LONG),
        ("encrypt", "notes.txt", "-o", LONG),
        ("import-age", LONG),
    ],
)
def test_names_that_are_too_long(vault, ring, arguments):
    """A name of 300 characters is an error with exit code 2, not a traceback."""
    outcome = vault(*arguments)
    assert outcome.code == 2
    assert outcome.err.startswith(f"cotool: error: {LONG}") or LONG in outcome.err
    assert "Traceback" not in outcome.err


def test_only_commands_that_read_folders_offer_it(vault, ring):
    """The hint at a folder names -r where the command has it, and else not."""
    assert "cotool vault verify . -r" in vault("verify", ".").err
    for arguments in (("cat", "."), ("keys", "list", "--keyring", ".")):
        outcome = vault(*arguments)
        assert outcome.code == 2
        assert " -r" not in outcome.err


def test_no_password_is_not_a_right_one(vault, place, monkeypatch):
    """An empty standard input is an error, so that `verify-password HASH && …` does not go on."""
    hashed = vault("hash-password", stdin=b"secret\n").out.strip()
    assert vault("verify-password", hashed, stdin=b"secret\n").code == 0
    outcome = vault("verify-password", hashed, stdin=b"")
    assert outcome.code == 2
    assert "there is no password to check" in outcome.err
