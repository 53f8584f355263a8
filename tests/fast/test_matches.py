"""How far words of one text are matched in another, against the oracle."""

from __future__ import annotations

from array import array
from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import reference
from cotool._fast.text import pairwise
from cotool._fast.text.matches import best_matches

TEXTS = st.lists(st.lists(st.integers(0, 12), unique=True, max_size=6), max_size=7)
VECTORS = st.lists(st.lists(st.integers(-3, 3), min_size=9, max_size=9), min_size=1, max_size=10)


def found(texts, vectors, threads=1):
    ids = array("i", [word for text in texts for word in text])
    starts = array("q", accumulate(map(len, texts), initial=0))
    return np.asarray(best_matches(ids, starts, vectors, threads))


@given(TEXTS, VECTORS)
def test_best_matches(texts, vectors):
    """Similarities are the oracle's, symmetric, and equal for every number of threads."""
    rows = pairwise.unit_rows(vectors)
    own = found(texts, rows)
    expected = reference.best_matches(texts, [rows.row(i) for i in range(rows.rows)])
    assert own == pytest.approx(np.array(expected, ndmin=2).reshape(own.shape), abs=1 / 255)
    assert (own == own.T).all()
    for threads in (2, 4):
        assert (found(texts, rows, threads) == own).all()


@given(TEXTS)
def test_words_without_vectors(texts):
    """Where words match themselves only, the similarity is the overlap coefficient."""
    own = found(texts, pairwise.unit_rows([[0.0]]))
    written = [" ".join(f"w{word}" for word in text) for text in texts]
    assert (own == np.asarray(pairwise.bags(written, "containment"))).all()


@pytest.mark.parametrize(
    ("ids", "starts"), [([0], [0]), ([0], [0, 2, 1]), ([-1], [0, 1]), ([0], [])]
)
def test_wrong_shapes(ids, starts):
    """Words and starts that do not fit each other are refused."""
    with pytest.raises(ValueError, match=r"starts|negative"):
        best_matches(array("i", ids), array("q", starts), pairwise.unit_rows([[1.0]]))
