"""Sessions of `cotool vault`: what people type, what they see, how it ends."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cotool.cli.vault.command import app

SECRET = "correct horse battery staple"  # noqa: S105
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}


def test_a_day_with_a_keyring(vault, ring, place):
    """Encrypt, inspect, verify, rotate, rewrap, decrypt."""
    done = vault("encrypt", "notes.txt")
    assert (done.code, done.out) == (0, "")
    assert "encrypted: notes.txt → notes.txt.vault" in done.err
    assert vault("verify", "notes.txt.vault", "--quiet") == (0, "", "")
    shown = vault("inspect", "notes.txt.vault").out
    assert "content     9 B" in shown
    assert "version 1" in shown
    assert vault("rotate").code == 0
    done = vault("rewrap", "notes.txt.vault")
    assert "rewrapped: 1 file" in done.err
    assert "1 unchanged" in vault("rewrap", "notes.txt.vault").err
    document = json.loads(vault("inspect", "notes.txt.vault", "--json").out)
    assert document["slots"][0]["version"] == 2
    assert document["generation"] == 1
    done = vault("decrypt", "notes.txt.vault")
    assert (done.code, "already exists" in done.err) == (2, True)
    (place / "notes.txt").unlink()
    assert vault("decrypt", "notes.txt.vault").code == 0
    assert (place / "notes.txt").read_text() == "buy milk\n"
    assert not list(place.glob(".*.part"))


def test_keys(vault, ring, place):
    """The states of versions, and what they mean for files."""
    vault("encrypt", "notes.txt")
    vault("keys", "rotate")
    found = vault("keys", "list").out
    assert "1  enabled" in found
    assert "2  primary" in found
    assert vault("keys", "disable", "1").code == 0
    done = vault("decrypt", "notes.txt.vault", "-o", "x")
    assert done.code == 9
    assert "version 1 is disabled" in done.err
    assert "hint: cotool vault keys enable 1" in done.err
    assert vault("keys", "enable", "1").code == 0
    assert vault("keys", "set-min-decrypt-version", "2").code == 0
    assert vault("decrypt", "notes.txt.vault", "-o", "x").code == 9
    assert vault("keys", "set-min-decrypt-version", "1").code == 0
    assert vault("keys", "destroy", "1").code == 2
    assert vault("keys", "destroy", "2", "--yes").code == 2
    assert vault("keys", "destroy", "1", "--yes").code == 0
    assert "destroyed" in vault("decrypt", "notes.txt.vault", "-o", "x").err
    document = json.loads(vault("keys", "list", "--json").out)
    assert [row["state"] for row in document["versions"]] == ["destroyed", "primary"]
    assert vault("keys", "init").code == 2
    assert not (place / "x").exists()


def test_the_passphrase_of_a_keyring(vault, ring, place, monkeypatch):
    """Its key file and its passphrase are changed; files open as before."""
    vault("encrypt", "notes.txt")
    assert vault("keys", "passphrase", "--new-key-file", place / "other").code == 0
    assert vault("cat", "notes.txt.vault").code == 3
    assert vault("cat", "notes.txt.vault", "--key-file", place / "other").code == 0
    monkeypatch.delenv("COTOOL_KEY_FILE")
    done = vault("keys", "passphrase", "--key-file", "other", "--new-passphrase-file", "pw")
    assert (done.code, "opened by the new secret" in done.err) == (0, True)
    assert vault("cat", "notes.txt.vault", "--passphrase-file", "pw").code == 0
    done = vault("keys", "passphrase", "--passphrase-file", "pw2", "--new-key-file", "fresh")
    assert done.code == 3
    assert not (place / "fresh").exists()
    several = ["--new-passphrase-file", "pw2", "--generate-passphrase"]
    assert vault("keys", "passphrase", "--passphrase-file", "pw", *several).code == 2
    done = vault("keys", "passphrase", "--passphrase-file", "pw", "--generate-passphrase", "-q")
    (place / "made").write_text(done.err.split("passphrase: ")[1].split("\n")[0])
    (place / "made").chmod(0o600)
    assert vault("cat", "notes.txt.vault", "--passphrase-file", "made").code == 0


def test_an_older_keyring_put_back(vault, ring, place):
    """It revives no version: every command refuses it until it is merged or accepted."""
    vault("encrypt", "notes.txt")
    old = ring.read_bytes()
    vault("keys", "rotate")
    vault("keys", "disable", "1")
    (place / "newer").write_bytes(ring.read_bytes())
    ring.write_bytes(old)
    for words in (["cat", "notes.txt.vault"], ["encrypt", "notes.txt", "-o", "x"], ["keys", "list"],
                  ["keys", "rotate"], ["keys", "enable", "1"]):  # fmt: skip
        done = vault(*words)
        assert (done.code, "seen a newer state" in done.err) == (4, True), words
        assert "cotool vault keys accept" in done.err
    assert vault("keys", "merge", "newer").code == 0
    assert vault("cat", "notes.txt.vault").code == 9
    ring.write_bytes(old)
    assert "change 1" in vault("keys", "accept").err
    assert vault("cat", "notes.txt.vault").code == 0


def test_rotations_on_two_machines(vault, ring, place, monkeypatch):
    """`keys merge` joins them; `keys import` refuses and says so."""
    other = place / "laptop" / "keyring.vault"
    other.parent.mkdir()
    other.write_bytes(ring.read_bytes())
    for home in ("laptop", "home"):
        monkeypatch.setenv("COTOOL_HOME", str(place / home))
        assert vault("rotate").code == 0
        assert vault("encrypt", "notes.txt", "-o", f"{home}.vault").code == 0
    export = ["keys", "export", "-o", "e", "--export-passphrase-file", "pw"]
    assert vault(*export, "--keyring", other).code == 4
    monkeypatch.setenv("COTOOL_HOME", str(place / "laptop"))
    assert vault(*export).code == 0
    monkeypatch.setenv("COTOOL_HOME", str(place / "home"))
    done = vault("keys", "import", "e", "--import-passphrase-file", "pw")
    assert (done.code, "keys merge" in done.err) == (2, True)
    assert "1 new versions" in vault("keys", "merge", other).err
    assert vault("keys", "merge", "e", "--import-passphrase-file", "pw").code == 0
    for home in ("laptop", "home"):
        assert vault("verify", f"{home}.vault").code == 0
    found = json.loads(vault("keys", "list", "--json").out)
    assert [version["version"] for version in found["versions"]] == [1, 2, 2]


def test_states_of_exports(vault, ring, place, monkeypatch):
    """An export keeps states, and an older one does not revive what was disabled since."""
    vault("keys", "rotate")
    vault("keys", "rotate")
    export = ["keys", "export", "-f", "-o", "e", "--export-passphrase-file", "pw"]
    assert vault(*export).code == 0
    vault("keys", "disable", "1")
    vault("keys", "destroy", "2", "--yes")
    took = ["keys", "import", "e", "--import-passphrase-file", "pw"]
    assert vault(*took).code == 0
    states = ["disabled", "destroyed", "primary"]

    def found():
        document = json.loads(vault("keys", "list", "--json").out)
        return [version["state"] for version in document["versions"]]

    assert found() == states
    assert vault(*export).code == 0
    monkeypatch.setenv("COTOOL_HOME", str(place / "new"))
    assert vault(*took).code == 0
    assert found() == states


def test_an_export_from_before_a_rotation(vault, ring, place):
    """Where the keyring is lost, it is imported with a warning, and used without `accept`."""
    export = ["keys", "export", "-o", "e", "--export-passphrase-file", "pw"]
    assert vault(*export).code == 0
    assert vault("keys", "rotate").code == 0
    ring.unlink()
    done = vault("keys", "import", "e", "--import-passphrase-file", "pw")
    assert done.code == 0
    assert "warning: " in done.err
    assert "change 2, and this is change 1; it is used from now on" in done.err
    assert vault("encrypt", "notes.txt").code == 0
    assert vault("verify", "notes.txt.vault").code == 0


def test_exports(vault, ring, place, monkeypatch):
    """What one machine exports another one opens files with."""
    vault("encrypt", "notes.txt")
    done = vault("keys", "export", "-o", "keys.asc", "--armor", "--export-passphrase-file", "pw")
    assert done.code == 0
    monkeypatch.setenv("COTOOL_HOME", str(place / "elsewhere"))
    (place / "key").unlink()
    assert vault("decrypt", "notes.txt.vault", "-o", "x").code == 3
    wrong = vault("keys", "import", "keys.asc", "--import-passphrase-file", "pw2")
    assert wrong.code == 3
    done = vault(
        "keys", "import", "keys.asc", "--import-passphrase-file", "pw", "--key-file", place / "key"
    )
    assert done.code == 0, done.err
    assert vault("decrypt", "notes.txt.vault", "-o", "x").code == 0
    done = vault("keys", "import", "keys.asc", "--import-passphrase-file", "pw")
    assert "0 new versions" in done.err


def test_passphrases(vault, place, full_cost):
    """Without a keyring a passphrase seals; it comes from a file, a command, the environment."""
    done = vault("encrypt", "notes.txt", "--passphrase-file", "pw")
    assert done.code == 0
    assert "Argon2id with 64 MiB" in vault("inspect", "notes.txt.vault").out
    assert vault("cat", "notes.txt.vault", "--passphrase-command", "cat pw").code == 0
    done = vault("verify", "notes.txt.vault", "--passphrase-file", "pw2")
    assert done.code == 3
    assert "wrong passphrase" in done.err
    for arguments, text in (
        (["--passphrase-command", "false"], "ended with code 1"),
        (["--passphrase-command", "no-such-command"], "No such file"),
        (["--passphrase-file", "none"], "none: No such file"),
        (["--passphrase-file", "/dev/null"], "the first line is empty"),
        (["--passphrase-file", "pw", "--passphrase-command", "cat pw"], "several sources"),
        (["--passphrase-fd", "99"], "Bad file descriptor"),
    ):
        done = vault("verify", "notes.txt.vault", *arguments)
        assert (done.code, text in done.err) == (2, True), (arguments, done.err)
    os.chmod("pw", 0o644)  # noqa: PTH101
    assert "other users can" in vault("verify", "notes.txt.vault", "--passphrase-file", "pw").err


def test_passphrases_of_the_environment(vault, place, monkeypatch):
    """COTOOL_PASSPHRASE_FILE serves where no option does."""
    monkeypatch.setenv("COTOOL_PASSPHRASE_FILE", "pw")
    assert vault("encrypt", "notes.txt").code == 0
    assert vault("verify", "notes.txt.vault").code == 0
    assert vault("verify", "notes.txt.vault", "--passphrase-file", "pw2").code == 3


def test_passphrases_from_descriptors(place, binary):
    """A descriptor gives one, also to a batch that needs it once."""
    (place / "more.txt").write_text("x")
    reading, writing = os.pipe()
    os.write(writing, SECRET.encode())
    os.close(writing)
    done = subprocess.run(
        [sys.executable, "-m", "cotool", "vault", "encrypt", "notes.txt", "more.txt",
         "--passphrase-fd", str(reading)],
        pass_fds=[reading], cwd=place, capture_output=True, check=False,
        env={**ENVIRONMENT, "COTOOL_HOME": str(place / "home")},
    )  # fmt: skip
    os.close(reading)
    assert done.returncode == 0, done.stderr
    assert binary("verify", "more.txt.vault", "--passphrase-file", "pw")[0] == 0


def test_generated_passphrases(vault, place):
    """A generated passphrase is shown once and opens the file."""
    done = vault("encrypt", "notes.txt", "--generate-passphrase")
    secret = done.err.split("passphrase: ")[1].split("\n")[0]
    assert len(secret.replace("-", "")) == 30
    (place / "made").write_text(secret)
    (place / "made").chmod(0o600)
    assert vault("cat", "notes.txt.vault", "--passphrase-file", "made").code == 0


def test_no_terminal_to_ask_on(place):
    """Where nobody can type, the error says what to name instead; nothing hangs."""
    command = [sys.executable, "-m", "cotool", "vault", "encrypt", "notes.txt"]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, check=False, cwd=place,
        env={**ENVIRONMENT, "COTOOL_HOME": str(place / "home")}, start_new_session=True, timeout=20,
    )  # fmt: skip
    assert done.returncode == 2
    assert b"no terminal" in done.stderr
    assert b"--passphrase-file" in done.stderr


def test_the_prompt(place, binary):
    """On a terminal the passphrase is asked twice, not shown, and asked again where they differ."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "cotool", "vault", "encrypt", "notes.txt"],
        stdin=follower, stdout=follower, stderr=follower, cwd=place, start_new_session=True,
        preexec_fn=_own_terminal,  # noqa: PLW1509 - no threads here
        env={**ENVIRONMENT, "COTOOL_HOME": str(place / "home")},
    )  # fmt: skip
    os.close(follower)
    seen = b""
    for answer, prompt in (
        (b"one", b"Passphrase of"), (b"two", b"Once more"),
        (SECRET.encode(), b"Passphrase of"), (SECRET.encode(), b"Once more"),
    ):  # fmt: skip
        new = b""
        while prompt not in new:
            new += os.read(leader, 1000)
        seen += new
        time.sleep(0.05)
        os.write(leader, answer + b"\n")
    assert process.wait() == 0
    assert b"They differ" in seen
    assert SECRET.encode() not in seen
    os.close(leader)
    assert binary("verify", "notes.txt.vault", "--passphrase-file", "pw")[0] == 0


