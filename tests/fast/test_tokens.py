"""The tokenizer against its oracle."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import reference
from cotool._fast.text import levenshtein, pairwise
from cotool._fast.text.tokens import tokenize

# Characters that meet the rules: cases, marks, joiners, scripts with and without spaces.
TRICKY = (
    "aZé'ı\N{RIGHT SINGLE QUOTATION MARK}.,0٣9_ \nßſǰΐİŉᾳﬃ日本あアไก่한ᄀ각क्षি\u0301\u0345\u200d-"
)
texts = st.one_of(st.text(TRICKY, max_size=40), st.text(max_size=40))


@given(texts)
@example("don't 'quoted' 1,080.50 3. .5 a.b 1,a")
@example("a" * 63 + "'b")
@example("a" * 64 + "'b")
@example("1" * 63 + "." + "1" * 64 + ",2")
@example("x" * 200 + " " + "x" * 200)
@example("e\u0301 \u00e9 E\u0301")
@example("日e\u0301本\u0301x")
def test_words_equal_the_oracle(text):
    """Words are those of the character-by-character oracle."""
    assert tokenize(text) == reference.tokenize(text)


@given(texts)
def test_words_do_not_depend_on_the_normal_form(text):
    """Composed and decomposed forms of one text have the same words."""
    assert tokenize(unicodedata.normalize("NFD", text)) == tokenize(
        unicodedata.normalize("NFC", text)
    )


@given(texts, texts)
def test_words_of_a_line_do_not_depend_on_its_neighbour(first, second):
    """A line break separates words wherever it falls in the 64-byte windows."""
    assert tokenize(f"{first}\n{second}") == tokenize(first) + tokenize(second)


def test_every_code_point_alone():
    """Each code point by itself gives what the oracle gives."""
    wrong = [
        hex(point)
        for point in [*range(0x3000), *range(0xA000, 0xB000), *range(0xF900, 0x10500), 0x10FFFF]
        if tokenize(chr(point)) != reference.tokenize(chr(point))
    ]
    assert wrong == []


def test_not_a_text():
    """Bytes are not a text."""
    with pytest.raises(TypeError, match="str"):
        tokenize(b"abc")


def test_ids_do_not_depend_on_threads():
    """Texts that are tokenized in parts, with new words in each and words of all lengths."""
    texts = [
        " ".join(f"{'long' * (n % 7)}word{(n * k) % 977} é{n % 11} 字" for k in range(60))
        for n in range(900)
    ]
    assert sum(map(len, texts)) > 600_000
    # Products are summed by id, and those of TF-IDF round.
    one = np.asarray(pairwise.bags(texts, "tfidf", 1))
    for threads in (2, 3, 7):
        assert np.array_equal(np.asarray(pairwise.bags(texts, "tfidf", threads)), one)
    # Levenshtein of words sees the order of ids' texts, not only their counts.
    few = texts[::30]
    assert levenshtein.words(few * 12, 1).tolist() == levenshtein.words(few * 12, 4).tolist()
