"""A request to analyse logs carried out: sources, one core call, the output, the exit code."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cotool.cli.logs.templates import LineWatch, plan_templates, write_json, write_templates
from cotool.errors import InputError
from cotool.logs.levels import KEYWORDS, LEVELS
from cotool.text import plural, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TextIO
    from zoneinfo import ZoneInfo

    from cotool.cli.logs.templates import TemplatePlan
    from cotool.cli.shared.conditions import Condition
    from cotool.engine.choice import EngineChoice
    from cotool.logs.model import LogCounts, LogSummary
    from cotool.logs.options import LogOptions
    from cotool.logs.scan.sources import Source
    from cotool.logs.scan.state import State

_FOUND = 1
_BAD_INPUT = 2
_INTERRUPTED = 130
_MOST_NOTES = 10


@dataclass(frozen=True, slots=True)
class LogRequest:
    """What one call of the command asks for."""

    paths: tuple[str, ...]
    recursive: bool
    options: LogOptions
    state: str | None
    follow: bool
    bucket: int | None
    records: str | None
    format: str
    output: str | None
    conditions: tuple[str, ...]
    quiet: bool
    progress: bool
    engine: EngineChoice
    shows: bool = False
    templates: str | None = None
    top: int = 10
    baseline: str | None = None
    template: str | None = None


def run(request: LogRequest) -> int:
    """Carry out a request; return the exit code."""
    from cotool.cli.logs.cluster_run import is_spread
    from cotool.logs.scan.sources import find_sources

    if request.format == "html":
        from cotool.cli.html.output import report_target

        request = replace(request, output=report_target(request.output, shows=request.shows))
    names = [pattern.name for pattern in request.options.compiled]
    conditions: list[Condition[LogSummary]] = []
    needed: set[str] = set()
    if request.conditions:
        from cotool.cli.logs.conditions import needs, parse_log_condition

        conditions = [parse_log_condition(text, names) for text in request.conditions]
        needed.update(*map(needs, conditions))
    if request.records == "-" and request.output in {None, "-"} and request.follow:
        raise InputError("--records - and --follow both write to standard output")
    sources = find_sources(request.paths, recursive=request.recursive)
    _spare_inputs(request, sources)
    plan = plan_templates(
        request,
        sources,
        conditions_need=frozenset(needed),
    )
    request = replace(request, options=replace(request.options, templates=plan.mine))
    spread = is_spread(request, sources)
    with contextlib.ExitStack() as stack:
        state = None
        if request.state is not None:
            from cotool.logs.scan.state import kept_state

            state = stack.enter_context(kept_state(request.state))
        if request.follow:
            from cotool.cli.logs.follow import follow

            summary = follow(request, state, plan)
        else:
            summary = _analyze(request, sources, state, plan, spread=spread)
        summary = plan.compared(summary)
        _write(request, summary)
    if request.shows:
        from cotool.cli.html.output import show_report

        show_report(str(request.output))
    return _end(request, summary, conditions)


def _analyze(
    request: LogRequest,
    sources: Sequence[Source],
    state: State | None,
    plan: TemplatePlan,
    *,
    spread: bool,
) -> LogSummary:
    from cotool.cli.logs.watch import CliWatch
    from cotool.cli.shared.progress import stderr_moves
    from cotool.logs.api import analyze_sources

    options = request.options
    shown = request.progress and not request.quiet and stderr_moves()
    if spread:
        from cotool.cli.logs.cluster_run import run_spread

        return run_spread(request, sources, shown=shown)
    with (
        _records(request) as sink,
        CliWatch(sources, sink, shown=shown, passes=1 + plan.named) as watch,
        stopped_by_interrupt(watch),
    ):
        if not plan.named:
            return analyze_sources(sources, options, watch, state)
        from cotool.logs.twice import analyze_twice

        lines = LineWatch(watch, options.show, sources[0].path)
        summary = analyze_twice(
            sources, options, lines, state, name=plan.name, only=request.template
        )
        return replace(summary, samples=tuple(lines.samples)) if request.template else summary


@contextlib.contextmanager
def _records(request: LogRequest) -> Iterator[Any]:
    """Open where records go, as a stream of bytes; None where none are asked for."""
    if request.records is None:
        yield None
        return
    from cotool.io.output import open_output

    with open_output(request.records, data=True) as sink:
        sink.flush()
        yield sink.buffer


@contextlib.contextmanager
def stopped_by_interrupt(watch: Any) -> Iterator[None]:
    """Let the first Ctrl-C end the work in good order, and the second one at once."""

    def stop(*_: object) -> None:
        if watch.stopped or watch.waiting:
            watch.stopped = True
            raise KeyboardInterrupt
        watch.stopped = True

    try:
        before = signal.signal(signal.SIGINT, stop)
    except ValueError:  # not the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _spare_inputs(request: LogRequest, sources: Sequence[Source]) -> None:
    """Raise InputError where an output would replace one of the inputs."""
    for option, path in (("--output", request.output), ("--records", request.records)):
        for source in sources:
            with contextlib.suppress(OSError):
                if path not in {None, "-"} and os.path.samefile(source.path, str(path)):  # noqa: PTH121 - as it is
                    raise InputError(
                        f"{path}: is also an input", hint=f"name another file with {option}"
                    )


def _write(request: LogRequest, summary: LogSummary) -> None:
    if request.records == "-" and request.output is None:
        return
    from cotool.io.output import open_output

    of_templates = request.templates in {"json", "csv"}
    with open_output(request.output, data=of_templates or request.format != "table") as sink:
        if of_templates:
            write_templates(sink, request, summary)
        else:
            write_summary(sink, request, summary)


def write_summary(sink: TextIO, request: LogRequest, summary: LogSummary) -> None:
    """Write a summary, or what is known of one template, as json, csv or a table."""
    zone, bucket = request.options.zone, request.bucket
    if request.format == "json":
        from cotool.logs.report.documents import to_dict

        write_json(
            sink,
            to_dict(summary, zone=zone, bucket=bucket, template=request.template),
        )
    elif request.format == "csv":
        _write_csv(sink, summary, zone)
    elif request.format == "html":
        from cotool.cli.html.logs import logs_page

        sink.write(logs_page(summary, zone=zone, bucket=bucket))
    else:
        from cotool.cli.logs.table import render
        from cotool.cli.shared.screen import Screen

        screen = Screen(sink, plain=sink is not sys.stdout)
        if request.template is not None and summary.templates is not None:
            from cotool.cli.logs.templates_table import render_template
            from cotool.logs.report.documents import clock_of

            found = summary.templates
            template = found.find(request.template)
            clock = clock_of(summary, zone)
            render_template(template, found.records, summary.samples, screen, clock)
        else:
            render(summary, screen, zone=zone, bucket=bucket, top=request.top)
        screen.flush()


def _write_csv(sink: TextIO, summary: LogSummary, zone: ZoneInfo | None) -> None:
    """Write a row a file; their sums are the totals."""
    import csv

    from cotool.logs.report.documents import clock_of

    clock = clock_of(summary, zone)
    patterns = list(summary.counts.patterns)
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(
        [
            *("path", "lines", "records", "bytes", *LEVELS),
            *(f"mentions_{name}" for name in KEYWORDS),
            *("timeless", "out_of_order", "long_lines", "left_out", "first_seen", "last_seen"),
            *("compression", "problem"),
            *(f"pattern:{name}" for name in patterns),
        ]
    )
    for file in summary.files:
        counts: LogCounts = file.counts
        writer.writerow(
            [
                *(file.path, counts.lines, counts.records, counts.bytes),
                *(counts.levels[level] for level in LEVELS),
                *(counts.keywords[name] for name in KEYWORDS),
                *(counts.timeless, counts.out_of_order, counts.long_lines, counts.left_out),
                *(clock.iso(counts.first_seen), clock.iso(counts.last_seen)),
                *(file.compression, file.error),
                *(counts.patterns.get(name, 0) for name in patterns),
            ]
        )


def _end(
    request: LogRequest, summary: LogSummary, conditions: Sequence[Condition[LogSummary]]
) -> int:
    """Say what went wrong and what was met; return the exit code."""
    errors = [file.error for file in summary.files if file.error]
    for error in errors[:_MOST_NOTES]:
        print(f"cotool: error: {visible(error)}", file=sys.stderr)
    if len(errors) > _MOST_NOTES:
        print(f"cotool: error: {len(errors) - _MOST_NOTES} more", file=sys.stderr)
    warnings = [warning for file in summary.files for warning in file.warnings]
    if summary.counts.long_lines:
        warnings.append(
            f"{plural(summary.counts.long_lines, 'line')} of more than 1 MiB: regexes saw the "
            "first MiB of each"
        )
    counts = summary.counts
    if counts.records and counts.timeless == counts.records == counts.levels["unknown"]:
        from cotool.cli.shared.suggest import other_reader

        paths = [file.path for file in summary.files]
        warnings += filter(None, (other_reader(path, "analyze-logs") for path in paths))
    for warning in warnings if not request.quiet else ():
        print(f"cotool: warning: {visible(warning)}", file=sys.stderr)
    met = [condition for condition in conditions if condition.holds(summary)]
    for condition in met:
        print(
            f"cotool: --fail-on {visible(condition.text)}: {condition.evidence(summary)}",
            file=sys.stderr,
        )
    if summary.interrupted:
        if not request.quiet and not request.follow:
            more = "; --resume goes on" if request.engine.is_cluster else ""
            print(f"cotool: interrupted: the figures are of what was read{more}", file=sys.stderr)
        return _INTERRUPTED
    if errors:
        return _BAD_INPUT
    return _FOUND if met else 0
