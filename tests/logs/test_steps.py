"""Tests of steps of time that begin when hours and days of a zone begin."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import cotool
from cotool.errors import InputError
from cotool.logs.measures.steps import steps_of
from cotool.logs.options import LogOptions

# Clocks change at midnight in Havana and Beirut, and by half an hour on Lord Howe Island.
ZONES = (
    "Europe/Berlin", "America/Havana", "Asia/Beirut", "Asia/Kolkata", "Australia/Lord_Howe", "UTC",
)  # fmt: skip


def step_start(seconds: int, zone: ZoneInfo, width: int) -> int:
    """Return when the step that holds a time begins, by the clocks of the zone."""
    local = datetime.fromtimestamp(seconds, zone).replace(tzinfo=None)
    since = int((local - datetime(1970, 1, 1)).total_seconds())  # noqa: DTZ001
    start = local - timedelta(seconds=since % width)
    # A time that is skipped counts as if it existed.
    return int(start.replace(tzinfo=zone).timestamp())


@given(st.sampled_from(ZONES), st.integers(0, 4 * 10**9), st.sampled_from([7200, 21600, 86400]))
@example("Europe/Berlin", 1774746000, 86400)
@example("Europe/Berlin", 1792893600, 7200)
@example("America/Havana", 1793509200, 86400)
def test_steps_begin_when_those_of_the_zone_begin(name: str, seconds: int, width: int) -> None:
    """A step begins at a multiple of its width by the clocks of the zone."""
    steps = steps_of(LogOptions(tz=name).zone_table, width)
    number = steps.local(seconds)
    number -= number % width
    start = steps.begin(number)
    assert start == step_start(seconds, ZoneInfo(name), width)
    again = steps.local(start)
    assert again - again % width == number


def test_a_repeated_hour_has_its_own_steps() -> None:
    """Hours are parts of time: the hour that is repeated in autumn is two steps."""
    for name in ("Europe/Berlin", "Australia/Adelaide"):
        steps = steps_of(LogOptions(tz=name).zone_table, 3600)
        numbers = [steps.local(hour * 3600 + 1800) // 3600 for hour in range(500_000, 500_100)]
        assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("zoned", [True, False])
def test_days_in_which_clocks_change(tmp_path, zoned: bool) -> None:
    """Days have 23 and 25 hours, in one analysis and in parts, if lines name a zone or not."""
    zone, truth = ZoneInfo("Europe/Berlin"), Counter()
    lines = []
    for month, day in ((3, 28), (10, 24)):
        for minutes in range(0, 3 * 1440, 10):
            moment = datetime(2026, month, day, tzinfo=UTC) + timedelta(minutes=minutes)
            local = moment.astimezone(zone)
            if local.fold or (not zoned and moment.month == 10 and local.hour == 2):
                continue
            lines.append(
                f"{moment:%Y-%m-%dT%H:%M:%SZ} INFO x rt=1\n"
                if zoned
                else f"{local:%Y-%m-%d %H:%M:%S} INFO x rt=1\n"
            )
            truth[int(local.replace(hour=0, minute=0).timestamp())] += 1
    parts = []
    for n, part in enumerate((lines, lines[::2], lines[1::2])):
        path = tmp_path / f"{n}.log"
        path.write_text("".join(part))
        options = {"measures": {"rt": "rt"}, "step": 86400, "tz": "Europe/Berlin"}
        parts.append(cotool.analyze_logs([path], **options).measures)
    whole, *halves = parts
    assert whole.total.step_records == truth
    assert halves[0].merge(halves[1]).total.step_records == truth
    in_utc = cotool.analyze_logs([tmp_path / "0.log"], measures={"rt": "rt"}, step=86400, tz="UTC")
    with pytest.raises(InputError, match="different zones"):
        whole.merge(in_utc.measures)
