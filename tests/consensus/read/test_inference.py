"""Which column is the item, the expert and the answer, from how values vary."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consensus.written import read, table
from cotool.consensus.read.infer import plan_of
from cotool.consensus.read.layout import Keys
from cotool.consensus.read.readers import read_questions
from cotool.consensus.read.sample import UnclearError

XY = {"u": "x", "v": "y"}
LONG = {
    "the task's text is not the answer": (
        table("text,worker,mood", "a b,u,x", "a b,v,y", "c d,u,x", "c d,v,x"),
        {"a b": XY, "c d": {"u": "x", "v": "x"}},
    ),
    "a known platform's prefixes": (
        table("INPUT:img\tOUTPUT:kind\tASSIGNMENT:worker_id\tGOLDEN:kind",
              "1.png\tx\tu\t", "1.png\ty\tv\t", "2.png\tx\tu\tx", "2.png\tx\tv\tx"),
        {"1.png": XY, "2.png": {"u": "x", "v": "x"}},
    ),
    "ids keep their text": (
        table("item_id,rater,label", "00501,u,1.10", "00501,v,1.1", "00502,u,2", "00502,v,2"),
        {"00501": {"u": "1.10", "v": "1.1"}, "00502": {"u": "2", "v": "2"}},
    ),
    "rows shorter than the header": (
        table("HITId,WorkerId,Input.text,Answer.mood,Approve,Reject", "1,u,a b,x", "1,v,a b,y"),
        {"a b": XY},
    ),
    "an item of two texts": (
        table("premise,hypothesis,annotator,label",
              "a,b,u,x", "a,b,v,y", "a,c,u,x", "a,c,v,x", "d,b,u,x", "d,b,v,y"),
        {"a\nb": XY, "a\nc": {"u": "x", "v": "x"}, "d\nb": XY},
    ),
    "other columns of the item": (
        table("unit,sentence,lang,coder,code_given,started_at", "1,a b,en,u,x,2024-01-01",
              "1,a b,en,v,y,2024-01-02", "2,c d,de,u,x,2024-01-03", "2,c d,de,v,x,2024-01-04"),
        {"a b": XY, "c d": {"u": "x", "v": "x"}},
    ),
    "a label per column": (
        table("id,text,rater,joy,anger", "1,a b,u,1,0", "1,a b,v,0,1", "2,c d,u,0,1",
              "2,c d,v,0,1"),
        {"a b": {"u": "joy", "v": "anger"}, "c d": {"u": "anger", "v": "anger"}},
    ),
    "radio buttons": (
        table("HITId,WorkerId,Input.t,Answer.m.x,Answer.m.y", "1,u,a b,true,false",
              "1,v,a b,false,true"),
        {"a b": XY},
    ),
    "row names without a name in the header": (
        table('"question","worker","answer"', '"1","q","u","x"', '"2","q","v","y"'), {"q": XY}
    ),
    "an index column and a repeated one": (
        table(",question,worker,answer,question", "0,q,u,x,q", "1,q,v,y,q"), {"q": XY}
    ),
    "Windows-1252": ("frage;bewerter;antwort\nWie groß?;u;x\nWie groß?;v;y\n".encode("cp1252"),
                     {"Wie groß?": XY}),
}  # fmt: skip
WIDE = {
    "names of models beside a gold answer": (
        table("question,answer,gpt-4o,claude", "q,x,x,y"), {"q": {"gpt-4o": "x", "claude": "y"}}
    ),
    "numbered labels": (
        table("id\tgold\tsentence1\tsentence2\tlabel1\tlabel2\tlabel3", "7\tx\ta\tb\tx\ty\tx",
              "8\tx\ta c\td\tx\t\t"),
        {"a\nb": {"label1": "x", "label2": "y", "label3": "x"}, "a c\nd": {"label1": "x"}},
    ),
    "unnamed experts by the values that they share": (
        table("item,ann,bob,cyd", "1,x,x,y", "2,y,y,y", "3,z,z,x", "4,x,y,x"),
        {"1": {"ann": "x", "bob": "x", "cyd": "y"}, "2": {"ann": "y", "bob": "y", "cyd": "y"},
         "3": {"ann": "z", "bob": "z", "cyd": "x"}, "4": {"ann": "x", "bob": "y", "cyd": "x"}},
    ),
    "a missing cell": (
        table("sentence,rater_1,rater_2", "a b,x,nan", "c d,x,y"),
        {"a b": {"rater_1": "x"}, "c d": {"rater_1": "x", "rater_2": "y"}},
    ),
    "members of an object": (
        json.dumps({"prompt": "q", "results": {"gpt": "x", "claude": "y"}}),
        {"q": {"gpt": "x", "claude": "y"}},
    ),
}  # fmt: skip
SURVEYS = {
    "a form's questions": (
        table("Timestamp,Email Address,Which day suits?", "1/2/2025 9:00:00,u@a.org,x",
              "1/2/2025 9:01:00,v@a.org,y"),
        {"Which day suits?": {"u@a.org": "x", "v@a.org": "y"}},
    ),
    "three header rows": (
        table("StartDate,ResponseId,Q1", "Start Date,Response ID,Which day?",
              '"{""ImportId"":""startDate""}","{""ImportId"":""_recordId""}","{""ImportId"":""QID1""}"',
              "2025-03-01,u,x", "2025-03-01,v,y"),
        {"Which day?": XY},
    ),
    "two header rows, and a question with options": (
        table("RespondentID,Which day?,Which fruit do you like?,", ",Response,apple,pear",
              "u,x,apple,", "v,y,,pear"),
        {"Which day?": XY, "Which fruit do you like?: apple": {"u": "apple"},
         "Which fruit do you like?: pear": {"v": "pear"}},
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"), [*LONG.values(), *WIDE.values(), *SURVEYS.values()],
    ids=[*LONG, *WIDE, *SURVEYS],
)  # fmt: skip
def test_layouts(text, expected):
    """Each layout is read without a flag."""
    assert read(text) == expected


UNCLEAR = {
    "aspects on one scale are no experts": (
        table("id,text,fluency,coherence", "1,a b,5,4", "2,c d,3,3", "3,e f,1,1", "4,g h,2,2"),
        "content=",
    ),
    "flags that may be several labels": (
        table("text,toxic,rude", "a b,1,1", "c d,0,0", "e f,1,0", "g h,0,0"), "expert_columns="
    ),
    "days or people": (table("Name,Monday,Tuesday", "u,yes,no", "v,no,yes"), "question_columns="),
    "two answers of one platform": (
        table("HITId,WorkerId,Answer.a,Answer.b", "1,u,x,y", "1,v,y,x"), "content="
    ),
    "an unknown key that varies": (
        table('{"zork": "q", "model": "u", "response": "x"}',
              '{"zork": "r", "model": "u", "response": "y"}'),
        "question=zork",
    ),
    "no names at all": (table("a,b,c", "1,2,3", "1,3,3", "2,2,3", "2,3,4"), "expert_columns="),
    "groups of columns": (
        table("id,model_a,model_b,response_a,response_b", "1,u,v,x,y", "2,u,w,x,x"),
        "expert_columns=",
    ),
    "an expert that answers nothing in particular twice": (
        table("worker,label", "u,x", "u,y", "v,y", "v,x"), "`question`"
    ),
    "a log": (
        table('{"time": "2024-01-01T00:00:00Z", "level": "info", "message": "x"}',
              '{"time": "2024-01-01T00:00:01Z", "level": "error", "message": "y"}'), "content="
    ),
    "a table of something else": (
        table("date,region,units", "2024-01-01,north,3", "2024-01-02,south,2"), "content=KEY"
    ),
    "options are no experts": (
        table("id,question,option_a,option_b,gold", "1,a?,x,y,A", "2,b?,u,v,B", "3,c?,p,q,A"),
        "content=KEY",
    ),
    "counts do not say who gave which answer": (
        table("item,yes,no,unsure", "a?,3,1,0", "b?,1,4,0", "c?,2,2,1"), "one row per vote"
    ),
    "tallies in objects": (
        '{"id": "a", "votes": {"x": 3, "y": 1}}\n{"id": "b", "votes": {"x": 1, "y": 4}}\n',
        "one row per vote",
    ),
    "a form per person": (
        table("record_id,form_timestamp,pain_today,sleep_quality",
              "1,2024-03-01 10:02:11,mild,good", "2,2024-03-01 11:40:09,hard,poor",
              "3,2024-03-02 09:12:44,mild,good", "4,2024-03-02 09:19:44,mild,good"),
        "question_columns=sleep_quality,pain_today",
    ),
    "only the numbered columns are suggested": (
        table("day,K1,K2,K3,mean", "a,2,5,8,5", "b,1,9,5,5", "c,8,1,3,4", "d,3,7,2,4"),
        "`expert_columns=K1,K2,K3`",
    ),
    "dates are answers where nothing else is": (
        table("event,historian,date", "a,u,1066-01-01", "a,v,1066-01-02", "b,u,1215-01-01",
              "b,v,1215-01-01"),
        "`question=event` `expert=historian` `content=date`",
    ),
    "a pair that was compared": (
        '{"prompt": "q", "chosen": "x", "rejected": "y"}', "expert_columns=chosen,rejected"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "parameter"), UNCLEAR.values(), ids=list(UNCLEAR))
def test_what_is_unclear_is_refused(text, parameter):
    """The error names what was seen, and the hint has the parameters that are missing."""
    with pytest.raises(UnclearError) as caught:
        read(text)
    assert parameter in str(caught.value.hint)


def test_flags_settle_what_is_unclear():
    """What the hints name is read."""
    text = table("id,text,fluency,coherence", "1,a b,5,4", "2,c d,3,3")
    assert read(text, keys=Keys(content="fluency"))["a b"] == {"stdin": "5"}
    text = table("Name,Monday,Tuesday", "u,yes,no", "v,no,yes")
    keys = Keys(question_columns=("Monday", "Tuesday"))
    assert read(text, keys=keys)["Tuesday"] == {"u": "no", "v": "yes"}


def test_a_system_prompt_is_no_expert():
    """What is the same in all records names nobody."""
    records = [{"system": "Be brief", "question": q, "response": "x"} for q in ("q", "r")]
    assert read("\n".join(map(json.dumps, records))) == {"q": {"stdin": "x"}, "r": {"stdin": "x"}}


def test_labels_of_one_annotator_are_one_answer():
    """Labels without a repetition are a set; a label that recurs is another person's."""
    one = [{"text": "a b", "labels": ["y", "x"]}, {"text": "c d", "labels": ["x"]}]
    assert read("\n".join(map(json.dumps, one))) == {
        "a b": {"stdin": "x, y"},
        "c d": {"stdin": "x"},
    }
    crowd = {"text": "a b", "labels": ["x", "y", "x"]}
    assert list(read(json.dumps(crowd))["a b"].values()) == ["x", "y", "x"]


