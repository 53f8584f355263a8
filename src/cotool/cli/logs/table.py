"""An analysis of logs as text: levels, time line, patterns, bursts, gaps, files, samples."""

from __future__ import annotations

from collections.abc import Sequence

from cotool._typing import TYPE_CHECKING
from cotool.cli.logs.style import LEVEL_STYLES, sparkline
from cotool.cli.shared.layout import Table, Text
from cotool.logs.levels import LEVELS, SEVERE
from cotool.logs.report.activity import display_buckets, duration, find_bursts, find_gaps, period
from cotool.logs.report.clock import Clock, clock_of
from cotool.text import and_more, one_line, percent, plural, rough, size

if TYPE_CHECKING:
    from datetime import tzinfo

    from cotool.cli.shared.screen import Screen
    from cotool.logs.model import FileSummary, Sample
    from cotool.logs.summary import LogSummary

_MOST_FILES = 20
_MOST_FORMATS = 3
_MOST_EVENTS = 5
_BAR = 24
_NAMES = 24  # columns for a level's name, its share and the space around them


def render(
    summary: LogSummary,
    screen: Screen,
    *,
    zone: tzinfo | None,
    bucket: int | None,
    top: int = 10,
    sort: str | None = None,
    fields: Sequence[str] = (),
    templates: str = "all",
    requests: bool = False,
) -> None:
    """Print everything that a run has found.

    `top` is the number of templates and of groups; `fields` are those that could be measured;
    `templates` is "all", "problems" for warnings and errors alone, "none", or "hint" to say how to
    ask for them; `requests`: show the requests of an access log instead of measures.
    """
    clock = clock_of(summary, zone)
    screen.print(*_head(summary, clock))
    if fields:
        from cotool.cli.logs.measures_table import fields_line

        line = fields_line(fields)
        screen.print(*([line] if line else []))
    _levels(summary, screen)
    _time_line(summary, screen, clock, bucket)
    _patterns(summary, screen)
    if summary.measures is not None and requests:
        from cotool.cli.logs.requests_table import render_requests

        render_requests(summary.measures, screen)
    elif summary.measures is not None:
        from cotool.cli.logs.measures_table import render_measures

        texts = {one.id: one.text for one in summary.templates or ()}
        render_measures(summary.measures, screen, top=top, sort=sort, texts=texts)
    _events(summary, screen, clock)
    if templates == "hint":
        screen.print(Text(), Text("--templates table groups the messages", style="dim"))
    if summary.templates is not None or summary.comparison is not None:
        _templates(summary, screen, clock, top, templates)
    _files(summary, screen)
    _samples(summary.samples, screen)


def _templates(summary: LogSummary, screen: Screen, clock: Clock, top: int, shown: str) -> None:
    from cotool.cli.logs.templates_table import render_comparison, render_problems, render_templates

    if shown == "problems":
        render_problems(summary, screen, clock)
    elif shown == "all":
        render_templates(summary, screen, clock, top)
    if summary.comparison is not None:
        render_comparison(summary.comparison, screen)


def _head(summary: LogSummary, clock: Clock) -> list[Text]:
    counts = summary.counts
    parts = [plural(counts.lines, "line")]
    if counts.records != counts.lines:
        parts.append(plural(counts.records, "record"))
    parts.append(size(counts.bytes))
    if len(summary.files) > 1:
        parts.append(plural(len(summary.files), "file"))
    if counts.left_out:
        parts.append(f"{plural(counts.left_out, 'record')} left out")
    lines = [Text(", ".join(parts), style="bold")]
    if when := period(counts, clock):
        lines.append(Text(when))
    formats = sorted({name for file in summary.files for name in file.formats})
    if formats:
        shown = and_more(formats[:_MOST_FORMATS], len(formats), "; ")
        lines.append(Text(f"format: {shown}", style="dim"))
    return lines


