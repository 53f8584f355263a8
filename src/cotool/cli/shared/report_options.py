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


# The formats that the names of files show, also some that no command writes.
_EXTENSIONS = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".html": "html",
    ".htm": "html",
    **{f".{name}": name for name in ("md", "parquet", "pdf", "tsv", "xlsx", "xml", "yaml")},
}


def format_of(
    named: str | None, formats: Sequence[str], *, json: bool, output: str | None
) -> str | None:
    """Return the format that was named, or that the output's name shows. Raises InputError."""
    if json and named not in {None, "json"}:
        raise InputError(f"--json contradicts --format {named}", hint="use only one of them")
    if named is not None and named not in formats:
        raise unknown(named, formats, "format")
    if json or named is not None:
        return named or "json"
    return shown_format(output, formats)


def shown_format(output: str | None, formats: Sequence[str]) -> str | None:
    """Return the format that a file's name shows. Raises InputError if it is not one of these."""
    shown = _EXTENSIONS.get(Path(output or "").suffix.lower())
    if shown is not None and shown not in formats:
        known = " or ".join(f".{name}" for name in formats if name != "table")
        raise InputError(
            f"this command does not write {shown.upper()}, which the name {output} shows",
            hint=f"give a name that ends in {known}",
        )
    return shown


def spare_inputs(inputs: Sequence[str | None], outputs: Mapping[str, str | None]) -> None:
    """Raise InputError if an output, by the name of its option, would replace one of the inputs."""
    for option_name, output in outputs.items():
        if output is None or output == "-":
            continue
        for path in inputs:
            with contextlib.suppress(OSError):
                if path not in {None, "-"} and os.path.samefile(str(path), output):  # noqa: PTH121 - as it is
                    raise InputError(
                        f"{output}: is also an input", hint=f"`{option_name}` takes another file"
                    )


def standard_input(example: str) -> tuple[str]:
    """Return standard input as the only source, unless it is a terminal. Raises InputError."""
    if sys.stdin is None or sys.stdin.isatty():
        raise InputError("no file is given, and standard input is a terminal", hint=example)
    return ("-",)
