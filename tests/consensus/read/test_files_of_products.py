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


REFUSED |= {
    "people by aspects under merged headings": (
        ",Rater A,,Rater B,\nImage,Sharp,Clean,Sharp,Clean\n1,ok,no,ok,yes\n2,bad,yes,ok,no\n",
        "several groups of columns", "expert_columns",
    ),
    "a topic beside scores": (
        "question_id,task,model,score,category\n"
        + "".join(f"q{i},m,{m},{s},math\n" for i in range(3) for m, s in (("gpt", 1), ("o1", 0))),
        "several columns could hold the answer", "",
    ),
    "messages with their sender": (
        "conversationId,sender,text,model\nc,User,Where?,\nc,GPT,Lima,gpt\nc,GPT,Cusco,gpt\n",
        "turns of a chat", "",
    ),
    "people by dates": (
        "Poll,,\n,Mon 6,Tue 7\nu,OK,\nv,OK,OK\nw,,OK\n", "no key or column", "question_columns",
    ),
    "marks beside the answers of a quiz": (
        "FirstName,Pts,Stu1,Points1,Mark1,Stu2,Points2,Mark2\n" + "u,1,C,1,C,A,0,X\n"
        "v,1,C,1,C,A,0,X\nw,1,B,0,X,D,1,C\n", "columns are experts", "question_columns",
    ),
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


LONG = "id,rater,label\nq1,u,A\nq1,v,B\nq2,u,C\nq2,v,C\n"
SURVEY = {
    "Best colour?": {"respondent at line 3": "blue", "respondent at line 4": "red"},
    "Trust": {"respondent at line 3": "4", "respondent at line 4": "3"},
}
CELLS = [line.split(",") for line in LONG.splitlines()]
ROWS = [f"| {one:5} | {two:5} | {three:5} |" for one, two, three in CELLS]
EDGE = "+-------+-------+-------+"
DRAWN = [row.replace("|", "│") for row in ROWS]
TABLES = {
    "psql": [ROWS[0][1:-1], EDGE[1:-1], *(row[1:-1] for row in ROWS[1:]), "(4 rows)", ""],
    "MySQL": [EDGE, ROWS[0], EDGE, *ROWS[1:], EDGE, "4 rows in set (0.00 sec)"],
    "reStructuredText": [line for row in ROWS for line in (EDGE, row)] + [EDGE],
    "DuckDB": ["┌──┬──┬──┐", DRAWN[0], "├──┼──┼──┤", *DRAWN[1:], "└──┴──┴──┘"],
    "titles below codes": [
        "CASE,STARTED,AB01,AB02_01,TIME_SUM", "Number,Started,Best colour?,Trust,Seconds",
        "21,2024-05-01 09:00:00,blue,4,22", "22,2024-05-01 09:05:00,red,3,24",
    ],
    "a quiz with its questions": [
        "", "Points/2.00,Question 1,Response 1,Right answer 1,Question 2,Response 2,Right answer 2",
        "2.00,Best colour?,blue,blue,Trust,4,4", "1.00,Best colour?,red,blue,Trust,3,4",
    ],
    "decimal commas": [
        "id;rater;value", "q1;u;1,250", "q1;v;1,3", "q2;u;2.500", "q2;v;2.400,5",
    ],
}  # fmt: skip
ANSWERED = {
    "titles below codes": SURVEY,
    "a quiz with its questions": SURVEY,
    "decimal commas": {"q1": {"u": "1.250", "v": "1,3"}, "q2": {"u": "2500", "v": "2.400,5"}},
}


@pytest.mark.parametrize("name", TABLES)
def test_tables(read, name):
    """Tables are read as programs print and export them."""
    assert read(a_csv="\n".join(TABLES[name])) == ANSWERED.get(name, ANSWERS)


def test_text_below_a_table(read):
    """It is left out, and so nothing may follow that is another table."""
    lines = [ROWS[0], "|---|---|---|", *ROWS[1:], "", "That was all."]
    assert read(a_md="\n".join(lines)) == ANSWERS
    with pytest.raises(InputError, match="another table"):
        read(a_md="\n".join([*lines, "", "| a | b | c |"]))


REPLIES = {
    "Discord": {"guild": {"name": "g"}, "messages": [
        {"id": "1", "content": "Port?", "author": {"name": "w"}},
        {"id": "2", "content": "443", "author": {"name": "u"}, "reference": {"messageId": "1"}},
    ]},
    "Telegram": {"name": "g", "type": "group", "messages": [
        {"id": 1, "from": "w", "text": "Port?"},
        {"id": 2, "from": "u", "text": "443", "reply_to_message_id": 1},
    ]},
}  # fmt: skip


@pytest.mark.parametrize("document", REPLIES.values(), ids=REPLIES)
def test_replies_to_messages(read, document):
    """A message that replies to another answers it; the others ask."""
    assert read(a_json=document) == {"Port?": {"u": "443"}}


def test_a_file_of_questions_beside_files_of_answers(read):
    """What was asked is no answer, whatever its column is called."""
    asked = [{"id": "q1", "turns": ["Where?"]}, {"id": "q2", "turns": ["When?", "Sure?"]}]
    lines = "\n".join(map(json.dumps, asked))
    found = {"Where?": ANSWERS["q1"], "When?": ANSWERS["q2"]}
    assert read(a_jsonl=lines, b_csv=LONG) == found
    assert read(a_csv="id,question\nq1,Where?\nq2,When?\n", b_csv=LONG) == found
    pairs = "id,premise,hypothesis\nq1,A,B\nq2,C,D\n"
    assert read(a_csv=pairs, b_csv=LONG) == {"A\nB": ANSWERS["q1"], "C\nD": ANSWERS["q2"]}
    texts = "id,text,source\nq1,Where is it now?,web\nq2,When was it built?,web\n"
    labels = {"u_csv": "id,label\nq1,A\nq2,C\n", "v_csv": "id,label\nq1,B\nq2,C\n"}
    found = {"Where is it now?": ANSWERS["q1"], "When was it built?": ANSWERS["q2"]}
    assert read(a_csv=texts, **labels) == found
    with pytest.raises(InputError, match="no answers"):
        read(a_jsonl=lines, b_jsonl=lines)


def test_files_of_one_expert_each(read):
    """In several files with an item per row, the only other column is the answer."""
    assert read(u_csv="image,species\nq1,A\nq2,C\n", v_csv="image,species\nq1,B\nq2,C\n") == ANSWERS


def test_names_of_members_of_an_object(read):
    """The keys around a model's name are not part of it."""
    rows = [
        {"prompt": key, "results": {m: {"content": a, "tokens": 1} for m, a in answers.items()}}
        for key, answers in (
            ("1?", {"x/gpt-4": "A", "y/llama": "B"}),
            ("2?", {"x/gpt-4": "C", "y/llama": "C"}),
        )
    ]
    assert read(a_json=rows) == {
        row["prompt"]: {m: one["content"] for m, one in row["results"].items()} for row in rows
    }


def test_several_answers_of_an_expert(read):
    """Samples under an expert's name are an answer each, and Slack's threads ask and answer."""
    row = {
        "problem": "1+1?",
        "samples": [{"model": "u", "choices": [{"text": "2"}, {"text": "3"}]}],
    }
    assert read(a_jsonl=json.dumps(row)) == {"1+1?": {"u": "2", "u#2": "3"}}
    said = [("w", "Port?", "1.1"), ("u", "443", "1.2"), ("v", "80", "1.3")]
    slack = [
        {"type": "message", "user": user, "text": text, "ts": ts, "thread_ts": "1.1"}
        for user, text, ts in said
    ]
    assert read(a_json=slack) == {"Port?": {"u": "443", "v": "80"}}


def test_combined_numbers_with_decimal_commas():
    """How the numbers are written does not change what they are worth."""
    found = find_consensus(["1,25", "1,31", "1,28"], method="mean")
    assert (found.answer, round(found.value, 6)) == ("1.28", 1.28)