def test_missing_answers_win_no_vote():
    """nan, None, N/A and null are not answers, and the question warns of them."""
    said = ["nan", "Lima", "None", "N/A", "null", "none of the above", "none"]
    text = "question,worker,answer\n" + "".join(f"q,w{i},{word}\n" for i, word in enumerate(said))
    (question,) = read_questions(["-"], stdin=io.BytesIO(text.encode()))
    kept = [answer.content for answer in question.responses if answer.content]
    assert kept == ["Lima", "none of the above", "none"]
    assert question.warnings == (
        "4 of 7 answers are missing ('nan', 'None', 'N/A', 'null') and do not count",
    )


@given(st.integers(2, 6), st.integers(2, 4), st.permutations(["item", "who", "said"]), st.randoms())
def test_the_order_of_columns_and_rows_does_not_matter(items, experts, order, random):
    """The same parts are found however a table is arranged."""
    rows = [
        {"item": f"t{i}", "who": f"w{e}", "said": random.choice("xyz")}
        for i in range(items)
        for e in range(experts)
    ]
    rows[0]["said"], rows[1]["said"] = "x", "y"
    random.shuffle(rows)
    called = {"item": "task", "who": "worker", "said": "mood"}
    table_rows = [{called[key]: row[key] for key in order} for row in rows]
    keys = plan_of(table_rows, name="f").keys
    assert (keys.question, keys.expert, keys.content) == ("task", "worker", "mood")


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["question", "text", "id", "model", "answer", "x", "y.z", "time"]),
            st.none() | st.booleans() | st.integers() | st.text(max_size=4)
            | st.lists(st.text(max_size=2), max_size=2)
            | st.dictionaries(st.sampled_from(["a", "text"]), st.text(max_size=2), max_size=2),
            max_size=6,
        ),
        max_size=8,
    )
)  # fmt: skip
def test_any_records_are_planned_or_refused(rows):
    """No records make the inference fail, and a plan reads each of them."""
    try:
        plan = plan_of(rows, name="f")
    except UnclearError:
        return
    for row in rows:
        assert all(isinstance(record, dict) for _, record in plan.records(row, "f"))


