"""Answers that the question helps to read: options in any notation, verbs in the past, places."""

from __future__ import annotations

import pytest

from cotool import find_consensus

SAME = {
    "small letters": ("¿Cuál? a) rojo b) verde c) azul", "c", "c) azul", "azul"),
    "Roman numbers": ("Which? (i) neon (ii) argon (iii) xenon", "(ii)", "argon", "(ii) argon"),
    "Cyrillic": ("Какой? А) один Б) два В) три", "Б", "Ответ: Б", "Б) два"),
    "several in one word": ("Select all: A, B, C, D", "A, C", "A and C", "AC"),
    "only affirmed": ("Which? A) Mars B) Venus C) Earth", "C", "C it is.", "Definitely C."),
    "hence": ("Which? A) O2 B) N2", "B", "Oxygen is 21%; hence nitrogen, option (B), is.", "(B)"),
    "past": ("Did the company report a profit?", "Yes", "The company reported a profit."),
    "places": ("Where is the Eiffel Tower?", "Paris", "In Paris", "Paris, France"),
    "an order": ("Sort ascending: 5, 2, 9", "2, 5, 9", "2 < 5 < 9", "2 5 9"),
}  # fmt: skip


@pytest.mark.parametrize(("question", "texts"), [(q, t) for q, *t in SAME.values()], ids=SAME)
def test_one_answer(question, texts):
    """All say the same."""
    found = find_consensus(texts, question=question)
    assert (len(found.clusters), None in found.answers) == (1, False)


APART = {
    "wrong options": ("Which? A) x B) y", "B", "Hence option A is wrong, and B is right.", "A"),
    "the past is no duty": ("Should the price increase?", "No", "No", "The price increased."),
    "in love": ("Which word?", "in love", "love", "loved"),
}


@pytest.mark.parametrize(("question", "texts"), [(q, t) for q, *t in APART.values()], ids=APART)
def test_other_answers_stay_apart(question, texts):
    """The last text does not say what the first one says."""
    found = find_consensus(texts, question=question)
    members = found.clusters[0].members
    assert found.experts[0] not in members or found.experts[-1] not in members
