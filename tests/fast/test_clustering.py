"""The clustering kernels against their oracles."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import reference
from cotool._fast.text import clustering
from cotool._fast.text.pairwise import bags

KERNELS = {
    "components": (clustering.components, reference.components),
    "average": (clustering.average, reference.average),
    "density": (clustering.density, reference.density),
    "star": (clustering.star, reference.star),
}


def similarities(count, seed):
    """A symmetric matrix without ties."""
    chance = random.Random(seed)
    matrix = np.ones((count, count), np.float32)
    for i in range(count):
        for j in range(i + 1, count):
            matrix[i, j] = matrix[j, i] = chance.random()
    return matrix


@pytest.mark.parametrize("name", KERNELS)
@given(
    count=st.integers(0, 12),
    seed=st.integers(0, 2**32),
    threshold=st.floats(0, 1, width=32),
)
def test_equals_the_oracle(name, count, seed, threshold):
    """Labels are those of the oracle."""
    kernel, oracle = KERNELS[name]
    matrix = similarities(count, seed)
    assert kernel(matrix, threshold) == oracle(matrix.tolist(), threshold)


@given(count=st.integers(1, 12), seed=st.integers(0, 2**32))
def test_merge_heights(count, seed):
    """Average linkage merges at the oracle's similarities."""
    matrix = similarities(count, seed)
    expected = sorted((value for value, _ in reference.average_merges(matrix.tolist())))[::-1]
    assert clustering.average_heights(matrix) == pytest.approx(expected)


@pytest.mark.parametrize("name", KERNELS)
def test_rows_that_are_all_alike_or_all_apart(name):
    """Ties everywhere: one cluster above the threshold, n below."""
    kernel, _ = KERNELS[name]
    assert kernel(np.ones((40, 40), np.float32), 0.5) == [0] * 40
    assert kernel(np.eye(40, dtype=np.float32), 0.5) == list(range(40))


@pytest.mark.parametrize("name", KERNELS)
def test_takes_a_matrix_of_the_kernels(name):
    """What similarity_matrix returns goes in as it is."""
    texts = ["a b c", "a b c d", "a b c e", "x y z", "x y z w", "x y z v"]
    assert KERNELS[name][0](bags(texts, "cosine"), 0.6) == [0, 0, 0, 1, 1, 1]


@pytest.mark.parametrize(
    "bad", [np.ones((2, 3), np.float32), np.ones(4, np.float32), np.ones((2, 2)), b"abcd"]
)
def test_not_a_similarity_matrix(bad):
    """Other shapes and types are refused."""
    with pytest.raises(ValueError, match="n x n"):
        clustering.components(bad, 0.5)


@given(count=st.integers(0, 12), seed=st.integers(0, 2**32))
def test_spread(count, seed):
    """The spread is the standard deviation of the similarities of all pairs."""
    matrix = similarities(count, seed)
    assert clustering.spread(matrix) == pytest.approx(reference.spread(matrix.tolist()), abs=1e-6)
