"""`analyze-logs -m` as people type it: docs/numbers.md on logs that are written here."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
from pathlib import Path

import pytest

DOCUMENT = Path(__file__).parents[3] / "docs" / "numbers.md"
COMMANDS = re.findall(r"\| `(cotool analyze-logs [^`]+)` \|", DOCUMENT.read_text(encoding="utf-8"))


@pytest.fixture
def run(command):
    """Run analyze-logs."""
    return lambda *words: command("analyze-logs", *words)


@pytest.fixture
def logs(tmp_path, monkeypatch):
    """An access log, a collector's and a worker's log in the present folder."""
    monkeypatch.chdir(tmp_path)
    access = "".join(
        f"10.0.0.{n % 9} - ann [01/Mar/2024:12:{n // 60:02d}:{n % 60:02d} +0000] "
        f'"{"POST" if n % 4 == 0 else "GET"} /users/{n}/orders?x={n} HTTP/1.1" '
        f'{503 if n % 10 == 0 else 200} {n * 100} "-" "agent" rt={n / 100:.3f}\n'
        for n in range(300)
    )
    (tmp_path / "access.log").write_text(access)
    for name, text in (
        ("gc.log", "Pause Young (Normal) 24M->4M(256M) {}.5ms"),
        ("worker.log", "queue depth {}"),
    ):
        lines = [f"2024-03-01 12:00:{n:02d} INFO {text.format(n)}\n" for n in range(60)]
        (tmp_path / name).write_text("".join(lines))


@pytest.fixture
def days(tmp_path, monkeypatch):
    """Access logs of two days; on the second one logins take longer."""
    monkeypatch.chdir(tmp_path)
    for name, day, login in (("yesterday.log", 1, 4), ("access.log", 2, 11)):
        lines = []
        for n in range(4000):
            path, times = (
                ("/login", login), (f"/users/{n}/orders", 9), (f"/items/{n % 50}", 3), ("/", 1),
            )[n * 7 % 11 % 4]  # fmt: skip
            lines.append(
                f"10.0.{n % 5}.{n % 9} - - [0{day}/Mar/2026:12:{n // 100:02}:{n * 3 // 5 % 60:02} "
                f'+0000] "GET {path} HTTP/1.1" {(200, 200, 200, 503)[n % 53 // 17]} {n % 997 * 9} '
                f'"-" "agent" rt={times * (20 + n * n % 89) / 1000:.3f}\n'
            )
        (tmp_path / name).write_text("".join(lines))


def test_the_outputs_on_the_page_are_real(run, days):
    """Each session prints what the page shows of it."""
    sessions = re.findall(r"```console\n\$ (.+)\n((?:.*\n)*?)```", DOCUMENT.read_text("utf-8"))
    assert len(sessions) >= 4
    for line, wanted in sessions:
        command, _, most = line.partition(" | tail -n ")
        code, out, err = run(*shlex.split(command)[2:])
        assert code == (1 if "--fail-on" in command else 0), err
        printed = [text.rstrip() for text in (out + err).splitlines()]
        shown = printed[-int(most) :] if most else printed
        assert "\n".join(shown) == wanted.rstrip("\n"), line


@pytest.mark.parametrize("line", COMMANDS)
def test_each_documented_command_answers(run, logs, line):
    """The commands of the page run, and find what they ask for."""
    words = shlex.split(line)[2:]
    code, out, err = run(*words)
    assert code == (1 if "--fail-on" in words else 0), err
    assert "not a number" not in out or "client" in line
    assert "without a value" not in out


def test_json_has_what_the_page_says(run, logs):
    """The keys are those of the page, and the figures are right."""
    code, out, _ = run(
        "access.log",
        "-m",
        "rt:s",
        "--by",
        "path,class",
        "--bucket",
        "1m",
        "--json",
        "--show",
        "2",
    )
    assert code == 0
    found = json.loads(out)["measures"]
    text = DOCUMENT.read_text(encoding="utf-8")
    for key in (*found, *found["measures"][0], *found["measures"][0]["greatest_lines"][0]):
        assert f"`{key}`" in text, key
    assert found["records"] == 300
    assert found["measures"][0]["sum"] == pytest.approx(sum(range(300)) / 100)
    assert found["measures"][0]["greatest_lines"][0]["line"] == 300
    assert {tuple(group["values"].values()): group["records"] for group in found["groups"]} == {
        ("/users/<*>/orders", "2xx"): 270,
        ("/users/<*>/orders", "5xx"): 30,
    }
    assert [step["records"] for step in found["timeline"]] == [60] * 5


def test_csv_has_a_row_for_each_group_and_step(run, logs):
    """Rows add up to the records."""
    _, out, _ = run("access.log", "-m", "rt", "--by", "method", "--bucket", "1m", "-f", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert len(rows) == 10
    assert sum(int(row["records"]) for row in rows) == 300


def test_a_condition_on_any_group(run, logs):
    """p99(rt,method) is the greatest of any group, and its unit is understood."""
    code, _, err = run("access.log", "-m", "rt:s", "--by", "method", "--fail-on",
                       "max(rt,method)>2980ms and distinct(rt)>9")  # fmt: skip
    assert (code, " to 2.99 s" in err) == (1, True)
    code, _, err = run("access.log", "-m", "rt:s", "--fail-on", "max(rt)>3s or p99(nothing)>1")
    assert (code, "p99" in err) == (2, True)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--sort", "p99"], "--sort"),
        (["-m", "rt", "--by", "path", "--sort", "p98(x)"], "--sort"),
        (["-m", "rt", "--by", "path", "--sort", "most"], "statistic"),
        (["--where", "status"], "--where"),
        (["--by", "a b"], "--by"),
        (["-m", "/(a)(b)/"], "--measure"),
        (["-m", "rt", "--fail-on", "p99(rt)>5parsecs"], "unit"),
        (["-m", "rt", "--fail-on", "p99(rt,path)>5ms"], "--by path groups"),
    ],
)
def test_what_cannot_be_read_names_its_option(run, logs, words, message):
    """Errors are about the option, with exit code 2."""
    code, _, err = run("access.log", *words)
    assert code == 2
    assert message in err


def test_followed_logs_and_parts_of_a_cluster_add_up(run, logs):
    """Dask's processes find what one process finds."""
    pytest.importorskip("distributed")
    words = ("access.log", "-m", "rt", "--by", "path", "--json")
    assert run(*words)[1] == run(*words, "--engine", "dask-local", "--threads", "2")[1]


