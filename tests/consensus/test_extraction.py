"""What a text states as its final answer."""

from __future__ import annotations

import csv
import gzip
import json
import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotool.consensus.extraction import extract_answer, extract_answers
from cotool.consensus.numbers import read_number

CHOICES = {
    "The answer is (C).": "C",
    "the answer is C": "C",
    "The correct option is: **C**": "C",
    "Answer: C": "C",
    "**Answer:** (C) 12 volts": "C",
    "Final answer: C) Paris": "C",
    "Therefore, the correct choice is C.": "C",
    "So \\boxed{C} it is": "C",
    "\\boxed{\\text{(C)}}": "C",
    '{"reasoning": "…", "answer": "C"}': "C",
    '```json\n{"answer": "C"}\n```': "C",
    "<answer>C</answer>": "C",
    "C": "C",
    "(c)": "C",
    "C.": "C",
    "C) Paris": "C",
    "I would choose C because it is the capital.": "C",
    "Option C is correct.": "C",
    "答案是C": "C",
    "La respuesta es C.": "C",
    "Die Antwort ist (C).": "C",
    "La réponse est C.": "C",
    "Ответ: C": "C",
    "The answer is not (B). The answer is (C).": "C",
    "The answer is (C) or (D), depending on the case.": "C",
    "The answer is A because it fits.": "A",
    # A model that runs on past its answer.
    "The answer is (C).\n\nQuestion: Another one?\nThe answer is (A).": "C",
    "The answer is (C).\n\nNow, combining all the answers:\nThe answer is (A).": "C",
    # A model that takes its answer back.
    "The answer is (A).\n\nWait, that ignores friction. The answer is (C).": "C",
    "At first the answer is (A) to most readers, but the answer is (C).": "C",
}


@pytest.mark.parametrize("text", CHOICES)
def test_a_choice(text):
    """A stated choice is found, whatever the form of the statement."""
    found = extract_answer(text, "choice")
    assert found is not None
    assert found.value == CHOICES[text]


@pytest.mark.parametrize(
    "text",
    [
        "A dog is not a cat.",
        "I think so.",
        "The answer is a matter of taste.",
        "The answer is I think unclear",
        "A: small dogs\nB: large dogs",
        "",
        "   ",
    ],
)
def test_no_choice(text):
    """Words and lists that begin with a letter are no choices."""
    assert extract_answer(text, "choice") is None


NUMBERS = {
    "#### 42": "42",
    "12 * 3.5 = 42\nA: 42": "42",
    "The answer is $1,080.": "1080",
    "The answer is 1 080 euros.": "1080",
    "The answer is 1.080,50 EUR": "1080.5",
    "The answer is 42.00": "42",
    "The answer is 4.2e1.": "42",
    "The answer is −7.": "-7",
    "The answer is -7 degrees.": "-7",
    "The answer is 1/2.": "0.5",
    "The answer is 0.50": "0.5",
    "\\boxed{\\frac{1}{2}}": "0.5",
    "\\boxed{\\$1{,}080}": "1080",
    "The answer is 1 1/2 cups.": "1.5",
    "The answer is 1/3.": "1/3",
    "The answer is 18 %.": "18%",
    "The answer is eighteen.": "18",
    "eighteen": "18",
    "18 dollars": "18",
    "x = 18": "18",
    "The answer is 3 * 6 = 18.": "18",
    "The final answer is: 18 apples": "18",
    "The answer is 18 days, because 3 * 6 = 18.": "18",
    '{"answer": 18}': "18",
    '{"answer": "18.0"}': "18",
    "87 / 3 = 29. The answer is $29.": "29",
    "The answer is " + "9" * 100 + ".": "9" * 60,
}


@pytest.mark.parametrize("text", NUMBERS)
def test_a_number(text):
    """Equal numbers have equal values, whatever their form and unit."""
    found = extract_answer(text, "number")
    assert found is not None
    assert found.value == NUMBERS[text]


def test_display_is_the_number_as_written():
    """People see the answer as the expert wrote it."""
    assert extract_answer("87 / 3 = 29. The answer is $29.", "number").display == "$29"
    assert extract_answer("So it costs 1,020 dollars.\n#### 1,020", "number").display == "1,020"


@given(
    st.integers(-(10**12), 10**12),
    st.integers(0, 6).map(lambda digits: 10**digits),
)
def test_decimals_are_exact(numerator, denominator):
    """A decimal, its value with trailing zeros, and its fraction are equal."""
    value = Fraction(numerator, denominator)
    decimal = f"{float(value):.6f}" if abs(value) < 10**6 else str(value)
    forms = {read_number(decimal)[0], read_number(f"{value.numerator}/{value.denominator}")[0]}
    assert len(forms) == 1


