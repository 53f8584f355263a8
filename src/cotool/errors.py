"""The errors that a user can cause, with hints and exit codes. Imports no other part of cotool."""

from __future__ import annotations

from collections.abc import Iterable

# The hint for what a newer version wrote.
UPDATE = "update cotool: pip install --upgrade cotool"


class CotoolError(Exception):
    """Base of all errors of cotool.

    `hint` is one sentence on what to do next; `exit_code` is the exit code of the command.
    """

    exit_code = 2

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class InputError(CotoolError, ValueError):
    """Bad input; the message names the path and the line or row, and what was expected.

    `parameter` is the Python name of the wrong argument of a public function; the text of the error
    begins with it. The command line shows the option, variable or key instead.
    """

    def __init__(
        self, message: str, *, parameter: str | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.parameter = parameter

    def __str__(self) -> str:
        message = super().__str__()
        return message if self.parameter is None else f"{self.parameter}: {message}"


class MissingExtraError(CotoolError, ImportError):
    """An optional dependency is missing; the hint names the pip extra that installs it."""

    exit_code = 5


class EngineError(CotoolError):
    """The cluster cannot be reached, was lost, or its workers cannot do the work."""


class StoreError(CotoolError):
    """The reliability store cannot be opened, read or written."""


class VaultError(CotoolError):
    """Base of errors with a vault file, a keyring, a signature or their keys."""

    exit_code = 4


class WrongKeyError(VaultError):
    """None of the given keys or passphrases opens this file."""

    exit_code = 3


class IntegrityError(VaultError):
    """The file was changed: part of it fails authentication."""


class TruncatedError(IntegrityError):
    """The end of the file is missing or was changed."""

    exit_code = 6


class UnsupportedFormatError(VaultError):
    """Not a vault file, or one from a newer version."""

    exit_code = 7


class MalformedHeaderError(VaultError):
    """A header that no version of cotool writes: damaged or malicious."""

    exit_code = 8


class MissingKeyError(VaultError):
    """The keyring does not have, or may not use, the key version that a file needs."""

    exit_code = 9


class CostRefusedError(VaultError):
    """A file demands more memory or time for Argon2id than is allowed."""

    exit_code = 10


def unknown(
    word: object, known: Iterable[str], parameter: str | None = None, *, message: str | None = None
) -> InputError:
    """Return the error for a word that is none of the known ones, with the nearest of them.

    `message`: what is said instead of a list of the known words, which the hint then gives.
    """
    names = tuple(known)
    listed = ", ".join(names)
    near = nearest(str(word), names)
    hint = f"did you mean {near}?" if near else None
    if message is None:
        message = f"{word!r} is not one of {listed}"
    elif near is None and names:
        hint = f"known are {listed}"
    return InputError(message, parameter=parameter, hint=hint)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that another one was probably meant to be."""
    from difflib import get_close_matches

    by_lower = {name.lower(): name for name in known}
    near = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.7)
    return by_lower[near[0]] if near else None


def unreadable(name: object, error: OSError | ValueError, hint: str | None = None) -> InputError:
    """Return the error for a file or another source that cannot be read."""
    return InputError(f"{name}: {why_unreadable(error)}", hint=hint)


def why_unreadable(error: OSError | ValueError) -> str:
    """Return why a source cannot be read, as the text that follows its name."""
    reason = error.strerror if isinstance(error, OSError) else None
    return f"cannot be read: {reason or error}"


def check_unicode(text: str, parameter: str) -> None:
    """Refuse a text that no log in UTF-8 contains: bytes of an argument in another encoding."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InputError(
            f"cannot read {text!r}: it is not UTF-8", parameter=parameter, hint="write it in UTF-8"
        ) from None


def listed(given: Iterable[str] | str | None, parameter: str) -> list[str]:
    """Return the texts of an argument, which is one text, several or None."""
    texts = [] if given is None else [given] if isinstance(given, str) else given
    if not isinstance(texts, Iterable):
        raise InputError(f"expected texts, got {given!r}", parameter=parameter)
    texts = list(texts)
    for text in texts:
        if not isinstance(text, str):
            raise InputError(f"expected a text, got {text!r}", parameter=parameter)
        check_unicode(text, parameter)
    return texts


def check_whole(number: object, parameter: str, least: int = 0, most: int | None = None) -> None:
    """Refuse what is no whole number of at least `least`, and at most `most`, if that is given."""
    if isinstance(number, bool) or not hasattr(number, "__index__"):
        raise InputError(f"expected a whole number, got {number!r}", parameter=parameter)
    if number < least:  # type: ignore[operator]
        raise InputError(f"{number} is less than {least}", parameter=parameter)
    if most is not None and number > most:  # type: ignore[operator]
        raise InputError(f"{number} is more than {most:,}", parameter=parameter)
