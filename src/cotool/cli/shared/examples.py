"""The examples that ship with cotool, which `--demo` runs on."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import cotool
from cotool.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence


def demo_paths(name: str, given: Sequence[str] | None, call: str) -> list[str]:
    """Return the path of an example in place of files, and say on standard error what is run.

    `call` is the command without its files. Raises InputError where files are `given`, too, and
    where the installation has lost its examples.
    """
    if given:
        raise InputError(
            "--demo runs on an example of its own",
            hint=f"leave the files out, or leave --demo out: {call} {given[0]}",
        )
    path = Path(cotool.__file__).parent / "examples" / name
    if not path.is_file():
        raise InputError(f"{path}: the example is not installed", hint="install cotool again")
    print(f"cotool: this is {call} {path}", file=sys.stderr)
    return [str(path)]
