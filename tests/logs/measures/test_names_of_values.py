"""Fields whose names are within text: labels, durations as on a clock, and cells of tables."""

from __future__ import annotations

import csv
import json

import pytest

import cotool
from cotool._fast.logs import logscan
from cotool.errors import InputError
from cotool.logs.units import UNITS

CLOCKS = {
    "0:02:02": 122,
    "1:02:03.5": 3723.5,
    "00:00:01,25": 1.25,
    "-0:00:05": -5,
    "2-00:00:01": 172_801,
    "1.01:00:00": 90_000,
    "1 day, 0:00:05": 86_405,
    "3 days 12:00:00": 302_400,
}


def measured(tmp_path, lines, *sources, by=()):
    path = tmp_path / "x.log"
    path.write_text("\n".join(lines) + "\n")
    found = cotool.analyze_logs(path, measures=sources, by=by).to_dict()["measures"]
    groups = {next(iter(group["values"].values())): group["records"] for group in found["groups"]}
    return [(one["count"], one["unit"], round(one["sum"], 6)) for one in found["measures"]], groups


@pytest.mark.parametrize(("text", "seconds"), CLOCKS.items())
def test_durations_as_on_a_clock(tmp_path, text, seconds):
    """They count where the name or the unit says that the field is a duration."""
    lines = [f"2026-03-02T12:00:0{n}Z INFO duration: {text} start: {text}" for n in range(3)]
    (by_name, by_hole, other), _ = measured(
        tmp_path, lines, "duration", "d=duration: <t>:s", "start"
    )
    assert by_name == (3, "s", 3 * seconds)
    assert by_hole[0] == (3 if " " not in text else by_hole[0])
    assert other[0] == 0 or " " in text


@pytest.mark.parametrize(
    "text",
    ["12:00", "1:60:00", "1:2:3", "1:02:03x", "1:02:03.", "1-25:00:00", ":00:00", "1:02:03:04"],
)
def test_no_clocks(text):
    """Minutes and seconds have two digits below 60, and hours come first."""
    assert logscan.read_number(text.encode(), UNITS["s"]) is None


def test_plain_numbers_beside_units_are_plain(tmp_path):
    """As after an equals sign: a warning says that both occur."""
    values = ["5 ms", "7", "2 s", "3 apples", "4 ms:"]
    lines = [f"2026-03-02T12:00:0{n}Z INFO took: {value} x" for n, value in enumerate(values)]
    assert measured(tmp_path, lines, "took")[0] == [(5, "s", 12.009)]


def test_labels_of_several_words(tmp_path):
    """A tab, a bracket or a quotation mark may come before a label."""
    lines = [
        f"REPORT RequestId: {n}\tDuration: {n}.5 ms\tBilled Duration: {n + 1} ms\tMax Used: 70 MB "
        f'(Views: 7 ms | "Plan: 3 s"'
        for n in range(9)
    ]
    found, _ = measured(
        tmp_path, lines, '"Duration"', '"Billed Duration"', '"Max Used"', "Views", "Plan"
    )
    assert found == [
        (9, "s", 0.0405), (9, "s", 0.045), (9, "B", 630e6), (9, "s", 0.063), (9, "s", 27)
    ]  # fmt: skip


def test_labels_in_strings_of_json(tmp_path):
    """Beside them, the outer keys are fields."""
    lines = [
        json.dumps(
            {
                "timestamp": f"2026-03-02 12:00:0{n}.123 UTC",
                "user": "ab"[n % 2],
                "error_severity": "LOG",
                "message": f"duration: {n}.5 ms  statement: select 1 app: x{n % 2}",
            }
        )
        for n in range(8)
    ]
    assert measured(tmp_path, lines, "duration", by=["app"])[1] == {"x0": 4, "x1": 4}
    assert measured(tmp_path, lines, "duration", by=["user"]) == (
        [(8, "s", 0.032)],
        {"a": 4, "b": 4},
    )


def test_the_keys_of_deeper_objects_come_later(tmp_path):
    """A query that names a field does not hide it."""
    lines = [
        json.dumps(
            {
                "t": f"2026-03-02T12:00:0{n}Z",
                "s": "I",
                "attr": {"durationMillis": n}
                | ({"filter": {"durationMillis": 9}} if n == 3 else {}),
            }
        )
        for n in range(8)
    ]
    assert measured(tmp_path, lines, "durationMillis", "rt")[0] == [(8, "s", 0.028)] * 2


def test_objects_at_the_end_of_some_lines(tmp_path):
    """Their keys are fields, and so are pairs in the other lines."""
    ends = ['done\t{"took": "2ms"}', "start took=1ms", "idle"]
    lines = [f"2026-03-02T12:00:{n:02}Z\tINFO\ta.go:7\t{ends[n % 3]}" for n in range(30)]
    assert measured(tmp_path, lines, "took")[0] == [(20, "s", 0.03)]


