"""A field that is written in several ways: each is read, and of one record the first counts."""

from __future__ import annotations

import json
import zoneinfo

import pytest

import cotool

NUMBERS = range(1, 61)
PAIR = "q x={} a"
WAYS = ("q x: {} a", "q x = {} a", "q x[{}] a", 'q "x={}" a', 'q "b x={}" a')


def analyzed(tmp_path, lines, **given):
    path = tmp_path / "x.log"
    path.write_text("\n".join(lines) + "\n")
    return cotool.analyze_logs(path, **given).to_dict()["measures"]


def measured(tmp_path, lines, source="x"):
    (found,) = analyzed(tmp_path, lines, measures=[source])["measures"]
    return found["count"], found["sum"], found["further_values"]


def logged(texts):
    return [f"2026-03-02T12:00:{n % 60:02d}Z INFO {text}" for n, text in enumerate(texts)]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("rare", [PAIR, None])
def test_ways_in_text(tmp_path, way, rare):
    """One line that writes the field in another way does not hide the others."""
    lines = logged((rare if rare and n == 7 else way).format(n) for n in NUMBERS)
    assert measured(tmp_path, lines) == (60, sum(NUMBERS), 0)


def test_the_first_way_in_a_record_counts(tmp_path):
    lines = logged(f"q x: {n} ms (limit x=5ms)" for n in NUMBERS)
    assert measured(tmp_path, lines) == (60, sum(NUMBERS) / 1000, 60)


def test_groups_by_values_in_several_ways(tmp_path):
    lines = logged("q user=z" if n == 7 else "q user: u1" for n in NUMBERS)
    groups = analyzed(tmp_path, lines, by=["user"])["groups"]
    assert {g["values"]["user"]: g["records"] for g in groups} == {"u1": 59, "z": 1}


def test_the_id_of_a_worker_is_no_field_of_that_name(tmp_path):
    lines = logged(f"worker[{n}] job worker=a" for n in NUMBERS)
    groups = analyzed(tmp_path, lines, by=["worker"])["groups"]
    assert [g["values"] for g in groups] == [{"worker": "a"}]


@pytest.mark.parametrize("below", ["duration: 5 ms", "duration=5ms"])
def test_the_first_line_comes_before_the_lines_below(tmp_path, below):
    heads = logged(f"q duration: {n} ms z" for n in NUMBERS)
    lines = [line for head in heads for line in (head, f"  {below}")]
    assert measured(tmp_path, lines, "duration") == (60, sum(NUMBERS) / 1000, 60)


@pytest.mark.parametrize(
    ("one", "other", "source", "total"),
    [
        (lambda n: {"x": n}, lambda n: {"msg": f"q x={n}"}, "x", sum(NUMBERS)),
        (lambda n: {"x": n}, lambda n: {"msg": f"q x: {n}"}, "x", sum(NUMBERS)),
        (lambda n: {"a.b": n}, lambda n: {"a": {"b": n}}, "a.b", sum(NUMBERS)),
        (
            lambda n: {"duration_ms": n * 1000},
            lambda n: {"elapsed_seconds": n},
            "rt",
            sum(NUMBERS),
        ),
    ],
)
def test_ways_in_json(tmp_path, one, other, source, total):
    lines = [
        json.dumps({"ts": f"2026-03-02T12:00:{n % 60:02d}Z"} | (one if n % 3 else other)(n))
        for n in NUMBERS
    ]
    assert measured(tmp_path, lines, source)[:2] == (60, total)


@pytest.mark.parametrize(
    ("value", "total"),
    [("5 weeks", 5 * 604_800), ("5 Min", 300), ("5 MS", 0.005), ("5 octets", 5), ("5 apples", 5)],
)
@pytest.mark.parametrize("sign", [": ", "="])
def test_units_in_other_letters(tmp_path, sign, value, total):
    lines = logged(f"q x{sign}{value} tail" for _ in NUMBERS)
    assert measured(tmp_path, lines)[:2] == (60, pytest.approx(60 * total))


@pytest.mark.parametrize("value", ["1 234 ms", "030 1234567"])
@pytest.mark.parametrize("sign", [": ", "="])
def test_numbers_with_blanks_are_odd(tmp_path, sign, value):
    """The first of their digits are not the number."""
    lines = logged(f"q x{sign}{value} tail" for _ in NUMBERS)
    (found,) = analyzed(tmp_path, lines, measures=["x"])["measures"]
    assert (found["count"], found["odd"], found["odd_examples"]) == (0, 60, [value])


TABLES = {
    "digits after the time": ("time,val,w", "2026-03-02 12:00:{:02d},{},q"),
    "brackets": ("time,val,Size [kB]", "2026-03-02T12:00:{:02d}Z,{},q"),
    "a name twice": ("time,val,val", "2026-03-02T12:00:{:02d}Z,{},5"),
    "further cells": ("time,val,w", "2026-03-02T12:00:{:02d}Z,{},q"),
}


@pytest.mark.parametrize("kind", TABLES)
def test_tables(tmp_path, kind):
    header, row = TABLES[kind]
    more = [",x" * (kind == "further cells" and n % 3 == 0) for n in NUMBERS]
    rows = [row.format(n % 60, 7 * n) + end for n, end in zip(NUMBERS, more, strict=True)]
    assert measured(tmp_path, [header, *rows], "val")[:2] == (60, 7 * sum(NUMBERS))


def test_single_quotes_of_logfmt(tmp_path):
    """What a value in single quotes holds is no pair; an apostrophe opens none."""
    lines = [
        f"ts=2026-03-02T12:00:{n:02d}Z level=info msg='a x=5 b' y=it's x={n} z='q'"
        for n in range(60)
    ]
    assert measured(tmp_path, lines) == (60, sum(range(60)), 0)


def test_no_cell_is_a_fraction(tmp_path):
    path = tmp_path / "x.csv"
    rows = "".join(f"2026-03-02 12:00:{n:02d},{n + 205},q\n" for n in range(20))
    path.write_text("time,val,w\n" + rows)
    assert cotool.analyze_logs(path).to_dict()["first_seen"] == "2026-03-02T12:00:00"


@pytest.mark.parametrize(("test", "kept"), [("x=null", 3), ("x!=null", 1), ("x>1", 1)])
def test_conditions_on_missing_values(tmp_path, test, kept):
    values = ['"x":null', '"x":5', '"x":"-"', '"y":1']
    lines = [f'{{"ts":"2026-03-02T12:00:0{n}Z",{value}}}' for n, value in enumerate(values)]
    path = tmp_path / "x.log"
    path.write_text("\n".join(lines))
    assert cotool.analyze_logs(path, where=test).counts.records == kept


@pytest.mark.parametrize("other", [{"measures": {"x": "x:ms"}}, {"by": ["level"]}])
def test_figures_of_other_measures_do_not_merge(tmp_path, other):
    path = tmp_path / "x.log"
    path.write_text("\n".join(logged(f"x={n}" for n in NUMBERS)))
    one = cotool.analyze_logs(path, measures={"x": "x"})
    with pytest.raises(cotool.InputError, match="different measures"):
        one.merge(cotool.analyze_logs(path, **{"measures": {"x": "x"}, **other}))


def test_tables_in_a_zone(tmp_path):
    pytest.importorskip("pandas")
    path = tmp_path / "x.log"
    path.write_text("\n".join(logged("x" for _ in NUMBERS)))
    table = cotool.analyze_logs(path).to_pandas(zone=zoneinfo.ZoneInfo("Asia/Tokyo"))
    assert table["start"][0].hour == 21
