"""The date of the first record if times lack a year, or a date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cotool._fast.logs import logscan
from cotool.logs.formats.model import Format, forms_of, is_cyclic
from cotool.logs.formats.text_times import read_stamp

_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YEARLY, _DAILY = 1, 2
_DAYS_BEFORE = (0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335)


def first_date(formats: tuple[Format, ...], lines: list[bytes], modified: float | None) -> datetime:
    """Return the date of the first record of a format whose times lack a year, or a date.

    It is the latest date with which the last record of the sample does not lie after the file's
    last change; a day is granted for the clocks of other zones.
    """
    now = datetime.fromtimestamp(modified, UTC) if modified is not None else datetime.now(UTC)
    latest = now + _DAY
    cycles, before, last = 0, None, None
    wanted = [(found, forms_of(found)) for found in formats if is_cyclic(found)]
    for line in lines if wanted else ():
        stamp = _stamp(line, wanted)
        if stamp is None:
            continue
        yearly, month, day, hour = stamp
        # In days of a leap year, or in hours of a day.
        within, half = (_DAYS_BEFORE[month - 1] + day, 183) if yearly else (hour, 12)
        if before is not None:
            cycles += (within < before - half) - (within > before + half)
        before, last = within, stamp
    if last is None:
        return now
    yearly, month, day, _ = last
    if not yearly:
        return now - max(0, logscan.held_cycle(cycles, _DAILY)) * _DAY
    year = latest.year if (month, day) <= (latest.month, latest.day) else latest.year - 1
    return datetime(max(1, year - logscan.held_cycle(cycles, _YEARLY)), 1, 1, tzinfo=UTC)


def _stamp(
    line: bytes, formats: list[tuple[Format, tuple[bytes, ...]]]
) -> tuple[bool, int, int, int] | None:
    """Return a line's time: whether the year alone is missing, month, day and hour."""
    for found, forms in formats:
        read = read_stamp(line, found, forms)
        if read is not None:
            seconds, cycle = read
            moment = _EPOCH + timedelta(seconds=seconds)
            return cycle == _YEARLY, moment.month, moment.day, moment.hour
    return None
