"""Records below one time."""

from __future__ import annotations

import pytest

import cotool
from logs.scans import analyzed


@pytest.mark.parametrize(
    ("block", "records"),
    [
        # One line with a time, several entries: with labels alike below each, or of one line.
        (["# Query: 1", "# Rows: 2", "# Query: 3", "# Rows: 4"], 2),
        (["time_total: 0.1", "time_total: 0.2", "time_total: 0.3"], 3),
        # The same label further on, with something else below it.
        (["Message: a", "Type: x", "Message: b", "Stack: y"], 1),
        (["Commandline: apt install x", "Upgrade: a", "End: 1"], 1),
    ],
)
def test_entries_below_one_time(tmp_path, block, records):
    """Where the first line below each time comes again with the same lines, a record begins."""
    path = tmp_path / "x.log"
    blocks = ([f"Time: 2026-03-02 08:00:{k:02}", *block] for k in range(20))
    path.write_text("\n".join("\n".join(lines) for lines in blocks) + "\n", encoding="utf-8")
    counts = cotool.analyze_logs(path).counts
    assert (counts.records, counts.timeless) == (20 * records, 0)


@pytest.mark.parametrize("span", [None, 256])
def test_a_heading_within_a_statement_begins_no_record(tmp_path, span):
    """A time begins a record only above the line that heads each entry, if there is one."""
    path = tmp_path / "x.log"
    statements = ["select 1;"] * 18 + [
        "insert into t values ('\n# Time: 2020-01-01T00:00:00Z\nx');",
        "insert into t values ('\n# Time: 2020-01-01T00:00:00Z');",
    ]
    path.write_text(
        "".join(
            f"# Time: 2026-03-02T08:{n // 60:02}:{n % 60:02}Z\n# User@Host: a[a] @ h [10.0.0.1]\n"
            f"# Query_time: 0.5\n{statements[n % 20]}\n"
            for n in range(198)
        ),
        encoding="utf-8",
    )
    given = {} if span is None else {"span_size": span, "block_size": span, "num_threads": 2}
    summary = analyzed(path, measures=["Query_time"], **given)
    assert (summary.counts.records, summary.counts.timeless) == (198, 0)
    assert summary.to_dict()["first_seen"] == "2026-03-02T08:00:00Z"
    assert summary.measures.total.measures[0].count == 198
