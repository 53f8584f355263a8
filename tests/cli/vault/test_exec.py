"""`vault exec`: the variables of a vault file for a program, and nothing else of cotool."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotool.errors import InputError
from cotool.vault.dotenv import parse
from cotool.vault.variables import LIMIT

KEY = ("-p", "--passphrase-file", "pw")
SHOW = (sys.executable, "-c", "import os, json; print(json.dumps(dict(os.environ)))")


@pytest.fixture
def seal(vault, place):
    """Encrypt an .env file; return the name of the vault file."""

    def sealed(content, name="secrets.env"):
        (place / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        assert vault("encrypt", *KEY, "--force", name).code == 0
        (place / name).unlink()
        return f"{name}.vault"

    return sealed


def variables(text):
    """Return the variables of an .env file."""
    content = text if isinstance(text, bytes) else text.encode()
    return {found.name: found.value for found in parse(content, "f.env")}


def test_a_program_gets_the_variables_and_nothing_is_written(binary, seal, place):
    """The file wins over the environment; its output and arguments are the program's own."""
    name = seal("NAME=from file\nexport LINES_OF='a\nb'\n")
    before = sorted(place.iterdir())
    code, out, errors = binary("exec", *KEY, "--env", name, "--", *SHOW, NAME="old", KEPT="yes")
    assert (code, errors) == (0, "")
    found = json.loads(out)
    assert (found["NAME"], found["LINES_OF"], found["KEPT"]) == ("from file", "a\nb", "yes")
    assert sorted(place.iterdir()) == before


def test_what_opened_the_file_is_not_passed_on(binary, seal, place):
    """Variables of the key options are removed, except where the file sets them."""
    name = seal("COTOOL_KEYRING=mine\n")
    opening = {
        "COTOOL_PASSPHRASE_FILE": "pw", "COTOOL_KEY_FILE": "key", "COTOOL_IDENTITY": "i",
        "COTOOL_VAULT_PASSPHRASE": "true", "COTOOL_KEYRING": "k",
    }  # fmt: skip
    code, out, errors = binary("exec", "--env", name, "--", *SHOW, **opening)
    assert code == 0, errors
    found = json.loads(out)
    assert found["COTOOL_KEYRING"] == "mine"
    assert found.keys() & opening.keys() == {"COTOOL_KEYRING"}
    assert found["COTOOL_HOME"]


def test_arguments_and_standard_input_are_the_programs(binary, seal):
    """Options, a second --, --help, --debug and standard input reach the program."""
    name = seal("A=1\n")
    given = ["--help", "-p", "--debug", "--", "--env", ""]
    script = "import sys; print(sys.argv[1:], sys.stdin.read())"
    code, out, errors = binary(
        "exec", *KEY, "--env", name, "--", sys.executable, "-c", script, *given, data=b"input"
    )
    assert code == 0, errors
    assert out.decode() == f"{given} input\n"


def test_the_settings_hold_beside_a_programs_help(binary, seal):
    """A variable of cotool counts although the program's arguments ask for help."""
    name = seal("A=1\n")
    settings = {"COTOOL_VAULT_ENV": name, "COTOOL_PASSPHRASE_FILE": "pw"}
    code, out, errors = binary("exec", "--", "echo", "--help", **settings)
    assert code == 0, errors
    assert b"cotool" not in out


def test_exit_code_and_signals_are_the_programs(binary, seal):
    """The process is the program: its code, its death by a signal, and default signals."""
    name = seal("A=1\n")
    run = ("exec", *KEY, "--env", name, "--", "sh", "-c")
    assert binary(*run, "exit 37")[0] == 37
    assert binary(*run, "kill -TERM $$")[0] == -signal.SIGTERM
    assert binary(*run, "kill -PIPE $$; echo ignored")[:2] == (-signal.SIGPIPE, b"")


def test_a_secret_on_another_descriptor_is_not_inherited(seal, binary, place):
    """The program cannot read on in the passphrase's file."""
    name = seal("A=1\n")
    script = f"""exec 7< pw
{sys.executable} -m cotool vault exec -p --passphrase-fd 7 --env {name} -- \
  sh -c 'cat <&7 && echo READ'"""
    done = subprocess.run(
        ["sh", "-c", script], capture_output=True, text=True, check=False, cwd=place,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )  # fmt: skip
    assert "READ" not in done.stdout
    assert "correct" not in done.stdout
    assert "7" in done.stderr


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["-p", "--passphrase-fd", "0"], "standard input of the program"),
        (["-p", "--passphrase-file", "/dev/stdin"], "standard input of the program"),
        (["--key-file", "/dev/stdin"], "standard input of the program"),
        ([*KEY, "--env", "-"], "standard input of the program"),
        ([*KEY, "--env", "/dev/stdin"], "standard input of the program"),
        ([*KEY, "echo"], "must follow --"),
        ([*KEY, "echo", "--", "echo"], "must follow --"),
    ],
)
def test_calls_that_are_refused(binary, seal, options, text):
    """Nothing is run."""
    name = seal("A=1\n")
    code, out, errors = binary("exec", "--env", name, *options, "--", "echo", "ran", data=b"x\n")
    assert (code, out) == (2, b""), errors
    assert text in errors


