"""Records below one time."""

from __future__ import annotations

import pytest

import cotool


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
