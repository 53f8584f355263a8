"""Every error that a user can cause, with its hint and exit code. Imports nothing of cotool."""

from __future__ import annotations


class CotoolError(Exception):
    """Base of all errors of cotool.

    `hint` is one sentence on what to do next; `exit_code` is what the command ends with.
    """

    exit_code = 2

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class InputError(CotoolError, ValueError):
    """Bad input: names the path, line or record, and what was expected."""


class MissingExtraError(CotoolError, ImportError):
    """An optional dependency is absent: names the pip extra that brings it."""

    exit_code = 5
