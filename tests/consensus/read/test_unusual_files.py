"""Files that people have beside those of tools: maps, surveys with a program's columns, tables."""

from __future__ import annotations

import io
import json

import pytest

from consensus.written import read, table
from cotool import find_consensus_batch
from cotool.consensus.read.as_written import are_written
from cotool.consensus.read.columns import Column
from cotool.consensus.read.missing_codes import codes_of_missing
from cotool.consensus.read.readers import read_questions
from cotool.errors import InputError
from cotool.text import named

AB = {"a": "x", "b": "y"}
ROWS = ("p,a,x", "p,b,y", "q,a,x", "q,b,y")
ITEMS = {"p": AB, "q": AB}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"Is it 4?": AB, "Is it 5?": AB}, {"Is it 4?": AB, "Is it 5?": AB}),
        (
            {"sum": {"gpt-5": "4", "claude": "5"}, "root": {"gpt-5": "2", "claude": "2"}},
            {"sum": {"gpt-5": "4", "claude": "5"}, "root": {"gpt-5": "2", "claude": "2"}},
        ),
        ({"gpt-5": ["x", "y"], "claude": ["x", "x"]},
         {"1": {"gpt-5": "x", "claude": "x"}, "2": {"gpt-5": "y", "claude": "x"}}),
        ({"Why?": "x", "How?": "y"}, {"Why?": {"stdin": "x"}, "How?": {"stdin": "y"}}),
        ({"a": {"Why?": "x", "How?": "x"}, "b": {"Why?": "y", "How?": "y"}},
         {"Why?": AB, "How?": AB}),
    ],
)  # fmt: skip
def test_questions_and_experts_as_keys(document, expected):
    """Objects by question and expert, either one outside, are never one question."""
    assert read(json.dumps(document)) == expected


@pytest.mark.parametrize(
    ("lines", "asked"),
    [
        (("id,submitdate,lastpage,startlanguage,seed,Is it good?,Is it new?",
          "1,2026-01-02 10:00:00,3,en,77,yes,no", "2,2026-01-02 11:00:00,3,de,12,no,no"),
         {"Is it good?", "Is it new?"}),
        (("#,Is it good?,Is it new?,IPAddress,Progress", "k1,yes,no,10.0.0.1,100",
          "k2,no,no,10.0.0.2,100"), {"Is it good?", "Is it new?"}),
        (("participant,gender,Is it good?,Is it new?", "p1,f,yes,no", "p2,f,no,no", "p3,m,no,no"),
         {"gender", "Is it good?", "Is it new?"} - {"gender"}),
        (("respondent,Q1,Q2,Q3", "r1,1,3,5", "r2,1,3,4", "r3,2,3,5"), {"Q1", "Q2", "Q3"}),
    ],
)  # fmt: skip
def test_what_a_survey_program_records_is_no_question(lines, asked):
    """Columns of a program beside those that ask are left out; each person answers them all."""
    found = read(table(*lines))
    assert found.keys() == asked
    assert all(len(answers) == len(lines) - 1 for answers in found.values())


def test_codes_of_a_survey_are_no_people():
    """A101 and A102 are questions, never two experts who agree."""
    with pytest.raises(InputError):
        read(table("CASE,A101,A102", "1,2,4", "2,2,5", "3,3,4"))


