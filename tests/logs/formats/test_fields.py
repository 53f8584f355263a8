"""Which keys of structured records hold the time and the level."""

from __future__ import annotations

import json

import pytest

from cotool.cli.app import main
from cotool.logs.formats.fields import find_fields, rows_of
from cotool.logs.formats.model import ALONE, BUNYAN, DAY, HTTP, NANOS, SYSLOG, UNKNOWN, WORDS_ONLY
from cotool.logs.formats.names import is_level_name, is_time_name, words_of
from cotool.logs.formats.recognise import recognise


def fields(*objects):
    return find_fields(rows_of(objects))


def time_key(*objects):
    times = fields(*objects).times
    return ".".join(name.decode() for name in times[0].path) if times else None


def level_key(*objects):
    places = fields(*objects).places
    return ".".join(name.decode() for name in places[0].path) if places else None


def test_a_status_of_zero_is_no_level():
    """A status that is always 0 is not a status of HTTP, and no failure either."""
    row = {"ts": "2024-03-01T12:00:00Z", "url": "/", "status": 0}
    assert fields(row).places == ()


@pytest.mark.parametrize(
    ("row", "key"),
    [
        ({"created": "2024-03-01T12:00:00Z", "expires": "2025-03-01T12:00:00Z"}, "created"),
        ({"expires_at": "2025-03-01T12:00:00Z"}, None),
        ({"end": "2024-03-01T12:00:00Z", "start": "2024-03-01T11:00:00Z"}, "start"),
        ({"id": {"time": "2024-03-01T12:00:00Z"}, "updated": "2024-03-02T12:00:00Z"}, "id.time"),
        ({"updatedAt": "2024-03-02T12:00:00Z", "eventTime": "2024-03-01T12:00:00Z"}, "eventTime"),
        ({"id": 1709294400, "name": "x"}, None),
        ({"ts": 1709294400.5, "id": 1709294401}, "ts"),
        ({"a": {"b": {"timestamp": 1709294400123}}}, "a.b.timestamp"),
        ({"t": {"$date": "2024-03-01T12:00:00.000+00:00"}}, "t.$date"),
        ({"list": [{"time": "2024-03-01T12:00:00Z"}]}, "list.time"),
        ({"time": "12:00:00"}, None),
        ({"user": {"created": "2020-01-01T00:00:00Z"}, "when": "2024-03-01T12:00:00Z"}, "when"),
        ({"created": "2024-03-01T12:00:00Z", "updated": "2024-03-02T12:00:00Z"}, "updated"),
        ({"at": "1. März 2024 12:00:00", "n": 1}, "at"),
        ({"dateAdded": "2024-03-01", "dueDate": "2024-04-01"}, "dateAdded"),
        ({"dateAdded": "2024-03-01", "ts": "2024-03-02T12:00:00Z"}, "ts"),
        ({"breach": "2024-03-01"}, None),
        ({"last_login": "2020-01-01T00:00:00Z", "date": "2024-03-01T12:00:00Z"}, "date"),
    ],
)
def test_the_time_of_the_record_is_preferred(row, key):
    """The time of the event counts more than those of starts and changes; expiry is none."""
    assert time_key(row) == key


def test_date_and_time_of_day_are_joined():
    """Two keys that stand beside each other make one time."""
    (key,) = fields({"date": "2024-03-01", "time": "12:00:00.5", "n": 1}).times
    assert (key.path, key.join, key.joined) == ((b"date",), DAY, (b"time",))


def test_seconds_and_nanoseconds_are_joined():
    """An object of seconds and nanoseconds is one time."""
    row = {"instant": {"epochSecond": 1709294400, "nanoOfSecond": 5}}
    (key,) = fields(row).times
    assert (key.path, key.join) == ((b"instant", b"epochSecond"), NANOS)
    assert key.joined == (b"instant", b"nanoOfSecond")
    assert fields({"ts": "2024-03-01T12:00:00Z"}).times[0].join == ALONE


@pytest.mark.parametrize(
    ("row", "key", "scale"),
    [
        ({"level": "http"}, None, None),
        ({"record": {"level": {"name": "INFO", "no": 20}}}, "record.level.name", WORDS_ONLY),
        ({"@fields": {"level": "warn"}}, "@fields.level", WORDS_ONLY),
        ({"level": 30, "pid": 1, "msg": "x"}, "level", BUNYAN),
        ({"level": 3, "msg": "x"}, None, None),
        ({"priority": 43}, None, None),
        ({"PRIORITY": "6", "__CURSOR": "s"}, "PRIORITY", SYSLOG),
        ({"level": 4, "short_message": "x", "version": "1.1"}, "level", SYSLOG),
        ({"severity": 7, "category": "WARNING"}, None, None),
        ({"uri": "/", "status": 404}, "status", HTTP),
        ({"uri": "/", "status": 404, "level": "info"}, "level", WORDS_ONLY),
        ({"status": 404, "text": "x"}, None, None),
        ({"user": {"s": "INFO"}}, None, None),
    ],
)
def test_numbers_are_levels_where_something_says_so(row, key, scale):
    """Words are levels by themselves; numbers need a scale."""
    assert level_key(row) == key
    if key:
        assert fields(row).places[0].scale == scale


def test_unknown_words_cost_only_their_records():
    """A key of levels remains one where most of its words name none."""
    rows = [{"level": word} for word in ["http", "success", "silly2", "info", "x"]]
    assert level_key(*rows) == "level"


def test_serilog_leaves_information_out():
    """A record of Serilog without a level is one of Information; others are not."""
    assert fields({"@t": "2024-03-01T12:00:00Z", "@mt": "x"}).fallback != UNKNOWN
    assert fields({"t": "2024-03-01T12:00:00Z", "m": "x"}).fallback == UNKNOWN


def test_names_are_words():
    """The words of a name are the same however it is written."""
    assert words_of("eventTime") == words_of("event_time") == words_of("EVENT-TIME")
    assert words_of("creationtime") == ["creation", "time"]
    assert is_time_name("@timestamp")
    assert not is_time_name("expires_at")
    assert is_level_name("logLevel")
    assert not is_level_name("levels")


def test_keys_are_found_in_long_lines():
    """Neither a long line nor what stands before a key hides it."""
    lines = [
        json.dumps({"text": "x" * 5000, "time": f"2024-03-01T12:00:0{n}Z", "level": "error"})
        for n in range(3)
    ]
    found, _ = recognise([line.encode() for line in lines])
    assert found.times[0].path == (b"time",)
    assert found.places[0].path == (b"level",)
    assert [reason.place for reason in found.reasons] == ["key time", "key level"]


@pytest.mark.parametrize("level", ['"²"', '"٣"', '"\\ud800"', "9" * 5000, "[" * 9000 + "]" * 9000])
def test_odd_values_are_no_levels(level, tmp_path, capsys):
    """Digits of other scripts, lone surrogates, huge numbers and deep lists are levels of none."""
    path = tmp_path / "odd.log"
    line = f'{{"time": "2024-03-01T10:15:30Z", "level": {level}, "\\ud800": 1}}\n'
    path.write_text(line * 3, encoding="utf-8")
    assert main(["analyze-logs", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["levels"]["unknown"] == 3
