"""Measures of an earlier run, read from its JSON, and how those of this run compare with them."""

from __future__ import annotations

import math

from cotool._records import dataclass, field
from cotool._typing import TYPE_CHECKING, Any
from cotool.logs.distributions import Distribution
from cotool.logs.measures.figures import Figures, quantile_share
from cotool.logs.number_changes import NumberPair, Numbers
from cotool.logs.units import UNIT_NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cotool.logs.measures.results import Measures


@dataclass(frozen=True, slots=True)
class EarlierMeasure:
    """A measure of an earlier run, over all records or in a group: its unit and its statistics."""

    unit: str
    statistics: Mapping[str, float | None]
    distribution: Distribution

    def statistic(self, name: str) -> float | None:
        """Return a statistic by its name; None if the earlier run does not have it."""
        if name in self.statistics:
            return self.statistics[name]
        share = quantile_share(name)
        return None if share is None else self.distribution.quantile(share)

    def to_numbers(self, name: str) -> Numbers:
        """Return what the numbers are compared by."""
        return Numbers(
            name, self.unit or None, self.distribution, self.statistic("p50"), self.statistic("p99")
        )


@dataclass(frozen=True, slots=True)
class EarlierMeasures:
    """The measures of an earlier run by their names, and those of its groups by their values."""

    by: tuple[str, ...] = ()
    total: Mapping[str, EarlierMeasure] = field(default_factory=dict)
    groups: Mapping[tuple[str, ...], Mapping[str, EarlierMeasure]] = field(default_factory=dict)


def read_measures(
    document: Any, fail: Callable[[str, str, Any], Exception]
) -> EarlierMeasures | None:
    """Return the `measures` of a run's JSON; None if it has none.

    fail: makes the error for a member, from what was expected and its value.
    """
    if document is None:
        return None
    if not isinstance(document, dict):
        raise fail("measures", "an object", document)
    for name in ("measures", "by", "groups"):
        if not isinstance(document.get(name), list):
            raise fail(f"measures.{name}", "a list", document.get(name))
    listed, by, groups = document["measures"], document["by"], document["groups"]
    total: dict[str, EarlierMeasure] = {}
    for n, item in enumerate(listed):
        where = f"measures.measures[{n}]"
        if not isinstance(item, dict) or not isinstance(item.get("name"), str):
            raise fail(where, "an object with a name", item)
        unit = item.get("unit") or ""
        if unit not in UNIT_NAMES.values():
            raise fail(f"{where}.unit", "s, B or null", unit)
        total[item["name"]] = _measure(item, unit, where, fail)
    found: dict[tuple[str, ...], dict[str, EarlierMeasure]] = {}
    for n, item in enumerate(groups):
        where = f"measures.groups[{n}]"
        values = item.get("values") if isinstance(item, dict) else None
        members = item.get("measures") if isinstance(item, dict) else None
        if not isinstance(values, dict) or not isinstance(members, dict):
            raise fail(where, "an object with values and measures", item)
        found[tuple(str(values.get(key, "")) for key in by)] = {
            name: _measure(members[name], measure.unit, f"{where}.measures.{name}", fail)
            for name, measure in total.items()
            if name in members
        }
    return EarlierMeasures(tuple(map(str, by)), total, found)


def _measure(
    item: Any, unit: str, where: str, fail: Callable[[str, str, Any], Exception]
) -> EarlierMeasure:
    if not isinstance(item, dict):
        raise fail(where, "an object", item)
    statistics = {
        name: value
        for name, value in item.items()
        if value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))
    }
    return EarlierMeasure(
        unit, statistics, read_distribution(item.get("distribution", {}), where, fail)
    )


def read_distribution(
    item: Any, where: str, fail: Callable[[str, str, Any], Exception]
) -> Distribution:
    """Return a distribution from its JSON form."""
    try:
        counts = {float(number): count for number, count in item.items()}
    except (AttributeError, ValueError):
        raise fail(f"{where}.distribution", "counts by number", item) from None
    for number, count in counts.items():
        if not math.isfinite(number) or type(count) is not int or not 0 < count < 1 << 63:
            raise fail(f"{where}.distribution", "counts by number", count)
    return Distribution.of(counts)


def measure_pairs(now: Measures | EarlierMeasures, before: EarlierMeasures) -> Iterator[NumberPair]:
    """Yield the numbers of two runs to compare: of each measure, and of each of its groups."""
    later = now if isinstance(now, EarlierMeasures) else earlier_of(now)
    for name in later.total:
        if name in before.total:
            yield _pair(name, {}, before.total[name], later.total[name])
    if later.by != before.by:
        return
    for values, members in later.groups.items():
        group = dict(zip(later.by, values, strict=True))
        for name, measure in members.items():
            known = before.groups.get(values, {}).get(name)
            if known is not None:
                yield _pair(name, group, known, measure)


def _pair(
    name: str, group: Mapping[str, str], before: EarlierMeasure, after: EarlierMeasure
) -> NumberPair:
    return NumberPair(None, name, 0, group, before.to_numbers(name), after.to_numbers(name))


def earlier_of(measures: Measures) -> EarlierMeasures:
    """Return what a later run knows of these measures."""
    units = {fact.name: fact.unlike or fact.unit for fact in measures.facts()}

    def known(figures: tuple[Figures, ...]) -> dict[str, EarlierMeasure]:
        return {
            name: EarlierMeasure(
                units[name],
                {key: each.statistic(key) for key in ("count", "p50", "p99")},
                each.distribution,
            )
            for name, each in zip(measures.names, figures, strict=True)
        }

    return EarlierMeasures(
        measures.keys,
        known(measures.total.measures),
        {group.values: known(group.measures) for group in measures.groups if measures.keys},
    )
