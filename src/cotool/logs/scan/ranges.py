"""Ranges of one file: each counts the records that begin in it; joined, they are the whole file.

Few figures depend on the order of ranges. What they need is kept for the edges of each range:
times, to count records that are earlier than the one before; stamps without a year or a date;
numbers of lines. So ranges can be scanned anywhere and in any order.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from cotool._fast.logs import logscan
from cotool._fast.logs.forms import Forms
from cotool._records import NamedTuple, dataclass, replace
from cotool._typing import TYPE_CHECKING, Protocol
from cotool.errors import CotoolError, unreadable, why_unreadable
from cotool.logs.histogram import WIDTHS
from cotool.logs.model import FileSummary, Sample
from cotool.logs.scan.day_orders import of_dates
from cotool.logs.scan.inferred import whole_forms, whole_measures
from cotool.logs.scan.samples import REACH, read_sample
from cotool.logs.scan.scan import Scanned
from cotool.logs.scan.scanner import is_zoned, make_scanner
from cotool.logs.scan.tally import Tally, tally_of

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from datetime import datetime

    from cotool._fast.logs.measures import Measured
    from cotool.logs.formats.model import Format
    from cotool.logs.options import LogOptions
    from cotool.logs.scan.sources import LogSource

_END = 1 << 62  # beyond any file
ClockStamp = tuple[int, int, int]  # kind, place in the year or day, year or day


@dataclass(frozen=True, slots=True)
class Range:
    """The records of a plain file that begin in bytes [begin, end) of `size`.

    `start` is where the text begins; `date` and `cycle` those of the first stamp without them.
    `file` and `number` are the file's place among the sources, and the range's in the file.
    """

    source: LogSource
    file: int
    number: int
    start: int
    begin: int
    end: int
    size: int
    formats: tuple[Format, ...]
    date: datetime
    cycle: int = 0

    def __str__(self) -> str:
        return f"{self.source.path}: bytes {self.begin} to {self.end}"


class RangeResult(NamedTuple):
    """The result of a range: figures, samples with lines counted from its first, and its edges."""

    tally: Tally
    samples: tuple[Sample, ...] = ()
    lines: int = 0
    forms: Forms | None = None
    times: tuple[int, int] | None = None
    stamps: tuple[ClockStamp, ClockStamp] | None = None
    missing: int = 0
    error: str | None = None
    measured: Measured | None = None


class Window(Protocol):
    """A file whose whole lines up to `size` can be read at their offsets."""

    fd: int
    size: int

    def ready(self, position: int) -> int:
        """Make a batch readable that begins at `position`, its last line whole; return its end."""

    def more(self) -> bool:
        """Make further lines readable; False if there are none."""

    def read(self, start: int, stop: int) -> bytes:
        """Return bytes of the file, fewer at its end."""

    def free(self, position: int) -> None:
        """Allow what is well before `position` to be dropped."""


class _LocalFile:
    """All of a file of this machine."""

    def __init__(self, fd: int, part: Range) -> None:
        self.fd, self.size, self._end = fd, part.size, part.end

    def ready(self, position: int) -> int:  # noqa: ARG002 - all of it is
        return self._end

    def more(self) -> bool:
        return False

    def read(self, start: int, stop: int) -> bytes:
        return os.pread(self.fd, stop - start, start)

    def free(self, position: int) -> None:
        pass


@contextmanager
def _local_file(part: Range) -> Iterator[Window]:
    try:
        fd = os.open(part.source.path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise unreadable(part.source.path, error) from None
    try:
        yield _LocalFile(fd, part)
    finally:
        os.close(fd)


def _window(part: Range) -> AbstractContextManager[Window]:
    if part.source.url is None:
        return _local_file(part)
    from cotool.logs.scan.remote_files import remote_window

    return remote_window(part.source, part.begin, part.end, part.size)


def scan_range(part: Range, options: LogOptions) -> RangeResult:
    """Scan a range; what cannot be read is reported in its `error`."""
    try:
        with _window(part) as window:
            return _scan(part, options, window)
    except CotoolError as error:
        return RangeResult(Tally(), error=str(error))
    except OSError as error:
        reason = why_unreadable(error)
        return RangeResult(Tally(), error=f"{part.source.path}: {reason}")


def _scan(part: Range, options: LogOptions, window: Window) -> RangeResult:
    scanner = make_scanner(
        options,
        part.formats,
        part.date,
        midway=part.begin > part.start,
        cycle=part.cycle,
        path=part.source.path,
    )
    samples: list[Sample] = []

    def take_samples(position: int) -> None:
        """Read the samples whose context is available, so that the window can drop it."""
        kept = position
        for found in scanner.take_samples()[len(samples) :]:
            if found[1] + found[2] + REACH > position:
                kept = min(kept, found[1])
                break
            samples.append(read_sample(part.source.path, found, window.read, options.context))
        window.free(min(kept, part.end))

    before, position, seen = -1, part.begin, -1
    while before < position < part.end:
        before = position
        stop = window.ready(position)
        position = scanner.scan_range(window.fd, position, stop, part.end, window.size)
        take_samples(position)
    while position >= part.end and scanner.unfinished and (window.size > seen or window.more()):
        seen = window.size
        position = scanner.scan_range(window.fd, position, position, part.end, seen)
    scanner.finish()
    take_samples(_END)
    times, stamps = scanner.edges()
    return RangeResult(
        tally_of(scanner, options.compiled),
        tuple(samples),
        scanner.lines,
        scanner.forms,
        times,
        stamps,
        max(0, part.end - position),
        measured=scanner.measured,
    )


class JoinedFile:
    """Ranges of a file added up in their order, in whatever order they come.

    add() and finish() return ranges that have to be scanned once more: the year of a stamp without
    one depends on the stamps before.
    """

    def __init__(self, ranges: list[Range], mtime: float, options: LogOptions) -> None:
        self.ranges = ranges
        self._mtime = mtime
        self._options = options
        self._redated = False
        self._begin()

    def _begin(self) -> None:
        self._waiting: dict[int, RangeResult] = {}
        self._next = 0
        self._total = RangeResult(Tally(), forms=Forms(WIDTHS) if self._options.templates else None)
        self._clock: ClockStamp | None = None

    @property
    def is_whole(self) -> bool:
        """Whether all ranges have been added up."""
        return self._next == len(self.ranges)

    def add(self, part: Range, found: RangeResult) -> list[Range]:
        """Take the result of a range."""
        self._waiting[part.number] = found
        while self._next in self._waiting:
            found = self._waiting.pop(self._next)
            late = self._late(found)
            if late is not None:
                return [replace(self.ranges[self._next], cycle=late)]
            self._join(found)
            self._next += 1
        return []

    def finish(self) -> list[Range]:
        """Settle the years of the whole file."""
        _, late = self._total.tally.settled(self._mtime)
        if not late or not self._options.moves_with_years or self._redated:
            return []
        # The years that were inferred decide what is counted, and were too late.
        self._redated = True
        self.ranges = [
            replace(part, date=part.date.replace(year=part.date.year - late))
            for part in self.ranges
        ]
        self._begin()
        return list(self.ranges)

    def scanned(self) -> Scanned:
        """Return the file's figures from the ranges that have been added up."""
        total = self._total
        counts, late = total.tally.settled(self._mtime)
        path = self.ranges[0].source.path
        warnings: tuple[str, ...] = ()
        if total.missing:
            text = f"became shorter while it was read: {total.missing} bytes missing"
            warnings = (f"{path}: {text}",)
        summary = FileSummary(
            path,
            counts,
            formats=tuple(found.name for found in self.ranges[0].formats if found.name),
            zoned=is_zoned(total.tally, self._options),
            error=total.error,
            warnings=(*warnings, *of_dates(path, self.ranges[0].formats)),
        )
        forms = None if total.forms is None else whole_forms(total.forms, late)
        measures = whole_measures(total.measured, self._options.reading, path, late)
        return Scanned(summary, total.samples, forms=forms, measures=measures)

    def _late(self, found: RangeResult) -> int | None:
        """Return the year, or day, with which a range must begin if it began with another one."""
        if found.stamps is None or self._clock is None:
            return None
        expected = logscan.following_cycle(self._clock, found.stamps[0])
        return None if expected == found.stamps[0][2] else expected

    def _join(self, found: RangeResult) -> None:
        total = self._total
        tally = total.tally.merge(found.tally)
        if total.times and found.times and found.times[0] < total.times[1]:
            counts = replace(tally.counts, out_of_order=tally.counts.out_of_order + 1)
            tally = replace(tally, counts=counts)
        room = self._options.show - len(total.samples)
        samples = tuple(
            replace(sample, line=sample.line + total.lines) for sample in found.samples[:room]
        )
        if total.forms is not None and found.forms is not None:
            total.forms.merge(found.forms)
        measured = total.measured or found.measured
        if total.measured is not None and found.measured is not None:
            total.measured.merge(found.measured, total.lines)
        if found.stamps is not None:
            self._clock = found.stamps[1]
        self._total = RangeResult(
            tally,
            (*total.samples, *samples),
            total.lines + found.lines,
            total.forms,
            found.times or total.times,
            None,
            total.missing + found.missing,
            total.error or found.error,
            measured,
        )


def cut(whole: Range, size: int) -> list[Range]:
    """Return the ranges of a file, each of about `size` bytes.

    A file whose columns may change within it is one range: its rows depend on what is before them.
    """
    length = whole.size - whole.start
    count = 1 if any(found.header for found in whole.formats) else max(1, length // size)
    borders = [whole.start + length * n // count for n in range(count + 1)]
    return [replace(whole, number=n, begin=borders[n], end=borders[n + 1]) for n in range(count)]
