"""What an attack on the vault's commands found, each as a session that must not end like that."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

import cotool
from cotool.cli.app import whole_command
from cotool.cli.shared.configured import commands_of
from cotool.vault import Argon2Cost, Passphrase, decrypt, encrypt, rewrap


def slots(vault, name):
    """Return the slots of a vault file."""
    return json.loads(vault("inspect", name, "--json").out)["slots"]


def test_a_generated_passphrase_is_added(vault, ring, place):
    """With --add-passphrase it does not replace what opens the file; what is unclear is refused."""
    vault("encrypt", "notes.txt", "-p", "--passphrase-file", "pw")
    opener = ["-p", "--passphrase-file", "pw"]
    made = ["--add-passphrase", "--generate-passphrase"]
    done = vault("rewrap", *opener, "notes.txt.vault", *made)
    assert done.code == 0
    assert vault("verify", *opener, "notes.txt.vault").code == 0
    (place / "made").write_text(done.err.split("passphrase: ")[1].split("\n")[0])
    (place / "made").chmod(0o600)
    assert vault("verify", "-p", "--passphrase-file", "made", "notes.txt.vault").code == 0
    before = (place / "notes.txt.vault").read_bytes()
    for words in (
        [*made, "--new-passphrase"],
        ["--new-passphrase-file", "pw2", "--generate-passphrase"],
        ["--add-passphrase-file", "pw2", "--generate-passphrase"],
    ):
        done = vault("rewrap", *opener, "notes.txt.vault", *words)
        assert (done.code, "keep it" in done.err) == (2, False), words
    assert (place / "notes.txt.vault").read_bytes() == before


def test_the_cost_of_argon2_is_never_lowered_unasked(vault, ring, place):
    """A new, added or re-encrypted passphrase costs as much as the one in the file."""
    old = Passphrase("correct horse battery staple", cost=Argon2Cost(5, 64, 2))
    keys = ["-p", "--passphrase-file", "pw", "notes.txt.vault"]

    def costs():
        return [(s["passes"], s["memory_kib"], s["lanes"]) for s in slots(vault, keys[-1])]

    for words in (
        ["reencrypt"],
        ["rewrap", "--new-passphrase-file", "pw"],
        ["rewrap", "--add-passphrase-file", "pw2"],
    ):
        encrypt("notes.txt", "notes.txt.vault", keys=[old], force=True)
        assert vault(words[0], *keys, *words[1:]).code == 0
        assert set(costs()) == {(5, 64, 2)}, words
    assert (
        vault("rewrap", *keys, "--new-passphrase-file", "pw", "--profile", "low-memory").code == 0
    )
    assert costs()[0] == (1, 16, 1)  # what the fixture makes of this profile


def test_a_changed_source_is_said_under_quiet(vault, ring, place, monkeypatch):
    """-q hides what was done, not that a file was written to while it was read."""
    from cotool.vault.files import Source

    monkeypatch.setattr(Source, "has_changed", True)
    done = vault("encrypt", "notes.txt", "-q")
    assert done.err == "cotool: warning: notes.txt: changed while it was read\n"


def test_manifests_of_other_bytes(binary, vault, ring, place):
    """A manifest that is not ASCII is an error of the manifest, not of cotool."""
    assert vault("sign", "notes.txt", "-o", "m").code == 0
    data = (place / "m").read_bytes()
    for bad, code in (
        (data.replace(b"# hmac ", "# hmac é".encode()), 4),
        (data.replace(b"# hmac ", b"# hmac \xff"), 4),
        (data.replace(b"notes", "nötes".encode()), 4),
        (data.replace(b"notes", b"n\xfftes"), 4),
        (data.replace(b"keyring", "kéyring".encode()), 2),
        (b"\xff", 2),
        (data.replace(b"  notes", "é  notes".encode()), 2),
    ):
        assert binary("verify-signature", "-", data=bad)[0] == code, bad
        (place / "bad").write_bytes(bad)
        assert vault("verify-signature", "bad").code == code, bad


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_names_on_a_narrow_terminal(binary, ring, place, encoding):
    """A name that the terminal cannot show is escaped."""
    for name in (b"\xff", "na\u00efve \u4e2d".encode(), b"a\nb: OK"):
        Path(os.fsdecode(os.fsencode(place) + b"/d/" + name)).parent.mkdir(exist_ok=True)
        Path(os.fsdecode(os.fsencode(place) + b"/d/" + name)).write_text("x")
    variables = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    assert binary("sign", "-r", "d", "-o", "m", **variables)[0] == 0
    code, out, errors = binary("verify-signature", "m", **variables)
    assert code == 0, errors
    assert len(out.splitlines()) == 3
    for words in (["encrypt", "-r", "d"], ["verify", "-r", "d"], ["inspect", "-r", "d"],
                  ["encrypt", "-r", "d", "-n"]):  # fmt: skip
        code, _, errors = binary(*words, **variables)
        assert code == 0, errors


def test_newlines_in_names(vault, ring, place):
    """A name cannot add a line to what cotool prints."""
    name = "x\ncotool: fine"
    (place / name).write_text("x")
    for words in (
        ["encrypt", name],
        ["encrypt", name],
        ["verify", name],
        ["verify", name, "notes.txt"],
        ["inspect", f"{name}.vault"],
        ["encrypt", "-r", ".", "-n"],
        ["rewrap", f"{name}.vault"],
        ["sign", name, "-o", "m"],
        ["verify-signature", "m"],
        ["verify-signature", name],
        ["keys", "init", "--keyring", f"{name}/ring"],
        ["keys", "init", "--keyring", name],
        ["keys", "init", "--keyring", f"{name}ring", "--key-file", f"{name}key"],
        ["keys", "list", "--keyring", f"{name}none"],
        ["cat", f"{name}none"],
        ["encrypt", "-p", "--passphrase-file", name, "notes.txt"],
    ):
        done = vault(*words)
        assert "\ncotool: fine" not in done.out + done.err, words


def test_signing_folders(vault, binary, ring, place):
    """An empty folder is nothing to sign; an old manifest does not sign itself."""
    (place / "empty").mkdir()
    done = vault("sign", "-r", "empty", "-o", "m")
    assert (done.code, "no files" in done.err) == (2, True)
    assert not (place / "m").exists()
    (place / "d" / "deep").mkdir(parents=True)
    (place / "d" / "f").write_text("x")
    (place / "d" / "deep" / "notes.vault").write_text("x")
    for words in (["-o", "d/m"], ["-o", "./d/../d/m", "-f"], ["-o", str(place / "d" / "m"), "-f"]):
        assert vault("sign", "-r", "d", *words).code == 0
        done = vault("verify-signature", "d/m")
        assert (done.code, done.out) == (0, "d/f: OK\nd/deep/notes.vault: OK\n")
    with (place / "d" / "m").open("wb") as out:
        done = subprocess.run(
            [sys.executable, "-m", "cotool", "vault", "sign", "-r", "d"], stdout=out, check=False,
            cwd=place, env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        )  # fmt: skip
    assert vault("verify-signature", "d/m").out == "d/f: OK\nd/deep/notes.vault: OK\n"


def test_extra_files_beside_a_manifest(vault, ring, place):
    """--strict names them and fails."""
    (place / "d").mkdir()
    (place / "d" / "f").write_text("x")
    assert vault("sign", "-r", "d", "-o", "d/m").code == 0
    assert vault("verify-signature", "d/m", "--strict").code == 0
    (place / "d" / "evil").write_text("x")
    assert vault("verify-signature", "d/m").code == 0
    done = vault("verify-signature", "d/m", "--strict")
    assert done.code == 4
    assert "d/evil: FAILED not in the manifest\n" in done.out
    assert "1 of 2 files failed" in done.err


EDITOR = """#!/bin/sh
printf '%s\\n' "$@" > "$SEEN"
echo "$TMPDIR" >> "$SEEN"
for last; do :; done
echo secret edits >> "$last"
touch "$last~"
"""


@pytest.fixture
def editor(place, monkeypatch):
    """Make an editor that notes its arguments and changes the file."""

    def make(name):
        path = place / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(EDITOR)
        path.chmod(0o755)
        monkeypatch.setenv("EDITOR", str(path))
        monkeypatch.setenv("SEEN", str(place / "seen"))

    return make


@pytest.mark.parametrize(
    ("name", "switched"), [("vim", True), ("nvim", True), ("vim.basic", True), ("ed", False)]
)
def test_editors_leave_no_copies(vault, ring, place, editor, name, switched):
    """Vim writes no viminfo, swap or backup; temporary files go to the folder in memory."""
    vault("encrypt", "notes.txt")
    editor(name)
    assert vault("edit", "notes.txt.vault").code == 0
    *arguments, file, temporary = (place / "seen").read_text().splitlines()
    expected = ["-n", "-i", "NONE", "-c", "set nobackup nowritebackup noundofile"]
    assert arguments == (expected if switched else [])
    assert str(Path(file).parent) == temporary
    assert not Path(temporary).exists()


def test_edits_outlive_a_full_disk(vault, ring, place, editor, monkeypatch):
    """They are kept in memory, encrypted, and no clear copy is."""
    vault("encrypt", "notes.txt")
    editor("ed")
    before = (place / "notes.txt.vault").read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cotool.vault.editing.replace_file", full)
    done = vault("edit", "notes.txt.vault")
    assert done.code == 2
    kept = Path(re.search(r"kept in (\S+)", done.err)[1])
    assert "No space left" in done.err
    assert "hint: make room" in done.err
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]
    assert (place / "notes.txt.vault").read_bytes() == before
    monkeypatch.undo()
    monkeypatch.chdir(place)
    os.environ["COTOOL_HOME"] = str(place / "home")
    done = vault("decrypt", kept, "-o", "edited", "--key-file", place / "key")
    assert done.code == 0, done.err
    assert (place / "edited").read_text() == "buy milk\nsecret edits\n"
    kept.unlink()
    kept.parent.rmdir()


def test_hints_name_options_that_exist():
    """Every option and command in the texts of the vault's code is one of cotool's."""
    options, words = set(), set()
    for names, command in commands_of(whole_command(), ()):
        words |= {" ".join(names[:n]) for n in range(1, 4)} - {"vault"}
        for parameter in command.params:
            options |= {*parameter.opts, *parameter.secondary_opts}
    root = Path(cotool.__file__).parent
    for path in sorted([*root.glob("vault/*.py"), *root.glob("cli/vault/*.py")]):
        text = path.read_text()
        for option in re.findall(r"(?<![\w\"`/-])--[a-z][a-z-]+", text):
            assert option in options | {"--help", "--check", "--upgrade"}, (path.name, option)
        for found in re.findall(r"cotool (vault [a-z-]+(?: [a-z-]+)?)", text):
            known = {found, found.rsplit(" ", 1)[0]} - {"vault"}
            assert known & words, (path.name, found)


def test_a_wrong_home_is_said(vault, ring, place, monkeypatch):
    """Without a keyring, the passphrase that is used instead is announced."""
    monkeypatch.setenv("COTOOL_HOME", str(place / "hoem"))
    monkeypatch.setenv("COTOOL_PASSPHRASE_FILE", "pw")
    done = vault("encrypt", "notes.txt", "-q")
    assert done.code == 0
    assert f"there is no keyring at {place}/hoem/keyring.vault, so a passphrase" in done.err
    assert vault("encrypt", "-p", "notes.txt", "-q", "-f").err == ""


def test_a_costly_header_is_refused_soon(vault, ring, place):
    """Two copies with two slots each, all of the highest cost: the work is that of one at most."""
    keys = [Passphrase(str(n), cost=Argon2Cost(1, 8, 1)) for n in range(2)]
    (place / "big").write_bytes(bytes(2 << 20))
    encrypt("big", "big.vault", keys=keys)
    data = bytearray((place / "big.vault").read_bytes())
    for copy in (0, 1024):
        for slot in (0, 1):
            start = copy + 48 + 136 * slot
            data[start + 1 : start + 8] = b"\x04\x00\x02\x00\x1f\xff\xff"
            data[start + 16] ^= copy // 1024 + 1
    (place / "big.vault").write_bytes(data)
    spent = []

    def derive(secret, salt, cost):
        spent.append(cost.passes * cost.memory)
        return bytes(32)

    import cotool.vault.keys as derivation

    real, derivation.argon2id = derivation.argon2id, derive
    try:
        done = vault("decrypt", "big.vault", "-o", "x", "-p", "--passphrase-file", "pw")
    finally:
        derivation.argon2id = real
    assert done.code == 10, done.err
    assert sum(spent) <= derivation.MAX_WORK


@pytest.mark.parametrize("by", ["keyring", "passphrase"])
def test_a_damaged_first_copy(tmp_path, keys_of, by):
    """Whatever bit of the first header copy is wrong, the second opens the file, and soon."""
    key = keys_of[by]
    (tmp_path / "plain").write_bytes(bytes(2 << 20))
    encrypt(tmp_path / "plain", tmp_path / "sealed", keys=[key])
    whole = (tmp_path / "sealed").read_bytes()
    start = time.monotonic()
    for place in [*range(56), 60, 64, 72, 88, 104, 136, 184, 900, 910, 927, 1000, 1023]:
        for bits in (1, 3, 8, 128):  # 3 makes of 2 copies 1
            data = bytearray(whole[:4096])
            data[place] ^= bits
            with (tmp_path / "sealed").open("r+b") as file:
                file.write(data)
            from cotool.vault.envelope import unlock

            found = unlock(bytes(data), [key])
            assert (found.copy, "first copy" in str(found.damage)) == (1, True), (place, bits)
            if place in {33, 10, 40}:
                assert rewrap(tmp_path / "sealed", keys=[key])
                assert unlock((tmp_path / "sealed").read_bytes()[:4096], [key]).damage is None
                decrypt(tmp_path / "sealed", tmp_path / "out", keys=[key], force=True)
                assert (tmp_path / "out").read_bytes() == bytes(2 << 20)
    assert time.monotonic() - start < 60


@pytest.fixture
def keys_of():
    """Give a keyring and a cheap passphrase."""
    from cotool.vault import Keyring

    return {"keyring": Keyring.generate(), "passphrase": Passphrase("x", cost=Argon2Cost(1, 8, 1))}


def test_files_with_keys_are_no_files_to_change(vault, ring, place):
    """rewrap, reencrypt and decrypt -r leave the keyring and the identity in a folder alone."""
    home = place / "kept"
    home.mkdir()
    own = home / "ring.vault"
    vault("keys", "init", "--keyring", own, "--passphrase-file", "pw")
    keys = ["--keyring", own, "--passphrase-file", "pw"]
    vault("encrypt", "notes.txt", "-o", home / "notes.vault", *keys)
    before = own.read_bytes()
    for words in (
        ["reencrypt", "--drop-others"],
        ["rewrap"],
        ["decrypt"],
        ["rewrap", "--add-keyring", own],
    ):
        done = vault(*words, "-r", home, *keys)
        assert (done.code, "left out: 1 keyring or identity in use" in done.err) == (0, True), words
    for words in (["reencrypt"], ["rewrap"], ["rotate", "--reencrypt"]):
        done = vault(*words, own, *keys)
        assert (done.code, "is your keyring, which this command" in done.err) == (2, True), words
    assert own.read_bytes() == before
    assert not (home / "ring").exists()


def test_passwords_without_the_memory(vault, monkeypatch):
    """Where memory or a thread is missing, that is said: the hash and the program are right."""
    from argon2 import PasswordHasher, exceptions

    def fail(kind, text):
        def call(*_):
            raise kind(text)

        return call

    phc = PasswordHasher(1, 64, 1).hash("pw")
    monkeypatch.setattr(PasswordHasher, "hash", fail(exceptions.HashingError, "Threading failure"))
    text = "Memory allocation error"
    monkeypatch.setattr(PasswordHasher, "verify", fail(exceptions.VerificationError, text))
    stdin = "cotool.cli.vault.password_commands.standard_input"
    monkeypatch.setattr(stdin, lambda: io.BytesIO(b"pw\n"))
    done = vault("hash-password")
    assert (done.code, "Argon2id with 0 MiB failed: Threading failure" in done.err) == (10, True)
    done = vault("verify-password", phc)
    assert f"invalid: Argon2id with 0 MiB failed: {text}" in done.out
