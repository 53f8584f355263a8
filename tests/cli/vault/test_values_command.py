"""`vault encrypt --values` and the commands that work on its files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ENV = "# c\nHOST=db1\nPASSWORD='hunter2 secret'\n"
JSON = '{\n  "host": "db1",\n  "password": "hunter2 secret"\n}\n'
INI = "[db]\nhost = db1\npassword = hunter2 secret\n"


@pytest.fixture
def files(place, ring):
    """Write a file in each syntax that needs no extra; return their names."""
    texts = {"app.env": ENV, "app.json": JSON, "app.ini": INI}
    for name, text in texts.items():
        (place / name).write_text(text)
    return texts


def test_there_and_back(vault, files, place):
    """Files are sealed beside their sources, and come back byte for byte."""
    done = vault("encrypt", "--values", *files)
    assert (done.code, done.out) == (0, "")
    assert "values sealed: 3 files" in done.err
    for name, text in files.items():
        sealed = (place / f"{name}.vault").read_text()
        assert "hunter2" not in sealed
        assert "password" in sealed.lower()
        (place / name).unlink()
        assert vault("cat", f"{name}.vault").out == text
    names = [f"{name}.vault" for name in files]
    assert vault("verify", *names).code == 0
    assert vault("decrypt", *names).code == 0
    for name, text in files.items():
        assert (place / name).read_text() == text


def test_sealed_again(vault, files, place):
    """Only with --force, and then only what changed; new recipients get a new file key."""
    assert vault("encrypt", "--values", "app.env").code == 0
    path = place / "app.env.vault"
    before = path.read_text().splitlines()
    assert vault("encrypt", "--values", "app.env").code == 2
    assert vault("encrypt", "--values", "--force", "app.env").code == 0
    assert path.read_text().splitlines() == before
    (place / "app.env").write_text(ENV.replace("db1", "db2"))
    assert vault("encrypt", "--values", "--force", "app.env").code == 0
    after = path.read_text().splitlines()
    changed = [one for one, other in zip(before, after, strict=True) if one != other]
    assert [line.split(":")[0] for line in changed] == ["# cotool-mac", "HOST=cotool-value-1"]
    old = place / "old"
    old.write_text("\n".join(before) + "\n")
    done = vault("encrypt", "--values", "app.env", "--previous", old, "-o", "-")
    assert done.code == 0
    assert done.out.splitlines()[2] == before[2]
    assert done.out.splitlines()[5] == before[5]
    given = ("--recipient-passphrase-file", "pw")
    assert vault("encrypt", "--values", "--force", *given, "app.env").code == 0
    assert not {*path.read_text().splitlines()[4:]} & {*before[4:]}


def test_in_place(vault, files, place):
    """The file keeps its name, and the commands that change files work on it."""
    (place / "tree").mkdir()
    names = [f"tree/{name}" for name in files]
    for name, text in files.items():
        (place / "tree" / name).write_text(text)
    assert vault("encrypt", "--values", "--in-place", *names).code == 0
    assert vault("encrypt", "--values", "--in-place", "tree/app.env").code == 2
    before = (place / "tree" / "app.json").read_text()
    assert vault("rewrap", "-r", "tree", "--add-passphrase-file", "pw").code == 0
    assert vault("verify", "-p", "--passphrase-file", "pw", *names).code == 0
    after = (place / "tree" / "app.json").read_text()
    assert json.loads(before)["host"] == json.loads(after)["host"]
    opened = ("--recipient-passphrase-file", "pw")
    assert vault("reencrypt", "tree/app.json", *opened).code == 0
    assert (
        json.loads((place / "tree" / "app.json").read_text())["host"] != json.loads(after)["host"]
    )
    out = place / "out"
    assert vault("decrypt", "-r", "tree", "-o", f"{out}/").code == 0
    for name, text in files.items():
        assert (out / name).read_text() == text
    (place / "tree" / "plain.env").write_text(ENV)
    assert "plain.env" in vault("verify", "-r", "tree").err
    assert vault("decrypt", "tree/app.env").code == 2
    assert vault("decrypt", "--in-place", *names).code == 0
    for name, text in files.items():
        assert (place / "tree" / name).read_text() == text
    assert vault("decrypt", "--in-place", "tree/app.env").code == 7


def test_folders(vault, files, place):
    """Files of other kinds, and those that are sealed, are left out and named."""
    (place / "tree" / "deep").mkdir(parents=True)
    for name, text in files.items():
        (place / "tree" / "deep" / name).write_text(text)
    (place / "tree" / "notes.txt").write_text("x")
    (place / "tree" / "bad.json").write_text("{")
    assert "notes.txt" in vault("encrypt", "--values", "-r", "tree", "--dry-run").out
    done = vault("encrypt", "--values", "-r", "tree")
    assert done.code == 2
    assert "1 file that is not YAML, JSON, .env or INI: tree/notes.txt" in done.err
    assert "bad.json, line 1: the document ends too early" in done.err
    assert len(list((place / "tree" / "deep").glob("*.vault"))) == 3
    (place / "tree" / "bad.json").unlink()
    done = vault("encrypt", "--values", "-r", "tree", "--force")
    assert done.code == 0
    assert len(list((place / "tree").rglob("*.vault*"))) == 3
    assert vault("verify", "-r", "tree").code == 0


def test_variables_of_a_sealed_file(binary, vault, files):
    """`vault exec` takes an .env file with sealed values."""
    assert vault("encrypt", "--values", "--in-place", "app.env").code == 0
    script = "import os; print(os.environ['HOST'], os.environ['PASSWORD'])"
    code, out, errors = binary("exec", "--env", "app.env", "--", sys.executable, "-c", script)
    assert (code, out.decode()) == (0, "db1 hunter2 secret\n"), errors


def test_editing(vault, files, place, monkeypatch):
    """Only the changed value gets new ciphertext; what is no document any more is kept, sealed."""
    assert vault("encrypt", "--values", "app.json").code == 0
    path = place / "app.json.vault"
    before = json.loads(path.read_text())
    monkeypatch.setenv("EDITOR", "sed -i s/db1/db2/")
    assert vault("edit", path).code == 0
    after = json.loads(path.read_text())
    assert before["password"] == after["password"]
    assert before["host"] != after["host"]
    data = path.read_bytes()
    monkeypatch.setenv("EDITOR", "sed -i s/}/]/")
    done = vault("edit", path)
    assert done.code == 2
    assert "line 4: expected a comma, not ]; your edits are kept in /" in done.err
    assert path.read_bytes() == data
    kept = Path(done.err.split("kept in ")[1].split("\n")[0])
    assert b"hunter2" not in kept.read_bytes()
    assert vault("cat", kept).out == JSON.replace("db1", "db2").replace("}", "]")
    assert [found.name for found in kept.parent.iterdir()] == [kept.name]
    kept.unlink()
    kept.parent.rmdir()


def test_the_editor_opens_again(place, keys_of_editor):
    """With an error in the document, the same edits are opened again."""
    from cotool.vault import decrypt_values, encrypt_values
    from cotool.vault.editing import edit

    path = place / "app.json"
    path.write_bytes(encrypt_values(JSON.encode(), keys=keys_of_editor, syntax="json"))
    script = place / "editor.sh"
    script.write_text(
        '#!/bin/sh\nif grep -q "]" "$1"; then sed -i s/]/}/ "$1"; '
        'else sed -i "s/}/]/; s/db1/db9/" "$1"; fi\n'
    )
    asked = []
    changed = edit(
        path,
        keys=keys_of_editor,
        editor=["sh", str(script)],
        again=lambda error: asked.append(str(error)) or True,
    )
    assert changed
    assert len(asked) == 1
    found = decrypt_values(path.read_bytes(), keys=keys_of_editor)
    assert found.decode() == JSON.replace("db1", "db9")


@pytest.fixture
def keys_of_editor():
    """Give a keyring without a file."""
    from cotool.vault import Keyring

    return [Keyring.generate()]


def test_accepting(vault, files, place):
    """A file that was changed by hand opens after it was accepted, and errors have its lines."""
    assert vault("encrypt", "--values", "--in-place", "app.env").code == 0
    path = place / "app.env"
    path.write_text(path.read_text() + "NEW=planted\n")
    done = vault("cat", path)
    assert (done.code, done.out) == (4, "")
    done = vault("values", "accept", path)
    assert done.code == 0
    assert "3 sealed values, 1 of them sealed now" in done.err
    assert "planted" not in path.read_text()
    assert vault("cat", path).out == ENV + "NEW=planted\n"
    assert "not changed" in vault("values", "accept", path).err
    text = path.read_text()
    path.write_text(text + "what is this\n")
    number = text.count("\n") + 1
    assert f"line {number}: expected NAME=value" in vault("values", "accept", path).err
    path.write_text(text.replace("HOST=", "HOAST="))
    done = vault("values", "accept", path)
    assert done.code == 4
    assert "the value of HOAST (line 5) does not open" in done.err


def test_inspecting(vault, files):
    """The rule and the number of values are shown without a key."""
    assert vault("encrypt", "--values", "--only", "(?i)password", "app.env").code == 0
    shown = vault("inspect", "app.env.vault").out
    assert "env with 1 sealed value; sealed are only (?i)password" in shown
    found = json.loads(vault("inspect", "app.env.vault", "--json").out)
    assert found["values"] == {"syntax": "env", "sealed": 1, "only": "(?i)password", "others": None}


def test_standard_input_and_output(binary, files):
    """Both ways in a pipe."""
    code, sealed, errors = binary("encrypt", "--values", "--syntax", "env", "-", data=ENV.encode())
    assert code == 0, errors
    assert binary("decrypt", "-", data=sealed)[:2] == (0, ENV.encode())
    assert binary("cat", "-", data=sealed)[:2] == (0, ENV.encode())
    assert binary("decrypt", "-", data=sealed.replace(b"HOST", b"HAST"))[:2] == (4, b"")


def test_wrong_calls(vault, files, place):
    """Options that do not go together, and names that show no syntax."""
    (place / "app.toml").write_text("a = 1\n")
    for arguments, expected in (
        (("encrypt", "--only", "x", "app.env"), "--only: is for encrypt --values"),
        (("encrypt", "--in-place", "app.env"), "--in-place: is for encrypt --values"),
        (("encrypt", "--values", "--armor", "app.env"), "--armor cannot be combined"),
        (("encrypt", "--values", "--update", "app.env"), "--update cannot be combined"),
        (("encrypt", "--values", "-i", "-o", "x", "app.env"), "--in-place changes files where"),
        (
            ("encrypt", "--values", "--only", "(", "app.env"),
            "--only: (: is not a regular expression",
        ),
        (("encrypt", "--values", "--except", "(", "app.env"), "--except: (: is not a regular"),
        (("encrypt", "--values", "--only", "a", "--except", "b", "app.env"), "cannot be combined"),
        (("encrypt", "--values", "app.toml"), "the name does not show what the file is"),
        (("encrypt", "--values", "-"), "the name does not show what the file is"),
        (("encrypt", "--values", "--previous", "app.ini", "app.env"), "has no sealed values"),
        (("values", "accept", "-"), "this command changes files"),
    ):
        done = vault(*arguments)
        assert done.code == 2, arguments
        assert expected in done.err, arguments
        assert "hunter2" not in done.err


def test_nothing_in_clear_is_written(files, place, ring):
    """No file that the commands write, also for a moment, has a value in clear."""
    if not sys.platform.startswith("linux"):
        pytest.skip("needs Linux")
    watcher = place / "sitecustomize.py"
    watcher.write_text(
        "import os\nlog = os.open(os.environ['WRITES'], os.O_WRONLY | os.O_APPEND | os.O_CREAT)\n"
        "def watched(call):\n"
        "    def write(handle, data, *rest):\n"
        "        if handle > 2: os_write(log, bytes(data))\n"
        "        return call(handle, data, *rest)\n"
        "    return write\n"
        "os_write = os.write\nos.write, os.pwrite = watched(os.write), watched(os.pwrite)\n"
    )
    log = place / "writes"
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(place), *(p for p in sys.path if p)]),
        "COTOOL_HOME": str(place / "home"),
        "COTOOL_KEY_FILE": str(place / "key"),
        "WRITES": str(log),
    }

    def run(*arguments):
        subprocess.run(
            [sys.executable, "-m", "cotool", "vault", *arguments],
            cwd=place, env=environment, check=True, capture_output=True,
        )  # fmt: skip

    run("encrypt", "--values", "--in-place", "app.env")
    run("rewrap", "app.env", "--add-passphrase-file", "pw")
    run("reencrypt", "app.env", "--recipient-passphrase-file", "pw")
    run("exec", "--env", "app.env", "--", "true")
    run("values", "textconv", "app.env")
    written = log.read_bytes()
    assert b"cotool-value-1:" in written
    assert b"hunter2" not in written


@pytest.mark.parametrize(("option", "pattern"), [("--only", "PASSWROD"), ("--except", "O")])
def test_a_pattern_that_seals_nothing(vault, files, place, option, pattern):
    """It is an error that names the pattern, and the file stays as it was."""
    done = vault("encrypt", "--values", "--in-place", option, pattern, "app.env")
    assert done.code == 2
    many = "no" if option == "--only" else "every"
    assert f"app.env: {many} value has a key that matches '{pattern}'" in done.err
    assert "no value would be sealed" in done.err
    assert (place / "app.env").read_text() == ENV
    (place / "empty.env").write_text("# nothing\n")
    assert vault("encrypt", "--values", option, pattern, "empty.env").code == 0


def test_sealed_values_are_counted(vault, files):
    """The message says how many were sealed, and which stay readable."""
    done = vault("encrypt", "--values", "--only", "PASSWORD", "app.env")
    assert "app.env.vault: 1 value sealed, 1 left readable: HOST\n" in done.err
    done = vault("encrypt", "--values", "app.json", "app.ini")
    assert "values sealed: 2 files" in done.err
    assert done.err.endswith(": 4 values sealed\n")
