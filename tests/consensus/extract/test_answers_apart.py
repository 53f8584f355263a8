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
    # directions
    ("2 hours ago", "2 hours from now"),
    ("3 km north", "3 km south"),
    ("3 km north-east", "3 km north"),
    ("5% increase", "5% decrease"),
    ("$5 profit", "$5 loss"),
    ("10 points ahead", "10 points behind"),
    ("5 over par", "5 under par"),
    ("45° N", "45° S"),
    ("5 m/s up", "5 m/s down"),
    ("The answer is 5% increase.", "The answer is 5% decrease."),
    # operations
    ("5!", "5"),
    ("n!", "n"),
    ("(n-1)!", "n-1"),
    ("2^n!", "2^n"),
    ("5 mod 3", "5"),
    ("12 (base 8)", "12"),
    # units
    ("5 miles", "5 nautical miles"),
]
TOGETHER = [
    ("A", "I think it is A"),
    ("Probably Paris.", "Paris"),
    ("Friday, 13 June", "13 June"),
    ("vendredi 13 juin", "Fri, June 13th"),
    ("10:00 UTC", "10:00"),
    ("10:00 GMT", "10 am UTC"),
    ("2 hours ago", "2 hours"),
    ("3 km north", "3000 m to the north"),
    ("5% increase", "5%", "5% rise"),
    ("$5 profit", "$5"),
    ("5 nautical miles", "9.26 km"),
    ("Yes!", "yes"),
]


@pytest.mark.parametrize("texts", APART, ids="|".join)
def test_apart(texts: tuple[str, ...]) -> None:
    """One word makes another answer."""
    assert len(find_consensus(texts).clusters) == 2


@pytest.mark.parametrize("texts", TOGETHER, ids="|".join)
def test_together(texts: tuple[str, ...]) -> None:
    """What only surrounds an answer, or is left out in another, makes no other answer."""
    assert len(find_consensus(texts).clusters) == 1
