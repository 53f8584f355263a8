"""Passphrases on standard input beside content, and commands that must not read the content."""

from __future__ import annotations

import os

import pytest

PW = b"correct horse battery staple\n"


@pytest.fixture
def sealed(binary, place):
    """Give the bytes of a vault file that a passphrase opens."""
    assert binary("encrypt", "-p", "--passphrase-file", "pw", "notes.txt")[0] == 0
    return (place / "notes.txt.vault").read_bytes()


@pytest.mark.parametrize(
    ("source", "content"),
    [
        (["--passphrase-fd", "0"], b""),
        (["--passphrase-file", "/dev/stdin"], b"line\nanother\n" + bytes(3_000_000)),
    ],
    ids=["fd", "file"],
)
def test_a_passphrase_before_the_content(binary, place, source, content):
    """The first line is the passphrase; all of the rest is content, whatever the command."""
    code, vault, errors = binary("encrypt", "-p", *source, "-", data=PW + content)
    assert code == 0, errors
    opener = ["-p", "--passphrase-file", "pw"]
    assert binary("decrypt", *opener, "-", data=vault)[:2] == (0, content)
    for command in ("decrypt", "cat"):
        assert binary(command, "-p", *source, "-", data=PW + vault)[:2] == (0, content)
    assert binary("verify", "-p", *source, "-", data=PW + vault)[0] == 0
    code, _, errors = binary("verify", "-p", *source, "-", data=b"wrong\n" + vault)
    assert code == 3, errors


def test_a_passphrase_of_a_keyring_before_the_content(binary, ring, place):
    """The passphrase of the keyring and the content share standard input, too."""
    assert binary("keys", "passphrase", "--new-passphrase-file", "pw")[0] == 0
    key = ["--passphrase-fd", "0"]
    code, vault, errors = binary("encrypt", *key, "-", data=PW + b"content", COTOOL_KEY_FILE="")
    assert code == 0, errors
    code, out, _ = binary("decrypt", *key, "-", data=PW + vault, COTOOL_KEY_FILE="")
    assert (code, out) == (0, b"content")


def test_a_key_file_before_the_content(binary, ring, place):
    """A key file is one line, and what follows it is content."""
    key = (place / "key").read_bytes()
    code, vault, errors = binary("encrypt", "--key-file", "/dev/stdin", "-", data=key + b"content")
    assert code == 0, errors
    code, out, _ = binary("decrypt", "--key-file", "/dev/stdin", "-", data=key + vault)
    assert (code, out) == (0, b"content")


def test_a_passphrase_before_a_manifest(binary, place):
    """A manifest on standard input follows the passphrase."""
    code, manifest, _ = binary("sign", "-p", "--passphrase-file", "pw", "notes.txt")
    assert code == 0
    given = ["--passphrase-fd", "0", "-"]
    assert binary("verify-signature", *given, data=PW + manifest)[:2] == (0, b"notes.txt: OK\n")


def test_two_secrets_before_the_content(binary, place):
    """The passphrase of a recipient may be the second line."""
    pipes = ["--passphrase-fd", "0", "--recipient-passphrase-file", "/dev/stdin"]
    code, vault, errors = binary("encrypt", "-p", *pipes, "-", data=PW + b"other\ncontent")
    assert code == 0, errors
    for name in ("pw", "pw2"):
        code, out, _ = binary("cat", "-p", "--passphrase-file", name, "-", data=vault)
        assert (code, out) == (0, b"content")


@pytest.mark.parametrize("command", ["encrypt", "decrypt", "verify", "cat"])
def test_a_file_that_would_be_read_twice(binary, place, command):
    """A redirected file cannot be both passphrase and content, except by its descriptor."""
    (place / "both").write_bytes(PW + b"content")
    with (place / "both").open("rb") as stdin:
        code, out, errors = binary(
            command, "-p", "--passphrase-file", "/dev/stdin", "-", stdin=stdin
        )
    assert (code, out) == (2, b"")
    assert "is also the content on standard input" in errors
    with (place / "both").open("rb") as stdin:
        code, vault, _ = binary("encrypt", "-p", "--passphrase-fd", "0", "-", stdin=stdin)
    assert code == 0
    opener = ["-p", "--passphrase-file", "pw", "-"]
    assert binary("cat", *opener, data=vault)[:2] == (0, b"content")


def test_commands_get_no_standard_input(binary, place):
    """A command for the passphrase cannot read the content."""
    (place / "ask").write_text("#!/bin/sh\ncat >&2\necho secret\n")
    (place / "ask").chmod(0o755)
    code, vault, errors = binary(
        "encrypt", "-p", "--passphrase-command", "./ask", "-", data=b"content"
    )
    assert (code, errors) == (0, "")
    code, out, errors = binary("cat", "-p", "--passphrase-command", "./ask", "-", data=vault)
    assert (code, out, errors) == (0, b"content", "")


def test_files_that_are_pipes(binary, place, sealed):
    """A vault file from a pipe keeps its header for the command itself."""
    os.mkfifo(place / "pipe.vault")
    writer = os.fork()
    if not writer:
        (place / "pipe.vault").write_bytes(sealed)
        os._exit(0)
    opener = ["-p", "--passphrase-file", "pw"]
    code, out, errors = binary("decrypt", *opener, "pipe.vault", "-o", "-")
    os.waitpid(writer, 0)
    assert (code, out) == (0, b"buy milk\n"), errors


def test_one_descriptor_for_keyring_and_file(binary, place, sealed):
    """The passphrase of a descriptor is read once and serves for both."""
    with (place / "pw").open("rb") as stdin:
        code, out, errors = binary("cat", "-p", "--passphrase-fd", "0", *[
            "notes.txt.vault", "notes.txt.vault"], stdin=stdin)  # fmt: skip
    assert (code, out) == (0, b"buy milk\n" * 2), errors
