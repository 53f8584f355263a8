"""Medians and means as in the module `statistics`, which takes as long to load as all of `cli`."""

from __future__ import annotations

from collections.abc import Iterable
from math import fsum


def median(values: Iterable[float]) -> float:
    """Return the middle value, or the mean of the two in the middle; there must be a value."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


def median_low(values: Iterable[float]) -> float:
    """Return the middle value, or the lower of the two in the middle; there must be a value."""
    ordered = sorted(values)
    return ordered[(len(ordered) - 1) // 2]


def mean(values: Iterable[float]) -> float:
    """Return the mean, rounded once; there must be a value."""
    found = list(values)
    return fsum(found) / len(found)
