"""An analysis of logs as tables: by time, by file, by template, and what a notebook shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cotool.errors import InputError
from cotool.io.dataframes import Table, as_html, heading, line, table_of
from cotool.logs.levels import LEVELS
from cotool.logs.report.documents import clock_of

if TYPE_CHECKING:
    from cotool.logs.model import LogCounts, LogSummary
    from cotool.logs.templates.template_set import TemplateSet

PARTS = ("histogram", "files", "templates")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def part_of(summary: LogSummary, part: str) -> Table:
    """Return one part of an analysis as a table. Raises InputError for one that there is not."""
    if part == "histogram":
        return histogram_table(summary)
    if part == "files":
        return files_table(summary)
    if part == "templates":
        if summary.templates is None:
            raise InputError(
                "there are no templates in this summary", hint="analyze_logs(…, templates=True)"
            )
        return template_table(summary.templates, zoned=_is_zoned(summary))
    raise InputError(f"there is no part {part!r}", hint=f"one of {', '.join(PARTS)}")


def histogram_table(summary: LogSummary) -> Table:
    """Return a row a bucket of time: its start, its records, and those of each level."""
    zoned = _is_zoned(summary)
    histogram = summary.counts.histogram
    return table_of(
        ("start", "records", *LEVELS),
        (
            (_moment(start, zoned=zoned), sum(counts), *counts)
            for start, counts in sorted(histogram.buckets.items())
        ),
    )


def files_table(summary: LogSummary) -> Table:
    """Return a row a file."""
    patterns = list(summary.counts.patterns)

    def nanoseconds(value: int | None, *, zoned: bool) -> datetime | None:
        return None if value is None else _moment(value / 1e9, zoned=zoned)

    return table_of(
        ("path", "lines", "records", "bytes", *LEVELS, "first_seen", "last_seen", "problem",
         *(f"pattern:{name}" for name in patterns)),
        (
            (
                file.path, file.counts.lines, file.counts.records, file.counts.bytes,
                *(file.counts.levels[level] for level in LEVELS),
                nanoseconds(file.counts.first_seen, zoned=bool(file.zoned)),
                nanoseconds(file.counts.last_seen, zoned=bool(file.zoned)),
                file.error,
                *(file.counts.patterns.get(name, 0) for name in patterns),
            )
            for file in summary.files
        ),
    )  # fmt: skip


def template_table(found: TemplateSet, *, zoned: bool = False) -> Table:
    """Return a row a template, the most frequent first."""
    records = max(found.records, 1)

    def seconds(value: int | None) -> datetime | None:
        return None if value is None else _moment(value, zoned=zoned)

    return table_of(
        ("id", "template", "count", "share", "level", *LEVELS, "first_seen", "last_seen",
         "parameters", "example"),
        (
            (
                one.id, one.text, one.count, one.count / records, one.level,
                *(one.levels[level] for level in LEVELS),
                seconds(one.first_seen), seconds(one.last_seen),
                len(one.parameters), one.examples[0] if one.examples else None,
            )
            for one in found.templates
        ),
    )  # fmt: skip


def to_html(summary: LogSummary) -> str:
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
        parts.append(templates_html(summary.templates))
    return "<div>" + "".join(parts) + "</div>"


def templates_html(found: TemplateSet) -> str:
    """Return what a notebook shows of templates."""
    table = table_of(
        ("count", "level", "template", "id"),
        ((one.count, one.level, one.text, one.id) for one in found.templates),
    )
    return as_html(table, f"{len(table.rows):,} templates of {found.records:,} records")


def _levels(counts: LogCounts) -> Table:
    total = max(counts.records, 1)
    return table_of(
        ("level", "records", "share"),
        (
            (level, count, f"{100 * count / total:.3g} %")
            for level, count in counts.levels.items()
            if count
        ),
    )


def _is_zoned(summary: LogSummary) -> bool:
    return any(file.zoned for file in summary.files)


def _moment(seconds: float, *, zoned: bool) -> datetime | None:
    """Return a moment, in UTC where the logs name zones, else as they write it; None past 9999."""
    try:
        moment = _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return None
    return moment if zoned else moment.replace(tzinfo=None)
