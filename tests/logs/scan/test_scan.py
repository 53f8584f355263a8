"""The scanner against the line-by-line oracle, for all threads, spans, blocks and pieces."""

from __future__ import annotations

import json
import os
import tempfile
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from cotool.logs.formats.recognise import recognise
from cotool.logs.times import Moment
from logs.scans import (
    FORMATS,
    PATTERNS,
    blocks,
    by_file,
    by_pieces,
    figures,
    scanner,
    sizes,
    spans,
    threads,
)
from reference import scan_log

WORDS = ["failed", "ERROR", "warning", "child", "12 ms", "oom", "Killed", "\0", "é", "x" * 70, "in"]


def moments() -> st.SearchStrategy[datetime]:
    return st.integers(0, 500).map(
        lambda hours: datetime(2023, 12, 15, tzinfo=UTC) + timedelta(hours=hours, seconds=hours * 7)
    )


def texts() -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join)


def lines() -> st.SearchStrategy[bytes]:
    iso = st.builds(
        lambda moment, fraction, level, text: (
            f"{moment:%Y-%m-%d %H:%M:%S}{fraction} {level} {text}"
        ),
        moments(),
        st.sampled_from(["", ",123", ",000", ".5"]),
        st.sampled_from(["INFO", "ERROR", "WARN", "nothing"]),
        texts(),
    )
    syslog = st.builds(
        lambda moment, text: f"{moment:%b} {moment.day:2d} {moment:%H:%M:%S} host p[1]: {text}",
        moments(),
        texts(),
    )
    other = st.one_of(
        texts(), texts().map("\tat {}".format), st.just("2024-13-01 12:00:00 INFO no")
    )
    return st.one_of(iso, syslog, other).map(str.encode)


def logs() -> st.SearchStrategy[bytes]:
    ends = st.sampled_from([b"\n", b"\n", b"\r\n"])
    return st.tuples(
        st.lists(st.tuples(lines(), ends), max_size=30), st.one_of(st.just(b""), lines())
    ).map(lambda log: b"".join(line + end for line, end in log[0]) + log[1])


def expected(data, **given):
    figures, entries = scan_log(
        data, first_year=2023, patterns=[p.regex.encode() for p in PATTERNS], **given
    )
    return {k: v for k, v in figures.items() if v or k in {"first", "last", "histogram"}}, entries


@given(logs(), threads, spans, blocks, sizes, st.booleans())
def test_counts_are_the_oracles(data, num_threads, span_size, block_size, pieces, each_line):
    """However a log is cut, its figures are those of reading it line by line."""
    wanted, _ = expected(data, each_line=each_line)
    cut = {"num_threads": num_threads, "span_size": span_size, "block_size": block_size}
    assert figures(by_file(data, each_line=each_line, **cut)) == wanted
    assert figures(by_pieces(data, pieces, each_line=each_line, **cut)[0]) == wanted


@example(b"\n\na\n", 1, 1, [], None, None, None, None)
@given(
    logs(),
    threads,
    spans,
    sizes,
    st.one_of(st.none(), st.sets(st.sampled_from(["info", "error", "unknown"]), min_size=1)),
    st.one_of(st.none(), moments()),
    st.one_of(st.none(), moments()),
    st.one_of(st.none(), st.sets(st.integers(0, 3), min_size=1)),
)
def test_filters_and_records_are_the_oracles(
    data, num_threads, span_size, pieces, levels, since, until, wanted
):
    """Filters choose the same records, and each line's level and time are the oracle's."""
    since = since and int(since.timestamp())
    until = until and int(until.timestamp())
    assume(since is None or until is None or since < until)
    oracle, entries = expected(data, levels=levels, since=since, until=until, wanted=wanted)
    chosen = {
        "levels": levels,
        "since": None if since is None else Moment(since, since),
        "until": None if until is None else Moment(until, until),
        "match": wanted and [PATTERNS[n].name for n in wanted],
        "num_threads": num_threads,
        "span_size": span_size,
    }
    assert figures(by_file(data, **chosen)) == oracle
    scan, written = by_pieces(data, pieces, records=True, **chosen)
    assert figures(scan) == oracle
    found = [json.loads(line) for line in written.splitlines()]
    times = [
        None if time is None else datetime.fromtimestamp(time / 10**9, UTC).replace(tzinfo=None)
        for _, _, time, _ in entries
    ]
    assert [
        (
            item["line"],
            item["level"],
            item["time"] and datetime.fromisoformat(item["time"]),
            item["continuation"],
        )
        for item in found
    ] == [(n, level, time, more) for (n, level, _, more), time in zip(entries, times, strict=True)]
    text = data.decode().split("\n")
    assert [item["text"] for item in found] == [text[n - 1].removesuffix("\r") for n, *_ in entries]


