"""The documentation says what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cotool import find_consensus
from cotool.cli.app import main
from cotool.consensus.decide import insights
from cotool.consensus.model import Consensus
from cotool.consensus.options import METRICS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONSENSUS, LOGS, VAULT = (
    (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    for name in ("consensus", "logs", "vault")
)


def output(capsys, *arguments):
    """What a command prints in a pipe."""
    assert main(list(arguments)) == 0
    return capsys.readouterr().out


def test_every_option_that_is_named_exists(capsys):
    """Options in README and in the page of consensus are options of the command."""
    commands = (
        ["consensus"],
        ["experts", "feedback"],
        ["analyze-logs"],
        ["vault", "encrypt"],
        ["vault", "cat"],
        ["bench", "run"],
        ["bench", "compare"],
        ["config", "show"],
    )
    helped = "".join(output(capsys, *command, "--help") for command in commands)
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", README + CONSENSUS))
    named -= {"--install-completion"}
    assert named
    assert {option for option in named if option not in helped} == set()


def test_every_key_is_documented():
    """Each key of the JSON form stands in the schema of the page, in its order."""
    keys = [*Consensus.__slots__, "schema"]
    assert list(find_consensus(["a", "b"]).to_dict()) == keys
    schema = CONSENSUS[CONSENSUS.index("| key | |") : CONSENSUS.index("CSV: `question")]
    first_column = [row.split("|")[1] for row in schema.splitlines() if row.startswith("| `")]
    assert re.findall(r"`([a-z_]+)`", " ".join(first_column)) == keys


def test_every_insight_and_metric_is_documented():
    """What the code can say is named in the page of consensus."""
    source = Path(insights.__file__).read_text(encoding="utf-8")
    kinds = re.findall(r'yield Insight\(\s*"([a-z-]+)"', source)
    assert len(kinds) == 10
    for name in (*kinds, *METRICS[1:]):
        assert f"`{name}`" in CONSENSUS


@pytest.mark.parametrize("example", ["deployment.json", "word-problems.jsonl"])
def test_the_output_shown_is_the_output(example, capsys, monkeypatch):
    """Transcripts are what the examples print today, but for the lines left out."""
    monkeypatch.setenv("COLUMNS", "80")
    shown = CONSENSUS[CONSENSUS.index(f"`cotool consensus examples/{example}`") :]
    shown = shown[shown.index("```\n") + 4 :]
    shown = shown[: shown.index("\n```")]
    lines = output(capsys, "consensus", str(ROOT / "examples" / example)).splitlines()
    missing = [line for line in shown.splitlines() if line.strip("… ") and line not in lines]
    assert missing == []


def test_the_summary_of_a_log_is_the_output(capsys, monkeypatch):
    """The transcript of analyze-logs is what the example prints."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(ROOT)
    shown = LOGS[LOGS.index("`cotool analyze-logs examples/shop.log") :]
    regex = re.search(r"-e (slow='.*?')", shown)[1].replace("'", "")
    shown = shown[shown.index("```\n") + 4 :]
    out = output(capsys, "analyze-logs", "examples/shop.log", "-e", regex, "--show", "1")
    assert shown[: shown.index("\n```")].splitlines() == out.splitlines()


def test_the_vault_of_the_examples(capsys, monkeypatch, tmp_path):
    """It is as its page shows it, and opens with the passphrase that README gives."""
    monkeypatch.chdir(ROOT)
    shown = VAULT[VAULT.index("`cotool vault inspect examples/welcome") :]
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
    """The columns of CSV are those that the page lists."""
    out = output(capsys, "consensus", str(ROOT / "examples" / "labels.csv"), "--format", "csv")
    assert f"`{out.splitlines()[0]}`" in CONSENSUS


def test_links_lead_somewhere():
    """Every relative link of README and of the pages names a file, and a heading of it."""
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        text = page.read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if target.startswith(("http:", "https:")):
                continue
            name, _, anchor = target.partition("#")
            file = page.parent / name if name else page
            assert file.exists(), (page.name, target)
            if anchor and file.suffix == ".md":
                headings = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
                slugs = {re.sub(r"[^a-z0-9 -]", "", h.lower()).replace(" ", "-") for h in headings}
                assert anchor in slugs, (page.name, target)


def test_templates_in_readme_are_those_of_the_example(capsys, monkeypatch):
    """The template that README shows is one of the example's."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(ROOT)
    out = output(capsys, "analyze-logs", "examples/shop.log", "--templates", "table")
    shown = README[README.index("256  49 %") :]
    assert shown[: shown.index("\n```")] in out
