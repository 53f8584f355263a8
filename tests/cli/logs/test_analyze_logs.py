"""Sessions of `cotool analyze-logs`: what people type, what they see, how it ends."""

from __future__ import annotations

import csv
import fcntl
import gzip
import io
import json
import os
import re
import select
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from cotool import analyze_logs
from cotool.cli.app import main
from cotool.cli.logs.conditions import parse_log_condition
from cotool.errors import InputError

LOG = """2024-03-01 12:00:00,000 INFO [main] a.B - started, 0 errors
2024-03-01 12:00:05,000 WARN [main] a.B - slow: took 1200 ms
2024-03-01 12:00:09,500 ERROR [main] a.B - it failed
java.lang.IllegalStateException: bad
\tat a.B.c(B.java:1)
2024-03-01 12:01:00,000 DEBUG [main] a.B - took 3 ms
2024-03-01 12:02:00,000 FATAL [main] a.B - gone
"""


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "app.log"
    path.write_text(LOG, encoding="utf-8")
    return path


@pytest.fixture
def run(capsys):
    """Run the command; return exit code, standard output, standard error."""

    def run(*arguments):
        code = main(["analyze-logs", *map(str, arguments)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_the_table_says_what_is_there(log, run):
    """Lines, records, levels, times, keywords apart from levels."""
    code, out, err = run(log)
    assert (code, err) == (0, "")
    for text in (
        "7 lines, 5 records",
        "2024-03-01 12:00:00 to 2024-03-01 12:02:00 (2 min)",
        "warning   1  20 %",
        "critical  1  20 %",
        "lines with error words: 3",
        "time line",
    ):
        assert text in out
    assert "\x1b" not in out
    assert all(len(line) <= 80 for line in out.splitlines())


def test_json_has_the_documented_keys(log, run):
    """Every key of the form stands in docs/logs.md."""
    code, out, _ = run(log, "--json", "-e", r"slow=took \d{4,} ms")
    found = json.loads(out)
    assert code == 0
    assert (found["lines"], found["records"], found["bytes"]) == (7, 5, len(LOG))
    assert found["levels"] == {
        "trace": 0, "debug": 1, "info": 1, "notice": 0, "warning": 1, "error": 1, "critical": 1,
        "unknown": 0,
    }  # fmt: skip
    assert found["keywords"] == {"error": 3, "warning": 1}
    assert found["patterns"] == {"slow": 1}
    assert found["first_seen"] == "2024-03-01T12:00:00"
    assert found["histogram"]["bucket_seconds"] == 5
    assert found["histogram"]["buckets"][1] == {
        "start": "2024-03-01T12:00:05",
        "records": 2,
        "levels": {"warning": 1, "error": 1},
    }
    assert found["files"][0]["path"] == str(log)
    documented = (Path(__file__).parents[3] / "docs" / "logs.md").read_text(encoding="utf-8")
    table = documented[: documented.index("The histogram keeps")]
    table = table[table.rindex("| key | |") :]
    keys = re.findall(
        r"`([a-z_]+)`", " ".join(row.split("|")[1] for row in table.splitlines() if "|" in row)
    )
    assert set(found) == set(keys) - {"measures"}  # only where something is measured


def test_every_option_is_documented(run):
    """Options in docs/logs.md exist, and every option stands there."""
    documented = (Path(__file__).parents[3] / "docs" / "logs.md").read_text(encoding="utf-8")
    _, helped, _ = run("--help")
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", documented))
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", helped))
    assert named - options == set()
    common = {"--help", "--debug", "--threads", "--no-progress", "--quiet", "--recursive"}
    assert options - named - common - {"--output", "--pattern"} == set()


def test_csv_has_a_row_a_file(log, tmp_path, run):
    """Files, levels and patterns as columns."""
    other = tmp_path / "b.log.gz"
    other.write_bytes(gzip.compress(LOG.encode()))
    _, out, _ = run(log, other, "--format", "csv", "-e", "ms=ms$")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["path"] for row in rows] == [str(log), str(other)]
    assert [row["compression"] for row in rows] == ["", "gzip"]
    assert [row["pattern:ms"] for row in rows] == ["2", "2"]
    assert (rows[0]["error"], rows[0]["problem"]) == ("1", "")
    assert out.startswith("path,lines,records,bytes,trace,debug,info,notice,warning,error,critical")


def test_records_are_json_lines(log, run):
    """One object a line with level, word, time; stack traces go with their record."""
    code, out, _ = run(log, "--records", "-", "--templates", "off")
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert rows[0] == {
        "line": 1,
        "level": "info",
        "word": "INFO",
        "time": "2024-03-01T12:00:00",
        "continuation": False,
        "text": LOG.splitlines()[0],
    }
    assert [(row["level"], row["continuation"]) for row in rows[2:5]] == [
        ("error", False),
        ("error", True),
        ("error", True),
    ]
    assert [row["text"] for row in rows] == LOG.splitlines()


def test_records_of_several_files_name_them(log, tmp_path, run):
    """In the order of the files, strange bytes made visible."""
    other = tmp_path / 'b "x".log'
    other.write_bytes(b'\xff\x00"\\\t\x1b bad\n')
    _, out, _ = run(log, other, "--records", "-")
    rows = [json.loads(line) for line in out.splitlines()]
    assert [row["file"] for row in rows] == [str(log)] * 7 + [str(other)]
    assert rows[-1]["text"] == '\ufffd\0"\\\t\x1b bad'


def test_each_line_can_be_a_record(log, run):
    """Also a line that would continue the record before."""
    found = json.loads(run(log, "--each-line", "--json")[1])
    assert found["records"] == found["lines"] == 7


def test_filters_choose_records(log, run):
    """By level, time and pattern; what is left out is counted."""
    _, out, _ = run(log, "--level", "error,critical", "--json")
    found = json.loads(out)
    assert (found["records"], found["lines"], found["left_out"]) == (2, 4, 3)
    _, out, _ = run(log, "--since", "2024-03-01 12:00:05", "--until", "2024-03-01 12:01", "--json")
    assert json.loads(out)["records"] == 2
    _, out, _ = run(log, "-e", r"took=took \d+ ms", "--match", "took", "--json")
    assert json.loads(out)["records"] == 2


def test_samples_with_context(log, tmp_path, run):
    """The first errors, or what passes; the same from a file and from a stream."""
    _, out, _ = run(log, "--show", "1", "--context", "1", "--json")
    (sample,) = json.loads(out)["samples"]
    assert (sample["line"], sample["level"]) == (3, "error")
    lines = LOG.splitlines()
    assert (sample["before"], sample["text"], sample["after"]) == ([lines[1]], lines[2], [lines[3]])
    packed = tmp_path / "app.log.gz"
    packed.write_bytes(gzip.compress(LOG.encode()))
    _, out, _ = run(packed, "--show", "1", "--context", "1", "--json")
    assert json.loads(out)["samples"][0] == {**sample, "file": str(packed)}
    _, out, _ = run(log, "-e", "trace=at a", "--match", "trace", "--show", "9", "--json")
    assert [sample["line"] for sample in json.loads(out)["samples"]] == [5]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--show", "2147483648"], "--show: 2147483648 is more than 1,000,000"),
        (["--level", ","], "--level: no level is named"),
        (["--since", "2h", "--until", "3h"], "--until: is not later than the start"),
    ],
)
def test_options_that_no_record_could_meet(log, run, arguments, reason):
    """What cannot be counted, or would leave out everything, is an error."""
    code, _, err = run(log, *arguments)
    assert code == 2
    assert reason in err


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (["--context", "2"], "--context"),
        (["--top", "3"], "--top"),
        (["--top", "3", "--templates", "table", "--json"], "--top"),
        (["--top", "3", "--templates", "table"], None),
        (["--top", "3", "--by", "level", "--context", "2", "--show", "1"], None),
    ],
)
def test_an_option_without_effect_is_a_warning(log, run, arguments, option):
    """Lines around none, and a table that is not printed: the call says what is missing."""
    code, _, err = run(log, *arguments)
    assert code == 0
    assert err.count(f"warning: {option} has no effect") == (option is not None)
    assert (err == "") == (option is None)


