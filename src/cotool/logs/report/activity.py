"""Activity over time from a histogram: buckets to show, bursts and gaps with their evidence."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import compress, pairwise

from cotool._records import dataclass
from cotool._typing import TYPE_CHECKING
from cotool.averages import median
from cotool.errors import InputError
from cotool.logs.levels import ERRORS, LEVELS
from cotool.logs.measures.steps import UTC, Steps, steps_of
from cotool.logs.times import zone_table
from cotool.text import speed_text

if TYPE_CHECKING:
    from datetime import tzinfo

    from cotool.logs.histogram import Histogram
    from cotool.logs.model import LogCounts
    from cotool.logs.report.clock import Clock

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_SECOND = 1_000_000_000  # nanoseconds
# Widths that are easy to read, in seconds.
NICE = (
    1, 5, 10, 15, 30,
    _MINUTE, 2 * _MINUTE, 5 * _MINUTE, 10 * _MINUTE, 15 * _MINUTE, 30 * _MINUTE,
    _HOUR, 2 * _HOUR, 4 * _HOUR, 6 * _HOUR, 12 * _HOUR,
    _DAY, 7 * _DAY, 30 * _DAY, 90 * _DAY, 360 * _DAY, 3600 * _DAY,
)  # fmt: skip
# More buckets than this are not filled up with empty ones.
_MOST_FILLED = 20_000
_MOST_BURSTS = 10
_MOST_GAPS = 10
# Bursts are looked for in series of at most this many buckets, from minutes to a part of the whole.
_SERIES = (480, 120, 30)
_LEAST_SERIES = 8
_LEAST_BURST = 9  # more records than these
# With fewer buckets that hold anything, pauses are the rule and nothing is typical.
_LEAST_FILLED = 0.25
# The series in which bursts are looked for.
_SERIES_LEVELS = {"all": LEVELS, "warning": ("warning",), "error": ERRORS}


@dataclass(frozen=True, slots=True)
class TimeLine:
    """Counts by level in steps of time: `buckets` has them by the number of the step."""

    width: int
    buckets: Mapping[int, tuple[int, ...]]
    steps: Steps = UTC

    @property
    def moments(self) -> dict[int, tuple[int, ...]]:
        """The counts by the seconds since 1970 at which steps begin."""
        return {self.steps.begin(step): counts for step, counts in self.buckets.items()}


@dataclass(frozen=True, slots=True)
class Burst:
    """Far more records than is typical, from `start` to `end` (seconds since 1970).

    `typical` is the count in an equally long time elsewhere; `ratio` is `count` over it (or over 1,
    if it is less).
    """

    level: str
    start: int
    end: int
    count: int
    typical: float
    ratio: float


@dataclass(frozen=True, slots=True)
class Gap:
    """No record from `start` to `end`, while 95 % of pauses last at most `typical` seconds."""

    start: int
    end: int
    seconds: int
    typical: int


def steps_in_zone(histogram: Histogram, width: int, zone: tzinfo | None) -> Steps | None:
    """Return steps that begin when those of the zone begin; None if buckets overlap two of them."""
    if zone is None or not histogram.buckets:
        return UTC
    steps = steps_of(zone_table(zone), width)
    first, last = min(histogram.buckets), max(histogram.buckets)
    return steps if steps.divides(histogram.width, first, last) else None


def display_buckets(
    histogram: Histogram, bucket: int | None = None, most: int = 60, zone: tzinfo | None = None
) -> TimeLine:
    """Return the counts in steps of `bucket` seconds, or of the least nice width that fits.

    Steps begin when those of the zone begin, or in UTC if buckets overlap two of them. Empty steps
    between the first and the last are filled with zeros. Raises InputError if `bucket` is no
    multiple of the width of the buckets that were kept.
    """
    if not histogram.buckets:
        return TimeLine(histogram.width, {})
    if bucket is None:
        width = _width_of(histogram, most)
    else:
        width = bucket
        if width % histogram.width:
            raise InputError(
                f"the times are kept in steps of {duration(histogram.width)}",
                parameter="bucket",
                hint="give a multiple of it; `since` and `until` keep finer steps",
            )
    steps = steps_in_zone(histogram, width, zone) or UTC
    wide = histogram.widened(width, steps.local if steps.starts else None)
    return TimeLine(width, _filled(wide), steps)


def _width_of(histogram: Histogram, most: int) -> int:
    """Return the least nice width of which at most `most` steps hold all buckets."""
    first, last = min(histogram.buckets), max(histogram.buckets)
    fitting = [width for width in NICE if width % histogram.width == 0]
    return next(
        (
            width
            for width in fitting
            if (last - last % width - first + first % width) // width < most
        ),
        histogram.width if not fitting else fitting[-1],
    )


def _filled(histogram: Histogram) -> dict[int, tuple[int, ...]]:
    first, last, width = min(histogram.buckets), max(histogram.buckets), histogram.width
    if (last - first) // width >= _MOST_FILLED:
        return dict(sorted(histogram.buckets.items()))
    empty = (0,) * len(LEVELS)
    return {
        start: histogram.buckets.get(start, empty) for start in range(first, last + width, width)
    }


def find_bursts(
    histogram: Histogram,
    names: Iterable[str] = ("all", "warning", "error"),
    zone: tzinfo | None = None,
) -> list[Burst]:
    """Return the strongest bursts of all records, of warnings and of errors, or of what is named.

    A bucket belongs to a burst if its count is above three times the typical one (the median
    of all buckets, or the mean of the lower nine tenths if that is more) and more than six
    standard deviations above it, as estimated from the median deviation or, if that is more,
    by Poisson's law. Neighbouring buckets are one burst. It is looked for at several widths, in
    steps of the zone; of bursts that overlap the strongest is kept.
    """
    found: list[Burst] = []
    enough = sum(map(sum, histogram.buckets.values())) > _LEAST_BURST
    widths = dict.fromkeys(_width_of(histogram, most) for most in _SERIES) if enough else ()
    for width in widths:
        series = display_buckets(histogram, width, zone=zone)
        rows = series.buckets.values()
        filled = sum(map(any, rows))
        if len(series.buckets) < _LEAST_SERIES or filled < _LEAST_FILLED * len(series.buckets):
            continue
        starts = list(series.buckets)
        for name in names:
            chosen = [level in _SERIES_LEVELS[name] for level in LEVELS]
            counts = [sum(compress(row, chosen)) for row in rows]
            found += _bursts(name, starts, counts, series)
    found.sort(key=lambda burst: (-burst.count / math.sqrt(burst.typical + 1), burst.start))
    kept: list[Burst] = []
    for burst in found:
        if not any(
            burst.level == other.level and burst.start < other.end and other.start < burst.end
            for other in kept
        ):
            kept.append(burst)
    return kept[:_MOST_BURSTS]


def _bursts(
    name: str, starts: Sequence[int], counts: Sequence[int], series: TimeLine
) -> list[Burst]:
    middle = median(counts)
    lower = sorted(counts)[: max(1, len(counts) * 9 // 10)]
    typical = max(middle, sum(lower) / len(lower))
    deviation = max(
        1.4826 * median(abs(count - middle) for count in counts), math.sqrt(typical + 1)
    )
    threshold = max(3 * typical, typical + 6 * deviation, _LEAST_BURST)
    found: list[Burst] = []
    n = 0
    while n < len(counts):
        end = n
        while end < len(counts) and counts[end] > threshold:
            end += 1
        if end > n:
            count = sum(counts[n:end])
            usual = typical * (end - n)
            found.append(
                Burst(
                    name,
                    series.steps.begin(starts[n]),
                    series.steps.begin(starts[end - 1] + series.width),
                    count,
                    round(usual, 2),
                    round(count / max(usual, 1), 1),
                )
            )
        n = end + 1
    return found


def find_gaps(histogram: Histogram) -> list[Gap]:
    """Return the longest silences: twenty times what 95 % of the pauses last, or more."""
    starts = sorted(histogram.buckets)
    if len(starts) < _LEAST_SERIES:
        return []
    pauses = sorted(b - a for a, b in pairwise(starts))
    typical = max(pauses[int(0.95 * (len(pauses) - 1))], histogram.width)
    found = [
        Gap(a + histogram.width, b, b - a - histogram.width, typical)
        for a, b in pairwise(starts)
        if b - a > 20 * typical
    ]
    found.sort(key=lambda gap: (-gap.seconds, gap.start))
    return found[:_MOST_GAPS]


def rate(records: int, first: int | None, last: int | None) -> float | None:
    """Return records per second over the time between two moments in nanoseconds."""
    if first is None or last is None or last <= first:
        return None
    return records / ((last - first) / 1e9)


def period(counts: LogCounts, clock: Clock) -> str:
    """Return the first and the last time of records, and how many there are per second."""
    if counts.first_seen is None or counts.last_seen is None:
        return ""
    first, last = clock.text(counts.first_seen // _SECOND), clock.text(counts.last_seen // _SECOND)
    text = f"{first} to {last} ({duration((counts.last_seen - counts.first_seen) // _SECOND)})"
    speed = rate(counts.records, counts.first_seen, counts.last_seen)
    return text if speed is None else f"{text}, {speed_text(speed)}"


def duration(seconds: float) -> str:
    """Return a duration as people write it: 45 s, 5 min, 2 h, 3 d."""
    for size, name in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if seconds >= size:
            number = seconds / size
            text = f"{number:.1f}".removesuffix(".0")
            return f"{text} {name}"
    return f"{seconds:g} s"