def _own_terminal():
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def test_recipients(vault, ring, place):
    """A passphrase beside the keyring; slots added and removed."""
    vault("encrypt", "notes.txt", "--recipient-passphrase-file", "pw")
    assert vault("cat", "-p", "notes.txt.vault", "--passphrase-file", "pw").code == 0
    assert vault("cat", "notes.txt.vault").code == 0
    assert vault("rewrap", "notes.txt.vault", "--add-passphrase-file", "pw2").code == 0
    shown = vault("inspect", "notes.txt.vault").out
    assert "slot 3" in shown
    assert vault("rewrap", "notes.txt.vault", "--remove", "2").code == 0
    assert vault("cat", "-p", "notes.txt.vault", "--passphrase-file", "pw").code == 3
    assert vault("cat", "-p", "notes.txt.vault", "--passphrase-file", "pw2").code == 0
    done = vault(
        "rewrap", "-p", "notes.txt.vault", "--passphrase-file", "pw2", "--new-passphrase-file", "pw"
    )
    assert done.code == 0
    assert vault("cat", "-p", "notes.txt.vault", "--passphrase-file", "pw2").code == 3
    assert vault("cat", "-p", "notes.txt.vault", "--passphrase-file", "pw").code == 0
    done = vault("reencrypt", "notes.txt.vault")
    assert (done.code, "--drop-others" in done.err) == (2, True)
    done = vault("reencrypt", "notes.txt.vault", "--recipient-passphrase-file", "pw")
    assert done.code == 0
    assert vault("rotate", "--reencrypt", "--drop-others", "notes.txt.vault").code == 0
    assert len(json.loads(vault("inspect", "notes.txt.vault", "--json").out)["slots"]) == 1