def test_settings_without_effect_are_idle(log, run, monkeypatch):
    """A variable is for all calls."""
    monkeypatch.setenv("COTOOL_ANALYZE_LOGS_TOP", "3")
    monkeypatch.setenv("COTOOL_ANALYZE_LOGS_CONTEXT", "2")
    _, _, err = run(log)
    assert err == ""


def test_levels_of_conditions_may_be_in_any_case(log, run):
    """A condition on the level is the same as --level."""
    for words in ("error", "ERROR"):
        of_filter, of_condition = (
            run(log, option, value, "--json")[1]
            for option, value in (("--level", words), ("--where", f"level={words}"))
        )
        assert json.loads(of_filter)["levels"] == json.loads(of_condition)["levels"]


def test_conditions_end_with_one(log, run):
    """--fail-on tells which condition holds, and by which figures."""
    code, _, err = run(log, "--fail-on", "error>0 or rate(warning)>50%", "--quiet")
    assert code == 1
    assert "error is 1, rate(warning) is 20%" in err
    assert run(log, "--fail-on", "error>1 and not lines<3")[0] == 0
    assert run(log, "--fail-on", "left_out>0 or long_lines>0")[0] == 0
    assert run(log, "--level", "error", "--fail-on", "left_out>0", "--quiet")[0] == 1
    code, _, err = run(log, "--fail-on", "eror>0")
    assert code == 2
    assert "'eror' is unknown" in err


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("error>0", True),
        ("error+critical>=2", True),
        ("rate(error)>20%", False),
        ("rate(error)>=0.2", True),
        ("not error>0", False),
        ("(error>5 or lines>5) and records==5", True),
        ("mentions(error)=3", True),
        ("slow>0 and rate(slow)<15%", True),
        ("bursts>0 or gaps>0", False),
        ("bytes!=0", True),
    ],
)
def test_conditions_are_what_they_say(log, text, holds):
    """Levels, sums, shares, patterns, and, or, not."""
    summary = analyze_logs(log, patterns={"slow": r"took \d{4} ms"})
    assert parse_log_condition(text, ["slow"]).holds(summary) == holds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "error",
        "error>",
        ">3",
        "error>0 or",
        "(error>0",
        "error>0)",
        "rate()>1",
        "rate(x)>1",
        "error>0 error",
        "mentions(info)>0",
        "(" * 99 + "error>0" + ")" * 99,
        "error >> 0",
        "5%",
    ],
)
def test_conditions_that_cannot_be_read(text):
    """The error says where, and what is known."""
    with pytest.raises(InputError, match=r"fail_on: cannot read .* at character") as error:
        parse_log_condition(text, ["slow"])
    assert "slow" in error.value.hint


