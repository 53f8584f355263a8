"""Flag, else variable, else config file, else default, for every command."""

from __future__ import annotations

import json
import os

import pytest

from cotool.cli.shared.settings import config_path


@pytest.fixture
def config(tmp_path, monkeypatch):
    """Give a function that writes config.toml."""
    monkeypatch.setenv("COTOOL_HOME", str(tmp_path))

    def write(text):
        (tmp_path / "config.toml").write_text(text, encoding="utf-8")

    return write


@pytest.fixture
def log(tmp_path):
    """Give the path of a log with an error and a warning."""
    path = tmp_path / "app.log"
    path.write_text("2024-05-01 10:00:00 ERROR down\n2024-05-01 10:00:01 WARNING slow\n")
    return path


@pytest.fixture
def answers(tmp_path):
    """Give the path of a question with three answers."""
    path = tmp_path / "answers.json"
    texts = {"ann": "the red house", "bob": "the red house", "cid": "a blue boat"}
    responses = [{"expert": name, "content": text} for name, text in texts.items()]
    path.write_text(json.dumps([{"question": "which", "responses": responses}]))
    return path


def settings_of(command, name, table="consensus"):
    """Return the value and the source of a setting, as `config show` says."""
    found = json.loads(command("config", "show", "--json").out)
    rows = found["settings"] if table == "consensus" else found["commands"][table]
    return next((row["value"], row["source"]) for row in rows if row["name"] == name)


def test_precedence(config, monkeypatch, command, answers):
    """A flag wins over a variable, that over the file, that over the default."""
    config('[consensus]\nmetric = "jaccard"\nmethod = "medoid"\nclustering = "density"\n')
    monkeypatch.setenv("COTOOL_METRIC", "cosine")
    monkeypatch.setenv("COTOOL_METHOD", "centre")
    found = json.loads(command("consensus", answers, "--json", "--metric", "tfidf").out)
    assert (found["metric"], found["method"]) == ("tfidf", "centre")
    assert found["clustering"] == "density"


def test_empty_variable_is_unset(command, monkeypatch):
    """A variable set to nothing counts as not set."""
    monkeypatch.setenv("COTOOL_METRIC", "")
    assert settings_of(command, "metric") == ("auto", "default")


def test_threads_follow_the_kernels_variable(config, monkeypatch, command):
    """COTOOL_NUM_THREADS wins over the file."""
    config("[consensus]\nthreads = 2\n")
    assert settings_of(command, "threads") == (2, "config.toml")
    monkeypatch.setenv("COTOOL_NUM_THREADS", "3")
    assert settings_of(command, "threads") == (3, "COTOOL_NUM_THREADS")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('["ann=2", "a=b=0.5"]', {"ann": 2.0, "a=b": 0.5}),
        ('"ann=2"', {"ann": 2.0}),
        ("{ann = 2, bob = 1.5}", {"ann": 2.0, "bob": 1.5}),
    ],
)
def test_weights(text, expected, config, command):
    """Weights in the file are a list of texts, one text, or a table; a name may hold "="."""
    config(f"[consensus]\nweight = {text}\n")
    assert settings_of(command, "weight") == (expected, "config.toml")


def test_repeatable_options_are_divided_by_commas_in_variables(command, monkeypatch):
    """The variable of an option that may be repeated holds its values divided by commas."""
    monkeypatch.setenv("COTOOL_WEIGHT", "ann=2,New Model=0")
    assert settings_of(command, "weight") == ({"ann": 2.0, "New Model": 0.0}, "COTOOL_WEIGHT")


def test_a_variable_of_expressions_has_one_per_line(log, command, monkeypatch):
    """A comma may be part of a pattern, a condition or a log format."""
    monkeypatch.setenv("COTOOL_ANALYZE_LOGS_PATTERN", "x=O{1,2}R\ny=slow$")
    found = json.loads(command("analyze-logs", log, "--json").out)
    assert found["patterns"] == {"x": 1, "y": 1}


@pytest.mark.parametrize("way", ["variable", "config"])
def test_a_flag_overrides_what_sets_the_output_another_way(way, log, command, config, monkeypatch):
    """--format wins over templates, which --templates json writes, set elsewhere."""
    if way == "variable":
        monkeypatch.setenv("COTOOL_ANALYZE_LOGS_TEMPLATES", "json")
    else:
        config('[analyze-logs]\ntemplates = "json"\n')
    assert command("analyze-logs", log, "-f", "csv").out.startswith("path,")
    page = log.with_suffix(".html")
    assert command("analyze-logs", log, "-o", page).code == 0
    assert page.read_text("utf-8").startswith("<!doctype html>")


