"""Shapes that no tool's name gives away: what they are follows from their form and values."""

from __future__ import annotations

import json

import pytest

from cotool import find_consensus_batch
from cotool.cli.app import main
from cotool.consensus.read.readers import read_questions
from cotool.errors import InputError


@pytest.fixture
def read(tmp_path):
    """Write a text to a file, and read its questions as {question: {expert: answer}}."""

    def run(text, name="answers.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return {
            question.text or question.id: {r.expert_name: r.content for r in question.responses}
            for question in read_questions([path])
        }

    return run


def lines(*records):
    """Records as JSON lines."""
    return "\n".join(map(json.dumps, records)) + "\n"


def test_a_call_is_recognised_by_its_form(read):
    """A request and its reply may have any keys, and be JSON in the cells of a table."""
    asked = {"model": "m1", "messages": [{"role": "user", "content": "2+2?"}]}
    reply = {"choices": [{"message": {"role": "assistant", "content": "4"}}]}
    assert read(lines({"sent": asked, "got": reply}), "log.jsonl") == {"2+2?": {"m1": "4"}}
    cells = [json.dumps(cell).replace('"', '""') for cell in (asked, reply)]
    assert read('sent,got\n"{}","{}"\n'.format(*cells)) == {"2+2?": {"m1": "4"}}
    messages = {"role": "assistant", "content": [{"type": "text", "text": "4"}], "model": "m2"}
    assert read(lines({"q": asked["messages"], "prompt": asked["messages"], "a": messages})) == {
        "2+2?": {"m2": "4"}
    }


def test_a_message_may_be_the_question(read):
    """A column named like an answer is the question where items recur in it."""
    rows = [{"message": "2+2?", "text": t, "model": m} for m, t in (("a", "4"), ("b", "5"))]
    rows += [{"message": "3+3?", "text": t, "model": m} for m, t in (("a", "6"), ("b", "6"))]
    assert read(lines(*rows)) == {"2+2?": {"a": "4", "b": "5"}, "3+3?": {"a": "6", "b": "6"}}


@pytest.mark.parametrize("as_text", [True, False])
def test_lists_side_by_side(read, as_text):
    """A list of experts beside one of their labels, also where both are written as text."""
    names, labels = ["ann", "bob", "eve"], [["a", "a", "b"], ["b", "a", "b"]]
    rows = [
        {
            "text": f"text {place}",
            "annotators": ",".join(names) if as_text else names,
            "annotations": ",".join(label) if as_text else label,
        }
        for place, label in enumerate(labels)
    ]
    expected = {
        f"text {place}": dict(zip(names, label, strict=True)) for place, label in enumerate(labels)
    }
    assert read(lines(*rows)) == expected


def test_lists_of_one_item_and_of_other_lengths(read):
    """One label of one annotator is a list, too; a row of two labels and one annotator is bad."""
    rows = [
        {"text": "t1", "annotators": "ann,bob", "labels": "a,b"},
        {"text": "t2", "annotators": "ann,bob,eve", "labels": "b,b,a"},
        {"text": "t3", "annotators": "eve", "labels": "a"},
    ]
    assert read(lines(*rows))["t3"] == {"eve": "a"}
    rows[2]["labels"] = "a,b"
    with pytest.raises(InputError, match=r"line 3: .* are not two lists of the same length"):
        read(lines(*rows))


def test_the_lists_of_several_experts_are_joined(read):
    """A record per expert with all its samples belongs to the question of the others."""
    rows = [{"question": "q", "model": m, "responses": ["x", "y"]} for m in ("a", "b")]
    assert list(read(lines(*rows))["q"]) == ["a", "a#2", "b", "b#2"]


def test_a_list_of_scores_holds_no_responses(read):
    """{"name", "value"} objects are not the answer where a record has an output."""
    rows = [
        {"data": {"question": f"q{i}"}, "task": {"output": "x"}, "scores": [score]}
        for i, score in enumerate([{"name": "eq", "value": 1}] * 2)
    ]
    assert [list(said.values()) for said in read(lines(*rows)).values()] == [["x"], ["x"]]


