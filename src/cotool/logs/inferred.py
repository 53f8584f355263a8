"""Times whose year was inferred, put right once the last of them is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import add
from typing import TYPE_CHECKING

from cotool.logs.histogram import Histogram
from cotool.logs.options import LEVELS

if TYPE_CHECKING:
    from collections.abc import Mapping

_NONE = (0,) * len(LEVELS)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Times:
    """First and last time in nanoseconds, and a histogram, as in logs.histogram."""

    first: int | None
    last: int | None
    width: int
    buckets: Mapping[int, tuple[int, ...]]

    def years_after(self, latest: float) -> int:
        """Return how many years the last time must go back not to lie after `latest` (seconds)."""
        years = 0
        while self.last is not None and _years_back(self.last // 10**9, years) > latest:
            years += 1
        return years

    def earlier(self, years: int) -> Times:
        """Return the same dates so many years before; 29 February may become 1 March."""
        if not years or self.first is None or self.last is None:
            return self
        moved: dict[int, tuple[int, ...]] = {}
        for start, counts in self.buckets.items():
            back = _years_back(start, years)
            back -= back % self.width
            moved[back] = tuple(map(add, moved.get(back, _NONE), counts))
        return Times(_moved(self.first, years), _moved(self.last, years), self.width, moved)

    def merge(self, other: Times) -> Times:
        """Return both together."""
        whole = Histogram(self.width, self.buckets).merge(Histogram(other.width, other.buckets))
        firsts = [first for first in (self.first, other.first) if first is not None]
        lasts = [last for last in (self.last, other.last) if last is not None]
        return Times(
            min(firsts, default=None), max(lasts, default=None), whole.width, whole.buckets
        )


def _moved(nanoseconds: int, years: int) -> int:
    return _years_back(nanoseconds // 10**9, years) * 10**9 + nanoseconds % 10**9


def _years_back(seconds: int, years: int) -> int:
    moment = _EPOCH + timedelta(seconds=seconds)
    try:
        moved = moment.replace(year=moment.year - years)
    except ValueError:
        moved = moment.replace(year=moment.year - years, month=3, day=1)
    return int((moved - _EPOCH).total_seconds())
