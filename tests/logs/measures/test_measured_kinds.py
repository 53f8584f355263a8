"""Kinds of values and lines that are measured as they are meant, or said to be no numbers."""

from __future__ import annotations

import json

import pytest

from cotool._fast.logs import logscan
from cotool.errors import InputError
from cotool.logs.api import analyze_logs
from cotool.logs.units import UNITS
from logs.scans import analyzed

ISTIO = (
    '[2026-01-01T00:00:0{n}.000Z] "GET /items/{n}7 HTTP/2" 200 - via_upstream - "-" 0 500 4{n} 40'
    ' "-" "curl" "id" "shop" "10.0.0.9:80" outbound 10.0.0.1:1 10.0.0.2:2 10.0.0.3:3 - default\n'
)
MARK = "2026-01-01 00:00:0{n} INFO list (total time: 1.5s): done\n"
DEEP = (
    '{{"time": "2026-01-01T00:00:0{n}Z", "items": [{{"ms": {n}}}, {{"ms": 90}}], "v": [{n}, 2]}}\n'
)
GREEK = json.dumps({"time": "2026-01-01T00:00:01Z", "took": "5µs"}) + "\n"
FLOW = (
    "2 123456789012 eni-0a1b 10.0.0.{n} 10.0.1.9 443 5000 6 {n} 84{n} 176722560{n} 1767225660 "
    "ACCEPT OK\n"
)
CADDY = (
    '{{"ts": 176000000{n}, "request": {{"method": "GET", "uri": "/a"}}, "size": {n}, "status": 200,'
    ' "duration": 0.5}}\n'
)


def measured(tmp_path, line: str, source: str):
    """Return the facts and the figures of a measure in a log of three lines."""
    path = tmp_path / "x.log"
    text = "".join(line.format(n=n) for n in (1, 2, 3)) if "{n}" in line else 3 * line
    path.write_text(text, encoding="utf-8")
    found = analyze_logs(path, measures=[source]).measures
    return found.facts()[0], found.total.measures[0]


@pytest.mark.parametrize(
    ("line", "source", "unit", "total"),
    [
        (ISTIO, "rt", "s", 0.126),
        (ISTIO, "bytes", "B", 1500),
        (MARK, "total time: <t>", "s", 4.5),
        (MARK, "total time: <d>", "s", 4.5),
        ("2026-01-01 00:00:01 INFO depth 7\n", "depth <d>", "", 21),
        ("2026-01-01 00:00:01 INFO waited 7\n", "waited <minutes>", "s", 1260),
        ("2026-01-01 00:00:01 INFO kept size=12 kb\n", "size", "B", 36_000),
        (DEEP, "items[0].ms", "s", 0.006),
        (GREEK, "took", "s", 0.000015),
        (CADDY, "bytes", "B", 6),
        (FLOW, "bytes", "B", 2526),
        (FLOW, "packets", "", 6),
    ],
)
def test_a_value_is_read_as_it_is_meant(tmp_path, line, source, unit, total):
    """The sum and the unit are those that a person reads."""
    fact, figures = measured(tmp_path, line, source)
    assert (fact.unit, figures.count, figures.odd) == (unit, 3, 0)
    assert figures.sum == pytest.approx(total)


def test_an_array_is_no_number(tmp_path):
    """An array under the key is an odd value; a nested object is one, too."""
    fact, figures = measured(tmp_path, DEEP, "v")
    assert (figures.count, figures.odd, figures.missing) == (0, 3, 0)
    assert fact.odd_examples == ("[1, 2]", "[2, 2]", "[3, 2]")
    fact, figures = measured(tmp_path, CADDY, "request")
    assert figures.odd == 3
    assert fact.odd_examples[0].startswith('{"method"')


def test_later_items_of_an_array_are_refused():
    """Only the first object of an array is read, so another index is an error."""
    with pytest.raises(InputError, match="other than the first"):
        analyze_logs("x.log", measures=["items[1].ms"])
    with pytest.raises(InputError, match="other than the first"):
        analyze_logs("x.log", measures=["v[0]"])


@pytest.mark.parametrize("name", UNITS)
def test_units_are_those_of_the_kernel(name):
    """A unit that people can write is read in logs, too."""
    factor, power, dimension = UNITS[name]
    number, read, _ = logscan.read_number(f"3{name}".encode())
    assert (number, read) == (3 * factor * 10 ** (12 + power), dimension)


@pytest.mark.parametrize("step", ["5m", -1, 1.5])
def test_a_step_is_whole_seconds(step):
    """Anything else is an error that names the argument."""
    with pytest.raises(InputError, match=r"^step: "):
        analyze_logs("x.log", measures=["rt"], step=step)