def test_a_limit_with_a_unit_and_values_without(run, tmp_path):
    """A limit in milliseconds on plain numbers is met as of seconds, with a warning."""
    file = tmp_path / "x.log"
    file.write_text("".join(f"2024-03-01T12:00:0{n}Z INFO dur=35\n" for n in range(5)))
    limit = ("--fail-on", "p99(dur)>500ms")
    code, _, err = run(str(file), "-m", "dur", *limit)
    assert code == 1
    assert "p99(dur): the values have no unit" in err
    code, _, err = run(str(file), "-m", "dur=dur:ms", *limit)
    assert (code, err) == (0, "")
    code, _, err = run(
        str(file), "-m", "dur", "--fail-on", "max(dur)>30 and sum(dur) > 1 and error=0"
    )
    assert code == 1
    assert "unit" not in err


@pytest.mark.parametrize(
    ("line", "name", "refused"),
    [
        ("INFO took_ms=35", "took_ms", True), ("INFO took=35ms", "took", True),
        ("INFO took=35", "took:ms", True), ("INFO took=35", "took", False),
        ("INFO took_seconds=35", "took_seconds", False), ("INFO sent_bytes=35", "bytes", False),
        ('{"level":30,"req":{"method":"GET","url":"/"},"responseTime":35}', "rt", True),
        ("GET /a 200 35.1 ms - 7", "rt", True),
    ],
)  # fmt: skip
def test_a_limit_without_a_unit(run, tmp_path, line, name, refused):
    """It is refused if values have a unit, or a field another one than seconds or bytes."""
    file = tmp_path / "x.log"
    file.write_text(f"{line}\n" * 3)
    for statistic in ("max(x)>30", "p99(x,level)>30"):
        words = ("-m", f"x={name}", "--by", "level", "--fail-on", statistic)
        code, _, err = run(str(file), *words)
        assert (code, "limit has none" in err) == ((2, True) if refused else (1, False))
    assert run(str(file), "-m", f"x={name}", "--fail-on", "p99(x)>p50(x)")[0] == 0
    assert run(str(file), "-m", f"x={name}", "--fail-on", "count(x)>2")[0] == 1


