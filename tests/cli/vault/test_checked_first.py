"""All arguments of the vault's commands are checked before a passphrase is asked for."""

from __future__ import annotations

import shlex
import sys

import pytest

# The source of the passphrase takes the place of "…".
WRONG = r"""
encrypt … --passphrase -f --recipient bad notes.txt
encrypt … --passphrase -f --recipients-file missing notes.txt
encrypt … --passphrase -f --recipient-passphrase-file missing notes.txt
encrypt … --passphrase -f --threads 0 notes.txt
encrypt … --passphrase -f --wrap-command "'" notes.txt
encrypt … --passphrase -o nowhere/notes.vault notes.txt
encrypt … --passphrase notes.txt
encrypt … -f --keyring ring.vault notes.txt -o ring.vault
decrypt … -f --keyring ring.vault --identity me.identity notes.txt.vault -o me.identity
sign … -f --keyring ring.vault notes.txt -o ring.vault
keys export … -f --keyring ring.vault -o ring.vault
encrypt … --generate-passphrase -f notes.txt
encrypt … --values notes.txt
encrypt … --values sealed.json -o again.json
encrypt … --values plain.json --only ( -o again.json
encrypt … --values plain.json --previous missing -o again.json
encrypt … --values plain.json --previous sealed.json --generate-passphrase -o again.json
decrypt … notes.txt.vault
decrypt … notes.txt.vault -o nowhere/notes.txt
decrypt … -f notes.txt.vault --verify-first --threads 0
rewrap … --add-recipient bad notes.txt.vault
rewrap … --remove-recipient bad notes.txt.vault
rewrap … --recipients-file missing notes.txt.vault
rewrap … --add-keyring missing notes.txt.vault
rewrap … --add-keyring notes.txt notes.txt.vault
rewrap … --add-wrap-command "'" notes.txt.vault
rewrap … --add-passphrase --add-passphrase-file missing notes.txt.vault
rewrap … --new-passphrase-file missing notes.txt.vault
rewrap … --new-passphrase-file notes.txt --generate-passphrase notes.txt.vault
rewrap … --remove 0 notes.txt.vault
reencrypt … --recipient bad notes.txt.vault
reencrypt … --recipients-file missing notes.txt.vault
reencrypt … --recipient-passphrase-file missing notes.txt.vault
rotate … --keyring ring.vault --reencrypt --recipient bad notes.txt.vault
import-age … --recipient bad notes.txt -o other.vault
import-age … -i missing notes.txt -o other.vault
cat … --range 5:bad notes.txt.vault
cat … notes.txt.vault missing
edit … notes.txt.vault
exec … --env notes.txt.vault --env missing -- true
exec … --env notes.txt.vault -- ./missing
sign … -o notes.txt notes.txt
sign … -o nowhere/manifest notes.txt
keys init … --keyring new.vault --generate-passphrase
keys passphrase … --keyring ring.vault --new-passphrase-file missing
keys passphrase … --keyring ring.vault --new-key-file notes.txt
keys passphrase … --keyring ring.vault --new-key-file new --generate-passphrase
keys enable … --keyring ring.vault 0
keys set-min-decrypt-version … --keyring ring.vault 0
keys import … missing
keys merge … --keyring ring.vault missing
keys merge … --keyring ring.vault ring.vault --import-passphrase-file missing
keys export … --keyring ring.vault -o notes.txt
keys export … --keyring ring.vault -o nowhere/export
keys export … --keyring ring.vault -o export --export-passphrase-file missing
keys export … --keyring ring.vault -o export -a --export-passphrase-file pw --generate-passphrase
identity init … other.identity --unprotected
identity show … ''
identity init … -
keys passphrase … --keyring ring.vault --new-key-file -
identity passphrase … me.identity --new-passphrase-file missing
identity merge … missing
identity merge … me.identity --identity missing
values accept … sealed.json missing
values clean … notes.txt
values clean … plain.json --only a --except b
values clean … plain.json --only (
"""


