"""--explain-format: what was recognised, why, and what was not."""

from __future__ import annotations

import json

from cotool.cli.app import main

_LOG = """\
[INFO 2026-03-02 08:00:00] started
[WARN 2026-03-02 08:00:05] slow
[ERROR 2026-03-02 08:00:09] failed
"""


def test_fields_and_reasons_for_people(tmp_path, capsys):
    """Each field has its place, the reason, and one value as it is written."""
    path = tmp_path / "app.log"
    path.write_text(_LOG, encoding="utf-8")
    assert main(["analyze-logs", "--explain-format", str(path)]) == 0
    out = capsys.readouterr().out
    assert f"{path}: 3 lines looked at" in out
    assert "as in 2026-03-02 08:00:00" in out
    assert "level: word 1 of token 1 before the time; a word that names a level" in out


def test_json_lists_what_was_not_recognised(tmp_path, capsys):
    """Lines that no format explains are counted, with examples and a note."""
    path = tmp_path / "notes.txt"
    path.write_text("one thing\nanother thing\n", encoding="utf-8")
    assert main(["analyze-logs", "--explain-format", "--json", str(path)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "cotool.explain-format/1"
    (file,) = found["files"]
    assert (file["lines"], file["unexplained"], file["formats"]) == (2, 2, [])
    assert file["examples"] == ["one thing", "another thing"]
    assert file["notes"] == [
        "No time and no level was found: every line is a record of unknown level."
    ]


def test_an_order_that_nothing_decides_is_said(tmp_path, capsys):
    """Where day and month could be the other way round, the explanation says so."""
    path = tmp_path / "app.log"
    path.write_text("03/04/2026 08:00:00 INFO a\n03/04/2026 08:00:01 INFO b\n", encoding="utf-8")
    assert main(["analyze-logs", "--explain-format", str(path)]) == 0
    assert "day and month could be the other way round" in capsys.readouterr().out


def test_only_a_table_or_json(tmp_path, capsys):
    """Other formats are refused, and a file that is missing is one error."""
    path = tmp_path / "app.log"
    path.write_text(_LOG, encoding="utf-8")
    assert main(["analyze-logs", "--explain-format", "--format", "csv", str(path)]) == 2
    assert "--explain-format writes a table or JSON" in capsys.readouterr().err
    assert main(["analyze-logs", "--explain-format", str(tmp_path / "none.log")]) == 2