@given(logs(), threads, spans, st.integers(1, 5))
def test_samples_are_the_first_that_pass(data, num_threads, span_size, show):
    """Samples are the first records of the levels asked for, with their lines and offsets."""
    _, entries = expected(data)
    first = [n for n, level, _, more in entries if level == "error" and not more][:show]
    scan = by_file(
        data,
        show=show,
        num_threads=num_threads,
        span_size=span_size,
    )
    found = scan.take_samples()
    assert [line for line, *_ in found] == first
    every = data.split(b"\n")
    for line, at, size, _ in found:
        assert data[at : at + size] == every[line - 1].removesuffix(b"\r")


plain = st.sampled_from([b"", b"", b"\t", b"x", b"\tat child failed", b"warning " * 9])
in_a_row = st.integers(1, 4) | st.integers(60, 140)
ends = st.sampled_from([b"\n", b"\r\n"])


@given(
    st.lists(st.tuples(plain | lines(), ends, in_a_row), max_size=12),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, {"unknown"}, {"error"}, {"info", "unknown"}]),
    st.sampled_from([None, datetime(2023, 12, 18, tzinfo=UTC)]),
    st.sampled_from([0, 3]),
    threads,
    spans,
    sizes,
)
def test_lines_that_begin_no_record_in_a_row(
    runs, with_patterns, each_line, levels, since, show, num_threads, span_size, pieces
):
    """Equal lines count as each of them would; without formats, all are records."""
    data = b"".join((line + end) * times for line, end, times in runs)
    bare = b"".join((line + end) * times for line, end, times in runs if not line[:1].isalnum())
    given = {"levels": levels, "since": since and int(since.timestamp()), "each_line": each_line}
    chosen = {
        "levels": levels,
        "since": since and Moment(given["since"], given["since"]),
        "each_line": each_line,
        "show": show,
        "num_threads": num_threads,
        "span_size": span_size,
    }
    for log, layouts in ((data, FORMATS), (bare, ())):
        wanted = expected(log, **given | ({} if layouts else {"each_line": True}))[0]
        if not with_patterns:
            wanted = {k: v for k, v in wanted.items() if not k.startswith("pattern")}
            chosen["patterns"] = []
        assert figures(by_file(log, layouts=layouts, **chosen)) == wanted
        assert figures(by_pieces(log, pieces, layouts=layouts, **chosen)[0]) == wanted


@pytest.mark.parametrize("size", [40_000, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3_000_000])
def test_long_lines_count_once(size):
    """A line longer than any buffer is one line, with all its literals, in files and in pieces."""
    long = b"2024-03-01 12:00:00 ERROR " + b"x" * size + b" child failed"
    data = b"2024-03-01 12:00:00 INFO a\n" + long + b"\n2024-03-01 12:00:01 WARN b 12 ms"
    for scan in (
        by_file(data, span_size=100_000, num_threads=2),
        by_file(data, block_size=1000),
        by_pieces(data, [300_000] * 12)[0],
        by_pieces(data, [1 << 20] * 2, num_threads=2, span_size=9999)[0],
    ):
        counts = scan.counts()
        assert (counts["lines"], counts["records"], counts["bytes"]) == (3, 3, len(data))
        assert counts["patterns"] == [1, 1, 0, 0]
        assert counts["keywords"] == [1, 1]
        assert counts["long_lines"] == (len(long) > 1 << 20)


