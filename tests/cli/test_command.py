"""The plumbing of the command, over a core that is replaced."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest

from cotool import __version__
from cotool.cli.app import main
from cotool.cli.shared.settings import COMMANDS
from cotool.consensus.model import Question
from cotool.consensus.options import METRICS
from cotool.errors import InputError, MissingExtraError
from cotool.io.sources import open_source


@pytest.fixture
def core(monkeypatch, consensus_of):
    """Replace reader and analysis; give what they were called with and what they return."""

    class Core:
        results = (consensus_of(),)
        failing = ()
        error = InputError("no vectors", hint="give vectors")
        read = analysed = None

        def read_questions(self, paths, **options):
            self.read = {"paths": list(paths), **options}
            return iter(())

        def answer_batch(self, questions, options, *, on_error, **more):
            list(questions)
            self.analysed = {name: getattr(options, name) for name in options.__slots__} | more
            for name in self.failing:
                on_error(Question(name, "", ()), self.error)
            yield from self.results

    core = Core()
    monkeypatch.setattr("cotool.consensus.read.readers.read_questions", core.read_questions)
    monkeypatch.setattr("cotool.consensus.api.answer_batch", core.answer_batch)
    return core


def test_options_reach_the_core(core, command):
    """Every option arrives where it belongs."""
    outcome = command(
        "consensus", "a.json", "b.json", "-m", "medoid", "--metric", "tfidf",
        "--clustering", "density", "--threshold", "0.4", "--weight", "ann=2", "--weight", "bob=0",
        "-t", "2", "--question-key", "q", "--id-key", "i", "--content-key", "c",
        "--expert-key", "e", "--confidence-key", "p", "--timestamp-key", "t",
        "--embedding-key", "v", "--responses-key", "r", "--expert-columns", "x,y", "--skip-bad",
    )  # fmt: skip
    assert outcome.code == 0
    assert core.analysed == {
        "method": "medoid",
        "metric": "tfidf",
        "clustering": "density",
        "threshold": 0.4,
        "weights": {"ann": 2.0, "bob": 0.0},
        "embedder": None,
        "store": None,
        "learning": None,
        "num_threads": 2,
        "independence": {},
        "spread": None,
    }
    assert core.read["paths"] == ["a.json", "b.json"]
    assert core.read["skip_bad"] is True
    keys = core.read["keys"]
    assert (keys.question, keys.id, keys.content, keys.expert) == ("q", "i", "c", "e")
    assert (keys.confidence, keys.timestamp, keys.embedding) == ("p", "t", "v")
    assert (keys.responses, keys.expert_columns) == ("r", ("x", "y"))


@pytest.mark.parametrize(
    ("arguments", "start"),
    [
        ([], "Is the bridge safe?\n"),
        (["--json"], '{\n  "question": '),
        (["-f", "jsonl"], '{"question": '),
        (["--format", "csv"], "question,answer,confidence,agreement,"),
    ],
)
def test_formats(core, command, arguments, start):
    """Each format begins as documented."""
    assert command("consensus", "a", *arguments).out.startswith(start)


@pytest.mark.parametrize(
    ("arguments", "kept"),
    [
        (["--json"], True),
        (["--json", "--no-matrix"], False),
        (["-f", "jsonl"], False),
        (["-f", "jsonl", "--matrix"], True),
    ],
)
def test_matrix_is_kept_for_a_single_question(core, command, arguments, kept):
    """The matrix stands in the JSON of one question, unless told otherwise."""
    document = json.loads(command("consensus", "a", *arguments).out)
    assert (document["matrix"] is not None) is kept


def test_several_questions_are_an_array(core, command, consensus_of):
    """Two results make an array, and so do one result and one failure."""
    core.results = (consensus_of(), consensus_of())
    document = json.loads(command("consensus", "a", "--json").out)
    assert [item["matrix"] for item in document] == [None, None]
    core.results, core.failing = (consensus_of(),), ("q7",)
    outcome = command("consensus", "a", "--json")
    assert len(json.loads(outcome.out)) == 1
    assert outcome.code == 2


@pytest.mark.parametrize("ending", ["json", "jsonl", "ndjson", "csv", "txt"])
def test_extension_gives_the_format(core, command, tmp_path, monkeypatch, ending):
    """The extension of --output chooses the format, over the variable; --format wins over it."""
    monkeypatch.setenv("COTOOL_FORMAT", "table")
    target = tmp_path / f"result.{ending}"
    assert command("consensus", "a", "-o", target).out == ""
    first = target.read_text().partition("\n")[0]
    assert first[:9] == {"json": "{", "csv": "question,", "txt": "Is the br"}.get(
        ending, '{"questio'
    )
    command("consensus", "a", "-o", target, "-f", "csv")
    assert target.read_text().startswith("question,answer")


def test_standard_input_where_no_file_is_named(core, command):
    """Without files standard input is read, as for "-"."""
    assert command("consensus").code == 0
    assert core.read["paths"] == ["-"]
    assert core.read["stdin"].read() == b""


@pytest.mark.parametrize("arguments", [["analyze-logs", __file__], ["config", "show"]])
def test_a_closed_standard_output_is_an_error(arguments, monkeypatch, capsys):
    """Python has no stream for a standard output that is closed, as by `>&-`."""
    monkeypatch.setattr("sys.stdout", None)
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith("cotool: error: standard output is closed")


def test_no_file_on_a_terminal(core, command, monkeypatch, capsys):
    """Without files on a terminal the error shows how it is done."""

    class Terminal:
        def isatty(self):
            return True

    monkeypatch.setattr("sys.stdin", Terminal())
    assert main(["consensus"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("cotool: error: no file is given")
    assert "hint: cotool consensus answers.json" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["consensus", "a", "--metric", "cosin"], "--metric: 'cosin' is not one of auto, cosine"),
        (["consensus", "a", "-f", "jsn"], "--format: 'jsn' is not one of table"),
        (["consensus", "a", "--json", "-f", "csv"], "--json contradicts --format csv"),
        (["consensus", "a", "--fail-on", "mood<1"], "--fail-on: cannot read 'mood<1'"),
        (["consensus", "a", "--nonsense"], "no such option"),
        (["consensus", "a", "--method"], "--method"),
        (["nonsense"], "no such command"),
    ],
)
def test_usage_errors(core, command, arguments, message):
    """A wrong argument is one line and a hint on standard error, and exit code 2."""
    outcome = command(*arguments)
    assert outcome.code == 2
    assert outcome.out == ""
    assert message in outcome.err
    assert outcome.err.startswith("cotool: error: ")
    assert "\nhint: " in outcome.err
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize("group", [(), ("vault",)])
@pytest.mark.parametrize("word", ["C:\\x", "a" * 300 + ".json", "\udcff.json", "a\nb", "it's"])
def test_no_word_in_place_of_a_command_breaks_its_hint(command, group, word):
    """Backslashes, names too long to exist, bytes that are not UTF-8: one error, exit code 2."""
    outcome = command(*group, word)
    assert outcome.code == 2
    assert outcome.err.startswith("cotool: error: no such command")
    assert "hint: " in outcome.err


def test_fail_on(core, command, consensus_of):
    """A question that meets a condition ends in 1 after all results, and is named."""
    core.results = (consensus_of(agreement=1.0), consensus_of(question="bad\x1b", agreement=0.2))
    assert command("consensus", "a", "--fail-on", "agreement<0.1").code == 0
    outcome = command("consensus", "a", "-f", "csv", "--fail-on", "agreement<0.5")
    assert outcome.code == 1
    assert len(outcome.out.splitlines()) == 3
    assert outcome.err == ("cotool: warning: agreement<0.5 on 1 of 2 questions, first: bad\\x1b\n")
    assert command("consensus", "a", "-q", "--fail-on", "agreement<0.5").err == ""


def test_failed_questions_do_not_stop_the_rest(core, command):
    """Failures are counted, the first five named, and the exit code is 2."""
    core.failing = [f"q{n}" for n in range(7)]
    outcome = command("consensus", "a", "-f", "csv")
    assert outcome.code == 2
    assert len(outcome.out.splitlines()) == 2
    assert outcome.err.count("cotool: error: q") == 5
    assert "cotool: error: q0: no vectors\nhint: give vectors\n" in outcome.err
    assert "7 of 8 questions failed" in outcome.err


def test_skip_bad_makes_failures_warnings(core, command):
    """With --skip-bad a question that fails is left out, and the exit code is 0."""
    core.failing = ("q7",)
    outcome = command("consensus", "a", "-f", "csv", "--skip-bad")
    assert outcome.code == 0
    assert outcome.err == "cotool: warning: left out: q7: no vectors\n"
    assert command("consensus", "a", "-q", "--skip-bad").err == ""


def test_bad_records_are_reported(core, command, monkeypatch):
    """Records that are left out are named, the first five, and counted."""

    def read_questions(paths, *, on_bad, on_warning, **_):
        for line in range(8):
            on_bad(InputError(f"a, line {line}: bad"))
        on_warning("judged.json is left out")
        return iter(())

    monkeypatch.setattr("cotool.consensus.read.readers.read_questions", read_questions)
    outcome = command("consensus", "a", "--skip-bad")
    assert outcome.code == 0
    assert outcome.err.count("left out: a, line") == 5
    assert "8 bad rows left out" in outcome.err
    assert "judged.json is left out" in outcome.err


@pytest.mark.usefixtures("core")
@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (InputError("a, line 3: no content", hint="give one"), 2, "a, line 3: no content"),
        (MissingExtraError("needs more"), 5, "needs more"),
        (MemoryError(), 2, "out of memory"),
        (KeyboardInterrupt(), 130, ""),
        (BrokenPipeError(), 141, ""),
        (OSError(28, "No space left on device"), 2, "No space left on device"),
        (ZeroDivisionError("by zero"), 70, "ZeroDivisionError: by zero"),
    ],
)
def test_errors_become_exit_codes(command, monkeypatch, error, code, message):
    """Each kind of error has its exit code, one line, and no traceback."""

    def batch(*_, **__):
        raise error
        yield

    monkeypatch.setattr("cotool.consensus.api.answer_batch", batch)
    outcome = command("consensus", "a")
    assert outcome.code == code
    assert outcome.err.startswith(f"cotool: error: {message}" if message else "")
    assert bool(outcome.err) is bool(message)
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize("place", [0, 1, 2])
def test_debug_shows_the_traceback_wherever_it_stands(core, command, place):
    """--debug works before and after the subcommand."""
    arguments = ["consensus", "a", "--metric", "x"]
    arguments.insert(place, "--debug")
    outcome = command(*arguments)
    assert outcome.code == 2
    assert "Traceback" in outcome.err
    assert "cotool: error: --metric" in outcome.err


def test_bare_command_shows_help_and_an_example(command):
    """`cotool` alone is help with an example, and no error."""
    outcome = command()
    assert outcome.code == 0
    assert "cotool consensus answers.json" in outcome.out
    assert "--show-completion" not in outcome.out


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_of_consensus(command, flag, monkeypatch):
    """Help fits 80 columns and shows every option and an example."""
    monkeypatch.setenv("COLUMNS", "80")
    outcome = command("consensus", flag)
    assert outcome.code == 0
    assert max(map(len, outcome.out.split("\n"))) <= 80
    for option in ("--metric", "--fail-on", "--expert-columns", "--no-matrix", "--debug"):
        assert option in outcome.out
    assert "cotool consensus answers.json" in outcome.out


def test_list_of_commands_begins_their_help(command, monkeypatch):
    """The list, which loads no command, says what the help of each begins with."""
    monkeypatch.setenv("COLUMNS", "200")
    for name, text in COMMANDS.items():
        assert text in command("--help").out
        assert f"\n {text}" in command(name, "--help").out


@pytest.mark.parametrize("words", [["vault"], ["vault", "keys"]])
def test_a_group_without_a_command_shows_its_help(command, words):
    """Only that, and the exit code of wrong usage."""
    outcome = command(*words)
    assert (outcome.code, outcome.err) == (2, "")
    assert f"Usage: cotool {' '.join(words)} " in outcome.out


def test_version_as_one_of_several_arguments(command):
    """--version works through Typer as well."""
    assert command("--debug", "--version").out == f"cotool {__version__}\n"


def test_embedder(core, command, tmp_path, monkeypatch):
    """--embedder finds a module of the current folder and implies its metric."""
    (tmp_path / "embedder_of_a_test.py").write_text(
        "class Model:\n"
        "    @staticmethod\n"
        "    def embed(texts):\n"
        "        return [[1 / len(text)] for text in texts]\n"
        "number = 1\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    assert command("consensus", "a", "--embedder", "embedder_of_a_test:Model.embed").code == 0
    assert core.analysed["metric"] == "embedding"
    assert core.analysed["embedder"](["ab"]) == [[0.5]]
    with pytest.raises(InputError, match=r"failed: ZeroDivisionError"):
        core.analysed["embedder"]([""])
    for name, message in (
        ("embedder_of_a_test", "expected MODULE:NAME"),
        ("embedder_of_a_test:number", "is not callable"),
        ("embedder_of_a_test:absent", "cannot be loaded: AttributeError"),
        ("absent_module_of_a_test:f", "cannot be loaded: ModuleNotFoundError"),
    ):
        outcome = command("consensus", "a", "--embedder", name)
        assert outcome.code == 2
        assert message in outcome.err


def test_completion_offers_the_choices(monkeypatch, capsys):
    """Shell completion knows the values of an option."""
    monkeypatch.setenv("_COTOOL_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "cotool consensus --metric ")
    monkeypatch.setenv("COMP_CWORD", "3")
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 0
    assert capsys.readouterr().out.split() == list(METRICS)


def test_progress_bar_on_a_terminal(core, command, monkeypatch):
    """A bar shows on standard error where that is a terminal and the work takes time."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("cotool.cli.shared.progress._PATIENCE", 0.0)
    monkeypatch.setattr("cotool.cli.shared.progress._PAUSE", 0.0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert "1 question" in command("consensus", "a").err
    assert command("consensus", "a", "--no-progress").err == ""
    assert command("consensus", "a", "--quiet").err == ""
    monkeypatch.setenv("TERM", "dumb")
    assert command("consensus", "a").err == ""


@pytest.mark.parametrize(
    ("call", "streams", "code"),
    [
        ("bench list", ">&-", 2),
        ("analyze-logs LOG --json", ">&- 2>&-", 2),
        ("analyze-logs LOG --json -m nothing", "2>&- <&-", 0),
        ("analyze-logs LOG --json", ">/dev/full 2>/dev/full", 2),
        ("analyze-logs missing.log", "2>/dev/full", 2),
    ],
)
def test_streams_that_are_closed_or_full(tmp_path, call, streams, code):
    """No file and no message takes a stream's place; the exit code says what no message can."""
    log = tmp_path / "app.log"
    log.write_text("2026-03-01 10:00:00 ERROR lost\n")
    command = f"{sys.executable} -m cotool {call.replace('LOG', str(log))} {streams}"
    found = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert found.returncode == code
    if code == 0:
        assert json.loads(found.stdout)["lines"] == 1
    else:
        assert found.stdout == ""


@pytest.mark.parametrize("size", ["9" * 30, "²", "-5", "x"])
def test_sizes_of_a_terminal_that_make_no_sense_are_ignored(size):
    """COLUMNS and LINES may hold anything; rich, Click and the tables read them."""
    environment = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": size, "LINES": size}
    for words in (["config", "show"], ["config", "show", "--help"]):
        call = [sys.executable, "-m", "cotool", *words]
        found = subprocess.run(call, env=environment, capture_output=True, check=False)
        assert found.returncode == 0


def test_signals_that_end_a_command(tmp_path):
    """SIGTERM and SIGHUP remove what is half written, for every command, as Ctrl-C does."""
    program = (
        "import os, sys, cotool.cli.app as app; from cotool.io.target import Target\n"
        "def run(_):\n"
        "    with Target('out') as target:\n"
        "        target.begin(b'half')\n"
        "        os.kill(os.getpid(), int(sys.argv[1]))\n"
        "app._run = run; sys.exit(app.main())"
    )
    for number in (signal.SIGTERM, signal.SIGHUP):
        words = [sys.executable, "-c", program, str(int(number))]
        assert subprocess.run(words, cwd=tmp_path, check=False).returncode == 128 + number
        assert not [*tmp_path.iterdir()]


def test_closed_standard_input(monkeypatch):
    """It is said, and no bug."""
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(InputError, match="standard input is closed"), open_source("-"):
        pass


@pytest.mark.parametrize(
    ("name", "shown"),
    [("-o.json", "./-o.json"), ("\x1b[1ma'b.json", r"$'\x1b[1ma\'b.json'"), ("a b", "'a b'")],
)
def test_names_in_hints_can_be_pasted(command, tmp_path, monkeypatch, name, shown):
    """A shell reads a name in a hint as that file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text('[{"question": "q", "responses": {"a": "yes", "b": "no"}}]')
    assert command("analyze-logs", "--", name).err.endswith(f": cotool consensus {shown}\n")
