"""Votes, medoids, contradicting clusters and smoothed shares."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cotool.consensus.decide import aggregation
from cotool.consensus.decide.similarity import similarity_matrix
from cotool.consensus.decide.words import Words, opposition
from cotool.consensus.extract.extracted import Extracted
from cotool.consensus.model import Response


def vote(values, *, confidences=None, weights=None, central=None, question=""):
    """Groups and choice of a vote over bare values; None abstains."""
    answers = [
        None if value is None else Extracted(value.lower(), "short", value, "label")
        for value in values
    ]
    confidences = confidences or [None] * len(values)
    responses = [
        Response(value or "", f"e{i}", confidence)
        for i, (value, confidence) in enumerate(zip(values, confidences, strict=True))
    ]
    weights = weights or [1.0] * len(values)
    central = central or [1.0] * len(values)
    return aggregation.vote(answers, responses, weights, central.__getitem__, question)


def test_plurality():
    """The answer with the most votes wins; who states none has no group."""
    groups, choice = vote(["b", "a", None, "A", "a"])
    assert groups == [0, 1, -1, 1, 1]
    assert choice.index in {1, 4}
    assert choice.reason == "3 of 4 votes"
    assert choice.tied == ()


def test_weights_outvote_numbers():
    """Weights count, not heads."""
    assert vote(["a", "a", "b"], weights=[1, 1, 3])[1].index == 2


@pytest.mark.parametrize(
    ("confidences", "central", "index", "rule"),
    [
        ([0.5, 0.9, 0.6, 0.8], None, 1, "the most confidence"),
        ([0.5, None, 0.6, 0.8], [0.1, 0.2, 0.1, 0.9], 3, "most central text"),
        ([0.5, 0.5, 0.5, 0.5], [0.9, 0.2, 0.1, 0.3], 0, "most central text"),
        (None, None, 1, "fixed random order"),
    ],
)
def test_ties(confidences, central, index, rule):
    """Ties go to stated confidence, then to the central text, then by a lot."""
    _, choice = vote(["a", "b", "a", "b"], confidences=confidences, central=central)
    assert choice.index == index
    assert rule in choice.reason
    assert choice.tied == ("a", "b")


def test_the_lot_does_not_depend_on_the_order():
    """The same question and answers draw the same, whoever comes first; questions draw apart."""
    values = ["a", "b", "c"]
    winners = set()
    for question in map(str, range(30)):
        drawn = set()
        for turn in range(3):
            turned = values[turn:] + values[:turn]
            drawn.add(turned[vote(turned, question=question)[1].index])
        assert len(drawn) == 1
        winners |= drawn
    assert winners == set(values)


def test_a_tie_of_rounded_weights_is_a_tie():
    """Three tenths and 0.1 + 0.2 are equal."""
    assert vote(["a", "b", "b"], weights=[0.3, 0.1, 0.2])[1].tied == ("a", "b")


def test_representative():
    """Shown is the commonest form, by the surest of those who used it."""
    groups, choice = vote(["PARIS", "Paris", "paris", "Paris"], confidences=[1, 0.2, 1, 0.7])
    assert groups == [0, 0, 0, 0]
    assert choice.index == 3


@given(
    values=st.lists(st.sampled_from("abc"), min_size=1, max_size=9),
    seed=st.randoms(use_true_random=False),
)
def test_plurality_does_not_depend_on_the_order(values, seed):
    """A plurality without a tie is the same in every order of the experts."""
    _, choice = vote(values)
    shuffled = seed.sample(values, len(values))
    _, again = vote(shuffled)
    assert set(choice.tied) == set(again.tied)
    if not choice.tied:
        assert values[choice.index] == shuffled[again.index]


@given(
    texts=st.lists(st.text("abc ", max_size=12), min_size=2, max_size=8),
    data=st.data(),
)
def test_medoid_is_the_argmax_of_the_weighted_mean(texts, data):
    """The medoid's score is the greatest weighted mean similarity to the others."""
    weights = [data.draw(st.floats(0.1, 3)) for _ in texts]
    matrix = similarity_matrix(texts)
    scores = [
        np.average(
            [matrix[i, j] for j in range(len(texts)) if j != i],
            weights=[weight for j, weight in enumerate(weights) if j != i],
        )
        for i in range(len(texts))
    ]
    index, score = aggregation.medoid(matrix, weights)
    assert score == pytest.approx(max(scores))
    assert scores[index] == pytest.approx(max(scores))


def test_medoid_of_some_rows():
    """Only candidates are chosen, by their similarity to all; a lone row stands for itself."""
    matrix = similarity_matrix(["a b", "x y", "x y z", "x y z"])
    assert aggregation.medoid(matrix, [1] * 4)[0] == 2
    assert aggregation.medoid(matrix, [1] * 4, [0, 1])[0] == 1
    assert aggregation.medoid(similarity_matrix(["a"]), [1]) == (0, 1.0)


def test_centre_and_cohesion():
    """Cohesion is the mean of the cluster's pairs, None for a lone row."""
    matrix = similarity_matrix(["a b", "a b c", "b c", "z"])
    pairs = [matrix[0, 1], matrix[0, 2], matrix[1, 2]]
    centre, cohesion = aggregation.centre_of(matrix, [0, 1, 2])
    assert centre == 1
    assert cohesion == pytest.approx(sum(pairs) / 3)
    assert aggregation.centre_of(matrix, [3]) == (3, None)


