"""analyze_logs(): sources in, LogSummary out."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import reduce
from typing import TYPE_CHECKING

from cotool.engine import resolve_num_threads
from cotool.errors import InputError
from cotool.logs.formats.given import parse_log_format
from cotool.logs.model import LogSummary
from cotool.logs.options import LEVELS
from cotool.logs.patterns.patterns import compile_pattern
from cotool.logs.scan.scan import ScanOptions, Watch, scan_source
from cotool.logs.scan.sources import find_sources
from cotool.logs.times import Moment, parse_moment, parse_zone

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from os import PathLike

    from cotool._fast.logs.forms import Forms
    from cotool.logs.patterns.patterns import Pattern
    from cotool.logs.scan.scan import Scanned
    from cotool.logs.scan.sources import Source
    from cotool.logs.scan.state import State
    from cotool.logs.templates.template_set import TemplateSet

# What people call levels.
_LEVEL_WORDS = {level: level for level in LEVELS} | {
    "err": "error", "errors": "error", "warn": "warning", "warnings": "warning",
    "fatal": "critical",
    "crit": "critical", "emerg": "critical", "information": "info", "none": "unknown",
}  # fmt: skip
# A plain file from this size on gets all threads to itself; smaller ones share them.
_LARGE = 64 << 20
# Tasks at a time where objects are read from remote storage.
REMOTE_READS = 4


@dataclass(frozen=True, slots=True)
class LogOptions:
    """What `analyze_logs` is asked for, checked. Raises InputError at once for what cannot be.

    See analyze_logs() for the fields.
    """

    patterns: tuple[Pattern, ...] = ()
    levels: Iterable[str] | None = None
    since: str | None = None
    until: str | None = None
    match: Iterable[str] | None = None
    log_format: str = "auto"
    tz: str | None = None
    show: int = 0
    context: int = 0
    records: bool = False
    mine: bool = False
    num_threads: int | None = None
    span_size: int | None = field(default=None, repr=False)
    block_size: int | None = field(default=None, repr=False)

    def to_scan(self) -> ScanOptions:
        """Return the same, ready for the scanner."""
        zone = None if self.tz is None else parse_zone(self.tz)
        names = [pattern.name for pattern in self.patterns]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise InputError(f"two patterns are called {twice!r}", hint="write NAME=REGEX")
        for name in self.match or ():
            if name not in names:
                raise InputError(
                    f"--match: there is no pattern {name!r}",
                    hint=f"patterns: {', '.join(names)}"
                    if names
                    else "give one with -e NAME=REGEX",
                )
        for level in self.levels or ():
            if level not in LEVELS:
                meant = get_close_matches(level, _LEVEL_WORDS, n=1, cutoff=0.7)
                hint = f"did you mean {_LEVEL_WORDS[meant[0]]}? " if meant else ""
                raise InputError(
                    f"--level: {level!r} is not a level", hint=hint + ", ".join(LEVELS)
                )

        def moment(text: str | None, option: str) -> Moment | None:
            return None if text is None else parse_moment(text, option, zone)

        return ScanOptions(
            patterns=self.patterns,
            levels=None if self.levels is None else frozenset(self.levels),
            since=moment(self.since, "--since"),
            until=moment(self.until, "--until"),
            match=None if self.match is None else frozenset(self.match),
            zone=zone,
            formats=parse_log_format(self.log_format),
            show=self.show,
            context=self.context,
            records=self.records,
            mine=self.mine,
            num_threads=resolve_num_threads(self.num_threads),
            span_size=self.span_size,
            block_size=self.block_size,
        )


def analyze_logs(
    paths: str | PathLike[str] | Sequence[str | PathLike[str]],
    *,
    patterns: Mapping[str, str] | None = None,
    levels: Iterable[str] | None = None,
    since: str | None = None,
    until: str | None = None,
    match: Iterable[str] | None = None,
    log_format: str = "auto",
    tz: str | None = None,
    show: int = 0,
    context: int = 0,
    recursive: bool = False,
    templates: bool = False,
    num_threads: int | None = None,
    watch: Watch | None = None,
) -> LogSummary:
    """Count the lines of logs by level, time, keyword and pattern, in one pass.

    paths: files, globs, folders (`recursive`), "-" for standard input, URLs of remote storage;
    gzip, zstd, bzip2 and xz are recognised. patterns: regexes by name. levels, since, until, match
    (names of patterns): which records count. log_format: see --log-format. tz: the IANA zone of
    times that name none. show: how many samples to keep, each with `context` lines around it.
    templates: also find what the records say, see TemplateSet. watch: hears of the bytes read, and
    may end the work.

    A file that cannot be read to its end is in the result with its `error`. Raises InputError
    where an argument cannot be read or no file is found.
    """
    options = LogOptions(
        patterns=tuple(compile_pattern(name, text) for name, text in (patterns or {}).items()),
        levels=levels,
        since=since,
        until=until,
        match=match,
        log_format=log_format,
        tz=tz,
        show=show,
        context=context,
        mine=templates,
        num_threads=num_threads,
    )
    scan = options.to_scan()
    given = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
    sources = find_sources(given, recursive=recursive)
    if any(source.url is not None for source in sources):
        from cotool.engine.tasks import Meter, ThreadEngine
        from cotool.logs.scan.cluster import scan_spread

        # Reading from afar is mostly waiting.
        engine = ThreadEngine(max(scan.num_threads, REMOTE_READS))
        found = scan_spread(sources, scan, watch or Watch(), engine, meter=Meter())
        return summary_of(found, scan.show, watch or Watch())
    return analyze_sources(sources, scan, watch)


def analyze_sources(
    sources: Sequence[Source],
    options: ScanOptions,
    watch: Watch | None = None,
    state: State | None = None,
) -> LogSummary:
    """Analyse sources; `watch` sees the work and may stop it, `state` tells where each begins."""
    watch = watch or Watch()
    several = len(sources) > 1
    alone = _alone(sources, options)
    shared = [source for source in sources if source not in alone]
    single = replace(options, num_threads=1)
    found: dict[str, Scanned] = {}
    if shared:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(options.num_threads, thread_name_prefix="cotool") as pool:
            jobs = [
                pool.submit(scan_source, source, single, watch, several=several, state=state)
                for source in shared
            ]
            found |= {source.path: job.result() for source, job in zip(shared, jobs, strict=True)}
    for source in alone:
        found[source.path] = scan_source(source, options, watch, several=several, state=state)
    if state is not None:
        for source in sources:
            scanned = found[source.path]
            if scanned.opened:
                state.record(
                    path=source.path,
                    device=scanned.device,
                    inode=scanned.inode,
                    head=scanned.head,
                    offset=scanned.offset,
                )
    return summary_of([found[source.path] for source in sources], options.show, watch)


def _alone(sources: Sequence[Source], options: ScanOptions) -> list[Source]:
    """Return the sources that get all threads, one after another."""
    if len(sources) == 1 or options.records or options.num_threads == 1:
        return list(sources)
    return [source for source in sources if source.is_plain and source.size >= _LARGE]


def summary_of(found: Sequence[Scanned], show: int, watch: Watch) -> LogSummary:
    """Return what was found in sources, in their order, with the first `show` samples."""
    samples = [sample for scanned in found for sample in scanned.samples][:show]
    whole = reduce(
        LogSummary.merge,
        (LogSummary(scanned.summary.counts, (scanned.summary,)) for scanned in found),
        LogSummary(),
    )
    mined = [scanned.forms for scanned in found if scanned.forms is not None]
    # In the order in which they were read, rotated logs oldest first.
    files = tuple(scanned.summary for scanned in found)
    return replace(
        whole,
        files=files,
        samples=tuple(samples),
        interrupted=watch.stopped,
        templates=_templates(mined) if mined else None,
    )


def _templates(mined: Sequence[Forms]) -> TemplateSet:
    from cotool.logs.templates.template_set import TemplateSet

    total, *rest = mined
    for forms in rest:
        total.merge(forms)
    return TemplateSet(total)
