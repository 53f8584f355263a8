"""Formats of logs as programs write them: the level, its word and the time of every line.

families/NAME.log holds a few lines of one format, NAME.tsv what each of them says: level, the word
as it is written, time, and whether the line begins a record, checked by hand.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
from pathlib import Path

import pytest

from cotool.cli.app import main
from cotool.logs.levels import LEVELS

FAMILIES = sorted((Path(__file__).parent / "families").glob("*.log"))
# Lines without a time belong to the timed record before them, and columns may be others'.
_NEEDS_ALL = frozenset(
    "plain dotnet npm nomad pylog uvicorn logcatbrief psql jsonplain w3c w3clater xorg".split()
)
# Times without a year lie before the file's last change.
CHANGED = 1_798_632_000  # 2026-12-30 12:00 UTC


@pytest.mark.parametrize("log", FAMILIES, ids=lambda path: path.stem)
def test_every_line_says_what_it_says(log, tmp_path, capsys):
    """Level, word, time and record of each line are found without any option."""
    path = tmp_path / log.name
    shutil.copy(log, path)
    os.utime(path, (CHANGED, CHANGED))
    assert main(["analyze-logs", str(path), "--records", "-", "--quiet"]) == 0
    found = [
        [
            item["level"],
            item["word"] or "-",
            item["time"] or "-",
            "continues" if item["continuation"] else "begins",
        ]
        for item in map(json.loads, capsys.readouterr().out.splitlines())
    ]
    with log.with_suffix(".tsv").open(newline="") as truth:
        assert found == list(csv.reader(truth, delimiter="\t"))


@pytest.mark.parametrize("log", FAMILIES, ids=lambda path: path.stem)
def test_a_log_found_in_others_reads_the_same(log, tmp_path, capsys):
    """A format keeps its levels where another one is mixed in with it."""
    if log.stem in _NEEDS_ALL:
        pytest.skip("what its lines say depends on the others")
    lines = log.read_text(encoding="utf-8").splitlines()
    other = "2031/07/08 01:02:03 [error] 1#0: x"
    if log.stem in {"nginx", "golog"}:
        other = "[Fri Mar 01 12:00:00 2024] [error] x"
    path = tmp_path / log.name
    path.write_text("\n".join([*lines, *[other] * len(lines)]) + "\n", encoding="utf-8")
    os.utime(path, (CHANGED, CHANGED))
    assert main(["analyze-logs", str(path), "--records", "-", "--quiet"]) == 0
    found = [json.loads(line)["level"] for line in capsys.readouterr().out.splitlines()]
    with log.with_suffix(".tsv").open(newline="") as truth:
        wanted = [row[0] for row in csv.reader(truth, delimiter="\t")]
    assert found[: len(lines)] == wanted
    assert set(found[len(lines) :]) == {"error"}


@pytest.mark.parametrize(
    "head",
    ["2024-W10-1 08:00:00", "٢٠٢٤-٠٣-٠٢ 08:00:00", "0302 08:00:00"],
)
def test_levels_after_dates_that_cannot_be_read(head, tmp_path, capsys):
    """A date that cannot be read gives no time, and its line keeps its level."""
    path = tmp_path / "odd.log"
    path.write_text(f"{head} INFO x\n{head} ERROR y\n" * 3, encoding="utf-8")
    assert main(["analyze-logs", str(path), "--records", "-", "--quiet"]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [item["level"] for item in found] == ["info", "error"] * 3
    assert {item["time"] for item in found} == {None}


def test_lines_of_a_device_begin_with_a_letter(tmp_path, capsys):
    """A letter in brackets, or before a counter, is a level where every line begins so."""
    path = tmp_path / "device.log"
    for lines in ("[I][wifi:029]: up\n[E][sensor:030]: lost\n", "I (325) cpu: up\nE (512) w: no\n"):
        path.write_text(lines)
        assert main(["analyze-logs", str(path), "--json"]) == 0
        levels = json.loads(capsys.readouterr().out)["levels"]
        assert (levels["info"], levels["error"]) == (1, 1)


def test_a_stack_trace_names_no_level(tmp_path, capsys):
    """The words of a trace belong to the record before them."""
    path = tmp_path / "php.log"
    head = "[02-Mar-2026 08:00:00 UTC] PHP"
    trace = "Stack trace:\n#0 {main}\n  thrown in /a.php on line 3\n"
    path.write_text(f"{head} Fatal error:  x in /a.php:3\n{trace}{head} Notice:  y\n" * 3)
    assert main(["analyze-logs", str(path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["records"], found["levels"]["trace"]) == (6, 0)


@pytest.mark.parametrize(
    ("lines", "records"),
    [
        ("{} ERROR [main] a\nERROR: relation does not exist\n{} INFO ok\n", 2),
        ("{} ERROR a\nPG::UniqueViolation: ERROR:  duplicate key\n{} INFO ok\n", 2),
        ("{} INFO a\nWARNING: of another program\nERROR: c\n{} ERROR d\n", 4),
        ("{} INFO a\nworker.beat: INFO: tick\nworker.beat: ERROR: c\n", 3),
    ],
)
def test_alarms_without_a_time(lines, records, tmp_path, capsys):
    """The text of an exception continues its record; another program's lines are records."""
    path = tmp_path / "mixed.log"
    path.write_text(lines.replace("{}", "2026-03-02 08:00:01") * 9)
    assert main(["analyze-logs", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["records"] == 9 * records


def test_all_levels_occur():
    """The families show every level."""
    rows = [
        line.partition("\t")[0]
        for log in FAMILIES
        for line in log.with_suffix(".tsv").read_text(encoding="utf-8").splitlines()
    ]
    assert set(rows) == set(LEVELS)


@pytest.mark.parametrize("name", ["Apache", "BGL", "HDFS", "Hadoop", "Spark"])
def test_the_level_is_the_ground_truth(name, data, capsys):
    """On real logs with a level column, every line's word is that of the column."""
    log = data / "loghub" / name / f"{name}_2k.log"
    assert main(["analyze-logs", str(log), "--records", "-", "--quiet"]) == 0
    found = [json.loads(line)["word"] for line in capsys.readouterr().out.splitlines()]
    with (log.parent / f"{name}_2k.log_structured.csv").open(newline="", encoding="utf-8") as rows:
        truth = [row["Level"] for row in csv.DictReader(rows)]
    assert found == truth


@pytest.mark.parametrize(("name", "told"), [("HealthApp", 0), ("Linux", 2), ("OpenSSH", 48)])
def test_logs_without_levels_say_so(name, told, data, capsys):
    """On real logs without a level, only "sshd[7]: error: ..." and the like have one."""
    log = data / "loghub" / name / f"{name}_2k.log"
    assert main(["analyze-logs", str(log), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["lines"] == found["records"] == 2000
    assert found["levels"]["unknown"] == 2000 - told
