"""Sentences that affirm or deny what a yes/no question asks."""

from __future__ import annotations

import pytest

from cotool import find_consensus


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        ("Is Pluto a planet?", "Pluto is not a planet.", "no"),
        ("Is Pluto a planet?", "It is not.", "no"),
        ("It orbits the Sun. Is Pluto a planet?", "Pluto is a planet.", "yes"),
        ("Ist Pluto ein Planet?", "Pluto ist kein Planet.", "no"),
        ("Does water boil at 100 degrees?", "Water doesn't boil at 100 degrees.", "no"),
        ("Is B bigger than A?", "A is bigger than B.", None),
        ("Is Pluto a planet?", "Pluto is a dwarf planet.", None),
        ("Isn't it late?", "It isn't late.", None),
    ],
)
def test_a_sentence_says_yes_or_no(question, text, answer):
    """It counts beside answers that say it, if it says nothing else, in the question's order."""
    found = find_consensus({"question": question, "responses": ["Yes", "No", "No.", "Yes.", text]})
    assert found.answers[-1] == answer
