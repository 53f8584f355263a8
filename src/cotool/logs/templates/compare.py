"""How templates differ from those of an earlier run: new, vanished, more or less frequent."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cotool.errors import InputError
from cotool.logs.templates.columns import Layouts
from cotool.logs.templates.model import Known
from cotool.logs.templates.template_set import SCHEMA as SET_SCHEMA
from cotool.logs.templates.template_set import TemplateSet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# A rate has changed where chance explains it in less than 1 % (of all that are called changed:
# Benjamini and Hochberg 1995) and it is half as much again or less than two thirds: with millions
# of records the least difference is no chance.
SIGNIFICANCE = 0.01
LEAST_RATIO = 1.5
_ID = re.compile(r"[0-9a-f]{12}")


class Baseline(NamedTuple):
    """An earlier run: its records, its templates, and what of its lines was no message."""

    records: int
    known: tuple[Known, ...]
    heads: Layouts | None


@dataclass(frozen=True, slots=True)
class Change:
    """A template in both runs, or in one of them (the other count is 0).

    `ratio`: of its share now to that before, infinite where it is new; `p`: how likely chance alone
    makes so great a difference, by the G-test with one degree of freedom (Sokal and Rohlf).
    """

    id: str
    text: str
    levels: Mapping[str, int]
    before: int
    after: int
    ratio: float
    p: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs, each kind with the most significant first."""

    records_before: int
    records_after: int
    new: tuple[Change, ...]
    vanished: tuple[Change, ...]
    changed: tuple[Change, ...]
    unchanged: int


def read_baseline(path: str) -> Baseline:
    """Return the templates of a JSON file: `--templates json`, a summary, or a TemplateSet.

    Raises InputError where it holds none.
    """
    hint = "make one with: cotool analyze-logs FILES --templates json -o FILE.json"
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    if data[:2] == b"\x1f\x8b":
        return _baseline_of(TemplateSet.load(path))
    try:
        document: Any = json.loads(data)
        if document["schema"] == SET_SCHEMA:
            return _baseline_of(TemplateSet.load(path))
        known = [_known(item) for item in document["templates"]]
        if len({item.id for item in known}) < len(known):
            raise InputError(f"{path}: two templates have one id", hint=hint)
        heads = document.get("heads")
        return Baseline(
            int(document["records"]),
            tuple(known),
            Layouts.from_list(heads) if heads is not None else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise InputError(f"{path}: holds no templates: {error!r}", hint=hint) from None
    except RecursionError:
        raise InputError(f"{path}: is nested too deeply", hint=hint) from None


def _baseline_of(found: TemplateSet) -> Baseline:
    return Baseline(found.records, tuple(t.to_known() for t in found.templates), found.heads)


def _known(item: Any) -> Known:
    identifier, count = str(item["id"]), int(item["count"])
    if not _ID.fullmatch(identifier) or count < 0:
        raise ValueError(f"no template: {item!r:.100}")
    levels = {str(level): int(number) for level, number in item["levels"].items()}
    return Known(identifier, str(item["form"]), str(item["template"]), count, levels)


def compare(now: TemplateSet, before: Baseline) -> Comparison:
    """Compare a set with the baseline that it was given by with_known()."""
    counts = {item.id: item.count for item in before.known}
    pairs = [
        (t.id, t.text, t.levels, sum(counts.get(k.id, 0) for k in now.holds_known(t)), t.count)
        for t in now.templates
    ]
    held = {item.id for t in now.templates for item in now.holds_known(t)}
    pairs += [
        (item.id, item.text, item.levels, item.count, 0)
        for item in before.known
        if item.id not in held
    ]
    return _comparison(pairs, before.records, now.records)


def compare_baselines(before: Baseline, after: Baseline) -> Comparison:
    """Compare two runs by their reports alone; a template is known by its id."""
    first = {item.id: item for item in before.known}
    second = {item.id: item for item in after.known}
    pairs = []
    for key in {**first, **second}:
        item = second.get(key) or first[key]
        pairs.append(
            (
                key,
                item.text,
                item.levels,
                first[key].count if key in first else 0,
                second[key].count if key in second else 0,
            )
        )
    return _comparison(pairs, before.records, after.records)


def _comparison(
    pairs: Iterable[tuple[str, str, Mapping[str, int], int, int]], before: int, after: int
) -> Comparison:
    changes = [
        Change(key, text, levels, one, two, _ratio(one, before, two, after),
               chance(one, before, two, after))
        for key, text, levels, one, two in pairs
        if one or two
    ]  # fmt: skip
    changes.sort(key=lambda change: (change.p, -max(change.before, change.after), change.id))
    both = [change for change in changes if change.before and change.after]
    sure = [n for n, change in enumerate(both, 1) if change.p <= SIGNIFICANCE * n / len(both)]
    changed = [
        change
        for change in both[: max(sure, default=0)]
        if change.ratio >= LEAST_RATIO or change.ratio <= 1 / LEAST_RATIO
    ]
    return Comparison(
        before,
        after,
        tuple(change for change in changes if not change.before),
        tuple(change for change in changes if not change.after),
        tuple(changed),
        len(both) - len(changed),
    )


def _ratio(one: int, before: int, two: int, after: int) -> float:
    if not one:
        return math.inf
    return (two / max(after, 1)) / (one / max(before, 1))


def chance(one: int, before: int, two: int, after: int) -> float:
    """Return the p-value of the G-test that `one` of `before` and `two` of `after` are one rate."""
    table = ((one, max(before - one, 0)), (two, max(after - two, 0)))
    total = sum(map(sum, table))
    if not total:
        return 1.0
    columns = [table[0][n] + table[1][n] for n in (0, 1)]
    g = 2 * sum(
        count * math.log(count * total / (sum(row) * columns[n]))
        for row in table
        for n, count in enumerate(row)
        if count
    )
    return math.erfc(math.sqrt(max(g, 0.0) / 2))
