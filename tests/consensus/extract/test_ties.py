"""Verdicts of judges who compare two answers: a tie is an answer like A and B."""

from __future__ import annotations

import pytest

from cotool import find_consensus
from cotool.consensus.extract.extraction import extract_answers
from cotool.consensus.extract.right_answers import read_right
from cotool.consensus.extract.stated import Stated
from cotool.consensus.read.questions import as_question


def values(texts, question=""):
    return [answer and answer.value for answer in extract_answers(texts, question)[1]]


@pytest.mark.parametrize(
    "text",
    [
        "tie", "Tie.", "[[Tie]]", "It is a tie", "It's a tie!", "Verdict: tie", "**Tie**", "tied",
        "Tie: both answers are equally good", "I would call it a draw.", "[[A=B]]", "[[C]]",
        "Both responses are equally helpful.", "Neither answer is better.", "No clear winner.",
        "The two assistants were about equal in style.", "A dead heat, since both are right.",
        "Answer A is concise. Answer B is longer, but correct too. Overall, it is a tie.",
    ],
)  # fmt: skip
def test_verdicts_of_a_tie(text):
    """They are one answer in whatever words, beside A and B in whatever words."""
    expected = ["tie", "tie", "A", "B"]
    assert values([text, "It is a tie", "Model A is better", "[[B]]"]) == expected
    assert values([text, "tie", "A", "Verdict: B"]) == expected


def test_a_majority_of_ties_wins():
    """It is counted, and the losers dissent."""
    found = find_consensus(["Tie", "It is a tie.", "[[tie]]", "[[A]]", "Model A is better"])
    assert (found.answer, found.agreement) == ("tie", 0.6)
    assert [one.answer for one in found.dissent] == ["A"]


@pytest.mark.parametrize("truth", ["tie", "Tie", "It is a tie"])
def test_a_right_answer_may_be_a_tie(truth):
    """It is read as the verdicts are, whether a judge gave it or not."""
    for texts in (["[[A]]", "It is a tie.", "B"], ["A", "B", "A"]):
        asked = {"id": "p", "responses": [{"expert_name": t, "content": t} for t in texts]}
        stated = Stated.of(as_question(asked, where="here")).beside([truth])
        right = read_right([truth], stated.kind, "", stated.said)
        assert right.values == ("tie",)
        assert right.is_given == ("It is a tie." in texts)


@pytest.mark.parametrize(
    ("texts", "question", "expected"),
    [
        (["tie", "shirt", "tie"], "What does he wear?", ["tie", "shirt", "tie"]),
        (["It is a tie.", "It is a scarf.", "a scarf"], "", ["tie", "scarf", "scarf"]),
        (["A", "B", "A tie game made them champions", "A"], "", ["A", "B", None, "A"]),
        (["A tie", "B", "A"], "What is it? A) a shirt B) a tie", ["B", "B", "A"]),
        (["[[C]]", "[[C]]", "[[A]]"], "", ["C", "C", "A"]),
        (["A", "B", "D", "It is a tie"], "", ["A", "B", "D", None]),
        (["It is not a tie", "A", "B", "A"], "", [None, "A", "B", "A"]),
    ],
)
def test_other_ties_are_no_verdicts(texts, question, expected):
    """A piece of clothing, a word in a sentence, a listed option, one of many options."""
    found = values(texts, question)
    assert [one if one is None or len(one) > 1 else one.upper() for one in found] == expected
