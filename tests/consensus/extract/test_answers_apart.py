"""Answers that differ in one word that changes their meaning are never merged."""

from __future__ import annotations

import pytest

from cotool import find_consensus

APART = [
    # degrees
    ("Pathogenic", "Likely pathogenic"),
    ("Likely Benign", "Benign"),
    ("Yes", "Probably yes"),
    ("Yes.", "Probably yes."),
    ("Likely A", "A"),
    ("Possibly toxic", "toxic"),
    # weekdays
    ("Friday, 13 June", "Thursday, 13 June"),
    ("Sat 14 June", "Sun 14 June"),
    ("Friday, June 13, 2025", "Thursday, June 13, 2025"),
    ("Freitag, 13. Juni", "Donnerstag, 13. Juni"),
    ("Monday", "Tuesday"),
    ("Monday at 3 pm", "Tuesday at 3 pm"),
    ("Monday, 10:00", "Tuesday, 10:00"),
    ("before 4 July", "4 July"),
    # time zones
    ("10:00 UTC", "10:00 EST"),
    ("9 am ET", "9 am PT"),
    ("10:00 (UTC+1)", "10:00 (UTC+2)"),
]
TOGETHER = [
    ("A", "I think it is A"),
    ("Probably Paris.", "Paris"),
    ("Friday, 13 June", "13 June"),
    ("vendredi 13 juin", "Fri, June 13th"),
    ("10:00 UTC", "10:00"),
    ("10:00 GMT", "10 am UTC"),
]


@pytest.mark.parametrize("texts", APART, ids="|".join)
def test_apart(texts: tuple[str, str]) -> None:
    """One word makes another answer."""
    assert len(find_consensus(texts).clusters) == 2


@pytest.mark.parametrize("texts", TOGETHER, ids="|".join)
def test_together(texts: tuple[str, str]) -> None:
    """What only surrounds an answer, or is left out in another, makes no other answer."""
    assert len(find_consensus(texts).clusters) == 1
