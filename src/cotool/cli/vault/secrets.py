"""Where passphrases come from: a file, a descriptor, a command, the system's keyring, a terminal.

From a pipe, only the first line is read, so the rest may be content. A command gets no standard
input. Passphrases never come from the command line and never appear in a message or error.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cotool.errors import InputError, MissingExtraError
from cotool.text import visible
from cotool.vault.files import read_line

_LIMIT = 64 << 10  # maximum bytes of a passphrase
_TRIES = 3
_SERVICE = "cotool"


@dataclass(frozen=True, slots=True)
class SecretSource:
    """The options for one passphrase; a prompt if there are none.

    A file, descriptor or command is read once.
    """

    file: str | None = None
    fd: int | None = None
    command: str | None = None
    system: bool = False
    _found: list[str | bytes] = field(default_factory=list, repr=False, compare=False)

    def __post_init__(self) -> None:
        given = [self.file is not None, self.fd is not None, self.command is not None, self.system]
        if sum(given) > 1:
            raise InputError("several sources for one passphrase", hint="use only one of them")

    @property
    def is_given(self) -> bool:
        """Return whether the passphrase comes from elsewhere than a terminal."""
        return self != SecretSource()

    def read(self, what: str, *, confirm: bool = False) -> str | bytes:
        """Return the passphrase for `what`. Raises InputError, which never contains it."""
        if self.system:
            return _from_system(what)
        if not self.is_given:
            return _from_terminal(what, confirm=confirm)
        if not self._found:
            self._found.append(self._read())
        return self._found[0]

    def _read(self) -> str | bytes:
        if self.file is not None:
            return _from_file(self.file)
        if self.fd is not None:
            return _from_descriptor(self.fd)
        return _from_command(str(self.command))

    def read_before_content(self) -> None:
        """Read a passphrase that is on standard input, whose rest is the content.

        Raises InputError if the passphrase would be read again as content.
        """
        if self.fd is not None and is_stdin(self.fd):
            self.read("the content")
        elif self.file is not None:
            spare_stdin_file(self.file)
            if is_stdin(self.file):
                self.read("the content")


def spare_stdin_file(path: str) -> None:
    """Raise InputError if a file with a secret is also the content on standard input."""
    if is_stdin(path) and stat.S_ISREG(os.fstat(0).st_mode):
        raise InputError(
            f"{path}: is also the content on standard input",
            hint="give the secret in another file, or with --passphrase-fd",
        )


def is_stdin(place: int | str) -> bool:
    """Return whether a descriptor or path is standard input."""
    try:
        return os.path.samestat(os.stat(place), os.fstat(0))  # noqa: PTH116 - or a descriptor
    except OSError:
        return False


def environment_source() -> SecretSource:
    """Return the source given by COTOOL_PASSPHRASE_FILE."""
    return SecretSource(file=os.environ.get("COTOOL_PASSPHRASE_FILE") or None)


def store_in_system(what: str, secret: str) -> None:
    """Keep a passphrase in the system's keyring. Raises MissingExtraError, InputError."""
    keyring = system_keyring()
    try:
        keyring.set_password(_SERVICE, what, secret)
    except Exception as error:  # noqa: BLE001 - backends raise what they like
        raise InputError(f"the system's keyring refused: {type(error).__name__}") from None


def show_passphrase(secret: str) -> None:
    """Print a generated passphrase once, on the terminal or standard error."""
    print(f"passphrase: {secret}\nkeep it: nothing else opens the content", file=sys.stderr)


def _from_file(path: str) -> str | bytes:
    with Path(path).open("rb", buffering=0) as file:
        mode = os.fstat(file.fileno()).st_mode
        line = read_line(file.fileno(), _LIMIT)
    if stat.S_ISREG(mode) and mode & 0o077:
        print(
            f"cotool: warning: {visible(path)}: other users can read it; run chmod 600",
            file=sys.stderr,
        )
    return _first_line(line, path)


def _from_descriptor(number: int) -> str | bytes:
    try:
        line = read_line(number, _LIMIT)
    except OSError as error:
        raise InputError(f"--passphrase-fd {number}: {error.strerror}") from None
    return _first_line(line, f"descriptor {number}")


def _from_command(command: str) -> str | bytes:
    import shlex
    import subprocess

    try:
        words = shlex.split(command)
        done = subprocess.run(  # noqa: S603 - the user's
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False
        )
    except (OSError, ValueError, IndexError) as error:
        reason = error.strerror if isinstance(error, OSError) else "cannot be split into words"
        raise InputError(f"--passphrase-command: {reason}") from None
    if done.returncode:
        raise InputError(f"--passphrase-command ended with code {done.returncode}")
    return _first_line(done.stdout, "the output of --passphrase-command")


def _first_line(data: bytes, where: str) -> str | bytes:
    """Return the first line without its end; text is normalised later, other bytes are kept."""
    if len(data) > _LIMIT:
        raise InputError(f"{where}: a passphrase has at most {_LIMIT >> 10} KiB")
    line = data.split(b"\n", 1)[0].removesuffix(b"\r")
    if not line:
        raise InputError(f"{where}: the first line is empty, so there is no passphrase")
    with contextlib.suppress(UnicodeDecodeError):
        return line.decode()
    return line


def _from_system(what: str) -> str:
    keyring = system_keyring()
    try:
        secret = keyring.get_password(_SERVICE, what)
    except Exception as error:  # noqa: BLE001 - backends raise what they like
        raise InputError(f"the system's keyring refused: {type(error).__name__}") from None
    if not secret:
        raise InputError(
            f"the system's keyring has no passphrase for {what}",
            hint=f"keyring set {_SERVICE} '{what}' stores it",
        )
    return str(secret)


def system_keyring() -> Any:
    """Return the package that accesses the system's keyring. Raises MissingExtraError."""
    try:
        import keyring
    except ImportError:
        raise MissingExtraError(
            "--system-keyring needs the keyring package", hint="pip install 'cotool[keyring]'"
        ) from None
    return keyring


def _from_terminal(what: str, *, confirm: bool) -> str:
    import getpass

    try:
        # Without a terminal, getpass would read a pipe and warn.
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        raise InputError(
            f"there is no terminal to ask for the passphrase of {what}",
            hint="--passphrase-file, --passphrase-fd, --passphrase-command,"
            " or COTOOL_PASSPHRASE_FILE give one",
        ) from None
    for _ in range(_TRIES):
        try:
            secret = getpass.getpass(f"Passphrase of {what}: ")
            again = getpass.getpass("Once more: ") if confirm and secret else secret
        except EOFError:
            break
        if not secret:
            print("It must not be empty.", file=sys.stderr)
        elif secret != again:
            print("They differ.", file=sys.stderr)
        else:
            return secret
    raise InputError("no passphrase was given")
