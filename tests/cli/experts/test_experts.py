"""Whole sessions of learning: `cotool consensus --store` and `cotool experts`."""

from __future__ import annotations

import csv
import json
import random
import re
from pathlib import Path

import pytest

from cotool.cli.experts.command import app

SKILLS = {"ann": 0.9, "bob": 0.6, "cat": 0.55, "dan": 0.5}
DOCUMENTED = (Path(__file__).parents[3] / "docs" / "experts.md").read_text(encoding="utf-8")


@pytest.fixture
def crowd(tmp_path, monkeypatch):
    """Labels of 120 questions, the right answers of 60 of them, and a place to work in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COTOOL_HOME", str(tmp_path / "home"))
    lot = random.Random(1)
    truth = {f"q{k}": lot.choice("ABCD") for k in range(120)}
    with Path("labels.csv").open("w", encoding="utf-8") as stream:
        stream.write("question,worker,answer\n")
        for name, right in truth.items():
            for expert, skill in SKILLS.items():
                said = right if lot.random() < skill else lot.choice("ABCD")
                stream.write(f"{name},{expert},{said}\n")
    rows = "".join(f"{name},{right}\n" for name, right in list(truth.items())[:60])
    Path("gold.csv").write_text("question,truth\n" + rows, encoding="utf-8")
    return truth


def answers(text):
    return {row["id"]: row for row in csv.DictReader(text.splitlines())}


def test_learning_from_a_file_of_right_answers(command, crowd):
    """Learn, use, list, judge one more, show, export, forget, import: a whole life."""
    done = command("consensus", "labels.csv", "--truth", "gold.csv", "--learn", "--store", "e.db",
                   "--format", "csv")  # fmt: skip
    assert done.code == 0
    assert "learned from 60 right answers and 120 questions by agreement: e.db" in done.err
    used = command("consensus", "labels.csv", "--store", "e.db", "--format", "csv")
    assert used.out == done.out
    rows = answers(used.out)
    assert {row["method"] for row in rows.values()} == {"learned"}
    right = sum(rows[name]["answer"] == truth for name, truth in list(crowd.items())[60:])
    assert right >= 50
    again = command("consensus", "labels.csv", "--truth", "gold.csv", "--learn", "--store", "e.db",
                    "--format", "csv")  # fmt: skip
    assert "learned from nothing new; 120 questions skipped: already learned" in again.err
    listed = command("experts", "list", "--store", "e.db")
    assert listed.out.split("\n")[1].startswith("ann ")
    assert "calibrated on 60" in listed.out
    assert "ask first: ann" in listed.out
    told = command("experts", "feedback", "q99", "--correct", crowd["q99"], "--store", "e.db")
    assert f"learned from 'q99': {crowd['q99']} is right" in told.err
    shown = json.loads(command("experts", "show", "ann", "--json", "--store", "e.db").out)
    assert shown["judgements"] == 61
    assert "61 judgements, 120 answers" in command("experts", "show", "ann", "--store", "e.db").out
    assert listed.out.split("\n")[1].split()[5:7] == ["60", "120"]
    command("consensus", "labels.csv", "--learn", "--store", "agreed.db")
    agreed = command("experts", "show", "ann", "--store", "agreed.db").out
    assert "0 judgements, 120 answers" in agreed
    assert command("experts", "export", "record.json", "--store", "e.db").code == 0
    refused = command("experts", "reset", "--all", "--store", "e.db")
    assert (refused.code, "use --yes" in refused.err) == (2, True)
    assert command("experts", "reset", "bob", "--yes", "--store", "e.db").code == 0
    assert command("experts", "show", "bob", "--store", "e.db").code == 2
    assert command("experts", "reset", "--all", "--yes", "--store", "e.db").code == 0
    assert "nothing was learned yet" in command("experts", "list", "--store", "e.db").err
    assert command("experts", "import", "record.json", "--store", "e.db").code == 0
    assert json.loads(command("experts", "show", "ann", "--json", "--store", "e.db").out) == shown
    merged = command("experts", "merge", "e.db", "record.json", "--store", "both.db")
    assert "2 stores merged into both.db: 4 experts, 120 new questions" in merged.err
    both = json.loads(command("experts", "show", "ann", "--json", "--store", "both.db").out)
    assert both == shown


def test_feedback_on_questions_that_were_answered(command, crowd):
    """A store is begun by --learn alone; without it, an emptied one remembers questions."""
    refused = command("consensus", "labels.csv", "--store", "typo/e.db")
    assert refused.code == 2
    assert "there is no store" in refused.err
    assert not Path("typo").exists()
    assert command("consensus", "labels.csv", "--learn", "--store", "e.db").code == 0
    assert command("experts", "reset", "--all", "--yes", "--store", "e.db").code == 0
    done = command("consensus", "labels.csv", "--store", "e.db", "--format", "jsonl")
    assert "nothing was learned yet; the questions are remembered" in done.err
    assert json.loads(done.out.splitlines()[0])["method"] == "vote"
    listed = command("experts", "questions", "--store", "e.db", "--limit", "2")
    assert [line.split()[0] for line in listed.out.splitlines()[1:]] == ["q119", "q118"]
    for k in range(6):
        assert command("experts", "feedback", f"q{k}", "-c", crowd[f"q{k}"], "--store", "e.db",
                       "-q").code == 0  # fmt: skip
    open_ones = command("experts", "questions", "--store", "e.db", "--unjudged", "--limit", "999",
                        "--json")  # fmt: skip
    assert len(json.loads(open_ones.out)["questions"]) == 114
    used = command("consensus", "labels.csv", "--store", "e.db", "--format", "jsonl")
    assert json.loads(used.out.splitlines()[-1])["judgements"] == 6
    assert "calibrated on 6 judged answers" in used.out


def test_a_store_that_is_set_for_good(command, crowd, monkeypatch):
    """COTOOL_STORE is used as --store is, and not where a method uses none."""
    monkeypatch.setenv("COTOOL_STORE", "own.db")
    assert "own.db" in command("consensus", "labels.csv", "--learn", "-f", "csv").err
    first = command("consensus", "labels.csv", "-f", "csv").out
    assert {row["method"] for row in answers(first).values()} == {"learned"}
    other = command("consensus", "labels.csv", "-m", "glad", "-f", "csv")
    assert {row["method"] for row in answers(other.out).values()} == {"glad"}
    done = command("consensus", "labels.csv", "--compare-methods", "--truth", "gold.csv")
    assert done.code == 0
    assert command("experts", "list").out.startswith("expert ")


def test_free_texts_go_to_the_best(command, tmp_path, monkeypatch):
    """--best and --score: the expert with the best record stands, and the table says why."""
    monkeypatch.chdir(tmp_path)
    texts = {"ann": "Take the train, it is faster.", "bob": "Buses are cheap and run all night."}
    rows = [
        {"question": f"How to get to town {k}?", "expert": name, "content": f"{text} {k}"}
        for k in range(6)
        for name, text in texts.items()
    ]
    Path("t.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    command("consensus", "t.jsonl", "--learn", "--store", "e.db", "-q")
    for k in range(3):
        name = f"How to get to town {k}?"
        assert "scores: bob 1, ann 0" in command(
            "experts", "feedback", name, "--best", "bob", "--store", "e.db"
        ).err  # fmt: skip
    command("experts", "feedback", "How to get to town 3?", "--score", "ann=0.2", "--store", "e.db")
    used = command("consensus", "t.jsonl", "--store", "e.db", "--json")
    assert {one["expert"] for one in json.loads(used.out)} == {"bob"}
    assert "expected to score" in used.out


def test_methods_side_by_side(command, crowd):
    """A table, and the same as data."""
    table = command("consensus", "labels.csv", "--compare-methods", "--truth", "gold.csv")
    assert table.code == 0
    assert re.search(r"correlated +0\.\d{4}", table.out)
    assert "60 questions with a known answer" in table.out
    assert re.search(r"cannot tell apart \(sign test, 5 %\): .*correlated", table.out, re.DOTALL)
    form = json.loads(
        command("consensus", "labels.csv", "--compare-methods", "--truth", "gold.csv", "--json").out
    )
    assert len(form["methods"]) == 7
    for key in (*form, *form["methods"][0]):
        assert f"`{key}`" in DOCUMENTED, key
    rows = command("consensus", "labels.csv", "--compare-methods", "--truth", "gold.csv", "-f",
                   "csv").out  # fmt: skip
    assert len(rows.splitlines()) == 8


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["consensus", "labels.csv", "--truth", "gold.csv"], "--truth has no effect alone"),
        (["consensus", "labels.csv", "--compare-methods"], "needs right answers"),
        (
            ["consensus", "labels.csv", "--learn", "--store", "e.db", "-m", "glad"],
            "--method glad does not use a store",
        ),
        (
            ["consensus", "labels.csv", "--learn", "--store", "e.db", "--half-life", "soon"],
            "--half-life: expected days such as 90d",
        ),
        (
            ["consensus", "labels.csv", "--learn", "--store", "e.db", "--truth", "labels.csv"],
            "labels.csv, line 3",
        ),
        (["consensus", "labels.csv", "--learn", "--store", "gold.csv"], "file is not a database"),
        (["experts", "list", "--store", "none.db"], "there is no store"),
        (["experts", "feedback", "q1", "--store", "none.db"], "no judgement is given"),
        (["experts", "feedback", "q1", "-s", "ann", "--store", "x.db"], "expected EXPERT=NUMBER"),
        (["experts", "feedback", "q1", "-s", "ann=7", "--store", "x.db"], "from 0 to 1"),
        (["experts", "import", "gold.csv", "--store", "e.db"], "is not JSON"),
        (["experts", "merge", "gold.csv", "--store", "e.db"], "is not JSON"),
        (["experts", "reset", "--store", "e.db"], "give the experts to forget"),
        (["experts", "list", "--store", "postgresql://me:pw@127.0.0.1:1/x"], "127.0.0.1:1/x"),
    ],
)
def test_wrong_words_are_told(command, crowd, arguments, told):
    """Exit code 2, what was wrong, and nothing is made."""
    before = sorted(path.name for path in Path().iterdir())
    done = command(*arguments)
    assert done.code == 2
    assert told in done.err
    assert ":pw@" not in done.err
    assert sorted(path.name for path in Path().iterdir()) == before


def test_the_documentation_says_what_there_is(command, crowd):
    """docs/experts.md names every command, option and key of JSON, and no other option."""
    options = set()
    for name in app.groups["experts"].commands:
        assert re.search(rf"`{name}\b", DOCUMENTED), name
        options |= set(
            re.findall(r"(?<![\w-])--[a-z][a-z-]+", command("experts", name, "--help").out)
        )
    assert options - set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", DOCUMENTED)) == {"--help"}
    known = options | set(
        re.findall(r"(?<![\w-])--[a-z][a-z-]+", command("consensus", "--help").out)
    )
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", DOCUMENTED)) - known == set()
    command("consensus", "labels.csv", "--truth", "gold.csv", "--learn", "--store", "e.db", "-q")
    form = json.loads(command("experts", "list", "--json", "--store", "e.db").out)
    for key in (*form, *form["experts"][0], *form["panel"]):
        assert f"`{key}`" in DOCUMENTED, key


def test_a_judged_question_has_the_right_answer(command, crowd):
    """What feedback said is the answer, whatever the votes; else each answer is known wrong."""
    command("consensus", "labels.csv", "--learn", "--store", "e.db", "-q")
    first = json.loads(
        command("consensus", "labels.csv", "--store", "e.db", "--format", "jsonl").out.split("\n")[
            0
        ]
    )
    lone = next(said for said in first["answers"] if said != first["answer"])
    command("experts", "feedback", "q0", "-c", lone, "--store", "e.db")
    command("experts", "feedback", "q1", "-c", "E", "--store", "e.db")
    done = command("consensus", "labels.csv", "--store", "e.db", "--format", "jsonl").out
    one, other, third = map(json.loads, done.splitlines()[:3])
    assert (one["answer"], one["confidence"]) == (lone, 1.0)
    assert one["insights"][0]["message"] == f"this question was judged: '{lone}' is right"
    assert other["confidence"] == 0.0
    assert other["insights"][0]["message"].endswith("'E' is right, and no expert gave it")
    assert "judged" not in {insight["kind"] for insight in third["insights"]}


@pytest.mark.parametrize(
    ("truth", "code", "said"),
    [
        ("question,truth\nq0,A\nqq,B\n", 0, "1 right answer in --truth match no question"),
        ("question,expert,score\nq0,ann,1\nq0,anne,1\n", 0, "1 score in --truth: the expert did"),
        ("question,truth\nqq,B\n", 2, "no question has a known right answer; the file has answers"),
        ("question,expert,score\nq0,anne,1\n", 2, "none of the scored experts answered"),
    ],
)
def test_right_answers_and_scores_that_match_nothing(command, crowd, truth, code, said):
    """Some of them are counted in a warning; if all of them are, nothing is learned."""
    Path("odd.csv").write_text(truth, encoding="utf-8")
    Path("few.csv").write_text("question,worker,answer\nq0,ann,A\nq0,bob,B\n", encoding="utf-8")
    done = command("consensus", "few.csv", "--truth", "odd.csv", "--learn", "--store", "e.db")
    assert (done.code, said in done.err) == (code, True)
    assert command("experts", "list", "--store", "e.db").code == code