def test_titles_are_not_measured(tmp_path):
    """Zeek names columns after #fields, a CSV file in its first line: neither is a record."""
    path = tmp_path / "conn.log"
    path.write_text(
        "#separator \\x09\n#fields\tts\tuid\tid.orig_h\tproto\tduration\n"
        "#types\ttime\tstring\taddr\tenum\tinterval\n"
        "1772445600.1\tC1\t10.0.0.1\ttcp\t1.5\n"
        "1772445601.1\tC2\t10.0.0.2\tudp\t-\n"
    )
    found = analyze_logs(path, measures=["duration"], by=["proto", "client"]).measures
    assert [group.values for group in found.groups] == [("tcp", "10.0.0.1"), ("udp", "10.0.0.2")]
    figures = found.total.measures[0]
    assert (figures.count, figures.missing, figures.sum) == (1, 1, 1.5)
    assert found.facts()[0].unit == "s"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("times", [("2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z"), ("x", "y")])
def test_a_line_of_titles_is_no_record_in_any_view(tmp_path, times, end):
    """Nor is a blank line above it, and where no line has a time a second line of titles."""
    path = tmp_path / "x.csv"
    rows = ["", "when,route,ms", f"{times[0]},/a,5", "when,route,ms", f"{times[1]},/b,6", ""]
    path.write_bytes(end.join(rows).encode())
    found = analyzed(path, measures=["ms"], by=["level"], templates=True, span_size=10)
    blank = times[0] == "x"  # all other lines are records there
    figures = found.measures.total.measures[0]
    assert (figures.count, figures.missing, figures.sum) == (2, blank, 0.011)
    assert found.counts.lines == 5
    assert found.counts.records == found.measures.total.records == 2 + blank
    assert sum(template.count for template in found.templates) == 2 + blank


@pytest.mark.parametrize(
    "line",
    [
        "GET /users/7?x=1 404 12.5 ms - 512", "GET /users/7 404 512 - 12.5 ms",
        "::1 - GET /users/7 HTTP/1.1 404 512 - 12.5 ms",
        "2026-01-01T00:00:01Z GET /users/7 404 12.5 ms - 512",
    ],
)  # fmt: skip
def test_what_morgan_writes(tmp_path, line):
    """Its formats dev, tiny and short have named columns, after a time or without one."""
    path = tmp_path / "x.log"
    path.write_text(f"{line}\n" * 3)
    found = analyze_logs(path, measures=["rt", "bytes"], by=["method", "path", "status"]).measures
    assert [group.values for group in found.groups] == [("GET", "/users/<*>", "404")]
    assert [figures.sum for figures in found.total.measures] == [0.0375, 1536]
    assert [fact.unit for fact in found.facts()] == ["s", "B"]


def test_what_uwsgi_writes(tmp_path):
    """Its request log has named columns."""
    path = tmp_path / "x.log"
    path.write_text(
        "[pid: 7|app: 0|req: 1/9] 10.0.0.1 () {40 vars in 600 bytes} [Mon May  4 09:00:00 2026] "
        "GET /y/9 => generated 84 bytes in 250 msecs (HTTP/1.1 200) 4 headers in 130 bytes (1 "
        "switches on core 0)\n"
    )
    found = analyze_logs(path, measures=["rt", "bytes"], by=["client", "path"]).measures
    assert [group.values for group in found.groups] == [("10.0.0.1", "/y/<*>")]
    assert [figures.sum for figures in found.total.measures] == [0.25, 84]


def test_a_number_after_its_name_and_a_colon(tmp_path):
    """Text may state a field as "duration: 12.5 ms"; the unit is the one that most numbers have."""
    path = tmp_path / "pg.log"
    line = "2026-01-01 00:00:00.123 UTC [7] LOG:  {}duration: {} ms  statement: SELECT 1\n"
    path.write_text(line.format("", "12.5") + line.format("", 7) + line.format("max_", 99))
    found = analyze_logs(path, measures=["duration"]).measures
    assert found.facts()[0].unit == "s"
    figures = found.total.measures[0]
    assert (figures.count, figures.missing, figures.sum) == (2, 1, 0.0195)


def test_columns_of_lines_without_a_time(tmp_path):
    """Columns are counted and named if no line has a time or a level."""
    path = tmp_path / "x.log"
    path.write_text("x 5 y\nx 7 z\nq 9 y\n")
    assert analyze_logs(path, measures=["$2"]).measures.total.measures[0].sum == 21
    path.write_text("host,ms,n\na,5,1\nb,7,2\n")
    found = analyze_logs(path, measures=["ms"], by=["host"]).measures
    assert [group.values for group in found.groups] == [("a",), ("b",)]