def test_an_output_is_checked_before_the_logs_are_read(tmp_path, command):
    """A pipe that nobody writes to is not waited for."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    done = command("analyze-logs", pipe, "-o", tmp_path / "none" / "x.json")
    assert done.code == 2
    assert "cannot be written" in done.err


@pytest.mark.parametrize("value", ["'a, b,\"c,d\"'", '["a", "b", "c,d"]'])
def test_expert_columns(value, config, command):
    """Columns are a list, or a text divided by commas, quoted as in CSV."""
    config(f"[consensus]\nexpert-columns = {value}\n")
    assert settings_of(command, "expert_columns") == (["a", "b", "c,d"], "config.toml")


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--metric", "cosin"], "--metric: 'cosin' is not one of auto, cosine"),
        (["--format", "xml"], "--format: 'xml' is not one of table, json, jsonl, csv"),
        (["--threshold", "2"], "--threshold: expected a similarity from 0 to 1"),
        (["--threshold", "nan"], "--threshold: expected a similarity"),
        (["--threads", "0"], "--threads: expected a whole number from 1"),
        (["--threads", "1.5"], "'--threads' / '-t': '1.5' is not a valid int"),
        (["--weight", "ann"], "--weight: expected EXPERT=NUMBER"),
        (["--weight", "=1"], "--weight: expected EXPERT=NUMBER"),
        (["--weight", "ann=-1"], "--weight: ann: a weight is 0 or more"),
        (["--weight", "ann=1", "--weight", "ann=2"], "--weight: 'ann' has two weights"),
        (["--weight", "ann=x"], "--weight: ann: expected a number"),
        (["--expert-columns", "a,,b"], "--expert-columns: expected names"),
        (["--id-key", ""], "--id-key: expected a text"),
    ],
)
def test_bad_flag_is_named(flags, message, command, answers):
    """A bad value is an error that names its flag and what was expected."""
    outcome = command("consensus", answers, *flags)
    assert outcome.code == 2
    assert message in outcome.err


def test_near_miss_is_suggested(command, answers):
    """A misspelt choice gets the nearest as a hint."""
    outcome = command("consensus", answers, "--metric", "levenstein")
    assert "hint: did you mean levenshtein?" in outcome.err


@pytest.mark.parametrize(
    ("variable", "arguments", "message"),
    [
        ("COTOOL_METHOD", ["consensus", "x.json"], "COTOOL_METHOD: 'guess' is not one of auto"),
        ("COTOOL_ANALYZE_LOGS_SHOW", ["analyze-logs", "x.log"], "'COTOOL_ANALYZE_LOGS_SHOW': "),
        ("COTOOL_VAULT_THREADS", ["vault", "verify", "x.vault"], "'COTOOL_VAULT_THREADS': "),
    ],
)
def test_bad_variable_is_named(variable, arguments, message, command, monkeypatch):
    """A bad value of a variable is an error that names the variable."""
    monkeypatch.setenv(variable, "guess")
    outcome = command(*arguments)
    assert outcome.code == 2
    assert message in outcome.err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[consensus\n", "config.toml: "),
        (f"threads = {'9' * 5000}\n", "config.toml: Exceeds the limit"),
        (f"a = {'[' * 5000}\n", "config.toml: is nested too deeply"),
        ("[vaults]\n", "config.toml: unknown key 'vaults'"),
        ("consensus = 1\n", "config.toml: consensus is not a table"),
        ("[consensus]\nmetrik = 1\n", "config.toml: unknown key 'metrik' in [consensus]"),
        ("[consensus]\nmetric = 1\n", "config.toml: [consensus] metric: '1' is not one of"),
        ("[consensus]\nthreshold = true\n", "[consensus] threshold: expected a string or a number"),
        (
            "[consensus]\nstore = 3\n",
            "[consensus] store: expected a name in quotation marks, got 3",
        ),
        ("[consensus]\nlearn = 1\n", "config.toml: [consensus] learn: expected true or false"),
        ("[consensus]\nweight = 3\n", "config.toml: [consensus] weight: expected EXPERT=NUMBER"),
        ("[consensus]\nid-key = ''\n", "config.toml: [consensus] id-key: expected a text"),
        ("[consensus]\nhelp = true\n", "config.toml: unknown key 'help' in [consensus]"),
    ],
)
def test_broken_config_names_file_and_key(config, text, message, command, answers):
    """A config file that is broken or unknown in part is an error that names file and key."""
    config(text)
    outcome = command("consensus", answers)
    assert outcome.code == 2
    assert message in outcome.err
    assert command("consensus", "--help").code == 0


@pytest.mark.parametrize(
    ("text", "arguments", "message"),
    [
        ("[analyze-logs]\nshw = 1\n", ["analyze-logs", "x"], "'shw' in [analyze-logs]"),
        ("[analyze-logs]\nshow = 'x'\n", ["analyze-logs", "x"], "[analyze-logs] show': 'x' is not"),
        ("[vault]\nthreads = 0\n", ["vault", "verify", "x"], "[vault] threads: expected a whole"),
        ("[vault]\nthread = 1\n", ["vault", "verify", "x"], "unknown key 'thread' in [vault]"),
        ("[bench]\ngrup = 1\n", ["bench", "list"], "unknown key 'grup' in [bench]"),
        ("[experts]\nstor = 1\n", ["experts", "list"], "unknown key 'stor' in [experts]"),
    ],
)
def test_every_command_checks_its_table(config, text, arguments, message, command):
    """Each command reads a table of its own and names what is wrong in it."""
    config(text)
    outcome = command(*arguments)
    assert outcome.code == 2
    assert message in outcome.err


def test_a_table_serves_all_commands_of_its_group(config, command, tmp_path):
    """A key for one command of a group is passed over by the others."""
    config("[vault]\narmor = true\nquiet = true\n")
    (tmp_path / "pass").write_text("a long passphrase\n")
    (tmp_path / "pass").chmod(0o600)
    (tmp_path / "note").write_text("hello\n")
    given = ["--passphrase-file", tmp_path / "pass"]
    assert command("vault", "encrypt", tmp_path / "note", *given).err == ""
    assert (tmp_path / "note.vault.asc").exists()
    assert command("vault", "verify", tmp_path / "note.vault.asc", *given).err == ""


def test_a_passphrase_on_the_command_line_overrules_one_in_the_file(config, command, tmp_path):
    """Sources of a passphrase exclude each other; the one closer to the call is used."""
    config(f"[vault]\npassphrase-file = '{tmp_path / 'missing'}'\n")
    (tmp_path / "pass").write_text("a long passphrase\n")
    (tmp_path / "note").write_text("hello\n")
    outcome = command(
        "vault", "encrypt", tmp_path / "note", "--passphrase-command", f"cat {tmp_path / 'pass'}"
    )
    assert outcome.code == 0


def test_logs_take_variables_and_the_file(config, command, log, monkeypatch):
    """`analyze-logs` reads its table and its variables."""
    config("[analyze-logs]\nformat = 'csv'\nlevel = 'error'\n")
    assert command("analyze-logs", log).out.startswith("path,lines")
    assert json.loads(command("analyze-logs", log, "--json").out)
    monkeypatch.setenv("COTOOL_ANALYZE_LOGS_FORMAT", "json")
    assert json.loads(command("analyze-logs", log).out)


def test_an_extension_overrules_a_format_that_is_set(config, command, log, tmp_path):
    """A file named on the command line decides the format before a variable or the file does."""
    config("[analyze-logs]\nformat = 'csv'\n")
    assert command("analyze-logs", log, "-o", tmp_path / "out.json").code == 0
    assert json.loads((tmp_path / "out.json").read_text())


def test_config_that_is_not_utf8(config, tmp_path, command, answers):
    """A config file in another encoding is an error that names the byte."""
    config("")
    (tmp_path / "config.toml").write_bytes(b"# \xff\n")
    assert "config.toml: byte 3 is not UTF-8" in command("consensus", answers).err


def test_config_that_is_a_folder(tmp_path, monkeypatch, command, answers):
    """A config file that cannot be read is an error that names it."""
    monkeypatch.setenv("COTOOL_HOME", str(tmp_path))
    (tmp_path / "config.toml").mkdir()
    assert "config.toml: cannot be read" in command("consensus", answers).err


def test_config_path_without_home(monkeypatch):
    """Without COTOOL_HOME the user's config folder is taken."""
    monkeypatch.delenv("COTOOL_HOME")
    assert config_path().parts[-2:] == ("cotool", "config.toml")


def test_variables_and_keys_are_called_like_the_option(command, config, monkeypatch):
    """Of each command; the parameter of the function may have another name."""
    shown = json.loads(command("config", "show", "--json").out)["commands"]
    for table, rows in shown.items():
        for row in rows:
            own = f"COTOOL_{table}_{row['name']}".upper().replace("-", "_")
            assert row["variables"][0] == own
    names = {row["name"] for row in shown["bench"]} | {row["name"] for row in shown["vault"]}
    assert {"group", "case", "input", "range", "except", "reencrypt"} <= names
    monkeypatch.setenv("COTOOL_BENCH_GROUP", "zz")
    done = command("bench", "list")
    assert (done.code, "COTOOL_BENCH_GROUP" in done.err) == (2, True)
    monkeypatch.delenv("COTOOL_BENCH_GROUP")
    config("[bench]\ngroup = ['zz']\n")
    assert "[bench] group" in command("bench", "list").err