def test_a_text_under_review_is_the_question(read):
    """Beside a mapping of labels, "text" is what was judged, and "task" the instruction."""
    rows = [
        {"text": f"text {i}", "task": "irony", "annotations": {"a": "1", "b": "0"}}
        for i in range(2)
    ]
    assert read(lines(*rows)) == {f"text {i}": {"a": "1", "b": "0"} for i in range(2)}


@pytest.mark.parametrize(
    "text",
    ["A1\titem1\t0\nA2\titem1\t1\nA1\titem2\t1\nA2\titem2\t1\n", "Q_71,C\nQ_72,B\nQ_73,C\n"],
)
def test_a_table_without_a_header_is_refused(read, text):
    """The first row would be lost, and its cells would name the columns."""
    with pytest.raises(InputError, match="has no header") as caught:
        read(text, "rows.tsv")
    assert "write the names of the columns above it" in caught.value.hint


def test_numbered_names_are_a_header(read):
    """Names with numbers are not a row if the cells below look different."""
    assert read("item,rater1,rater2\nx,1,2\ny,1,1\n") == {
        "x": {"rater1": "1", "rater2": "2"},
        "y": {"rater1": "1", "rater2": "1"},
    }


@pytest.mark.parametrize(
    "text",
    [
        "#FORMAT=WebAnno TSV 3.3\n\n#Text=Cold soup\n",
        "T1\tLocation 0 4\tLima\nR1\tIn Arg1:T1 Arg2:T2\n",
        "EU B-ORG\nrejects O\n\nPeter B-PER\n",
    ],
)
def test_spans_are_refused_by_name(read, text):
    """Formats of spans and tokens are not tables of answers."""
    with pytest.raises(InputError, match="spans or tokens"):
        read(text, "doc.txt")


def test_options_are_not_experts(read):
    """Numbered columns that belong to the question are its options."""
    rows = "Question,Answer 1,Answer 2,Player,Answer\n"
    rows += "".join(f"Best?,x,y,p{i},{a}\nWorst?,y,z,p{i},y\n" for i, a in enumerate("xyx"))
    assert read(rows) == {
        "Best?": {"p0": "x", "p1": "y", "p2": "x"},
        "Worst?": dict.fromkeys(("p0", "p1", "p2"), "y"),
    }


def test_points_are_not_questions(read):
    """What a quiz adds to a question is left out, and so is what the survey program adds."""
    text = (
        "Username,Total score,Best day?,Best day? [Score],Points - Best fruit?,Best fruit?\n"
        "ann,1 / 2,Monday,1 / 1,0,apple\nbob,1 / 2,Friday,0 / 1,1,pear\n"
    )
    assert read(text) == {
        "Best day?": {"ann": "Monday", "bob": "Friday"},
        "Best fruit?": {"ann": "apple", "bob": "pear"},
    }


def test_several_ratings_are_rivals(read):
    """The rating that is named after a topic is not chosen among others."""
    rows = "comment_id,annotator,sentiment,respect,insult\n"
    rows += "".join(
        f"{i},a{k},{(i + k) % 3},{(i // 2 + k) % 2},{i * k % 3}\n"
        for i in range(4)
        for k in range(4)
    )
    with pytest.raises(InputError, match="several columns could hold the answer"):
        read(rows)


def test_a_decision_beside_votes(read):
    """Columns with the labels of a decision may be its voters: it is not read as the answer."""
    text = (
        "title,first look,second look,decision\n"
        "a,include,include,include\nb,exclude,include,exclude\nc,include,exclude,include\n"
        "d,exclude,exclude,exclude\n"
    )
    assert all(list(said) == ["first look", "second look"] for said in read(text).values())


def test_questions_mapped_to_lists(read):
    """{question: [answers]} is a question per key."""
    text = json.dumps({"Capital of Peru?": ["Lima", "Cusco"], "What is 2+2?": ["4", "4"]})
    assert list(read(text, "a.json")) == ["Capital of Peru?", "What is 2+2?"]


