"""Pipes, devices and links at names that nobody gave, and file names that look like options."""

from __future__ import annotations

import os
import stat

import pytest

from cotool.errors import InputError
from cotool.vault import Keyring, encrypt


@pytest.fixture
def sealed(vault, ring, place):
    """Seal notes.txt and remove it."""
    assert vault("encrypt", "notes.txt").code == 0
    (place / "notes.txt").unlink()
    return place / "notes.txt.vault"


def plant_pipe(path):
    """Make a named pipe."""
    os.mkfifo(path)


def plant_link_to_pipe(path):
    """Make a link to a named pipe elsewhere."""
    os.mkfifo(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def plant_link_to_device(path):
    """Make a link to a device."""
    path.symlink_to("/dev/null")


@pytest.mark.parametrize("force", [[], ["--force"]])
@pytest.mark.parametrize("plant", [plant_pipe, plant_link_to_pipe, plant_link_to_device])
def test_planted_targets(binary, sealed, place, plant, force):
    """Nothing is written to a pipe or device at a name that was derived, nor waited for."""
    plain, result = place / "notes.txt", place / "out"
    result.mkdir()
    plant(plain)
    plant(result / "notes.txt")
    before = plain.lstat().st_mode
    for options in ([], ["-o", "out"], ["-o", "out/"]):
        code, out, errors = binary("decrypt", "notes.txt.vault", *options, *force)
        assert (code, out) == (2, b"")
        assert "device or pipe" in errors
    assert plain.lstat().st_mode == before
    plain.unlink()
    plain.write_text("buy wine\n")
    sealed.unlink()
    plant_link_to_device(sealed)
    code, _, errors = binary("encrypt", "notes.txt", *force)
    assert (code, "device or pipe" in errors) == (2, True)


def test_a_device_or_pipe_that_is_named(binary, sealed, place):
    """With -o, both are written to."""
    os.mkfifo(place / "pipe")
    reader = os.open(place / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    assert binary("decrypt", "notes.txt.vault", "-o", "pipe")[0] == 0
    assert os.read(reader, 100) == b"buy milk\n"
    os.close(reader)
    assert binary("decrypt", "notes.txt.vault", "-o", "/dev/stdout")[:2] == (0, b"buy milk\n")
    assert binary("decrypt", "notes.txt.vault", "-o", "/dev/null")[0] == 0
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)  # noqa: PTH116
    code, _, errors = binary("decrypt", "notes.txt.vault", "-o", "/dev/full")
    assert (code, "No space left" in errors) == (2, True)


def test_the_library_takes_no_device_by_its_path(place):
    """In the library, a device is given as a stream."""
    ring = Keyring.generate()
    with pytest.raises(InputError, match="device or pipe"):
        encrypt("notes.txt", "/dev/null", keys=[ring])
    with open("/dev/null", "wb") as sink:  # noqa: PTH123
        encrypt("notes.txt", sink, keys=[ring])


def test_signatures_of_what_never_ends(binary, vault, ring, place):
    """A pipe or /dev/zero in a manifest fails; so does a manifest that is one."""
    (place / "a").write_text("x")
    (place / "b").write_text("x")
    assert vault("sign", "a", "b", "-o", "manifest").code == 0
    (place / "a").unlink()
    (place / "b").unlink()
    os.mkfifo(place / "a")
    (place / "b").symlink_to("/dev/zero")
    code, out, _ = binary("verify-signature", "manifest")
    assert code == 4
    assert out.decode().splitlines() == [
        "a: FAILED open or read (is not a regular file)",
        "b: FAILED open or read (is not a regular file)",
    ]
    for name in ("a", "b"):
        code, _, errors = binary("sign", name)
        assert (code, "is not a regular file" in errors) == (2, True)
        code, _, errors = binary("verify-signature", name)
        assert (code, "is not a regular file" in errors) == (2, True)


@pytest.mark.parametrize(
    "name",
    ["--passphrase-command=touch ran", "--keyring=other", "-f", "-rf", "--force", "-q", "--debug"],
)
def test_file_names_that_are_options(binary, sealed, place, name):
    """What a glob expands to is never an option by accident; ./ and -- say that it is a file."""
    (place / name).write_bytes(sealed.read_bytes())
    for names in ([name, "notes.txt.vault"], ["notes.txt.vault", name]):
        code, out, errors = binary("verify", *names)
        assert (code, out) == (2, b"")
        assert f"{name}: there is a file of this name" in errors
        assert f"./{name}" in errors
        assert "--" in errors
    assert binary("verify", f"./{name}", "notes.txt.vault")[0] == 0
    assert binary("verify", "--", name, "notes.txt.vault")[0] == 0
    assert not (place / "ran").exists()


def test_a_path_that_is_an_option(binary, sealed, place):
    """A folder may have such a name, too: `*/*` gives `--keyring=x/file`."""
    folder = place / "--passphrase-command=touch ran; echo "
    folder.mkdir()
    (folder / "x.vault").write_bytes(sealed.read_bytes())
    code, _, errors = binary("verify", f"{folder.name}/x.vault", "notes.txt.vault")
    assert (code, "there is a file of this name" in errors) == (2, True)


def test_every_command_refuses_such_names(command, place):
    """It is one rule for all commands."""
    (place / "--json").write_text("")
    (place / "app.log").write_text("2026-01-01 00:00:00 INFO x\n")
    for words in (["analyze-logs", "app.log"], ["vault", "inspect", "notes.txt"]):
        assert command(*words, "--json").code == 2