DOCUMENTS = {
    "experts, then ids": ({"gpt-4": {"q1": "x", "q2": "x"}, "claude": {"q1": "y", "q2": "x"}},
                          {"q1": {"gpt-4": "x", "claude": "y"},
                           "q2": {"gpt-4": "x", "claude": "x"}}),
    "ids, then experts": ({"q1": {"u": "x", "v": "y"}, "q2": {"u": "x", "v": "x"}},
                          {"q1": XY, "q2": {"u": "x", "v": "x"}}),
    "ids, then lists": ({"q1": [{"model": "u", "answer": "x"}, {"model": "v", "answer": "y"}],
                         "q2": [{"model": "u", "answer": "x"}]}, {"q1": XY, "q2": {"u": "x"}}),
    "a list of lists with a header": ([["question", "model", "answer"], ["q", "u", "x"],
                                       ["q", "v", "y"]], {"q": XY}),
    "columns": ({"question": ["q", "q"], "model": ["u", "v"], "answer": ["x", "y"]}, {"q": XY}),
    "rows by columns": ({"columns": ["prompt", "model", "completion"],
                         "data": [["q", "u", "x"], ["q", "v", "y"]]}, {"q": XY}),
    "a model for all": ({"model": "u", "results": [{"question": "q", "answer": "x"}]},
                        {"q": {"u": "x"}}),
    "votes": ({"proposal": "q", "votes": [{"voter": "u", "vote": "x"},
                                          {"voter": "v", "vote": "y"}]},
              {"q": XY}),
}  # fmt: skip


@pytest.mark.parametrize(("document", "expected"), DOCUMENTS.values(), ids=list(DOCUMENTS))
def test_documents_of_records(document, expected):
    """Documents are opened into the records in them."""
    assert read(json.dumps(document)) == expected
