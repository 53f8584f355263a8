"""The output of results: standard output, or a file that appears complete or not at all."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cotool.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

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
    target = Path(path)
    try:
        whole = target.is_file() or not target.exists()
        with _replacing(target) if whole else _opened(target, path, "w") as stream:
            yield stream
    except BrokenPipeError:
        raise
    except OSError as error:
        # A failed write names no file; an error that names one has come from elsewhere.
        if error.filename is not None:
            raise
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from error


def _standard_output(*, data: bool) -> TextIO:
    if sys.stdout is None:
        raise InputError("standard output is closed", hint="give a file with --output")
    if isinstance(sys.stdout, io.TextIOWrapper):
        if data:
            # A lone surrogate becomes its escape, which JSON reads as what it was.
            sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
        else:
            sys.stdout.reconfigure(errors="replace")
    return sys.stdout


def _opened(target: Path, name: str, mode: Literal["w", "x"]) -> TextIO:
    try:
        return target.open(mode, encoding="utf-8", errors="backslashreplace", newline="\n")
    except OSError as error:
        hint = "give a file in an existing folder that you can write to"
        raise InputError(f"{name}: cannot be written: {error.strerror}", hint=hint) from error


@contextmanager
def _replacing(target: Path) -> Iterator[TextIO]:
    real = target.resolve()  # a link stays a link to the new content
    import secrets
    import shutil

    part = real.with_name(f".cotool.{secrets.token_hex(4)}.part")
    try:
        with _opened(part, str(target), "x") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        if real.exists():
            shutil.copymode(real, part)
        part.replace(real)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
    _sync_folder(real.parent)


def _sync_folder(folder: Path) -> None:
    """Make the rename durable, on systems where a folder can be synced."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
