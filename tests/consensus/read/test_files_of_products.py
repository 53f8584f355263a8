"""Files as products write them: read as they mean it, or refused with the options that decide."""

from __future__ import annotations

import json
import math

import pytest

from cotool import find_consensus
from cotool.consensus.read.readers import read_questions
from cotool.errors import InputError


@pytest.fixture
def read(tmp_path):
    """Return {question or id: {expert: answer}} of files, by name and text."""

    def of(**files):
        paths = []
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/").replace("_", ".")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
            paths.append(path)
        return {
            question.text or question.id: {r.expert_name: r.content for r in question.responses}
            for question in read_questions(paths)
        }

    return of


ANSWERS = {"q1": {"u": "A", "v": "B"}, "q2": {"u": "C", "v": "C"}}
BY_EXPERT = {
    "results beside a figure": {
        "u": {"accuracy": 0.5, "results": {"q1": {"pred": "A"}, "q2": {"pred": "C"}}},
        "v": {"accuracy": 0.1, "results": {"q1": {"pred": "B"}, "q2": {"pred": "C"}}},
    },
    "lists of records": {
        "u": [{"id": "q1", "answer": "A"}, {"id": "q2", "answer": "C"}],
        "v": [{"id": "q1", "answer": "B"}, {"id": "q2", "answer": "C"}],
    },
    "a list of experts": {
        "benchmark": "quiz",
        "models": [
            {"name": "u", "answers": [{"id": "q1", "answer": "A"}, {"id": "q2", "answer": "C"}]},
            {"name": "v", "answers": [{"id": "q1", "answer": "B"}, {"id": "q2", "answer": "C"}]},
        ],
    },
}


@pytest.mark.parametrize("document", BY_EXPERT.values(), ids=BY_EXPERT)
def test_answers_by_expert_beside_other_values(read, document):
    """What a document says of each expert beside the answers is no answer."""
    assert read(a_json=document) == ANSWERS


THREADS = {
    "Stack Exchange": {
        "items": [
            {"title": "Port?", "answers": [{"owner": {"display_name": "u"}, "body": "443"}]}
        ],
        "quota_max": 3,
    },
    "Hacker News": {"title": "Port?", "children": [{"author": "u", "text": "443"}]},
    "GitHub": {
        "data": {"repository": {"issue": {"title": "Port?", "comments": {
            "nodes": [{"author": {"login": "u"}, "body": "443"}]}}}}
    },
    "Open WebUI": [{"chat": {"history": {"messages": {
        "1": {"id": "1", "parentId": None, "role": "user", "content": "Port?"},
        "2": {"id": "2", "parentId": "1", "role": "assistant", "content": "443", "model": "u"},
    }}}}],
}  # fmt: skip


@pytest.mark.parametrize("document", THREADS.values(), ids=THREADS)
def test_a_question_with_replies(read, document):
    """A thread is a question, and its replies are the answers."""
    assert read(a_json=document) == {"Port?": {"u": "443"}}


def test_folders_name_experts_whose_files_have_one_name(read):
    """And a text in pieces is one answer."""
    pieces = {"text": "a b", "segments": [{"id": 0, "text": "a"}, {"id": 1, "text": "b"}]}
    found = read(u__clip_json=pieces, v__clip_json=pieces)
    assert list(found.values()) == [{"u": "a b", "v": "a b"}]
    assert list(read(u__clip_json=pieces).values()) == [{"clip": "a b"}]


REFUSED = {
    "two heading rows": (
        ",Judge A,,Judge B,\nWine,Nose,Palate,Nose,Palate\nR,7,8,6,8\nS,5,6,5,5\nT,9,9,8,9\n",
        "several groups of columns", "--expert|expert_columns",
    ),
    "dates are no experts": (
        ",Mon 3 June,Tue 4 June\nu,OK,\nv,OK,OK\nw,,OK\n", "no key or column is known", "",
    ),
    "each row of another expert": (
        "id,parent,author,text\n1,x,u,yes\n2,x,v,no\n3,x,w,yes\n", "of two experts", "parent",
    ),
    "a code that all have": (
        "Participant id,Completion code,n\nu,C1,0\nv,C1,0\nw,C1,0\n",
        "no key or column is known", "",
    ),
    "texts beside what was preferred": (
        "prompt,response1,response2,overall_preference\n"
        + "".join(f"p{i},a long text about {i},a second text on {i},{i - 1}\n" for i in range(3)),
        "could be the texts or what was preferred", "overall_preference",
    ),
    "one disagreement": (
        "record_id,entry,diagnosis,stage\n1,--1,x,2a\n1,--2,x,3a\n2,--1,y,1a\n2,--2,y,1a\n",
        "several columns could hold the answer", "",
    ),
    "YAML": ("- question: Where?\n  answers:\n    u: here\n", "is YAML", "yq -o=json"),
    "XML": ("<annotations><image id='0'/></annotations>\n", "is XML", "CSV or JSON"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "said", "hint"), REFUSED.values(), ids=REFUSED)
def test_refused(read, text, said, hint):
    """What cannot be read with certainty is refused, and the hint says what decides."""
    with pytest.raises(InputError, match=said) as caught:
        read(a_csv=text)
    assert any(part in str(caught.value.hint) for part in hint.split("|"))


def test_votes_counted_in_an_object(read):
    """Numbers of votes by label are no answers, nor is the label of most."""
    rows = [
        {"uid": i, "label_counter": {"e": 76, "n": 20 + i}, "majority_label": "e"} for i in range(3)
    ]
    with pytest.raises(InputError):
        read(a_jsonl="\n".join(map(json.dumps, rows)))


def test_numbers_far_apart():
    """Numbers whose steps are far below their distances are votes."""
    found = find_consensus(["6.022e23", "6.022 × 10^23", "6.022*10**23", "6.022e22"])
    assert math.isclose(found.agreement, 0.75)
