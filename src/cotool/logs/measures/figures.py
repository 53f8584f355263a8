"""The figures of one measure: count, sum, extremes, and its distribution as a sketch."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from cotool._fast.logs.measures import UNIT, bucket_ends, spread_of
from cotool.errors import InputError
from cotool.logs.distributions import Distribution
from cotool.logs.measures.model import STATISTICS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# The middle of a bucket differs from each number in it by at most this part of it.
RELATIVE_ERROR = 1 / 128


@dataclass(frozen=True)
class Figures:
    """The figures of a measure in some records. Numbers are in seconds, bytes, or as they are.

    `missing`: records without a value; `odd`: records whose value is not a number. `sum`, `least`
    and `greatest` are exact to twelve decimals; quantiles are within RELATIVE_ERROR.
    """

    count: int = 0
    missing: int = 0
    odd: int = 0
    parts: int = 0  # the sum, in UNIT parts
    least_parts: int = 0
    greatest_parts: int = 0
    sketch: Mapping[int, int] = field(default_factory=dict, repr=False)
    shift: int = 0  # bits that the buckets of the sketch leave out
    distinct: int | None = None  # distinct values of a group; None if they are not counted

    def merge(self, other: Figures) -> Figures:
        """Return the figures of both together."""
        if not other.count or not self.count:
            full = self if self.count else other
            return replace(full, missing=self.missing + other.missing, odd=self.odd + other.odd)
        sketch = dict(self.sketch)
        for bucket, times in other.sketch.items():
            sketch[bucket] = sketch.get(bucket, 0) + times
        return Figures(
            self.count + other.count,
            self.missing + other.missing,
            self.odd + other.odd,
            self.parts + other.parts,
            min(self.least_parts, other.least_parts),
            max(self.greatest_parts, other.greatest_parts),
            sketch,
            max(self.shift, other.shift),
        )

    @property
    def sum(self) -> float:
        """The sum of the numbers."""
        return self.parts / UNIT

    @property
    def mean(self) -> float | None:
        """The mean; None without numbers."""
        return self.parts / (UNIT * self.count) if self.count else None

    @property
    def least(self) -> float | None:
        """The least number; None without numbers."""
        return self.least_parts / UNIT if self.count else None

    @property
    def greatest(self) -> float | None:
        """The greatest number; None without numbers."""
        return self.greatest_parts / UNIT if self.count else None

    def quantile(self, share: float) -> float | None:
        """Return the number below which a share (0 to 1) of the numbers lies; None without any.

        It is the number at place floor(share * (count - 1)) in their order, within RELATIVE_ERROR.
        """
        if not self.count:
            return None
        place = int(share * (self.count - 1))
        if place == 0:
            return self.least
        if place == self.count - 1:
            return self.greatest
        seen = 0
        for bucket, times in self._sorted:
            seen += times
            if seen > place:
                low, high = bucket_ends(bucket)
                middle = (low + high) // 2
                return min(max(middle, self.least_parts), self.greatest_parts) / UNIT
        return self.greatest

    @cached_property
    def _sorted(self) -> list[tuple[int, int]]:
        return sorted(self.sketch.items())

    @property
    def distribution(self) -> Distribution:
        """The distribution of the numbers, each within 1/32."""
        counts = spread_of(self.sketch, self.least_parts / UNIT, self.greatest_parts / UNIT)
        return Distribution.of(counts)

    def statistic(self, name: str) -> float | None:
        """Return a statistic by its name: one of STATISTICS, or pNN. Raises InputError."""
        plain: dict[str, Callable[[], float | None]] = {
            "count": lambda: self.count,
            "missing": lambda: self.missing,
            "odd": lambda: self.odd,
            "sum": lambda: self.sum,
            "mean": lambda: self.mean,
            "min": lambda: self.least,
            "max": lambda: self.greatest,
            "distinct": lambda: self.distinct,
        }
        if name in plain:
            return plain[name]()
        share = quantile_share(name)
        if share is None:
            raise InputError(
                f"{name!r} is not a statistic",
                hint=f"{', '.join(STATISTICS)}, distinct, or another pNN",
            )
        return self.quantile(share)


def quantile_share(name: str) -> float | None:
    """Return the share that pNN names: .999 for p99.9; None for another name."""
    if not name.startswith("p"):
        return None
    try:
        number = float(name[1:])
    except ValueError:
        return None
    return number / 100 if 0 <= number <= 100 else None


def or_least(number: float | None) -> float:
    """Return the number, or what is less than every number."""
    return float("-inf") if number is None else number
