"""Numbers of records against plain Python, for all threads, spans, blocks and pieces."""

from __future__ import annotations

import csv
import gzip
import json
import os
import pickle
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import cotool
from cotool._fast.logs import logscan
from cotool._fast.logs.measures import UNIT, Measured, bucket_ends, bucket_of
from cotool.errors import InputError
from cotool.logs.api import summary_of
from cotool.logs.measures.model import DECIMALS
from cotool.logs.measures.parse import make_reading
from cotool.logs.measures.results import Measures, merged_measures
from cotool.logs.options import LogOptions
from cotool.logs.patterns.patterns import compile_group
from cotool.logs.scan.scan import Watch, scan_opened
from cotool.logs.scan.sources import LogStream
from reference import pair, quantile_of, read_number

if TYPE_CHECKING:
    from pathlib import Path

    from cotool.logs.measures.figures import Figures

NUMBERS = ["0", "7", "0.25", "1.5ms", "12", "350us", "3", "-", "-4", "oops", "1e3", "1,234", ""]


def entries() -> st.SearchStrategy[tuple[int, str, int, str]]:
    return st.tuples(
        st.integers(0, 900),
        st.sampled_from(["/", "/a/17", "/a/99", "/b?x=1", "/é"]),
        st.sampled_from([200, 404, 500]),
        st.sampled_from(NUMBERS),
    )


def access(second: int, path: str, status: int, number: str) -> str:
    clock = f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
    return (
        f'10.0.0.1 - - [01/Mar/2024:{clock} +0000] "GET {path} HTTP/1.1" {status} 12 "-" "agent"'
        f" rt={number}\n"
    )


def as_json(second: int, path: str, status: int, number: str) -> str:
    clock = f"2024-03-01T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}Z"
    record = {"ts": clock, "level": "info", "http": {"path": path, "status": status}, "rt": number}
    return json.dumps(record) + "\n"


def scan(data: bytes, options: LogOptions) -> Any:
    pieces = iter([data])
    stream = LogStream(pieces, mtime=1.8e9, size=len(data))
    return scan_opened("x.log", stream, options, Watch())


HEAD = [(n, "/", 200, "1") for n in range(3)]


@pytest.mark.parametrize("write", [access, as_json])
@given(
    rows=st.lists(entries(), max_size=60),
    threads=st.integers(1, 3),
    span=st.sampled_from([64, 100, 1000, None]),
    step=st.sampled_from([0, 60]),
)
def test_figures_are_those_of_sorted_values(
    write: Any, rows: list[Any], threads: int, span: int | None, step: int
) -> None:
    """Counts, sums, ranges and quantiles agree with the oracle, however the work is cut."""
    rows = [*HEAD, *rows]
    data = "".join(write(*row) for row in rows).encode()
    options = LogOptions(
        measures=["rt"], by=["path", "status"], step=step, num_threads=threads, span_size=span,
        block_size=span,
    )  # fmt: skip
    measures = scan(data, options).measures
    masked = {"/a/17": "/a/<*>", "/a/99": "/a/<*>", "/b?x=1": "/b"}
    expected: dict[tuple[str, ...], list[str]] = {}
    for _, path, status, number in rows:
        expected.setdefault((masked.get(path, path), str(status)), []).append(number)
    assert {group.values: group.records for group in measures.groups} == {
        key: len(values) for key, values in expected.items()
    }
    for group in (*measures.groups, measures.total):
        values = expected.get(group.values, [row[3] for row in rows])
        check(group.measures[0], values)
        if step:
            assert sum(found.records for found in group.steps.values()) == group.records
            assert all(start % 60 == 0 for start in group.steps)


def check(figures: Figures, values: list[str]) -> None:
    read = [read_number(value) for value in values]
    numbers = sorted(number for number in read if isinstance(number, Decimal))
    assert figures.count == len(numbers)
    assert figures.missing == read.count("missing")
    assert figures.odd == read.count(None)
    assert figures.parts == sum(numbers) * UNIT
    if numbers:
        assert (figures.cell.least_parts, figures.cell.greatest_parts) == (
            numbers[0] * UNIT,
            numbers[-1] * UNIT,
        )
    for share in (0.0, 0.5, 0.9, 0.99, 1.0):
        exact, found = quantile_of(numbers, share), figures.quantile(share)
        if exact is None:
            assert found is None
        else:
            assert found == pytest.approx(float(exact), rel=1 / 128, abs=1e-12)


@given(st.lists(st.lists(entries(), max_size=20), min_size=1, max_size=4))
def test_parts_add_up_to_the_whole_in_any_order(parts: list[list[Any]]) -> None:
    """Merging is exact, associative, and survives pickling."""
    options = LogOptions(measures=["rt"], by=["path"], step=60, greatest=3)
    found = [
        scan("".join(as_json(*row) for row in [*HEAD, *part]).encode(), options).measures
        for part in parts
    ]
    rows = [row for part in parts for row in [*HEAD, *part]]
    whole = scan("".join(as_json(*row) for row in rows).encode(), options).measures
    there = merged_measures(found)
    back = pickle.loads(pickle.dumps(merged_measures(found[::-1])))
    for merged in (there, back):
        assert merged.groups == whole.groups
        assert merged.total == whole.total
        assert [f.number for f in merged.facts()[0].greatest] == [
            f.number for f in whole.facts()[0].greatest
        ]
        assert merged.facts()[0].distinct == whole.facts()[0].distinct