@pytest.mark.parametrize(
    "text",
    [
        table("sep=;", "item;rater;label", *(row.replace(",", ";") for row in ROWS)),
        table("item,rater,label", *ROWS[:2], "item,rater,label", *ROWS[2:]),
        table("| item | rater | label |", "|:---|:---:|---|",
              *("| " + row.replace(",", " | ") + " |" for row in ROWS)),
    ],
)  # fmt: skip
def test_lines_of_a_table_that_are_no_rows(text):
    """The delimiter's line, a repeated header and the rule under a header are not answers."""
    found = read(text)
    stripped = {
        item.strip(): {name.strip(): said.strip() for name, said in answers.items()}
        for item, answers in found.items()
    }
    assert stripped == ITEMS


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (table("question,model,answer", "Столица?,a,Лима").encode("cp1251"), "neither UTF-8"),
        (table("question,model,answer", "首都は,a,東京").encode("shift_jis"), "neither UTF-8"),
        (b"question,model,answer\rq,a,x\rq,b,x\r", "CR alone"),
        (b"question text one\nq a x\nq b x y\n", "neither JSON nor the header"),
        (json.dumps([["p", "a", "x"], ["p", "b", "y"], ["q", "a", "x"], ["q", "b", "y"]]).encode(),
         "without a header"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said(data, message):
    """Other encodings, old line ends and headerless rows end in an error that names them."""
    with pytest.raises(InputError, match=message):
        read(data)


def test_lists_of_votes_are_no_rows():
    """Lists whose places share values are the answers to one question each."""
    found = list(
        read_questions(["-"], stdin=io.BytesIO(b'[["A","A","B"],["C","C","C"],["A","B","B"]]'))
    )
    assert [len(question.responses) for question in found] == [3, 3, 3]


def test_western_text_is_windows_1252():
    """A few letters beyond ASCII in a row do not make a text Cyrillic."""
    text = table("question,model,answer", "œuvre créée,a,«Éé»", "œuvre créée,b,naïf")
    found = read(text.encode("cp1252"), on_warning=lambda _: None)
    assert found == {"œuvre créée": {"a": "«Éé»", "b": "naïf"}}


@pytest.mark.parametrize(
    "header",
    [
        "вопрос,эксперт,ответ",
        "質問,回答者,回答",
        "题目,标注者,答案",
        "질문,평가자,답변",
        "प्रश्न,विशेषज्ञ,उत्तर",
    ],
)
def test_headers_in_other_scripts(header):
    """The usual names of columns are known in the languages in which answers are."""
    assert read(table(header, *ROWS)) == ITEMS


def test_unknown_confidence_may_be_written():
    """A confidence of N/A is one that is not known."""
    text = table("question,model,answer,confidence", "p,a,x,0.9", "p,b,y,N/A")
    (question,) = read_questions(["-"], stdin=io.BytesIO(text.encode()))
    assert [answer.confidence for answer in question.responses] == [0.9, None]


def test_an_adjudicated_column_is_no_expert():
    """What the experts settled on later is left out."""
    found = read(table("PMID,AB,CD,consensus", "1,include,include,include",
                       "2,exclude,include,exclude", "3,exclude,exclude,exclude",
                       "4,include,include,include"))  # fmt: skip
    assert all(answers.keys() == {"AB", "CD"} for answers in found.values())


@pytest.mark.parametrize(
    ("lines", "parts"),
    [
        (("tid,wid,lab", "t1,w1,x", "t1,w2,x", "t2,w1,y", "t2,w2,x"),
         {"question": "tid", "expert": "wid", "content": "lab"}),
        (("ID,Q1,Q2", "1,x,u", "2,x,v", "3,y,u"), {"question_columns": "Q1,Q2"}),
    ],
)  # fmt: skip
def test_the_hint_would_read_the_file(lines, parts):
    """The parameters of a hint are those under which the file is read as it is meant."""
    with pytest.raises(InputError) as error:
        read(table(*lines))
    assert named(**parts) in error.value.hint


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("question,model,answer", "q1,a,None", "q1,b,None", "q2,a,Both", "q2,b,None"),
         {"q1": {"a": "none", "b": "none"}, "q2": {"a": "Both", "b": "none"}}),
        (("question,model,answer", "q1,a,None", "q1,b,Rome", "q2,a,Paris", "q2,b,Oslo"),
         {"q1": {"a": "", "b": "Rome"}, "q2": {"a": "Paris", "b": "Oslo"}}),
        (("text,rater_1,rater_2", "one,mild,None", "two,None,None", "six,severe,mild"),
         {"one": {"rater_1": "mild", "rater_2": "none"},
          "two": {"rater_1": "none", "rater_2": "none"},
          "six": {"rater_1": "severe", "rater_2": "mild"}}),
    ],
)  # fmt: skip
def test_none_is_an_option_where_others_show_it(lines, expected):
    """None is an answer beside "both" or "mild", and is Python's None elsewhere."""
    assert read(table(*lines)) == expected


