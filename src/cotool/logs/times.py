"""Moments and durations as people type them."""

from __future__ import annotations

import contextlib
import os
import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from cotool._lazy import lazy_pattern
from cotool._records import NamedTuple
from cotool._typing import TYPE_CHECKING
from cotool.errors import InputError

if TYPE_CHECKING:
    from datetime import tzinfo

# What the caller may say of dates in logs that can begin with the day or the month.
DAY_FIRST, MONTH_FIRST = DAY_ORDERS = ("day-first", "month-first")
_UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = lazy_pattern(r"\s*(\d+(?:\.\d+)?)\s*(s|m|min|h|d|w)\s*")
_OFFSET = lazy_pattern(
    r"(?:UTC|GMT)?(?P<sign>[+-])(?P<hours>0?\d|1[0-4])(?::?(?P<minutes>[0-5]\d))?", re.IGNORECASE
)
_CLOCK = lazy_pattern(r"\d{1,2}:\d\d(?::\d\d)?")


class Moment(NamedTuple):
    """Seconds since 1970, to compare with times without a zone and with times that have one."""

    local: int
    universal: int


def parse_duration(text: str, parameter: str) -> int:
    """Return the seconds of 30s, 5m, 2h, 1d or 1w. Raises InputError naming `parameter`."""
    form = _DURATION.fullmatch(text)
    if form is None or float(form[1]) * _UNITS[form[2]] < 1:
        raise InputError(
            f"cannot read {text!r}", parameter=parameter, hint="write 30s, 5m, 2h, 1d or 1w"
        )
    return int(float(form[1]) * _UNITS[form[2]])


def parse_moment(text: str, parameter: str, zone: tzinfo | None) -> Moment:
    """Return the moment of an ISO date or time, a clock time today, or a duration ago (2h).

    Without an offset, it is in `zone`; without a zone, it is compared with times as logged.
    """
    now = datetime.now(UTC)
    ago = _DURATION.fullmatch(text)
    if ago is not None:
        then = now - timedelta(seconds=parse_duration(text, parameter))
        here = then.astimezone().replace(tzinfo=UTC)
        return Moment(int((then if zone else here).timestamp()), int(then.timestamp()))
    days = {"today": 0, "yesterday": 1}.get(text.strip().lower())
    local_now = now.astimezone(zone)
    try:
        if days is not None:
            found = datetime.combine(local_now.date() - timedelta(days=days), datetime.min.time())
        elif _CLOCK.fullmatch(text.strip()):
            clock = datetime.strptime(  # noqa: DTZ007 - it gets its zone below
                text.strip(), "%H:%M:%S" if text.count(":") > 1 else "%H:%M"
            )
            found = datetime.combine(local_now.date(), clock.time())
        else:
            found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise InputError(
            f"cannot read {text!r}",
            parameter=parameter,
            hint="write 2024-03-01, '2024-03-01 12:00', 2024-03-01T12:00Z, 12:00, yesterday, or 2h",
        ) from None
    if found.tzinfo is None and zone is not None:
        found = found.replace(tzinfo=zone)
    if found.tzinfo is None:
        seconds = int(found.replace(tzinfo=UTC).timestamp())
        return Moment(seconds, seconds)
    universal = int(found.timestamp())
    return Moment(universal if zone else int(found.replace(tzinfo=UTC).timestamp()), universal)


def parse_zone(name: str) -> tzinfo:
    """Return the zone of an IANA name or an offset. Raises InputError if there is none."""
    from zoneinfo import ZoneInfo

    offset = _OFFSET.fullmatch(name.strip())
    if offset is not None:
        minutes = int(offset["hours"]) * 60 + int(offset["minutes"] or 0)
        return timezone(timedelta(minutes=-minutes if offset["sign"] == "-" else minutes))
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise InputError(
            f"{name!r} is not a time zone that is known here",
            parameter="tz",
            hint="write a name such as Europe/Berlin or UTC, an offset such as +02:00, or local",
        ) from None


def zone_name(name: str) -> str:
    """Return the name of a zone; `local` becomes the zone of this machine.

    The machines of a cluster may be in other zones.
    """
    if name.strip().lower() != "local":
        return name
    set_zone = os.environ.get("TZ", "").lstrip(":")
    if set_zone and _is_known(set_zone):
        return set_zone
    with contextlib.suppress(OSError):
        _, found, linked = os.path.realpath("/etc/localtime").partition("/zoneinfo/")
        if found and _is_known(linked):
            return linked
    return f"{datetime.now(UTC).astimezone():%z}"


def _is_known(name: str) -> bool:
    try:
        parse_zone(name)
    except InputError:
        return False
    return True


@lru_cache(maxsize=8)
def zone_table(zone: tzinfo | None) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the local times at which an offset from UTC begins, and the offsets, in seconds.

    A repeated hour is read as the first one, and a skipped hour as if it existed. Without a zone,
    both are empty.
    """
    if zone is None:
        return (), ()
    starts, offsets = [-(1 << 62)], []
    day = datetime(1970, 1, 1, tzinfo=UTC)
    before = zone.utcoffset(day.replace(tzinfo=None))
    offsets.append(_seconds(before))
    while day.year < 2101:
        following = day + timedelta(days=7)
        after = zone.utcoffset(following.replace(tzinfo=None))
        if after != before:
            low, high = int(day.timestamp()), int(following.timestamp())
            while high - low > 1:
                middle = (low + high) // 2
                local = datetime.fromtimestamp(middle, UTC).replace(tzinfo=None)
                low, high = (middle, high) if zone.utcoffset(local) == before else (low, middle)
            starts.append(high)
            offsets.append(_seconds(after))
        day, before = following, after
    return tuple(starts), tuple(offsets)


def _seconds(offset: timedelta | None) -> int:
    return 0 if offset is None else int(offset.total_seconds())