@given(st.integers(-(10**30), 10**30))
@example(0)
@example(1)
@example(63)
def test_a_bucket_is_narrow(number: int) -> None:
    """A bucket holds its number, and its middle is within a 128th of it."""
    low, high = bucket_ends(bucket_of(number))
    assert low <= number <= high
    assert abs((low + high) // 2 - number) * 128 <= abs(number) + 128


@given(
    st.from_regex(
        r"[-+]?([0-9]{1,6}|[0-9]{1,3}(,[0-9]{3}){1,3})(\.[0-9]{1,9})?(e[+-]?[0-9])?", fullmatch=True
    ),
    st.sampled_from(["", "ms", "us", "s", " ms", "m", "h", "kB", "MiB", "B", "x", "%"]),
)
def test_numbers_are_read_exactly(digits: str, unit: str) -> None:
    """A number with its unit is what decimal arithmetic makes of it."""
    text = digits + unit
    expected, found = read_number(text), logscan.read_number(text.encode())
    if isinstance(expected, Decimal):
        assert isinstance(found, tuple)
        assert found[0] == (expected * UNIT).to_integral_value(rounding="ROUND_HALF_UP")
    else:
        assert found == expected


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1m30s", 90), ("0.01, 0.03", Decimal("0.04")), ("-, 0.5", Decimal("0.5")),
        ("0.1 : 0.2", Decimal("0.3")), ("null", "missing"), ("-", "missing"), ("", "missing"),
        ("NaN", None), ("inf", None), ("1e400", None), ("12,34", None), ("0x1F", None),
        ("1.2.3", None), ("5 apples", None), ("٣", None),
        ("0,123", None), ("0,250 s", None), ("100,250", 100250),
    ],
)  # fmt: skip
def test_unusual_numbers(text: str, number: Any) -> None:
    """Lists are added up, dashes are missing, and what is no number is odd."""
    found = logscan.read_number(text.encode())
    assert (found[0] if isinstance(found, tuple) else found) == (
        number * UNIT if isinstance(number, int | Decimal) else number
    )


@given(st.integers(-(10**9), 10**9), st.integers(0, 6), st.booleans())
def test_decimal_commas_are_read_exactly(digits: int, decimals: int, grouped: bool) -> None:
    """A number that is written with a decimal comma is the one with a point."""
    number = Decimal(digits).scaleb(-decimals)
    english = f"{number:,f}" if grouped else f"{number:f}"
    german = english.translate({ord(","): ".", ord("."): ","})
    found = logscan.read_number(german.encode(), comma=DECIMALS)
    if re.fullmatch(r"-?[1-9]\d{0,2}\.\d{3}", german):
        assert found is None  # one thousand, or one
    else:
        assert found == (number * UNIT, 0, False)
    plain = logscan.read_plain(german.encode(), comma=DECIMALS)
    assert plain in {None, number * UNIT}


