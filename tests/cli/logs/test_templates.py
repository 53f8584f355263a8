"""`analyze-logs` with templates: tables, JSON, CSV, records, the earlier run, conditions."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cotool import analyze_logs
from cotool.cli.app import main
from cotool.cli.logs.templates_table import render_problems
from cotool.cli.shared.screen import Screen
from cotool.logs.report.clock import clock_of
from cotool.logs.templates.names import named


@pytest.fixture
def run(capsys):
    """Run `analyze-logs` in this process; return the exit code and both outputs."""

    def start(*arguments):
        code = main(["analyze-logs", *map(str, arguments)])
        return code, *capsys.readouterr()

    return start


@pytest.fixture
def shop(examples):
    return examples / "shop.log"


@pytest.fixture
def worse(shop, tmp_path):
    """The shop's log with errors that it did not have before."""
    log = tmp_path / "worse.log"
    lines = shop.read_text(encoding="utf-8").splitlines()[:300]
    lines += [
        f"2026-03-02 09:30:0{n},000 ERROR [main] shop.Disk - disk {n} is full" for n in (1, 2)
    ]
    log.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return log


def test_the_table_shows_templates(run, shop):
    """Count, share, level, trend, id and text; the rare ones; at 80 columns."""
    code, out, _ = run(shop, "--templates", "table", "--top", 3)
    assert code == 0
    assert "3 of 8 templates, the most frequent" in out
    assert re.search(r"^256  49 %  info +[▁-█ ]+  [0-9a-f]{12}$", out, re.MULTILINE)
    assert "      order <order> of <*> placed, <items> items, <*> EUR" in out
    assert "rare: 2 more seen at most 3 times" in out
    assert max(map(len, out.splitlines())) <= 80


def test_json_has_the_documented_keys(run, shop):
    """`--templates json` and the summary's JSON hold what docs/logs.md says."""
    _, out, _ = run(shop, "--templates", "json")
    found = json.loads(out)
    documented = (Path(__file__).parents[3] / "docs" / "logs.md").read_text(encoding="utf-8")
    section = documented[documented.index("JSON (`cotool.logs.templates/1`)") :]
    named = set(re.findall(r"`([a-z_0-9]+)`", section[: section.index("`cotool.logs.diff/1`")]))
    assert set(found) - {"schema"} <= named
    template = found["templates"][0]
    assert set(template) <= named
    assert set(template["parameters"][0]) <= named
    assert found["schema"] == "cotool.logs.templates/1"
    assert sum(t["count"] for t in found["templates"]) == found["records"] == 521
    assert found["lines"] == found["records"] + found["continuation_lines"]
    _, out, _ = run(shop, "--templates", "table", "--json")
    assert json.loads(out)["templates"] == found["templates"]


def test_csv_has_a_row_a_template(run, shop):
    """Figures as columns; their sum is the number of records."""
    _, out, _ = run(shop, "--templates", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert sum(int(row["count"]) for row in rows) == 521
    assert rows[0]["template"] == "order <*> of <*> placed, <*> items, <*> EUR"


def test_one_template_with_its_lines(run, shop):
    """`--template ID`, or the beginning of it: figures, parameters, lines."""
    _, out, _ = run(shop, "--templates", "json")
    wanted = json.loads(out)["templates"][1]
    code, out, _ = run(shop, "--template", wanted["id"][:5], "--show", 2)
    assert code == 0
    assert out.startswith(named(wanted["template"]))
    assert f"{wanted['count']} records" in out
    assert "distinct" in out
    assert len(re.findall(r"shop\.log:\d+: ", out)) == 2
    code, _, err = run(shop, "--template", "zzz")
    assert code == 2
    assert "'zzz' is no template id" in err
    code, out, _ = run(shop, "--template", wanted["id"], "--records", "-", "-o", "/dev/null")
    rows = [json.loads(line) for line in out.splitlines()]
    assert len(rows) == wanted["count"]
    assert {row["template"] for row in rows} == {wanted["id"]}


def test_records_name_their_template(run, shop):
    """Every record of a file has its template's id and parameters, unless it is spared."""
    _, out, _ = run(shop, "--templates", "json")
    templates = {t["id"]: t for t in json.loads(out)["templates"]}
    _, out, _ = run(shop, "--records", "-")
    rows = [json.loads(line) for line in out.splitlines()]
    counts = dict.fromkeys(templates, 0)
    for row in rows:
        if row["continuation"]:
            assert (row["template"], row["parameters"]) == (None, [])
            continue
        template = templates[row["template"]]
        counts[row["template"]] += 1
        text = template["template"]
        assert len(row["parameters"]) == text.count("<*>")
        for value in row["parameters"]:
            text = text.replace("<*>", value, 1)
        assert text.split()[0] in row["text"]
        assert " ".join(row["text"].split()).endswith(" ".join(text.split()))
    assert counts == {key: t["count"] for key, t in templates.items()}
    _, out, _ = run(shop, "--records", "-", "--templates", "off")
    assert "template" not in json.loads(out.splitlines()[0])


@pytest.mark.parametrize(("options", "named"), [((), False), (("--templates", "table"), True)])
def test_records_of_a_pipe(shop, options, named):
    """A pipe's records have templates where they are asked for."""
    done = subprocess.run(
        [sys.executable, "-m", "cotool", "analyze-logs", "-", "--records", "-", *options],
        input=shop.read_bytes(),
        capture_output=True,
        check=True,
    )
    assert ("template" in json.loads(done.stdout.splitlines()[0])) is named
    assert len(done.stdout.splitlines()) == 565


def test_a_baseline_tells_what_is_new(run, shop, worse, tmp_path):
    """New and changed templates, in the table, in JSON and as conditions."""
    before, after = tmp_path / "before.json", tmp_path / "after.json"
    assert run(shop, "--templates", "json", "-o", before)[0] == 0
    code, out, err = run(
        worse, "--baseline", before, "--fail-on", "new_templates(error)>0", "--top", 1
    )
    assert code == 1
    assert "since the earlier run: 1 new, 0 vanished" in out
    assert "disk <disk> is full" in out
    assert "new_templates(error) is 1" in err
    assert run(worse, "--baseline", before, "--fail-on", "new_templates(info)>0")[0] == 0
    assert (
        run(shop, "--baseline", before, "--fail-on", "new_templates+vanished_templates>0")[0] == 0
    )
    run(worse, "--baseline", before, "--templates", "json", "-o", after)
    comparison = json.loads(after.read_text())["comparison"]
    assert [change["template"] for change in comparison["new"]] == ["disk <*> is full"]
    code, out, err = run("diff", before, after, "--json", "--fail-on", "new_templates==1")
    assert code == 1
    found = json.loads(out)
    assert found["schema"] == "cotool.logs.diff/1"
    assert found["new"] == comparison["new"]
    assert run("diff", after, after, "--fail-on", "new_templates>0")[0] == 0
    _, out, _ = run("diff", before, after, "--format", "csv")
    assert next(csv.DictReader(io.StringIO(out)))["kind"] == "new"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--templates", "xml"), "--templates: 'xml' is not one of table"),
        (("--templates", "json", "--format", "csv"), "sets the output, and so does the format csv"),
        (("--templates", "off", "--template", "abc"), "--template needs templates"),
        (("--fail-on", "new_templates>0"), "but none is given"),
        (
            ("--fail-on", "new_templates(bad)>0", "--baseline", "x"),
            "'new_templates(bad)' is unknown; it takes trace, debug",
        ),
        (("--baseline", "/nowhere.json"), "/nowhere.json: cannot be read"),
        (("--top", "-1"), "--top: -1 is negative"),
        (("--follow", "--template", "abc"), "--template cannot be combined"),
    ],
)
def test_contradictions_are_told(run, shop, arguments, message):
    """Wrong options end with exit code 2 and say what is wrong."""
    code, _, err = run(shop, *arguments)
    assert code == 2
    assert message in err


