"""`cotool vault` for people: the page for teams, run as it stands, and what goes wrong."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shlex
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[3] / "docs" / "vault.md").read_text(encoding="utf-8")
TEAM = PAGE.split("## A team's secrets from nothing in five minutes")[1].split("\n## ")[0]


@pytest.fixture
def person(vault, place, monkeypatch):
    """Run `cotool vault …` as one of several people, each with a folder of their own."""
    monkeypatch.delenv("COTOOL_KEY_FILE")

    def run(name, *arguments, **options):
        monkeypatch.setenv("COTOOL_HOME", str(place / f"of-{name}"))
        return vault(*arguments, **options)

    return run


@pytest.fixture
def team(person, place):
    """Make identities for Alice and Bob, and the file of the team."""
    lines = ["# who reads the secrets\n"]
    for name in ("Alice", "Bob"):
        assert person(name, "identity", "init", "--unprotected").code == 0
        lines.append(person(name, "identity", "show", "--name", name).out)
    (place / "team.txt").write_text("".join(lines))
    (place / "secrets" / "deep").mkdir(parents=True)
    for number, folder in enumerate(("", "deep/", "deep/more-")):
        (place / "secrets" / f"{folder}{number}.env").write_text(f"TOKEN={number}\n")
    return place


def test_the_page_for_teams(person, place, monkeypatch):
    """A new user does what the page says, with its commands; each of them works and does that."""
    monkeypatch.setenv("EDITOR", "sed -i s/old/new/")
    (place / "secrets").mkdir()
    (place / "secrets" / "database.env").write_text("PASSWORD=old\n")
    commands = [
        shlex.split(line.partition(" #")[0])[2:]
        for block in re.findall(r"```sh\n(.*?)```", TEAM, re.DOTALL)
        for line in block.splitlines()
    ]
    assert len(commands) == 15
    (place / "config.yaml").write_text("password: old\n")
    if importlib.util.find_spec("ruamel") is None:
        commands = [command for command in commands if "config.yaml" not in command]
    protected = ["--passphrase-file", "pw"]
    for command in commands:
        by = "machine" if command[0] in {"encrypt", "inspect", "verify-signature"} else "Alice"
        done = person(by, *command, *(protected if by == "Alice" else []))
        assert done.code == 0, (command, done.err)
        if command[:2] == ["identity", "show"]:
            bob = person("Bob", "identity", "init", "--unprotected")
            assert bob.code == 0
            show = person("Bob", "identity", "show", "--name", "Bob")
            (place / "team.txt").write_text(f"# production\n{done.out}{show.out}")
        elif "config.yaml" in command:
            assert command[0] != "decrypt" or done.out == "password: new\n"
            assert "password: cotool-value-1:" in (place / "config.yaml").read_text()
        elif command[0] == "encrypt":
            (place / "secrets" / "database.env").unlink()
        elif command[0] == "inspect":
            assert "(Alice)" in done.out
            assert "(Bob)" in done.out
        elif command[0] == "cat":
            assert done.out == "PASSWORD=old\n"
        elif command[0] == "edit":
            read = person("Bob", "cat", "secrets/database.env.vault")
            assert read.out == "PASSWORD=new\n"
    assert person("machine", "cat", "secrets/database.env.vault").code == 3
    lines = (place / "team.txt").read_text().splitlines()
    (place / "team.txt").write_text("\n".join(lines[:2]))
    rewrap = next(command for command in commands if command[0] == "rewrap")
    again = person("Alice", *rewrap, *protected)
    assert "rewrapped: 1 file" in again.err
    assert "reencrypt" in again.err
    assert person("Bob", "cat", "secrets/database.env.vault").code == 3


def test_a_machine_that_can_only_encrypt(person, team):
    """It is asked for nothing, whatever keys it has, and reads nothing of it afterwards."""
    done = person("machine", "encrypt", "-r", "secrets", "--recipients-file", "team.txt")
    assert (done.code, done.out) == (0, "")
    assert person("Bob", "decrypt", "-r", "secrets", "-o", "back/").code == 0
    assert (team / "back" / "deep" / "1.env").read_text() == "TOKEN=1\n"
    denied = person("machine", "decrypt", "secrets/0.env.vault", "-o", "-")
    assert denied.code == 3
    assert re.search(r"needs identity [0-9a-f]{16} version 1 or identity", denied.err)


def test_people_and_other_keys(person, team):
    """With -R, only keys that the same call names open the file, too."""
    bob = person("Bob", "identity", "show").out.strip()
    assert person("Carol", "identity", "init", "--unprotected").code == 0
    for number, more in enumerate(([], ["-p", "--passphrase-file", "pw"])):
        name = f"{number}.vault"
        assert person("Carol", "encrypt", "notes.txt", "-R", bob, "-o", name, *more).code == 0
        assert person("Bob", "cat", name).out == "buy milk\n"
        assert person("Carol", "cat", name).code == (2 if more else 3)  # asks for it
        assert (person("Carol", "cat", name, *more).code == 0) == bool(more)
    own = os.environ["COTOOL_HOME"] + "/identity.vault"
    assert person("Carol", "encrypt", "notes.txt", "-R", bob, "--identity", own).code == 0
    assert person("Carol", "cat", "notes.txt.vault").out == "buy milk\n"


def test_members_of_a_tree(person, team):
    """One joins and one leaves, by key and by id, without the others' secrets."""
    person("machine", "encrypt", "-r", "secrets", "--recipients-file", "team.txt")
    person("Carol", "identity", "init", "--unprotected")
    carol = person("Carol", "identity", "show").out.strip()
    ids = json.loads(person("Alice", "identity", "show", "--json").out)
    done = person("Bob", "rewrap", "-r", "secrets", "--add-recipient", carol)
    assert "rewrapped: 3 files" in done.err
    assert "reencrypt" not in done.err
    done = person("Carol", "rewrap", "-r", "secrets", "--remove-recipient", ids["id"])
    assert "rewrapped: 3 files" in done.err
    assert "cotool vault reencrypt" in done.err
    again = person("Carol", "rewrap", "-r", "secrets", "--remove-recipient", ids["id"])
    assert "rewrapped: 0 files, 3 unchanged" in again.err
    assert person("Alice", "verify", "-r", "secrets").code == 3
    assert person("Bob", "verify", "-r", "secrets").code == 0
    for wrong in ("abc", "cotool-recipient-1:abc", "zz" * 8):
        assert person("Bob", "rewrap", "-r", "secrets", "--remove-recipient", wrong).code == 2