def test_batches(vault, ring, place):
    """Folders, a failure that does not stop the rest, and the exit code."""
    for n in range(5):
        folder = place / "tree" / str(n)
        folder.mkdir(parents=True)
        (folder / "file").write_text(str(n) * 1000)
    (place / "tree" / "link").symlink_to(place / "pw")
    assert vault("encrypt", "tree").code == 2
    done = vault("encrypt", "-r", "tree")
    assert done.code == 0
    assert "encrypted: 5 files, 5 kB" in done.err
    done = vault("encrypt", "-r", "tree")
    assert done.code == 2
    assert "5 failed" in done.err
    assert vault("verify", "-r", "tree").code == 0
    bad = place / "tree" / "2" / "file.vault"
    data = bytearray(bad.read_bytes())
    data[-1] ^= 1
    bad.write_bytes(data)
    done = vault("verify", "-r", "tree")
    assert done.code == 6
    assert "4 files" in done.err
    assert "tree/2/file.vault: its end is missing or was changed" in done.err
    (place / "tree" / "3" / "file.vault").write_text("no vault")
    done = vault("decrypt", "-r", "tree", "--force")
    assert done.code == 1
    assert "3 files" in done.err
    (place / "out").mkdir()
    done = vault("decrypt", "tree/0/file.vault", "tree/1/file.vault", "-o", "out")
    assert (done.code, "same name" in done.err) == (2, True)
    assert vault("decrypt", "tree/0/file.vault", "-o", "out").code == 0
    assert (place / "out" / "file").read_text() == "0" * 1000
    assert vault("decrypt", "tree/0/file.vault", "tree/1/file.vault", "-o", "new").code == 2


