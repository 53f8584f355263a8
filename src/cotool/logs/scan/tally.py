"""What one scan counted, before times whose year was inferred are corrected."""

from __future__ import annotations

from collections.abc import Sequence

from cotool._records import dataclass, field, replace
from cotool._typing import TYPE_CHECKING
from cotool.logs.histogram import Histogram
from cotool.logs.levels import KEYWORDS, LEVELS
from cotool.logs.model import NUMBERS, LogCounts
from cotool.logs.scan.inferred import TimeFigures

if TYPE_CHECKING:
    from cotool._fast.logs.logscan import Scanner
    from cotool.logs.patterns.patterns import Pattern

_DAY = 86400.0


def _no_times() -> TimeFigures:
    return TimeFigures(None, None, Histogram().width, {})


@dataclass(frozen=True, slots=True)
class Tally:
    """Figures without times, whole times and inferred ones, records whose time names its zone."""

    counts: LogCounts = field(default_factory=LogCounts)
    whole: TimeFigures = field(default_factory=_no_times)
    inferred: TimeFigures = field(default_factory=_no_times)
    zoned: int = 0

    def merge(self, other: Tally) -> Tally:
        """Return the figures of both together. Associative and commutative."""
        return Tally(
            self.counts.merge(other.counts),
            self.whole.merge(other.whole),
            self.inferred.merge(other.inferred),
            self.zoned + other.zoned,
        )

    def settled(self, modified: float) -> tuple[LogCounts, int]:
        """Return the figures with inferred times put back by the years that they were late.

        modified: the last change of the source, in seconds. Also returns those years.
        """
        late = self.inferred.years_after(modified + _DAY)
        times = self.whole.merge(self.inferred.earlier(late))
        dated = self.counts.records - self.counts.timeless
        counts = replace(
            self.counts,
            histogram=Histogram(times.width, times.buckets),
            first_seen=times.first,
            last_seen=times.last,
            inferred_dates=sum(map(sum, self.inferred.buckets.values())),
            zoneless=dated - self.zoned if self.zoned else 0,
        )
        return counts, late


def tally_of(scanner: Scanner, patterns: Sequence[Pattern]) -> Tally:
    """Return what a scanner has counted."""
    found = scanner.counts()
    whole, inferred = (TimeFigures(*times) for times in found["times"])
    counts = LogCounts(
        **{name: found[name] for name in NUMBERS if name in found},
        levels=dict(zip(LEVELS, found["levels"], strict=True)),
        keywords=dict(zip(KEYWORDS, found["keywords"], strict=True)),
        patterns={
            pattern.name: count for pattern, count in zip(patterns, found["patterns"], strict=True)
        },
    )
    return Tally(counts, whole, inferred, found["zoned"])
