"""95 % intervals of the mean and the median of numbers, from all questions of a batch.

A few numbers give a poor estimate of their spread, so the spread of similar questions is used as
well; the interval of a single question is the usual one of Student's t.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from math import atan, erf, exp, inf, lgamma, log, log1p, sin, sqrt

from cotool._fast.truth import gaussian, posterior

# From this many numbers on, a binomial distribution is taken to be normal.
MANY = 100
# Steps by which an interval is halved.
_STEPS = 20
# Kinds of noise of less weight are left out.
_LEAST = 1e-3


def of_means(squares: Sequence[float], effective: Sequence[float]) -> list[tuple[float, float]]:
    """(variance, half the width of the interval) for the mean of each question.

    `squares` are mean squares around the mean; `effective` says how many equally weighted numbers
    those of a question are worth (Kish, 1965).
    """
    known = [max(count - 1, 0.0) for count in effective]
    sums = [square * count for square, count in zip(squares, effective, strict=True)]
    shrunk, behind, _ = gaussian.shrunk_variances(sums, known)
    total = sum(known)
    found = []
    for variance, own, count in zip(shrunk, behind, effective, strict=True):
        alone = sum(one > 0 for one in known) == 1
        freedom = total if alone else 1 / (1 / own + 1 / total) if total else inf
        half = posterior.student(freedom) * sqrt(variance / count) if count and variance else 0.0
        found.append((variance, half))
    return found


class MedianIntervals:
    """Half the width of the interval of a median of n numbers, for a batch.

    The noise of all numbers, Gaussian or with heavier tails, is found by the Gaussian model with
    one precision for all.
    """

    def __init__(self, asked: Sequence[Sequence[float]], middles: Sequence[float]) -> None:
        rows = [(place, number) for place, own in enumerate(asked) for number in own]
        self._noises: Sequence[tuple[float, float, float]] = []
        if rows:
            items, numbers = zip(*rows, strict=True)
            found = gaussian.estimate(
                array("i", items), array("i", bytes(4 * len(rows))), array("d", numbers), middles, 1
            )
            self._noises = [one for one in found.noises if one[0] > _LEAST]
        self._found: dict[int, float] = {}

    @property
    def deviation(self) -> float:
        """The deviation of a number, in the middle of what it may be."""
        return sum(weight * deviation for weight, _, deviation in self._noises)

    def half(self, count: int) -> float:
        """Half the width for a median of so many numbers; 0 if nothing is known."""
        if count not in self._found:
            self._found[count] = self._searched(count) if self._noises else 0.0
        return self._found[count]

    def _searched(self, count: int) -> float:
        high = max(deviation for _, _, deviation in self._noises)
        while self._inside(high, count) < 0.95:
            high *= 2
        low = 0.0
        for _ in range(_STEPS):
            middle = (low + high) / 2
            low, high = (middle, high) if self._inside(middle, count) < 0.95 else (low, middle)
        return high

    def _inside(self, half: float, count: int) -> float:
        """The probability that the median is so near the value."""
        if count == 2:
            half, count = half * sqrt(2), 1
        elif count % 2 == 0:
            # It varies a little more than that of one more number.
            half, count = half / (1 + 0.25 / count**2), count + 1
        inside = sum(
            weight * (2 * _most_below(_share_below(half / deviation, freedom), count) - 1)
            for weight, freedom, deviation in self._noises
        )
        return inside / sum(weight for weight, _, _ in self._noises)


def _share_below(place: float, freedom: float) -> float:
    """The distribution function of Student's t for infinite, one or even degrees of freedom."""
    if freedom == inf:
        return (1 + erf(place / sqrt(2))) / 2
    angle = atan(place / sqrt(freedom))
    if freedom == 1:
        return 0.5 + angle / 3.141592653589793
    square, term, total = 1 - sin(angle) ** 2, 1.0, 1.0
    for k in range(1, int(freedom) // 2):
        term *= square * (2 * k - 1) / (2 * k)
        total += term
    return 0.5 + sin(angle) * total / 2


def _most_below(share: float, count: int) -> float:
    """The probability that more than half of an odd number of numbers are below a place."""
    if share >= 1:
        return 1.0
    if count > MANY:
        return (1 + erf((share - 0.5) * sqrt(2 * count))) / 2
    return sum(
        exp(
            lgamma(count + 1) - lgamma(k + 1) - lgamma(count - k + 1)
            + k * log(share) + (count - k) * log1p(-share)
        )
        for k in range(count // 2 + 1, count + 1)
    )  # fmt: skip
