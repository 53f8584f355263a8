"""Tests of steps of time that begin when hours and days of a zone begin."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import cotool
from cotool.cli.app import main
from cotool.cli.html.timeline import time_line as time_line_html
from cotool.errors import InputError
from cotool.logs.histogram import MAX_WIDE_BUCKETS, Histogram
from cotool.logs.levels import LEVELS
from cotool.logs.measures.steps import steps_of
from cotool.logs.options import LogOptions
from cotool.logs.report.activity import display_buckets, find_bursts, steps_in_zone
from cotool.logs.report.clock import Clock

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


def time_line(histogram: Histogram, zone: ZoneInfo, width: int = 86400) -> dict[int, int]:
    """Return the records of each step of a time line in which there are any."""
    moments = display_buckets(histogram, width, zone=zone).moments
    return {start: sum(counts) for start, counts in moments.items() if any(counts)}


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


@given(
    st.sampled_from(ZONES),
    st.lists(st.integers(0, 4 * 10**9), min_size=1, max_size=30),
    st.sampled_from([900, 1800, 3600, 14400]),
    st.sampled_from([14400, 86400]),
)
@example("Australia/Lord_Howe", [1743861600 + 1800 * n for n in range(30)], 3600, 86400)
def test_time_lines_are_cut_in_the_zone_or_in_utc(name, times, kept, width) -> None:
    """A step of a time line has the records between two midnights of the zone, or none is cut."""
    zone = ZoneInfo(name)
    histogram = Histogram(1, dict.fromkeys(times, (1, *[0] * (len(LEVELS) - 1)))).widened(kept)
    steps = steps_in_zone(histogram, width, zone)
    truth: Counter[int] = Counter()
    for start, counts in histogram.buckets.items():
        inside = {step_start(start + at, zone, width) for at in range(0, kept, 900)}
        assert steps is None or len(inside) == 1
        truth[start - start % width if steps is None else inside.pop()] += sum(counts)
    assert time_line(histogram, zone, width) == truth


def test_bursts_and_charts_have_days_of_the_zone() -> None:
    """A day with far more records is one burst from midnight to midnight, also in charts."""
    zone = ZoneInfo("Asia/Kolkata")
    start = int(datetime(2026, 3, 1, tzinfo=zone).timestamp())
    rest = [0] * (len(LEVELS) - 1)
    counts = {start + 900 * n: (1, *rest) for n in range(96 * 100)}
    counts |= {start + 900 * n: (50, *rest) for n in range(96 * 40, 96 * 41)}
    histogram = Histogram(900, counts)
    (burst,) = find_bursts(histogram, ["all"], zone)
    assert (burst.start, burst.end) == (start + 40 * 86400, start + 41 * 86400)
    page = time_line_html(histogram, Clock(zone, zoned=True), 86400)
    assert "2026-03-01" in page
    assert "2026-02-28" not in page


def test_a_time_line_that_stays_in_utc_is_reported(tmp_path, capsys) -> None:
    """If days of the zone cannot be made of what is kept, a warning names the part."""
    path = tmp_path / "years.log"
    day = datetime(2000, 1, 1, tzinfo=UTC)
    moments = (day + timedelta(minutes=20 * n) for n in range(MAX_WIDE_BUCKETS + 1))
    path.write_text("".join(f"{moment.isoformat()} INFO x\n" for moment in moments))
    warning = "the time line is cut in UTC"
    for zone, known in (("Asia/Kolkata", False), ("Europe/Berlin", True), ("UTC", True)):
        words = ["analyze-logs", str(path), "--tz", zone, "--bucket", "1d", "-f", "json"]
        assert main(words) == 0
        assert (warning in capsys.readouterr().err) is not known


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
        found = cotool.analyze_logs([path], **options)
        assert time_line(found.counts.histogram, zone) == found.measures.total.step_records
        parts.append(found)
    whole, *halves = (part.measures for part in parts)
    assert whole.total.step_records == truth
    assert halves[0].merge(halves[1]).total.step_records == truth
    assert time_line(parts[1].merge(parts[2]).counts.histogram, zone) == truth
    in_utc = cotool.analyze_logs([tmp_path / "0.log"], measures={"rt": "rt"}, step=86400, tz="UTC")
    with pytest.raises(InputError, match="different zones"):
        whole.merge(in_utc.measures)