def test_narrow_buckets_over_many_years(run, tmp_path):
    """A report draws no more columns than can be seen, however far apart the records are."""
    log, report = tmp_path / "x.log", tmp_path / "x.html"
    log.write_text("2000-01-01 00:00:00 INFO a\n2024-01-01 00:00:00 ERROR b\n")
    assert run(log, "--bucket", "1s", "-o", report).code == 0
    assert report.stat().st_size < 1_000_000


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ("count(rt,path)<2", 1),
        ("count(rt,path)<1", 0),
        ("min(rt,path)<1ms", 1),
        ("max(rt,path)<0.5s", 1),
        ("count(rt,path)=3", 1),
        ("count(rt,path)!=3", 1),
        ("distinct(rt,path)>2", 1),
        ("distinct(rt,path)>3", 0),
        ("count(rt,path)+error>4", 0),
    ],
)
def test_each_operator_on_any_group(run, tmp_path, condition, code):
    """Each operator holds if it holds for any group: for < the least one decides."""
    numbers = [("/a", "0.0005"), ("/b", "1"), ("/b", "2"), ("/b", "3")]
    log = tmp_path / "x.log"
    log.write_text("".join(
        f"2026-01-01T00:00:0{n}Z INFO path={path} rt={rt}s\n"
        for n, (path, rt) in enumerate(numbers)
    ))  # fmt: skip
    found, _, err = run(str(log), "-m", "rt", "--by", "path", "--fail-on", condition)
    assert found == code, err


def test_a_template_is_measured_alone(run, logs):
    """--template chooses the records of -m and --by."""
    _, out, _ = run("access.log", "--templates", "json")
    templates = json.loads(out)["templates"]
    for one in templates[:2]:
        _, out, _ = run("access.log", "--template", one["id"][:8], "-m", "rt", "--json")
        assert json.loads(out)["measures"]["measures"][0]["count"] == one["count"]


def test_lines_are_numbered_from_the_start_of_the_file(run, tmp_path):
    """Where an earlier run with the same state ended, too."""
    log, arguments = tmp_path / "a.log", ("-m", "took", "--show", "1", "--state", tmp_path / "s")
    log.write_text("".join(f"2026-01-01 10:00:0{n} INFO took={n}ms\n" for n in range(5)))
    run(log, *arguments)
    with log.open("a") as more:
        more.write("2026-01-01 10:00:08 INFO took=7ms\n2026-01-01 10:00:09 INFO took=9ms\n")
    found = json.loads(run(log, *arguments, "--json").out)
    assert found["measures"]["measures"][0]["greatest_lines"][0]["line"] == 7


def test_a_parameter_of_a_template_beside_an_unknown_field(run, tmp_path):
    log = tmp_path / "a.log"
    log.write_text("".join(f"2026-01-01 10:00:00 INFO sent in {n}.5 ms to x\n" for n in range(9)))
    found = json.loads(run(log, "--templates", "json").out)
    parameter = f"{found['templates'][0]['id'][:6]}#ms"
    done = run(log, "-m", parameter, "-m", "zz", "--by", "xx")
    assert (done.code, done.err.count("no record has this field")) == (0, 2)
    assert run(log, "-m", parameter, "--explain-format").code == 0


def test_reached_limits_are_warnings_beside_csv(run, tmp_path):
    log = tmp_path / "a.log"
    log.write_text("".join(f"level=info usr=u{n} took={n}ms\n" for n in range(66_000)))
    done = run(log, "-m", "took", "--by", "usr", "-f", "csv")
    assert "warning: More than 65,536 groups" in done.err


def test_zero_needs_no_unit(run, tmp_path):
    log = tmp_path / "a.log"
    log.write_text("level=info took=5ms\n")
    assert run(log, "-m", "took", "--fail-on", "p50(took)>0").code == 1


def test_a_unit_within_the_braces_of_a_format(run, tmp_path):
    done = run(tmp_path, "--log-format", "{time} {level} {rt:ms}")
    assert (done.code, "write {rt} here, and rt:ms in --measure" in done.err) == (2, True)


def test_records_without_a_time_are_in_no_step(run, tmp_path):
    log = tmp_path / "a.log"
    log.write_text("INFO took=5ms\n2026-01-01 10:00:00 INFO took=6ms\n")
    done = run(log, "--each-line", "-m", "took", "--bucket", "5m", "-f", "csv")
    assert "warning: 1 record without a time, counted in no step" in done.err


def test_a_measure_is_no_field(run, tmp_path):
    log = tmp_path / "a.log"
    log.write_text("2026-01-01 10:00:00 INFO took 6 ms\n")
    done = run(log, "-m", "t=took <ms> ms", "--where", "t>5s")
    assert "--where t: is a measure, and not a field" in done.err
