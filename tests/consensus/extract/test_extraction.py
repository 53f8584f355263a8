"""Answers are found in the forms in which people and models state them, and only there."""

from __future__ import annotations

import csv
import gzip
import json
import time
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cotool.consensus.extract.extracted import Extracted
from cotool.consensus.extract.extraction import extract_answer, extract_answers
from cotool.consensus.extract.refusals import declines

CHOICES = [
    ("The answer is (C).", "C"),
    ("Adding both gives 12. The answer is (C)", "C"),
    ("The correct option is: **C**", "C"),
    ("Answer: C", "C"),
    ("**Answer:** C) Paris", "C"),
    ("**Answer: C**", "C"),
    ("Final answer: C. Paris", "C"),
    ("The final answer is therefore option C.", "C"),
    ("The answer choice is C because it is the only prime.", "C"),
    ("The correct answer to this question is: **(C) Paris**", "C"),
    ("Both rivers meet there.\n\nTherefore, the statement that fits best is C.", "C"),
    ("Both rivers meet there. Thus the right description is (C).", "C"),
    (r"So we get $\boxed{C}$.", "C"),
    (r"So we get \boxed{\text{C}}.", "C"),
    (r"So we get \(\boxed{\textbf{(C)}}\).", "C"),
    ('{"reasoning": "It is not A.", "answer": "C"}', "C"),
    ('Here it is:\n```json\n{\n  "final_answer" : "C",\n  "confidence": 0.8\n}\n```', "C"),
    ("{'label': 'C', 'score': 1}", "C"),
    ('{"answer": "The answer is (C)"}', "C"),
    ("I compared them.\n<answer>C</answer>", "C"),
    ("<answer>\nThe answer is (C) Paris.\n</answer>", "C"),
    ('{"answer": "C) Paris"}', "C"),
    (r"\boxed{C. Paris}", "C"),
    ("It has been the capital for centuries.\n\n**C. Paris**", "C"),
    ("C", "C"),
    ("**C** – because Jupiter has 318 Earth masses, unlike D.", "C"),
    ("The correct option is (C); (A), (B) and (D) are incorrect.", "C"),
    ("The answer is not A but C.", "C"),
    ("I prefer C over A.", "C"),
    ("C is not a mammal.", "C"),
    ("I first thought the answer is A. But looking again, it is actually C.", "C"),
    ("La opción correcta es la C, ya que A y B son falsas.", "C"),
    ("综上所述,正确选项为 (C)", "C"),
    ("(c)", "C"),
    ("C.", "C"),
    ("[C]", "C"),
    ("C) Paris", "C"),
    ("C. Paris, since it has been the capital for centuries.", "C"),
    ("option C", "C"),
    ("I choose option C.", "C"),
    ("I would go with (C).", "C"),
    ("Option C is the correct answer.", "C"),
    ("It cannot be helped: (C) is correct.", "C"),
    ("It is the largest of the four.\n\nC", "C"),
    ("It is the largest of the four.\n\n**(C)**", "C"),
    ("The answer is c. Canberra", "C"),
    ("The answer is (R).", "R"),
    ("The closest option is (C).", "C"),
    ("The answer is (C), and it is not even close.", "C"),
    ("The answer is none of the above.", "none of the above"),
    ("The answer is E. None of the above", "E"),
    ("答案是C", "C"),
    ("答案：C。", "C"),
    ("所以，正确答案是 （C）。", "C"),
    ("答えはCです", "C"),
    ("정답은 C입니다", "C"),
    ("La respuesta es C", "C"),
    ("La respuesta correcta es la opción C.", "C"),
    ("Die Antwort ist C.", "C"),
    ("Die richtige Antwort lautet: C", "C"),
    ("La réponse est C", "C"),
    ("La bonne réponse est la C.", "C"),
    ("La risposta è C.", "C"),
    ("A resposta é C.", "C"),
    ("Ответ: C", "C"),
    ("Правильный ответ — C.", "C"),
    ("Odpowiedź: C", "C"),
    ("We compare both, so the answer is (C", "C"),
    ("The answer is (C) or (D), depending on the year.", "C"),
    ("The answer is (C) and (D).", "C"),
    ("C\n\nIt has been the capital for centuries.", "C"),
    ("C, because it has been the capital for centuries.", "C"),
    ("Answer: C (Paris)", "C"),
    ("The answer is C, not B.", "C"),
    ("The answer isn’t B, it’s C.", "C"),
    ("The answer’s C.", "C"),
    ('{"answer": ["C"]}', "C"),
    ("<think>The answer is (A)? No.</think>\n\nThe answer is (C).", "C"),
    ("◁think▷The answer is (A)◁/think▷The answer is (C).", "C"),
    ("故选：C", "C"),
    ("The answer is Ｃ", "C"),
]