def test_what_cannot_be_read_is_reported_and_the_rest_counts(log, tmp_path, run):
    """A dangling link among other files is an error of its own, in globs and folders alike."""
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "good.log").write_text(LOG)
    (folder / "gone.log").symlink_to(folder / "nowhere")
    for arguments in (("-r", folder), (folder / "*.log",), (folder / "gone.log", log)):
        code, out, err = run(*arguments, "--json")
        assert code == 2
        assert err.count("gone.log: cannot be read: No such file") == 1
        assert json.loads(out)["lines"] == 7
    assert run(folder / "gone.log", "--json")[:2] == (2, "")
    assert run(folder / "gone.log", log, "--follow")[0] == 2


def test_a_folder_that_cannot_be_read_is_reported(tmp_path, run, monkeypatch):
    """-r says which folder it could not look into."""
    (tmp_path / "shut").mkdir()
    (tmp_path / "good.log").write_text(LOG)
    real = os.scandir

    def scandir(path):
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    code, out, err = run("-r", tmp_path, "--json")
    assert code == 2
    assert "shut: cannot be read: Permission denied" in err
    assert json.loads(out)["lines"] == 7


def test_quiet_writes_what_was_asked_for_only(log, run):
    """With -q there is no table and no warning; data and errors remain."""
    assert run(log, "-q") == (0, "", "")
    assert json.loads(run(log, "-q", "--json")[1])["lines"] == 7
    assert "cannot be read" in run(log, "nowhere.log", "-q")[2]


def test_a_format_that_fits_no_line_is_an_error(log, run):
    """A told format with which no record has a time or a level ends with 2."""
    code, _, err = run(log, "--log-format", "{} {} {} [{time}] {level}")
    assert code == 2
    assert "--log-format '{} {} {} [{time}] {level}' matches no line" in err
    assert run(log, "--log-format", "plain")[0] == 0