def test_programs_that_cannot_be_started(binary, seal, place):
    """The error names the program; PATH is that of the file."""
    (place / "script").write_text("#!/nowhere/interpreter\n")
    (place / "data").write_text("x")
    (place / "script").chmod(0o755)
    name = seal(f"PATH={place}\nA=SECRET\n")
    for program, text in (
        ("no-such", "the program no-such was not found"),
        ("env", "the program env was not found"),
        ("script", "the program script cannot be started"),
        ("./data", "the program ./data cannot be started: Permission denied"),
        ("", "cannot be started"),
    ):
        code, out, errors = binary("exec", *KEY, "--env", name, "--", program)
        assert (code, out) == (2, b"")
        assert text in errors
        assert "SECRET" not in errors
    long = seal(f"A={'x' * (LIMIT - 2)}")
    code, _, errors = binary("exec", *KEY, "--env", long, "--", sys.executable, "-c", "")
    assert code == 2
    assert "Argument list too long" in errors


def test_only_intact_files_of_bounded_size_are_used(binary, seal, place):
    """A flipped bit, a cut, a plain file and a large one start nothing."""
    name = seal("A=1\n" + "# comment\n" * 5000)
    data = (place / name).read_bytes()
    for content, code in (
        (data[:-1], 6),
        (data[:-20000] + bytes([data[-20000] ^ 1]) + data[-19999:], 4),
        (b"A=1\n", 7),
    ):
        (place / name).write_bytes(content)
        done = binary("exec", *KEY, "--env", name, "--", "echo", "ran")
        assert done[:2] == (code, b"")
        assert name in done[2]
    name = seal("#" * (LIMIT + 1))
    code, out, errors = binary("exec", *KEY, "--env", name, "--", "echo", "ran")
    assert (code, out) == (2, b"")
    assert "1 MiB" in errors


def test_two_files(binary, seal):
    """Both count; a name in both is an error that names both places."""
    one, two = seal("A=1\n", "one.env"), seal("\nB=2\n", "two.env")
    run = ("exec", *KEY, "--env", one, "--env", two)
    code, out, _ = binary(*run, "--", "sh", "-c", "echo $A$B")
    assert (code, out) == (0, b"12\n")
    seal("\nA=SECRET\n", "two.env")
    code, out, errors = binary(*run, "--", "echo", "ran")
    assert (code, out) == (2, b"")
    assert "two.env.vault, line 2: A is already set in one.env.vault, line 1" in errors
    assert "SECRET" not in errors


def test_what_the_lines_mean():
    """Values without quotes are taken as they are; quotes keep lines; escapes are decoded."""
    assert variables(
        "\ufeff# comment\r\n\r\n  export A=a b  # comment\r\nB=x#y\nC=\nD= # nothing\n"
        'E="one\\ttwo\\n\\"\\\\\\$HOME" # c\n'
        "F='it is\n\"$HOME\" \\n' \nG=pa$$word\\n\nH={\"a\": 'b'}\nexport=1\n"
        'I="${"\n'.replace("${", "\\${") + "J=Grüße"
    ) == {
        "A": "a b", "B": "x#y", "C": "", "D": "", "E": 'one\ttwo\n"\\$HOME',
        "F": 'it is\n"$HOME" \\n', "G": "pa$$word\\n", "H": "{\"a\": 'b'}", "export": "1",
        "I": "${", "J": "Grüße",
    }  # fmt: skip
    assert variables("") == {}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("A", 1), ("\n\nA = SECRET", 3), ("A= SECRET", 1), ("1A=SECRET", 1), ("A-B=SECRET", 1),
        ("Ä=SECRET", 1), ("=SECRET", 1), ("export A", 1), ("A: SECRET", 1), ("A\0=SECRET", 1),
        ("A=SECRET\0", 1), ("A='SECRET\0'", 1), ("#\nA='SECRET\n\n", 2), ('A="SECRET\\"', 1),
        ('A="SECRET" x', 1), ("A='SECRET'#x", 1), ("A='SECRET''x'", 1), ('A="\nSECRET\\d"', 2),
        ("A=#SECRET", 1), ("A=`SECRET`", 1), ("A=${SECRET}", 1), ('A="$(SECRET)"', 1),
        ("A=SEC\x1bRET", 1), ("A=b\rB=SECRET", 1), ("# x\rA=SECRET", 1), ("A={'SECRET #x'}", 1),
        (b"#\nA=SECRET\xff", 2), ("A='\n'\nA==\n\x0bSECRET", 4),
    ],
)  # fmt: skip
def test_bad_lines(text, line):
    """The error names file and line, and shows no value."""
    with pytest.raises(InputError) as caught:
        variables(text)
    assert str(caught.value).startswith(f"f.env, line {line}: ")
    assert "SECRET" not in f"{caught.value} {caught.value.hint}"


@given(st.text().filter(lambda text: not {"\0", "\r"} & {*text}))
def test_any_value_can_be_written(value):
    """Each text has a form in double quotes, and most have one in single quotes."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
    assert variables(f'A="{escaped}"\nB=1') == {"A": value, "B": "1"}
    if "'" not in value:
        assert variables(f"A='{value}' # c\nB=1") == {"A": value, "B": "1"}


@given(st.text("AB=\\\"'#$`{( \t\n\rnx\0ä", max_size=20))
def test_no_text_is_a_defect(text):
    """Any text gives variables or an InputError."""
    found = {}
    with contextlib.suppress(InputError):
        found = variables(text)
    assert all(name.isidentifier() and name.isascii() for name in found)
