"""Numbers in the lines of a record after its first one."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cotool
from logs.scans import analyzed, blocks, spans, threads

MYSQL = (
    "# Time: 2024-10-10T00:{m:02}:{s:02}.123456Z\n"
    "# User@Host: app[app] @ web [10.0.0.1]  Id: 7\n"
    "# Query_time: {rt}  Lock_time: 0.000100 Rows_sent: {n}  Rows_examined: 9\n"
    "SET timestamp=1728518400;\nSELECT *\n  FROM users;\n"
)
VACUUM = (
    '2024-10-10 00:{m:02}:{s:02}.123 UTC [7] LOG:  automatic vacuum of table "a": index scans: 1\n'
    "\tpages: {n} removed, 10 remain\n"
    "\tsystem usage: CPU: user: 0.00 s, system: 0.00 s, elapsed: {rt} s\n"
)
PAUSE = (
    "2024-10-10T00:{m:02}:{s:02}.000+0000: 1.234: [GC pause (G1 Evacuation Pause) (young)]\n"
    "   [Parallel Time: {rt} s, GC Workers: {n}]\n      [GC Worker Start: Min: 1.0]\n"
)
PAIRS = "2024-10-10 00:{m:02}:{s:02} INFO request done\n    took={rt}s rows={n}\n    note=rt\n"
ENDLESS = (
    "2024-10-10 00:{m:02}:{s:02} INFO request done\n" + "    x\n" * 20 + "  took={rt}s rows={n}\n"
)


def log_of(form: str, values) -> str:
    return "".join(
        form.format(m=k // 60, s=k % 60, rt=f"{rt / 1000:.3f}", n=n)
        for k, (rt, n) in enumerate(values)
    )


@pytest.mark.parametrize(
    ("form", "time", "count"),
    [
        (MYSQL, "Query_time", "Rows_sent"),
        (VACUUM, "elapsed", "pages: <n> removed"),
        (PAUSE, "Parallel Time: <s>", r"/GC Workers: (\d+)/"),
        (PAIRS, "took", "rows"),
        (ENDLESS, "took", "rows"),
    ],
)
@given(
    values=st.lists(st.tuples(st.integers(0, 9999), st.integers(0, 500)), min_size=3, max_size=12),
    num_threads=threads,
    span_size=spans,
    block_size=blocks,
)
def test_all_lines_of_a_record_are_measured(
    tmp_path_factory, form, time, count, values, num_threads, span_size, block_size
):
    """However the log is cut, each record has the numbers of its further lines."""
    path = tmp_path_factory.mktemp("logs") / "x.log"
    path.write_text(log_of(form, values), encoding="utf-8")
    cut = {"num_threads": num_threads, "span_size": span_size, "block_size": block_size}
    found = analyzed(path, measures={"t": time, "n": count}, **cut)
    seconds, counted = found.measures.total.measures
    assert found.counts.records == len(values)
    assert (seconds.count, counted.count) == (len(values), len(values))
    assert seconds.sum == pytest.approx(sum(rt for rt, _ in values) / 1000)
    assert counted.sum == sum(n for _, n in values)
    assert [fact.unit for fact in found.measures.facts()] == ["s", ""]


SEVERAL = MYSQL.partition("\n")[2]


@given(
    values=st.lists(
        st.lists(st.tuples(st.integers(0, 9999), st.integers(0, 500)), min_size=1, max_size=4),
        min_size=3,
        max_size=6,
    ),
    num_threads=threads,
    span_size=spans,
    block_size=blocks,
)
def test_each_entry_below_one_time_is_a_record(
    tmp_path_factory, values, num_threads, span_size, block_size
):
    """Queries of one second have the time of their heading, and each has its own numbers."""
    path = tmp_path_factory.mktemp("logs") / "x.log"
    path.write_text(
        "".join(
            f"# Time: 2024-10-10T00:00:{10 * k:02}.5Z\n" + log_of(SEVERAL, queries)
            for k, queries in enumerate(values)
        ),
        encoding="utf-8",
    )
    cut = {"num_threads": num_threads, "span_size": span_size, "block_size": block_size}
    found = analyzed(path, measures=["Query_time", "Rows_sent"], step=10, **cut)
    flat = [query for queries in values for query in queries]
    assert (found.counts.records, found.counts.timeless) == (len(flat), 0)
    seconds, rows = found.measures.total.measures
    assert seconds.sum == pytest.approx(sum(rt for rt, _ in flat) / 1000)
    assert (rows.count, rows.sum) == (len(flat), sum(n for _, n in flat))
    steps = found.measures.total.steps.values()
    assert [step.records for step in steps] == list(map(len, values))
    for key, value in (("user", "app"), ("host", "web"), ("client", "10.0.0.1")):
        groups = analyzed(path, measures=["Query_time"], by=[key], **cut).measures.groups
        assert [(group.values, group.records) for group in groups] == [((value,), len(flat))]


def test_conditions_know_all_lines(tmp_path):
    """They choose records by any line; where lines are written one by one, they are refused."""
    path = tmp_path / "x.log"
    path.write_text(log_of(MYSQL, [(100 * n, n) for n in range(20)]), encoding="utf-8")
    found = cotool.analyze_logs(path, measures=["Rows_sent"], where="Query_time>=1.5s")
    assert (found.counts.records, found.measures.total.measures[0].least) == (5, 15)
    assert found.counts.lines == 30
    greatest = cotool.analyze_logs(path, measures=["Query_time"], greatest=1)
    assert "FROM users" in json.dumps(greatest.to_dict())
    shown = cotool.analyze_logs(path, where="Query_time>=1.5s", show=3)
    assert "Query_time may be in any line" in str(shown.to_dict())


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ('{"time":"2026-03-02T08:00:0%dZ","durationMillis":%d500}', "durationMillis>2000"),
        ('{"time":"2026-03-02T08:00:0%dZ","durationMillis":%d500}', "durationMillis>2s"),
        ("2026-03-02 08:00:0%d INFO done took_ms=%d500", "took_ms>2000"),
        ("2026-03-02 08:00:0%d INFO done took=%d500ms", "took>2"),
    ],
)
def test_a_limit_without_a_unit_is_in_that_of_the_field(tmp_path, line, where):
    """A number without a unit means what it means in the log."""
    path = tmp_path / "x.log"
    path.write_text("".join(line % (n, n) + "\n" for n in range(1, 5)), encoding="utf-8")
    assert cotool.analyze_logs(path, where=where).counts.records == 3


@pytest.mark.parametrize(
    ("line", "source", "total"),
    [
        ("done elapsed: 1 ms\n2026-03-02 08:00:02 INFO done elapsed: 1 s", "elapsed", 1.001),
        ("REPORT\tDuration: 647 ms\tBilled Duration: 648 ms", "Duration", 0.647),
        ("AUDIT msg='op=login took=7ms'", "took", 0.007),
    ],
)
def test_text_around_a_value_is_not_part_of_it(tmp_path, line, source, total):
    """Each value has its own unit, a name may follow a tab, and a closing quote is left out."""
    path = tmp_path / "x.log"
    path.write_text(3 * f"2026-03-02 08:00:01 INFO {line}\n", encoding="utf-8")
    found = cotool.analyze_logs(path, measures=[source]).measures
    assert found.total.measures[0].sum == pytest.approx(3 * total)


@pytest.mark.parametrize(
    ("line", "source", "key", "group"),
    [
        (
            "[a][0] took[{s}ms], hits[7 hits], kind[QUERY_THEN_FETCH], id[]",
            "took",
            "kind",
            "QUERY_THEN_FETCH",
        ),
        (
            "client @0x7f{s} 10.0.0.7#44 (a.b): query: a.b IN A took {s}ms",
            "took <> A",
            "client",
            "10.0.0.7",
        ),
        ("Completed 404 Not Found in {s}ms (Views: 3.0ms)", "rt", "status", "404"),
    ],
)
def test_fields_without_an_equals_sign(tmp_path, line, source, key, group):
    """Values in brackets after their name, and those that are known by what is around them."""
    path = tmp_path / "x.log"
    text = "".join(f"2026-03-02 08:00:{s} INFO {line.format(s=s)}\n" for s in range(10, 30))
    path.write_text(text, encoding="utf-8")
    found = cotool.analyze_logs(path, measures=[source], by=[key]).measures
    assert [part.values for part in found.groups] == [(group,)]
    if source in {"took", "rt"}:
        assert found.total.measures[0].sum == pytest.approx(sum(range(10, 30)) / 1000)


@pytest.mark.parametrize(
    ("line", "component"),
    [
        ("INFO  [main-{s}] com.acme.Svc - took {s} ms", "com.acme.Svc"),
        (" WARN 77 --- [exec-{s}] c.e.App  : took {s} ms", "c.e.App"),
        ("148 INFO dfs.Node$Responder: took {s} ms", "dfs.Node$Responder"),
        ("- acme.mail - INFO - took {s} ms", "acme.mail"),
        ("INFO worker done - took {s} ms", ""),
        ("INFO user {s} is here: no", ""),
    ],
)
def test_loggers_are_components(tmp_path, line, component):
    """The name before a colon or a hyphen near the time is a field; a word of a sentence is not."""
    path = tmp_path / "x.log"
    text = "".join(f"2026-03-02 08:00:{s},123 {line.format(s=s)}\n" for s in range(10, 30))
    path.write_text(text, encoding="utf-8")
    found = cotool.analyze_logs(path, by=["component"]).measures
    assert [part.values for part in found.groups] == [(component,)]


@pytest.mark.parametrize("source", ["took <> ms", r"/took (\d+)/", "rt"])
def test_records_with_further_values_are_counted(tmp_path, source):
    """The first value of a record counts, and it is said how many records have others."""
    path = tmp_path / "x.log"
    text = "".join(
        f'2026-03-02 08:00:{s} INFO took {s} ms rt="1"'
        + (f' and took {s} ms rt="2"\n' if s % 2 else "\n  more\n")
        for s in range(10, 30)
    )
    path.write_text(text, encoding="utf-8")
    measures = cotool.analyze_logs(path, measures=[source]).measures
    assert measures.facts()[0].further == 10
    assert measures.total.measures[0].count == 20
