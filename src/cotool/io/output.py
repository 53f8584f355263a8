"""The output of results: standard output, or a file that appears complete or not at all."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from cotool._typing import TextIO
from cotool.errors import InputError
from cotool.io.target import Target

STDOUT = "-"


@contextmanager
def open_output(path: str | None, *, data: bool) -> Iterator[TextIO]:
    """Open standard output (None or "-") or a file for text with Unix line ends.

    A file appears, or replaces an older one, when the block ends without an error. Until then the
    text is in a hidden file in the same folder. Pipes and devices are written directly. `data` is
    UTF-8 everywhere; else standard output keeps its encoding. Raises InputError naming `path`.
    """
    if path is None or path == STDOUT:
        yield _standard_output(data=data)
        return
    try:
        with (
            Target(path, force=True, private=False) as target,
            open(
                target.handle, "w", encoding="utf-8", errors="backslashreplace",
                newline="\n", closefd=False,
            ) as stream,
        ):  # fmt: skip
            yield stream
    except BrokenPipeError:
        raise
    except OSError as error:
        # A failed write names no file; an error that names one has come from elsewhere.
        if error.filename is not None:
            raise
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from error


def _standard_output(*, data: bool) -> TextIO:
    if sys.stdout is None or sys.stdout.closed:
        raise InputError("standard output is closed", hint="give a file with `output`")
    if isinstance(sys.stdout, io.TextIOWrapper):
        if data:
            # A lone surrogate becomes its escape, which JSON reads as what it was.
            sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
        else:
            sys.stdout.reconfigure(errors="replace")
    return sys.stdout
