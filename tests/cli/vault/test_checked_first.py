"""All arguments of the vault's commands are checked before a passphrase is asked for."""

from __future__ import annotations

import shlex
import sys

import pytest

WRONG = [
    ("encrypt", "--passphrase", "-f", "--recipient", "bad", "notes.txt"),
    ("encrypt", "--passphrase", "-f", "--recipients-file", "missing", "notes.txt"),
    ("encrypt", "--passphrase", "-f", "--recipient-passphrase-file", "missing", "notes.txt"),
    ("encrypt", "--passphrase", "-f", "--threads", "0", "notes.txt"),
    ("encrypt", "--passphrase", "notes.txt"),
    ("decrypt", "notes.txt.vault"),
    ("decrypt", "-f", "notes.txt.vault", "--verify-first", "--threads", "0"),
    ("rewrap", "--add-recipient", "bad", "notes.txt.vault"),
    ("rewrap", "--remove-recipient", "bad", "notes.txt.vault"),
    ("rewrap", "--recipients-file", "missing", "notes.txt.vault"),
    ("rewrap", "--add-keyring", "missing", "notes.txt.vault"),
    ("rewrap", "--add-passphrase", "--add-passphrase-file", "missing", "notes.txt.vault"),
    ("rewrap", "--new-passphrase-file", "missing", "notes.txt.vault"),
    ("reencrypt", "--recipient", "bad", "notes.txt.vault"),
    ("reencrypt", "--recipients-file", "missing", "notes.txt.vault"),
    ("reencrypt", "--recipient-passphrase-file", "missing", "notes.txt.vault"),
    (
        "rotate",
        "--keyring",
        "keyring.vault",
        "--reencrypt",
        "--recipient",
        "bad",
        "notes.txt.vault",
    ),
    ("cat", "--range", "5:bad", "notes.txt.vault"),
    ("sign", "-o", "notes.txt", "notes.txt"),
    ("keys", "passphrase", "--keyring", "keyring.vault", "--new-passphrase-file", "missing"),
    ("keys", "import", "missing"),
    ("keys", "export", "--keyring", "keyring.vault", "-o", "notes.txt"),
    ("identity", "passphrase", "me.identity", "--new-passphrase-file", "missing"),
]


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_nothing_is_asked(words, vault, place, monkeypatch):
    """A wrong value is refused before the command that gives the passphrase runs."""
    monkeypatch.delenv("COTOOL_KEY_FILE")
    program = place / "secret.py"
    program.write_text(
        "import pathlib\n"
        f"pathlib.Path({str(place / 'asked')!r}).touch()\n"
        "print('correct horse battery staple')\n"
    )
    command = shlex.join([sys.executable, str(program)])
    source = ("--passphrase-command", command)
    vault("encrypt", "notes.txt", *source)
    vault("keys", "init", "--keyring", "keyring.vault", *source)
    vault("identity", "init", "me.identity", *source)
    kept = (place / "keyring.vault").read_bytes()
    (place / "asked").unlink()
    name = next(n for n, word in enumerate(words) if word.startswith("-") or "." in word or n > 1)
    done = vault(*words[:name], *source, *words[name:])
    assert done.code == 2, done
    assert not (place / "asked").exists(), done.err
    assert (place / "keyring.vault").read_bytes() == kept