LONG = ("question,worker,answer", *ROWS)


@pytest.mark.parametrize(
    "lines",
    [
        ("Results of the second round,,", "exported by a tool,,", *LONG),
        ("Results of the second round", "", *LONG),
        ("# exported on Monday", "# by: a, b", *LONG),
        LONG,
    ],
)
def test_titles_and_comments_before_a_header(lines):
    """Lines above the header that fill one cell, or are comments, are not the header."""
    assert read(table(*lines)) == ITEMS


def test_a_header_may_begin_with_a_number_sign():
    """The name of the first column may be "#"."""
    lines = ("#,question,worker,answer", "1,p,a,x", "2,p,b,y", "3,q,a,x", "4,q,b,y")
    assert read(table(*lines)) == ITEMS


def test_a_row_of_totals_is_no_item():
    """A last row of totals is left out with a warning; one of answers is kept."""
    warnings = []
    rows = ("item,rater 1,rater 2", "p,4,5", "q,3,3", "r,2,2")
    assert "Total" not in read(table(*rows, "Total,9,10"), on_warning=warnings.append)
    assert "is a row of totals ('Total')" in warnings[0]
    assert len(read(table(*rows, "Total,high,low"))) == 4


def test_a_number_of_the_record_is_no_question():
    """Where each record has an id of its own and the questions recur, the text is the question."""
    rows = ("record_id,app,input,output", "r1,x,p,a", "r2,y,p,a", "r3,x,q,b", "r4,y,q,c")
    assert {text: len(answers) for text, answers in read(table(*rows)).items()} == {"p": 2, "q": 2}


def test_confidence_on_another_scale():
    """A column of confidences from 1 to 5 is metadata, not an error."""
    rows = ("item,rater,label,confidence", "p,a,x,4", "p,b,y,3", "q,a,x,5", "q,b,y,2")
    assert read(table(*rows)) == ITEMS


def test_an_id_beside_a_role_is_the_questions():
    """Only the id of a message as an API returns it is the response's own."""
    assert read(table("id,role,text", "1,assistant,Paris", "2,assistant,Lima")) == {
        "1": {"stdin": "Paris"}, "2": {"stdin": "Lima"}
    }  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (("item,label,count", "p,x,3", "p,y,2", "q,x,0", "q,y,5"), "count the answers"),
        (("Frage,Antwort,Anzahl", "p,ja,3", "p,nein,2", "q,ja,1", "q,nein,5"), "count the answers"),
        (("sample,lab,result,unit", "p,a,5,mg", "p,b,5200,µg", "q,a,3,mg", "q,b,3100,µg"),
         "several units"),
        (("url,annotator,is_spam,is_ad", "p,a,TRUE,FALSE", "p,b,TRUE,TRUE", "q,a,FALSE,FALSE",
          "q,b,FALSE,TRUE"), "several columns"),
        (("Question,A1,A2,A3,B1,B2,B3", "Is it p?,x,y,x,u,v,u", "Is it q?,y,y,x,v,v,u",
          "Is it r?,x,x,x,u,u,u", "Is it s?,x,y,y,v,u,v"), "several groups"),
    ],
)  # fmt: skip
def test_columns_that_change_what_others_say(lines, message):
    """Counts of answers, units of numbers and further answers are not passed over."""
    with pytest.raises(InputError, match=message):
        read(table(*lines))