BOOLEANS = [
    ("Not really.", "no"),
    ("Definitely not.", "no"),
    ("Effectivement, oui.", "yes"),
    ("I would say yes, probably.", "yes"),
    ("I'd lean towards no.", "no"),
    ("Yes", "yes"),
    ("no.", "no"),
    ("True", "yes"),
    ("Yes, because water freezes at that temperature.", "yes"),
    ("No. A whale is a mammal.", "no"),
    ("The answer is no.", "no"),
    ("So the answer is: **Yes**", "yes"),
    ("Verdict: Yes", "yes"),
    ('{"answer": true}', "yes"),
    ("<answer>False</answer>", "no"),
    ("Nein, das geht nicht.", "no"),
    ("答案是：否", "no"),
]

SHORTS = [
    ("positive", "positive"),
    ("The answer is Paris.", "paris"),
    ("Paris.", "paris"),
    ("The Eiffel Tower", "eiffel tower"),
    ("“Grace Slick”", "grace slick"),
    ('{"label": "Not spam"}', "not spam"),
    ("St. Louis", "st louis"),
    ("Sentiment: Positive", "positive"),
    (r"\boxed{\sqrt{2}}", "sqrt(2)"),
    ("STRASSE", "strasse"),
    ("Straße", "strasse"),
    ("<answer>C++</answer>", "c++"),
]


@pytest.mark.parametrize(("text", "value"), CHOICES)
def test_choice_forms(text: str, value: str) -> None:
    """Every usual form of stating an option gives its letter, asked for or not."""
    assert extract_answer(text, "choice").value == value
    found = extract_answer(text)
    assert (found.kind, found.value) == ("choice", value)


@pytest.mark.parametrize(("text", "value"), BOOLEANS)
def test_boolean_forms(text: str, value: str) -> None:
    """Yes, true and their translations are one value, no and false the other."""
    found = extract_answer(text)
    assert (found.kind, found.value) == ("boolean", value)


@pytest.mark.parametrize(("text", "value"), SHORTS)
def test_short_forms(text: str, value: str) -> None:
    """Labels and names compare without case, article and the marks around them."""
    found = extract_answer(text)
    assert (found.kind, found.value) == ("short", value)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("The answer is (B). Wait, I misread. The answer is (C).", "choice", "C"),
        ("The answer is (C). The answer is not (B).", "choice", "C"),
        ("So the answer is 12. Checking again, the answer is 18.", "number", "18"),
        ("The answer is (C).\n\nQuestion: Who?\nAnswer: The answer is (A).", "choice", "C"),
        ("The answer is 18.\n\nQ: How many?\nA: 4", "number", "18"),
        ("The answer is (C).\nHuman: and now?\nThe answer is (A).", "choice", "C"),
        ("The answer is 18.\n\n### Instruction:\nThe answer is 5.", "number", "18"),
        ("The answer is (C).<|im_end|>The answer is (A).", "choice", "C"),
        (
            "The answer is (C).\n\nNow, combining all the answers:\nThe answer is (A).",
            "choice",
            "C",
        ),
        ("Question: How many eggs?\n\nAnswer: 18", "number", "18"),
        ("Let me repeat it:\n\nQuestion: How many eggs?\n\nAnswer: 18", "number", "18"),
        ('{"answer": "C", "explanation": "The answer is (A) only in winter."}', "choice", "C"),
    ],
)
def test_last_own_statement_counts(text: str, kind: str, value: str) -> None:
    """The last statement is the answer, unless it is negated or answers another question."""
    assert extract_answer(text, kind).value == value


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", None),
        ("   \n ", None),
        ("The answer is not (B).", "choice"),
        ("The wrong answer is (B).", "choice"),
        ("The answer is (A, B, D).", "choice"),
        ("The answers are (A), (B) and (D).", "choice"),
        ("Now consider each option: (A) means rain\n(B) means snow", "choice"),
        ("A. Rivers\nB. Lakes\nC. Seas", "choice"),
        ("The answer is A dog.", "choice"),
        ("The answer is I think unknown.", "choice"),
        ("For. It saves money.", "choice"),
        ("Has.", "choice"),
        ("The answer is E = mc^2.", "choice"),
        ("The answer is N/A.", "choice"),
        ("I like this book. A friend gave it to me.", "choice"),
        ("The answer is 18 or 20.", "number"),
        ("The answer is 12:30.", "number"),
        ("The answer is 2023-05-01.", "number"),
        ("The answer is 5-6.", "number"),
        ("The answer is 2x.", "number"),
        ("The answer is 3rd.", "number"),
        ("The film of 1993 is the best.", "number"),
        ("The answer is 1, 2 and 3.", "number"),
        ("The answer is 10**10**9", "number"),
        ("The answer is 1e999999999.", "number"),
        ("The answer is 1/0.", "number"),
        (f"The answer is {'9' * 5000}.", "number"),
        ("Answer:\n1. Rivers\n2. Lakes", "number"),
        ("The answer is yes or no.", "boolean"),
        ("No one knows when the bridge was built.", "boolean"),
        ("Yes, there are several.\n\n- one\n- two", "boolean"),
        ("It depends on the weather and on the road.", "short"),
        ("How are you?", "short"),
        ("The answer is that both of them were there before.", "short"),
    ],
)
def test_states_no_answer(text: str, kind: str | None) -> None:
    """What is undecided, negated, a list or no answer of the kind gives None."""
    assert extract_answer(text, kind) is None


