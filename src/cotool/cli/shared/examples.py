"""The examples that are installed with cotool, which `--demo` uses."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import cotool
from cotool.errors import InputError


def demo_paths(name: str, given: Sequence[str] | None, call: str) -> list[str]:
    """Return the path of an example, and print the call on standard error.

    `call` is the command without its files. Raises InputError if files are `given`, too, or if the
    examples are not installed.
    """
    if given:
        raise InputError(
            "--demo uses its own example", hint=f"omit the files, or omit --demo: {call} {given[0]}"
        )
    path = Path(cotool.__file__).parent / "examples" / name
    if not path.is_file():
        raise InputError(f"{path}: the example is not installed", hint="install cotool again")
    print(f"cotool: this is {call} {path}", file=sys.stderr)
    return [str(path)]
