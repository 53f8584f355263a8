"""How templates differ from those of an earlier run: new, vanished, more or less frequent."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from cotool._records import dataclass
from cotool._typing import TYPE_CHECKING
from cotool.errors import InputError
from cotool.logs.distributions import significant
from cotool.logs.measures.earlier import EarlierMeasures, measure_pairs
from cotool.logs.number_changes import NumberChange, NumberPair, Numbers, changed_numbers, pairs_of
from cotool.logs.templates.clusters import Clusters
from cotool.logs.templates.tokens import PARAMETER, SHOWN

if TYPE_CHECKING:
    from cotool.logs.measures.results import Measures
    from cotool.logs.templates.baseline import Baseline
    from cotool.logs.templates.model import Known
    from cotool.logs.templates.template_set import TemplateSet

# A rate has changed if the difference is significant, and it rose by half or fell by a third. Among
# millions of records even the smallest difference is significant.
LEAST_RATIO = 1.5


@dataclass(frozen=True, slots=True)
class Change:
    """A template in both runs, or in one of them (the other count is 0).

    `ratio`: its share now divided by its share before, infinite if it is new; `p`: the probability
    of such a difference by chance, by the G-test with one degree of freedom (Sokal and Rohlf).
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
    """The differences of each kind, the most significant first.

    `has_templates`: whether templates were compared, and not measures alone.

    `changed_numbers`: numbers in templates, and measures, whose distribution has changed, of
    `numbers_compared`; `measures_before`: the measures of the earlier run.
    """

    records_before: int
    records_after: int
    new: tuple[Change, ...]
    vanished: tuple[Change, ...]
    changed: tuple[Change, ...]
    unchanged: int
    has_templates: bool = True
    changed_numbers: tuple[NumberChange, ...] = ()
    numbers_compared: int = 0
    measures_before: EarlierMeasures | None = None


def compare(now: TemplateSet, before: Baseline, measures: Measures | None = None) -> Comparison:
    """Compare a set, and measures, with the baseline that with_known() gave the set."""
    earlier = {item.id: item for item in before.known}
    numbers = _measured(measures, before.measures)
    pairs = []
    for t in now.templates:
        known = [earlier[item.id] for item in now.holds_known(t) if item.id in earlier]
        pairs.append((t.id, t.text, t.levels, sum(item.count for item in known), t.count))
        numbers += pairs_of(t.id, t.text, [item.numbers for item in known], t.to_known().numbers)
    held = {item.id for t in now.templates for item in now.holds_known(t)}
    pairs += [
        (item.id, item.text, item.levels, item.count, 0)
        for item in before.known
        if item.id not in held
    ]
    return _comparison(pairs, before, now.records, numbers)


def compare_measures(records: int, before: Baseline, measures: Measures | None) -> Comparison:
    """Compare only the measures of two runs."""
    return _comparison((), before, records, _measured(measures, before.measures))


def _measured(
    now: Measures | EarlierMeasures | None, before: EarlierMeasures | None
) -> list[NumberPair]:
    return [] if now is None or before is None else list(measure_pairs(now, before))


def compare_baselines(before: Baseline, after: Baseline) -> Comparison:
    """Compare two runs by their reports alone.

    Templates of the two runs are the same if one run over both would find one template: a word that
    is text in one run may be a parameter in the other. Raises InputError if the runs share nothing.
    """
    form_of = {
        item.form: item.form.replace(SHOWN, PARAMETER)
        for run in (before, after)
        for item in run.known
    }
    clusters = Clusters((), form_of.values())
    found: dict[tuple[str, ...], tuple[list[Known], list[Known]]] = defaultdict(lambda: ([], []))
    for n, run in enumerate((before, after)):
        for item in run.known:
            found[clusters.template_of_form(form_of[item.form])][n].append(item)
    pairs = []
    numbers = _measured(after.measures, before.measures)
    if not (before.has_templates and after.has_templates):
        if not numbers:
            raise InputError(
                "the two runs have nothing in common to compare",
                hint="both files must be JSON with templates, or with the same measures",
            )
        return _comparison((), before._replace(has_templates=False), after.records, numbers)
    for one, two in found.values():
        shown = max(two or one, key=lambda item: (item.count, item.id))
        levels = Counter[str]()
        for item in two or one:
            levels.update(item.levels)
        earlier, later = (sum(item.count for item in run) for run in (one, two))
        pairs.append((shown.id, shown.text, levels, earlier, later))
        if one and two:
            runs = [item.numbers for item in one]
            numbers += pairs_of(shown.id, shown.text, runs, _numbers_of(shown, two))
    return _comparison(pairs, before, after.records, numbers)


def _numbers_of(shown: Known, items: list[Known]) -> tuple[Numbers, ...]:
    """Return the numbers of a template's forms together, as far as they have the same places."""
    total = list(shown.numbers)
    for item in items:
        if item is not shown and len(item.numbers) == len(total):
            total = [one.merge(two) for one, two in zip(total, item.numbers, strict=True)]
    return tuple(total)


def _comparison(
    pairs: Iterable[tuple[str, str, Mapping[str, int], int, int]],
    baseline: Baseline,
    after: int,
    numbers: Iterable[NumberPair],
) -> Comparison:
    before = baseline.records
    changes = [
        Change(key, text, levels, one, two, _ratio(one, before, two, after),
               chance(one, before, two, after))
        for key, text, levels, one, two in pairs
        if one or two
    ]  # fmt: skip
    changes.sort(key=lambda change: (change.p, -max(change.before, change.after), change.id))
    both = [change for change in changes if change.before and change.after]
    changed = [
        change
        for change in both[: significant([change.p for change in both])]
        if change.ratio >= LEAST_RATIO or change.ratio <= 1 / LEAST_RATIO
    ]
    return Comparison(
        before,
        after,
        tuple(change for change in changes if not change.before),
        tuple(change for change in changes if not change.after),
        tuple(changed),
        len(both) - len(changed),
        baseline.has_templates,
        *changed_numbers(numbers),
        baseline.measures,
    )


def _ratio(one: int, before: int, two: int, after: int) -> float:
    if not one:
        return math.inf
    return (two / max(after, 1)) / (one / max(before, 1))


def chance(one: int, before: int, two: int, after: int) -> float:
    """Return the p-value that `one` of `before` and `two` of `after` have one rate, by a G-test."""
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