def test_pipes(place, ring, binary):
    """Through standard input and output, plain and armored."""
    content = os.urandom(3_000_000)
    code, sealed, errors = binary("encrypt", "-", data=content)
    assert (code, errors) == (0, "")
    assert binary("decrypt", "-", data=sealed)[:2] == (0, content)
    code, text, _ = binary("encrypt", "-", "--armor", data=b"secret")
    assert text.startswith(b"-----BEGIN COTOOL VAULT-----\n")
    assert binary("decrypt", "-", data=text)[:2] == (0, b"secret")
    assert binary("verify", "-", data=sealed)[0] == 0
    code, shown, _ = binary("inspect", "-", "--json", data=sealed[:5000])
    assert (code, json.loads(shown)["content_bytes"]) == (0, None)
    damaged = bytearray(sealed)
    damaged[2_000_000] ^= 1
    code, out, errors = binary("decrypt", "-", data=bytes(damaged))
    assert code == 4
    assert content.startswith(out)
    assert len(out) < 2_000_000
    assert "fail authentication" in errors
    (place / "late.vault").write_bytes(damaged)
    code, out, _ = binary("decrypt", "late.vault", "-o", "-", "--verify-first")
    assert (code, out) == (4, b"")
    assert binary("decrypt", "-", "--verify-first", data=sealed)[0] == 2
    assert binary("encrypt", "-", "notes.txt")[0] == 2


