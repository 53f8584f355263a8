"""The index of neighbours: held to the matrix of all pairs, on every number of threads."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cotool import similarity_matrix
from cotool._fast.text import bag_clusters, clustering, edits, neighbours
from reference import nearest, star

WORDS = ("the", "of", "answer", "is", "no", "yes", "42", "paris", "字", "été", "x")


def rounded(value):
    """As float32."""
    return float(np.float32(value))


texts = st.lists(
    st.lists(st.sampled_from(WORDS), max_size=7).map(" ".join), min_size=0, max_size=24
)
metrics = st.sampled_from(["cosine", "tfidf", "jaccard"])
ways = st.sampled_from([None, False, True])
thresholds = st.floats(2**-7, 1.0, width=32) | st.sampled_from([0.25, 0.5, 1 / 3, 0.6, 1.0]).map(
    rounded
)


def clear(matrix, threshold):
    """Whether no cell is so near the threshold that rounding decides."""
    return all(abs(cell - threshold) > 1e-6 for row in matrix for cell in row)


def found(rows):
    """Lists of (place, similarity) from the kernel's arrays."""
    starts, places, similarities = rows
    assert len(places) == len(similarities) == starts[-1]
    return [list(zip(places[a:b], similarities[a:b], strict=True)) for a, b in pairwise(starts)]


@given(texts, metrics, thresholds, st.none() | st.integers(1, 6), st.sampled_from([1, 2, 4]), ways)
def test_neighbours_are_those_of_the_matrix(some, metric, threshold, top, threads, sweep):
    """Which texts, in which order, how similar; TF-IDF but for its last bits."""
    matrix = similarity_matrix(some, metric).tolist()
    own = found(neighbours.neighbours(some, metric, threshold, top, threads, sweep=sweep))
    expected = nearest(matrix, threshold, top)
    if metric != "tfidf":
        assert own == expected
        return
    assume(clear(matrix, threshold))
    assert [len(row) for row in own] == [len(row) for row in expected]
    for mine, other in zip(own, expected, strict=True):
        assert [s for _, s in mine] == pytest.approx([s for _, s in other], abs=1e-7)


@given(texts, metrics, thresholds, st.sampled_from([1, 2]), ways)
def test_components_and_density_are_those_of_the_matrix(some, metric, threshold, threads, sweep):
    """Labels are equal."""
    matrix = similarity_matrix(some, metric)
    if metric == "tfidf":
        assume(clear(matrix.tolist(), threshold))
    assert bag_clusters.components(
        some, metric, threshold, threads, sweep=sweep
    ) == clustering.components(matrix, threshold)


@given(texts, st.sampled_from(["cosine", "jaccard"]), thresholds, st.sampled_from([1, 2]), ways)
def test_density_is_that_of_the_matrix(some, metric, threshold, threads, sweep):
    """Borders go to their most similar core."""
    matrix = similarity_matrix(some, metric)
    assert bag_clusters.density(
        some, metric, threshold, threads, sweep=sweep
    ) == clustering.density(matrix, threshold)


@given(texts, st.sampled_from(["cosine", "jaccard"]), thresholds, st.sampled_from([1, 2]), ways)
def test_stars_are_those_of_the_oracle(some, metric, threshold, threads, sweep):
    """Copies of a centre belong to it."""
    matrix = similarity_matrix(some, metric).tolist()
    assert bag_clusters.star(some, metric, threshold, threads, sweep=sweep) == star(
        matrix, threshold
    )


@given(st.data(), texts, st.sampled_from(["cosine", "tfidf"]))
def test_closeness_is_a_sum_over_the_matrix(data, some, metric):
    """Weighted, within the own label."""
    labels = data.draw(st.lists(st.integers(0, 3), min_size=len(some), max_size=len(some)))
    weights = data.draw(st.lists(st.floats(0, 3), min_size=len(some), max_size=len(some)))
    matrix = similarity_matrix(some, metric).tolist()
    expected = [
        sum(w * cell for w, cell, own in zip(weights, row, labels, strict=True) if own == label)
        for row, label in zip(matrix, labels, strict=True)
    ]
    assert bag_clusters.closeness(some, metric, labels, weights) == pytest.approx(
        expected, abs=1e-5
    )


def test_many_texts_take_little_memory_and_agree_on_threads():
    """More texts than a batch, most of them alike."""
    some = [f"the answer is {n % 700} because of {n % 13} reasons" for n in range(3000)]
    one = neighbours.neighbours(some, "cosine", 0.8, 5, 1)
    assert neighbours.neighbours(some, "cosine", 0.8, 5, 3) == one
    assert all(b - a == 5 for a, b in pairwise(one[0]))


def test_limits_are_errors():
    """Too many neighbours, no threshold, an unknown metric."""
    with pytest.raises(ValueError, match="more than 10 neighbours"):
        neighbours.neighbours(["a"] * 10, "cosine", 0.5, limit=10)
    with pytest.raises(ValueError, match="above 0"):
        neighbours.neighbours(["a"], "cosine", 0.0)
    with pytest.raises(KeyError):
        neighbours.neighbours(["a"], "levenshtein", 0.5)
    with pytest.raises(ValueError, match="every pair"):
        bag_clusters.closeness(["a"], "jaccard", [0], [1.0])


@given(
    st.lists(
        st.lists(st.sampled_from("ab é字 "), max_size=9).map("".join)
        | st.text("abc ", min_size=60, max_size=70),
        max_size=24,
    ),
    st.booleans(),
    thresholds,
    st.none() | st.integers(1, 6),
    st.sampled_from([1, 2, 4]),
)
def test_neighbours_by_edits_are_those_of_the_matrix(some, in_words, threshold, top, threads):
    """Which texts, in which order, how similar: nothing that can be near is passed over."""
    metric = "word-levenshtein" if in_words else "levenshtein"
    matrix = similarity_matrix(some, metric).tolist()
    own = found(edits.neighbours(some, in_words, threshold, top, threads))
    assert own == nearest(matrix, threshold, top)


def test_many_texts_by_edits():
    """More texts than go to the kernel together, many of them equal, of all lengths."""
    some = [f"the answer is {n % 400} because of {'very ' * (n % 9)}reasons" for n in range(1500)]
    one = edits.neighbours(some, False, 0.9, 4, 1)
    assert edits.neighbours(some, False, 0.9, 4, 3) == one
    matrix = similarity_matrix(some, "levenshtein").tolist()
    assert found(one) == nearest(matrix, float(np.float32(0.9)), 4)
    with pytest.raises(ValueError, match="more than 10 neighbours"):
        edits.neighbours(some, False, 0.5, limit=10)