def test_display_and_rule_are_for_people() -> None:
    """The display keeps the form that was written, the rule the phrase that gave it."""
    assert extract_answer("The answer is $1,080 a month.") == Extracted(
        value="1080", kind="number", display="$1,080", rule="answer is"
    )


def test_first_of_two_options_is_marked() -> None:
    """An answer that names two options counts for the first, and the rule tells."""
    assert extract_answer("The answer is (A) or (B).").rule == "answer is (first of two)"


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text raises, and what is found survives a second reading."""
    found = extract_answer(text)
    extract_answers([text, f"The answer is {text}", text[::-1]])
    if found and found.kind in ("choice", "boolean"):
        assert extract_answer(found.value, found.kind).value == found.value


def kind_and_values(texts: list[str]) -> tuple[str | None, list[str | None]]:
    """The kind and the plain values, for short comparisons."""
    kind, answers = extract_answers(texts)
    return kind, [answer and answer.value for answer in answers]


@pytest.mark.parametrize(
    ("texts", "kind", "values"),
    [
        (["The answer is (C).", "B", "C) Paris", ""], "choice", ["C", "B", "C", None]),
        (["18", "$18.00", "The answer is eighteen.", "So it is 9 * 2 = 18"], "number", ["18"] * 4),
        (["A: 18", "A: 20", "A: 18"], "number", ["18", "20", "18"]),
        (["9 * 2 = 18.\nA: 18", "9 + 2 = 11.\nA: 11"], "number", ["18", "11"]),
        (["A: 18", "B: 20", "A: 18"], "choice", ["A", "B", "A"]),
        (["Yes.", "No, never.", "true"], "boolean", ["yes", "no", "yes"]),
        (["positive", "Negative", "POSITIVE."], "short", ["positive", "negative", "positive"]),
        (["yes", "no", "unsure"], "short", ["yes", "no", "unsure"]),
        (["0", "1", "2"], "number", ["0", "1", "2"]),
        (["25%", "The answer is 25.", "24"], "number", ["25%", "25%", "24"]),
        (
            ["So the answer is: Oslo", "The answer is Oslo.", "Bergen"],
            "short",
            ["oslo", "oslo", "bergen"],
        ),
        (["The answer is 18.", "#### 20", "I cannot tell."], "number", ["18", "20", None]),
        (["", "  "], None, [None, None]),
        ([], None, []),
    ],
)
def test_kind_of_a_question(texts: list[str], kind: str | None, values: list[str | None]) -> None:
    """The responses together tell the kind, and each is read in it."""
    assert kind_and_values(texts) == (kind, values)


def test_an_option_may_be_given_by_its_text() -> None:
    """The text of a listed option counts as its letter where other responses give letters."""
    question = "What is the capital of France?\nA. London\nB. Paris\nC. Rome"
    texts = ["B", "Paris", "The capital of France is Paris.", "C. Rome", "Berlin"]
    kind, answers = extract_answers(texts, question)
    assert kind == "choice"
    assert [one and one.value for one in answers] == ["B", "B", "B", "C", None]
    assert extract_answers(["Paris", "Rome", "Paris"], question)[0] == "short"


def test_thoughts_that_never_end_state_nothing() -> None:
    """A text that breaks off within its thoughts has no answer."""
    assert extract_answer("<think>\nHmm 3+4... the answer is 8 or so, let me") is None


ESSAYS = [
    "Use a canary release. It limits the damage of a bad version to 5% of the users.",
    "I would choose blue-green deployment: option A keeps 2 environments, so a rollback is fast.",
    "Neither is right for a team of 4. Deploy once a week by hand and write down what breaks.",
    "The answer is 42, as they say. Seriously: it depends on your traffic and on your tests.",
    "Yes, canary releases are good.\n\n1. They are cheap.\n2. They are safe.",
]


def test_free_text_is_left_alone() -> None:
    """Advice that mentions options, numbers and yes is no multiple-choice question."""
    assert extract_answers(ESSAYS) == (None, [None] * 5)


def test_one_statement_among_essays_is_not_a_vote() -> None:
    """A single stated option does not turn a free-text question into a choice."""
    assert extract_answers([*ESSAYS[:2], "The answer is (C)."])[0] is None


def test_broken_off_texts_abstain() -> None:
    """Texts that were cut before they stated anything do not outvote those that did."""
    cut = "We set up the equation and solve it step by step, " * 8 + "which gives us the"
    texts = ["The answer is (C).", "The answer is (C).", "The answer is (B).", cut, cut, cut]
    assert kind_and_values(texts) == ("choice", ["C", "C", "B", None, None, None])


def test_last_number_is_a_named_last_resort() -> None:
    """Where the others state a number, a finished text's last number is taken and marked."""
    texts = ["The answer is 18.", "#### 18", "She has 9 left and gets 18 dollars for them."]
    answers = extract_answers(texts)[1]
    assert [answer.value for answer in answers] == ["18", "18", "18"]
    assert answers[2].rule == "last number mentioned"


