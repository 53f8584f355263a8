"""Steps of time that begin when hours and days of a zone begin."""

from __future__ import annotations

from bisect import bisect_right

from cotool._records import dataclass


@dataclass(frozen=True, slots=True)
class Steps:
    """How steps are numbered: by the local time at which they begin.

    `starts` are the local times at which an offset from UTC begins, `changes` the same in UTC, and
    `offsets` the offsets, in seconds. All are empty for steps in UTC.
    """

    starts: tuple[int, ...] = ()
    changes: tuple[int, ...] = ()
    offsets: tuple[int, ...] = ()

    def begin(self, step: int) -> int:
        """Return the seconds since 1970 at which a step begins, first if it is repeated."""
        if not self.starts:
            return step
        return step - self.offsets[bisect_right(self.starts, step) - 1]

    def local(self, seconds: int) -> int:
        """Return the local time by which a time is counted."""
        if not self.starts:
            return seconds
        return seconds + self.offsets[bisect_right(self.changes, seconds) - 1]

    def divides(self, width: int, first: int, last: int) -> bool:
        """Return whether each bucket of `width` seconds in UTC lies in one step.

        `width` divides that of the steps; the buckets begin from `first` to `last`.
        """
        if not self.starts:
            return True
        begin, end = (bisect_right(self.changes, at) for at in (first, last + width - 1))
        numbers = self.offsets[begin - 1 : end] + self.changes[begin:end]
        return not any(number % width for number in numbers)


UTC = Steps()


def steps_of(zone_table: tuple[tuple[int, ...], tuple[int, ...]], width: int) -> Steps:
    """Return how steps of so many seconds are numbered in a zone.

    If the offsets of a zone differ by multiples of the width, its steps are equal parts of time
    in spite of them, so an hour that is repeated has its own steps each time.
    """
    starts, offsets = zone_table
    if not width or not starts:
        return UTC
    phases = {offset % width for offset in offsets}
    if len(phases) > 1:
        before = (offsets[:1] + offsets)[: len(offsets)]
        changes = (start - max(pair) for start, *pair in zip(starts, before, offsets, strict=True))
        return Steps(starts, tuple(changes), offsets)
    phase = phases.pop()
    return Steps(starts[:1], starts[:1], (phase,)) if phase else UTC
