"""An analysis of logs as tables: by time, by file, by template, and what a notebook shows."""

from __future__ import annotations

from cotool._typing import TYPE_CHECKING
from cotool.errors import InputError, unknown
from cotool.io.dataframes import TableData, as_html, heading, line, table_of
from cotool.logs.levels import LEVELS
from cotool.logs.report.clock import clock_of
from cotool.logs.report.files import file_rows
from cotool.logs.report.measures import measure_rows
from cotool.logs.templates.dataframes import moment, template_table, templates_html

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, tzinfo

    from cotool.logs.model import Analysis, FileSummary, LogCounts

PARTS = ("histogram", "files", "templates", "measures", "timeline")


def part_of(summary: Analysis, part: str, zone: tzinfo | None = None) -> TableData:
    """Return one part of an analysis as a table, with times in `zone`. Raises InputError."""
    if part == "histogram":
        return histogram_table(summary, zone)
    if part == "files":
        return files_table(summary, zone)
    if part == "templates":
        if summary.templates is None:
            raise InputError(
                "there are no templates in this summary", hint="analyze_logs(…, templates=True)"
            )
        found = summary.templates
        return template_table(found.templates, found.records, moment=_moments(summary, zone))
    if part in {"measures", "timeline"}:
        return measures_table(summary, zone, steps=part == "timeline")
    raise unknown(part, PARTS, "part")


def histogram_table(summary: Analysis, zone: tzinfo | None) -> TableData:
    """Return one row per bucket of time: its start, its records, and the records of each level."""
    moment = _moments(summary, zone)
    histogram = summary.counts.histogram
    return table_of(
        ("start", "records", *LEVELS),
        (
            (moment(start), sum(counts), *counts)
            for start, counts in sorted(histogram.buckets.items())
        ),
    )


def measures_table(summary: Analysis, zone: tzinfo | None, *, steps: bool) -> TableData:
    """Return one row per group, or per group and step in time; all records without groups."""
    measures = summary.measures
    if measures is None or (steps and not measures.step):
        needed = 'measures={"rt": "rt:s"}, step=60' if steps else 'measures={"rt": "rt:s"}'
        raise InputError(
            f"there are no {'steps' if steps else 'measures'} in this summary",
            hint=f"analyze_logs(…, {needed})",
        )
    head, *rows = measure_rows(measures, _moments(summary, zone), None, steps=steps)
    return TableData(tuple(head), [tuple(row) for row in rows])


def files_table(summary: Analysis, zone: tzinfo | None) -> TableData:
    """Return one row per file."""

    def time(file: FileSummary, value: int | None) -> datetime | None:
        if value is None:
            return None
        return moment(value / 1e9, zoned=bool(file.zoned), zone=zone)

    head, *rows = file_rows(summary, time)
    return TableData(tuple(map(str, head)), rows)


def to_html(summary: Analysis) -> str:
    """Return what a notebook shows of an analysis."""
    counts = summary.counts
    clock = clock_of(summary, None)
    parts = [heading(f"{counts.lines:,} lines, {counts.records:,} records, {counts.bytes:,} bytes")]
    if counts.first_seen is not None:
        parts.append(line(f"{clock.iso(counts.first_seen)} to {clock.iso(counts.last_seen)}"))
    if summary.interrupted:
        parts.append(line("interrupted: the figures are of what was read"))
    parts.append(as_html(_levels(counts), "records by level"))
    if counts.patterns:
        parts.append(as_html(table_of(("pattern", "lines"), counts.patterns.items())))
    problems = [(file.path, file.error) for file in summary.files if file.error]
    if problems:
        parts.append(as_html(table_of(("file", "error"), problems)))
    if summary.templates is not None:
        parts.append(templates_html(summary.templates.templates, summary.templates.records))
    return "<div>" + "".join(parts) + "</div>"


def _levels(counts: LogCounts) -> TableData:
    total = max(counts.records, 1)
    return table_of(
        ("level", "records", "share"),
        (
            (level, count, f"{100 * count / total:.3g} %")
            for level, count in counts.levels.items()
            if count
        ),
    )


def _moments(summary: Analysis, zone: tzinfo | None) -> Callable[[float], datetime | None]:
    zoned = any(file.zoned for file in summary.files)
    return lambda seconds: moment(seconds, zoned=zoned, zone=zone)