@given(st.integers(-(10**15), 10**15))
def test_thousands_separators(value):
    """Separators and currency signs do not change a number."""
    assert {read_number(form)[0] for form in (f"{value}", f"{value:,}", f"{value:,} dollars")} == {
        str(value)
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Yes, because it holds.", "yes"),
        ("No. It does not.", "no"),
        ("**Yes** – it does", "yes"),
        ("true", "yes"),
        ("The answer is no.", "no"),
        ("Nein, das geht nicht.", "no"),
    ],
)
def test_yes_and_no(text, value):
    """A yes or no set apart at the beginning, or stated."""
    assert extract_answer(text, "boolean").value == value


@pytest.mark.parametrize("text", ["No one knows.", "Yesterday it was.", "Not at all likely"])
def test_no_yes_or_no(text):
    """A longer phrase that begins alike states neither."""
    assert extract_answer(text, "boolean") is None


def values(texts):
    kind, answers = extract_answers(texts)
    return kind, [answer and answer.value for answer in answers]


def test_the_kind_is_recognised_from_all_responses():
    """What most state decides; who states nothing of the kind has no answer."""
    assert values(["The answer is (A).", "B", "It is hard to tell."]) == (
        "choice",
        ["A", "B", None],
    )
    assert values(["#### 3", "The answer is 3.0", "3 apples"]) == ("number", ["3", "3", "3"])
    assert values(["cat", "Cat.", "the dog"]) == ("short", ["cat", "cat", "dog"])
    assert values(["A: 18", "A: 26"]) == ("number", ["18", "26"])
    assert values(["0", "1", "1"]) == ("number", ["0", "1", "1"])
    assert values(["Yes.", "no", "YES"]) == ("boolean", ["yes", "no", "yes"])
    assert values(["A", "B", "none of these"]) == ("short", ["a", "b", "none of these"])
    assert values([]) == (None, [])
    assert values(["", " "]) == (None, [None, None])


def test_a_last_resort_needs_the_others():
    """The last number counts where the other responses show that a number is asked for."""
    kind, answers = extract_answers(
        ["#### 12", "The answer is 12.", "So there are 12 of them left."]
    )
    assert kind == "number"
    assert [answer.value for answer in answers] == ["12", "12", "12"]
    assert answers[2].rule == "the last number"


@pytest.mark.parametrize(
    "texts",
    [
        ["Deploy on Monday; 2 people are on call.", "Wait. The canary ran 3 days."] * 2,
        [
            "There are many famous actors, among them 1. Tom 2. Ann.",
            "Here is a list:\n1. Hamlet\n2. Macbeth",
            "Many actors began on the stage, for example in 1990.",
        ],
        ["The answer depends on what you value most, and on how long you want to wait."] * 3,
    ],
)
def test_free_text_is_not_taken_for_more(texts):
    """Advice and lists that mention numbers are free text."""
    assert extract_answers(texts)[0] is None


@pytest.mark.parametrize(
    "unit",
    [
        "the answer is ",
        "(",
        "\\boxed{",
        '{"answer": "',
        "#### ",
        "A: ",
        "1,",
        "9",
        "\n\n",
        "答案",
        "-",
    ],
)
def test_time_is_linear_on_hostile_text(unit):
    """Ten megabytes of half a statement take about as long as reading them."""
    text = unit * (10_000_000 // len(unit))
    start = time.process_time()
    for kind in ("choice", "number", "boolean", "short"):
        extract_answer(text, kind)
    assert time.process_time() - start < 5


@given(st.text(max_size=300))
def test_any_text_is_read_without_error(text):
    """Whatever the text, each kind is read, and a value is never empty."""
    for kind in ("choice", "number", "boolean", "short", None):
        found = extract_answer(text, kind)
        assert found is None or found.value


def test_reasoning_against_labels(data):
    """At least 99 % of the letters that real reasoning texts state are those of the labels."""
    with (data / "mmlu-pro" / "labels.csv").open(encoding="utf-8") as rows:
        labels = {(r["question"], r["worker"]): r["answer"] for r in csv.DictReader(rows)}
    equal = stated = 0
    with gzip.open(data / "mmlu-pro" / "reasoning.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            question = json.loads(line)
            responses = question["responses"]
            kind, answers = extract_answers([response["content"] for response in responses])
            for response, answer in zip(responses, answers, strict=True):
                label = labels.get((question["id"], response["expert_name"]))
                if kind == "choice" and answer is not None and label is not None:
                    stated += 1
                    equal += answer.value == label
    assert stated > 4000
    assert equal / stated >= 0.99


def test_solutions_against_ground_truth(data):
    """The numbers extracted from real solutions are right exactly where they are marked right."""
    same = total = 0
    path = data / "gsm8k" / "example_model_solutions.jsonl"
    for line in path.read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        truth = extract_answer(item["ground_truth"], "number").value
        solutions = [value for value in item.values() if isinstance(value, dict)]
        _, answers = extract_answers([solution["solution"] for solution in solutions])
        for solution, answer in zip(solutions, answers, strict=True):
            total += 1
            same += (answer is not None and answer.value == truth) == solution["is_correct"]
    assert same / total >= 0.995
