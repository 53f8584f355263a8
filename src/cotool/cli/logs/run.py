"""Carry out a request to analyse logs: sources, one call of the core, output, exit code."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from cotool._records import replace
from cotool._typing import TYPE_CHECKING, Any
from cotool.cli.logs.templates import LineWatch, TemplatePlan, plan_templates
from cotool.cli.logs.watch import stopped_by_interrupt
from cotool.cli.logs.writers import write
from cotool.cli.shared.exit_codes import BAD_INPUT, FOUND, INTERRUPTED
from cotool.cli.shared.report_options import spare_inputs
from cotool.cli.shared.say import say_error, say_warning
from cotool.errors import InputError
from cotool.io.target import check_writable, is_special
from cotool.logs.options import RECOGNISED
from cotool.logs.units import UNIT_NAMES
from cotool.text import plural

if TYPE_CHECKING:
    from cotool.cli.logs.request import LogRequest
    from cotool.cli.shared.conditions import Condition
    from cotool.logs.model import LogCounts
    from cotool.logs.scan.sources import LogSource
    from cotool.logs.scan.state import State
    from cotool.logs.summary import LogSummary

_MOST_NOTES = 10


def run(request: LogRequest) -> int:
    """Carry out a request; return the exit code."""
    from cotool.cli.logs.overview import with_overview

    if request.format == "html":
        from cotool.cli.html.output import report_target

        request = replace(request, output=report_target(request.output, shows=request.flags.open))
    conditions, needed = _conditions(request)
    _check_outputs(request)
    sources = request.find_sources()
    broken = next((source for source in sources if source.problem), None)
    if request.flags.follow and broken is not None:
        raise InputError(f"{broken.path}: {broken.problem}")
    outputs = {"output": request.output, "records": request.flags.records}
    settings = [*(request.flags.patterns or ()), request.flags.state]
    spare_inputs([*(source.path for source in sources), *settings], outputs)
    plan = plan_templates(request, sources, conditions_need=needed)
    request = replace(
        request, options=replace(request.options, templates=plan.mine), shown_templates=plan.shown
    )
    spread = False
    if request.engine.is_cluster or any(source.url is not None for source in sources):
        from cotool.cli.logs.cluster_run import is_spread

        spread = is_spread(request, sources)
    request = with_overview(request, sources)
    with contextlib.ExitStack() as stack:
        state = None
        if request.flags.state is not None:
            from cotool.logs.scan.state import kept_state

            state = stack.enter_context(kept_state(request.flags.state))
        if request.flags.follow:
            from cotool.cli.logs.follow import follow

            summary = follow(request, state, plan)
        else:
            summary = _analyze(request, sources, state, plan, spread=spread)
        summary = plan.compared(summary)
        write(request, summary)
    if request.flags.open:
        from cotool.cli.html.output import show_report

        show_report(str(request.output))
    return _end(request, summary, conditions, sources)


def _check_outputs(request: LogRequest) -> None:
    """Raise InputError for results that cannot be written as was asked, before logs are read."""
    flags = request.flags
    if flags.sort is not None and (request.options.by or "sort" in request.given):
        from cotool.logs.measures.results import check_sort

        if not request.options.by:
            raise InputError("--sort orders the groups of --by", hint="add --by path")
        check_sort(flags.sort, request.options.reading)
    if flags.records == "-" and request.output in {None, "-"} and flags.follow:
        raise InputError("--records - and --follow both write to standard output")
    if request.output not in {None, "-"} and not is_special(target := Path(str(request.output))):
        check_writable(target)


def _conditions(request: LogRequest) -> tuple[list[Condition[LogSummary]], frozenset[str]]:
    """Return the conditions of --fail-on, and what they need."""
    if not request.flags.fail_on:
        return [], frozenset()
    from cotool.cli.logs.conditions import needs, parse_log_condition

    names = [pattern.name for pattern in request.options.compiled]
    reading, zone = request.options.reading, request.options.zone
    conditions = [parse_log_condition(text, names, reading, zone) for text in request.flags.fail_on]
    return conditions, frozenset().union(*map(needs, conditions))


def _analyze(
    request: LogRequest,
    sources: Sequence[LogSource],
    state: State | None,
    plan: TemplatePlan,
    *,
    spread: bool,
) -> LogSummary:
    from cotool.cli.logs.watch import CliWatch
    from cotool.cli.shared.progress import stderr_moves
    from cotool.logs.api import analyze_sources, analyze_twice

    options = request.options
    shown = not request.flags.no_progress and not request.flags.quiet and stderr_moves()
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
        lines = LineWatch(watch, options.show, sources[0].path)
        summary = analyze_twice(
            sources, options, lines, state, name=plan.name, only=request.flags.template
        )
        return replace(summary, samples=tuple(lines.samples)) if request.flags.template else summary


@contextlib.contextmanager
def _records(request: LogRequest) -> Iterator[Any]:
    """Open the output for records as a stream of bytes; None if there is none."""
    if request.flags.records is None:
        yield None
        return
    from cotool.io.output import open_output

    with open_output(request.flags.records, data=True) as sink:
        sink.flush()
        yield sink.buffer


def _end(
    request: LogRequest,
    summary: LogSummary,
    conditions: Sequence[Condition[LogSummary]],
    sources: Sequence[LogSource],
) -> int:
    """Print errors and true conditions; return the exit code."""
    other_units = [found for condition in conditions for found in condition.unlike_units(summary)]
    errors = _errors(request, summary) + [
        f"--fail-on {name}: {_in_other_unit(unit, compared)}"
        for name, unit, compared in other_units
        if unit
    ]
    unlike = _unlike_earlier(conditions, summary)
    errors += [f"--baseline: {text}" for text, is_needed in unlike if is_needed]
    for error in errors[:_MOST_NOTES]:
        say_error(error)
    if len(errors) > _MOST_NOTES:
        say_error(f"{len(errors) - _MOST_NOTES} more")
    warnings = (
        _warnings(summary)
        + list(_without_effect(request, summary))
        + _step_warnings(request, summary)
        + [
            f"--fail-on {name}: the values have no unit and are compared in {compared}; "
            "give one, as in -m rt:ms"
            for name, unit, compared in other_units
            if not unit
        ]
        + [f"--baseline: {text}" for text, is_needed in unlike if not is_needed]
    )
    for warning in [
        *(() if request.flags.quiet else warnings),
        *_limits(request, summary, conditions),
        *_field_warnings(request, summary, conditions, sources),
    ]:
        say_warning(warning)
    met = [
        condition
        for condition in conditions
        if not any(unit for _, unit, _ in condition.unlike_units(summary))
        and condition.reported(summary)
    ]
    if summary.interrupted:
        if not request.flags.quiet and not request.flags.follow:
            more = "; continue with --resume" if request.engine.is_cluster else ""
            print(
                f"cotool: interrupted: the counts cover what was read so far{more}", file=sys.stderr
            )
        return INTERRUPTED
    if errors:
        return BAD_INPUT
    return FOUND if met else 0


def _in_other_unit(unit: str, compared: str) -> str:
    """Return why values in a unit are not compared with a limit in another, or without one."""
    if unit not in UNIT_NAMES.values():
        return f"its values are in {unit}, which do not add up and are not compared"
    if compared:
        return f"its values are in {unit}, not in {compared}"
    return "its values have a unit, and the limit has none: write 0.5s, 1KB"


def _unlike_earlier(
    conditions: Sequence[Condition[LogSummary]], summary: LogSummary
) -> list[tuple[str, bool]]:
    if summary.comparison is None or summary.measures is None:
        return []
    from cotool.cli.logs.conditions import unlike_earlier

    return list(unlike_earlier(conditions, summary))


def _errors(request: LogRequest, summary: LogSummary) -> list[str]:
    errors = [_with_option(file.error) for file in summary.files if file.error]
    log_format, counts = request.options.log_format, summary.counts
    # After a state, the first lines may be the end of a record.
    whole = request.flags.state is None and counts.lines and not counts.left_out
    if log_format not in {*RECOGNISED, "plain"} and whole and _nothing_known(counts):
        given = " or ".join(map(repr, log_format.split("\n")))
        errors.append(f"--log-format {given} matches no line")
    return errors


def _with_option(error: str) -> str:
    """Return the error of a file, which begins with the parameter that it is about, if any."""
    if error.endswith(": is a folder"):
        return f"{error}; --recursive reads the files in it"
    return error.replace("max_decompressed:", "--max-decompressed:", 1)


def _field_warnings(
    request: LogRequest,
    summary: LogSummary,
    conditions: Sequence[Condition[LogSummary]],
    sources: Sequence[LogSource],
) -> list[str]:
    """Return the warnings about fields; with --quiet only if they may turn an alarm off."""
    if request.options.reading is None or request.shows_requests:
        return []
    from cotool.cli.logs.conditions import names_measure

    alarmed = any(map(names_measure, conditions))
    if request.flags.quiet and not alarmed:
        return []
    if alarmed and not summary.counts.records:
        none_left = " that the filters keep" if summary.counts.left_out else ""
        return [f"--fail-on: there are no records{none_left}, so nothing is compared"]
    from cotool.cli.logs.known_fields import field_warnings

    return field_warnings(request, summary, sources)


def _limits(
    request: LogRequest, summary: LogSummary, conditions: Sequence[Condition[LogSummary]]
) -> list[str]:
    """Return what figures by group and step leave out, where the output itself does not say it."""
    said = request.format != "csv" and not (request.flags.quiet and conditions)
    if summary.measures is None or said:
        return []
    timeless = summary.counts.timeless if request.options.step else 0
    lost = [f"{plural(timeless, 'record')} without a time, counted in no step."] if timeless else []
    return [*summary.measures.limits, *lost]


def _without_effect(request: LogRequest, summary: LogSummary) -> Iterator[str]:
    """Yield a warning for each option that changes nothing in this call."""
    # Settings that do not apply are idle.
    if "context" in request.given and request.flags.context and not request.flags.show:
        yield "--context has no effect without --show: no lines are shown"
    if "top" not in request.given:
        return
    lists = summary.templates is not None and request.shown_templates == "all"
    if request.format != "table" or request.flags.template or not (request.options.by or lists):
        yield "--top has no effect: it limits the tables of --templates table and --by"


def _step_warnings(request: LogRequest, summary: LogSummary) -> list[str]:
    """Return a warning if the time line cannot begin its steps when the zone does."""
    shown = request.format != "csv" and request.flags.templates not in {"json", "csv"}
    if not shown or request.flags.width is None or request.options.zone is None:
        return []
    from cotool.logs.report.activity import duration, steps_in_zone

    histogram = summary.counts.histogram
    if steps_in_zone(histogram, request.flags.width, request.options.zone) is not None:
        return []
    kept = duration(histogram.width)
    return [f"--bucket: the time line is cut in UTC, not in --tz: it keeps only steps of {kept}"]


def _warnings(summary: LogSummary) -> list[str]:
    counts = summary.counts
    warnings = [warning for file in summary.files for warning in file.warnings]
    if counts.long_lines:
        warnings.append(
            f"{plural(counts.long_lines, 'line')} of more than 1 MiB: regexes saw the "
            "first MiB of each"
        )
    if counts.records and counts.records == counts.levels["unknown"]:
        from cotool.cli.suggest import other_reader

        # The first files are enough to say that they are no logs: this reads them again.
        paths = [file.path for file in summary.files[:_MOST_NOTES]]
        warnings += filter(None, (other_reader(path, "analyze-logs") for path in paths))
    return warnings


def _nothing_known(counts: LogCounts) -> bool:
    """Return whether no record has a time or a level."""
    return counts.timeless == counts.records == counts.levels["unknown"]
