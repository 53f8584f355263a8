"""How the moments of an analysis are written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from cotool._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import tzinfo

    from cotool.logs.model import Analysis

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_WRITTEN = 4096  # whole seconds whose text is kept


class Clock:
    """Writes moments in `zone`; without one, in UTC if the logs name zones, or as the logs do."""

    def __init__(self, zone: tzinfo | None, *, zoned: bool) -> None:
        self._zone = zone
        self._zoned = zoned
        self._written: dict[int, str | None] = {}
        self._begin: Callable[[int], int] | None = None

    @property
    def zone(self) -> tzinfo | None:
        """The zone in which moments are written."""
        return self._zone

    def of_steps(self, begin: Callable[[int], int]) -> Clock:
        """Return what writes the moments at which steps begin, by their numbers."""
        clock = Clock(self._zone, zoned=self._zoned)
        clock._begin = begin
        return clock

    def iso(self, nanoseconds: int | None) -> str | None:
        """Return ISO 8601 with the fraction that is known; None if there is no time."""
        if nanoseconds is None:
            return None
        seconds, nanos = divmod(nanoseconds, 1_000_000_000)
        try:
            moment = _EPOCH + timedelta(seconds=seconds)
            if self._zone is not None:
                moment = moment.astimezone(self._zone)
        except OverflowError:
            return None
        text = moment.strftime("%Y-%m-%dT%H:%M:%S")
        text = f"{moment.year:04d}{text[text.index('-') :]}"
        if nanos:
            digits = f"{nanos:09d}"
            while digits.endswith("000"):
                digits = digits[:-3]
            text += f".{digits}"
        if self._zone is not None:
            offset = moment.strftime("%z")
            return f"{text}{offset[:3]}:{offset[3:5]}"
        return f"{text}Z" if self._zoned else text

    def seconds(self, seconds: int) -> str | None:
        """Return the same for whole seconds."""
        if seconds not in self._written:
            if len(self._written) >= _MOST_WRITTEN:
                self._written.clear()
            begin = seconds if self._begin is None else self._begin(seconds)
            self._written[seconds] = self.iso(begin * 1_000_000_000)
        return self._written[seconds]

    def text(self, seconds: int) -> str:
        """Return the same for people: date and time with a blank between them."""
        return (self.seconds(seconds) or "").replace("T", " ", 1)


def clock_of(summary: Analysis, zone: tzinfo | None) -> Clock:
    """Return how the moments of a summary are written."""
    return Clock(zone, zoned=any(file.zoned for file in summary.files))