@pytest.mark.parametrize(
    ("delimiter", "column", "beside", "numbers"),
    [
        (";", ["1,234", "2,500"], ["a", "b"], [1.234, 2.5]),
        (";", ["1,234", "2,500"], ["1,5", "b"], [1.234, 2.5]),
        (";", ["1,234", "0,27"], ["1.5", "b"], [1.234, 0.27]),
        (";", ["1,234", "2,500"], ["1.5", "b"], []),
        (";", ["1,234", "2.5"], ["a", "b"], [1234, 2.5]),
        (";", ["1,234", "1,234.5"], ["a", "b"], [1234, 1234.5]),
        (";", ["1,234", "1.234,5"], ["a", "b"], [1.234, 1234.5]),
        (";", ["1,234", "1.234.567"], ["0,5", "b"], [1.234, 1234567]),
        (";", ["1,234", "1.234"], ["0,5", "b"], [1234, 1.234]),
        (";", ["1,234", "0,5", "1.5"], ["a", "b", "c"], [1.5]),
        (";", ["1.234", "12.500"], ["0,5", "b"], []),
        (";", ["1.234", "12.500"], ["a", "b"], [1.234, 12.5]),
        (";", ["1.234", "12.500"], ["0,5", "1.5"], [1.234, 12.5]),
        (";", ["1,5 ms", "1,234 ms"], ["a", "b"], [0.0015, 0.001234]),
        ("\t", ["1,234", "2,500"], ["a", "b"], [1234, 2500]),
        ("\t", ["1,234", "0,5"], ["a", "b"], [1.234, 0.5]),
        (",", ['"1,234"', '"2,500"'], ["a", "b"], [1234, 2500]),
        (",", ['"1,234"', '"0,50"'], ["a", "b"], [1.234, 0.5]),
        (";", ["159.545", "1.234.567", "12"], ["0,5", "b", "c"], [159545, 1234567, 12]),
        (",", ["159.545", "1.234.567", "12"], ["a", "b", "c"], [159545, 1234567, 12]),
        (";", ["159.545", "1.234.567,25"], ["a", "b"], [159545, 1234567.25]),
    ],
)  # fmt: skip
def test_commas_in_tables(
    tmp_path: Path, delimiter: str, column: list[str], beside: list[str], numbers: list[float]
) -> None:
    """The column, or else the table, says whether they are decimal; none is guessed."""
    rows = zip(["2026-03-02 08:00:01"] * len(column), beside, column, strict=True)
    rows = [("when", "other", "x"), *rows]
    path = tmp_path / "x.csv"
    path.write_text("".join(delimiter.join(row) + "\n" for row in rows))
    found = cotool.analyze_logs(path, measures=["x"]).measures.total.measures[0]
    assert (found.count, found.odd) == (len(numbers), len(column) - len(numbers))
    assert found.sum == pytest.approx(sum(numbers))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_quotes_within_the_cells_of_a_table(tmp_path: Path, delimiter: str, end: str) -> None:
    """They are doubled, as RFC 4180 says, or behind a backslash, which may also end a cell."""
    notes = [
        'he said "9, 9"',
        'a "b", 7; c',
        '"b"',
        '""',
        '"',
        "C:\\dir\\",
        '{"a": "say \\"hi\\", 5"}',
    ]
    rows = [["time", "note", "ms", "path"]]
    rows += [
        [f"2026-03-02 12:00:{n:02}", note, str(n + 1), "/x"] for n, note in enumerate(notes * 2)
    ]
    with (path := tmp_path / "x.csv").open("w", newline="") as file:
        csv.writer(file, delimiter=delimiter, lineterminator=end).writerows(rows)
    found = cotool.analyze_logs(path, measures=["ms"], by=["path", "note"]).measures
    assert found.total.measures[0].sum == pytest.approx(0.105)
    assert {group.values: group.records for group in found.groups} == {
        ("/x", note): 2 for note in notes
    }
    cells = ["plain,7"] * 90 + ['"a \\"b, c\\" d",8', '"open,9', '"x" y,2']
    path.write_text("time,note,ms\n" + "".join(f"2026-03-02 12:00:01,{two}\n" for two in cells))
    total = cotool.analyze_logs(path, measures=["ms"], by=["note"]).measures.total.measures[0]
    assert (total.count, total.missing) == (92, 1)
    assert total.sum == pytest.approx(0.64)


@pytest.mark.parametrize("line", ['{"x":"%s"}', "x=%s n=1", "INFO x: %s", "%s a"])
def test_a_number_that_may_be_either_is_odd_beside_decimal_commas(
    tmp_path: Path, line: str
) -> None:
    """Outside of tables no comma is decimal, and then none separates thousands."""
    path = tmp_path / "x.log"
    source = "$1" if line[0] == "%" else "x"
    for values, count in ((["1,234", "0,27"], 0), (["1,234", "12"], 2)):
        path.write_text("".join(f"{line % value}\n" for value in values))
        found = cotool.analyze_logs(path, measures=[source]).measures.total.measures[0]
        assert (found.count, found.odd) == (count, 2 - count)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize(
    "first", ["2026-03-02 12:00:0%d", "2026-03-02T12:00:0%dZ", "177240000%d", "web%d"]
)
def test_tables_of_two_columns(tmp_path: Path, delimiter: str, first: str) -> None:
    """One of the columns holds numbers, and the line of names is no record."""
    path = tmp_path / "x.csv"
    rows = [["first", "value"], *([first % n, f"{n}.5"] for n in range(9))]
    path.write_text("".join(delimiter.join(row) + "\n" for row in rows))
    found = cotool.analyze_logs(path, measures=["value"], by=["first"])
    figures = found.measures.total.measures[0]
    assert (found.counts.records, figures.count, figures.sum) == (9, 9, 40.5)
    assert found.measures.groups[0].values == (first % 0,)


def test_text_with_a_comma_in_each_line_is_no_table(tmp_path: Path) -> None:
    """Two words before and after a comma name columns only if one of them has numbers."""
    path = tmp_path / "x.log"
    path.write_text("started,ready\n" + "2026-03-02 12:00:01,123 INFO x\n" * 5)
    assert cotool.analyze_logs(path, measures=["ready"]).counts.records == 6


REGEXES = [
    r"took (\d+)ms", r"(\d+)", r"a(b*)c", r"(a|ab)(?:c|bcd)", r"x(.*?)y", r"x(.*)y", r"\b(\w+)$",
    r"^(?:a|b)*(\d?)", r"(a+?)(?:a*)b", r"(?i)TOOK (\S+)", r"(\d{2,4})",
]  # fmt: skip


@given(st.sampled_from(REGEXES), st.text("abcdxy took12ms3 ", max_size=30))
def test_a_group_is_where_python_finds_it(regex: str, line: str) -> None:
    """The group of a regex is that of Python's re."""
    program, needed, groups = compile_group("x", regex)
    assert groups == 1
    expected = re.search(regex, line)
    found = logscan.capture(program, needed, line.encode())
    assert found == (expected.span(1) if expected and expected[1] is not None else None)


