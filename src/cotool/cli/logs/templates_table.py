"""Templates as text: the most frequent ones, one in full, the differences from an earlier run."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from cotool._lazy import lazy_pattern
from cotool._typing import TYPE_CHECKING
from cotool.cli.logs.style import LEVEL_STYLES, sparkline
from cotool.cli.shared.layout import Table, Text
from cotool.cli.shared.screen import Screen, clip
from cotool.logs.levels import LEVELS, SEVERE
from cotool.logs.report.activity import display_buckets, duration, find_bursts
from cotool.logs.report.templates import RARE, numbers_title, quantity_in, rare_templates
from cotool.logs.templates.joins import mentions_failure
from cotool.logs.templates.names import named
from cotool.text import one_line, percent, plural

if TYPE_CHECKING:
    from cotool.logs.model import Sample
    from cotool.logs.report.clock import Clock
    from cotool.logs.summary import LogSummary
    from cotool.logs.templates.compare import Change, Comparison
    from cotool.logs.templates.model import Parameter, Template
    from cotool.logs.templates.template_set import TemplateSet

# A parameter in the text of a template, with its name if it has one.
_PARAMETER = lazy_pattern(r"(<(?:\*|[A-Za-z_][\w.-]*)>)")
_INDENT = 6
_MOST_LINES = 2  # lines of a template's text
_MOST_RARE = 5
_MOST_PROBLEMS = 5
_MOST_CHANGES = 10
_TREND = 16
_MOST_VALUES = 3
_LONGEST_VALUE = 24


def render_problems(summary: LogSummary, screen: Screen, clock: Clock) -> None:
    """Print the most frequent warnings and errors, and the rare ones that are left."""
    found = summary.templates
    if found is None:
        return
    kind = "of warnings and errors"
    severe = [template for template in found.templates if template.level in SEVERE]
    if all(template.level == "unknown" for template in found.templates):
        # No line states a level.
        kind = "that mention a failure"
        severe = [template for template in found.templates if mentions_failure(template.text)]
    shown = severe[:_MOST_PROBLEMS]
    if shown:
        more = f"{len(shown)} of " if len(shown) < len(severe) else ""
        screen.heading(f"{more}{plural(len(severe), 'template')} {kind}")
    left = {template.id for template in severe[_MOST_PROBLEMS:]}
    rare = [one for one in rare_templates(found) if one.id in left]
    _entries(found, shown, rare, screen, clock)


def render_templates(summary: LogSummary, screen: Screen, clock: Clock, top: int) -> None:
    """Print the most frequent templates and the rare ones."""
    found = summary.templates
    if found is None:
        return
    shown = found.templates[:top]
    head = plural(len(found), "template")
    if len(shown) < len(found):
        head = f"{len(shown)} of {head}, the most frequent"
    screen.heading(head)
    if found.folded:
        records = plural(found.folded, "record")
        note = f"{records} too varied to distinguish: some of their words are folded"
        screen.print(Text(note, style="dim"))
    ids = {template.id for template in shown}
    rare = [template for template in rare_templates(found) if template.id not in ids]
    _entries(found, shown, rare if top else [], screen, clock)


def _entries(
    found: TemplateSet,
    shown: Sequence[Template],
    rare: Sequence[Template],
    screen: Screen,
    clock: Clock,
) -> None:
    """Print templates, the most frequent one first, then those that are rare."""
    span = _span(found.templates)
    width = len(f"{shown[0].count:,}") if shown else 0
    bursts = {
        template.id: len(find_bursts(template.timeline, ["all"], zone=clock.zone))
        for template in (*shown, *rare[:_MOST_RARE])
    }
    for template in shown:
        _entry(template, found.records, screen, span, width, bursts=bursts[template.id])
    if rare:
        screen.heading(f"rare: {len(rare)} more seen at most {RARE} times, the most severe first")
    for template in rare[:_MOST_RARE]:
        _entry(template, found.records, screen, span, width, bursts=bursts[template.id])


def _entry(
    template: Template,
    records: int,
    screen: Screen,
    span: tuple[int, int] | None,
    width: int,
    *,
    bursts: int,
) -> None:
    line = Text(f"{template.count:>{width},} ")
    line.append(f"{percent(template.count / max(records, 1)):>5}  ")
    line.append(f"{template.level:<9}", style=LEVEL_STYLES[template.level])
    line.append(f"{trend(template, span):<{_TREND}}  ")
    line.append(template.id, style="dim")
    if bursts:
        line.append(f"  {plural(bursts, 'burst')}", style="yellow")
    screen.print(line)
    _text(named(template.text), screen)


def _text(text: str, screen: Screen) -> None:
    shown, more = clip(one_line(text), screen.width - _INDENT, _MOST_LINES)
    lines = shown.split("\n")
    if more:
        lines[-1] = lines[-1][: screen.width - _INDENT - 2] + " …"
    for line in lines:
        screen.print(Text(" " * _INDENT).append(_marked(line)))


def _marked(text: str) -> Text:
    found = Text()
    for n, part in enumerate(_PARAMETER.split(text)):
        found.append(part, style="cyan" if n % 2 else "")
    return found


def _span(templates: Iterable[Template]) -> tuple[int, int] | None:
    """Return the first and the last second of all templates."""
    times = [
        (template.first_seen, template.last_seen)
        for template in templates
        if template.first_seen is not None and template.last_seen is not None
    ]
    return (min(t[0] for t in times), max(t[1] for t in times)) if times else None


def trend(template: Template, span: tuple[int, int] | None) -> str:
    """Return a sparkline of a template over the span of all, or nothing if it has no times."""
    if span is None or not template.timeline.buckets:
        return ""
    first, last = span
    step = max(1, -(-(last - first + 1) // _TREND))
    counts = [0] * _TREND
    for start, levels in template.timeline.buckets.items():
        # If a bucket reaches beyond the span, use the part within.
        counts[min(max(start - first, 0) // step, _TREND - 1)] += sum(levels)
    return sparkline(counts)


def render_template(
    template: Template, records: int, samples: Sequence[Sample], screen: Screen, clock: Clock
) -> None:
    """Print everything about one template, and some of its lines."""
    screen.print(_marked(one_line(named(template.text))))
    head = Text(f"{plural(template.count, 'record')}, {percent(template.count / max(records, 1))}")
    head.append(f" · {template.id}", style="dim")
    screen.print(head)
    levels = [level for level in LEVELS if template.levels[level]]
    line = Text()
    for level in levels:
        line.append(
            f"{', ' if line else ''}{level} {template.levels[level]:,}", LEVEL_STYLES[level]
        )
    screen.print(line)
    if template.first_seen is not None and template.last_seen is not None:
        first, last = clock.text(template.first_seen), clock.text(template.last_seen)
        screen.print(
            Text(f"{first} to {last} ({duration(template.last_seen - template.first_seen)})")
        )
        room = max(4, screen.width - 20)
        shown = display_buckets(template.timeline, None, most=room, zone=clock.zone)
        counts = [sum(row) for row in shown.buckets.values()]
        if len(counts) <= room:
            screen.print(Text(sparkline(counts)).append(f" {max(counts):,}", style="dim"))
    for burst in find_bursts(template.timeline, ["all"], zone=clock.zone):
        screen.print(
            Text(
                f"burst: {clock.text(burst.start)} for "
                f"{duration(burst.end - burst.start)}: {burst.count:,}, usually "
                f"{burst.typical:,.3g}",
                style="yellow",
            )
        )
    if template.folded:
        screen.print(Text("includes messages too varied to distinguish", style="dim"))
    if template.parameters:
        screen.print(Text(), _parameters(template.parameters))
    if samples:
        screen.heading("lines")
    for sample in samples:
        screen.print(Text(f"{one_line(sample.path)}:{sample.line}: {one_line(sample.text)}"))


def _parameters(parameters: Sequence[Parameter]) -> Table:
    table = Table(padding=(0, 2, 0, 0))
    table.add_column("<*>", justify="right")
    table.add_column("name", overflow="fold")
    table.add_column("distinct", justify="right")
    table.add_column("range", overflow="fold")
    quantiles = any(parameter.distribution.size for parameter in parameters)
    table.add_numbers(*(("p50", "p99") if quantiles else ()))
    table.add_column("most frequent", overflow="fold")
    for n, parameter in enumerate(parameters, 1):
        about = "" if parameter.exact else "~"
        table.add_row(
            f"{n}",
            one_line(parameter.name or ""),
            f"{about}{parameter.distinct:,}",
            _range(parameter),
            *(_quantile(parameter, share) for share in ((0.5, 0.99) if quantiles else ())),
            ", ".join(
                f"{one_line(value)[:_LONGEST_VALUE] or '(empty)'} ({about}{count:,})"
                for value, count in parameter.top[:_MOST_VALUES]
            ),
        )
    return table


def _range(parameter: Parameter) -> str:
    if parameter.least is None or parameter.greatest is None:
        return ""
    least, greatest = (_number(x) for x in (parameter.least, parameter.greatest))
    unit = f" {one_line(parameter.unit)}" if parameter.unit else ""
    return (least if least == greatest else f"{least} to {greatest}") + unit


def _quantile(parameter: Parameter, share: float) -> str:
    number = parameter.quantile(share)
    return "" if number is None else _number(float(f"{number:.3g}"))


def _number(value: float) -> str:
    return f"{int(value)}" if value == int(value) and abs(value) < 1e15 else f"{value:.6g}"


def render_comparison(comparison: Comparison, screen: Screen) -> None:
    """Print the templates and the numbers that differ from those of the earlier run."""
    if comparison.has_templates:
        _changed_templates(comparison, screen)
    _changed_numbers(comparison, screen)


def _changed_templates(comparison: Comparison, screen: Screen) -> None:
    """Print what is new, vanished, or more or less frequent than in the earlier run."""
    kinds = ", ".join(
        f"{len(changes):,} {name}"
        for name, changes in (
            ("new", comparison.new),
            ("vanished", comparison.vanished),
            ("changed", comparison.changed),
        )
    )
    screen.print(
        Text(),
        Text(f"since the earlier run: {kinds}, {comparison.unchanged:,} unchanged", style="bold"),
        Text(
            f"{comparison.records_before:,} records before, {comparison.records_after:,} now",
            style="dim",
        ),
    )
    for title, changes in (
        ("new", comparison.new),
        ("vanished", comparison.vanished),
        ("more or less frequent", comparison.changed),
    ):
        if not changes:
            continue
        screen.heading(title)
        for change in changes[:_MOST_CHANGES]:
            _change(change, screen)
        if len(changes) > _MOST_CHANGES:
            more = len(changes) - _MOST_CHANGES
            screen.print(Text(f"{more:,} more; --templates json lists them", style="dim"))


def _changed_numbers(comparison: Comparison, screen: Screen) -> None:
    """Print the numbers whose distribution has changed, the most different first."""
    changed = comparison.changed_numbers
    if not comparison.numbers_compared:
        return
    title = f"{len(changed):,} of {plural(comparison.numbers_compared, 'number')} changed"
    screen.heading(f"{title} since the earlier run")
    if not changed:
        return
    table = Table(padding=(0, 2, 0, 0))
    table.add_numbers("p50 before", "now", "p99 before", "now", "ratio")
    table.add_column("numbers", overflow="fold")
    for change in changed[:_MOST_CHANGES]:
        numbers = (change.p50_before, change.p50, change.p99_before, change.p99)
        table.add_row(
            *(one_line(quantity_in(number, change.unit)) for number in numbers),
            "" if change.ratio is None else f"× {change.ratio:.3g}",
            one_line(numbers_title(change)),
        )
    screen.print(table)
    if len(changed) > _MOST_CHANGES:
        more = len(changed) - _MOST_CHANGES
        screen.print(Text(f"{more:,} more; JSON lists them", style="dim"))


def _change(change: Change, screen: Screen) -> None:
    line = Text(f"{change.before:>9,} → {change.after:<9,} ")
    level = _level(change.levels)
    line.append(f"{level:<9}", style=LEVEL_STYLES[level])
    if change.before and change.after and not math.isinf(change.ratio):
        line.append(f"× {change.ratio:.3g}  p {_chance(change.p)}  ")
    line.append(change.id, style="dim")
    screen.print(line)
    _text(named(change.text), screen)


def _chance(p: float) -> str:
    return "< 1e-9" if p < 1e-9 else f"{p:.2g}"


def _level(levels: Mapping[str, int]) -> str:
    return max(LEVELS, key=lambda level: levels.get(level, 0))