@pytest.mark.parametrize(
    "scores",
    [
        {"soft_label": [0.2, 0.8]}, {"labels": {"joy": 1, "fear": 0}}, {"labels": {"joy": 1}},
        {"scores": {"joy": 0.3, "fear": 0.6}}, {"answers": {"joy": 0.25, "fear": 0.75}},
    ],
)  # fmt: skip
def test_scores_of_labels_are_no_answers(scores):
    """Numbers that belong to labels are neither votes nor experts' answers, nor passed over."""
    rows = [json.dumps({"id": i, "text": f"text {i}", **scores}) for i in range(4)]
    with pytest.raises(InputError, match=r"shares|scores"):
        read(table(*rows))


@pytest.mark.parametrize(
    ("scores", "code"),
    [
        ("4 5 -99 2 3 2 1 1", "-99"), ("4 5 999 2 3 2 1 1", "999"), ("0 3 -9 2 3 2 1 1", "-9"),
        ("20 30 -9 25 40 22 28 21", ""), ("120 310 999 50 80 90 700 8", ""),
        ("-4 5 -99 2 3 2 1 1", ""),
    ],
)  # fmt: skip
def test_codes_of_missing_answers(scores, code):
    """A number such as -99, below or far above all ratings, means that there is no answer."""
    scores = scores.split()
    rows = [f"i{place // 2},{'ab'[place % 2]},{score}" for place, score in enumerate(scores)]
    found = read(table("item,rater,score", *rows))
    given = [score for answers in found.values() for score in answers.values() if score]
    assert given == [score for score in scores if score != code]


@pytest.mark.parametrize(
    ("usual", "codes"),
    [
        ([*range(31)] * 2, ["77", "99"]),
        ([*range(1, 6)] * 9, ["8", "9"]),
        ([1, 2] * 25, ["7", "9"]),
        ([*range(1, 11)] * 5, ["-1", "-2"]),
        ([*range(0, 101, 5)] * 3, ["998", "999"]),
        ([*range(-25, 36)] * 2, ["-999"]),
        ([*range(1, 10)] * 5, []),
        ([-2, -1, 1, 2] * 10, []),
        ([0, 1, 2, 3, 4, 5, 6, 8, 9] * 5, []),
        ([*range(-9, 13)] * 3, []),
        ([*range(50, 100)] * 2, []),
    ],
)
def test_codes_beside_scales(usual, codes):
    """Codes of surveys are told from answers by their distance; ratings and temperatures stay."""
    values = [*map(str, usual), *codes, *codes]
    assert codes_of_missing([Column("x", list(values))]) == set(codes)


def test_what_most_say_is_no_code():
    """999 is an answer where the experts agree on it."""
    values = [*["2", "3", "4", "5"] * 6, "999", "999", "999"]
    items = [values[place : place + 3] for place in range(0, len(values), 3)]
    assert not codes_of_missing([Column("x", list(values))], items)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ("1.0.0 1.1 1.10 2.0.0-rc1", True), ("v1.1 v1.10", True), ("3.9-slim 3.10 3.1", True),
        ("99213 0001F G0008", True), ("1E5 BA00 5A11 100000", True), ("1e5 2e5 100000", False),
        ("5kg 6kg 7", False), ("1st 2nd 3", False), ("1.1 1.10 2.5", False),
        ("1.200 3.400 1.200.000", False),
    ],
)  # fmt: skip
def test_codes_and_versions(values, expected):
    """Codes and versions are told from amounts, dates and decimals."""
    assert are_written([Column("x", values.split() * 3)]) is expected