def test_many_hits_in_one_line():
    """A megabyte of nothing but literals is counted once a line."""
    data = b"2024-03-01 12:00:00 ERROR " + b"childerrorwarn" * 100_000 + b"\n"
    for scan in (by_file(data), by_pieces(data, [5000] * 3)[0]):
        assert scan.counts()["patterns"] == [1, 0, 0, 0]
        assert scan.counts()["keywords"] == [1, 1]


def test_a_file_that_shrinks_ends_where_it_ends():
    """What is gone is not waited for."""
    data = b"2024-03-01 12:00:00 INFO a\n" * 100
    scan = scanner(span_size=500)
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        os.ftruncate(file.fileno(), 270)
        position, before = 0, -1
        while position < len(data) and position != before:
            before, position = position, scan.scan_file(file.fileno(), position, len(data))
    scan.finish()
    assert scan.counts()["lines"] == 10


def test_the_histogram_widens_to_what_fits():
    """Many moments are kept in the finest width that holds them, whatever the cuts."""
    start = datetime(2020, 1, 1, tzinfo=UTC)
    moments = [start + timedelta(seconds=97 * n) for n in range(20_000)]
    data = b"".join(b"%s INFO x\n" % f"{m:%Y-%m-%d %H:%M:%S}".encode() for m in moments)
    found = [
        by_file(data, num_threads=n, span_size=size).counts()
        for n, size in ((1, 1 << 22), (2, 9999))
    ]
    assert found[0]["times"] == found[1]["times"]
    _, _, width, buckets = found[0]["times"][0]
    assert width == 900
    assert sum(row[2] for row in buckets.values()) == 20_000


# Lines of many systems, and what may stand in them elsewhere.
SYSTEMS = [
    b"2024-03-01 23:59:58,123 INFO [main] app.Server: started",
    b"2024-03-01T23:59:59.5+02:00 WARN worker-1 slow",
    b"2024-03-01T23:59:59Z error broke",
    b"[Fri Mar 01 23:59:58 2024] [notice] workers ok",
    b"240301 235958 148 INFO dfs.DataNode: block",
    b"24/03/01 23:59:58 ERROR executor: lost",
    b"Mar  1 23:59:58 host sshd[12]: session opened",
    b'10.0.0.1 - - [01/Mar/2024:23:59:58 +0000] "GET / HTTP/1.1" 500 12',
    b"10.0.0.1 [01/Mar/2024:23:59:58 +0000] 404 12",
    b"23:59:58.250 DEBUG pool-1 tick",
    b"(2024/03/01 23:59:58) core:warn low",
]
MANY = recognise([line.replace(b"58", b"%02d" % n) for line in SYSTEMS for n in range(50, 59)])
EDITS = st.lists(
    st.tuples(
        st.integers(0, 60),
        st.sampled_from(
            [b"0", b"1", b"9", b"7", b" ", b"[", b'"', b"x", b"-", b"INFO", b"ERROR", b""]
        ),
        st.integers(0, 4),
    ),
    max_size=2,
)


def edited(line, edits):
    for at, text, replaced in edits:
        line = line[:at] + text + line[at + replaced :]
    return line


@given(
    st.lists(
        st.tuples(st.sampled_from(SYSTEMS), st.lists(EDITS, min_size=1, max_size=6)), max_size=8
    ),
    threads,
    spans,
)
def test_lines_like_the_one_before(runs, num_threads, span_size):
    """Lines that are read by what the one before was like count as if each was read by itself."""
    data = b"\n".join(edited(line, edits) for line, several in runs for edits in several)
    quick = by_file(data, layouts=MANY, num_threads=num_threads, span_size=span_size)
    alone = by_file(data, layouts=MANY, show=1)  # with samples every line is read step by step
    assert figures(quick) == figures(alone)
    assert quick.edges() == alone.edges()