def test_bad_input_ends_with_two_and_the_rest_counts(log, tmp_path, run):
    """A truncated file is told; what was read of it and the other files counts."""
    cut = tmp_path / "cut.log.gz"
    cut.write_bytes(gzip.compress(LOG.encode() * 5000)[:-30])
    code, out, err = run(log, cut, "--json")
    found = json.loads(out)
    assert code == 2
    assert "cut.log.gz: the gzip data is damaged or truncated" in err
    assert found["lines"] > 7
    assert found["files"][1]["error"]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["missing.log"], "missing.log: cannot be read"),
        (["--level", "loud"], "'loud' is not a level"),
        (["--where", "level=erorr"], "--where: 'erorr' is not a level"),
        (["--where", "level>=error"], "compare levels with = or != only"),
        (["-e", "(a"], "character"),
        (["-e", r"(a)\1"], "back-reference"),
        (["--match", "x"], "no pattern"),
        (["--since", "never"], "--since"),
        (["--tz", "Mars"], "--tz"),
        (["--bucket", "soon"], "--bucket"),
        (["--log-format", "odd"], "--log-format"),
        (["--format", "xml"], "--format"),
        (["--threads", "0"], "--threads"),
        (["--show", "-1"], "--show"),
        (["--patterns", "missing.txt"], "missing.txt"),
        (["--json", "--format", "csv"], "contradicts"),
    ],
)
def test_slips_are_told(arguments, text, log, run):
    """Exit code 2, one line, a hint."""
    given = arguments if arguments[0].endswith(".log") else [log, *arguments]
    code, out, err = run(*given)
    assert (code, out) == (2, "")
    assert text in err


def test_the_output_spares_the_input(log, run):
    """Nothing may overwrite what is read; a new file appears whole."""
    assert run(log, "--output", log)[0] == 2
    assert run(log, "--records", log)[0] == 2
    assert log.read_text() == LOG
    out = log.with_suffix(".json")
    assert run(log, "--output", out)[0] == 0
    assert json.loads(out.read_text())["lines"] == 7


def test_threads_do_not_change_a_byte(log, tmp_path, run):
    """1, 2 and 4 threads print the same."""
    log.write_text(LOG * 2000)
    copies = []
    for n in range(3):
        copies.append(tmp_path / f"{n}.log")
        copies[-1].write_text(LOG * (n + 1))
    outs = {
        run(log, *copies, "--json", "-e", "took=took", "--show", "3", "--threads", n)[1]
        for n in (1, 2, 4)
    }
    assert len(outs) == 1


def start(*arguments, **given):
    return subprocess.Popen(
        [sys.executable, "-m", "cotool", "analyze-logs", *map(str, arguments)],
        stderr=subprocess.PIPE,
        text=True,
        **{"stdout": subprocess.PIPE, **given},
    )


def test_every_cpu_prints_the_same(tmp_path):
    """What a lower CPU level counts is what this machine counts."""
    families = sorted((Path(__file__).parents[2] / "logs" / "formats" / "families").glob("*.log"))
    path = tmp_path / "mixed.log"
    path.write_bytes(b"".join(family.read_bytes() for family in families) * 10)
    outs = []
    for chosen in ("", "avx2", "plain"):
        environment = {**os.environ, "COTOOL_CPU": chosen}
        with start(path, "--json", "-e", r"n=\d+ ms", "--show", "9", env=environment) as process:
            outs.append(process.communicate(timeout=30)[0])
    assert outs[0] == outs[1] == outs[2]
    assert json.loads(outs[0])["lines"] > 1000


def wait_until(condition):
    """Wait until a condition is true; fail after a while."""
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def unread(pipe):
    """Return how many bytes nobody has read from a pipe yet."""
    count = fcntl.ioctl(pipe, termios.FIONREAD, bytes(4))
    return int.from_bytes(count, sys.byteorder)


def test_ctrl_c_prints_what_was_counted():
    """An endless pipe that is interrupted ends with 130 and its figures."""
    with start("-", "--json", stdin=subprocess.PIPE) as process:
        process.stdin.write(LOG)
        process.stdin.flush()
        wait_until(lambda: not unread(process.stdin))
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    found = json.loads(out)
    assert (found["lines"], found["interrupted"]) == (7, True)
    assert "interrupted" in err