@pytest.mark.parametrize(
    "answers",
    ["1.10 1.1 2.0.0 2.0.0", "1E5 100000 B20 E11.9", "Yes Don't_know Don't_know No No Yes"],
)
def test_answers_compared_as_they_are_written(answers):
    """The column shows that numbers are codes or versions, and "Don't know" one of the options."""
    answers = [answer.replace("_", " ") for answer in answers.split()]
    rows = [f"i{n // 2},{'ab'[n % 2]},{answer}" for n, answer in enumerate(answers)]
    path = io.BytesIO(table("item,coder,label", *rows).encode())
    found = [one.answers for one in find_consensus_batch(read_questions(["-"], stdin=path))]
    assert [answer for one in found for answer in one] == answers
    survey = [f"p{n},{answer},x" for n, answer in enumerate(answers)]
    path = io.BytesIO(table("Name,Which one is it?,Is it new?", *survey).encode())
    found = [one.answers for one in find_consensus_batch(read_questions(["-"], stdin=path))]
    assert found[0] == tuple(answers)


def test_labels_of_which_a_record_has_several():
    """Columns of labels that are true: several are a set, none is no answer."""
    rows = ("p,a,1,0,0", "p,b,1,0,0", "q,a,0,1,1", "q,b,0,1,0", "r,a,0,0,0", "r,b,0,0,1")
    found = read(table("text,rater,joy,anger,fear", *rows))
    assert found == {
        "p": {"a": "joy", "b": "joy"}, "q": {"a": "anger, fear", "b": "anger"},
        "r": {"a": "", "b": "fear"},
    }  # fmt: skip


def test_columns_between_models():
    """A model of an unknown family is an expert beside others; a remark is none."""
    rows = ("1+1?,2,2,3,8,good", "2+2?,4,5,4,8,fine", "3+3?,6,6,7,9,-")
    found = read(table("question,GPT-3,UnifiedQA,claude,human_baseline,Bemerkung", *rows))
    assert {*found["1+1?"]} == {"GPT-3", "UnifiedQA", "claude", "human_baseline"}


def test_experts_with_their_answers_by_question():
    """A list of experts, each with an object of questions."""
    for form in (str, lambda answer: {"answer": answer, "why": "so"}):
        experts = [
            {"name": n, "answers": {"Why?": form(a), "How?": form("x")}} for n, a in AB.items()
        ]
        found = read(json.dumps({"experts": experts}))
        assert found == {"Why?": AB, "How?": {"a": "x", "b": "x"}}


@pytest.mark.parametrize(
    "message",
    [
        {"content": [{"type": "tool_use", "id": "t", "name": "f", "input": {"answer": "x"}}]},
        {"content": None, "tool_calls": [{"function": {"arguments": '{"answer": "x"}'}}]},
    ],
)
def test_an_answer_passed_to_a_function(message):
    """What a model passes to the one function that it calls is its answer."""
    rows = [json.dumps({"question": "Why?", "model": name, **message}) for name in "ab"]
    assert read(table(*rows)) == {"Why?": dict.fromkeys("ab", '{"answer": "x"}')}


def test_questions_beside_their_answers():
    """Question 1 and Answer 1 of Blackboard are a question and its answers."""
    header = "Username,Question 1,Answer 1,Possible Points 1,Question 2,Answer 2,Possible Points 2"
    found = read(table(header, "a,Why?,x,1,How?,z,1", "b,Why?,y,1,How?,z,1"))
    assert found == {"Why?": AB, "How?": {"a": "z", "b": "z"}}


@pytest.mark.parametrize(
    ("header", "rows", "hint"),
    [
        ("name,who,country", "p,a,US p,b,US q,a,DE q,b,FR", {"question": "name", "expert": "who"}),
        ("tweet,who,target", "p,a,x p,b,x q,a,y q,b,x", {"question": "tweet", "expert": "who"}),
        ("worker,item_1,item_2", "w1,cat,dog w2,cat,cat", {"question_columns": "item_1,item_2"}),
        ("record_id,colour,tea", "1,blu,y 2,blu,n 3,red,y", {"question_columns": "colour,tea"}),
    ],
)
def test_hints_name_all_parts(header, rows, hint):
    """What the names tell is in the hint, the expert too."""
    with pytest.raises(InputError) as error:
        read(table(header, *rows.split()))
    for part, column in hint.items():
        assert named(**{part: column}).strip("`") in str(error.value.hint)
