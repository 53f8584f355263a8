"""Answers with words beside them, in sentences, and in other notations; and what stays apart."""

from __future__ import annotations

import pytest

from cotool.consensus.extract.extraction import extract_answers


def _groups(answers, question):
    _, found = extract_answers(answers, question)
    assert all(found)
    return len({answer.value for answer in found})


@pytest.mark.parametrize(
    ("question", "answers"),
    [
        ("Which gene is it?", ["BRCA1", "the BRCA1 gene", "BRCA1 gene"]),
        ("What is the name of the river?", ["Volga", "Volga river"]),
        ("Which release?", ["Debian 12", "12", "Debian 12"]),
        ("What is the order number?", ["A-77", "Order number: A-77", "Order No. A-77"]),
        ("In which city was it?", ["Lyon", "Lyon, France"]),
        ("Which range?", ["5–7 mm", "5 to 7 mm", "between 5 and 7 mm", "5-7"]),
        ("How fast?", ["70–90 bpm", "70 to 90 beats per minute", "70-90 beats per minute (bpm)"]),
        ("Where is it?", ["12.5° S, 3.25° W", "12.5 S 3.25 W", "Lat: -12.5, Lon: -3.25"]),
        ("Whom to call?", ["+44 20 7946 0958", "0044 20 79460958", "020 7946 0958"]),
        ("Whom to call?", ["+1 (212) 555-0143", "1-212-555-0143", "+12125550143"]),
        ("Page?", ["<https://example.com/a>", "https://example.com/a"]),
        ("How long?", ["135 min", "two hours and fifteen minutes", "It took 2 h and 15 min."]),
        ("How much?", ["$4.05", "four dollars and five cents", "4 dollars and 5 cents"]),
        ("How many days?", ["30", "thirty (30)", "30 (thirty)"]),
        ("How many?", ["12", "He bought twelve eggs.", "12"]),
        ("How many?", ["0", "None.", "zero"]),
        ("Сколько?", ["42", "сорок два", "Ответ: 42", "Сначала 41... нет, подождите, 42."]),
        ("How many days?", ["366", "366, since there is one more.", "It's 366 rather than 365."]),
        ("How many?", ["36", "36", "10% is 24, so 24 + 12 = **36**. That's all."]),
        ("In what year?", ["1989", "In 1989; it was new in 1990.", "It was 1989."]),
        ("Wie heißt die Hauptstadt?", ["Wien", "Wien, Österreich"]),
        ("Combien ?", ["8", "huit", "Il y en a huit ici.", "huit", "8"]),
        ("What did it cost?", ["€9", "9 euros", "The book cost 9 EUR.", "9 €"]),
        ("When?", ["18:30", "It ends at **18:30**.", "6:30 pm"]),
        ("Do bats see?", ["yes", "They can see.", "As far as we know, yes. They do.", "✅ Yes"]),
        ("Name both.", ["Peru and Chile", "Chile, Peru", "It lies between Chile and Peru."]),
        ("Who is it?", ["Benito Pérez Galdós", "Perez Galdos", "Pérez Galdós"]),
        ("Which scientist?", ["Johannes Kepler", "Kepler", "Johanes Kepler", "Johannes Kepler"]),
        ("Which react?", ["🔥", "🔥🔥", "🔥"]),
        ("As JSON?", ['{"a": "x", "n": 3}', "{'a': 'X', 'n': '3'}", '{"n": 3.0, "a": "x"}']),
    ],
)
def test_one_answer(question, answers):
    """Words that another answer leaves out are no part of an answer."""
    assert _groups(answers, question) == 1


@pytest.mark.parametrize(
    ("question", "answers"),
    [
        ("Which phone?", ["Pixel 8 Pro", "Pixel 8", "Pixel 8a", "Google Pixel 8 Pro Max"]),
        ("Which colleges?", ["Boston College", "Boston University", "Boston"]),
        ("Which city?", ["Kansas City", "Kansas"]),
        ("Which city?", ["Portland, Oregon", "Portland, Maine", "Portland"]),
        ("Which countries?", ["Peru, Chile", "Peru", "Chile"]),
        ("Which year?", ["Before 1990", "1990", "After 1990"]),
        ("Which year?", ["not 1990", "1990"]),
        ("Which release?", ["Debian 12", "Fedora 12", "12"]),
        ("Which one?", ["5–7 mm", "5–7 cm", "5–7"]),
        ("Where?", ["12.5° S, 3.25° W", "12.5° N, 3.25° W", "12.5° S, 3.25° E"]),
        ("Whom to call?", ["+44 20 7946 0958", "+49 20 7946 0958", "020 7946 0958"]),
        ("How much?", ["four dollars and five cents", "four dollars", "4.50 dollars"]),
        ("How many?", ["2 hours and 22 minutes", "22 minutes", "2 hours"]),
        ("Which spelling?", ["accommodation", "accomodation"]),
        ("As JSON?", ['{"a": "x", "n": "03"}', '{"a": "x", "n": 3}']),
        ("How much?", ["1/√2", "1", "√2"]),
        ("What is it?", ["desert", "dessert"]),
    ],
)
def test_answers_that_stay_apart(question, answers):
    """Words that make another answer, and what fits several answers."""
    _, found = extract_answers(answers, question)
    values = [answer and answer.value for answer in found]
    assert len(set(values)) == len(values)


def test_the_last_of_several_is_not_the_answer():
    """Of a range, of alternatives and of names that are given together."""
    texts = ["4", "6", "5", "It takes between 4 and 5 days to arrive.", "It can take 4 or 5 days."]
    _, found = extract_answers(texts, "How many days?")
    assert [answer and answer.value for answer in found] == ["4", "6", "5", "4–5", None]
    texts = ["Peru", "Peru", "Chile", "It lies between Chile and Peru.", "Chile and Bolivia do so."]
    _, found = extract_answers(texts, "Which country?")
    assert [answer and answer.value for answer in found] == ["peru", "peru", "chile", None, None]