def test_largest_cluster():
    """The heaviest cluster's rows, None for a tie or a lone row."""
    assert aggregation.largest_cluster([0, 1, 1, 0, 1], [1] * 5) == [1, 2, 4]
    assert aggregation.largest_cluster([0, 1, 1, 0], [1] * 4) is None
    assert aggregation.largest_cluster([0, 1, 1], [5, 1, 1]) is None


def test_most_reliable():
    """The expert with the greatest reliability; None where all are equal."""
    matrix = similarity_matrix(["a b", "a c", "a c"])
    assert aggregation.most_reliable([1, 2, 1], [1, 2, 1], matrix) == 1
    assert aggregation.most_reliable([2, 2, 1], [2, 2, 1], matrix) == 1
    assert aggregation.most_reliable([1, 1, 1], [1, 1, 1], matrix) is None


def test_opposed_texts_are_split():
    """Affirming and negating twins stand apart, each with those who say the same."""
    texts = [
        "The drug is safe for most adults.",
        "The drug is not safe for most adults.",
        "The drug is safe for most adults, yes.",
        "The drug is not safe for most adults!",
        "The drug is safe for 9 adults.",
        "The drug is safe for 7 adults.",
    ]
    matrix = similarity_matrix(texts)
    labels = aggregation.split_opposed([0] * 6, [Words.of(text) for text in texts], matrix)
    assert labels[0] == labels[2]
    assert labels[1] == labels[3] != labels[0]
    assert labels[4] != labels[5]
    assert list(dict.fromkeys(labels)) == list(range(max(labels) + 1))


def test_smoothed_share():
    """Few votes are worth less than many, and never certain."""
    assert aggregation.smoothed_share(1.0, 1, 2) == 0.75
    assert aggregation.smoothed_share(1.0, 1, 2) < aggregation.smoothed_share(1.0, 9, 2) < 1
    assert aggregation.smoothed_share(0.5, 4, 2) == 0.5


@given(
    st.lists(
        st.lists(st.sampled_from("hot cold not 3 4 yes no a dog cat unsafe safe".split())).map(
            " ".join
        ),
        min_size=1,
        max_size=12,
    )
)
def test_no_part_contradicts_itself(texts):
    """No two texts of a part contradict each other."""
    words = [Words.of(text) for text in texts]
    found = aggregation.split_opposed([0] * len(texts), words, similarity_matrix(texts))
    for i, j in combinations(range(len(texts)), 2):
        if opposition(words[i], words[j]):
            assert found[i] != found[j]


WORDS = "the drug is safe unsafe not no for 7 9 adults rise fall old new in a b c d".split()


@pytest.mark.parametrize("few", [0, 3, aggregation.FEW_TEXTS])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(contents=st.lists(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join), max_size=12))
def test_opposed_texts_are_split_as_pair_by_pair(few, contents, monkeypatch):
    """What is not compared cannot contradict: the parts are those of comparing each pair."""
    monkeypatch.setattr(aggregation, "FEW_TEXTS", few)
    texts = [Words.of(text) for text in contents]
    matrix = similarity_matrix(contents)
    parts = []
    rows = range(len(texts))
    closeness = [sum(map(matrix.row(i).__getitem__, rows)) for i in rows]
    for i in sorted(rows, key=lambda i: -closeness[i]):
        free = [one for one in parts if not any(opposition(texts[i], texts[k]) for k in one)]
        if not free:
            parts.append([])
        (free or parts[-1:])[0].append(i)
    found = aggregation.split_opposed([0] * len(texts), texts, matrix)
    groups = sorted(sorted(i for i, n in enumerate(found) if n == label) for label in set(found))
    assert groups == sorted(map(sorted, parts))


def test_many_opposed_groups_are_not_all_compared(monkeypatch):
    """Texts that say the same number are together, though there are more groups than are tried."""
    contents = [f"It costs {100 + n % 150} euros" for n in range(450)]
    calls = []
    monkeypatch.setattr(
        aggregation, "opposition", lambda *pair: calls.append(0) or opposition(*pair)
    )
    texts = [Words.of(text) for text in contents]
    found = aggregation.split_opposed([0] * 450, texts, similarity_matrix(contents))
    assert len({*zip(found, contents, strict=True)}) == len({*found}) == 150
    assert len(calls) < 450 * (aggregation.REACH + 4)


def test_opposites_among_many_stand_apart():
    """Also where one text of each stance is about something else."""
    contents = [
        "the local law is not legal", "tea is not tasty", "tea is tasty", "the local law is legal",
        "tea is tasty", "rope is secure", "rope is insecure",
    ]  # fmt: skip
    texts = [Words.of(text) for text in contents]
    for order in (range(7), range(7, 0, -1)):
        found = aggregation.split_many([0] * 7, texts, list(order))
        for i, k in combinations(range(7), 2):
            if found[i] == found[k]:
                assert not opposition(texts[i], texts[k])
    assert found[2] == found[4]