def test_reencrypt_for_a_team(person, team):
    """It needs the public keys of the others, and says where they come from."""
    person("machine", "encrypt", "-r", "secrets", "--recipients-file", "team.txt")
    refused = person("Alice", "reencrypt", "secrets/0.env.vault")
    assert refused.code == 2
    assert "--recipients-file" in refused.err
    done = person("Alice", "reencrypt", "-r", "secrets", "--recipients-file", "team.txt")
    assert done.code == 0
    assert person("Bob", "verify", "-r", "secrets").code == 0


def test_rotation(person, team):
    """Old files open, a rewrap moves them, and both versions are listed."""
    person("machine", "encrypt", "-r", "secrets", "--recipients-file", "team.txt")
    assert person("Alice", "identity", "rotate").code == 0
    assert person("Alice", "verify", "-r", "secrets").code == 0
    assert "rewrapped: 3 files" in person("Alice", "rewrap", "-r", "secrets").err
    assert "rewrapped: 0 files" in person("Alice", "rewrap", "-r", "secrets").err
    slots = json.loads(person("Bob", "inspect", "--json", "secrets/0.env.vault").out)["slots"]
    assert [slot["version"] for slot in slots] == [2, 1]
    shown = json.loads(person("Alice", "identity", "show", "--json").out)
    assert [version["version"] for version in shown["versions"]] == [1, 2]
    assert shown["versions"][0]["recipient"] in (team / "team.txt").read_text()


def test_protected_identities(person, place):
    """A passphrase or a key file opens them; --unprotected and a generated one contradict."""
    own = ["identity", "init", "mine", "--passphrase-file", "pw"]
    assert person("A", *own).code == 0
    assert person("A", *own).code == 2
    assert (place / "mine").stat().st_mode & 0o777 == 0o600
    assert person("A", "identity", "show", "mine", "--passphrase-file", "pw2").code == 3
    shown = person("A", "identity", "show", "mine", "--passphrase-file", "pw").out
    changed = ["identity", "passphrase", "mine", "--passphrase-file", "pw", "--new-key-file", "new"]
    assert person("A", *changed).code == 0
    assert person("A", "identity", "show", "mine", "--key-file", "new").out == shown
    assert person("A", "identity", "show", "mine").code == 2
    opened = ["--key-file", "new", "--unprotected"]
    assert person("A", "identity", "passphrase", "mine", *opened).code == 0
    assert person("A", "identity", "show", "mine").out == shown
    for contradiction in (
        ["identity", "init", "other", "--unprotected", "--generate-passphrase"],
        ["identity", "passphrase", "mine", "--unprotected", "--new-key-file", "new"],
        ["identity", "passphrase", "mine", "--new-passphrase-file", "pw", "--new-key-file", "k"],
        ["identity", "show", "mine", "--name", "a # b"],
        ["identity", "show", "absent"],
    ):
        assert person("A", *contradiction).code == 2, contradiction
    assert not (place / "other").exists()


