"""One source through the scanner: its formats, its counts, its samples and its records."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

from cotool._records import NamedTuple, dataclass, field
from cotool._typing import TYPE_CHECKING
from cotool.errors import CotoolError, unreadable
from cotool.logs.formats.headers import PassedHeader, passed_header
from cotool.logs.model import FileSummary, LogCounts, Sample
from cotool.logs.scan.day_orders import of_dates, with_day_order
from cotool.logs.scan.first_dates import first_date
from cotool.logs.scan.inferred import whole_forms, whole_measures
from cotool.logs.scan.samples import StreamSamples, read_sample
from cotool.logs.scan.scanner import is_zoned, look_at, make_scanner
from cotool.logs.scan.sources import LogSource, LogStream, PlainFile, open_source, sample
from cotool.logs.scan.tally import Tally, tally_of

if TYPE_CHECKING:
    from datetime import datetime

    from cotool._fast.logs import logscan
    from cotool._fast.logs.forms import Forms
    from cotool.logs.formats.envelopes import Wrapping
    from cotool.logs.formats.model import Format
    from cotool.logs.measures.results import Measures
    from cotool.logs.options import LogOptions
    from cotool.logs.scan.state import FilePosition, State

# Bytes that are fed at a time if records are written.
_FEED = 1 << 22


class Watch:
    """How a run is watched and stopped; subclasses receive the bytes read and the records."""

    stopped = False
    waiting = False  # for the next bytes of a stream, perhaps forever

    def progress(self, size: int) -> None:
        """Take note that `size` further bytes have been read, compressed ones as they are."""

    def records(self, data: bytes) -> None:
        """Take whole JSON lines of records, in the order of the lines."""


class Scanned(NamedTuple):
    """A source's figures, its samples, and its entry in a state, if there is one."""

    summary: FileSummary
    samples: tuple[Sample, ...]
    forms: Forms | None = None
    measures: Measures | None = None
    entry: FilePosition | None = None


def scan_source(
    source: LogSource,
    options: LogOptions,
    watch: Watch,
    *,
    several: bool = False,
    state: State | None = None,
    ahead: bool = True,
) -> Scanned:
    """Scan a source to its end; an error is put into its summary.

    `several`: the file's name is put into records. `state`: where to begin; a last line that is
    not complete is left for the next run. `ahead`: see open_source().
    """
    try:
        with open_source(source, ahead=ahead) as opened:
            return scan_opened(source.path, opened, options, watch, several=several, state=state)
    except CotoolError as error:
        return Scanned(FileSummary(source.path, LogCounts(), error=str(error)), ())


def scan_opened(
    path: str,
    opened: PlainFile | LogStream,
    options: LogOptions,
    watch: Watch,
    *,
    several: bool = False,
    state: State | None = None,
) -> Scanned:
    """Scan what is open already, under the name `path`; see scan_source()."""
    windows = sample(opened)
    head = windows[0] if windows else b""
    formats, wrapping = look_at(windows, options, explained=False)
    formats = with_day_order(formats, wrapping.lines, opened.mtime, options.log_format)
    plain = opened if isinstance(opened, PlainFile) else None
    start, lines = (0, 0) if state is None else state.known(path, head, plain)
    run = _Run(path, opened, options, watch, formats, wrapping, several, lines)
    date = first_date(formats, wrapping.lines, opened.mtime)
    found, end, late = run.scan(date, start, whole_lines=state is not None)
    if plain and late and options.moves_with_years:
        # The years that were inferred decide what is counted, and were too late.
        date = date.replace(year=date.year - late)
        found, end, _ = run.scan(date, start, whole_lines=state is not None)
    if state is None:
        return found
    from cotool.logs.scan.state import state_entry

    return found._replace(entry=state_entry(path, head, plain, end, run.lines))


