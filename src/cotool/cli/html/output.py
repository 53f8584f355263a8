"""HTML reports of commands: where they are written, and the browser that shows them."""

from __future__ import annotations

import sys
from pathlib import Path

from cotool.errors import InputError
from cotool.text import visible


def report_format(chosen: str | None, *, shows: bool) -> str | None:
    """Return the format, which --open makes HTML. Raises InputError if it contradicts that."""
    if shows and chosen not in {None, "html"}:
        raise InputError(
            f"--open shows HTML, and the format is {chosen}", hint="use only one of them"
        )
    return "html" if shows else chosen


def report_target(output: str | None, *, shows: bool) -> str | None:
    """Return where a report is written: `output`, or a file of its own where it is only shown.

    Raises InputError if it would go to a terminal, or cannot be shown from where it goes.
    """
    if shows and output == "-":
        raise InputError("--open cannot show standard output", hint="omit -o, or give a file")
    if output is None and shows:
        import tempfile

        return str(Path(tempfile.mkdtemp(prefix="cotool-"), "report.html"))
    if output in {None, "-"} and sys.stdout.isatty():
        raise InputError(
            "HTML is not for terminals", hint="write it with -o report.html, or show it with --open"
        )
    return output


def show_report(path: str) -> None:
    """Open a report in the browser; a warning names the file where there is none."""
    import webbrowser

    try:
        opened = webbrowser.open(Path(path).resolve().as_uri())
    except webbrowser.Error:
        opened = False
    word = "report" if opened else "warning: no browser could be opened; the report"
    print(f"cotool: {word}: {visible(path)}", file=sys.stderr)