def test_where_an_identity_is_found(person, place, monkeypatch):
    """The option, then COTOOL_IDENTITY, then COTOOL_HOME; a variable alone changes no command."""
    person("A", "identity", "init", "mine", "--unprotected")
    mine = person("A", "identity", "show", "mine").out.strip()
    monkeypatch.setenv("COTOOL_IDENTITY", str(place / "mine"))
    assert person("B", "identity", "show").out.strip() == mine
    assert person("B", "encrypt", "notes.txt", "-R", mine, "-o", "1.vault").code == 0
    assert person("B", "cat", "1.vault").out == "buy milk\n"
    sealed = person("B", "encrypt", "notes.txt", "--passphrase-file", "pw", "-o", "2.vault")
    assert sealed.code == 0
    assert "passphrase" in person("B", "inspect", "2.vault").out
    monkeypatch.delenv("COTOOL_IDENTITY")
    assert person("B", "identity", "show").code == 2
    assert person("B", "cat", "1.vault", "--identity", "mine").out == "buy milk\n"


def test_signatures(person, team):
    """Signed by Alice, verified by everyone who trusts her; by nobody else's key."""
    done = person("Alice", "sign", "--by-identity", "-r", "secrets", "-o", "m.sig")
    assert done.code == 0
    alice = person("Alice", "identity", "show", "--signer").out.strip()
    bob = person("Bob", "identity", "show").out.strip()
    for trusted in (
        ["--signer", alice],
        ["--signers-file", "team.txt"],
        ["--signer", bob, "--signer", alice],
    ):
        assert person("machine", "verify-signature", "m.sig", *trusted).code == 0
    refused = person("machine", "verify-signature", "m.sig", "--signer", bob)
    assert (refused.code, alice in refused.err) == (3, True)
    unnamed = person("machine", "verify-signature", "m.sig")
    assert (unnamed.code, "--signer" in unnamed.err) == (2, True)
    (team / "secrets" / "0.env").write_text("TOKEN=evil\n")
    changed = person("machine", "verify-signature", "m.sig", "--signer", alice)
    assert changed.code == 4
    assert "secrets/0.env: FAILED" in changed.out
    text = (team / "m.sig").read_text()
    (team / "m.sig").write_text(text.replace("secrets/0.env\n", "secrets/9.env\n"))
    assert person("machine", "verify-signature", "m.sig", "--signer", alice).code == 4


def test_wrong_strings_are_named(person, team):
    """By file and line, or by their start; nothing is written."""
    text = (team / "team.txt").read_text()
    (team / "wrong.txt").write_text(text.replace("Q", "q"))
    done = person("machine", "encrypt", "notes.txt", "--recipients-file", "wrong.txt")
    assert done.code == 2
    assert re.search(r"wrong.txt, line [23]: cotool-recipient-1:.*checksum is wrong", done.err)
    done = person("machine", "encrypt", "notes.txt", "-R", "alice")
    assert (done.code, "alice: is not a recipient" in done.err) == (2, True)
    done = person("machine", "encrypt", "notes.txt", "--recipients-file", "absent")
    assert (done.code, "absent" in done.err) == (2, True)
    assert not (team / "notes.txt.vault").exists()


def test_an_unprotected_identity_that_others_can_read(person, place):
    """Refused, as by SSH; access of the group is a decision of its owner."""
    person("A", "identity", "init", "mine", "--unprotected")
    for mode, code in ((0o600, 0), (0o440, 0), (0o604, 2), (0o666, 2)):
        (place / "mine").chmod(mode)
        done = person("A", "identity", "show", "mine")
        assert (done.code, "chmod 600" in done.err) == (code, bool(code))