def test_ranges(vault, ring, place, binary):
    """Cat --range opens what is asked for, as Python slices do."""
    (place / "alphabet").write_text("abcdefghijklmnopqrstuvwxyz")
    vault("encrypt", "alphabet")
    for text, expected in {
        "0:3": "abc", "-3:": "xyz", ":": "abcdefghijklmnopqrstuvwxyz", "24:99": "yz", "5:5": "",
        "9:2": "", "100:": "",
    }.items():  # fmt: skip
        code, out, _ = binary("cat", f"--range={text}", "alphabet.vault")
        assert (code, out.decode()) == (0, expected), text
    for text in ("", "5", "a:b", "1:2:3", "1.5:"):
        assert binary("cat", f"--range={text}", "alphabet.vault")[0] == 2


def test_edit(vault, ring, place, monkeypatch, binary):
    """The editor sees the content in memory only; what it saves is encrypted again."""
    vault("encrypt", "notes.txt", "--armor", "--recipient-passphrase-file", "pw")
    name = "notes.txt.vault.asc"
    (place / "editor.py").write_text(
        "import sys\n"
        "open('seen', 'w').write(sys.argv[1])\n"
        "open(sys.argv[1], 'a').write('bread\\n')\n"
    )
    monkeypatch.setenv("EDITOR", f"{sys.executable} editor.py")
    done = vault("edit", name)
    assert (done.code, done.err) == (0, f"encrypted again: {name}\n")
    seen = (place / "seen").read_text()
    assert not os.path.exists(seen)  # noqa: PTH110
    assert not seen.startswith(str(place))
    assert vault("cat", "-p", name, "--passphrase-file", "pw").code == 0
    assert binary("cat", name)[1] == b"buy milk\nbread\n"
    before = (place / name).read_bytes()
    for editor, code in (("true", 0), ("false", 2), ("no-such-editor", 2)):
        monkeypatch.setenv("EDITOR", editor)
        assert vault("edit", name).code == code
        assert (place / name).read_bytes() == before
    monkeypatch.delenv("EDITOR")
    monkeypatch.delenv("VISUAL", raising=False)
    assert "no editor" in vault("edit", name).err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_killed_edit(vault, ring, place, monkeypatch, number):
    """SIGTERM and SIGHUP leave no copy in memory; the next edit removes what SIGKILL leaves."""
    memory = place / "memory"
    memory.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(memory))
    monkeypatch.setattr("cotool.vault.editing.is_in_memory", lambda _: True)
    vault("encrypt", "notes.txt")
    program = (
        "import cotool.vault.editing as editing, sys; editing.is_in_memory = lambda _: True;"
        "from cotool.cli.app import main; sys.exit(main())"
    )
    (place / "editor.py").write_text("import time; print('open', flush=True); time.sleep(60)")
    with subprocess.Popen(
        [sys.executable, "-c", program, "vault", "edit", "notes.txt.vault"],
        stdout=subprocess.PIPE, start_new_session=True,
        env={**ENVIRONMENT, **os.environ, "EDITOR": f"{sys.executable} editor.py"},
    ) as process:  # fmt: skip
        assert process.stdout.readline() == b"open\n"
        monkeypatch.setenv("EDITOR", "true")
        assert vault("encrypt", "pw").code == vault("edit", "pw.vault").code == 0
        (open_one,) = memory.iterdir()  # another edit leaves the copy that is in use
        process.send_signal(number)
        process.wait(30)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # the editor
    assert open_one.exists() == (number == signal.SIGKILL)
    assert vault("edit", "notes.txt.vault").code == 0
    assert not any(memory.iterdir())


def test_keys_that_are_sealed_by_mistake(vault, ring, place):
    """A warning names a keyring in use and a vault file that was given; a tree is a backup."""
    done = vault("encrypt", ring, "key", "-o", "sealed/")
    assert done.code == 0
    assert f"warning: {ring}: this is your keyring" in done.err
    assert "warning: key: this is your key file" in done.err
    vault("encrypt", "notes.txt")
    assert "is encrypted once more" in vault("encrypt", "notes.txt.vault").err
    assert "warning" not in vault("encrypt", "-r", "sealed", "-o", "backup/").err


