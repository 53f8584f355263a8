"""Right answers are read as the answers to their questions are."""

from __future__ import annotations

import pytest

from cotool import Gold, InputError, Learning, Store, find_consensus_batch, give_feedback
from cotool.consensus.extract.right_answers import Misses, read_right
from cotool.consensus.extract.stated import Stated
from cotool.consensus.read.gold import read_gold
from cotool.consensus.read.questions import as_question

LISTED = "Where is the Louvre?\nA. Lyon\nB. Paris\nC. Nice"


def _right(answers, truths, question="What?"):
    """The places of the answers that are right; None if the right answer is of another kind."""
    responses = [{"expert_name": str(n), "content": text} for n, text in enumerate(answers)]
    asked = as_question({"question": question, "responses": responses}, where="here")
    stated = Stated.of(asked).beside(truths)
    right = read_right(truths, stated.kind, question, stated.said)
    if not right.values:
        return None
    return [int(expert) for expert, value in stated.votes if value in right.values]


@pytest.mark.parametrize(
    ("answers", "truths", "right"),
    [
        (["The river is Elbe.", "The river is Elbe.", "The river is Oder."], ["Elbe"], [0, 1]),
        (["The river is Elbe.", "The river is Oder."], ["The river is Elbe."], [0]),
        (["The river is Elbe.", "The river is Elbe."], ["The river is Elbe."], [0, 1]),
        (["The river is Elbe.", "The river is Elbe."], ["The river is Oder."], []),
        (["The river is Elbe."], ["Elbe"], [0]),
        (["It depends on many things.", "Rivers differ in that."], ["Elbe"], None),
        (["Elbe", "Oder", "Rhine"], ["The longest of them is Rhine."], [2]),
        (["Elbe", "Oder", "Elbe"], ["It's Elbe"], [0, 2]),
        (["7.41 km", "7410 m", "7400 m"], ["7.41 km"], [0, 1]),
        (["90 min", "90 minutes", "95 min"], ["1.5 hours"], [0, 1]),
        (["$5", "$6", "5 dollars"], ["€5"], []),
        (["20 °C", "25 °C", "20 degrees"], ["20°C"], [0, 2]),
        (["40%", "0.4", "30%"], ["0.4"], [0, 1]),
        (["0.4", "0.3", "0.4"], ["40%"], [0, 2]),
        (["40%", "30%"], ["0.4%"], []),
        (["yes", "no", "Yes."], ["True"], [0, 2]),
        (["yes", "no", "Yes."], ["n"], [1]),
        (["1", "0", "1"], ["True"], [0, 2]),
        (["A and D", "(A) and (D)", "A", "B"], ["A and D"], [0, 1]),
        (["A and D", "(A) and (D)", "A", "B"], ["AD"], [0, 1]),
        (["A and D", "(A) and (D)", "A", "B"], ["D", "A"], [0, 1]),
        (["A, D", "A and D", "A"], ["A"], [2]),
        (["A", "B", "A"], ["A and B"], None),
        (["A", "B", "C"], ["A or B"], [0, 1]),
        (["(B) tin", "(A) zinc", "B) tin"], ["tin"], [0, 2]),
        (["autumn", "fall", "spring"], ["fall", "autumn"], [0, 1]),
        (["2, 3", "2,3", "2"], ["2", "3"], [0, 1]),
        (["18", "18.0", "19"], ["banana"], None),
        (["18", "18.0", "19"], ["20"], []),
    ],
)
def test_a_right_answer_is_read_as_one_more_response(answers, truths, right):
    """Sentences, units, percents, sets, letters, accepted alternatives."""
    assert _right(answers, truths) == right


@pytest.mark.parametrize(
    ("answers", "truth"),
    [(["B", "A"], "Paris"), (["Paris", "Nice"], "B"), (["Paris", "Nice"], "B. Paris")],
)
def test_letters_are_the_texts_of_listed_options(answers, truth):
    """In either direction."""
    assert _right(answers, [truth], LISTED) == [0]


def test_a_list_holds_accepted_answers_or_a_set(tmp_path):
    """In JSON, and as JSON in a table; [1, 2] may be an interval."""
    path = tmp_path / "gold.jsonl"
    path.write_text('{"id": 1, "truth": ["a", "b"]}\n{"id": 2, "truth": 0.5}\n', encoding="utf-8")
    assert read_gold(path).answers == {"1": ["a", "b"], "2": "0.5"}
    path = tmp_path / "gold.csv"
    path.write_text('id,truth\n1,"[""a"", ""b""]"\n2,"[1, 2]"\n', encoding="utf-8")
    assert read_gold(path).answers == {"1": ["a", "b"], "2": "[1, 2]"}
    path.write_text("id,correct_answer\n1,a\n", encoding="utf-8")
    assert read_gold(path).answers == {"1": "a"}


def test_right_answers_that_nobody_gave_are_reported():
    """With their number and the first of them; so are those of another kind."""
    misses = Misses()
    said = [("18", "18"), ("19", "19")]
    for truth in ("18", "20", "banana"):
        misses.add([truth], read_right([truth], "number", "", said), "number", "Sum?", said)
    unread, not_given = misses.sentences()
    assert unread.startswith("1 of 3 right answers teach nothing")
    assert "'banana' to 'Sum?', whose answers are numbers" in unread
    assert "'20' to 'Sum?', whose answers are '18', '19'" in not_given


def test_accepted_answers_and_units_stay_with_a_question(tmp_path):
    """The store remembers them: other accepted answers count as right, "7410" is in metres."""
    asked = [
        {"id": name, "responses": [{"expert_name": e, "content": text} for e, text in given]}
        for name, given in {
            "season": [("ann", "autumn"), ("bob", "fall"), ("cyd", "spring")],
            "way": [("ann", "7410 m"), ("bob", "7.41 km"), ("cyd", "7400 m")],
        }.items()
    ]
    with Store(str(tmp_path / "s.db")) as store:
        how = Learning(learn=True, gold=Gold({"season": ["autumn", "fall"]}))
        list(find_consensus_batch(asked, store=store, learning=how))
        learned = store.read().experts
        assert [learned[name].total.correct for name in ("ann", "bob", "cyd")] == [1, 1, 0]
        one = give_feedback(store, "way", correct="7.41 km")
        ballot, right = one.judged()
        assert ballot.votes["ann"] == ballot.votes["bob"] == right
        with pytest.raises(InputError, match="whose answers are numbers"):
            give_feedback(store, "way", correct="far")