def test_nothing_is_asked(vault, place, monkeypatch):
    """A wrong value is refused before the command that gives the passphrase runs."""
    monkeypatch.delenv("COTOOL_KEY_FILE")
    monkeypatch.setenv("EDITOR", "no-such-editor")
    monkeypatch.delenv("VISUAL", raising=False)
    program = place / "secret.py"
    program.write_text(
        "import pathlib\n"
        f"pathlib.Path({str(place / 'asked')!r}).touch()\n"
        "print('correct horse battery staple')\n"
    )
    source = ("--passphrase-command", shlex.join([sys.executable, str(program)]))
    (place / "plain.json").write_text('{"a": 1}')
    vault("encrypt", "notes.txt", *source)
    vault("encrypt", "--values", "plain.json", "-o", "sealed.json", *source)
    vault("keys", "init", "--keyring", "ring.vault", *source)
    vault("identity", "init", "me.identity", *source)
    kept = {path: path.read_bytes() for path in place.iterdir() if path.is_file()}
    assert kept.pop(place / "asked") == b""
    (place / "asked").unlink()
    for line in WRONG.strip().splitlines():
        before, after = map(shlex.split, line.split("…"))
        done = vault(*before, *source, *after, stdin=b'{"a": 1}')
        assert done.code in {2, 7}, (line, done)  # 7: not a vault file
        assert not (place / "asked").exists(), (line, done.err)
        assert {path: path.read_bytes() for path in place.iterdir() if path.is_file()} == kept, line


@pytest.mark.parametrize(
    ("setting", "options", "slot"),
    [
        ('identity = "me.identity"', ["--keyring", "ring.vault"], "key"),
        ('identity = "me.identity"', ["-p", "--passphrase-file", "pw"], "passphrase"),
        ('identity = "me.identity"', [], "key"),
        ("passphrase = true", ["--keyring", "ring.vault"], "key"),
        ('keyring = "ring.vault"', ["--identity", "me.identity"], "identity"),
        ("generate-passphrase = true", ["--keyring", "ring.vault"], "key"),
        ("generate-passphrase = true", [], "passphrase"),
    ],
)
def test_keys_of_the_call_come_before_settings(setting, options, slot, vault, place, ring):
    """A key in the config file encrypts only if the call names none."""
    for make in (["keys", "init", "--keyring"], ["identity", "init"]):
        name = "ring.vault" if "keys" in make else "me.identity"
        assert vault(*make, name).code == 0
    (ring.parent / "config.toml").write_text(f"[vault]\n{setting}\n")
    assert vault("encrypt", "notes.txt", *options).code == 0
    (found,) = [
        line for line in vault("inspect", "notes.txt.vault").out.splitlines() if "slot 1" in line
    ]
    assert found.split()[2].startswith(slot)


def test_a_passphrase_of_the_call_comes_before_a_key_file_of_the_environment(vault, place):
    """COTOOL_KEY_FILE does not open a keyring that the call protects with a passphrase."""
    assert vault("keys", "init", "--passphrase-file", "pw").code == 0
    assert not (place / "key").exists()
    assert vault("encrypt", "notes.txt", "--passphrase-file", "pw").code == 0


def test_a_generated_passphrase_that_is_a_setting_is_overridden(vault, place, ring):
    """Another secret of the call, or none at all, takes the place of a generated passphrase."""
    (ring.parent / "config.toml").write_text("[vault]\ngenerate-passphrase = true\n")
    assert vault("identity", "init", "me.identity", "--unprotected").code == 0
    done = vault("identity", "passphrase", "me.identity", "--new-passphrase-file", "pw")
    assert (done.code, "passphrase: " in done.err) == (0, False)
    opener = ("--passphrase-file", "pw", "--new-key-file", "k2")
    assert vault("identity", "passphrase", "me.identity", *opener).code == 0
    done = vault("keys", "init", "--keyring", "other.vault")
    assert (done.code, "passphrase: " in done.err) == (0, True)


@pytest.mark.parametrize(
    ("setting", "options"),
    [
        ("values = true", ["--armor"]),
        ("armor = true\nupdate = true", ["--values"]),
        ('only = "a"\nsyntax = "json"\nin-place = true', []),
        ('except = "b"', ["--values", "--only", "a"]),
        ('output = "elsewhere"', ["--values", "--in-place"]),
    ],
)
def test_settings_that_do_not_go_with_the_call_are_idle(setting, options, vault, place, ring):
    """A setting is no reason to refuse an option of the call."""
    (place / "a.json").write_text('{"a": 1}')
    (ring.parent / "config.toml").write_text(f"[vault]\n{setting}\n")
    done = vault("encrypt", "a.json", *options)
    assert done.code == 0, done.err


def test_threads_of_the_environment_are_checked_first(vault, place, monkeypatch):
    """COTOOL_NUM_THREADS overrides the config file, and a wrong number is refused at once."""
    monkeypatch.setenv("COTOOL_NUM_THREADS", "0")
    done = vault("encrypt", "notes.txt", "--generate-passphrase")
    assert done.code == 2
    assert done.err.startswith("cotool: error: COTOOL_NUM_THREADS: expected a whole number")
    assert not (place / "notes.txt.vault").exists()
