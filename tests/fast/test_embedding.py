"""Static embeddings: pieces of words against the oracle, sums of vectors, what texts share."""

from __future__ import annotations

import struct
from array import array
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import reference
from cotool._fast.text import pairwise
from cotool._fast.text.embedding import LONGEST, Pieces, join_nearest, spread_axes

LETTERS = "abé水"
MERGES = ["\u2581 a", "a b", "b a", "\u2581a b", "ab a", "é é", "b b", "bb a"]
VOCABULARY = {
    piece: place
    for place, piece in enumerate(
        [
            "<unk>", "<0xC3>", "<0xA9>", "\u2581", "a", "b", "水", "é",
            *(one.replace(" ", "") for one in MERGES),
        ]
    )
}  # fmt: skip
PAIRS = [
    (VOCABULARY[left], VOCABULARY[right], VOCABULARY[left + right])
    for left, right in (one.split() for one in MERGES)
]
VECTORS = [[(place * 7 + k * 3) % 11 - 5.0 for k in range(5)] for place in range(len(VOCABULARY))]


def model(half=False, vocabulary=VOCABULARY):
    numbers = [number for row in VECTORS for number in row]
    table = struct.pack(f"<{len(numbers)}{'e' if half else 'f'}", *numbers)
    return Pieces(vocabulary, PAIRS, table, 5, half)


@given(st.text(LETTERS, max_size=3 * LONGEST))
def test_pieces(word):
    """The pieces of a word are those of the oracle, also of a word that is cut."""
    assert model().pieces(word) == reference.pieces(word, VOCABULARY, MERGES, LONGEST)


@given(st.lists(st.text(LETTERS + " -", max_size=20), max_size=8), st.sampled_from([1, 2, 4]))
def test_embed(texts, threads):
    """A vector is the scaled sum of the pieces' vectors, for every number of threads."""
    found = np.asarray(model().embed(texts, threads))
    for row, text in zip(found, texts, strict=True):
        own = reference.embed(text, VOCABULARY, MERGES, VECTORS, LONGEST)
        assert row == pytest.approx(own, abs=1e-6)


def test_half_precision():
    """A table of halves gives the same vectors, with subnormal numbers, too."""
    assert (np.asarray(model(half=True).embed(["ab"])) == np.asarray(model().embed(["ab"]))).all()
    table = struct.pack("<4e", 2.0**-24, -3 * 2.0**-20, 0.0, 2.0**-23)
    tiny = Pieces({"\u2581": 0}, [], table, 4, half=True)
    own = np.array([1, -48, 0, 2]) / np.hypot(np.hypot(1, 48), 2)
    assert np.asarray(tiny.embed(["x"]))[0] == pytest.approx(own)


def test_byte_pieces():
    """A code point without a piece is cut to the bytes that have one; others are left out."""
    known = {piece: place for piece, place in VOCABULARY.items() if piece != "é"}
    assert model(vocabulary=known).pieces("é") == [3, 1, 2]
    assert model(vocabulary=known).pieces("ß") == [3, 1]


def test_bad_tables():
    """A table that does not fit the vocabulary is an error."""
    with pytest.raises(ValueError, match="no vector"):
        Pieces({"a": 1}, [], bytes(8), 2, half=False)
    with pytest.raises(ValueError, match="no vectors"):
        Pieces({"a": 0}, [], bytes(7), 2, half=False)
    with pytest.raises(TypeError):
        model().embed(["a", 1])


rows = st.integers(1, 6).flatmap(
    lambda width: st.lists(
        st.lists(st.integers(-9, 9), min_size=width, max_size=width), min_size=1, max_size=12
    )
)


@given(rows, st.booleans(), st.booleans())
def test_spread_axes(given_rows, asked, declining):
    """Cosines of the new vectors are those of the rows of the inner products."""
    vectors = pairwise.unit_rows(given_rows)
    question = pairwise.unit_rows(given_rows[:1]) if asked else None
    found = np.asarray(spread_axes(vectors, len(given_rows), question, 2, declining), dtype=float)
    expected = reference.shared_similarity(
        np.asarray(vectors).tolist(), np.asarray(question)[0].tolist() if asked else None
    )
    cosines = found @ found.T
    for i, j in product(range(len(given_rows)), repeat=2):
        if expected[i][j] is not None:
            assert cosines[i, j] == pytest.approx(expected[i][j], abs=2e-3)


def test_declining_axes():
    """The axes of the greatest spread come first."""
    random = np.random.default_rng(2)
    rows = pairwise.unit_rows((random.normal(size=(60, 8)) * [1, 5, 2, 9, 1, 3, 7, 4]).tolist())
    spread = (np.asarray(spread_axes(rows, 60, None, 1, declining=True)) ** 2).mean(0)
    assert spread[0] > 0.4
    assert (np.diff(spread) <= 0.01).all()


def test_join_nearest():
    """Rows join the group with the most similar members on average, ties the first, or none."""
    vectors = pairwise.unit_rows([[1, 0], [1, 1], [0, 1], [1, 0.1], [-1, 0], [0, 0]])
    for threads in (1, 2):
        labels = array("i", [0, 0, 1, -1, -1, -1])
        join_nearest(vectors, labels, 2, 0.5, threads)
        assert labels.tolist() == [0, 0, 1, 0, -1, -1]


def test_unit_rows():
    """Vectors get length 1; other lengths, and numbers that are not finite, are errors."""
    assert np.asarray(pairwise.unit_rows([[3e300, 4e300], [0, 0]])).tolist() == [
        [pytest.approx(0.6), pytest.approx(0.8)],
        [0, 0],
    ]
    with pytest.raises(ValueError, match="vector 1 has 1"):
        pairwise.unit_rows([[1, 2], [1]])
    with pytest.raises(ValueError, match="not finite"):
        pairwise.unit_rows([[float("nan")]])


def test_mixed():
    """Two matrices are mixed cell by cell."""
    first, second = pairwise.unit_rows([[1, 0]]), pairwise.unit_rows([[0, 1]])
    assert pairwise.mixed(first, second, 0.25).tolist() == [[0.75, 0.25]]
    with pytest.raises(ValueError, match="shape"):
        pairwise.mixed(first, pairwise.unit_rows([[1]]), 0.5)
