"""Clusters and the threshold that the data suggest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotool.consensus.decide.clustering import FRACTION, choose_threshold, cluster
from cotool.consensus.decide.embedders import semantic_installed
from cotool.consensus.decide.similarity import similarity_matrix
from cotool.consensus.options import CLUSTERINGS, MEASURES, METRICS
from cotool.errors import InputError

TOPICS = (
    "the ledger migration takes two hours to undo on a weekend",
    "bake the bread with rye flour and let the dough rest overnight",
    "the comet passes close by the sun and grows a long bright tail",
)


def variants(topic, count):
    """Texts that share most words of a topic."""
    words = topic.split()
    return [" ".join(words[:i] + words[i + 1 :]) for i in range(count)]


def clustered(texts, metric, method="average"):
    """Labels at the chosen threshold."""
    matrix = similarity_matrix(texts, metric)
    return cluster(matrix, method, choose_threshold(matrix, metric, method)[0])


@pytest.mark.parametrize("method", [name for name in CLUSTERINGS if name != "auto"])
@pytest.mark.parametrize("metric", ["cosine", "tfidf", "jaccard", "word-levenshtein"])
def test_topics_are_found_on_every_scale(metric, method):
    """Five texts each on three topics are three clusters, whatever the metric's scale."""
    texts = [text for topic in TOPICS for text in variants(topic, 5)]
    assert clustered(texts, metric, method) == [0] * 5 + [1] * 5 + [2] * 5


@pytest.mark.parametrize("count", [2, 3, 10, 200])
def test_all_alike_or_all_apart(count):
    """Texts that are all alike are one cluster, texts without a common word are n."""
    assert clustered(["all say the same"] * count, "tfidf") == [0] * count
    apart = [f"one{i} two{i} three{i}" for i in range(count)]
    assert clustered(apart, "tfidf") == list(range(count))


@given(
    texts=st.lists(st.sampled_from([*TOPICS, "bread", "the sun", ""]), min_size=2, max_size=12),
    metric=st.sampled_from(
        [
            name
            for name in METRICS
            if name not in {"auto", "embedding"} and (name != "semantic" or semantic_installed())
        ]
    ),
)
def test_threshold_is_half_of_the_typical_merge_or_the_floor(texts, metric):
    """The threshold lies between what unrelated texts share and half of identity."""
    threshold, reason = choose_threshold(similarity_matrix(texts, metric), metric)
    assert MEASURES[metric].unrelated <= threshold <= max(MEASURES[metric].unrelated, FRACTION)
    assert reason.startswith(f"threshold {threshold:.2f}: ")


def test_unknown_clustering():
    """The error names the clusterings."""
    with pytest.raises(InputError, match="unknown clustering 'kmeans'") as caught:
        cluster(similarity_matrix(["a", "b"]), "kmeans")
    assert "average" in caught.value.hint