def test_diff_refuses_what_it_cannot_compare(run, shop, tmp_path):
    """Files that hold no templates, and conditions that need more than two files."""
    code, _, err = run("diff", shop, shop)
    assert code == 2
    assert "shop.log" in err
    good = tmp_path / "a.json"
    run(shop, "--templates", "json", "-o", good)
    code, _, err = run("diff", good, good, "--fail-on", "error>0")
    assert code == 2
    assert "is not about the differences" in err
    assert run("diff", good)[0] == 2
    document = json.loads(good.read_text())
    document["templates"][0]["parameters"] = 0.5
    bad = tmp_path / "b.json"
    bad.write_text(json.dumps(document))
    code, _, err = run("diff", good, bad)
    assert code == 2
    assert f"{bad}: templates[0].parameters: expected a list, not 0.5" in err


def test_hostile_text_is_shown_harmless(run, tmp_path):
    """Control characters of a log reach no terminal; JSON keeps them escaped."""
    log = tmp_path / "evil.log"
    log.write_bytes(b"2031-05-07 11:00:00 INFO \x1b[31mred 5 \xe2\x80\xae</script>\n" * 3)
    _, out, _ = run(log, "--templates", "table")
    assert "\x1b" not in out
    assert "\u202e" not in out
    code, out, _ = run(log, "--templates", "json")
    assert code == 0
    assert json.loads(out)["templates"][0]["count"] == 3


def test_an_empty_log_has_no_templates(run, tmp_path):
    """Nothing in, nothing out, no error."""
    log = tmp_path / "empty.log"
    log.write_bytes(b"")
    code, out, _ = run(log, "--templates", "json")
    assert code == 0
    assert json.loads(out)["templates"] == []
    assert run(log, "--templates", "table")[0] == 0
    assert run(log, "--records", "-")[0] == 0


def test_a_terminal_shows_what_went_wrong(shop):
    """The most frequent warnings and errors follow the levels, without being asked for."""
    if sys.platform == "win32":
        pytest.skip("needs a pseudo-terminal")
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "cotool", "analyze-logs", str(shop)]
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, stdin=theirs):
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):  # Linux ends a terminal with EIO
            while data := os.read(ours, 4096):
                shown += data
    os.close(ours)
    assert b"3 templates of warnings and errors" in shown
    assert shown.index(b"is running low") < shown.index(b"failed after")
    assert b"placed" not in shown


@pytest.mark.parametrize(
    ("level", "title", "first"),
    [
        ("", "2 templates that mention a failure", "gateway unreachable for"),
        ("WARN", "3 templates of warnings and errors", "order"),
    ],
)
def test_problems_of_logs_without_levels(tmp_path, level, title, first):
    """Where no line states a level, templates that mention a failure are listed."""
    lines = [
        f"2031-05-07 09:00:0{n} {level} {text}".replace("  ", " ")
        for text in ("order 7 placed", "gateway unreachable for 5 s", "lost lease 77")
        for n in range(9 if text.startswith("order") else 4)
    ]
    sink = io.StringIO()
    log = tmp_path / "app.log"
    log.write_text("\n".join(lines), encoding="utf-8")
    summary = analyze_logs(log, templates=True)
    render_problems(summary, Screen(sink, plain=True), clock_of(summary, None))
    shown = sink.getvalue().strip().splitlines()
    assert shown[0] == title
    assert shown[2].strip().startswith(first)