@pytest.mark.parametrize(
    ("path", "masked"),
    [
        ("/users/123/orders?x=1", "/users/<*>/orders"), ("/v1/img/12.png", "/v1/img/<*>.png"),
        ("/x/3f2504e0-4f89-11d3-9a0c-0305e82c3301", "/x/<*>"), ("/x/deadbeef01/y", "/x/<*>/y"),
        ("https://shop.example/c/77", "/c/<*>"), ("/static/app.js", "/static/app.js"),
        ("/api/v2/café", "/api/v2/café"), ("/facade/decade", "/facade/decade"), ("/", "/"),
        ("/host/10.0.110.178/x", "/host/<*>/x"), ("/geo/12.0006,-155.5", "/geo/<*>"),
        ("/ord/ORD-17544", "/ord/<*>"), ("/t/dGhpc0lzQVRva2VuMQ", "/t/<*>"),
        ("/js/app-20260302.js", "/js/<*>.js"),
        ("/getUserProfileById2/x", "/getUserProfileById2/x"),
        ("/report-2024", "/report-2024"), ("/s3/bucket", "/s3/bucket"),
        ("/js/app.0010c696.js?v=2", "/js/app.<*>.js"), ("/main.3f2a1b9c.css", "/main.<*>.css"),
        ("/chunk-5YJ4XK2L.js.map", "/chunk-<*>.js.map"),
        ("/a-b.8F3B1C2D4E.min.svg", "/a-b.<*>.min.svg"),
        ("/jquery-3.6.0.min.js", "/jquery-3.6.0.min.js"),
        ("/fade.deadbeef.js", "/fade.deadbeef.js"),
        ("/plan-FY2024Q1.pdf", "/plan-FY2024Q1.pdf"), ("/x-INVOICE2.pdf", "/x-INVOICE2.pdf"),
        ("/app.0010c696", "/app.0010c696"), ("/app.0010c69.js", "/app.0010c69.js"),
    ],
)  # fmt: skip
def test_what_names_one_thing_among_many_is_masked(path: str, masked: str) -> None:
    """Digits, hashes and UUIDs are masked as whole segments, words stay."""
    assert logscan.mask_path(path.encode()).decode() == masked


PATHS = st.text("////aZz0129.-_?#;:%\\=é", max_size=66)


@given(PATHS)
def test_short_paths_are_masked_alike(path: str) -> None:
    """What is read by bits is what is read byte by byte."""
    assert logscan.short_path(path.encode()) in {None, logscan.mask_path(path.encode())}


# Pairs that differ in ids, in what looks like them, and in what makes a URL of a path.
SIMILAR = "a://1 a://123456 /7 /77 /7/x /77/x /1.2 /v1 /v2 /7\0 /7\0\0".split(" ")


@given(st.lists(PATHS | st.sampled_from(SIMILAR) | st.text("/17?x", max_size=6), max_size=30))
@example(SIMILAR)
def test_known_paths_are_the_same_masked_path(texts: list[str]) -> None:
    """Paths that share a row without being masked are the same after it."""
    paths = [text.encode() for text in texts]
    for path, first in zip(paths, logscan.known_paths(paths), strict=True):
        assert logscan.mask_path(path) == logscan.mask_path(paths[first])


@given(
    st.text("0123456789.-e", max_size=9),
    st.sampled_from([(1, 0, 0), (1, -3, 1), (1, -9, 1), (86400, 0, 1), (1 << 40, 0, 2)]),
)
def test_plain_numbers_are_read_alike(text: str, scale: tuple[int, int, int]) -> None:
    """Eight digits at once are the number that is read digit by digit."""
    found = logscan.read_plain(text.encode(), scale)
    exact = logscan.read_number(text.encode(), scale)
    assert found is None or (found, scale[2], False) == exact


def analyze(tmp_path: Path, text: str, **options: Any) -> cotool.LogSummary:
    file = tmp_path / "x.log"
    file.write_text(text, encoding="utf-8")
    return cotool.analyze_logs(file, **options)


def test_conditions_choose_records(tmp_path: Path) -> None:
    """A condition leaves records out of all figures, as every filter does."""
    text = "".join(access(n, "/a", 200 if n % 3 else 503, str(n)) for n in range(30))
    summary = analyze(tmp_path, text, measures=["rt"], where="status>=500 and not rt<10")
    assert summary.measures is not None
    assert summary.counts.records == summary.measures.total.records == 6
    assert summary.counts.left_out == 24
    assert summary.measures.total.measures[0].least == 12
    for where, count in {
        "class=5xx": 10, "path = '/a'": 30, 'path != "/a"': 0, "rt>25 or status=503": 13,
        "(rt>25 or status=503) and rt<3": 1, "nothing=1": 0, "nothing!=1": 0,
    }.items():  # fmt: skip
        assert analyze(tmp_path, text, where=where).counts.records == count, where


