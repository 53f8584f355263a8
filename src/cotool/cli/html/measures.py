"""What was measured, in a report: the figures of each measure, over time, by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cotool._records import replace
from cotool._typing import TYPE_CHECKING
from cotool.cli.html.data_table import Cell, Row, TableColumn, data_table, row
from cotool.cli.html.markup import Html, brief, element, join
from cotool.cli.html.parts import bar, chart, columns, left_out, note, plain_table, share_text
from cotool.cli.html.spread import COLUMNS, Interval, spread
from cotool.cli.html.timeline import sparkline
from cotool.logs.histogram import Histogram
from cotool.logs.report.activity import duration
from cotool.text import quantity

if TYPE_CHECKING:
    from cotool.logs.measures.results import Group, MeasureFacts, Measures
    from cotool.logs.report.clock import Clock

_SHOWN = ("mean", "p50", "p90", "p99", "max")
_FEW = ("p50", "p99", "max")  # of each of several measures
_MOST_GROUPS = 1_000
_TREND = 40
_MOST_TEXT = 500


def measures_section(
    measures: Measures | None, clock: Clock, texts: Mapping[str, str] | None = None
) -> Html:
    """Return the section of a report that has what was measured; nothing if nothing was.

    `texts`: the texts of templates by their ids.
    """
    if measures is None or not (measures.names or measures.keys):
        return join()
    facts = measures.facts()
    parts: list[object] = []
    if facts:
        parts.append(_totals(measures, facts))
    parts += [
        note(f"{brief(fact.name, _MOST_TEXT)}: {fact.unlike_note}") for fact in facts if fact.unlike
    ]
    parts += [note(limit) for limit in measures.limits]
    parts.append(_over_time(measures, facts, clock.of_steps(measures.steps.begin)))
    if measures.keys:
        parts.append(_groups(measures, facts, texts or {}))
    parts += [_greatest(fact) for fact in facts if fact.greatest]
    return join(*parts)


def _totals(measures: Measures, facts: tuple[MeasureFacts, ...]) -> Html:
    rows = [
        [
            brief(fact.name, _MOST_TEXT),
            f"{figures.count:,}",
            f"{figures.missing:,}",
            f"{figures.odd:,}",
            *(_text(figures.statistic(name), fact.unit) for name in ("min", *_SHOWN)),
            "–" if fact.distinct is None else f"{fact.distinct:,}",
        ]
        for fact, figures in zip(facts, measures.total.measures, strict=True)
    ]
    heads = ("measure", "values", "missing", "not a number", "min", *_SHOWN, "distinct")
    return plain_table("Measures", heads, rows)


def _over_time(measures: Measures, facts: tuple[MeasureFacts, ...], clock: Clock) -> Html:
    """Return the distribution of each measure over time."""
    width, found = measures.over_time(COLUMNS)
    parts: list[object] = []
    for n, fact in enumerate(facts if found else ()):
        over_time = [Interval(start, each[n].distribution) for start, each in found.items()]
        drawn = spread(fact.name, fact.unit, width, over_time, clock)
        if drawn:
            parts += [element("h3", brief(fact.name, _MOST_TEXT), " over time"), drawn]
        parts.append(_distinct_over_time(measures, n, clock))
    return join(*parts)


def _distinct_over_time(measures: Measures, n: int, clock: Clock) -> Html:
    """Return how many distinct values of a measure each step has; nothing if they are not counted.

    Distinct values of several steps do not add up: their column shows the greatest count.
    """
    counted = {
        measures.number(start): int(count)
        for start, step in sorted(measures.total.steps.items())
        if (count := step.measures[n]["distinct"]) is not None
    }
    if not counted:
        return join()
    first, last = min(counted), max(counted)
    each = -(-((last - first) // measures.step + 1) // COLUMNS) * measures.step
    starts = range(first, last + 1, each)
    most = dict.fromkeys(starts, 0)
    for start, count in counted.items():
        part = starts[(start - first) // each]
        most[part] = max(most[part], count)
    name, wide = brief(measures.names[n], _MOST_TEXT), duration(measures.step)
    title = f"Distinct values of {measures.names[n]} in each {wide}"
    drawn = columns([(clock.text(start), count) for start, count in most.items()], title)
    ends = element(
        "div",
        element("span", clock.text(first)),
        element("span", clock.text(starts[-1])),
        class_="axis-labels",
    )
    remark = f"A column shows the greatest count of its {duration(each)}."
    rows = [[clock.text(start), f"{count:,}"] for start, count in counted.items()]
    return join(
        element("h3", "Distinct values of ", name, " in each ", wide),
        chart(
            drawn,
            below=join(ends, note(remark)) if each > measures.step else ends,
            table=plain_table(title, ("start", "distinct"), rows),
        ),
    )


def _groups(measures: Measures, facts: tuple[MeasureFacts, ...], texts: Mapping[str, str]) -> Html:
    groups = [
        replace(group, values=tuple(texts.get(value, value) for value in group.values))
        if "template" in measures.keys
        else group
        for group in measures.sorted_groups()
    ]
    timed = measures.total.timeline is not None
    shown = [_statistics(measures, groups, n) for n in range(len(facts))]
    heads = (
        *(TableColumn(key, kind="path") for key in measures.keys),
        TableColumn("records", number=True),
        TableColumn("share", number=True),
        *(
            TableColumn(name if len(facts) == 1 else f"{name} {fact.name}", number=True)
            for fact, names in zip(facts, shown, strict=True)
            for name in names
        ),
        TableColumn("over time" if timed else "", kind="drawn", sorts=False, wide=True),
    )
    total = max(measures.total.records, 1)
    most = max((group.records for group in groups), default=1)
    rows = [
        _row(
            group,
            facts,
            shown,
            total,
            _trend(measures, group) if timed else bar(group.records / most),
        )
        for group in groups[:_MOST_GROUPS]
    ]
    table = data_table(
        "groups-table", f"Groups by {', '.join(measures.keys)}", heads, rows, search="filter"
    )
    return join(table, left_out(len(groups) - len(rows), "group"))


def _statistics(measures: Measures, groups: Sequence[Group], n: int) -> Sequence[str]:
    """Return the statistics of a measure that groups show."""
    shown = _SHOWN if len(measures.names) == 1 else _FEW
    if all(group.measures[n].distinct is None for group in groups):
        return shown
    return (*shown, "distinct") if measures.total.measures[n].count else ("distinct",)


def _trend(measures: Measures, group: Group) -> Html:
    """Return the records of a group over the time of all records."""
    starts = list(map(measures.number, measures.total.step_records))
    counts = {measures.number(start): (records,) for start, records in group.step_records.items()}
    return sparkline(
        Histogram(measures.step, counts), min(starts), max(starts) + measures.step, _TREND
    )


def _row(
    group: Group,
    facts: tuple[MeasureFacts, ...],
    shown: Sequence[Sequence[str]],
    total: int,
    drawn: Html,
) -> Row:
    """Return a group's row; `total`: all records, `drawn`: its last cell."""
    return row(
        *(Cell(brief(value or "–", _MOST_TEXT), value) for value in group.values),
        Cell(f"{group.records:,}", group.records),
        Cell(share_text(group.records / total), group.records / total),
        *(
            Cell(
                _text(number, "" if name == "distinct" else fact.unit),
                -1.0 if number is None else number,
            )
            for fact, figures, names in zip(facts, group.measures, shown, strict=True)
            for name in names
            for number in (figures.statistic(name),)
        ),
        drawn,
    )


def _greatest(fact: MeasureFacts) -> Html:
    rows = [
        [
            _text(line.number, fact.unit),
            brief(f"{line.path}:{line.line}", _MOST_TEXT),
            brief(line.text, _MOST_TEXT),
        ]
        for line in fact.greatest
    ]
    title = element("h3", "Greatest ", brief(fact.name, _MOST_TEXT))
    table = plain_table(f"Greatest {fact.name}", ("number", "line", "text"), rows, texts=3)
    return join(title, table)


def _text(number: float | None, unit: str) -> str:
    return "–" if number is None else quantity(number, unit)
