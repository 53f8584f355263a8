"""Every recipe of docs/recipes.md does what it says on the file that it names."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from cotool.cli.app import main

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "tests" / "recipes"
TEXT = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")
HOOKS = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
SHOWN = re.findall(r"```sh\n(cotool [^\n]*)\n```\n\n```\n(.*?)\n```", TEXT, re.DOTALL)
TRIED = re.findall(r"^\| [^|]+ \| `([^`]+)` \| (\d+) × (\d+) \|", TEXT, re.MULTILINE)
BLOCKS = re.findall(r"```sh\n(.*?)\n```", TEXT, re.DOTALL)
CONDITIONS = [call for block in BLOCKS for call in block.splitlines() if "--fail-on" in call]


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run a call of the documentation in a copy of the samples; give exit code and outputs."""
    folder = tmp_path / "samples"
    shutil.copytree(SAMPLES, folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COTOOL_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")

    def call(text):
        code = main(shlex.split(text)[1:])
        return code, *capsys.readouterr()

    return call


@pytest.mark.parametrize(("call", "shown"), SHOWN, ids=[call for call, _ in SHOWN])
def test_a_recipe_prints_what_is_shown(call, shown, run):
    """The call of the recipe ends with 0, and its output has the lines shown, in their order."""
    code, out, _ = run(call)
    assert code == 0
    lines = iter([line.rstrip() for line in out.splitlines()])
    missing = [line for line in shown.splitlines() if line not in {"", "…"} and line not in lines]
    assert missing == []


def test_every_sample_has_its_recipe():
    """No file of tests/recipes is left out of the page, and none is missing."""
    named = set(re.findall(r"(?<![\w/{}-])[a-z][a-z-]*\.(?:jsonl?|csv|log)\b", TEXT))
    made = {path.name for path in SAMPLES.iterdir()}
    assert made - named == set()
    written = set(re.findall(r"> ([a-z-]+\.\w+)", "\n".join(BLOCKS)))
    read = {word for call, _ in SHOWN for word in shlex.split(call) if "." in word}
    assert (written | read) - made == set()


@pytest.mark.parametrize(("name", "questions", "answers"), TRIED, ids=[row[0] for row in TRIED])
def test_files_of_other_tools_are_read(name, questions, answers, run):
    """The sample of each tool in the tables has the questions and answers that the table says."""
    code, out, _ = run(f"cotool consensus {name} --format jsonl")
    assert code == 0
    rows = [json.loads(line) for line in out.splitlines()]
    assert len(rows) == int(questions)
    assert max(len(row["experts"]) for row in rows) == int(answers)


@pytest.mark.parametrize("call", CONDITIONS)
def test_conditions_for_pipelines(call, run):
    """The calls with --fail-on work: here the first finds nothing, the second errors."""
    code, _, err = run(call)
    assert code == 0, err


@pytest.mark.parametrize(
    ("condition", "code"), [("critical>0 or rate(error)>20%", 0), ("rate(error)>5%", 1)]
)
def test_a_condition_decides_the_exit_code(condition, code, run):
    """A pipeline stops where the condition holds."""
    assert run(f"cotool analyze-logs docker-json.log --quiet --fail-on '{condition}'")[0] == code


def hooks():
    """Each hook's id with its entry, its arguments and the regex of its files."""
    for block in HOOKS.split("\n- ")[1:]:
        fields = dict(re.findall(r"^\s*(\w+): (.*)$", block, re.MULTILINE))
        yield fields["id"], fields["entry"], json.loads(fields["args"]), fields["files"].strip("'")


@pytest.mark.parametrize("hook", list(hooks()), ids=lambda hook: hook[0])
def test_the_hooks_run(hook, run):
    """Each hook's call is right, passes on a good file and fails on a bad one."""
    name, entry, arguments, files = hook
    good, bad = {
        "cotool-consensus": ("answers/answers.jsonl", "answers-split.json"),
        "cotool-analyze-logs": ("calm.log", "docker-json.log"),
    }[name]
    Path("answers").mkdir()
    shutil.copy("openai-mini.jsonl", "answers/answers.jsonl")
    split = [{"question": "q", "content": text} for text in ("A", "B", "C", "D")]
    Path("answers-split.json").write_text(json.dumps(split), encoding="utf-8")
    Path("calm.log").write_text("2026-03-02 08:00:00 INFO up\n", encoding="utf-8")
    for path, code in ((good, 0), (bad, 1)):
        assert re.search(files, path)
        assert run(shlex.join([*entry.split(), *arguments, path]))[0] == code
    assert f"id: {name}" in TEXT


def test_a_failed_request_says_why(run):
    """Without --skip-bad the reason that the service gave stands in the error."""
    code, _, err = run("cotool consensus anthropic.jsonl")
    assert code == 2
    assert "line 4: the request 'moon' failed: max_tokens: Field required" in err
    assert "--skip-bad" in err
