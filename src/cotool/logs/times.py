"""Moments and durations as people type them: --since, --until, --bucket, --tz."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from cotool.errors import InputError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(s|m|min|h|d|w)\s*")
_CLOCK = re.compile(r"\d{1,2}:\d\d(?::\d\d)?")


class Moment(NamedTuple):
    """Seconds since 1970 to compare with times that name no zone, and with those that do."""

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


def parse_moment(text: str, parameter: str, zone: ZoneInfo | None) -> Moment:
    """Return the moment of an ISO date or time, of a clock time today, or so long ago (2h).

    Without an offset it is in `zone`; without that it is taken as the logs write it.
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


def parse_zone(name: str) -> ZoneInfo:
    """Return the time zone of an IANA name. Raises InputError where there is none."""
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise InputError(
            f"{name!r} is not a time zone that is known here",
            parameter="tz",
            hint="write an IANA name such as Europe/Berlin or UTC",
        ) from None
