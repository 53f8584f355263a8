"""The report on logs."""

from __future__ import annotations

from collections.abc import Sequence

from cotool._typing import TYPE_CHECKING
from cotool.cli.html.data_table import Cell, Row, TableColumn, data_table, row
from cotool.cli.html.markup import Html, brief, element, join, said
from cotool.cli.html.measures import measures_section
from cotool.cli.html.page import Section, page
from cotool.cli.html.parts import bar, figures, left_out, note, plain_table, share_text
from cotool.cli.html.templates import changes, level_badge, templates
from cotool.cli.html.timeline import time_line
from cotool.logs.levels import LEVELS, SEVERE
from cotool.logs.report.activity import period
from cotool.logs.report.clock import Clock, clock_of
from cotool.text import and_more, plural, size

if TYPE_CHECKING:
    from datetime import tzinfo

    from cotool.logs.model import FileSummary, LogCounts, Sample
    from cotool.logs.summary import LogSummary

MOST_FILES = 1_000
_MOST_SAMPLES = 500
_MOST_PATTERNS = 500
_MOST_FORMATS = 5
_MOST_LINE = 4_000
_MOST_PATH = 500


def logs_page(summary: LogSummary, *, zone: tzinfo | None, bucket: int | None) -> str:
    """Return all that a run has found as a page; `bucket` is the columns' width in seconds."""
    clock = clock_of(summary, zone)
    counts = summary.counts
    histogram = counts.histogram
    span = None
    if histogram.buckets:
        span = min(histogram.buckets), max(histogram.buckets) + histogram.width
    found = summary.templates
    texts = {one.id: one.text for one in found or ()}
    sections = [
        Section("levels", "Levels", _levels(counts) if counts.records else ""),
        Section("time", "Time line", time_line(histogram, clock, bucket) if span else ""),
        Section("numbers", "Numbers", measures_section(summary.measures, clock, texts)),
        Section("templates", "Templates", templates(found, clock, span) if counts.records else ""),
        Section("changes", "Compared with before", changes(summary.comparison)),
        Section("patterns", "Patterns", _patterns(counts) if counts.patterns else ""),
        Section("files", "Files", _files(summary.files) if summary.files else ""),
        Section("lines", "Lines", _samples(summary.samples)),
    ]
    name = summary.files[0].path if len(summary.files) == 1 else plural(len(summary.files), "file")
    return page(
        kind="Logs",
        title=name,
        lead=_lead(summary, clock),
        sections=sections,
        sources=[file.path for file in summary.files],
    )


def _lead(summary: LogSummary, clock: Clock) -> Html:
    counts = summary.counts
    errors = counts.levels["error"] + counts.levels["critical"]
    warnings, files = counts.levels["warning"], len(summary.files)
    parts: list[object] = [
        figures(
            ("records", f"{counts.records:,}", plural(counts.lines, "line")),
            ("errors", f"{errors:,}", _of(errors, counts.records)),
            ("warnings", f"{warnings:,}", _of(warnings, counts.records)),
            ("size", size(counts.bytes), plural(files, "file") if files != 1 else ""),
        )
    ]
    if when := period(counts, clock):
        parts.append(element("p", when))
    formats = sorted({name for file in summary.files for name in file.formats})
    if formats:
        listed = and_more(formats[:_MOST_FORMATS], len(formats), "; ")
        parts.append(note("format: ", brief(listed, _MOST_LINE)))
    remarks = counts.oddities()
    if summary.interrupted:
        remarks.insert(0, "interrupted: the counts cover what was read")
    if remarks:
        parts.append(note("; ".join(remarks)))
    return join(*parts)


def _of(count: int, total: int) -> str:
    return f"{share_text(count / total)} of records" if total and count else ""


