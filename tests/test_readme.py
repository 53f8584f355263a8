"""The documentation says what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cotool import find_consensus
from cotool.cli import main
from cotool.consensus import insights
from cotool.consensus.model import Consensus
from cotool.consensus.options import METRICS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def output(capsys, *arguments):
    """What a command prints in a pipe."""
    assert main(list(arguments)) == 0
    return capsys.readouterr().out


def test_every_option_that_is_named_exists(capsys):
    """Options in README are options of the command."""
    commands = (
        ["consensus"],
        ["experts", "feedback"],
        ["analyze-logs"],
        ["vault", "encrypt"],
        ["vault", "cat"],
    )
    helped = "".join(output(capsys, *command, "--help") for command in commands)
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", README)) - {"--install-completion"}
    assert named
    assert {option for option in named if option not in helped} == set()


def test_every_key_is_documented():
    """Each key of the JSON form stands in README's schema, in its order."""
    keys = [*Consensus.__slots__, "schema"]
    assert list(find_consensus(["a", "b"]).to_dict()) == keys
    schema = README[README.index("| key | |") : README.index("CSV: `question")]
    first_column = [row.split("|")[1] for row in schema.splitlines() if row.startswith("| `")]
    assert re.findall(r"`([a-z_]+)`", " ".join(first_column)) == keys


def test_every_insight_and_metric_is_documented():
    """What the code can say is named in README."""
    source = Path(insights.__file__).read_text(encoding="utf-8")
    kinds = re.findall(r'yield Insight\(\s*"([a-z-]+)"', source)
    assert len(kinds) == 8
    for name in (*kinds, *METRICS[1:]):
        assert f"`{name}`" in README


@pytest.mark.parametrize("example", ["deployment.json", "word-problems.jsonl"])
def test_the_output_shown_is_the_output(example, capsys, monkeypatch):
    """README's transcripts are what the examples print today, but for the lines left out."""
    monkeypatch.setenv("COLUMNS", "80")
    shown = README[README.index(f"`cotool consensus examples/{example}`") :]
    shown = shown[shown.index("```\n") + 4 :]
    shown = shown[: shown.index("\n```")]
    lines = output(capsys, "consensus", str(ROOT / "examples" / example)).splitlines()
    missing = [line for line in shown.splitlines() if line.strip("… ") and line not in lines]
    assert missing == []


def test_the_summary_of_a_log_is_the_output(capsys, monkeypatch):
    """README's transcript of analyze-logs is what the example prints."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(ROOT)
    shown = README[README.index("`cotool analyze-logs examples/shop.log") :]
    regex = re.search(r"-e (slow='.*?')", shown)[1].replace("'", "")
    shown = shown[shown.index("```\n") + 4 :]
    out = output(capsys, "analyze-logs", "examples/shop.log", "-e", regex, "--show", "1")
    assert shown[: shown.index("\n```")].splitlines() == out.splitlines()


def test_the_vault_of_the_examples(capsys, monkeypatch, tmp_path):
    """It is as README shows it, and opens with the passphrase that README gives."""
    monkeypatch.chdir(ROOT)
    shown = README[README.index("`cotool vault inspect examples/welcome") :]
    shown = shown[shown.index("```\n") + 4 :]
    out = output(capsys, "vault", "inspect", "examples/welcome.txt.vault")
    assert shown[: shown.index("\n```")].splitlines() == out.splitlines()
    secret = tmp_path / "secret"
    secret.write_text(re.search(r"`echo (.*?) \| cotool vault cat", README)[1])
    secret.chmod(0o600)
    arguments = ["--passphrase-file", str(secret), "examples/welcome.txt.vault"]
    assert main(["vault", "cat", *arguments]) == 0
    assert capsys.readouterr().out.startswith("This file was sealed by cotool vault.")


def test_the_csv_header_is_documented(capsys):
    """The columns of CSV are those that README lists."""
    out = output(capsys, "consensus", str(ROOT / "examples" / "labels.csv"), "--format", "csv")
    assert f"`{out.splitlines()[0]}`" in README