def test_identities_of_two_machines_are_merged(person, team, place):
    """Each side opens what was encrypted for the other's rotation, after the same command."""
    here, there = place / "of-Alice" / "identity.vault", place / "copy.vault"
    there.write_bytes(here.read_bytes())
    there.chmod(0o600)
    assert person("Alice", "identity", "rotate").code == 0
    assert person("Alice", "identity", "rotate", "copy.vault").code == 0
    theirs = person("Alice", "identity", "show", "copy.vault").out.strip()
    assert person("Alice", "encrypt", "pw", "-R", theirs, "-o", "x.vault").code == 0
    assert person("Alice", "verify", "x.vault").code == 3
    done = person("Alice", "identity", "merge", "copy.vault")
    assert (done.code, "1 new version;" in done.err) == (0, True)
    assert person("Alice", "verify", "x.vault").code == 0
    done = person("Alice", "identity", "merge", "--identity", "copy.vault", here)
    assert done.code == 0
    assert there.read_bytes() == here.read_bytes()
    assert there.stat().st_mode & 0o777 == 0o600
    done = person("Bob", "identity", "merge", "copy.vault")
    assert (done.code, "this is identity" in done.err) == (2, True)
    assert person("Alice", "identity", "merge", "team.txt").code == 2
    assert person("Alice", "identity", "merge", "none.vault").code == 2
    protect = ["identity", "passphrase", "copy.vault", "--new-passphrase-file", "pw"]
    assert person("Alice", *protect).code == 0
    merge = ["identity", "merge", "copy.vault", "--import-passphrase-file"]
    assert person("Alice", *merge, "pw").code == 0
    assert person("Alice", *merge, "pw2").code == 3
    assert there.read_bytes() != here.read_bytes()


@pytest.mark.parametrize(
    ("join", "says"),
    [
        ("{a}\r{b}\r", "line 1: has an end of line"),
        ("# both\r{a}\n{b}\n", "line 1: has an end of line"),
        ("{a}\u2028{b}\n", "line 1: has an end of line"),
        ("{a} {b}\n", "line 1: has several keys"),
        ("{b}\n{a} {s}\n", "line 2: is not a recipient|several keys|is not a recipient"),
        ("{s} {a}\n", "line 1: has several keys"),
    ],
)
def test_nobody_is_overlooked(person, team, place, join, says):
    """A recipients file whose lines have other ends, or several keys, seals for nobody."""
    a, b = (line.split()[1] for line in (place / "team.txt").read_text().splitlines()[1:])
    signer = person("Bob", "identity", "show", "--signer").out.strip()
    text = join.format(a=f"Alice {a}", b=f"Bob {b}", s=signer)
    (place / "odd.txt").write_bytes(text.encode())
    done = person("Alice", "encrypt", "pw", "--recipients-file", "odd.txt")
    assert done.code == 2
    assert re.search(says, done.err), done.err
    assert not (place / "pw.vault").exists()


def test_line_ends_of_windows(person, team, place):
    """Are ends of lines like any other, also mixed with those of Unix."""
    data = (place / "team.txt").read_bytes()
    (place / "odd.txt").write_bytes(data.replace(b"\n", b"\r\n", 2))
    assert person("Alice", "encrypt", "pw", "--recipients-file", "odd.txt").code == 0
    for name in ("Alice", "Bob"):
        assert person(name, "verify", "pw.vault").code == 0


def test_ones_own_key_twice(person, team, place):
    """As a recipient and as the identity of the call, it makes one slot."""
    mine = place / "of-Alice" / "identity.vault"
    asked = ["encrypt", "pw", "--recipients-file", "team.txt", "--identity", mine]
    assert person("Alice", *asked).code == 0
    assert person("Alice", "inspect", "pw.vault").out.count("identity") == 2


def test_pipes_are_not_waited_for(binary, place):
    """Commands that change files, and the files of keys, refuse a planted FIFO at once."""
    os.mkfifo(place / "x.vault")
    for command in (
        ["rewrap", "x.vault", "--remove-recipient", "0123456789abcdef"],
        ["reencrypt", "x.vault"],
        ["edit", "x.vault"],
        ["identity", "show", "x.vault"],
        ["identity", "rotate", "x.vault"],
        ["keys", "list", "--keyring", "x.vault"],
    ):
        code, _, err = binary(*command, EDITOR="true")
        assert (code, "x.vault: is not a regular file" in err) == (2, True), (command, err)


def test_files_of_a_newer_cotool(person, place):
    """An identity whose schema is not known says so."""
    (place / "new").write_text('{"schema": "cotool.identity/9", "id": "00", "versions": []}')
    (place / "new").chmod(0o600)
    done = person("Alice", "identity", "show", "new")
    assert done.code == 7
    assert "newer version of cotool" in done.err


def test_removing_nobody_is_said(person, team):
    """A key to remove that opens none of the files is a warning: a digit of it may be wrong."""
    done = person("machine", "encrypt", "-r", "secrets", "--recipients-file", "team.txt")
    assert done.code == 0
    done = person(
        "Alice", "rewrap", "-r", "secrets", "--remove-recipient", "47ffa815e1411088",
        "--passphrase-file", "pw",
    )  # fmt: skip
    assert done.code == 0
    assert "warning: none of the files had a slot to remove" in done.err