def test_signed_links_stay_in_the_folder(vault, ring, place):
    """A link that leads out of a folder is left out with a warning, and --strict reports it."""
    (place / "tree").mkdir()
    (place / "tree" / "file").write_text("x")
    (place / "tree" / "inside").symlink_to("file")
    (place / "tree" / "outside").symlink_to(place / "pw")
    (place / "tree" / "up").symlink_to("..")
    done = vault("sign", "-r", "tree", "-o", "manifest")
    assert done.code == 0
    assert "left out: 2 links that lead out of the folder: tree/outside, tree/up" in done.err
    assert vault("verify-signature", "manifest").out == "tree/file: OK\ntree/inside: OK\n"
    done = vault("verify-signature", "manifest", "--strict")
    assert done.code == 4
    assert "tree/outside: FAILED not in the manifest" in done.out
    assert "pw: OK" in vault("verify-signature", "-", stdin=vault("sign", "pw").out.encode()).out


def test_signatures(vault, ring, place):
    """A manifest that verifies, and one file that does not."""
    assert vault("sign", "notes.txt", "pw", "-o", "manifest").code == 0
    done = vault("verify-signature", "manifest")
    assert (done.code, done.out) == (0, "notes.txt: OK\npw: OK\n")
    (place / "notes.txt").write_text("buy wine\n")
    (place / "pw").unlink()
    done = vault("verify-signature", "manifest", "--quiet")
    assert done.code == 4
    assert "notes.txt: FAILED\n" in done.out
    assert "pw: FAILED open or read" in done.out
    assert "2 of 2 files failed" in done.err
    assert vault("verify-signature", "notes.txt").code == 2
    assert vault("sign", "absent").code == 2
    done = vault("sign", "-p", "notes.txt", "--passphrase-file", "pw2")
    assert done.out.startswith("# cotool-signature/1 argon2id m=16,t=1,p=1 ")
    (place / "other").write_text(done.out)
    assert vault("verify-signature", "other", "--passphrase-file", "pw2").code == 0


def test_password_hashes(vault, place):
    """Lines in, hashes out; they verify in batches and one by one."""
    done = vault("hash-password", stdin=b"one\ntwo\n")
    hashes = done.out.split()
    assert (done.code, len(hashes)) == (0, 2)
    lines = f"{hashes[0]}\tone\n{hashes[1]} wrong\n$argon2id$x y\n"
    done = vault("verify-password", stdin=lines.encode())
    assert done.code == 2
    assert done.out.splitlines()[:2] == ["ok", "wrong"]
    assert done.out.splitlines()[2].startswith("invalid: ")
    assert vault("verify-password", hashes[0], stdin=b"one\n") == (0, "ok\n", "")
    assert vault("verify-password", hashes[0], stdin=b"two\n") == (1, "wrong\n", "")
    cheap = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$"
    from argon2.low_level import Type, hash_secret

    old = hash_secret(b"one", b"saltsaltsaltsalt", 1, 8, 1, 32, Type.ID).decode()
    assert old.startswith(cheap)
    assert vault("verify-password", old, stdin=b"one\n").out == "ok needs-rehash\n"
    done = vault("verify-password", stdin=b"secret without a hash\n")
    assert (done.code, done.err) == (2, "")
    assert "secret" not in done.out
    lines = f"$2b$12$abc one\n\n{hashes[0]}\tone\n".encode() + b"\xff\n" + hashes[1].encode()
    done = vault("verify-password", stdin=lines + b" two\n")
    assert (done.code, done.err) == (2, "")
    assert [line.split(":")[0] for line in done.out.splitlines()] == [
        "invalid", "invalid", "ok", "invalid", "ok"
    ]  # fmt: skip
    found = vault("hash-password", stdin=b"\xff\n").out.strip()
    assert vault("verify-password", found, stdin=b"\xff\n") == (0, "ok\n", "")


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["decrypt", "absent.vault"], 2, "No such file"),
        (["decrypt", "notes.txt"], 2, "does not end in .vault"),
        (["decrypt", "notes.txt", "-o", "x"], 7, "not a vault file"),
        (["verify", "empty.vault"], 6, "is empty"),
        (["inspect", "notes.txt"], 7, "not a vault file"),
        (["encrypt"], 2, "FILES"),
        (["encrypt", "notes.txt", "--profile", "x"], 2, "--profile: 'x' is not one of low-memory"),
        (["encrypt", "notes.txt", "--threads", "0"], 2, "--threads"),
        (["encrypt", "notes.txt", "-o", "notes.txt", "-f"], 2, "same file as the input"),
        (["encrypt", "notes.txt", "-o", "no/where"], 2, "cannot be written"),
        (["rewrap", "-"], 2, "not standard input"),
        (["rotate", "notes.txt"], 2, "--reencrypt"),
        (["keys", "disable", "x"], 2, "VERSION"),
    ],
)
def test_errors(vault, ring, place, arguments, code, text):
    """The obvious wrong things, each with its code and words."""
    (place / "empty.vault").write_bytes(b"")
    done = vault(*arguments)
    assert (done.code, text in done.err) == (code, True), done.err
    assert "Traceback" not in done.err