def test_a_condition_reads_a_field_in_the_unit_of_its_measure(tmp_path: Path) -> None:
    """The unit that a measure gives a field holds in conditions on it as well."""
    text = "".join(access(n, "/a", 200, str(n)) for n in range(0, 900, 100))
    for measure, count in {"rt:ms": 4, "wait=rt:ms": 4, "rt:s": 8}.items():
        summary = analyze(tmp_path, text, measures=[measure], where="rt>0.45s")
        assert summary.counts.records == count, measure


def test_a_pattern_and_a_condition(tmp_path: Path) -> None:
    """Records that a pattern chooses by a later line are measured by their first line."""
    lines = "".join(
        f"2024-03-01 12:00:{n:02d} ERROR took {n} ms\n  at {'Deep' if n % 2 else 'Flat'}.run\n"
        for n in range(10)
    )
    summary = analyze(
        tmp_path, lines, patterns={"deep": "Deep"}, match=["deep"], measures={"t": "took <ms> ms"}
    )
    assert summary.measures is not None
    figures = summary.measures.total.measures[0]
    assert (figures.count, figures.sum) == (5, pytest.approx(0.025))


def test_units_of_names_and_values(tmp_path: Path) -> None:
    """The end of a key says the unit of plain numbers; a unit in the value says more."""
    rows = [{"ts": f"2024-03-01T12:00:{n:02d}Z", "level": "info", "duration_ms": n,
             "waitSeconds": n, "size_kb": 1, "took": f"{n}ms"} for n in range(9)]  # fmt: skip
    summary = analyze(
        tmp_path,
        "".join(json.dumps(row) + "\n" for row in rows),
        measures=["duration_ms", "waitSeconds", "size_kb", "took", "x=duration_ms:us"],
    )
    assert summary.measures is not None
    sums = [figures.sum for figures in summary.measures.total.measures]
    assert sums == pytest.approx([0.036, 36, 9000, 0.036, 36e-6])
    assert [fact.unit for fact in summary.measures.facts()] == ["s", "s", "B", "s", "s"]


def test_columns_of_the_extended_format(tmp_path: Path) -> None:
    """#Fields names the columns, and whole numbers of time-taken are milliseconds."""
    head = "#Software: server\n#Fields: date time c-ip cs-method cs-uri-stem sc-status time-taken\n"
    rows = "".join(
        f"2024-03-01 12:00:{n:02d} 10.0.0.{n} GET /a/{n}.html 200 {n * 10}\n" for n in range(9)
    )
    summary = analyze(tmp_path, head + rows, measures=["rt"], by=["path", "client"])
    assert summary.measures is not None
    assert summary.measures.total.measures[0].sum == pytest.approx(0.36)
    assert {group.values[0] for group in summary.measures.groups if group.values[0]} == {
        "/a/<*>.html"
    }


@pytest.mark.parametrize(
    ("text", "total"),
    [
        ("n=1,234 rest", 1234), ("n=1,b=2", 1), ("n=0.012, 0.034, - x=1", 0.046), ("n=5, 6 of", 5),
        ("n=7, b=1", 7), ("n=12,34", None), ("(n=8)", 8), ('n="3 ms" x', 0.003),
    ],
)  # fmt: skip
def test_numbers_after_a_key_in_text(tmp_path: Path, text: str, total: float | None) -> None:
    """A comma ends a value where it separates pairs, not where it belongs to the number."""
    lines = "".join(f"2024-03-01 12:00:0{n} INFO {text}\n" for n in range(5))
    summary = analyze(tmp_path, lines, measures=["n"])
    assert summary.measures is not None
    figures = summary.measures.total.measures[0]
    assert (figures.odd if total is None else figures.greatest) == (5 if total is None else total)


def grouped(summary: cotool.LogSummary) -> dict[tuple[str, ...], list[float]]:
    assert summary.measures is not None
    return {
        group.values: [figures.sum for figures in group.measures]
        for group in summary.measures.groups
    }


def test_a_balancer_writes_minus_one_for_no_time(tmp_path: Path) -> None:
    """A target that gave no answer has no time, and a client is the same at every port."""
    text = "".join(
        f"http 2024-03-01T12:00:{n:02d}.5Z app/a/1 10.0.0.{n % 2}:{2000 + n} 10.1.0.1:80"
        f" 0.001 {time} 0.000 200 200 34 366"
        ' "GET http://www.example.com:80/p/12?x HTTP/1.1" "curl" - -\n'
        for n, time in enumerate(["0.5", "-1", "0.25", "-1"])
    )
    summary = analyze(tmp_path, text, measures=["rt"], by=["client", "path"])
    assert summary.measures is not None
    figures = summary.measures.total.measures[0]
    assert (figures.count, figures.missing, figures.least) == (2, 2, 0.25)
    assert grouped(summary) == {("10.0.0.0", "/p/<*>"): [0.75], ("10.0.0.1", "/p/<*>"): [0]}


