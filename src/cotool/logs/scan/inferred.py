"""Times whose year was inferred, corrected once the last of them is known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from operator import add

from cotool._fast.logs.forms import Forms
from cotool._records import dataclass
from cotool._typing import TYPE_CHECKING
from cotool.logs.histogram import WIDTHS, Histogram
from cotool.logs.levels import LEVELS

if TYPE_CHECKING:
    from cotool._fast.logs.measures import Measured
    from cotool.logs.measures.model import Reading
    from cotool.logs.measures.results import Measures

_NONE = (0,) * len(LEVELS)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TimeFigures:
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

    def earlier(self, years: int) -> TimeFigures:
        """Return the same dates this many years before; 29 February may become 1 March."""
        if not years or self.first is None or self.last is None:
            return self
        moved: dict[int, tuple[int, ...]] = {}
        for start, counts in self.buckets.items():
            back = _years_back(start, years)
            back -= back % self.width
            moved[back] = tuple(map(add, moved.get(back, _NONE), counts))
        return TimeFigures(_moved(self.first, years), _moved(self.last, years), self.width, moved)

    def merge(self, other: TimeFigures) -> TimeFigures:
        """Return both together."""
        if other.first is None and other.width <= self.width:
            return self
        whole = Histogram(self.width, self.buckets).merge(Histogram(other.width, other.buckets))
        firsts = [first for first in (self.first, other.first) if first is not None]
        lasts = [last for last in (self.last, other.last) if last is not None]
        return TimeFigures(
            min(firsts, default=None), max(lasts, default=None), whole.width, whole.buckets
        )


def whole_forms(forms: Forms, years: int) -> Forms:
    """Return forms whose inferred times lie this many years before, and are inferred no longer."""
    whole = Forms(WIDTHS)
    if not years:
        whole.merge(forms, whole=True)
        return whole
    for form in forms.export():
        signature, message, inferred, count, levels, first, last, width, timeline = form[:9]
        if inferred and first is not None and last is not None:
            first, last = _years_back(first, years), _years_back(last, years)
            moved: dict[int, int] = {}
            for start, number in timeline.items():
                back = min(max(_years_back(start, years), first), last)
                back -= back % width
                moved[back] = moved.get(back, 0) + number
            timeline = moved
        whole.insert(
            (signature, message, False, count, levels, first, last, width, timeline, *form[9:])
        )
    return whole


def whole_measures(
    table: Measured | None, reading: Reading | None, path: str, years: int
) -> Measures | None:
    """Return what was measured in one file, inferred times this many years before."""
    if table is None or reading is None:
        return None
    from cotool.logs.measures.results import measures_of

    def back(seconds: int) -> int:
        moved = _years_back(seconds, years)
        return moved - moved % table.width

    return measures_of(
        table,
        reading.names,
        reading.keys,
        path,
        steps=reading.steps,
        sources=tuple(reading.sources[n] for n in reading.measures),
        back=back if years and table.width else None,
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
