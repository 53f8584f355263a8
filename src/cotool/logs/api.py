"""analyze_logs(): sources in, LogSummary out."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from cotool._records import public_options, replace
from cotool._typing import TYPE_CHECKING, Unpack
from cotool.engine.choice import engine_choice, open_engine
from cotool.errors import InputError
from cotool.logs.measures.of_templates import needs_templates
from cotool.logs.model import merged
from cotool.logs.options import INNER, LogOptions
from cotool.logs.scan.scan import Scanned, Watch, scan_source
from cotool.logs.scan.sources import LogSource, find_sources, read_twice
from cotool.logs.summary import LogSummary

if TYPE_CHECKING:
    from os import PathLike

    from cotool._fast.logs.forms import Forms
    from cotool.engine.checkpoint import Checkpoint
    from cotool.engine.tasks import Engine, Meter
    from cotool.logs.measures.results import Measures
    from cotool.logs.options import LogArguments
    from cotool.logs.scan.state import State
    from cotool.logs.templates.template_set import TemplateSet

# Plain files of at least this size use all threads, one file at a time; smaller files share them.
_LARGE = 64 << 20
# Plain files below this size are read by one thread: recognising a file takes .15 ms in Python, in
# which kernels scan about this much. With 2,000 files of 10 kB, two threads take 540 ms, one 470.
_TINY = 256 << 10
# The most other files that are one job for a thread.
_TOGETHER = 16
# How many objects of remote storage are read at a time; reading them is mostly waiting.
REMOTE_READS = 4


def analyze_logs(
    paths: str | PathLike[str] | Sequence[str | PathLike[str]],
    *,
    recursive: bool = False,
    engine: str | None = None,
    scheduler: str | None = None,
    watch: Watch | None = None,
    **options: Unpack[LogArguments],
) -> LogSummary:
    """Count the lines of logs by level, time, keyword and pattern, in one pass.

    paths: files, globs, folders (`recursive`), "-" for standard input, URLs of remote storage;
    gzip, zstd, bzip2 and xz are recognised. engine: "threads", "dask" or
    "dask-local" (processes); scheduler: the address for "dask", by default
    DASK_SCHEDULER_ADDRESS. watch: is notified of the bytes read, and may stop the work. Options:

    - `patterns`: regexes by name, or a list of regexes and NAME=REGEX texts.
    - `levels`, `since`, `until`, `match` (names of patterns): which records count.
    - `level_words`: levels by the words that logs use for them, as in {"FEHLER": "error"}.
    - `log_format`: where time, level and message are in a line; docs/logs.md describes it.
    - `tz`: the IANA zone of times without a zone.
    - `each_line`: each line is a record, also one that would continue the record before.
    - `show`: how many samples to keep, each with `context` lines around it.
    - `measures`: sources of numbers by name, such as {"rt": "request_time:s"}; `by`: the fields
      that group them; `where`: a condition on fields; `step`: seconds of a step in time, for
      which the figures are kept as well; `greatest`: how many of the greatest numbers are kept
      with their lines. See `LogSummary.measures`.
    - `max_decompressed`: how many bytes a compressed file may have when decompressed (default:
      16 GiB, or 64 times its size if that is more).
    - `templates`: also find the templates of the messages; see TemplateSet.
    - `num_threads`: all cores by default.

    A file that cannot be read to its end is in the result with its `error`. Raises InputError if
    an argument is invalid or no file is found.
    """
    checked = public_options(LogOptions, options, INNER, "analyze_logs")
    choice = engine_choice(engine, scheduler, None)
    given = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
    sources = find_sources(given, recursive=recursive, max_decompressed=checked.max_decompressed)
    if choice.is_cluster and any(source.is_stdin for source in sources):
        raise InputError("standard input is read on one machine", parameter="engine")
    if needs_templates(checked.reading):
        if choice.is_cluster or any(source.url is not None for source in sources):
            raise InputError("templates are measured on one machine", parameter="engine")
        return analyze_twice(sources, checked, watch)
    if not choice.is_cluster and all(source.url is None for source in sources):
        return analyze_sources(sources, checked, watch)
    from cotool.engine.tasks import Meter

    with open_engine(choice, checked.threads, at_least=REMOTE_READS) as opened:
        return analyze_spread(sources, checked, opened, watch=watch or Watch(), meter=Meter())


def analyze_spread(
    sources: Sequence[LogSource],
    options: LogOptions,
    engine: Engine,
    *,
    watch: Watch,
    meter: Meter,
    checkpoint: Checkpoint | None = None,
) -> LogSummary:
    """Analyse sources with the tasks of an engine; `checkpoint` saves finished work."""
    from cotool.logs.scan.cluster import scan_spread

    found = scan_spread(sources, options, watch, engine, meter=meter, checkpoint=checkpoint)
    if checkpoint is not None and watch.stopped:
        checkpoint.keep()
    return summary_of(found, options.show, watch)


def analyze_sources(
    sources: Sequence[LogSource],
    options: LogOptions,
    watch: Watch | None = None,
    state: State | None = None,
) -> LogSummary:
    """Analyse sources; `watch` follows and may stop the work, `state` says where each begins."""
    watch = watch or Watch()
    several = len(sources) > 1
    alone = _alone(sources, options)
    by_itself = set(map(id, alone))
    shared = [source for source in sources if id(source) not in by_itself]
    tiny = [source for source in shared if _is_tiny(source)]
    shared = [source for source in shared if not _is_tiny(source)]
    single = replace(options, num_threads=1)
    # What a thread has decompressed is in its core's cache.
    ahead = len(shared) < options.threads
    found: dict[str, Scanned] = {}

    def scan(part: Sequence[LogSource]) -> dict[str, Scanned]:
        return {
            source.path: scan_source(
                source, single, watch, several=several, state=state, ahead=ahead
            )
            for source in part
        }

    if shared:
        from concurrent.futures import ThreadPoolExecutor

        each = max(1, min(_TOGETHER, len(shared) // (4 * options.threads)))
        parts = [shared[n : n + each] for n in range(0, len(shared), each)]
        with ThreadPoolExecutor(options.threads, thread_name_prefix="cotool") as pool:
            jobs = [pool.submit(scan, part) for part in (tiny, *parts)]
            for job in jobs:
                found |= job.result()
    else:
        found |= scan(tiny)
    for source in alone:
        found[source.path] = scan_source(source, options, watch, several=several, state=state)
    if state is not None:
        for source in sources:
            entry = found[source.path].entry
            if entry is not None:
                state.record(entry)
    return summary_of([found[source.path] for source in sources], options.show, watch)


def analyze_twice(
    sources: Sequence[LogSource],
    options: LogOptions,
    watch: Watch | None = None,
    state: State | None = None,
    *,
    name: Callable[[TemplateSet], TemplateSet] = lambda found: found,
    only: str | None = None,
) -> LogSummary:
    """Analyse sources whose records are written, or measured, with their templates.

    A source that can be read only once is copied to a temporary file. `name` gives templates the
    ids, and the further records, that they have elsewhere. `only` is an id, or its beginning; only
    records of that template are written. Raises InputError if there is no such template.
    """
    from copy import deepcopy

    watch = watch or Watch()
    with read_twice(sources) as repeatable:
        measured = needs_templates(options.reading)
        first = replace(options, templates=True, records=False)
        if measured:
            first = replace(first, measures=(), by=(), where=None)
        # The start of each file is known once its records are read again.
        summary = analyze_sources(repeatable, first, watch, deepcopy(state))
        if summary.templates is None or watch.stopped:
            return summary
        found = name(summary.templates)
        chosen = None if only is None else found.find(only).id
        second = replace(options, templates=False, labels=found.labels(chosen))
        if measured:
            second = replace(second, records=options.records or only is not None)
            return replace(analyze_sources(repeatable, second, watch, state), templates=found)
        again = analyze_sources(repeatable, replace(second, records=True, show=0), watch, state)
        return replace(summary, templates=found, interrupted=again.interrupted)


def _alone(sources: Sequence[LogSource], options: LogOptions) -> list[LogSource]:
    """Return the sources that use all threads, one after another."""
    if len(sources) == 1 or options.records or options.threads == 1:
        return list(sources)
    return [source for source in sources if source.is_plain and source.size >= _LARGE]


def _is_tiny(source: LogSource) -> bool:
    # Pipes have no size, and wait for those who write into them.
    return source.url is None and source.is_plain and 0 < source.size < _TINY


def summary_of(found: Sequence[Scanned], show: int, watch: Watch) -> LogSummary:
    """Return the results of sources, in their order, with the first `show` samples."""
    samples = [sample for scanned in found for sample in scanned.samples][:show]
    measured = [scanned.measures for scanned in found if scanned.measures is not None]
    mined = [scanned.forms for scanned in found if scanned.forms is not None]
    # In reading order: rotated logs come oldest first.
    files = tuple(scanned.summary for scanned in found)
    return LogSummary(
        merged([file.counts for file in files]),
        files,
        samples=tuple(samples),
        interrupted=watch.stopped,
        templates=_templates(mined) if mined else None,
        measures=_measures(measured) if measured else None,
    )


def _measures(measured: Sequence[Measures]) -> Measures:
    from cotool.logs.measures.results import merged_measures

    return merged_measures(measured)


def _templates(mined: Sequence[Forms]) -> TemplateSet:
    from cotool.logs.templates.template_set import TemplateSet

    total, *rest = mined
    for forms in rest:
        total.merge(forms)
    return TemplateSet(total)
