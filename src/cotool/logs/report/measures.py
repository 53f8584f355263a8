"""What was measured as JSON and as rows of a table. docs/numbers.md has the schema."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from cotool._typing import TYPE_CHECKING, Any
from cotool.logs.measures.model import STATISTICS, STEP_STATISTICS
from cotool.logs.report.timelines import SpreadText, TimelineText, parsed, text_pieces

if TYPE_CHECKING:
    from cotool.logs.measures.figures import Figures
    from cotool.logs.measures.results import Group, Measures
    from cotool.logs.report.clock import Clock


_EXACT = frozenset({"sum", "min", "max"})
# The largest groups, whose distributions a later run can compare.
_MOST_COMPARED = 1_000


def measures_to_dict(
    measures: Measures,
    clock: Clock,
    sort: str | None,
    convert: Callable[[TimelineText | SpreadText], Any] = parsed,
) -> dict[str, Any]:
    """Return the JSON form; `convert` does so for each time line and distribution."""
    total = measures.total
    pieces = text_pieces(measures.names)
    starts = {start: json.dumps(clock.seconds(start)).encode() for start in total.step_records}

    def timeline(group: Group) -> Any:
        return convert(TimelineText(group.timeline, pieces, starts))

    largest = sorted(measures.groups, key=lambda group: (-group.records, group.values))
    compared = {group.values for group in largest[:_MOST_COMPARED]}
    return {
        "records": total.records,
        "relative_error": measures.relative_error,
        "step_seconds": measures.step or None,
        "steps_widened": measures.widened,
        "measures": [
            {
                "name": fact.name,
                "unit": fact.unit or None,
                "units": [unit or None for unit in fact.units],
                "mixed_units": fact.mixed,
                "lists_added": fact.added,
                "further_values": fact.further,
                "distinct": fact.distinct,
                "odd_examples": list(fact.odd_examples),
                **_statistics(figures),
                "distribution": convert(SpreadText(figures.cell)),
                "greatest_lines": [
                    {"file": line.path, "line": line.line, "number": line.number, "text": line.text}
                    for line in fact.greatest
                ],
            }
            for fact, figures in zip(measures.facts(), total.measures, strict=True)
        ],
        "by": list(measures.keys),
        "timeline": timeline(total),
        "groups": [
            {
                "values": dict(zip(measures.keys, group.values, strict=True)),
                **_figures(measures, group, convert if group.values in compared else None),
                "timeline": timeline(group),
            }
            for group in (measures.sorted_groups(sort) if measures.keys else ())
        ],
        "groups_left_out": bool(measures.folded),
        "other": _other(measures),
    }


def measure_rows(
    measures: Measures, moment: Callable[[int], Any], sort: str | None, *, steps: bool
) -> Iterator[list[Any]]:
    """Yield a header, and a row for each group, or for each step of a group.

    Without groups there is one for all records, or for each step. `moment` makes the first column
    of a step from its seconds since 1970.
    """
    statistics = STEP_STATISTICS
    names = [f"{name}_{key}" for name in measures.names for key in statistics]
    yield [*measures.keys, *(["start"] if steps else []), "records", *names]
    for group in measures.sorted_groups(sort) if measures.keys else [measures.total]:
        rows = (
            [
                ([moment(start)], step.records, step.measures)
                for start, step in sorted(group.steps.items())
            ]
            if steps
            else [
                (
                    [],
                    group.records,
                    tuple(
                        {key: figures.statistic(key) for key in statistics}
                        | ({} if measures.keys else {"distinct": fact.distinct})
                        for figures, fact in zip(group.measures, measures.facts(), strict=True)
                    ),
                )
            ]
        )
        for start, records, figures in rows:
            numbers = [_shown(key, each[key]) for each in figures for key in statistics]
            yield [*group.values, *start, records, *numbers]


def _figures(
    measures: Measures, group: Group, convert: Callable[[SpreadText], Any] | None
) -> dict[str, Any]:
    """Return the figures of a group; without `convert`, its distributions are left out."""
    return {
        "records": group.records,
        "measures": {
            name: _statistics(figures)
            | {"distinct": figures.distinct}
            | ({"distribution": convert(SpreadText(figures.cell))} if convert else {})
            for name, figures in zip(measures.names, group.measures, strict=True)
        },
    }


def _other(measures: Measures) -> dict[str, Any] | None:
    if measures.other is None:
        return None
    records, exact = measures.other
    return {
        "records": records,
        "measures": {
            name: {key: _shown(key, number) for key, number in each.to_dict().items()}
            for name, each in zip(measures.names, exact, strict=True)
        },
    }


def _statistics(figures: Figures) -> dict[str, float | None]:
    return {name: _shown(name, figures.statistic(name)) for name in STATISTICS}


def _shown(name: str, number: float | None) -> float | None:
    """Return a statistic with the digits that it has: quantiles have nine, a mean has twelve."""
    if not isinstance(number, float) or name in _EXACT:
        return number
    return float(f"{number:.{12 if name == 'mean' else 9}g}")