@pytest.mark.parametrize(
    "piece",
    [
        "the answer is ", "the answer is (", "(", "\\boxed{", "9", "1,", "1 = ", '{"answer": "',
        "\n", "\n#", "A. ", "答案", "<answer>", "\nQuestion:", "\nall answers", "</think>",
        "option is A or ", "answer to a ", "Ｃ", "\n1. ", "answers\n a", "**", "half is (A) ",
        "[[", "[[A]] ", "]]", "\\frac{", "\\sqrt", "\\text{", "{", '{"a":', "one hundred ",
        "a half ", "minus ", "2^", "10²", "5 kg ", "2 h 30 min ", "July 4, ", "3:30 ", "x = 2 or ",
        "- a\n", "★", "```\n", "def f(", "SELECT a FROM ", "label is ", "so yes ", "it is true ",
        "response A is ",
        "因此，选", "答えは", "उत्तर ", "الإجابة ", "I'm sorry ", "I cannot ",
        "es tut mir leid ", "ich kann ",
    ],
)  # fmt: skip
def test_hostile_text_takes_linear_time(piece: str) -> None:
    """Ten megabytes of any repeated lead-in are done in under a second."""
    text = piece * (10_000_000 // len(piece.encode()))
    start = time.process_time()
    extract_answer(text)
    declines(text)
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    "piece",
    [
        "[[A]] ", "{", '{"a": ', "f(x) = ", "SELECT a FROM t ", "/*", '"', "- a\n", "July 4 ",
        "\\frac",
        "one hundred ", "2 h ", "a, ", " or ", "the cat ", "東京", "x+", "1. a ", "( ",
    ],
)  # fmt: skip
@pytest.mark.parametrize("size", [190, 2_000, 20_000, 1_000_000])
def test_hostile_questions_take_linear_time(piece: str, size: int) -> None:
    """Responses that repeat a piece, alike but for their ends, are compared in little time."""
    texts = [piece * (size // len(piece)) + end for end in ("", "x", "y 1")]
    start = time.process_time()
    extract_answers(texts)
    assert time.process_time() - start < 1


def test_example_word_problems(examples) -> None:
    """Of the twenty word problems nineteen are number questions, and one is never answered."""
    lines = (examples / "word-problems.jsonl").read_text(encoding="utf-8").splitlines()
    kinds = {}
    for line in lines:
        question = json.loads(line)
        texts = [response["content"] for response in question["responses"]]
        kinds[question["id"]], answers = extract_answers(texts)
        if kinds[question["id"]]:
            assert sum(answer is not None for answer in answers) >= len(texts) - 1
    assert len(kinds) == 20
    assert sorted(kinds.values(), key=str) == [None] + ["number"] * 19


def test_example_labels(examples) -> None:
    """The labels of the example are labels, each question answered by two to five workers."""
    with (examples / "labels.csv").open(encoding="utf-8", newline="") as file:
        labels = defaultdict(list)
        for row in csv.DictReader(file):
            labels[row["question"]].append(row["answer"])
    with (examples / "labels-truth.csv").open(encoding="utf-8", newline="") as file:
        truth = {row["question"]: row["truth"] for row in csv.DictReader(file)}
    assert set(truth) == set(labels)
    assert len(labels) == 12
    for question, answers in labels.items():
        assert kind_and_values(answers) == ("short", answers)
        assert 2 <= len(answers) <= 5
        assert truth[question] in {"cat", "dog", "fox"}


def test_letters_of_mmlu_pro(data) -> None:
    """Of the reasoning texts that state a letter, at least 99 % state the one on record."""
    folder = data / "mmlu-pro"
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as file:
        label = {(row["question"], row["worker"]): row["answer"] for row in csv.DictReader(file)}
    found = equal = 0
    with gzip.open(folder / "reasoning.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            question = json.loads(line)
            answers = extract_answers([r["content"] for r in question["responses"]])[1]
            for response, answer in zip(question["responses"], answers, strict=True):
                expected = label.get((question["id"], response["expert_name"]))
                if answer and expected:
                    found += 1
                    equal += answer.value == expected
    assert found > 4000
    assert equal >= 0.99 * found


def test_numbers_of_gsm8k(data) -> None:
    """The extracted number agrees with the recorded verdict on at least 99.5 % of solutions."""
    path = data / "gsm8k" / "example_model_solutions.jsonl"
    agree = total = 0
    for line in path.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        truth = extract_answer(record["ground_truth"], "number").value
        for solution in record.values():
            if isinstance(solution, dict):
                answer = extract_answer(solution["solution"], "number")
                agree += ((answer and answer.value) == truth) == solution["is_correct"]
                total += 1
    assert agree >= 0.995 * total


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("World War II", "world war ii"),
        ("the Vietnam War", "vietnam war"),
        ("Will Smith", "will smith"),
        ("Theresa May", "theresa may"),
        ("Elizabeth I", "elizabeth i"),
        ("São Paulo", "são paulo"),
        ("It is I", None),
        ("Will it rain", None),
        ("Das war es", None),
    ],
)
def test_a_name_may_hold_a_word_that_is_a_verb_elsewhere(text, label):
    """War and May are parts of names where they begin with a capital letter."""
    _, (found, *_) = extract_answers([text, "Zorro", "Hugo Boss"])
    assert (found and found.value) == label


def test_thoughts_that_break_off_state_nothing():
    """A text that was cut within a model's thoughts has no vote."""
    kind, answers = extract_answers(["<think>\nThe answer is 8 or so, let me", "7", "7"])
    assert kind == "number"
    assert [answer and answer.value for answer in answers] == [None, "7", "7"]


def test_digits_in_groups_are_one_number_of_a_sentence():
    """Spaces group thousands, also narrow ones."""
    texts = ["Il y a 1\u202f234\u202f567 habitants.", "There are 1 234 567.", "1234567"]
    assert [answer and answer.value for answer in extract_answers(texts)[1]] == ["1234567"] * 3
