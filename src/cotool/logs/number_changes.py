"""Numbers whose distribution differs from that of an earlier run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from cotool._records import NamedTuple, dataclass, field
from cotool.logs.distributions import Distribution, chance_of, greatest_difference, significant
from cotool.logs.units import in_base

# A number has changed if the difference is significant, and large: with millions of records the
# smallest one is not by chance. Shares of numbers below some value differ by at least a tenth, and
# the median is a quarter greater or a fifth less.
LEAST_DIFFERENCE = 0.1
LEAST_RATIO = 1.25
# With fewer numbers than this, all may be different by chance, so they need not be identifiers.
_FEW = 20
_ALL_DIFFERENT = 0.9
# Numbers with these names identify or classify things; they do not measure.
_NAMES = frozenset(
    "id pid tid uid gid port process thread session transaction request order ticket user client "
    "job task worker block chunk node host server line code status version release build exit "
    "error errno offset position seq sequence index key hash token epoch timestamp ts date year "
    "month day instance partition row item message event page file device disk inode fd channel "
    "number no nr address zone shard slot pod container".split()
)


class Numbers(NamedTuple):
    """The numbers of one parameter of a template, or of one measure, in one run.

    `distinct`: how many different numbers there are; 0 if unknown.
    """

    name: str | None
    unit: str | None
    distribution: Distribution
    p50: float | None
    p99: float | None
    distinct: int = 0

    @property
    def is_identifier(self) -> bool:
        """Whether the numbers identify things: by their name, or because all are different."""
        if self.unit:
            return False
        words = (self.name or "").lower().replace("-", "_").rstrip("0123456789").split("_")
        if words[-1] in _NAMES:
            return True
        size = self.distribution.size
        whole = all(float(number * 2).is_integer() for number, _ in self.distribution.counts)
        return whole and size >= _FEW and self.distinct >= _ALL_DIFFERENT * size

    def scaled(self, factor: float, unit: str) -> Numbers:
        """Return the same numbers in another unit."""
        return self._replace(
            unit=unit,
            distribution=self.distribution.scaled(factor),
            p50=None if self.p50 is None else self.p50 * factor,
            p99=None if self.p99 is None else self.p99 * factor,
        )

    def merge(self, other: Numbers) -> Numbers:
        """Return both together, in a unit that they share; this one alone if there is none."""
        one, two = in_one_unit(self, other) or (self, None)
        if two is None:
            return one
        both = one.distribution.merge(two.distribution)
        return Numbers(
            one.name, one.unit, both, both.quantile(0.5), both.quantile(0.99),
            one.distinct + two.distinct,
        )  # fmt: skip


class NumberPair(NamedTuple):
    """The numbers to compare: those of a template's parameter, or of a measure.

    `id`: of the template, None for a measure; `text`: the template, or the measure's name;
    `place`: the parameter's number from 1 on, 0 for a measure; `group`: the values of the group.
    """

    id: str | None
    text: str
    place: int
    group: Mapping[str, str]
    before: Numbers
    after: Numbers


@dataclass(frozen=True, slots=True)
class NumberChange:
    """Numbers that have changed since an earlier run.

    See NumberPair for `id`, `text`, `place` and `group`. `difference`: the greatest difference of
    the cumulative shares (Kolmogorov-Smirnov); `p`: how likely chance alone makes it so great.
    """

    id: str | None
    text: str
    place: int
    name: str | None
    unit: str | None
    before: int
    after: int
    p50_before: float | None
    p50: float | None
    p99_before: float | None
    p99: float | None
    difference: float
    p: float
    group: Mapping[str, str] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        """The ratio of the medians; None if the earlier one was not positive."""
        if self.p50 is None or not self.p50_before or self.p50_before < 0:
            return None
        return self.p50 / self.p50_before


def changed_numbers(pairs: Iterable[NumberPair]) -> tuple[tuple[NumberChange, ...], int]:
    """Return the numbers that have changed, the most different first, and how many were compared.

    Identifiers, and numbers whose units cannot be converted, are not compared.
    """
    changes = []
    for pair in pairs:
        same = in_one_unit(pair.before, pair.after)
        of_template = pair.id is not None
        if same is None or (of_template and any(numbers.is_identifier for numbers in same)):
            continue
        changes.append(_change(pair, *same))
    changes.sort(key=lambda change: change.p)
    sure = significant([change.p for change in changes])
    changed = [change for change in changes[:sure] if _is_large(change)]
    changed.sort(key=lambda c: (-c.difference, -c.after, c.text, c.place, sorted(c.group.items())))
    return tuple(changed), len(changes)


def in_one_unit(one: Numbers, other: Numbers) -> tuple[Numbers, Numbers] | None:
    """Return both in one unit; None if they have none in common, or one has no numbers."""
    if not one.distribution.size or not other.distribution.size:
        return None
    if one.unit == other.unit:
        return one, other
    first, second = in_base(one.unit), in_base(other.unit)
    if first is None or second is None or first[0] != second[0]:
        return None
    return one.scaled(first[1], first[0]), other.scaled(second[1], second[0])


def pairs_of(
    identifier: str, text: str, before: Iterable[tuple[Numbers, ...]], after: tuple[Numbers, ...]
) -> Iterable[NumberPair]:
    """Yield the numbers of a template to compare; `before` has those of each of its earlier forms.

    Parameters correspond by their order if there are as many, else by their names.
    """
    names = Counter(numbers.name for numbers in after)
    earlier = list(before)
    for n, numbers in enumerate(after):
        found = [
            run[n]
            if len(run) == len(after)
            else next((one for one in run if one.name == numbers.name), None)
            for run in earlier
            if len(run) == len(after) or (numbers.name and names[numbers.name] == 1)
        ]
        known = [one for one in found if one is not None and one.distribution.size]
        if known:
            total = known[0]
            for one in known[1:]:
                total = total.merge(one)
            yield NumberPair(identifier, text, n + 1, {}, total, numbers)


def _change(pair: NumberPair, before: Numbers, after: Numbers) -> NumberChange:
    one, two = before.distribution, after.distribution
    difference = greatest_difference(one, two)
    return NumberChange(
        pair.id, pair.text, pair.place, after.name, after.unit, one.size, two.size,
        before.p50, after.p50, before.p99, after.p99,
        difference, chance_of(difference, one.size, two.size), pair.group,
    )  # fmt: skip


def _is_large(change: NumberChange) -> bool:
    one, two = change.p50_before, change.p50
    if change.difference < LEAST_DIFFERENCE or one is None or two is None:
        return False
    low, high = sorted((abs(one), abs(two)))
    return one != two and (one * two < 0 or high >= LEAST_RATIO * low)
