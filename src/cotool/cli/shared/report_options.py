"""What commands that write reports share: options, checks, the format."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from cotool.cli.shared.options import flag, option
from cotool.errors import InputError, unknown

AS_JSON = flag("Output", "The same as --format json.", "--json")
REPORT_FILE = option(
    "Output",
    "Write to a file, which is never left incomplete. Its extension selects the format.",
    "--output -o FILE",
)
OPEN_REPORT = flag("Output", "Show an HTML report in the browser.", "--open")


# The formats that the names of files show.
_EXTENSIONS = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".html": "html",
    ".htm": "html",
}


def format_of(
    named: str | None, formats: Sequence[str], *, json: bool, output: str | None
) -> str | None:
    """Return the format that was named, or that the output's name shows. Raises InputError."""
    if json and named not in {None, "json"}:
        raise InputError(f"--json contradicts --format {named}", hint="use only one of them")
    if named is not None and named not in formats:
        raise unknown(named, formats, "format")
    shown = _EXTENSIONS.get(Path(output or "").suffix.lower())
    return "json" if json else named or (shown if shown in formats else None)


def spare_inputs(inputs: Sequence[str], outputs: Mapping[str, str | None]) -> None:
    """Raise InputError if an output, by the name of its option, would replace one of the inputs."""
    for option_name, output in outputs.items():
        if output is None or output == "-":
            continue
        for path in inputs:
            with contextlib.suppress(OSError):
                if path != "-" and os.path.samefile(path, output):  # noqa: PTH121 - as it is
                    raise InputError(
                        f"{output}: is also an input", hint=f"`{option_name}` takes another file"
                    )


def standard_input(example: str) -> tuple[str]:
    """Return standard input as the only source, unless it is a terminal. Raises InputError."""
    if sys.stdin is None or sys.stdin.isatty():
        raise InputError("no file is given, and standard input is a terminal", hint=example)
    return ("-",)
