"""Errors and warnings on standard error: printed in one way, with control characters escaped."""

from __future__ import annotations

import sys

from cotool.text import visible


def say_error(message: str, hint: str | None = None) -> None:
    """Print an error, and what to do next."""
    print(f"cotool: error: {_indented(message)}", file=sys.stderr)
    if hint:
        print(f"hint: {_indented(hint)}", file=sys.stderr)


def say_warning(message: str) -> None:
    """Print a warning."""
    print(f"cotool: warning: {_indented(message)}", file=sys.stderr)


def _indented(message: str) -> str:
    """Return a message whose further lines, as in a file's name, do not look like messages."""
    return visible(message).replace("\n", "\n    ")
