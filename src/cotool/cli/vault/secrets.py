"""Where passphrases come from: a file, a descriptor, a command, the system's keyring, a terminal.

From a pipe, only the first line is read, so the rest may be content. A command gets no standard
input. Passphrases never come from the command line and never appear in a message or error.
"""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

from cotool._records import dataclass, field
from cotool._typing import Any
from cotool.cli.shared.say import say_warning
from cotool.errors import InputError, MissingExtraError
from cotool.text import visible_name
from cotool.vault.files import read_line
from cotool.vault.passphrases import PASSPHRASE_LIMIT, PassphraseSource, first_line, is_stdin
from cotool.vault.requests import words_of

_TRIES = 3
_SERVICE = "cotool"


@dataclass(frozen=True)
class SecretSource(PassphraseSource):
    """The options for one passphrase; a prompt if there are none.

    generate: make a new one and show it. With `system`, the system's keyring keeps it.
    """

    fd: int | None = field(default=None, kw_only=True)
    command: str | None = field(default=None, kw_only=True)
    system: bool = field(default=False, kw_only=True)
    generate: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        given = [each is not None for each in (self.file, self.fd, self.command)]
        if sum([*given, self.system or self.generate]) > 1:
            raise InputError("several sources for one passphrase", hint="use only one of them")

    @property
    def is_given(self) -> bool:
        """Whether the passphrase comes from elsewhere than a terminal."""
        return self != SecretSource()

    @property
    def is_from_stdin(self) -> bool:
        """Whether the passphrase is on standard input."""
        return super().is_from_stdin or (self.fd is not None and is_stdin(self.fd))

    def read(self, what: str, *, confirm: bool = False) -> str | bytes:
        """Return the passphrase for `what`. Raises InputError, which never contains it."""
        if self.system and not self.generate:
            return _from_system(what)
        if not self.is_given:
            return _from_terminal(what, confirm=confirm)
        return super().read(what)

    def _read(self, what: str) -> str | bytes:
        if self.generate:
            return _generated()
        if self.fd is not None:
            return _from_descriptor(self.fd)
        if self.command is not None:
            return _from_command(self.command)
        found = super()._read(what)
        warn_if_others_read(str(self.file))
        return found


def store_in_system(what: str, secret: str) -> None:
    """Keep a passphrase in the system's keyring. Raises MissingExtraError, InputError."""
    _by_system("set_password", what, secret)


def _generated() -> str:
    """Return a new passphrase after printing it once, on standard error.

    It is shown before anything is written, so that no crash leaves a file that nobody can open.
    """
    from cotool.vault import generate_passphrase

    secret = generate_passphrase()
    print(
        f"passphrase: {secret}\nkeep it: it is not shown again; "
        "it opens only files that are written after this without an error",
        file=sys.stderr,
    )
    return secret


def warn_if_others_read(path: str) -> None:
    """Warn on standard error if other users can read a file with a secret."""
    mode = Path(path).stat().st_mode
    if stat.S_ISREG(mode) and mode & 0o077:
        say_warning(f"{visible_name(path)}: other users can read it; run chmod 600")


def _from_descriptor(number: int) -> str | bytes:
    try:
        line = read_line(number, PASSPHRASE_LIMIT)
    except OSError as error:
        raise InputError(f"{number}: {error.strerror}", parameter="passphrase_fd") from None
    return first_line(line, f"descriptor {number}")


def _from_command(command: str) -> str | bytes:
    import subprocess

    words = words_of(command, "passphrase_command")
    try:
        done = subprocess.run(  # noqa: S603 - the user's
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError(str(reason), parameter="passphrase_command") from None
    if done.returncode:
        raise InputError(f"--passphrase-command ended with code {done.returncode}")
    return first_line(done.stdout, "the output of --passphrase-command")


def _from_system(what: str) -> str:
    secret = _by_system("get_password", what)
    if not secret:
        raise InputError(
            f"the system's keyring has no passphrase for {what}",
            hint=f"keyring set {_SERVICE} '{what}' stores it",
        )
    return str(secret)


def _by_system(action: str, *arguments: str) -> Any:
    try:
        return getattr(system_keyring(), action)(_SERVICE, *arguments)
    except MissingExtraError:
        raise
    except Exception as error:  # noqa: BLE001 - backends raise what they like
        raise InputError(f"the system's keyring refused: {type(error).__name__}") from None


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
            hint="give it with an option such as --passphrase-file; --help lists them",
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
