"""Files whose records are not what they seem: turns of a chat, people with numbered answers."""

from __future__ import annotations

import json

import pytest

from cotool.cli.app import main
from cotool.consensus.read.readers import read_questions


def _run(tmp_path, capsys, name, text):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    code = main(["consensus", str(path), "--format", "jsonl"])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.parametrize(("role", "said"), [("role", "content"), ("from", "value")])
@pytest.mark.parametrize("as_lines", [True, False])
def test_turns_of_a_chat(tmp_path, capsys, role, said, as_lines):
    """A user who asks is not an expert."""
    turns = [
        {role: "human" if role == "from" else "user", said: "Which is the longest river?"},
        {role: "assistant", said: "The Nile."},
    ]
    text = "\n".join(map(json.dumps, turns)) if as_lines else json.dumps(turns)
    code, out, err = _run(tmp_path, capsys, "turns.json", text)
    assert code == 2
    assert not out
    assert "turns of a chat" in err
    assert "--expert-key" in err


@pytest.mark.parametrize("people", ["Last name", "Email address", "Surname"])
def test_people_with_numbered_answers(tmp_path, capsys, people):
    """Numbered answers of people may be a test's questions, so the file is refused."""
    rows = "".join(f"p{i}@example.org,{'Oslo' if i % 2 else 'Rome'},True\n" for i in range(6))
    code, out, err = _run(tmp_path, capsys, "quiz.csv", f"{people},Response 1,Response 2\n{rows}")
    assert code == 2
    assert not out
    assert "--question-columns 'Response 1,Response 2'" in err


def test_id_of_each_annotation(tmp_path, capsys):
    """An ID that is new in every record is not a question where another column recurs."""
    rows = "".join(
        f"a{k:03d},https://example.org/{k % 4}.jpg,{'owl' if k % 3 else 'hen'},p{k // 4}\n"
        for k in range(12)
    )
    header = "ID,Labeled Data,Label,Created By\n"
    code, out, _ = _run(tmp_path, capsys, "labels.csv", header + rows)
    assert code == 0
    found = [json.loads(line) for line in out.splitlines()]
    assert [one["experts"] for one in found] == [["p0", "p1", "p2"]] * 4


def test_gold_that_differs_between_annotators(tmp_path, capsys):
    """What is called gold, but differs within an item, is what the annotators answered."""
    rows = "p1,Wet,w1,yes\np1,Wet,w2,yes\np1,Wet,w3,no\np2,Wet,w1,no\np2,Wet,w2,no\np2,Wet,w3,no\n"
    header = "pairID,premise,annotator,gold_label\n"
    code, out, _ = _run(tmp_path, capsys, "gold.csv", header + rows)
    assert code == 0
    found = [json.loads(line) for line in out.splitlines()]
    assert [one["experts"] for one in found] == [["w1", "w2", "w3"]] * 2
    assert [one["answer"] for one in found] == ["yes", "no"]


def test_answers_of_one_model_by_question(tmp_path, capsys):
    """Where a document names its model, the keys of its answers are the questions."""
    said = {"model": "gpt", "answers": {"q1": "Lima", "q2": "8"}}
    code, out, _ = _run(tmp_path, capsys, "gpt.json", json.dumps(said))
    assert code == 0
    found = [json.loads(line) for line in out.splitlines()]
    assert [(one["answer"], one["experts"]) for one in found] == [
        ("Lima", ["gpt"]),
        ("8", ["gpt"]),
    ]


@pytest.mark.parametrize("run", ["session_name", "model"])
def test_outputs_that_are_one_answer(tmp_path, capsys, run):
    """The only key of a run's outputs names the answer, not an expert."""
    rows = [
        {"example_id": item, run: name, "outputs": {"answer": said}}
        for item in ("e1", "e2")
        for name, said in (("exp-a", "4"), ("exp-b", "4"), ("exp-c", "5"))
    ]
    code, out, _ = _run(tmp_path, capsys, "runs.jsonl", "\n".join(map(json.dumps, rows)))
    assert code == 0
    found = [json.loads(line) for line in out.splitlines()]
    assert [one["experts"] for one in found] == [["exp-a", "exp-b", "exp-c"]] * 2
    assert [one["answer"] for one in found] == ["4", "4"]


def _agreed(out):
    found = [json.loads(line) for line in out.splitlines()]
    return [(one["answer"], one["agreement"], one["experts"]) for one in found]