def test_connections_of_haproxy(tmp_path):
    """They have timers and bytes, and no status."""
    lines = [
        f"10.0.0.{n}:5000 [02/Mar/2026:12:00:0{n}.123] pg pg/pg0 1/0/{n}00 {n} -- 1/1/1/1/0 0/0"
        for n in range(9)
    ]
    found, groups = measured(tmp_path, lines, "rt", "bytes", by=["client"])
    assert found == [(9, "s", 3.6), (9, "B", 36)]
    assert set(groups) == {f"10.0.0.{n}" for n in range(9)}


@pytest.mark.parametrize(("end", "rows"), [("\n", 40), ("\r\n", 40), ("\n", 3000)])
def test_line_ends_within_cells(tmp_path, end, rows):
    """A row goes on behind them, also if the sample of the file has gaps."""
    notes = ["plain", "two\nlines", 'he said "x, y"', 'a, b\n\nc, "d"\n7', '5" disk']
    path = tmp_path / "x.csv"
    with path.open("w", newline="") as out:
        table = csv.writer(out, lineterminator=end)
        table.writerow(["time", "note", "ms", "path"])
        for n in range(rows):
            table.writerow([f"2026-03-02 12:{n // 60:02}:{n % 60:02}", notes[n % 5], n, "/x"])
    found = cotool.analyze_logs(path, measures=["ms"], by=["path"], where="ms>=0")
    assert found.counts.records == rows
    assert found.to_dict()["measures"]["measures"][0]["sum"] == sum(range(rows)) / 1000
    assert [group.values for group in found.measures.groups] == [("/x",)]


def test_the_lines_before_a_slow_log(tmp_path):
    """What the server says at its start is no record."""
    head = ["/usr/sbin/mysqld, Version: 8.0.36. started with:", "Time      Id Command    Argument"]
    lines = [
        f"# Time: 2026-03-02T12:00:{n:02}Z\n# User@Host: app[app] @ web [10.0.0.7]\n"
        f"# Query_time: {n}.5  Lock_time: 0\nselect 1;"
        for n in range(20)
    ]
    assert measured(tmp_path, [*head, *lines], "Query_time", by=["user"]) == (
        [(20, "s", 200.0)],
        {"app": 20},
    )


def test_a_rule_behind_the_time_of_several_records(tmp_path):
    """=== 12:00:00 === heads each of the blocks below it."""
    lines = [
        f"=== 2026-03-02 12:00:{n:02} ===\nName: a\nTook: {n} ms\nName: b\nTook: 5 ms"
        for n in range(20)
    ]
    found, groups = measured(tmp_path, lines, "Took", by=["Name"])
    assert (found, groups) == ([(40, "s", 0.29)], {"a": 20, "b": 20})


def test_the_keys_of_json_that_is_not_unwrapped(tmp_path):
    """Without names, --log-format json finds those of time and level."""
    path = tmp_path / "x.log"
    path.write_text('{"ts":"2026-03-02T12:00:01Z","severity":"ERROR","message":"[info] x"}\n')
    found = cotool.analyze_logs(path, log_format="json")
    assert found.counts.levels["error"] == 1
    assert not found.counts.timeless


@pytest.mark.parametrize(
    "given",
    [
        {"measures": {"rt": None}}, {"measures": 5}, {"where": 5}, {"where": ["rt>1s", None]},
        {"by": 5}, {"levels": 5}, {"match": [5]}, {"patterns": 5}, {"patterns": {"a": 5}},
        {"level_words": 5}, {"tz": 5}, {"log_format": 5}, {"measures": {5: "rt"}},
    ],
)  # fmt: skip
def test_arguments_of_other_kinds(tmp_path, given):
    """They are refused with the name of the parameter."""
    with pytest.raises(InputError, match="expected"):
        cotool.analyze_logs(tmp_path, **given)


def test_several_conditions(tmp_path):
    """All of them must be met."""
    path = tmp_path / "x.log"
    path.write_text(
        "".join(f"time=2026-03-02T12:00:0{n}Z level=info a={n} b=1\n" for n in range(9))
    )
    found = cotool.analyze_logs(path, where=["a>2", "a<5 or b=2"], by=["a"])
    assert found.counts.records == 2


def test_members_of_objects_within_text(tmp_path):
    """They may be escaped, as in strings of JSON."""
    inner = ['\'{"took_ms": %d,"at":"x y"}\'', '\\"took_ms\\":\\"%d\\"', "nothing: %d"]
    lines = [f"2026-03-02T12:00:{n:02}Z INFO got {inner[n % 3] % n}" for n in range(30)]
    found, _ = measured(tmp_path, lines, "took_ms")
    assert found == [(20, "s", sum(n for n in range(30) if n % 3 < 2) / 1000)]
