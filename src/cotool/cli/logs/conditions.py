"""The quantities of `analyze-logs --fail-on`, and what each one needs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from operator import attrgetter

from cotool._lazy import lazy_pattern
from cotool._typing import TYPE_CHECKING
from cotool.cli.shared.conditions import Amount, AnyOf, Condition, parse_condition
from cotool.errors import InputError
from cotool.logs.levels import KEYWORDS, LEVELS
from cotool.logs.measures.model import QUANTILES, STATISTICS, Reading
from cotool.logs.model import NUMBERS
from cotool.logs.report.activity import find_bursts, find_gaps
from cotool.logs.units import UNIT_NAMES, UNITS
from cotool.text import quantity

if TYPE_CHECKING:
    from datetime import tzinfo

    from cotool.logs.measures.figures import Figures
    from cotool.logs.measures.results import Measures
    from cotool.logs.summary import LogSummary
    from cotool.logs.templates.compare import Change

    Number = Callable[[LogSummary], float]

_PLAIN: dict[str, Number] = {
    **{name: attrgetter(f"counts.{name}") for name in NUMBERS},
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
_WITH_UNIT = {*STATISTICS, *QUANTILES} - {"count", "missing", "odd"}
_OF_MEASURES = frozenset({*STATISTICS, *QUANTILES, "distinct"})
_STATISTIC = lazy_pattern(r"([a-z][\w.]*)\(\s*([\w.-]+)\s*(?:,([^()]*))?")
_CHANGED_NUMBERS = "changed_numbers"
_RATIO = "ratio"


def parse_log_condition(
    text: str,
    patterns: Iterable[str],
    reading: Reading | None = None,
    zone: tzinfo | None = None,
) -> Condition[LogSummary]:
    """Return the condition that `text` states; `patterns` are the names of user patterns.

    `reading` defines the measures: p99(rt) covers all records, p99(rt,path) is the greatest of all
    groups. `zone`: steps of time begin when those of the zone begin.
    """
    _check_measured(text, reading)
    quantities = {level: partial(_count, "levels", level) for level in LEVELS} | _PLAIN
    quantities["bursts"] = lambda summary: len(find_bursts(summary.counts.histogram, zone=zone))
    quantities |= {name: partial(_template_count, name, None) for name in _TEMPLATES}
    rates: dict[str, Number] = {
        f"rate({name})": partial(_rate, read, _PLAIN["records"])
        for name, read in quantities.items()
    }
    named = {name: partial(_count, "patterns", name) for name in patterns}
    rates |= {
        f"rate({name})": partial(_rate, read, _PLAIN["lines"]) for name, read in named.items()
    }
    mentions = {f"mentions({name})": partial(_count, "keywords", name) for name in KEYWORDS}
    of_level = {
        f"{name}({level})": partial(_template_count, name, level)
        for name in _TEMPLATES
        for level in LEVELS
    }
    condition = parse_condition(
        text,
        {
            _CHANGED_NUMBERS: _changed_numbers,
            **quantities,
            **named,
            **rates,
            **mentions,
            **of_level,
            **_numbers(reading),
        },
        example="error>0 or rate(warning)>5%",
        units={
            name: (factor * 10.0**power, UNIT_NAMES[dimension])
            for name, (factor, power, dimension) in UNITS.items()
        },
    )
    for name, unit in condition.compared.items():
        if unit and name.startswith(_RATIO):
            raise InputError(
                f"cannot read {text!r}: a ratio has no unit",
                parameter="fail_on",
                hint=f"write {name}>1.5",
            )
    return condition


def unlike_earlier(
    conditions: Sequence[Condition[LogSummary]], summary: LogSummary
) -> Iterator[tuple[str, bool]]:
    """Yield what to say of measures that are in another unit than in the earlier run.

    They are not compared. Each with whether a condition depends on it.
    """
    earlier = summary.comparison and summary.comparison.measures_before
    if summary.measures is None or not earlier:
        return
    named = {name for condition in conditions for name in condition.quantities}
    for fact, figures in zip(
        summary.measures.facts(), summary.measures.total.measures, strict=True
    ):
        known = earlier.total.get(fact.name)
        unit = fact.unlike or fact.unit
        if known is None or known.unit == unit:
            continue
        if not (known.statistic("count") and figures.statistic("count")):
            continue
        before, now = (each or "plain numbers" for each in (known.unit, unit))
        text = f"{fact.name} was in {before} in the earlier run and is in {now} now: not compared"
        starts = f"{_RATIO}("
        needed = _CHANGED_NUMBERS in named or any(
            name.startswith(starts) and f"({fact.name}" in name for name in named
        )
        yield text, needed


def names_measure(condition: Condition[LogSummary]) -> bool:
    """Return whether a condition names a statistic of a measure."""
    return any(name.partition("(")[0] in _OF_MEASURES for name in condition.quantities)


def _check_measured(text: str, reading: Reading | None) -> None:
    for statistic, name, keys in _STATISTIC.findall(text):
        if statistic not in _OF_MEASURES:
            continue
        by = "".join(keys.split())
        if keys and reading is not None and by != ",".join(reading.keys):
            raise InputError(
                f"cannot read {text!r}: the records are not grouped by {by}",
                parameter="fail_on",
                hint=f"--by {by} groups the records",
            )
        if name not in (reading.names if reading is not None else ()):
            raise InputError(
                f"cannot read {text!r}: {name} is not measured",
                parameter="fail_on",
                hint=f"-m {name} measures a field; -m {name}=SOURCE anything else",
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
    keys = ",".join(reading.keys)
    if keys:
        found |= {
            f"{statistic}({name},{keys})": partial(_any_group, n, statistic)
            for n, name in enumerate(reading.names)
            for statistic in (*statistics, *(["distinct"] if reading.counts_distinct(n) else []))
        }
    # Every statistic divided by that of the earlier run.
    return found | {
        f"{_RATIO}({text})": partial(_ratio, n, statistic, of_groups)
        for n, name in enumerate(reading.names)
        for statistic in statistics
        for text, of_groups in (
            (f"{statistic}({name})", False),
            *([(f"{statistic}({name},{keys})", True)] if reading.keys else ()),
        )
    }


def _ratio(n: int, statistic: str, of_groups: bool, summary: LogSummary) -> float:  # noqa: FBT001
    """Return a statistic divided by its earlier value; of groups, the greatest ratio."""
    measures, earlier = summary.measures, summary.comparison and summary.comparison.measures_before
    unknown = Amount(math.nan, "unknown: the earlier run did not measure it")
    if measures is None or not earlier:
        return unknown
    name = measures.names[n]
    pairs = [(measures.total, earlier.total)]
    if of_groups:
        pairs = [
            (group, earlier.groups[group.values])
            for group in measures.groups
            if earlier.by == measures.keys and group.values in earlier.groups
        ]
    fact = measures.facts()[n]
    unit = fact.unlike or fact.unit
    ratios = [
        (now / before, now, before)
        for group, known in pairs
        if name in known
        and known[name].unit == unit
        and (now := group.measures[n].statistic(statistic)) is not None
        and (before := known[name].statistic(statistic))
    ]
    if not ratios:
        return unknown
    ratio, now, before = max(ratios)
    return Amount(
        ratio, f"{ratio:.3g} ({quantity(before, unit)} before, {quantity(now, unit)} now)"
    )


def _changed_numbers(summary: LogSummary) -> int:
    return len(summary.comparison.changed_numbers) if summary.comparison is not None else 0


def _measure(n: int, statistic: str, summary: LogSummary) -> float:
    if summary.measures is None:
        return math.nan
    return _amount(summary.measures, n, summary.measures.total.measures[n], statistic)


def _any_group(n: int, statistic: str, summary: LogSummary) -> float:
    if summary.measures is None:
        return math.nan
    known = []
    for group in summary.measures.groups:
        number = _amount(summary.measures, n, group.measures[n], statistic)
        if not math.isnan(number):
            shown = number.shown if isinstance(number, Amount) else f"{number:,}"
            unit = number.unit if isinstance(number, Amount) else None
            scaled = isinstance(number, Amount) and number.scaled
            text = f"{shown} ({', '.join(group.values)})"
            known.append(Amount(number, text, unit, scaled=scaled))
    return AnyOf.of(known) if known else math.nan


def _distinct(n: int, summary: LogSummary) -> float:
    return 0 if summary.measures is None else summary.measures.facts()[n].distinct or 0


def _amount(measures: Measures, n: int, figures: Figures, statistic: str) -> float:
    number = figures.statistic(statistic)
    if number is None:
        return Amount(math.nan, "unknown: there are no numbers")
    if statistic in {"count", "missing", "odd", "distinct"}:
        return int(number)
    facts = measures.facts()[n]
    unit = facts.unlike or facts.unit
    scaled = facts.scaled or facts.stated or bool(facts.unlike)
    return Amount(number, quantity(number, facts.unit), unit, scaled=scaled)


def needs(condition: Condition[LogSummary]) -> frozenset[str]:
    """Return what a condition needs: "templates", or of an earlier run "comparison" or "numbers".

    "comparison" needs the templates of both runs, "numbers" templates or measures.
    """
    names = (name.partition("(")[0] for name in condition.quantities)
    found = {_TEMPLATES[name] for name in names if name in _TEMPLATES}
    if any(name.partition("(")[0] in {_CHANGED_NUMBERS, _RATIO} for name in condition.quantities):
        found.add("numbers")
    return frozenset(found)


def _count(kind: str, name: str, summary: LogSummary) -> int:
    """Return a count by name: of records by level, or of lines by pattern or keyword."""
    return getattr(summary.counts, kind)[name]  # type: ignore[no-any-return]


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
