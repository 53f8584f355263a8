"""Neighbours of vectors: held to all inner products, on every number of threads."""

from __future__ import annotations

from array import array
from itertools import pairwise as pairs

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cotool._fast.text import pairwise, vector_neighbours
from reference import nearest

vectors = st.integers(1, 60).flatmap(
    lambda width: st.lists(
        st.lists(st.integers(-9, 9), min_size=width, max_size=width), min_size=1, max_size=40
    )
)


def found(*arguments):
    """Return lists of (place, similarity) from the kernel's arrays."""
    starts, places, similarities = vector_neighbours.neighbours(*arguments)
    return [list(zip(places[a:b], similarities[a:b], strict=True)) for a, b in pairs(starts)]


@given(
    vectors,
    st.floats(0.01, 1.0),
    st.none() | st.integers(1, 6),
    st.sampled_from([1, 2, 4]),
    st.lists(st.integers(0, 39), max_size=8),
)
def test_neighbours_are_those_of_all_products(rows, threshold, top, threads, copies):
    """Which texts, in which order, how similar; some texts have the same vector."""
    given_rows = pairwise.unit_rows(rows)
    vector_of = [*range(len(rows)), *(copy % len(rows) for copy in copies)]
    own = np.asarray(given_rows, dtype=float)[vector_of]
    matrix = own @ own.T
    for i, j in np.ndindex(matrix.shape):
        if vector_of[i] == vector_of[j]:
            matrix[i, j] = 1.0
    assume((abs(matrix - threshold) > 1e-5).all())
    expected = nearest(matrix.tolist(), threshold, top)
    rows_found = found(given_rows, array("i", vector_of), threshold, top, threads)
    for mine, other in zip(rows_found, expected, strict=True):
        assert [s for _, s in mine] == pytest.approx([s for _, s in other], abs=1e-5)
    if top is None:
        assert [{j for j, _ in row} for row in rows_found] == [
            {j for j, _ in row} for row in expected
        ]


def test_results_do_not_depend_on_threads():
    """One, two and four threads give the same bits."""
    random = np.random.default_rng(1)
    rows = pairwise.unit_rows(random.normal(size=(500, 70)).tolist())
    own = [found(rows, array("i", range(500)), 0.2, 5, threads) for threads in (1, 2, 4)]
    assert own[0] == own[1] == own[2]


def test_bad_arguments_are_refused():
    """A text without a vector, a vector without a text, and more neighbours than allowed."""
    rows = pairwise.unit_rows([[1.0, 0.0]] * 3)
    with pytest.raises(ValueError, match="text has no vector"):
        found(rows, array("i", [0, 3]), 0.5)
    with pytest.raises(ValueError, match="vector has no text"):
        found(rows, array("i", [0, 2]), 0.5)
    with pytest.raises(ValueError, match="more than 5 neighbours"):
        found(rows, array("i", [0, 1, 2]), 0.5, None, 1, 5)
    assert found(rows, array("i"), 0.5) == []
