"""The quantities of `analyze-logs --fail-on`, and what each one needs."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from cotool.cli.shared.conditions import Amount, parse_condition
from cotool.logs.levels import KEYWORDS, LEVELS
from cotool.logs.measures.model import QUANTILES, STATISTICS, UNITS
from cotool.logs.report.activity import find_bursts, find_gaps
from cotool.text import quantity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cotool.cli.shared.conditions import Condition
    from cotool.logs.measures.model import Reading
    from cotool.logs.measures.results import Figures, Measures
    from cotool.logs.summary import LogSummary
    from cotool.logs.templates.compare import Change

    Number = Callable[[LogSummary], float]

_PLAIN: dict[str, Number] = {
    "lines": lambda summary: summary.counts.lines,
    "records": lambda summary: summary.counts.records,
    "bytes": lambda summary: summary.counts.bytes,
    "timeless": lambda summary: summary.counts.timeless,
    "inferred_dates": lambda summary: summary.counts.inferred_dates,
    "out_of_order": lambda summary: summary.counts.out_of_order,
    "bursts": lambda summary: len(find_bursts(summary.counts.histogram)),
    "gaps": lambda summary: len(find_gaps(summary.counts.histogram)),
}
# Quantities of templates, and whether they need templates only or also a comparison.
_TEMPLATES: dict[str, str] = {
    "templates": "templates",
    "rare_templates": "templates",
    "new_templates": "comparison",
    "vanished_templates": "comparison",
    "changed_templates": "comparison",
}


def parse_log_condition(
    text: str, patterns: Iterable[str], reading: Reading | None = None
) -> Condition[LogSummary]:
    """Return the condition that `text` states; `patterns` are the names of user patterns.

    `reading` defines the measures: p99(rt) covers all records, p99(rt,path) is the greatest of all
    groups.
    """
    quantities = {level: partial(_level, level) for level in LEVELS} | _PLAIN
    quantities |= {name: partial(_template_count, name, None) for name in _TEMPLATES}
    rates: dict[str, Number] = {
        f"rate({name})": partial(_rate, read, _PLAIN["records"])
        for name, read in quantities.items()
    }
    named = {name: partial(_pattern, name) for name in patterns}
    rates |= {
        f"rate({name})": partial(_rate, read, _PLAIN["lines"]) for name, read in named.items()
    }
    mentions = {f"mentions({name})": partial(_mentions, name) for name in KEYWORDS}
    of_level = {
        f"{name}({level})": partial(_template_count, name, level)
        for name in _TEMPLATES
        for level in LEVELS
    }
    return parse_condition(
        text,
        {**quantities, **named, **rates, **mentions, **of_level, **_numbers(reading)},
        example="error>0 or rate(warning)>5%",
        units={name: factor * 10.0**power for name, (factor, power, _) in UNITS.items()},
    )


def _numbers(reading: Reading | None) -> dict[str, Number]:
    if reading is None:
        return {}
    statistics = dict.fromkeys((*STATISTICS, *QUANTILES))
    found: dict[str, Number] = {
        f"{statistic}({name})": partial(_measure, n, statistic)
        for n, name in enumerate(reading.names)
        for statistic in statistics
    }
    found |= {f"distinct({name})": partial(_distinct, n) for n, name in enumerate(reading.names)}
    if reading.keys:
        keys = ",".join(reading.keys)
        found |= {
            f"{statistic}({name},{keys})": partial(_any_group, n, statistic)
            for n, name in enumerate(reading.names)
            for statistic in statistics
        }
    return found


def _measure(n: int, statistic: str, summary: LogSummary) -> float:
    if summary.measures is None:
        return math.nan
    return _amount(summary.measures, n, summary.measures.total.measures[n], statistic)


def _any_group(n: int, statistic: str, summary: LogSummary) -> float:
    if summary.measures is None:
        return math.nan
    found = [
        _amount(summary.measures, n, group.measures[n], statistic)
        for group in summary.measures.groups
    ]
    return max((number for number in found if not math.isnan(number)), default=math.nan)


def _distinct(n: int, summary: LogSummary) -> float:
    return 0 if summary.measures is None else summary.measures.facts()[n].distinct or 0


def _amount(measures: Measures, n: int, figures: Figures, statistic: str) -> float:
    number = figures.statistic(statistic)
    if number is None:
        return Amount(math.nan, "unknown: there are no numbers")
    if statistic in {"count", "missing", "odd"}:
        return int(number)
    unit = measures.facts()[n].unit
    return Amount(number, quantity(number, unit), lacks_unit=not unit)


def needs(condition: Condition[LogSummary]) -> frozenset[str]:
    """Return what a condition needs: "templates", or a "comparison" with an earlier run."""
    names = (name.partition("(")[0] for name in condition.quantities)
    return frozenset(_TEMPLATES[name] for name in names if name in _TEMPLATES)


def _level(level: str, summary: LogSummary) -> int:
    return summary.counts.levels[level]


def _pattern(name: str, summary: LogSummary) -> int:
    return summary.counts.patterns[name]


def _mentions(keyword: str, summary: LogSummary) -> int:
    return summary.counts.keywords[keyword]


def _rate(read: Number, whole: Number, summary: LogSummary) -> float:
    return read(summary) / max(whole(summary), 1)


def _template_count(name: str, level: str | None, summary: LogSummary) -> int:
    """Return the number of templates of a kind, or of those with records of `level`."""
    if name in {"templates", "rare_templates"}:
        from cotool.logs.report.templates import rare_templates

        found = summary.templates
        if found is None:
            return 0
        chosen = found.templates if name == "templates" else rare_templates(found)
        return sum(level is None or template.levels[level] > 0 for template in chosen)
    changes: tuple[Change, ...] = ()
    if summary.comparison is not None:
        changes = getattr(summary.comparison, name.removesuffix("_templates"))
    return sum(level is None or change.levels.get(level, 0) > 0 for change in changes)