@pytest.mark.parametrize(
    "text",
    [
        "respondent,submitted_at,day\np0,2026-01-01T10:00:00Z,Mon\np1,2026-01-01T10:01:00Z,Tue\n",
        lines(
            {"respondent": "p0", "submitted_at": "2026-01-01T10:00:00Z", "day": "Mon", "f": "x"},
            {"respondent": "p1", "submitted_at": "2026-01-01T10:01:00Z", "day": "Tue", "f": "y"},
            {"respondent": "p2", "submitted_at": "2026-01-01T10:02:00Z", "day": "Mon", "f": "x"},
        ),
    ],
)
def test_a_record_per_person_looks_like_no_log(text, tmp_path, capsys):
    """The hint names the columns of the survey; times alone make no log."""
    path = tmp_path / "people.csv"
    path.write_text(text, encoding="utf-8")
    if main(["consensus", str(path)]) == 0:
        return
    said = capsys.readouterr().err
    assert "--question-columns" in said
    assert "--expert-key respondent" in said
    assert "looks like a log" not in said


def test_one_answer_per_line(read):
    """The hint has a command that numbers the lines."""
    with pytest.raises(InputError) as caught:
        read("Lima\n4\nblue\n", "answers.txt")
    assert "nl -ba" in caught.value.hint


def test_frames_are_read_as_files_are():
    """The rows of a frame become questions; the names of its columns are no questions."""
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(
        {
            "question": ["q", "q", "r", "r"],
            "model": ["a", "b", "a", "b"],
            "answer": ["Lima", "Lima", "Oslo", "Oslo"],
        }
    )
    found = [(one.question, one.answer, len(one.experts)) for one in find_consensus_batch(frame)]
    assert found == [("q", "Lima", 2), ("r", "Oslo", 2)]


@pytest.mark.parametrize("questions", ["a text", {"q": ["a", "b"]}, b"bytes"])
def test_what_is_no_list_of_questions(questions):
    """A text or a mapping would be taken apart into characters or keys."""
    with pytest.raises(InputError, match="not a list of questions"):
        list(find_consensus_batch(questions))


def test_the_scores_of_raters(read):
    """A rater's score is the answer, and the comment beside it is not."""
    rows = "item,rater,score,comment\n"
    rows += "".join(f"i{i},r{k},{(i + k) % 5},fine {i}{k}\n" for i in range(4) for k in range(3))
    assert read(rows)["i1"] == {"r0": "1", "r1": "2", "r2": "3"}


def test_the_scores_of_models_are_no_answers(read):
    """What a benchmark measured is nothing that the models said."""
    rows = "task,model,score\nmath,a,0.51\nmath,b,0.62\ncode,a,0.31\ncode,b,0.42\n"
    with pytest.raises(InputError, match="no key or column is known as the answer"):
        read(rows)


def test_the_role_of_a_message_is_no_answer(read):
    """Ollama writes the model beside its message, and no prompt."""
    replies = [
        {"model": name, "message": {"role": "assistant", "content": text}, "done": True}
        for name, text in (("a", "Paris"), ("b", "Paris"), ("c", "Lyon"))
    ]
    (answers,) = read(json.dumps(replies), "replies.json").values()
    assert answers == {"a": "Paris", "b": "Paris", "c": "Lyon"}


def test_answers_by_expert_and_id_may_be_objects(read):
    """{expert: {id: {"answer": …}}} is read as {expert: {id: answer}}."""
    given = {
        name: {
            f"q{i}": {"answer": answer, "reasoning": "since"} for i, answer in enumerate(answers)
        }
        for name, answers in (("gpt", "AB"), ("claude", "AC"))
    }
    assert read(json.dumps(given), "runs.json") == {
        "q0": {"gpt": "A", "claude": "A"},
        "q1": {"gpt": "B", "claude": "C"},
    }