def test_a_closed_pipe_ends_quietly(log):
    """`| head` is not an error."""
    log.write_text(LOG * 50_000)
    with start(log, "--records", "-") as process:
        process.stdout.readline()
        process.stdout.close()
        err = process.stderr.read()
        process.wait(timeout=20)
    assert process.returncode == 141
    assert err == ""


def test_follow_reads_what_is_added_and_survives_rotation(log):
    """A line before, one after, the rest of the renamed log and the new one.

    A pipe in the place of the log, which has no writer, stops nothing.
    """
    records = log.with_name("records.jsonl")

    def wait_for(lines):
        wait_until(lambda: records.exists() and records.read_bytes().count(b"\n") >= lines)

    with start(log, "--follow", "--json", "--records", records) as process:
        wait_for(7)
        with log.open("a") as file:
            file.write("2024-03-01 12:03:00,000 ERROR [main] a.B - one more\n")
        wait_for(8)
        with log.open("a") as file:
            file.write("2024-03-01 12:03:01,000 ERROR [main] a.B - the last\n")
        log.rename(log.with_name("app.log.1"))
        log.write_text("2024-03-01 12:04:00,000 ERROR [main] a.B - the first\n")
        wait_for(10)
        log.unlink()
        os.mkfifo(log)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=20)
    assert process.returncode == 130
    found = json.loads(out)
    assert (found["lines"], found["levels"]["error"]) == (10, 4)


@pytest.mark.skipif(not hasattr(select, "poll"), reason="closed pipes are not seen without poll")
def test_follow_ends_when_nobody_reads_its_output(log):
    """A closed pipe ends it although no line is added; closed standard output is an error."""
    with start(log, "--follow") as process:
        process.stdout.close()
        assert process.wait(timeout=20) == 141
        assert process.stderr.read() == ""
    with start(log, "--follow", preexec_fn=lambda: os.close(1)) as process:
        assert process.wait(timeout=20) == 2
        assert "standard output is closed" in process.stderr.read()


def test_follow_refuses_a_pipe(run, tmp_path):
    """Opening it would wait for a writer."""
    os.mkfifo(tmp_path / "pipe")
    code, _, err = run(tmp_path / "pipe", "--follow")
    assert code == 2
    assert "is a pipe or device" in err


def test_stdin_closed_at_once(run, monkeypatch):
    """Empty input from a pipe means zero lines."""
    with start("-", "--json", stdin=subprocess.DEVNULL) as process:
        out, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert json.loads(out)["lines"] == 0


@pytest.mark.skipif(sys.platform == "win32", reason="files have no limit of size")
def test_a_write_that_is_cut_short_is_told(log, tmp_path):
    """Unbuffered, as in many containers, a write to a full disk first writes a part of its data."""
    import resource

    limit = (resource.RLIMIT_FSIZE, (500, 500))
    with (
        (tmp_path / "out").open("wb") as out,
        start(
            log, "--records", "-", stdout=out, env={**os.environ, "PYTHONUNBUFFERED": "1"},
            preexec_fn=lambda: resource.setrlimit(*limit),
        ) as process,
    ):  # fmt: skip
        assert process.wait(timeout=20) == 2
        assert "File too large" in process.stderr.read()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_disk_is_told(log):
    """Writing to /dev/full is an error with a name."""
    for option in ("--output", "--records"):
        with start(log, option, "/dev/full") as process:
            _, err = process.communicate(timeout=20)
        assert process.returncode == 2
        assert "No space left" in err


def test_the_command_takes_words(tmp_path, command):
    """--level-word maps words, and an error names the option."""
    path = tmp_path / "app.log"
    text = "".join(f"2024-03-01 10:00:{n:02d} STOERUNG pump {n}\n" for n in range(9))
    path.write_text(text + "2024-03-01 10:00:10 OK pump 3\n")
    words = ("--level-word", "STOERUNG=error", "--level-word", "ok=info")
    assert command("analyze-logs", path, *words, "--fail-on", "error>8").code == 1
    assert "--level-word" in command("analyze-logs", path, "--level-word", "OK").err
