"""Records by time and level, in buckets that are widened to keep their number bounded."""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import add
from typing import TYPE_CHECKING

from cotool.logs.levels import LEVELS

if TYPE_CHECKING:
    from collections.abc import Mapping

# Widths in seconds. Each divides the next, so widening only adds whole buckets, and the result does
# not depend on the order of merging.
WIDTHS = (1, 5, 15, 60, 300, 900, 3600, 14400, 86400, 10 * 86400, 100 * 86400, 1000 * 86400,
          10000 * 86400, 100000 * 86400)  # fmt: skip
# The most buckets that contain records: an hour at one second, 11 years at a day. With 8192, a log
# that fills them takes 8 % longer.
MAX_BUCKETS = 4096


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts of records: `buckets` maps a bucket's start to one count for each of LEVELS.

    Starts are seconds since 1970 (UTC, or the logs' local time if they give no zone) and
    multiples of `width` seconds. Buckets without records are absent.
    """

    width: int = WIDTHS[0]
    buckets: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    def merge(self, other: Histogram) -> Histogram:
        """Return the sum in the narrowest of WIDTHS that needs at most MAX_BUCKETS buckets.

        Associative and commutative, since a part never needs wider buckets than the whole.
        """
        width = max(self.width, other.width)
        buckets = _add({}, self.buckets, width)
        _add(buckets, other.buckets, width)
        while len(buckets) > MAX_BUCKETS and width != WIDTHS[-1]:
            width = WIDTHS[WIDTHS.index(width) + 1]
            buckets = _add({}, buckets, width)
        return Histogram(width, buckets)

    def widened(self, width: int) -> Histogram:
        """Return the same counts in buckets of `width` seconds, a multiple of the present width."""
        return Histogram(width, _add({}, self.buckets, width))

    def totals(self) -> dict[str, int]:
        """Return the number of records of each level."""
        sums = [0] * len(LEVELS)
        for counts in self.buckets.values():
            sums = [a + b for a, b in zip(sums, counts, strict=True)]
        return dict(zip(LEVELS, sums, strict=True))


def _add(
    total: dict[int, tuple[int, ...]], buckets: Mapping[int, tuple[int, ...]], width: int
) -> dict[int, tuple[int, ...]]:
    for start, counts in buckets.items():
        key = start - start % width
        before = total.get(key)
        total[key] = counts if before is None else tuple(map(add, before, counts))
    return total
