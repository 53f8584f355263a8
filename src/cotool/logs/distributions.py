"""Distributions of numbers, and whether two of them differ: the Kolmogorov-Smirnov test."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import accumulate

from cotool._records import dataclass
from cotool._typing import Self

_DIGITS = 4
# What differs between two runs is reported if chance explains it in less than 1 % of cases, of all
# that is reported.
_SIGNIFICANCE = 0.01


def significant(chances: Sequence[float]) -> int:
    """Return how many of these p-values are significant; they are in ascending order.

    Corrected for their number: Benjamini and Hochberg 1995.
    """
    some = [n for n, p in enumerate(chances, 1) if p <= _SIGNIFICANCE * n / len(chances)]
    return max(some, default=0)


def rank_of(share: float, count: int) -> int:
    """Return the least rank, from 1, at or below which a share of so many numbers is."""
    # The share of a count in floating point may be a little more than it is.
    return max(math.ceil(share * count * (1 - 1e-12)), 1)


@dataclass(frozen=True)
class Distribution:
    """How often numbers occur: (number, count) in ascending order, numbers with four digits."""

    counts: tuple[tuple[float, int], ...] = ()

    @classmethod
    def of(cls, counts: Mapping[float, int] | Iterable[tuple[float, int]]) -> Self:
        """Return the distribution of numbers with counts; equal ones are added up."""
        total: Counter[float] = Counter()
        for number, count in counts.items() if hasattr(counts, "items") else counts:
            total[float(f"{number:.{_DIGITS}g}") + 0.0] += count
        return cls(tuple(sorted(total.items())))

    @cached_property
    def size(self) -> int:
        """How many numbers there are."""
        return sum(count for _, count in self.counts)

    def quantile(self, share: float) -> float | None:
        """Return the number of nearest rank for a share of the numbers; None without numbers."""
        place = rank_of(share, self.size) - 1
        reached = accumulate(count for _, count in self.counts)
        return next(
            (
                number
                for (number, _), seen in zip(self.counts, reached, strict=True)
                if seen > place
            ),
            None,
        )

    def scaled(self, factor: float) -> Distribution:
        """Return the distribution of the same numbers times a factor."""
        return Distribution.of((number * factor, count) for number, count in self.counts)

    def merge(self, other: Distribution) -> Distribution:
        """Return the distribution of both together."""
        return Distribution.of((*self.counts, *other.counts))

    def to_dict(self) -> dict[str, int]:
        """Return the JSON form."""
        return {f"{number:.{_DIGITS}g}": count for number, count in self.counts}


def greatest_difference(one: Distribution, other: Distribution) -> float:
    """Return the greatest difference of the cumulative shares, 0 to 1 (Kolmogorov-Smirnov)."""
    steps = [(number, count / one.size, 0.0) for number, count in one.counts]
    steps += [(number, 0.0, count / other.size) for number, count in other.counts]
    steps.sort()
    low = high = most = 0.0
    for n, (number, first, second) in enumerate(steps):
        low, high = low + first, high + second
        if n + 1 == len(steps) or steps[n + 1][0] > number:
            most = max(most, abs(high - low))
    return most


def chance_of(difference: float, one: int, other: int) -> float:
    """Return how likely chance alone makes so great a difference between samples of these sizes.

    The asymptotic distribution with Stephens' correction (1970), which holds from about four on.
    """
    root = math.sqrt(one * other / (one + other))
    x = (root + 0.12 + 0.11 / root) * difference
    if x < 0.2:
        return 1.0
    terms = ((-1) ** (n - 1) * math.exp(-2 * (n * x) ** 2) for n in range(1, 101))
    return min(1.0, max(0.0, 2 * math.fsum(terms)))