@pytest.mark.parametrize(
    ("client", "address"),
    [
        ("10.0.0.1:80", "10.0.0.1"), ("[2001:db8::1]:80", "2001:db8::1"), ("10.0.0.1", "10.0.0.1"),
        ("2001:db8::1", "2001:db8::1"), ("[::1]", "::1"), ("www.example.com:", "www.example.com:"),
        (":80", ":80"), ("[", ""),
    ],
)  # fmt: skip
def test_a_client_has_no_port(tmp_path: Path, client: str, address: str) -> None:
    """The port of a client's address is left out, not a part of an IPv6 address."""
    lines = "".join(
        json.dumps({"ts": f"2024-03-01T12:00:0{n}Z", "level": "info", "client": client}) + "\n"
        for n in range(3)
    )
    assert grouped(analyze(tmp_path, lines, by=["client"])) == {(address,): []}


def test_columns_of_a_proxy(tmp_path: Path) -> None:
    """HAProxy's columns are found by its times, of which the last is that of the request."""
    text = "".join(
        f"Mar  1 12:00:0{n} h haproxy[12]: 10.0.0.1:{n} [01/Mar/2024:12:00:0{n}.123] fe be/s1"
        f" 0/0/1/30/{time} {status} {size} - - ---- 1/1/0/0/0 0/0"
        ' "GET /a/1 HTTP/1.1"\n'
        for n, (time, status, size) in enumerate(
            [("31", 200, "100"), ("+1031", 200, "+7"), ("-1", 503, "212")]
        )
    )
    summary = analyze(tmp_path, text, measures=["rt", "bytes"], by=["status", "path", "client"])
    found = grouped(summary)
    assert found["200", "/a/<*>", "10.0.0.1"] == pytest.approx([1.062, 107])
    assert found["503", "/a/<*>", "10.0.0.1"] == [0, 212]
    assert grouped(analyze(tmp_path, text, by=["user"])) == {("",): []}


def test_columns_of_the_default_format_of_envoy(tmp_path: Path) -> None:
    """Bytes are those that were sent, not the flags after the status; times are milliseconds."""
    text = "".join(
        f'[2024-03-01T12:00:0{n}.310Z] "GET /x/{n} HTTP/2" 200 {flags} 154 91 {20 + n} - "-"'
        ' "curl" "id" "shop" "tcp://10.0.2.1:80"\n'
        for n, flags in enumerate(["-", "UH", "-"])
    )
    summary = analyze(tmp_path, text, measures=["rt", "bytes"], by=["path", "agent", "host"])
    assert grouped(summary)["/x/<*>", "curl", "shop"] == pytest.approx([0.063, 273])


def test_only_the_request_is_known_without_a_status(tmp_path: Path) -> None:
    """A request that no status follows says nothing of the columns around it."""
    text = "".join(
        f'2024-03-01T12:00:0{n}Z INFO a b c d "GET /x HTTP/1.1" done {n}\n' for n in range(5)
    )
    summary = analyze(tmp_path, text, measures=["bytes"], by=["path", "user", "status"])
    assert grouped(summary) == {("/x", "", ""): [0]}


@pytest.mark.parametrize(
    ("source", "total"), [("<n> rows", 12), ("took <ms> ms", 0.0075), ("<n>%", 99)]
)
def test_a_hole_at_either_end(tmp_path: Path, source: str, total: float) -> None:
    """A hole with nothing in front of it is the word in front of its text, anywhere."""
    lines = "2024-03-01 12:00:01 INFO app: read 12 rows at 99% load, took 7.5 ms\n" * 2
    summary = analyze(tmp_path, lines, measures={"x": source})
    assert summary.measures is not None
    figures = summary.measures.total.measures[0]
    assert (figures.count, figures.greatest) == (2, pytest.approx(total))


def test_named_columns_and_numbered_ones(tmp_path: Path) -> None:
    """--log-format names columns; $3 is the third one."""
    text = "".join(f"2024-03-01T12:00:{n:02d}Z INFO {n} up{n % 2}\n" for n in range(9))
    summary = analyze(
        tmp_path,
        text,
        log_format="{time} {level} {rt} {upstream}",
        measures=["rt:ms", "$3"],
        by=["upstream"],
    )
    assert summary.measures is not None
    assert [f.sum for f in summary.measures.total.measures] == pytest.approx([0.036, 36])
    assert [group.values for group in summary.measures.groups] == [("up0",), ("up1",)]


def test_a_request_that_is_named_has_parts(tmp_path: Path) -> None:
    """A column that --log-format names request gives method and path."""
    text = "".join(f'10:00:0{n} "GET /a/{n}?x=1 HTTP/1.1" {n}\n' for n in range(9))
    found = analyze(
        tmp_path,
        text,
        log_format='{time} "{request}" {size}',
        measures=["size"],
        by=["method", "path"],
    ).measures
    assert [(group.values, group.records) for group in found.groups] == [(("GET", "/a/<*>"), 9)]