def _levels(summary: LogSummary, screen: Screen) -> None:
    counts = summary.counts
    present = [level for level in LEVELS if counts.levels[level]]
    if not present:
        return
    most = max(counts.levels[level] for level in present)
    table = Table(show_header=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    numbers = len(f"{most:,}")
    room = max(0, min(_BAR, screen.width - numbers - _NAMES))
    for level in present:
        count = counts.levels[level]
        length = max(1, round(room * count / most)) if room else 0
        table.add_row(
            Text(level, style=LEVEL_STYLES[level]),
            f"{count:,}",
            percent(count / counts.records),
            Text("█" * length, style=LEVEL_STYLES[level]),
        )
    screen.print(Text(), table)
    mentions = [f"with {name} words: {count:,}" for name, count in counts.keywords.items() if count]
    if mentions:
        screen.print(Text(f"lines {', '.join(mentions)}", style="dim"))


def _time_line(summary: LogSummary, screen: Screen, clock: Clock, bucket: int | None) -> None:
    histogram = summary.counts.histogram
    room = min(screen.width - 22, 120)
    if not histogram.buckets or room < 4:
        return
    shown = display_buckets(histogram, bucket, most=room, zone=clock.zone)
    clock = clock.of_steps(shown.steps.begin)
    starts = list(shown.buckets)
    # Buckets without records may be left out.
    count = (starts[-1] - starts[0]) // shown.width + 1
    step = shown.width * -(-count // room)
    rows = [[0] * ((starts[-1] - starts[0]) // step + 1) for _ in LEVELS]
    for start, counts in shown.buckets.items():
        for row, number in zip(rows, counts, strict=True):
            row[(start - starts[0]) // step] += number
    screen.print(
        Text(), Text(f"time line, {duration(step)} per column, with the highest count", style="dim")
    )
    for level, row in zip(LEVELS, rows, strict=True):
        if any(row):
            line = Text(f"{level:<9}", style=LEVEL_STYLES[level])
            line.append(sparkline(row))
            line.append(f" {max(row):,}", style="dim")
            screen.print(line)
    screen.print(Text(f"{'':<9}{_scale(starts, len(rows[0]), step, clock)}", style="dim"))
    notes = summary.counts.oddities(but=("left_out", "long_lines"))  # in the head; a warning
    if notes:
        screen.print(Text("; ".join(notes), style="dim"))


def _scale(starts: Sequence[int], width: int, step: int, clock: Clock) -> str:
    """Return the labels under a time line: its first and last time, as short as they differ."""
    first, last = (clock.text(starts[n])[:19] for n in (0, -1))
    if step % 60 == 0:
        first, last = first[:-3], last[:-3]
    if step % 86400 == 0:
        first, last = first[:10], last[:10]
    elif first[:10] == last[:10]:
        last = last[11:]
    gap = width - len(first) - len(last)
    return f"{first}{' ' * gap}{last}" if gap > 0 else f"{first} to {last}"


def _patterns(summary: LogSummary, screen: Screen) -> None:
    counts = summary.counts
    if not counts.patterns:
        return
    table = Table(show_header=False, padding=(0, 2, 0, 0))
    table.add_column(overflow="fold")
    table.add_column(justify="right")
    table.add_column(justify="right")
    for name, count in counts.patterns.items():
        share = percent(count / counts.lines) if counts.lines else ""
        table.add_row(one_line(name), f"{count:,}", f"{share} of lines" if share else "")
    screen.print(Text(), Text("patterns", style="bold"), table)


def _events(summary: LogSummary, screen: Screen, clock: Clock) -> None:
    histogram = summary.counts.histogram
    bursts, gaps = find_bursts(histogram, zone=clock.zone), find_gaps(histogram)
    if bursts:
        screen.heading("bursts")
    for burst in bursts[:_MOST_EVENTS]:
        name = "records" if burst.level == "all" else f"{burst.level}s"
        screen.print(
            Text(
                f"{clock.text(burst.start)} for {duration(burst.end - burst.start)}: "
                f"{burst.count:,} {name}, usually {rough(burst.typical)}"
            )
        )
    if gaps:
        screen.heading("gaps")
    for gap in gaps[:_MOST_EVENTS]:
        screen.print(
            Text(
                f"{clock.text(gap.start)} to {clock.text(gap.end)}: "
                f"nothing for {duration(gap.seconds)}, usually at most {duration(gap.typical)}"
            )
        )


def _files(summary: LogSummary, screen: Screen) -> None:
    if len(summary.files) < 2:
        return
    table = Table(padding=(0, 2, 0, 0))
    table.add_column("file", overflow="fold")
    for name in ("lines", "records", "size", *SEVERE):
        table.add_column(name, justify="right")
    for file in summary.files[:_MOST_FILES]:
        table.add_row(*_file_row(file))
    screen.print(Text(), table)
    more = len(summary.files) - _MOST_FILES
    if more > 0:
        screen.print(Text(f"{plural(more, 'more file')}; --format csv lists them all", style="dim"))


def _file_row(file: FileSummary) -> list[str]:
    counts = file.counts
    return [
        one_line(file.path),
        f"{counts.lines:,}",
        f"{counts.records:,}",
        size(counts.bytes),
        *(f"{counts.levels[level]:,}" for level in SEVERE),
    ]


def _samples(samples: Sequence[Sample], screen: Screen) -> None:
    if samples:
        screen.print(Text())
    for n, sample in enumerate(samples):
        around = bool(sample.before or sample.after)
        if n and around:
            screen.print(Text("--", style="dim"))
        place = one_line(sample.path)
        first = sample.line - len(sample.before)
        for k, text in enumerate(sample.before):
            screen.print(Text(f"{place}-{first + k}- {one_line(text)}", style="dim"))
        line = Text(f"{place}:{sample.line}: ")
        line.append(one_line(sample.text), style=LEVEL_STYLES[sample.level])
        screen.print(line)
        for k, text in enumerate(sample.after):
            screen.print(Text(f"{place}-{sample.line + 1 + k}- {one_line(text)}", style="dim"))
