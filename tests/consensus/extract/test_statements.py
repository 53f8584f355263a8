"""Texts split into statements."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotool.consensus.extract.statements import split_statements


def statements(text):
    return [text[start:end] for start, end in split_statements(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Dr. J. Smith ran 1.5 km. He said “No.” Then he left.",
            ["Dr. J. Smith ran 1.5 km.", "He said “No.”", "Then he left."],
        ),
        ("It cost $3.50, see Fig. 3 for e.g. this. Done!", None),
        ("Das gilt z. B. hier. Am 3. Mai kam sie.", ["Das gilt z. B. hier.", "Am 3. Mai kam sie."]),
        ("¿Qué pasa? Nada.", ["¿Qué pasa?", "Nada."]),
        ("今天天气好。明天呢？走吧", ["今天天气好。", "明天呢？", "走吧"]),
        ("यह सच है। वह नहीं।", ["यह सच है।", "वह नहीं।"]),
        ("He lives in the U.S. He works there.", ["He lives in the U.S.", "He works there."]),
        ("Wait... what? Yes.", ["Wait... what?", "Yes."]),
        ("They met in 1999. Nobody knew.", ["They met in 1999.", "Nobody knew."]),
        ("J. Smith wrote it. A. Jones did not.", ["J. Smith wrote it.", "A. Jones did not."]),
        ("A. Paris\nB. London", ["A. Paris", "B. London"]),
        ("(a) Paris\nb) London", ["Paris", "London"]),
        ("", []),
        (" \n\t ", []),
    ],
)
def test_sentences(text, expected):
    """Abbreviations, initials, decimals, ordinals, quotes, and scripts without blanks."""
    if expected is None:
        expected = ["It cost $3.50, see Fig. 3 for e.g. this.", "Done!"]
    assert statements(text) == expected


def test_structure():
    """Headings, items, rows and blocks of code are statements; a wrapped line is not."""
    text = (
        "# Plan\nFirst we\ntest. Then we ship.\n\n- one item\n- two items. Both small.\n"
        "1. numbered\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```py\nx = 1\n\ny = 2\n```\nEnd"
    )
    assert statements(text) == [
        "Plan", "First we\ntest.", "Then we ship.", "one item", "two items.", "Both small.",
        "numbered", "| a | b |", "| 1 | 2 |", "```py\nx = 1\n\ny = 2\n```", "End",
    ]  # fmt: skip


@given(st.text("aB1 .!?\n-|`#。\"'", max_size=60))
def test_statements_are_in_order_and_hold_the_words(text):
    """They do not overlap, are not blank, and no letter is lost."""
    found = split_statements(text)
    position = 0
    for start, end in found:
        assert position <= start < end
        assert text[start:end].strip() == text[start:end]
        position = end
    kept = "".join(text[start:end] for start, end in found)
    assert kept.count("B") + kept.count("。") >= text.count("B")


@pytest.mark.parametrize("unit", ["a. ", "A. ", "((", "...", "`", "| ", "\"' ", "1. ", "x. Y "])
def test_a_long_hostile_text_is_split_whole(unit):
    """Marks, quotes and letters without end: no letter is lost, and nothing is read twice.

    Each of these took minutes with a pattern that looks at a run of marks from each of its places.
    """
    text = unit * (300_000 // len(unit))
    kept = "".join(text[start:end] for start, end in split_statements(text))
    assert sum(map(str.isalpha, kept)) == sum(map(str.isalpha, text))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("是吗？!你好。再见", ["是吗？!", "你好。", "再见"]),
        ("Yes?! No... Maybe.", ["Yes?!", "No...", "Maybe."]),
        ("他说“好。”走了。", ["他说“好。”", "走了。"]),
    ],
)
def test_marks_in_a_row_end_one_sentence(text, parts):
    """Marks of one script or of two; quotes that close stay with their sentence."""
    assert [text[start:end] for start, end in split_statements(text)] == parts
