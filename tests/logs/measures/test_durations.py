"""Durations of several words, rates, and units behind a blank."""

from __future__ import annotations

import pytest

import cotool
from cotool._fast.logs import logscan

DURATIONS = {
    "1m 30s": 90,
    "2h 3m 4s": 7384,
    "1 min 30 sec": 90,
    "1min 30.5s": 90.5,
    "3 days 4 hours": 273_600,
    "1 minute and 5 seconds": 65,
    "2 hours, 3 minutes": 7380,
    "1 s 500 ms": 1.5,
    "5 m": 300,
    "1h 30": 5400,
    "1h30": 5400,
    "5 S": 5,
    "5 MSEC": 0.005,
    "-5 ms": -0.005,
}
PLACES = {
    "elapsed: {}": "elapsed",
    "elapsed={}": "elapsed",
    "elapsed={} status=200": "elapsed",
    "elapsed[{}] x": "elapsed",
    'elapsed="{}" x=1': "elapsed",
    "took {}": "took <t>",
    "({})": "/[(](.*)[)]/",
}


def measured(tmp_path, lines, source):
    path = tmp_path / "x.log"
    stamped = (f"2026-03-02T12:00:{n:02}Z INFO {line}\n" for n, line in enumerate(lines))
    path.write_text("".join(stamped))
    found = cotool.analyze_logs(path, measures={"x": source}).to_dict()["measures"]["measures"][0]
    return found["count"], found["unit"], found["min"], found["max"]


@pytest.mark.parametrize(("text", "seconds"), DURATIONS.items())
@pytest.mark.parametrize(("place", "source"), PLACES.items())
def test_durations_count_as_a_whole(tmp_path, text, seconds, place, source):
    """Further parts have smaller units; a value in a text ends with them, not before."""
    found = measured(tmp_path, [place.format(text)] * 3, source)
    assert found == (3, "s", seconds, seconds)


@pytest.mark.parametrize("place", ["rate: {}", "rate={}"])
def test_bytes_of_each_second(tmp_path, place):
    """They are measured as bytes, each by its own unit."""
    lines = [place.format(rate) for rate in ("5 GiB/s", "900 MiB/s", "2 GiB/s")]
    assert measured(tmp_path, lines, "rate") == (3, "B", 900 << 20, 5 << 30)


@pytest.mark.parametrize(
    "text", ["1m 30", "1m 2h", "30s 5 apples", "1m 30 s.", "5 MB 3 KB", "1 m and", "1 m,"]
)
def test_no_durations(text):
    """What follows a duration and is no smaller part of it makes a text no number."""
    assert logscan.read_number(text.encode()) is None


@pytest.mark.parametrize(
    ("text", "source", "unit", "number"),
    [
        ("count: 4985 min: 3 max: 9", "count", None, 4985),
        ("errors=5 min: 3", "errors", None, 5),
        ("errors = 5 min = 3", "errors", None, 5),
        ("errors: 5 min 3 max 9", "errors", None, 5),
        ("errors 5 min: 3", "errors <n>", None, 5),
        ("w: 800 h: 600 d: 24", "w", None, 800),
        ("count: 1,234 ms: 3", "count", None, 1234),
        ("took 5 ms: done", "took <n>", "s", 0.005),
        ("took: 5 ms: done", "took", "s", 0.005),
        ("took: 5 min 30 s of max 10", "took", "s", 330),
    ],
)
def test_names_of_the_next_value_are_no_units(tmp_path, text, source, unit, number):
    """A word before a colon or = and a number names that number, as does min beside max."""
    assert measured(tmp_path, [text] * 3, source) == (3, unit, number, number)