def test_a_survey_of_wjx(read):
    """The columns that the program adds are no questions."""
    head = "序号,提交答卷时间,所用时间,来源,来自IP,1、您是否喜欢咖啡?,2、您的性别\n"
    rows = "".join(
        f"{i},2024/3/1 10:0{i}:01,{60 + i}秒,微信,1.2.3.{i}(北京),是,{'男女'[i % 2]}\n"
        for i in range(1, 5)
    )
    assert list(read(head + rows)) == ["1、您是否喜欢咖啡?", "2、您的性别"]


@pytest.mark.parametrize(
    "text",
    [
        "item ann1 ann2\nq1 pos neg\nq2 neg neg\n",
        "  item rater label\n1  q1  ann1  pos\n2  q1  ann2  neg\n3  q2  ann1 neg\n4 q2 ann2 neg\n",
        (
            '"item" "rater" "label"\n"1" "q1" "ann1" "pos"\n"2" "q1" "ann2" "neg"\n'
            '"3" "q2" "ann1" "neg"\n"4" "q2" "ann2" "neg"\n'
        ),
        (
            '"" "item" "rater" "label"\n"1" "q1" "ann1" "pos"\n"2" "q1" "ann2" "neg"\n'
            '"3" "q2" "ann1" "neg"\n"4" "q2" "ann2" "neg"\n'
        ),
    ],
)
def test_blanks_separate_cells(read, text):
    """Tables as R prints or writes them have blanks between cells, and names of rows."""
    assert read(text) == {
        "q1": {"ann1": "pos", "ann2": "neg"},
        "q2": {"ann1": "neg", "ann2": "neg"},
    }


def test_answers_beside_a_list_of_questions(read):
    """Each expert lists its answers in the order of the questions."""
    document = {
        "run": "7",
        "questions": ["2+2?", "3+3?"],
        "answers": {"a": ["4", "6"], "b": ["4", "5"]},
    }
    assert read(json.dumps(document), "run.json") == {
        "2+2?": {"a": "4", "b": "4"},
        "3+3?": {"a": "6", "b": "5"},
    }


def test_records_by_id_within_a_document(read):
    """What a document says of its run is beside the records."""
    results = {
        name: {"question": f"{name}?", "predictions": {"m1": "a", "m2": name}}
        for name in ("b", "c")
    }
    document = {"run": {"seed": 1}, "results": results}
    assert read(json.dumps(document), "run.json") == {
        "b?": {"m1": "a", "m2": "b"},
        "c?": {"m1": "a", "m2": "c"},
    }


def test_a_grid_of_questions(read):
    """Rows of a grid are questions where each record has its own time."""
    text = "Timestamp,Rate [Taste],Rate [Price]\n" + "".join(
        f"2025-01-0{day} 10:00,{taste},{price}\n" for day, taste, price in ((1, 2, 3), (2, 2, 1))
    )
    assert {*read(text)} == {"Rate [Taste]", "Rate [Price]"}


def test_a_title_answers_nothing(read):
    """The title of a document is no answer to its abstract."""
    rows = "".join(f"{k},Title {k},Text {k} here.,x{k}y\n" for k in range(4))
    with pytest.raises(InputError):
        read(f"key,title,abstract,notes\n{rows}")


def test_an_empty_column_is_no_rival(read):
    """Of two columns named like answers, the one with values counts."""
    rows = "".join(f"Q{k}?,w{j},{'ab'[j % 2]},false\n" for k in range(3) for j in range(3))
    assert read(f"question,worker,annotation,multi_label\n{rows}")["Q1?"]["w1"] == "b"


def test_two_replies_are_no_call(read):
    """A chosen and a rejected reply are two answers."""
    asked = [{"role": "user", "content": "2+2?"}]
    chosen, rejected = ([{"role": "assistant", "content": text}] for text in "45")
    record = {"messages": asked, "chosen": chosen, "rejected": rejected}
    assert read(lines(record), "pairs.jsonl") == {"2+2?": {"chosen": "4", "rejected": "5"}}


def test_sentences_are_no_table(read):
    """Sentences of as many words are not rows with blanks between cells."""
    with pytest.raises(InputError):
        read("The answer is B\nThe answer is C\nThe answer is B\n")
