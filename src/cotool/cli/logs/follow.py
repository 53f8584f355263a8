"""`analyze-logs --follow`: redraw the summary as logs grow, through rotation."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from cotool._records import replace
from cotool._typing import TYPE_CHECKING, BinaryIO, TextIO
from cotool.cli.logs.watch import stopped_by_interrupt
from cotool.cli.logs.writers import uses_stdout, write_summary
from cotool.errors import InputError
from cotool.logs.api import analyze_sources, analyze_twice
from cotool.logs.scan.scan import Watch
from cotool.logs.scan.sources import LogSource
from cotool.logs.scan.state import State
from cotool.logs.summary import LogSummary

if TYPE_CHECKING:
    from cotool.cli.logs.request import LogRequest
    from cotool.cli.logs.templates import TemplatePlan
    from cotool.logs.templates.template_set import TemplateSet

_PAUSE = 0.5  # seconds between two checks of the files
_CLEAR = "\x1b[H\x1b[2J"


def follow(request: LogRequest, state: State | None, plan: TemplatePlan) -> LogSummary:
    """Read the files and what is appended until Ctrl-C; return the total.

    Raises BrokenPipeError if standard output is used and nobody reads it any more.
    """
    if "-" in request.paths:
        raise InputError(
            "--follow needs files, not standard input", hint="a pipe is always read to its end"
        )
    shown = uses_stdout(request)
    if shown and sys.stdout.closed:
        raise InputError(
            "standard output is closed", hint="write the summary to a file with --output"
        )
    for path in map(Path, request.paths):
        with contextlib.suppress(OSError):  # a pattern, or a URL
            if path.exists() and not (path.is_file() or path.is_dir()):
                raise InputError(
                    f"{path}: is a pipe or device, which --follow cannot read",
                    hint="without --follow, it is read to its end",
                )
    state = state or State()
    total = LogSummary()
    live = sys.stdout.isatty() and request.output is None
    with _records(request) as sink:
        watch = _FollowWatch(sink)
        with stopped_by_interrupt(watch):
            while not watch.stopped:
                if shown and _is_unread(sys.stdout):
                    raise BrokenPipeError
                found = _tick(request, watch, state, partial(_learned, total, plan))
                if found is not None:
                    total = _joined(total, found, request.options.show)
                if live and (found is not None or not total.files):
                    _draw(request, plan.compared(total))
                with contextlib.suppress(KeyboardInterrupt):
                    watch.waiting = True
                    time.sleep(_PAUSE)
                watch.waiting = False
    if live:
        sys.stdout.write(_CLEAR)
    return replace(total, interrupted=True)


def _is_unread(stream: TextIO) -> bool:
    """Return whether a stream is a pipe, a socket or a terminal whose other end is closed."""
    with contextlib.suppress(ImportError, AttributeError, OSError):
        from select import POLLERR, POLLHUP, poll

        ends = poll()
        ends.register(stream.fileno(), 0)
        return any(events & (POLLERR | POLLHUP) for _, events in ends.poll(0))
    return False


class _FollowWatch(Watch):
    """Writes records as they arrive."""

    def __init__(self, sink: BinaryIO | None) -> None:
        self._sink = sink

    def records(self, data: bytes) -> None:
        """Write JSON lines of records."""
        if self._sink is not None:
            self._sink.write(data)
            self._sink.flush()


@contextlib.contextmanager
def _records(request: LogRequest) -> Iterator[BinaryIO | None]:
    """Open the file for records, which grows with the logs; None if there is none."""
    if request.flags.records is None:
        yield None
    elif request.flags.records == "-":
        yield sys.stdout.buffer
    else:
        try:
            sink = Path(request.flags.records).open("wb")  # noqa: SIM115 - closed below
        except OSError as error:
            raise InputError(
                f"{request.flags.records}: cannot be written: {error.strerror}"
            ) from None
        with sink:
            yield sink


def _tick(
    request: LogRequest, watch: Watch, state: State, name: Callable[[TemplateSet], TemplateSet]
) -> LogSummary | None:
    """Read what is new; return None if nothing is."""
    options = request.options
    try:
        sources = request.find_sources()
    except InputError:
        if not state.entries:
            raise
        return None  # missing only between the two steps of a rotation
    sources = [*_moved(state, sources), *sources]
    new = [source for source in sources if _has_grown(source, state)]
    if not new:
        return None
    if options.templates and options.records:
        return analyze_twice(new, options, watch, state, name=name)
    found = analyze_sources(new, options, watch, state)
    return found if found.templates is None else replace(found, templates=name(found.templates))


def _has_grown(source: LogSource, state: State) -> bool:
    with contextlib.suppress(OSError):
        status = Path(source.path).stat()
        if not stat.S_ISREG(status.st_mode):  # it took the place of a log; opening it may block
            return False
        return not any(
            (entry.device, entry.inode, entry.offset)
            == (status.st_dev, status.st_ino, status.st_size)
            for entry in state.entries
        )
    return False


def _moved(state: State, sources: list[LogSource]) -> list[LogSource]:
    """Return followed files that now have another name in their folder."""
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
                LogSource(name.path, name.stat().st_size)
                for name in names
                if name.inode() == entry.inode and name.is_file()
            ]
    return moved


def _joined(total: LogSummary, found: LogSummary, show: int) -> LogSummary:
    """Return the sum of both, with one entry per file; the templates already cover both."""
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
    measures = total.measures or found.measures
    if total.measures is not None and found.measures is not None:
        total.measures.add(found.measures)  # in place, as the table grows with the log
    return LogSummary(
        total.counts.merge(found.counts),
        tuple(files.values()),
        (*total.samples, *found.samples)[-show:] if show else (),
        templates=found.templates or total.templates,
        measures=measures,
    )


def _learned(total: LogSummary, plan: TemplatePlan, found: TemplateSet) -> TemplateSet:
    """Return the templates of all records so far, with their earlier ids."""
    if total.templates is None:
        return plan.name(found)
    known = {t.id: t.to_known() for t in total.templates}
    known |= {item.id: item for item in plan.baseline.known} if plan.baseline else {}
    merged = total.templates.merge(found)
    return merged.with_known(tuple(known.values()), total.templates.heads)


def _draw(request: LogRequest, total: LogSummary) -> None:
    sys.stdout.write(_CLEAR)
    write_summary(sys.stdout, request, total)
    sys.stdout.flush()
