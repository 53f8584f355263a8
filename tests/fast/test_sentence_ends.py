"""Ends of sentences, short strings and capitals that the kernels find in a text."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import reference
from cotool._fast.text.marks import Marks, capitals
from cotool._fast.text.sentences import split_sentences

TABLES = (frozenset(["dr", "z.b", "etc", "a.m"]), frozenset(["etc", "a.m"]), re.compile("mai|MAI"))
PARTS = [
    "Dr", "z.B", "etc", "a.m", "J", "mai", "Word", "word", "3", "12", "²", "1999", "水", "é", "Ü",
    ".", "!", "…", "。", "？", "।", "...", '"', "”", "’", "）", ")", "]", "»", "(", "[", "“", "¿",
    "'", " ", " ", " ", "\n", "\u00a0", "\u3000", "😀", "_", ",", ";", "x" * 30,
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PARTS), max_size=25).map("".join) | st.text(max_size=40)


def sentences(text, start, end):
    found = []
    split_sentences(text, start, end, found, *TABLES)
    return found


@given(TEXTS, st.integers(0, 8), st.integers(0, 8))
@example("abc\n. Def", 0, 0)
@example("(etc. (Then", 0, 0)
@example('No. "', 0, 0)
def test_sentences_are_those_of_the_oracle(text, before, behind):
    """Whatever stands around a mark, in texts of each width, and in a part of a text."""
    start = min(before, len(text))
    end = max(start, len(text) - behind)
    assert sentences(text, start, end) == reference.split_sentences(text, start, end, *TABLES)


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (2, 1), (0, 4)])
def test_ranges_outside_of_the_text_are_rejected(start, end):
    """Nothing is read beyond the text."""
    with pytest.raises(IndexError):
        sentences("abc", start, end)


@given(st.lists(st.text("ab€水😀", min_size=1, max_size=3), max_size=64), st.text("ab€水😀 c"))
def test_marks_are_those_that_a_text_holds(marks, text):
    """Each of them is found at any place, in texts of each width."""
    expected = sum((mark in text) << n for n, mark in enumerate(marks))
    assert Marks(marks).held_by(text) == expected


@pytest.mark.parametrize("marks", [[""], ["a" * 17], ["a"] * 65])
def test_marks_have_room(marks):
    """An empty mark, a long one and one too many are rejected."""
    with pytest.raises(ValueError, match="more than 64 marks"):
        Marks(marks)


@given(st.lists(TEXTS, max_size=4))
def test_capitals_are_those_of_the_oracle(texts):
    """Words, order and places, in texts of each width."""
    words, found, starts = capitals(texts)
    expected = reference.capitals(texts)
    assert [[words[k] for k in found[a:b]] for a, b in pairwise(starts)] == expected
    assert words == list(dict.fromkeys(word for text in expected for word in text))