def test_escapes_in_group_names(tmp_path: Path) -> None:
    """JSON's escapes are decoded; half a surrogate pair becomes the replacement character."""
    text = "".join(
        f'{{"ts":"2024-03-01T12:00:0{n}Z","level":"info","user":"{user}","n":1}}\n'
        for n, user in enumerate(["a\\u00e9\\n", "\\ud83d\\ude00", "\\ud83d", 'q\\"', "x"])
    )
    summary = analyze(tmp_path, text, measures=["n"], by=["user"])
    assert summary.measures is not None
    assert {group.values[0] for group in summary.measures.groups} == {
        "aé ", "😀", "\ufffd", 'q"', "x",
    }  # fmt: skip


def test_files_and_greatest_lines(tmp_path: Path) -> None:
    """Files are groups; the greatest numbers come with file, line and text, also from gzip."""
    for name, factor in (("a.log", 1), ("b.log.gz", 2)):
        data = "".join(access(n, "/", 200, str(n * factor)) for n in range(20)).encode()
        (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    paths = [tmp_path / "a.log", tmp_path / "b.log.gz"]
    options = LogOptions(measures=["rt"], by=["file"], greatest=3)
    from cotool.logs.api import analyze_sources
    from cotool.logs.scan.sources import find_sources

    summary = analyze_sources(find_sources([str(path) for path in paths]), options)
    assert summary.measures is not None
    top = summary.measures.facts()[0].greatest
    assert [(line.path, line.line, line.number) for line in top] == [
        (str(paths[1]), 20, 38.0), (str(paths[1]), 19, 36.0), (str(paths[1]), 18, 34.0),
    ]  # fmt: skip
    assert "rt=38" in top[0].text
    assert [group.values[0] for group in summary.measures.groups] == [str(p) for p in paths]


def test_a_step_has_the_records_of_all_files_and_forms_of_times(tmp_path: Path) -> None:
    """Times whose year is inferred and times with a year share steps, in a file and in all."""
    for n in range(3):
        file = tmp_path / f"{n}.log"
        file.write_text(
            "".join(
                f"Nov 27 10:0{minute}:11 host app[1]: took ms=1\n"
                f"2026-11-27T10:0{minute}:12Z host app[1]: took ms=2\n"
                for minute in range(4)
            )
        )
        os.utime(file, (1795777200, 1795777200))
        one = cotool.analyze_logs(file, measures=["ms"], step=60).measures
        assert [step.records for step in one.total.steps.values()] == [2] * 4
    whole = cotool.analyze_logs(tmp_path, recursive=True, measures=["ms"], step=60).measures
    assert [step.records for step in whole.total.steps.values()] == [6] * 4


@pytest.mark.parametrize(
    ("text", "total"),
    [
        ('10.0.0.1 - - [{}] "GET /a HTTP/1.1" 200 9 "-" "B (rt=99) rt=98" rt=0.002 id=7', 0.02),
        ('10.0.0.1 - - [{}] "GET /a HTTP/1.1" 200 9 "-" "B \\" rt=98"', None),
        ('{} INFO "done \\"x\\" rt=99" rt="0.002" rt=5', 0.02),
        ('{} INFO said "done rt=0.002', 0.02),
        ('{} INFO it is 5" rt=0.002 rt=7', 0.02),
    ],
)  # fmt: skip
def test_a_key_within_quotes_counts_only_alone(
    tmp_path: Path, text: str, total: float | None
) -> None:
    """What clients send, such as their own name, does not replace a number of the log."""
    time = "10/Oct/2024:10:00:0{} +0000" if "HTTP" in text else "2024-10-10T10:00:0{}Z"
    lines = "".join(text.format(time.format(n)) + "\n" for n in range(10))
    figures = analyze(tmp_path, lines, measures=["rt"]).measures.total.measures[0]
    assert (figures.count, figures.sum) == (0 if total is None else 10, total or 0)


@pytest.mark.parametrize("plain", [False, True])
@given(st.lists(st.sampled_from([*'"\\=, ab', "a=", ' a="', "x" * 60]), max_size=24).map("".join))
def test_pairs_of_any_text(plain: bool, line: str) -> None:
    """A pair is where the oracle finds it, wherever blocks of 64 bytes end."""
    for quoted in (False, True):
        found = logscan.pair(line.encode(), b"a", quoted=quoted, plain=plain)
        assert found == pair(line.encode(), b"a", quoted=quoted)


def test_distinct_values_are_counted_within_two_percent(tmp_path: Path) -> None:
    """Distinct clients are estimated from registers that merge."""
    text = "".join(
        access(n % 900, "/", 200, "1").replace("10.0.0.1", f"10.{n % 7}.{n // 256 % 256}.{n % 256}")
        for n in range(20000)
    )
    exact = len({line.split()[0] for line in text.splitlines()})
    summary = analyze(tmp_path, text, measures=["client"])
    assert summary.measures is not None
    fact = summary.measures.facts()[0]
    assert fact.distinct == pytest.approx(exact, rel=0.02)
    assert summary.measures.total.measures[0].odd == 20000
    assert len(fact.odd_examples) == 3


def test_too_many_groups_do_not_depend_on_the_order() -> None:
    """Which groups are kept follows from their names; the total has all records."""
    one, other = Measured(1), Measured(1)
    cell = (1, 0, 0, UNIT, UNIT, UNIT, {bucket_of(UNIT): 1}, 0)
    rows = [((b"g%d" % n,), None, False, 1, [cell]) for n in range(70_000)]
    for row in rows:
        one.insert(row)
    for row in reversed(rows):
        other.insert(row)
    kept = one.rows()
    assert kept == other.rows()
    assert len(kept) == 65536
    assert one.folded


def test_steps_widen_where_there_are_too_many() -> None:
    """Groups times steps are bounded: steps become twice as wide, in any order of records."""
    cell = (1, 0, 0, UNIT, UNIT, UNIT, {bucket_of(UNIT): 1}, 0)
    tables = [Measured(1, 0, 1), Measured(1, 0, 1)]
    order = list(range(20_000))
    for table, seconds in zip(tables, (order, order[::-1]), strict=True):
        for second in seconds:
            table.insert((None, second, False, 1, [cell]))
    assert tables[0].rows() == tables[1].rows()
    assert tables[0].width == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"measures": ["two <a> <b>"]}, "more than one hole"),
        ({"measures": ["<a>"]}, "needs text before or after"),
        ({"measures": ["/no group/"]}, "0 groups"),
        ({"measures": ["/(a)(b)/"]}, "2 groups"),
        ({"measures": ["/(/"]}, "missing"),
        ({"measures": ["rt", "rt"]}, "two measures"),
        ({"measures": [f"m{n}" for n in range(9)]}, "more than the 8"),
        ({"measures": ["a b"]}, "cannot read"),
        ({"by": ["a b"]}, "cannot read"),
        ({"where": "status"}, "expected one of"),
        ({"where": "status>"}, "expected a value"),
        ({"where": "user='ann"}, "the quotation mark is not closed"),
        ({"where": "user=~ann"}, "values are compared as text"),
        ({"where": "path>abc"}, "not a number"),
        ({"where": "(a=1"}, "expected )"),
        ({"where": "a=1 b=2"}, "unexpected text"),
        ({"where": "not " * 40 + "a=1"}, "nested"),
        ({"where": ""}, "expected a field"),
    ],
)
def test_what_cannot_be_read_is_an_error(arguments: dict[str, Any], message: str) -> None:
    """What is not understood is refused, with the parameter that said it."""
    with pytest.raises(InputError, match=re.escape(message)) as caught:
        make_reading(**arguments)
    assert caught.value.parameter or "pattern" in str(caught.value)