@dataclass(slots=True)
class _Run:
    """The scan of one opened source."""

    path: str
    opened: PlainFile | LogStream
    options: LogOptions
    watch: Watch
    formats: tuple[Format, ...]
    wrapping: Wrapping
    several: bool
    lines_before: int  # that another run has read
    lines: int = 0  # up to the end of what was read
    warnings: list[str] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    position: int = 0  # in a file whose lines are wrapped

    def scan(self, date: datetime, start: int, *, whole_lines: bool) -> tuple[Scanned, int, int]:
        """Return what was found, the offset of its end, and the years that times were late.

        These are the years from the last inferred time to the file's last change.
        """
        self.warnings = []
        scanner = make_scanner(
            self.options,
            self.formats,
            date,
            prefix=self._prefix(),
            resumed=start > 0,
            in_pieces=bool(self.wrapping.name),
            path=self.path,
            size=self.opened.size if isinstance(self.opened, PlainFile) else None,
            lines_before=self.lines_before,
        )
        error: str | None = None
        end = start
        try:
            if self.wrapping.name:
                end = self._scan_wrapped(scanner, start, whole_lines=whole_lines)
            elif isinstance(self.opened, PlainFile):
                end = self._scan_file(scanner, self.opened, start, whole_lines=whole_lines)
            else:
                end = self._scan_stream(scanner, self.opened, start, whole_lines=whole_lines)
        except CotoolError as problem:
            error = str(problem)
        scanner.finish()
        self._write_records(scanner)
        self.lines = self.lines_before + scanner.lines
        tally = tally_of(scanner, self.options.compiled)
        counts, late = tally.settled(self.opened.mtime or time.time())
        found = Scanned(
            self._summary(tally, counts, error),
            self._take_samples(scanner),
            None if scanner.forms is None else whole_forms(scanner.forms, late),
            whole_measures(scanner.measured, self.options.reading, self.path, late),
        )
        return found, end, late

    def _prefix(self) -> bytes:
        """Return the member with which each record begins if there are several files."""
        if not self.several:
            return b""
        import json

        return f'"file":{json.dumps(self.path)},'.encode()

    def _scan_file(
        self, scanner: logscan.Scanner, opened: PlainFile, start: int, *, whole_lines: bool
    ) -> int:
        position = max(start, opened.start)
        end = _last_newline(opened.fd, position, opened.size) if whole_lines else opened.size
        if start > opened.start and any(found.header for found in self.formats):
            header = passed_header(
                lambda begin, stop: os.pread(opened.fd, stop - begin, begin), opened.start, start
            )
            if header is not None:
                scanner.use_header(header)
        if self.options.records:
            return self._feed_file(scanner, opened, position, end)
        while position < end and not self.watch.stopped:
            before = position
            try:
                position = scanner.scan_file(opened.fd, position, end)
            except OSError as problem:
                raise unreadable(self.path, problem) from None
            self.watch.progress(position - before)
            if position == before:
                break
        if position < end and not self.watch.stopped:
            self.warnings.append(
                f"{self.path}: became shorter while it was read: {end - position} bytes missing"
            )
        return position

    def _feed_file(
        self, scanner: logscan.Scanner, opened: PlainFile, position: int, end: int
    ) -> int:
        while position < end and not self.watch.stopped:
            try:
                data = os.pread(opened.fd, min(_FEED, end - position), position)
            except OSError as problem:
                raise unreadable(self.path, problem) from None
            if not data:
                break
            position += len(data)
            scanner.feed(data, final=position >= end)
            self._write_records(scanner)
            self.watch.progress(len(data))
        else:
            return position
        scanner.feed(b"", final=True)
        return position

    def _scan_stream(
        self, scanner: logscan.Scanner, opened: LogStream, start: int, *, whole_lines: bool
    ) -> int:
        skip, taken, consumed = start, 0, opened.position
        passed, has_header = PassedHeader(), any(found.header for found in self.formats)
        samples = StreamSamples(self.path, self.options.context, self.options.show)
        try:
            while not self.watch.stopped and (data := self._next(opened)):
                taken += len(data)
                if skip:
                    if has_header:
                        passed.add(data[:skip])
                    skip, data = max(0, skip - len(data)), data[skip:]
                    if not skip and passed.line is not None:
                        scanner.use_header(passed.line)
                scanner.feed(data, final=False)
                self._write_records(scanner)
                samples.add(data, scanner.take_samples(), final=False)
                consumed, before = opened.position, consumed
                self.watch.progress(consumed - before)
        finally:
            unfinished = scanner.waiting
            if not whole_lines:
                scanner.feed(b"", final=True)
                unfinished = 0
            samples.add(b"", scanner.take_samples(), final=True)
            self.samples = list(samples.taken())
        return taken - unfinished

    def _scan_wrapped(self, scanner: logscan.Scanner, start: int, *, whole_lines: bool) -> int:
        """Scan what the lines of the source hold.

        Offsets in a file are its own; offsets in a stream are those of the unwrapped text.
        """
        opened = self.opened
        if isinstance(opened, LogStream):
            blocks, position = iter(opened.read, b""), lambda: opened.position
        else:
            whole = _last_newline(opened.fd, start, opened.size) if whole_lines else opened.size
            self.position = max(start, opened.start)
            blocks, position = self._blocks(opened, whole), lambda: self.position
        lines = self.wrapping.unwrap(blocks, self.path)
        stream = LogStream(lines, None, opened.mtime, opened.size, position)
        if isinstance(opened, LogStream):
            return self._scan_stream(scanner, stream, start, whole_lines=whole_lines)
        self._scan_stream(scanner, stream, 0, whole_lines=False)
        return self.position

    def _blocks(self, opened: PlainFile, end: int) -> Iterator[bytes]:
        while self.position < end:
            size = min(_FEED, end - self.position)
            try:
                data = os.pread(opened.fd, size, self.position)
            except OSError as problem:
                raise unreadable(self.path, problem) from None
            if not data:
                return
            self.position += len(data)
            yield data

    def _next(self, opened: LogStream) -> bytes:
        self.watch.waiting = True
        try:
            return opened.read()
        except KeyboardInterrupt:
            if not self.watch.stopped:
                raise
            return b""
        finally:
            self.watch.waiting = False

    def _write_records(self, scanner: logscan.Scanner) -> None:
        for data in scanner.take_written():
            self.watch.records(data)

    def _summary(self, tally: Tally, counts: LogCounts, error: str | None) -> FileSummary:
        return FileSummary(
            self.path,
            counts,
            formats=tuple(x.name + self.wrapping.name for x in self.formats if x.name),
            compression=None if isinstance(self.opened, PlainFile) else self.opened.compression,
            zoned=is_zoned(tally, self.options),
            error=error,
            warnings=(*self.warnings, *of_dates(self.path, self.formats)),
        )

    def _take_samples(self, scanner: logscan.Scanner) -> tuple[Sample, ...]:
        opened = self.opened
        if self.wrapping.name or not isinstance(opened, PlainFile):
            return tuple(self.samples)

        def read(start: int, stop: int) -> bytes:
            return os.pread(opened.fd, stop - start, start)

        return tuple(
            read_sample(self.path, found, read, self.options.context)
            for found in scanner.take_samples()
        )


def _last_newline(fd: int, start: int, end: int) -> int:
    """Return the offset after the last newline in [start, end), `start` if there is none."""
    while end > start:
        begin = max(start, end - _FEED)
        at = os.pread(fd, end - begin, begin).rfind(b"\n")
        if at >= 0:
            return begin + at + 1
        end = begin
    return start
