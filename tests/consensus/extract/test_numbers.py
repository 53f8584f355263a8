"""Numbers are found in the forms in which they are written, with one exact value each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotool import find_consensus
from cotool.consensus.extract.extraction import extract_answer, extract_answers

NUMBERS = [
    ("The answer is 18.", "18"),
    ("She sells 9 eggs for $2 each.\n#### 18", "18"),
    ("She sells 9 eggs, 9 * 2 = $<<9*2=18>>18.\nA: 18", "18"),
    ("A: 18", "18"),
    ("Answer: $1,080", "1080"),
    ("Answer: 1 080", "1080"),
    ("Answer: 1\u202f080 €", "1080"),
    ("Answer: 1.080,50 EUR", "1080.5"),
    ("Answer: 1.080", "1.08"),
    ("Answer: 1,5", "1.5"),
    ("Answer: 1'080", "1080"),
    ("Answer: 1,00,000 rupees", "100000"),
    ("Answer: 18 dollars per week", "18"),
    ("Answer: 18%", "18%"),
    ("Answer: 18 percent", "18%"),
    (r"The answer is \(18\%\).", "18%"),
    ("The answer is 5 km.", "5"),
    ("The answer is 5km/h", "5"),
    ("The answer is 18.00", "18"),
    ("The answer is 0.50", "0.5"),
    ("The answer is 1/2.", "0.5"),
    ("The answer is 2 1/2 cups.", "2.5"),
    ("The answer is ½.", "0.5"),
    ("The answer is 2½ cups", "2.5"),
    ("The answer is 1/3.", "1/3"),
    (r"\boxed{\frac{1}{3}}", "1/3"),
    (r"\boxed{\dfrac{10}{4}}", "2.5"),
    (r"Thus $x = \boxed{\$1{,}080}$.", "1080"),
    (r"\boxed{18 \text{ dollars}}", "18"),
    ("The answer is 1e3.", "1000"),
    (r"The answer is $6 \times 10^{5}$ J.", "600000"),
    ("The answer is 6 × 10^-2", "0.06"),
    ("The answer is -3", "-3"),
    ("The answer is \u22123", "-3"),
    ("The answer is -$18.", "-18"),
    ("The answer is eighteen.", "18"),
    ("The answer is twenty-one apples.", "21"),
    ("The answer is 5 million.", "5000000"),
    ("The answer is approximately 18 apples.", "18"),
    ("The answer is **18**.", "18"),
    ("The answer is:\n$$18$$", "18"),
    ("The answer is 9 * 2 = 18 dollars.", "18"),
    ("Answer: x = 18", "18"),
    ("Therefore, she earns $18 every day.", "18"),
    ("There are 9 eggs left.\nSo she makes 9 * 2 = 18 dollars.", "18"),
    ("18", "18"),
    ("$18", "18"),
    ("18 dollars", "18"),
    ("１８", "18"),
    ("Answer: There are 18 eggs left.", "18"),
    ("She sells nine a day. The total is $18.", "18"),
    ("She makes 9 * 2 = $18 every day at the market.", "18"),
    ("18\n\nNine eggs at two dollars each.", "18"),
    ("Total: $18", "18"),
    ("The answer is $x = 18$.", "18"),
    (r"\boxed{18^\circ}", "18"),
    ("The answer is 3/4 of the cake.", "0.75"),
    ("答案是18", "18"),
    ("Die Antwort ist 18 Euro.", "18"),
    ('{"answer": 18}', "18"),
    ('{"answer": "1,080"}', "1080"),
    ("<answer>18</answer>", "18"),
    ("9 + 9\n\n**18**", "18"),
]


@pytest.mark.parametrize(("text", "value"), NUMBERS)
def test_number_forms(text: str, value: str) -> None:
    """Every usual form of a number gives one exact normal form."""
    assert extract_answer(text, "number").value == value
    found = extract_answer(text)
    assert (found.kind, found.value) == ("number", value)


@given(st.fractions(min_value=-(10**9), max_value=10**9, max_denominator=10**4))
def test_fraction_round_trip(number: object) -> None:
    """A fraction and, where it ends, its decimal are one value."""
    first = extract_answer(f"The answer is {number}.", "number")
    again = extract_answer(f"\\boxed{{{first.value}}}", "number")
    assert again.value == first.value


@given(st.integers(-(10**12), 10**12), st.sampled_from(["", ".0", ".00"]))
def test_thousands_separators_are_equal(number: int, zeros: str) -> None:
    """A whole number has one value with or without separators and final zeros."""
    plain = extract_answer(f"#### {number}")
    assert plain.value == str(number)
    assert extract_answer(f"The answer is {number:,}{zeros}.", "number").value == plain.value


@pytest.mark.parametrize(
    "text",
    [
        "One for Arthur",
        "Seven Samurai",
        "12 Angry Men",
        "around 9 days after ovulation",
        "691 CE",
        "1066 A.D.",
    ],
)
def test_texts_that_begin_with_a_number(text: str) -> None:
    """A number before a name, an era or what a time is counted from is not the whole answer."""
    found = extract_answer(text)
    assert (found.kind, found.display) == ("short", text.rstrip("."))


@pytest.mark.parametrize("text", ["9 days", "two boxes", "Two Dollars", "$5 for adults", "5 Äpfel"])
def test_numbers_with_what_they_count(text: str) -> None:
    """A number before a unit, or before what it counts, is the answer."""
    assert extract_answer(text).kind == "number"


def test_a_year_and_its_era() -> None:
    """A year is the same with CE, with AD and without an era, and another before it."""
    _, answers = extract_answers(["691", "691 CE", "AD 691", "691 A.D.", "691 BCE"])
    assert [answer.value for answer in answers[:4]] == ["691"] * 4
    assert answers[4] is None or answers[4].value != "691"


@pytest.mark.parametrize(
    ("question", "same"),
    [
        ("Find the remainder when N is divided by 1000.", True),
        ("How many codes have three digits?", True),
        ("What is the ZIP code of Amherst, MA?", False),
        ("q12", False),
        ("求n除以1000的余数。", True),
        ("邮编是多少?", False),
    ],
)
def test_leading_zeros(question, same):
    """They belong to codes, and are filled up in numbers."""
    assert len(find_consensus(["073", "73", "073"], question=question).clusters) == 2 - same
