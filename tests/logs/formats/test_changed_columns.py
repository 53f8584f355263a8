"""Logs of the W3C's extended format in which a second line #Fields changes the columns."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cotool
from cotool.cli.app import main
from cotool.logs.options import LogOptions
from cotool.logs.scan.scan import Watch, scan_opened
from cotool.logs.scan.sources import LogStream
from logs.scans import analyzed

if TYPE_CHECKING:
    from pathlib import Path

HEADS = {
    "first": "date time cs-method cs-uri-stem c-ip sc-status time-taken",
    "inserted": "date time cs-method cs-uri-stem cs-host sc-bytes c-ip sc-substatus sc-status"
    " time-taken",
    "swapped": "date time cs-method cs-uri-stem c-ip time-taken sc-status",
    "without": "date time cs-method cs-uri-stem c-ip sc-bytes",
}


def row(head: str, second: int, status: str, taken: int) -> str:
    values = {
        "date": "2024-03-01", "time": f"12:{second // 60:02d}:{second % 60:02d}",
        "cs-method": "GET", "cs-uri-stem": f"/p{second % 2}", "cs-host": "www", "sc-bytes": "777",
        "c-ip": "10.0.0.1", "sc-status": status, "sc-substatus": "500", "time-taken": str(taken),
    }  # fmt: skip
    return " ".join(values[name] for name in HEADS[head].split())


def log(sections: list[tuple[str, list[tuple[str, int]]]], end: str = "\r\n") -> bytes:
    lines, second = [], 0
    for head, rows in sections:
        lines += ["#Software: server", "#Version: 1.0", f"#Fields: {HEADS[head]}"]
        for status, taken in rows:
            lines.append(row(head, second, status, taken))
            second += 1
    return "".join(line + end for line in lines).encode()


FIRST = ("first", [("200", 150), ("404", 250), ("500", 550)])
LEVELS = {"200": "info", "404": "warning", "500": "error"}


def sections() -> st.SearchStrategy[list[tuple[str, list[tuple[str, int]]]]]:
    rows = st.lists(st.tuples(st.sampled_from(sorted(LEVELS)), st.integers(0, 999)), max_size=5)
    return st.lists(st.tuples(st.sampled_from(sorted(HEADS)), rows), max_size=6)


def expected(
    given: list[tuple[str, list[tuple[str, int]]]],
) -> tuple[dict[str, int], dict[str, tuple[int, int]], int]:
    levels: dict[str, int] = {}
    groups: dict[str, tuple[int, int]] = {}
    missing = 0
    for head, rows in given:
        for status, taken in rows:
            known = head != "without"
            level = LEVELS[status] if known else "unknown"
            levels[level] = levels.get(level, 0) + 1
            key = status if known else ""
            count, total = groups.get(key, (0, 0))
            groups[key] = count + 1, total + (taken if known else 0)
            missing += not known
    return levels, groups, missing


def check(summary: Any, measures: Any, given: list[tuple[str, list[tuple[str, int]]]]) -> None:
    levels, groups, missing = expected(given)
    assert {name: n for name, n in summary.counts.levels.items() if n} == levels
    assert {
        group.values[0]: (group.records, round(1000 * group.measures[0].sum))
        for group in measures.groups
    } == groups
    assert measures.total.measures[0].missing == missing


@given(
    more=sections(),
    threads=st.integers(1, 3),
    span=st.sampled_from([40, 100, 1000, None]),
    cut=st.integers(1, 400),
    where=st.sampled_from([None, "level != debug"]),
)
def test_rows_are_read_by_the_columns_before_them(
    more: list[tuple[str, list[tuple[str, int]]]],
    threads: int,
    span: int | None,
    cut: int,
    where: str | None,
) -> None:
    """Levels and measures are those of each row's own columns, however the work is cut."""
    found = [FIRST, *more]
    data = log(found)
    options = LogOptions(
        measures=["time-taken"], by=["status"], where=where, num_threads=threads, span_size=span,
        block_size=span,
    )  # fmt: skip
    pieces = iter(
        [
            data[: len(log([FIRST]))],
            *(data[n : n + cut] for n in range(len(log([FIRST])), len(data), cut)),
        ]
    )
    stream = LogStream(pieces, mtime=1.8e9, size=len(data))
    scanned = scan_opened("x.log", stream, options, Watch())
    check(scanned.summary, scanned.measures, found)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("packed", [False, True])
def test_files_and_streams_agree(tmp_path: Path, end: str, packed: bool) -> None:
    """A plain file and a compressed one give the same, also where the first columns come back."""
    found = [FIRST, ("inserted", FIRST[1]), ("without", FIRST[1]), FIRST, ("swapped", FIRST[1])]
    path = tmp_path / ("u_ex.log.gz" if packed else "u_ex.log")
    data = log(found, end)
    path.write_bytes(gzip.compress(data) if packed else data)
    summary = analyzed(path, measures=["time-taken"], by=["status"], span_size=100)
    check(summary, summary.measures, found)


def test_a_pattern_that_only_some_rows_match(tmp_path: Path) -> None:
    """The last row before other columns is measured by its own."""
    path = tmp_path / "u_ex.log"
    path.write_bytes(log([FIRST, ("inserted", [("200", 5)])]))
    summary = cotool.analyze_logs(
        path, measures=["time-taken"], by=["status"], patterns={"p0": "/p0"}, match=["p0"]
    )
    assert summary.measures is not None
    sums = {group.values[0]: group.measures[0].sum for group in summary.measures.groups}
    assert sums == pytest.approx({"200": 0.15, "500": 0.55})


@pytest.mark.parametrize("packed", [False, True])
def test_a_state_goes_on_with_the_columns_that_hold(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], packed: bool
) -> None:
    """A run that begins after the change reads new rows by the changed columns."""
    path, state = tmp_path / ("a.log.gz" if packed else "a.log"), tmp_path / "state"
    data = log([FIRST, ("inserted", FIRST[1])])
    more = "".join(row("inserted", 50 + n, "404", 7) + "\r\n" for n in range(3)).encode()
    levels = []
    for text in (data, data + more):
        path.write_bytes(gzip.compress(text) if packed else text)
        main(["analyze-logs", str(path), "--json", "--state", str(state)])
        levels.append(json.loads(capsys.readouterr().out)["levels"])
    assert levels[0]["error"] == 2
    assert {name: n for name, n in levels[1].items() if n} == {"warning": 3}


@pytest.mark.parametrize(
    ("line", "hour"), [("", 8), ("#Time Format: Local\n", 7), ("#Software: X\n", 8)]
)
def test_times_are_in_utc_by_the_standard(tmp_path: Path, line: str, hour: int) -> None:
    """The zone of --tz moves them only where the log says that they are local."""
    path = tmp_path / "u_ex.log"
    rows = "".join(f"2026-03-02 08:00:{n:02} GET /{n} 200\n" for n in range(60))
    path.write_text(f"#Version: 1.0\n{line}#Fields: date time cs-method cs-uri sc-status\n{rows}")
    found = cotool.analyze_logs(path, tz="Europe/Berlin")
    first = found.counts.first_seen
    assert first is not None
    assert datetime.fromtimestamp(first // 10**9, UTC).hour == hour
