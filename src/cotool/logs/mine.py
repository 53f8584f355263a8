"""mine_templates(): lines or files in, TemplateSet out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import chain

from cotool._records import replace
from cotool._typing import TYPE_CHECKING
from cotool.errors import InputError
from cotool.logs.api import analyze_sources
from cotool.logs.options import LogOptions
from cotool.logs.scan.scan import Watch, scan_opened
from cotool.logs.scan.sources import LogStream, find_sources
from cotool.logs.templates.figures import bytes_of
from cotool.logs.templates.template_set import TemplateSet

if TYPE_CHECKING:
    from os import PathLike

_BLOCK = 1 << 20


def mine_templates(
    source: str | PathLike[str] | Iterable[str | bytes | PathLike[str]],
    *,
    recursive: bool = False,
    max_decompressed: int | None = None,
    num_threads: int | None = None,
) -> TemplateSet:
    """Find the templates of log lines, with their parameters and figures.

    source: a path (file, glob, folder with `recursive`), an iterable of os.PathLike, or an iterable
    of lines as str or bytes. A single str is a path; a str in an iterable is a line. In a file,
    lines that continue a record, such as a stack trace, belong to it; each given line is a record.

    `max_decompressed` is that of analyze_logs().

    Raises InputError if a file cannot be read.
    """
    options = LogOptions(templates=True, num_threads=num_threads, max_decompressed=max_decompressed)
    if isinstance(source, (str, os.PathLike)):
        return _of_paths([source], options, recursive=recursive)
    items = iter(source)
    first = next(items, None)
    if isinstance(first, os.PathLike):
        return _of_paths([first, *items], options, recursive=recursive)  # type: ignore[list-item]
    if first is None:
        return TemplateSet()
    stream = LogStream(_blocks(chain([first], items)))  # type: ignore[arg-type]
    found = scan_opened("lines", stream, replace(options, each_line=True), Watch())
    return TemplateSet(found.forms)


def _of_paths(
    paths: list[str | PathLike[str]], options: LogOptions, *, recursive: bool
) -> TemplateSet:
    sources = find_sources(paths, recursive=recursive, max_decompressed=options.max_decompressed)
    found = analyze_sources(sources, options)
    error = next((file.error for file in found.files if file.error), None)
    if error is not None:
        raise InputError(error)
    return TemplateSet() if found.templates is None else found.templates


def _blocks(lines: Iterable[str | bytes]) -> Iterator[bytes]:
    """Yield lines in blocks; a line end within a line becomes a blank."""
    block: list[bytes] = []
    size = 0
    for line in lines:
        data = bytes_of(line)
        data = data.rstrip(b"\r\n").replace(b"\n", b" ")
        block.append(data)
        size += len(data) + 1
        if size >= _BLOCK:
            yield b"\n".join(block) + b"\n"
            block, size = [], 0
    if block:
        yield b"\n".join(block) + b"\n"
