"""Short forms of names and dates are pooled with the long ones, where they fit no other answer."""

from __future__ import annotations

import pytest

from cotool.consensus.extract.extraction import extract_answers


def _groups(answers, question):
    """The number of different answers."""
    _, found = extract_answers(answers, question)
    return len({answer and answer.value for answer in found})


@pytest.mark.parametrize(
    ("question", "answers"),
    [
        ("Who found radium?", ["Marie Curie", "Curie"]),
        ("Who wrote it?", ["Johann Sebastian Bach", "J. S. Bach", "Bach", "J.S. Bach"]),
        ("Who was it?", ["Abraham Lincoln", "Lincoln", "President Lincoln"]),
        ("Wer war das?", ["Ludwig van Beethoven", "Beethoven", "van Beethoven"]),
        ("Which planet?", ["Saturn", "planet Saturn", "the planet Saturn"]),
        ("Which one is the longest?", ["Nile", "the Nile River", "River Nile"]),
        ("Which city?", ["Canberra", "the city of Canberra"]),
        ("When?", ["1918", "in 1918", "November 1918", "11 November 1918"]),
        ("Which gas?", ["N2O", "nitrous oxide (N2O)", "Nitrous oxide"]),
    ],
)
def test_short_forms_are_pooled(question, answers):
    """A family name, what a name belongs to, a year, a formula in brackets."""
    assert _groups(answers, question) == 1


@pytest.mark.parametrize(
    ("question", "answers"),
    [
        ("Who won?", ["George Bush", "George W. Bush", "Bush"]),
        ("Who won?", ["J. Smith", "John Smith", "Jane Smith"]),
        ("Who won?", ["South Korea", "Korea"]),
        ("Which name?", ["Kennedy", "Kennedy Airport"]),
        ("Which firm?", ["Canada", "Air Canada"]),
        ("Who flies there?", ["Canada", "Air Canada"]),
        ("Who lent it?", ["America", "Bank of America"]),
        ("Who won?", ["Madrid", "Real Madrid"]),
        ("Who made it?", ["Gamble", "Procter & Gamble"]),
        ("Which place?", ["York", "New York"]),
        ("What is named so?", ["Lake Victoria", "Queen Victoria", "Victoria"]),
        ("Which place?", ["Mexico City", "Mexico"]),
        ("Who reigned?", ["Henry VIII", "Henry VII", "Henry"]),
        ("When?", ["1944", "6 June 1944", "8 May 1944"]),
        ("When?", ["1944", "1945"]),
        ("Where?", ["Paris (France)", "France"]),
    ],
)
def test_what_fits_several_answers_stays_apart(question, answers):
    """And so do words that make another name."""
    assert _groups(answers, question) == len(answers)
