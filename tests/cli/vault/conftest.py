"""A folder with a keyring and passphrases, and ways to run `cotool vault` in it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from cotool.vault.keys import DEFAULT_PROFILE, PROFILES, Argon2Cost

SECRET = "correct horse battery staple"  # noqa: S105
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
CHEAP = Argon2Cost(passes=1, memory=16, lanes=1)
# The command, as a program in which new passphrases are cheap.
_PROGRAM = f"""
import sys
from cotool.cli.app import main
from cotool.vault.keys import PROFILES, Argon2Cost
PROFILES[{DEFAULT_PROFILE!r}] = {CHEAP!r}
sys.exit(main())
"""


@pytest.fixture(autouse=True)
def argon2_costs_nothing(request, monkeypatch):
    """Make new passphrases cheap in this process, except where a test wants `full_cost`."""
    if "full_cost" not in request.fixturenames:
        monkeypatch.setitem(PROFILES, DEFAULT_PROFILE, CHEAP)


@pytest.fixture
def full_cost():
    """Let new passphrases cost what they cost users."""


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Work in a folder with a keyring that a key file opens, and a passphrase in a file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COTOOL_KEY_FILE", str(tmp_path / "key"))
    (tmp_path / "pw").write_text(f"{SECRET}\nsecond line\n")
    (tmp_path / "pw2").write_text("other\r\n")
    for name in ("pw", "pw2"):
        (tmp_path / name).chmod(0o600)
    (tmp_path / "notes.txt").write_text("buy milk\n")
    return tmp_path


@pytest.fixture
def vault(command, place):
    """Run `cotool vault …`."""
    return lambda *arguments, **options: command("vault", *arguments, **options)


@pytest.fixture
def ring(vault, place):
    """Make the keyring."""
    assert vault("keys", "init", "--key-file", place / "key").code == 0
    return place / "home" / "keyring.vault"


@pytest.fixture
def binary(place):
    """Run the command in a process of its own; return its code, output and errors."""

    def run(*arguments, data=b"", stdin=None, **variables):
        given = {"input": data} if stdin is None else {"stdin": stdin}
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM, "vault", *map(str, arguments)],
            **given, capture_output=True, check=False, cwd=place, timeout=60,
            env={**ENVIRONMENT, "COTOOL_HOME": str(place / "home"),
                 "COTOOL_KEY_FILE": str(place / "key"), **variables},
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr.decode(errors="replace")

    return run