def test_secrets_stay_out_of_tracebacks(vault, place, binary):
    """--debug shows where an error was raised, and nothing of a passphrase."""
    vault("encrypt", "notes.txt", "--passphrase-file", "pw")
    code, out, errors = binary("verify", "notes.txt.vault", "--passphrase-file", "pw2", "--debug")
    assert code in {2, 3}
    assert SECRET not in errors
    assert "other" not in errors.replace("others", "")
    assert out == b""


def test_hostile_costs_are_refused(vault, place):
    """A header that asks for 2 TiB is refused at once."""
    vault("encrypt", "notes.txt", "--passphrase-file", "pw")
    data = bytearray((place / "notes.txt.vault").read_bytes())
    data[52:56] = b"\xff\xff\xff\xff"
    (place / "greedy.vault").write_bytes(data)
    start = time.monotonic()
    done = vault("decrypt", "greedy.vault", "--passphrase-file", "pw")
    assert done.code == 10
    assert "--allow-any-cost" in done.err
    assert time.monotonic() - start < 5


def test_the_documentation_says_what_there_is(vault, ring, place):
    """docs/vault.md names every option, command and key of JSON, and no other option."""
    documented = (Path(__file__).parents[3] / "docs" / "vault.md").read_text(encoding="utf-8")
    group = app.load().groups["vault"]
    commands = [
        *([name] for name in group.commands),
        *([inner, name] for inner in ("keys", "identity") for name in group.groups[inner].commands),
    ]
    options = set()
    for words in commands:
        options |= set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", vault(*words, "--help").out))
        assert re.search(rf"[` ,]{words[-1]}\b", documented), words
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", documented))
    assert named - options == set()
    common = {"--help", "--threads", "--quiet", "--force", "--recursive", "--json", "--yes"}
    companions = {f"{name}-file" for name in named} | {"--export-passphrase-file"}
    companions |= {"--import-passphrase-file"}
    assert options - named - common - companions == set()
    assert vault("encrypt", "notes.txt").code == 0
    seen = json.loads(vault("inspect", "--json", "notes.txt.vault").out)
    listed = json.loads(vault("keys", "list", "--json").out)
    slot, version = seen["slots"][0], listed["versions"][0]
    for key in (*seen, *slot, *listed, *version):
        assert f"`{key}`" in documented, key


def test_help_names_every_command(vault):
    """Every command has a sentence and an example."""
    listed = vault("--help").out
    for name in (
        "encrypt", "decrypt", "verify", "inspect", "rewrap", "reencrypt", "rotate", "edit", "cat",
        "exec", "sign", "verify-signature", "hash-password", "verify-password", "keys", "identity",
    ):  # fmt: skip
        assert name in listed
        if name not in {"keys", "identity"}:
            assert "cotool vault" in vault(name, "--help").out.split("Example:")[1]


def test_debug_may_stand_anywhere_and_shows_no_passphrase(vault, ring, place):
    """A traceback, and nothing of the secret in it."""
    assert vault("encrypt", "notes.txt", "--passphrase", "--passphrase-file", "pw").code == 0
    done = vault("decrypt", "notes.txt.vault", "--force", "--passphrase-file", "pw2", "--debug")
    assert done.code == 3
    assert "Traceback" in done.err
    assert SECRET not in done.err
    assert "other" not in done.err.split("Traceback")[1].replace("no other", "")


