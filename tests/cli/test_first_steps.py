"""The first five minutes: what `cotool` alone says, the demos, hints for what is typed wrong."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

import cotool
from cotool.cli.app import main

ROOT = Path(__file__).parents[2]
DEPLOYMENT, SHOP, VAULT = (
    "examples/deployment.json",
    "examples/shop.log",
    "examples/welcome.txt.vault",
)
LOG_LINES = """\
{"level":"info","ts":"2026-01-01T00:00:00Z","message":"up"}
{"level":"error","ts":"2026-01-01T00:00:01Z","message":"down"}
"""


def hint(err):
    """The call that a hint ends in, as words after `cotool`."""
    line = next(line for line in err.splitlines() if line.startswith("hint: "))
    return shlex.split(line[line.index("cotool ") :].partition(";")[0])[1:]


def test_cotool_alone_shows_what_it_can_do(command):
    """Without arguments each job has an example, in few lines of 80 columns; exit code 0."""
    outcome = command()
    assert outcome.code == 0
    lines = outcome.out.splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    for job in ("consensus answers.json", "experts list", "analyze-logs app.log", "vault encrypt",
                "bench run", "config show", "consensus --demo", "analyze-logs --demo"):  # fmt: skip
        assert f"cotool {job}" in outcome.out


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["consensus", "--demo"], "Should we deploy the new payments service on Friday"),
        (["analyze-logs", "--demo"], "565 lines, 521 records"),
    ],
)
def test_demos_run_on_what_is_packaged(arguments, shown, command, monkeypatch, tmp_path):
    """`--demo` needs no file, wherever it is called, and says which one it takes."""
    monkeypatch.chdir(tmp_path)
    outcome = command(*arguments)
    assert outcome.code == 0
    assert shown in outcome.out
    packaged = Path(cotool.__file__).parent / "examples"
    assert f"cotool: this is cotool {arguments[0]} {packaged}" in outcome.err


@pytest.mark.parametrize("name", ["consensus", "analyze-logs"])
def test_a_demo_takes_no_files(name, command):
    """`--demo` beside a file is told, with the call that reads the file."""
    outcome = command(name, "--demo", "mine.json")
    assert outcome.code == 2
    assert outcome.err.rstrip().endswith(f"cotool {name} mine.json")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["analyse-logs", SHOP], ["analyze-logs", SHOP]),
        (["logs", SHOP, "--json"], ["analyze-logs", SHOP, "--json"]),
        (["analize-logs"], ["analyze-logs"]),
        (["consensu", "a.json"], ["consensus", "a.json"]),
        (["encrypt", "a.pdf"], ["vault", "encrypt", "a.pdf"]),
        (["keys", "init"], ["vault", "keys", "init"]),
        (["feedback", "q-1"], ["experts", "feedback", "q-1"]),
        (["bench", "consensus"], ["consensus"]),
        (["vault", "encript", "a"], ["vault", "encrypt", "a"]),
        (["vault", "keys", "lst"], ["vault", "keys", "list"]),
        (["experts", "lst"], ["experts", "list"]),
        (["help"], ["--help"]),
        (["version"], ["--version"]),
        ([SHOP], ["analyze-logs", SHOP]),
        ([DEPLOYMENT, "--json"], ["consensus", DEPLOYMENT, "--json"]),
        (["examples/labels.csv"], ["consensus", "examples/labels.csv"]),
        ([VAULT], ["vault", "decrypt", VAULT]),
        (["examples"], ["analyze-logs", "-r", "examples"]),
        (["absent.log"], ["analyze-logs", "absent.log"]),
        (["absent.jsonl"], ["consensus", "absent.jsonl"]),
        (["consensus", "a.json", "--fromat", "csv"], ["consensus", "a.json", "--format", "csv"]),
        (["consensus", "--fromat=csv"], ["consensus", "--format=csv"]),
        (["analyze-logs", "--pattrn", "x=y"], ["analyze-logs", "--pattern", "x=y"]),
        (["vault", "encrypt", "--recursiv", "a"], ["vault", "encrypt", "--recursive", "a"]),
        (["consensus", SHOP], ["analyze-logs", SHOP]),
        (["consensus", VAULT], ["vault", "decrypt", VAULT]),
        (["consensus", "examples/deploymnt.json"], ["consensus", DEPLOYMENT]),
        (["analyze-logs", "-q", "examples/shp.log"], ["analyze-logs", "-q", SHOP]),
        (["vault", "verify", "examples/welcom.txt.vault"], ["vault", "verify", VAULT]),
        (["analyze-logs", "examples"], ["analyze-logs", "examples", "-r"]),
        (["consensus", "examples"], ["consensus", "examples/*.json"]),
        (["vault", "encrypt", "examples"], ["vault", "encrypt", "examples", "-r"]),
        (["vault", "encrypt"], ["vault", "encrypt", "-r", "documents/"]),
        (["consensus", "--format"], ["consensus", "--demo"]),
    ],
    ids=" ".join,
)
def test_what_is_typed_wrong_ends_in_the_right_command(typed, meant, command, monkeypatch):
    """An error of usage has exit code 2, nothing on standard output, and the call as its hint."""
    monkeypatch.chdir(ROOT)
    outcome = command(*typed)
    assert outcome.code == 2
    assert outcome.out == ""
    assert hint(outcome.err) == meant


def test_a_word_like_no_command_leads_to_the_list(command):
    """Where nothing is near, the list of commands is named, at the level where it was typed."""
    assert hint(command("zzzz").err)[0] == "--help"
    assert hint(command("vault", "zzzz").err)[:2] == ["vault", "--help"]


@pytest.mark.parametrize("example", [DEPLOYMENT, "examples/word-problems.jsonl", VAULT])
def test_a_file_that_is_no_log_is_told(example, command, monkeypatch):
    """Anything has lines to count, and analyze-logs says which command reads such a file."""
    monkeypatch.chdir(ROOT)
    outcome = command("analyze-logs", example)
    assert outcome.code == 0
    right = "vault decrypt" if example == VAULT else "consensus"
    assert outcome.err.rstrip().endswith(f"cotool {right} {example}")


def test_a_log_is_told_no_such_thing(command, monkeypatch):
    """A log has no such warning, nor a text that is nothing in particular."""
    monkeypatch.chdir(ROOT)
    assert command("analyze-logs", SHOP).err == ""
    assert command("analyze-logs", "LICENSE").err == ""


def test_a_log_in_json_lines_is_no_question(command, tmp_path):
    """Such lines are not read as answers; the hint has both the flags and the other command."""
    path = tmp_path / "app.jsonl"
    path.write_text(LOG_LINES, encoding="utf-8")
    outcome = command("consensus", path)
    assert outcome.code == 2
    assert f"cotool consensus {path} --question-key " in outcome.err
    assert f"{path} looks like a log: cotool analyze-logs {path}" in outcome.err
    assert hint(command(path).err) == ["analyze-logs", str(path)]


@pytest.mark.parametrize("text", ["", "\0\0\0\xff", "[", '{"a": 1}', "[[[[[[", "word\n", '[{"a'])
def test_files_of_no_kind_give_both_readers(text, command, tmp_path):
    """A file that says nothing of itself is offered to both commands, and never a traceback."""
    path = tmp_path / "thing.bin"
    path.write_bytes(text.encode("latin-1"))
    outcome = command(path)
    assert outcome.code == 2
    assert f"cotool analyze-logs {path}, or cotool consensus {path}" in outcome.err


def test_config_show_says_where_each_value_comes_from(command, monkeypatch, tmp_path):
    """A variable goes before the file, and the file before the default."""
    home = tmp_path / "conf"
    home.mkdir()
    monkeypatch.setenv("COTOOL_HOME", str(home))
    (home / "config.toml").write_text('[consensus]\nmetric = "cosine"\nthreshold = 0.5\n')
    monkeypatch.setenv("COTOOL_METRIC", "jaccard")
    monkeypatch.setenv("COTOOL_NUM_THREADS", "2")
    found = json.loads(command("config", "show", "--json").out)
    assert found["path"] == str(home / "config.toml")
    assert found["exists"] is True
    values = {row["name"]: (row["value"], row["source"]) for row in found["settings"]}
    assert values["metric"] == ("jaccard", "COTOOL_METRIC")
    assert values["threshold"] == (0.5, "config.toml")
    assert values["threads"] == (2, "COTOOL_NUM_THREADS")
    assert values["format"] == ("table", "default")
    assert values["COTOOL_HOME"] == (str(home), "COTOOL_HOME")
    shown = command("config", "show", "--set").out
    assert [line.split() for line in shown[shown.index("metric") :].splitlines()[:3]] == [
        ["metric", "jaccard", "COTOOL_METRIC"],
        ["threshold", "0.5", "config.toml"],
        ["threads", "2", "COTOOL_NUM_THREADS"],
    ]
    assert "format" not in shown
    assert command("config", "path").out == f"{home / 'config.toml'}\n"


def test_config_show_tells_of_bad_values(command, monkeypatch):
    """A value that cannot be read is shown, told on standard error, and the exit code is 2."""
    monkeypatch.setenv("COTOOL_METRIC", "tfdf")
    outcome = command("config", "show")
    assert outcome.code == 2
    assert "tfdf" in outcome.out
    assert "COTOOL_METRIC: 'tfdf' is not one of" in outcome.err


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("cotool consensus --metric t", ["tfidf"]),
        ("cotool con", ["consensus", "config"]),
        ("cotool analyze-logs --tz Europe/Berl", ["Europe/Berlin"]),
        ("cotool vault encrypt --profile h", ["high-memory"]),
        ("cotool vault keys ro", ["rotate"]),
        ("cotool experts show al", ["alice"]),
        ("cotool experts feedback q --best b", ["bob"]),
        ("cotool experts show x", []),
    ],
)
def test_completion_knows_commands_and_values(line, words, command, capsys, monkeypatch, tmp_path):
    """A shell completes commands, options' words, time zones and the experts of the store."""
    answers = tmp_path / "a.csv"
    answers.write_text("question,worker,answer\nq,alice,A\nq,bob,A\n", encoding="utf-8")
    assert command("consensus", answers, "--learn", "--quiet").code == 0
    monkeypatch.setenv("_COTOOL_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(line.split()) - 1))
    with pytest.raises(SystemExit):
        main([])
    assert capsys.readouterr().out.split() == words