def _levels(counts: LogCounts) -> Html:
    present = [level for level in (*LEVELS[-2::-1], LEVELS[-1]) if counts.levels[level]]
    most = max((counts.levels[level] for level in present), default=1)
    rows = [
        [
            level_badge(level),
            bar(counts.levels[level] / most, f"l-{level}"),
            f"{counts.levels[level]:,}",
            share_text(counts.levels[level] / counts.records),
        ]
        for level in present
    ]
    table = plain_table("Records by level", ("level", "", "records", "share"), rows, texts=2)
    mentions = [f"with {name} words: {count:,}" for name, count in counts.keywords.items() if count]
    words = note(f"Lines {', '.join(mentions)}") if mentions else ""
    return join(table, words)


def _patterns(counts: LogCounts) -> Html:
    lines = max(counts.lines, 1)
    most = max(counts.patterns.values(), default=0) or 1
    listed = list(counts.patterns.items())
    rows = [
        row(
            brief(name, _MOST_PATH),
            bar(count / most),
            Cell(f"{count:,}", count),
            Cell(share_text(count / lines), count / lines),
        )
        for name, count in listed[:_MOST_PATTERNS]
    ]
    columns = (
        TableColumn("pattern"),
        TableColumn("", kind="drawn", sorts=False, wide=True),
        TableColumn("lines", number=True),
        TableColumn("share", number=True),
    )
    table = data_table("patterns-table", "Lines by pattern", columns, rows)
    return join(table, left_out(len(listed) - len(rows), "pattern"))


def _files(files: Sequence[FileSummary]) -> Html:
    columns = (
        TableColumn("file", kind="path"),
        TableColumn("lines", number=True, wide=True),
        TableColumn("records", number=True),
        TableColumn("size", number=True, wide=True),
        TableColumn("warning", number=True, wide=True),
        TableColumn("error", number=True),
        TableColumn("critical", number=True, wide=True),
    )
    rows = [_file(file) for file in files[:MOST_FILES]]
    table = data_table("files-table", "Files", columns, rows, search="filter")
    return join(table, left_out(len(files) - len(rows), "file", all_in="--format csv"))


def _file(file: FileSummary) -> Row:
    counts = file.counts
    name: list[object] = [brief(file.path, _MOST_PATH)]
    if file.error:
        name.append(element("span", "not read to its end", class_="badge bad"))
    elif file.warnings:
        name.append(element("span", plural(len(file.warnings), "warning"), class_="badge"))
    texts = [text for text in (file.error, *file.warnings) if text]
    words = [*file.formats, *([file.compression] if file.compression else [])]
    more = join(
        *(element("p", brief(text, _MOST_LINE)) for text in texts),
        note("format: ", brief("; ".join(words), _MOST_LINE)) if words else "",
    )
    return row(
        Cell(join(*name), file.path[:_MOST_PATH]),
        *(Cell(f"{number:,}", number) for number in (counts.lines, counts.records)),
        Cell(size(counts.bytes), counts.bytes),
        *(Cell(f"{counts.levels[level]:,}", counts.levels[level]) for level in SEVERE),
        more=more or None,
    )


def _samples(samples: Sequence[Sample]) -> Html:
    parts: list[object] = []
    for sample in samples[:_MOST_SAMPLES]:
        first = sample.line - len(sample.before)
        lines: list[object] = [_line(first + n, text) for n, text in enumerate(sample.before)]
        lines.append(_line(sample.line, sample.text, f"hit t-{sample.level}"))
        lines += [_line(sample.line + 1 + n, text) for n, text in enumerate(sample.after)]
        parts.append(
            element(
                "figure",
                element("figcaption", brief(sample.path, _MOST_PATH)),
                element("pre", *lines),
                class_="sample",
            )
        )
    return join(*parts, left_out(len(samples) - _MOST_SAMPLES, "line"))


def _line(number: int, text: str, kind: str = "") -> Html:
    return element(
        "span", element("b", f"{number:,}"), " ", said(text, _MOST_LINE), "\n", class_=kind or None
    )