def test_without_the_extra_nothing_is_shown(vault, place, monkeypatch):
    """A passphrase that could not be stored is not made."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    monkeypatch.delenv("COTOOL_KEY_FILE")
    done = vault("keys", "init", "--system-keyring", "--generate-passphrase")
    assert done.code == 5
    assert "cotool[keyring]" in done.err
    assert "passphrase:" not in done.err
    assert not (place / "home" / "keyring.vault").exists()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["encrypt", "-p", "--threads", "0", "{file}"], "--threads: expected a whole number"),
        (["encrypt", "-p", "--profile", "x", "{file}"], "--profile: 'x' is not one of"),
        (
            ["encrypt", "--passphrase-fd", "9", "--passphrase-command", "x", "{file}"],
            "several sources",
        ),
        (["cat", "-p", "--range", "x", "{file}.vault"], "--range: x: expected A:B"),
        (["cat", "-p", "{file}.missing"], "cannot be read"),
        (["rewrap", "-p", "{file}.vault"], "nothing to change"),
        (["rewrap", "-p", "--new-passphrase", "--profile", "x", "{file}.vault"], "--profile: "),
        (["sign", "-p", "{file}", "-o", "{file}"], "already exists"),
        (["verify", "-p", "--threads", "x", "{file}.vault"], "'--threads' / '-t': 'x' is not"),
        (["hash-password", "--threads", "5000"], "--threads: expected a whole number"),
        (["keys", "init", "--profile", "x"], "--profile: 'x' is not one of"),
    ],
)
def test_arguments_are_checked_before_anything_is_asked(
    arguments, text, command, tmp_path, monkeypatch
):
    """What is wrong with a call is an error before a passphrase is read."""

    def refuse(*_, **__):
        raise AssertionError("a passphrase is asked for")

    file = tmp_path / "note"
    file.write_text("hello\n")
    (tmp_path / "pass").write_text("a long passphrase\n")
    (tmp_path / "pass").chmod(0o600)
    assert command("vault", "encrypt", file, "--passphrase-file", tmp_path / "pass").code == 0
    monkeypatch.setattr("cotool.cli.vault.secrets._from_terminal", refuse)
    outcome = command("vault", *(word.format(file=file) for word in arguments))
    assert outcome.code == 2
    assert text in outcome.err


def test_rotate_finds_its_files_before_a_new_version(command, tmp_path, monkeypatch):
    """A missing file stops `rotate --reencrypt` before the keyring has a new version."""
    monkeypatch.setenv("COTOOL_KEYRING", str(tmp_path / "ring"))
    monkeypatch.setenv("COTOOL_KEY_FILE", str(tmp_path / "key"))
    assert command("vault", "keys", "init", "--key-file", tmp_path / "key").code == 0
    (tmp_path / "plain.vault").write_text("no vault file\n")
    (tmp_path / "note").write_text("hello\n")
    assert command("vault", "encrypt", tmp_path / "note").code == 0
    sealed = tmp_path / "note.vault"
    other = tmp_path / "other.vault"
    other.write_bytes(sealed.read_bytes())
    monkeypatch.setenv("COTOOL_KEYRING", str(tmp_path / "second"))
    assert command("vault", "keys", "init", "--key-file", tmp_path / "key").code == 0
    for code, name in ((2, "missing"), (7, "plain"), (3, "other")):
        outcome = command("vault", "rotate", "--reencrypt", sealed, tmp_path / f"{name}.vault")
        assert outcome.code in {code, 3}
        assert "\n      2" not in command("vault", "keys", "list").out
    monkeypatch.setenv("COTOOL_KEYRING", str(tmp_path / "ring"))
    assert command("vault", "rotate", "--reencrypt", sealed).code == 0
    assert "version 2" in command("vault", "inspect", sealed).out


def test_a_keyring_with_two_openers(command, tmp_path, monkeypatch):
    """A key file opens the keyring beside its passphrase; what else opens it can be dropped."""
    monkeypatch.setenv("COTOOL_KEYRING", str(tmp_path / "ring"))
    for name in ("old", "new", "third"):
        (tmp_path / name).write_text(f"the passphrase {name}\n")
        (tmp_path / name).chmod(0o600)

    def keys(*words, key, value):
        return command("vault", "keys", *words, key, tmp_path / value).code

    assert keys("init", key="--passphrase-file", value="old") == 0
    change = ("passphrase", "--new-key-file", tmp_path / "key")
    assert keys(*change, "--add", "--drop-others", key="--passphrase-file", value="old") == 2
    assert keys(*change, "--add", key="--passphrase-file", value="old") == 0
    assert keys("list", key="--passphrase-file", value="old") == 0
    assert keys("list", key="--key-file", value="key") == 0
    change = ("passphrase", "--new-passphrase-file", tmp_path / "new")
    assert keys(*change, "--add", key="--passphrase-file", value="old") == 0
    third = ("passphrase", "--new-passphrase-file", tmp_path / "third")
    assert keys(*third, "--add", key="--passphrase-file", value="old") == 2  # at most two
    assert keys(*third, key="--passphrase-file", value="old") == 0
    assert keys("list", key="--passphrase-file", value="old") == 3
    assert keys(*change, "--drop-others", key="--key-file", value="key") == 0
    for key, name in (("--passphrase-file", "third"), ("--key-file", "key")):
        assert keys("list", key=key, value=name) > 0
    assert keys("list", key="--passphrase-file", value="new") == 0
