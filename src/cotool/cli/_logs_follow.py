"""`analyze-logs --follow`: the summary redrawn as logs grow, through their rotation."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cotool.cli._logs_run import stopped_by_interrupt, write_summary
from cotool.errors import InputError
from cotool.logs.analyze import analyze_sources
from cotool.logs.model import LogSummary
from cotool.logs.scan import Watch
from cotool.logs.sources import Source, find_sources
from cotool.logs.state import State

if TYPE_CHECKING:
    from cotool.cli._logs_run import LogRequest
    from cotool.logs.scan import ScanOptions

_PAUSE = 0.5  # seconds between two looks at the files
_CLEAR = "\x1b[H\x1b[2J"


def follow(
    request: LogRequest, options: ScanOptions, bucket: int | None, state: State | None
) -> LogSummary:
    """Read what is there and then what is added until Ctrl-C; return the whole."""
    if "-" in request.paths:
        raise InputError(
            "--follow needs files, not standard input", hint="a pipe is read to its end as it is"
        )
    state = state or State()
    watch = Watch()
    total = LogSummary()
    live = sys.stdout is not None and sys.stdout.isatty() and request.output is None
    with stopped_by_interrupt(watch):
        while not watch.stopped:
            found = _tick(request, options, watch, state)
            if found is not None:
                total = _joined(total, found, options.show)
            if live and (found is not None or not total.files):
                _draw(request, total, options, bucket)
            with contextlib.suppress(KeyboardInterrupt):
                watch.waiting = True
                time.sleep(_PAUSE)
            watch.waiting = False
    if live:
        sys.stdout.write(_CLEAR)
    return replace(total, interrupted=True)


def _tick(
    request: LogRequest, options: ScanOptions, watch: Watch, state: State
) -> LogSummary | None:
    """Read what is new; None where nothing is."""
    try:
        sources = find_sources(request.paths, recursive=request.recursive)
    except InputError:
        if not state.entries:
            raise
        return None  # between the two steps of a rotation
    sources = [*_moved(state, sources), *sources]
    new = [source for source in sources if _has_grown(source, state)]
    return analyze_sources(new, options, watch, state) if new else None


def _has_grown(source: Source, state: State) -> bool:
    with contextlib.suppress(OSError):
        status = Path(source.path).stat()
        return not any(
            (entry.device, entry.inode, entry.offset)
            == (status.st_dev, status.st_ino, status.st_size)
            for entry in state.entries
        )
    return False


def _moved(state: State, sources: list[Source]) -> list[Source]:
    """Return files that were followed and are found under another name in their folder."""
    present = set()
    for source in sources:
        with contextlib.suppress(OSError):
            present.add(Path(source.path).stat().st_ino)
    moved = []
    for entry in state.entries:
        if entry.inode in present:
            continue
        with contextlib.suppress(OSError), os.scandir(Path(entry.path).parent) as names:
            moved += [
                Source(name.path, name.stat().st_size)
                for name in names
                if name.inode() == entry.inode and name.is_file()
            ]
    return moved


def _joined(total: LogSummary, found: LogSummary, show: int) -> LogSummary:
    """Return both together, with one line for each file."""
    files = {file.path: file for file in total.files}
    for file in found.files:
        before = files.get(file.path)
        files[file.path] = (
            file
            if before is None
            else replace(
                file,
                counts=before.counts.merge(file.counts),
                formats=tuple(dict.fromkeys((*before.formats, *file.formats))),
            )
        )
    return LogSummary(
        total.counts.merge(found.counts),
        tuple(files.values()),
        (*total.samples, *found.samples)[-show:] if show else (),
    )


def _draw(request: LogRequest, total: LogSummary, options: ScanOptions, bucket: int | None) -> None:
    sys.stdout.write(_CLEAR)
    write_summary(sys.stdout, request.format, total, options, bucket)
    sys.stdout.flush()
