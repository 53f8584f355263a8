"""What was measured, in a report: the figures of each measure, over time, by group."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cotool.cli.html.markup import Html, brief, element, join
from cotool.cli.html.parts import bar, left_out, note, plain_table, share_text
from cotool.cli.html.spread import COLUMNS, Part, spread
from cotool.cli.html.tables import Cell, Column, Row, data_table, row
from cotool.cli.html.timeline import sparkline
from cotool.logs.histogram import Histogram
from cotool.text import quantity

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    parts += [note(limit) for limit in measures.limits]
    parts.append(_over_time(measures, facts, clock))
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
        ]
        for fact, figures in zip(facts, measures.total.measures, strict=True)
    ]
    heads = ("measure", "values", "missing", "not a number", "min", *_SHOWN)
    return plain_table("Measures", heads, rows)


def _over_time(measures: Measures, facts: tuple[MeasureFacts, ...], clock: Clock) -> Html:
    """Return the distribution of each measure over time."""
    width, found = measures.over_time(COLUMNS)
    parts: list[object] = []
    for n, fact in enumerate(facts if found else ()):
        title = element("h3", brief(fact.name, _MOST_TEXT), " over time")
        over_time = [Part(start, each[n].distribution) for start, each in found.items()]
        parts += [title, spread(fact.name, fact.unit, width, over_time, clock)]
    return join(*parts)


def _groups(measures: Measures, facts: tuple[MeasureFacts, ...], texts: Mapping[str, str]) -> Html:
    groups = [
        replace(group, values=tuple(texts.get(value, value) for value in group.values))
        if "template" in measures.keys
        else group
        for group in measures.sorted_groups()
    ]
    timed = measures.total.timeline is not None
    shown = _SHOWN if len(facts) == 1 else _FEW
    heads = (
        *(Column(key, kind="path") for key in measures.keys),
        Column("records", number=True),
        Column("share", number=True),
        *(
            Column(name if len(facts) == 1 else f"{name} {fact.name}", number=True)
            for fact in facts
            for name in shown
        ),
        Column("over time" if timed else "", kind="drawn", sorts=False, wide=True),
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


def _trend(measures: Measures, group: Group) -> Html:
    """Return the records of a group over the time of all records."""
    starts = measures.total.step_records
    counts = {start: (records,) for start, records in group.step_records.items()}
    return sparkline(
        Histogram(measures.step, counts), min(starts), max(starts) + measures.step, _TREND
    )


def _row(
    group: Group, facts: tuple[MeasureFacts, ...], shown: tuple[str, ...], total: int, drawn: Html
) -> Row:
    """Return a group's row; `total`: all records, `drawn`: its last cell."""
    return row(
        *(Cell(brief(value or "–", _MOST_TEXT), value) for value in group.values),
        Cell(f"{group.records:,}", group.records),
        Cell(share_text(group.records / total), group.records / total),
        *(
            Cell(_text(number, fact.unit), -1.0 if number is None else number)
            for fact, figures in zip(facts, group.measures, strict=True)
            for number in map(figures.statistic, shown)
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
