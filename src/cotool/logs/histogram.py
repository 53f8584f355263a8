"""Records by time and level, in buckets that are widened to keep their number bounded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from cotool._records import dataclass, field
from cotool.logs.levels import LEVELS

# Widths in seconds. Each divides the next, so widening only adds whole buckets, and the result does
# not depend on the order of merging.
WIDTHS = (1, 5, 15, 60, 300, 900, 3600, 14400, 86400, 10 * 86400, 100 * 86400, 1000 * 86400,
          10000 * 86400, 100000 * 86400)  # fmt: skip
# The most buckets that contain records: an hour at one second. With 8192, a log that fills them
# takes 8 % longer.
MAX_BUCKETS = 4096
# Days of all zones consist of quarters of an hour, which are kept for nearly two years.
MAX_WIDE_BUCKETS = 65_536
MOST_BUCKETS = tuple(MAX_WIDE_BUCKETS if width >= 900 else MAX_BUCKETS for width in WIDTHS)


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts of records: `buckets` maps a bucket's start to one count for each of LEVELS.

    Starts are seconds since 1970 (UTC, or the logs' local time if they give no zone) and
    multiples of `width` seconds. Buckets without records are absent.
    """

    width: int = WIDTHS[0]
    buckets: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    def merge(self, other: Histogram) -> Histogram:
        """Return the sum of both, as summed() does. Associative and commutative."""
        return summed((self, other))

    def widened(self, width: int, number: Callable[[int], int] | None = None) -> Histogram:
        """Return the same counts in buckets of `width` seconds, a multiple of the present width.

        `number` returns the time by which a start is counted, if that is not the start itself.
        """
        if number is None and width == self.width:
            return self
        rows: dict[int, list[tuple[int, ...]]] = defaultdict(list)
        for start, counts in self.buckets.items():
            at = start if number is None else number(start)
            rows[at - at % width].append(counts)
        return Histogram(
            width,
            {
                start: counts[0] if len(counts) == 1 else tuple(map(sum, zip(*counts, strict=True)))
                for start, counts in rows.items()
            },
        )

    def totals(self) -> dict[str, int]:
        """Return the number of records of each level."""
        sums = [0] * len(LEVELS)
        for counts in self.buckets.values():
            sums = [a + b for a, b in zip(sums, counts, strict=True)]
        return dict(zip(LEVELS, sums, strict=True))


def summed(parts: Iterable[Histogram]) -> Histogram:
    """Return the sum in the narrowest of WIDTHS that needs no more than MOST_BUCKETS.

    The order does not matter, since a part never needs wider buckets than the whole.
    """
    from cotool._fast.logs.logscan import Buckets, sum_buckets

    packed = (
        (part.width, part.buckets if isinstance(part.buckets, Buckets) else Buckets(part.buckets))
        for part in parts
    )
    return Histogram(*sum_buckets(packed, WIDTHS, MOST_BUCKETS))
