"""Lines with a time that belong to the record before, and what looks like them."""

from __future__ import annotations

import pytest

import cotool

PREFIXES = [
    "2026-03-02 08:00:{s:02}.123 UTC [7] ",
    "2026-03-02 08:00:{s:02} UTC:10.0.0.1(4321):app@db:[77]:",
    "2026-03-02 08:00:{s:02}.123 CET [7]: user=app,db=db,app=psql,client=10.0.0.1 ",
    "Mar  2 08:00:{s:02} db postgres[77]: [3-1] ",
    "<134>Mar  2 08:00:{s:02} db postgres[77]: [3-1] ",
]
ENGLISH = ("ERROR", "LOG", "DETAIL", "HINT")
GERMAN = ("FEHLER", "LOG", "DETAIL", "TIPP")
RUSSIAN = ("ОШИБКА", "СООБЩЕНИЕ", "ПОДРОБНОСТИ", "ПОДСКАЗКА")


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize(("error", "log", "detail", "hint"), [ENGLISH, GERMAN, RUSSIAN])
def test_parts_of_an_error_belong_to_it(tmp_path, prefix, error, log, detail, hint):
    """They have a time and come below the error, whatever log_line_prefix and language are."""
    path = tmp_path / "x.log"
    lines = [f"{error}:  a", f"{detail}:  b", f"{hint}:  c", f"{log}:  {detail}:  d"]
    path.write_text(
        "".join(prefix.format(s=k) + line + "\n" for k in range(20) for line in lines),
        encoding="utf-8",
    )
    counts = cotool.analyze_logs(path).counts
    assert (counts.lines, counts.records) == (80, 40)


@pytest.mark.parametrize(
    "lines",
    [
        ["INFO: a", "DETAIL: b", "ERROR: c"],
        ["INFO:  a", "DETAIL:  b", "ERROR:  c"],
        ["[main] LOG: a", "[main] DETAIL: b"],
    ],
)
def test_a_level_of_that_name_begins_a_record(tmp_path, lines):
    """A program may write DETAIL for a level, at any time."""
    path = tmp_path / "x.log"
    stamps = (f"2026-03-02 08:{k // 60:02}:{k % 60:02} " for k in range(90))
    text = "".join(stamp + lines[k % len(lines)] + "\n" for k, stamp in enumerate(stamps))
    path.write_text(text, encoding="utf-8")
    assert cotool.analyze_logs(path).counts.records == 90


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
