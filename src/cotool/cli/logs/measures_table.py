"""What was measured as text: the figures of each measure, groups, the greatest lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cotool._typing import TYPE_CHECKING
from cotool.cli.logs.style import sparkline
from cotool.cli.shared.layout import Table, Text, cells
from cotool.cli.shared.screen import Screen, fitted
from cotool.logs.formats.field_names import scale_of
from cotool.logs.report.activity import duration
from cotool.logs.units import NO_SCALE
from cotool.text import and_more, one_line, percent, plural, quantity

if TYPE_CHECKING:
    from cotool.logs.measures.results import Group, MeasureFacts, Measures

# Fields that hold numbers, whose names do not say a unit.
_NUMBERS = ("rt", "bytes", "size", "count")
_MOST_FIELDS = 6
_SHOWN = ("mean", "p50", "p90", "p99", "max")
# What is shown of each measure: the first that has room.
_CHOICES: tuple[tuple[str, ...], ...] = (_SHOWN, ("p50", "p99", "max"), ("p50", "p99"), ("p99",))
_TREND = 12
_SHORTEST = 12  # columns of a key
# Columns for the records and their share, and for a number.
_COUNTS, _NUMBER = 20, 10


def fields_line(names: Sequence[str]) -> Text | None:
    """Return a line about the fields that could be measured; None if there are none."""
    numbers = [name for name in names if name in _NUMBERS or scale_of(name) != NO_SCALE]
    keys = [name for name in ("path", "component", "user", "host", "client") if name in names]
    if not numbers:
        return None
    numbers.sort(key=lambda name: name != "rt")
    first = dict.fromkeys((*numbers[:2], *keys[:1], "status", "method", *keys, *numbers, *names))
    kept = [name for name in first if name in names][:_MOST_FIELDS]
    shown = and_more((one_line(name) for name in names if name in kept), len(names))
    try_ = f"-m {numbers[0]}" + (f" --by {keys[0]}" if keys else "")
    return Text(f"fields: {shown}: try {try_}", style="dim")


def render_measures(
    measures: Measures,
    screen: Screen,
    *,
    top: int,
    sort: str | None,
    texts: Mapping[str, str] | None = None,
) -> None:
    """Print what was measured; `top` groups in the order of `sort`.

    `texts`: the texts of templates by their ids.
    """
    facts = measures.facts()
    if measures.names:
        _totals(measures, facts, screen)
    for limit in measures.limits:
        screen.print(Text(limit, style="dim"))
    if measures.keys:
        _groups(measures, facts, screen, top, sort)
        ids = {value for group in measures.sorted_groups(sort)[:top] for value in group.values}
        _texts({key: text for key, text in (texts or {}).items() if key in ids}, screen)
    for fact in facts:
        _greatest(fact, screen)


def _totals(measures: Measures, facts: Sequence[MeasureFacts], screen: Screen) -> None:
    table = Table(padding=(0, 2, 0, 0))
    table.add_column("measure", overflow="fold")
    table.add_numbers("values", "min", *_SHOWN)
    for fact, figures in zip(facts, measures.total.measures, strict=True):
        numbers = [figures.statistic(name) for name in ("min", *_SHOWN)]
        table.add_row(
            one_line(fact.name),
            f"{figures.count:,}",
            *(quantity_or_dash(number, fact.unit) for number in numbers),
        )
    screen.print(Text(), table)
    for fact, figures in zip(facts, measures.total.measures, strict=True):
        notes = [fact.unlike_note] if fact.unlike else []
        if figures.missing:
            notes.append(f"{plural(figures.missing, 'record')} without a value")
        if figures.odd:
            examples = ", ".join(one_line(text) for text in fact.odd_examples)
            notes.append(f"{plural(figures.odd, 'value')} not a number, such as {examples}")
        if fact.added:
            notes.append(f"{plural(fact.added, 'list')} added up")
        if fact.further:
            notes.append(
                f"{plural(fact.further, 'record')} with further values, which do not count"
            )
        if fact.distinct is not None:
            notes.append(f"about {plural(fact.distinct, 'distinct value')}")
        if notes:
            screen.print(Text(f"{one_line(fact.name)}: {'; '.join(notes)}", style="dim"))


def _groups(
    measures: Measures, facts: Sequence[MeasureFacts], screen: Screen, top: int, sort: str | None
) -> None:
    groups = measures.sorted_groups(sort)
    shown = groups[:top]
    head = f"{plural(len(groups), 'group')} by {', '.join(measures.keys)}"
    if len(shown) < len(groups):
        head = f"{len(shown)} of {head}, by {sort or 'records'}"
    screen.heading(head)
    steps = _steps(measures, shown)
    room = screen.width - _COUNTS - (_TREND + 2 if steps else 0)
    values = zip(measures.keys, *(group.values for group in shown), strict=True)
    least = sum(min(_SHORTEST, max(map(cells, column))) + 2 for column in values)
    most = max(1, (room - least) // _NUMBER)
    statistics = next((one for one in _CHOICES if len(one) * len(facts) <= most), _CHOICES[-1])
    if not any(figures.count for figures in measures.total.measures) and any(
        figures.distinct is not None for group in shown for figures in group.measures
    ):
        statistics = ("distinct",)
    left_out, facts = facts[most:], facts[:most]
    room = (room - _NUMBER * len(statistics) * len(facts)) // len(measures.keys) - 2
    table = Table(padding=(0, 2, 0, 0))
    for key in measures.keys:
        table.add_column(one_line(key), no_wrap=True)
    table.add_numbers(*_titles(facts, statistics, named=len(measures.names) > 1))
    if steps:
        table.add_column(f"each {duration(steps[0])}", no_wrap=True)
    for group in shown:
        row = [_cut(one_line(value) or "–", max(room, _SHORTEST)) for value in group.values]
        row += [f"{group.records:,}", percent(group.records / max(measures.total.records, 1))]
        row += [
            quantity_or_dash(figures.statistic(name), "" if name == "distinct" else fact.unit)
            for fact, figures in zip(facts, group.measures, strict=False)
            for name in statistics
        ]
        table.add_row(*row, *([_trend(measures, group, *steps)] if steps else []))
    screen.print(table)
    if left_out:
        names = ", ".join(one_line(fact.name) for fact in left_out)
        screen.print(Text(f"no room for {names}: --format csv has all", style="dim"))


def _texts(texts: Mapping[str, str], screen: Screen) -> None:
    """Print the texts of templates that are shown by their ids."""
    if texts:
        screen.print(Text())
    for key, text in texts.items():
        line = Text(f"{key}  ", style="dim")
        line.append(fitted(one_line(text), screen.width - len(key) - 2).rstrip(), style="not dim")
        screen.print(line)


def _titles(facts: Sequence[MeasureFacts], statistics: Sequence[str], *, named: bool) -> list[str]:
    return ["records", "share"] + [
        name if not named else f"{_cut(one_line(fact.name), _NUMBER - 2)}\n{name}"
        for fact in facts
        for name in statistics
    ]


def _cut(text: str, width: int) -> str:
    return fitted(text, width) if cells(text) > width else text


def quantity_or_dash(number: float | None, unit: str) -> str:
    """Return a number with its unit, or a dash if there is none."""
    return "–" if number is None else quantity(number, unit)


def _steps(measures: Measures, groups: Sequence[Group]) -> tuple[int, int, int] | None:
    """Return the width of a column of a trend, the numbers of its first and its last step."""
    starts = [measures.number(start) for group in groups for start in group.step_records]
    if not measures.step or not starts:
        return None
    first, last = min(starts), max(starts)
    count = (last - first) // measures.step + 1
    return measures.step * -(-count // _TREND), first, last


def _trend(measures: Measures, group: Group, width: int, first: int, last: int) -> str:
    columns = [0] * ((last - first) // width + 1)
    for start, records in group.step_records.items():
        columns[(measures.number(start) - first) // width] += records
    return sparkline(columns)


def _greatest(fact: MeasureFacts, screen: Screen) -> None:
    if fact.greatest:
        screen.heading(f"greatest {one_line(fact.name)}")
    for line in fact.greatest:
        text = Text(f"{quantity(line.number, fact.unit)}  {one_line(line.path)}:{line.line}: ")
        text.append(one_line(line.text), style="dim")
        screen.print(text)
