"""Texts and values that differ in one place, or say the same in another order."""

from __future__ import annotations

import pytest

from cotool.consensus.extract.extraction import extract_answers

SAME = [
    (["The capital of Peru is Lima.", "Lima is the capital of Peru."], None),
    (["$90^\\circ$", "90°", "90 degrees"], "number"),
    (["Option 2: Lima", "2", "(2)"], "number"),
    (["7:15 a.m.", "7:15 AM"], "short"),
]
DIFFERENT = [
    (["It starts at 3:30 PM in room B.", "It starts at 3:30 AM in room B."], "short"),
    (["SELECT a FROM t WHERE b = 1 AND c = 2", "SELECT a FROM t WHERE b = 1 OR c = 2"], "code"),
    ([">= 5", "<= 5"], "short"),
    (["12 Angry Men", "12 Monkeys"], "short"),
    (["Alice is taller than Bob.", "Bob is taller than Alice."], "short"),
]


@pytest.mark.parametrize(("texts", "kind"), SAME)
def test_the_same_in_another_form(texts, kind):
    """Another order or notation is no other answer."""
    found, answers = extract_answers(texts)
    assert found == kind
    assert len({answer and answer.value for answer in answers}) == 1


@pytest.mark.parametrize(("texts", "kind"), DIFFERENT)
def test_a_difference_in_one_place(texts, kind):
    """One word, operator or sign makes another answer."""
    found, answers = extract_answers(texts)
    assert found == kind
    assert len({answer.value for answer in answers if answer}) == len(texts)
