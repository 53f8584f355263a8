"""Logs analysed by an engine, in tasks: ranges of large plain files, and other files as a whole."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial

from cotool._records import dataclass, replace
from cotool._typing import TYPE_CHECKING, cast
from cotool.engine.tasks import Engine, Lost, Meter
from cotool.errors import CotoolError
from cotool.logs.model import FileSummary, LogCounts
from cotool.logs.scan.day_orders import with_day_order
from cotool.logs.scan.first_dates import first_date
from cotool.logs.scan.ranges import JoinedFile, Range, RangeResult, cut, scan_range
from cotool.logs.scan.scan import Scanned, Watch, scan_source
from cotool.logs.scan.scanner import look_at
from cotool.logs.scan.sources import LogSource, PlainFile, open_source, sample
from cotool.logs.scan.tally import Tally
from cotool.text import and_more

if TYPE_CHECKING:
    from cotool.engine.checkpoint import Checkpoint
    from cotool.logs.options import LogOptions

# Bytes of a task. Smaller ones cost more in starting than they gain in sharing.
RANGE = 64 << 20
_LARGEST = 1 << 30
# More tasks than this need no finer sharing, and would keep the client busy adding up.
_MANY = 4096
# How many files are examined at the same time.
_LOOKS = 16
# Small files share a task, but there are at least this many tasks, or tasks of a mebibyte.
_SHARES = 64
_SMALL = 1 << 20
# A compressed file holds about this many times its size.
_EXPANDS = 8


@dataclass(frozen=True, slots=True)
class Files:
    """Whole files, scanned one after another: their places among the sources, and themselves."""

    places: tuple[int, ...]
    sources: tuple[LogSource, ...]

    def __str__(self) -> str:
        return and_more([self.sources[0].path], len(self.sources))

    @property
    def size(self) -> int:
        """Bytes to read."""
        return sum(source.size for source in self.sources)


Task = Range | Files


def scan_task(task: Task, options: LogOptions) -> RangeResult | list[Scanned]:
    """Carry out a task, on any machine."""
    if isinstance(task, Range):
        return scan_range(task, options)
    return [_scan_file(source, options) for source in task.sources]


def _scan_file(source: LogSource, options: LogOptions) -> Scanned:
    whole = None if source.url is None else whole_range(0, source, options, 0)
    if whole is None:
        return scan_source(source, options, Watch())
    part, mtime = whole
    file = JoinedFile([part], mtime, options)
    work = [part]
    while work:
        part = work.pop()
        work += file.add(part, scan_range(part, options)) or file.finish()
    return file.scanned()


def range_size(total: int) -> int:
    """Return the bytes of a range for this many bytes in all."""
    return min(max(RANGE, total // _MANY), _LARGEST)


def scan_spread(
    sources: Sequence[LogSource],
    options: LogOptions,
    watch: Watch,
    engine: Engine,
    *,
    meter: Meter,
    checkpoint: Checkpoint | None = None,
    size: int | None = None,
) -> list[Scanned]:
    """Return what each source holds, as scan_source() would, from the tasks of an engine.

    `size`: bytes of a range; by default it depends on the total. Files whose tasks were lost have
    an `error`.
    """
    single = replace(options, num_threads=1)
    size = size or range_size(sum(source.size for source in sources))
    joined: dict[int, JoinedFile] = {}
    scanned: dict[int, Scanned] = {}
    work = deque(_plan(sources, options, size, joined))
    results = engine.run(partial(scan_task, options=single), work, meter)
    if checkpoint is not None:
        results = checkpoint.kept(work, results)
    for task, result in results:
        if _take(task, result, joined, scanned, work):
            watch.progress(task.end - task.begin if isinstance(task, Range) else task.size)
    for place, file in joined.items():
        scanned[place] = file.scanned()
    nothing = LogCounts()
    return [
        scanned.get(place) or Scanned(FileSummary(source.path, nothing), ())
        for place, source in enumerate(sources)
    ]


def _plan(
    sources: Sequence[LogSource], options: LogOptions, size: int, joined: dict[int, JoinedFile]
) -> Iterator[Task]:
    """Yield the tasks; files that are cut are noted in `joined`."""
    from concurrent.futures import ThreadPoolExecutor

    group: list[tuple[int, LogSource]] = []
    weight = 0
    limit = min(size, max(sum(map(_weight, sources)) // _SHARES, _SMALL))
    # On shared storage, examining a file is mostly waiting.
    with ThreadPoolExecutor(_LOOKS, thread_name_prefix="cotool-plan") as pool:
        looks = [pool.submit(whole_range, n, one, options, size) for n, one in enumerate(sources)]
        wholes = [look.result() for look in looks]
    for place, (source, whole) in enumerate(zip(sources, wholes, strict=True)):
        if whole is not None:
            part, mtime = whole
            ranges = cut(part, size)
            joined[place] = JoinedFile(ranges, mtime, options)
            yield from ranges
            continue
        if group and weight + _weight(source) > limit:
            yield _files(group)
            group, weight = [], 0
        group.append((place, source))
        weight += _weight(source)
    if group:
        yield _files(group)


def _weight(source: LogSource) -> int:
    return source.size * (1 if source.is_plain else _EXPANDS)


def _files(group: list[tuple[int, LogSource]]) -> Files:
    places, sources = zip(*group, strict=True)
    return Files(tuple(places), tuple(sources))


def whole_range(
    place: int, source: LogSource, options: LogOptions, size: int
) -> tuple[Range, float] | None:
    """Return a plain file that is worth cutting as one range, and its last change; else None."""
    if source.is_stdin or not source.is_plain or source.size < 2 * size:
        return None
    with suppress(CotoolError):  # the task that reads it reports why
        if source.url is not None:
            from cotool.logs.scan.remote_files import remote_sample

            return _range(place, source, options, remote_sample(source))
        with open_source(source) as opened:
            if isinstance(opened, PlainFile):
                windows = sample(opened)
                return _range(
                    place, source, options, (windows, opened.start, opened.size, opened.mtime)
                )
    return None


def _range(
    place: int,
    source: LogSource,
    options: LogOptions,
    sampled: tuple[list[bytes], int, int, float | None] | None,
) -> tuple[Range, float] | None:
    if sampled is None:
        return None
    windows, start, size, mtime = sampled
    formats, wrapping = look_at(windows, options, explained=False)
    if wrapping.name:
        return None  # its lines are unwrapped in order
    formats = with_day_order(formats, wrapping.lines, mtime, options.log_format)
    date = first_date(formats, wrapping.lines, mtime)
    part = Range(source, place, 0, start, start, size, size, formats, date)
    return part, mtime or time.time()


def _take(
    task: Task,
    result: RangeResult | list[Scanned] | Lost,
    joined: dict[int, JoinedFile],
    scanned: dict[int, Scanned],
    work: deque[Task],
) -> bool:
    """Take a task's result; return whether its bytes are done."""
    if isinstance(task, Range):
        if isinstance(result, Lost):
            result = RangeResult(Tally(), error=f"{task}: {result.reason}")
        file = joined[task.file]
        again = file.add(task, cast("RangeResult", result))
        if file.is_whole:
            again = file.finish()
        work.extend(again)
        return not again
    if isinstance(result, Lost) and len(task.sources) > 1:
        # Scan each by itself, to find the one that ended the worker.
        pairs = zip(task.places, task.sources, strict=True)
        work.extend(Files((place,), (source,)) for place, source in pairs)
        return False
    if isinstance(result, Lost):
        result = [
            Scanned(
                FileSummary(source.path, LogCounts(), error=f"{source.path}: {result.reason}"), ()
            )
            for source in task.sources
        ]
    scanned.update(zip(task.places, cast("list[Scanned]", result), strict=True))
    return True