def test_a_summary_without_measures_has_none() -> None:
    """Nothing is measured where nothing is asked for."""
    assert summary_of([], 0, Watch()).measures is None
    assert make_reading() is None


def test_data_frames_have_a_row_per_group_and_step(tmp_path):
    """`to_pandas` and `to_polars` of measures, and of their steps in time."""
    pytest.importorskip("pandas", reason="pandas is not installed")
    pytest.importorskip("polars", reason="polars is not installed")
    path = tmp_path / "a.log"
    lines = (
        f"2024-03-01T12:0{n // 60}:{n % 60:02}Z INFO path=/p{n % 2} n={n}\n" for n in range(120)
    )
    path.write_text("".join(lines))
    found = cotool.analyze_logs(path, measures={"n": "n"}, by=["path"], step=60)
    frame = found.to_pandas("measures")
    assert list(frame.columns)[:3] == ["path", "records", "n_count"]
    assert dict(zip(frame["path"], frame["n_sum"], strict=True)) == {"/p0": 3540, "/p1": 3600}
    steps = found.to_polars("timeline")
    assert steps.height == 4
    assert sorted(steps["n_max"].to_list()) == [58, 59, 118, 119]
    assert str(steps["start"][0]).startswith("2024-03-01 12:00:00")
    for part, text in (("measures", "no measures"), ("timeline", "no steps")):
        with pytest.raises(InputError, match=text):
            cotool.analyze_logs(path).to_pandas(part)


def test_parts_of_the_time_add_up():
    """The figures over time are those of the steps together, in at most this many parts."""
    table = Measured(1, 0, 60)
    for n in range(50):
        table.insert((None, 60 * n, False, 1, [(1, 0, 0, n, n, n, {bucket_of(n): 1}, 0)]))
    width, parts = Measures(("n",), (), table).over_time(7)
    assert (width, len(parts)) == (480, 7)
    assert [figures[0].count for figures in parts.values()] == [8, 8, 8, 8, 8, 8, 2]
    assert sum(figures[0].parts for figures in parts.values()) == sum(range(50))


@pytest.mark.parametrize(
    ("given", "parameter"),
    [
        ({"measures": ["t\udcff=<ms> ms"]}, "measures"),
        ({"measures": {"a\ud83d": "ms"}}, "measures"),
        ({"by": "path,\udce8"}, "by"),
        ({"measures": "ms", "where": "path='\udcff'"}, "where"),
    ],
)
def test_text_that_is_not_unicode_is_refused(given, parameter):
    """An argument in another encoding, or half of a character, is an error that names it."""
    with pytest.raises(InputError, match="is not UTF-8") as error:
        make_reading(**given)
    assert error.value.parameter == parameter