@pytest.mark.parametrize("turn", ["turn", "round"])
def test_turns_within_a_question(tmp_path, capsys, turn):
    """Each turn of a question is a question of its own, not another answer of the model."""
    rows = (
        "1,1,a,Paris\n1,1,b,Paris\n1,2,a,Seine\n1,2,b,Seine\n2,1,a,4\n2,1,b,4\n2,2,a,8\n2,2,b,8\n"
    )
    header = f"question_id,{turn},model,answer\n"
    code, out, _ = _run(tmp_path, capsys, "turns.csv", header + rows)
    assert code == 0
    assert _agreed(out) == [(said, 1.0, ["a", "b"]) for said in ("Paris", "Seine", "4", "8")]


@pytest.mark.parametrize("rating", ["score", "rating"])
def test_ratings_by_criterion(tmp_path, capsys, rating):
    """What is rated is part of the question; the rating is the answer."""
    rows = "".join(
        f"{item},{rater},{criterion},{score}\n"
        for item, criterion, score in (
            ("s1", "coherence", 4),
            ("s1", "fluency", 2),
            ("s2", "coherence", 3),
            ("s2", "fluency", 5),
        )
        for rater in ("r1", "r2")
    )
    code, out, _ = _run(tmp_path, capsys, "rated.csv", f"item,rater,criterion,{rating}\n{rows}")
    assert code == 0
    assert _agreed(out) == [(said, 1.0, ["r1", "r2"]) for said in ("4", "2", "3", "5")]


def test_observations_with_numbered_records(tmp_path, capsys):
    """An id that numbers the records is not the item where observations recur."""
    rows = (
        "901,55,anna,Parus,leading\n902,55,ben,Parus,supporting\n903,55,cleo,Pica,maverick\n"
        "904,61,anna,Pica,leading\n905,61,ben,Pica,supporting\n906,61,dora,Corvus,maverick\n"
    )
    header = "id,observation_id,user_login,taxon_name,category\n"
    code, out, _ = _run(tmp_path, capsys, "seen.csv", header + rows)
    assert code == 0
    assert [(said, experts) for said, _, experts in _agreed(out)] == [
        ("Parus", ["anna", "ben", "cleo"]),
        ("Pica", ["anna", "ben", "dora"]),
    ]


def test_answers_by_name_are_those_of_people(tmp_path):
    """Under names that are no ids of questions, the answers are those of the people named."""
    path = tmp_path / "a.json"
    path.write_text('{"model": "judge", "responses": {"alice": "4", "bob": "5"}}')
    (question,) = read_questions([path])
    assert [answer.expert_name for answer in question.responses] == ["alice", "bob"]


def test_each_item_with_each_value_once(tmp_path, capsys):
    """A column that has the same values in every item names the experts, whatever it is called."""
    rows = "".join(
        f"i{i},{who},{(i * 7 + n) % 5}\n" for i in range(4) for n, who in enumerate("abc")
    )
    code, out, err = _run(tmp_path, capsys, "scores.csv", f"item,r,score\n{rows}")
    assert code == 2
    assert not out
    assert "--question-key item --expert-key r --content-key score" in err


@pytest.mark.parametrize(
    "text",
    [
        "item,votes_A,votes_B\ni1,3,2\ni2,0,4\ni3,1,1\n",
        "id,text,label_distribution.pos,label_distribution.neg\n1,one,0.7,0.3\n2,two,0.2,0.8\n",
    ],
)
def test_numbers_of_votes_are_no_answers(tmp_path, capsys, text):
    """Neither are they experts' answers, nor is the text beside them one."""
    code, out, err = _run(tmp_path, capsys, "tally.csv", text)
    assert code == 2
    assert not out
    assert "count the answers" in err


def test_what_raters_counted_is_an_answer(tmp_path, capsys):
    """Columns of counts by rater are experts."""
    text = "image,counts_rater1,counts_rater2\na.png,3,3\nb.png,4,5\nc.png,1,1\n"
    assert _run(tmp_path, capsys, "counts.csv", text)[0] == 0


@pytest.mark.parametrize("lists", [[["bug", "ui"], ["bug"], ["ui"]], [[0.3, 0.7]] * 3])
def test_lists_beside_a_text(tmp_path, capsys, lists):
    """Lists of labels, or of shares, may be the answers, and the text what they are about."""
    rows = [json.dumps({"id": n, "text": f"no {n}", "x": x}) for n, x in enumerate(lists)]
    code, out, err = _run(tmp_path, capsys, "tags.jsonl", "\n".join(rows))
    assert code == 2
    assert not out
    assert "lists or scores beside 'text' may be the answers: 'x'" in err
