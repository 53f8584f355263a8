"""Findings beside the answer, each with its evidence, none from too little data."""

from __future__ import annotations

import math
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotool.consensus.decide import insights
from cotool.consensus.decide.insights import Findings, find_insights, mann_kendall
from cotool.consensus.decide.similarity import similarity_matrix
from cotool.consensus.decide.words import Words
from cotool.consensus.model import Cluster, Response

LONG = "the ledger migration must be undone before a rollback and that takes two hours of work "


def findings(texts, labels, *, confidences=None, timestamps=None, extracted=False):
    """Findings of texts in clusters; the consensus is label 0."""
    nothing = [None] * len(texts)
    responses = [
        Response(text, f"e{i}", confidence, timestamp)
        for i, (text, confidence, timestamp) in enumerate(
            zip(texts, confidences or nothing, timestamps or nothing, strict=True)
        )
    ]
    clusters = []
    for label in range(max(labels) + 1):
        rows = tuple(i for i, own in enumerate(labels) if own == label)
        names = tuple(f"e{i}" for i in rows)
        share = len(rows) / len(texts)
        clusters.append(Cluster(label, texts[rows[0]], names, rows, share, None))
    matrix = similarity_matrix(texts)
    words = [Words.of(text) for text in texts]
    return Findings(responses, words, clusters, matrix, matrix, extracted=extracted)


def kinds(found):
    """The kinds of insights."""
    return [one.kind for one in found]


def test_two_camps_are_polarised():
    """Two camps of equal size are named with their shares and the similarity between them."""
    texts = ["wait for monday"] * 3 + ["ship it today"] * 3
    (found,) = insights.polarisation(findings(texts, [0] * 3 + [1] * 3))
    assert "split 3 to 3" in found.message
    assert found.evidence["first_share"] == found.evidence["second_share"] == 0.5
    assert found.evidence["between_similarity"] == 0


@pytest.mark.parametrize("labels", [[0, 1], [0, 0, 0, 0, 0, 1, 1], [0, 0, 0, 1, 2, 3]])
def test_small_or_uneven_camps_are_not_polarised(labels):
    """Two lone experts, a clear majority, and scattered singles are no two camps."""
    texts = [f"text {label}" for label in labels]
    assert not list(insights.polarisation(findings(texts, labels)))


def test_contradicting_clusters():
    """Clusters that say nearly the same words and negate each other are named."""
    texts = ["the drug is safe for adults", "the drug is not safe for adults"]
    (found,) = insights.opposites(findings(texts, [0, 1]))
    assert found.evidence["negation"] is True
    assert found.evidence["similarity"] > 0.9
    assert set(found.experts) == {"e0", "e1"}
    assert not list(insights.opposites(findings(texts, [0, 1], extracted=True)))


def test_confident_dissent():
    """A dissenter surer than the consensus is named; one who is less sure is not."""
    texts = ["a", "a", "b", "c"]
    found = findings(texts, [0, 0, 1, 2], confidences=[0.6, 0.7, 0.95, 0.3])
    (anomaly,) = insights.confidence_anomalies(found)
    assert anomaly.kind == "confident-dissent"
    assert anomaly.experts == ("e2",)
    assert anomaly.evidence["consensus_mean"] == pytest.approx(0.65)


def test_unsure_consensus():
    """A consensus whose members doubt it is named."""
    found = findings(["a", "a", "b"], [0, 0, 1], confidences=[0.3, 0.2, None])
    assert kinds(insights.confidence_anomalies(found)) == ["unsure-consensus"]


def test_unknown_confidence_is_no_anomaly():
    """Nothing is said where fewer than two of the consensus state a confidence."""
    found = findings(["a", "a", "b"], [0, 0, 1], confidences=[None, 0.2, 0.99])
    assert not list(insights.confidence_anomalies(found))


def test_copies():
    """Long identical texts are named once, short ones and twins that contradict are not."""
    long = LONG * 2
    texts = [long, "other words entirely", long, long.replace("must", "must not"), "so", "so"]
    (found,) = insights.copies(findings(texts, [0] * 6))
    assert found.experts == ("e0", "e2")
    assert found.evidence["words"] == 32


def test_length_outlier():
    """A text twenty times as long as the median is named, from five responses on."""
    texts = [f"{LONG} number {i}" for i in range(5)] + [LONG * 20]
    (found,) = insights.length_outliers(findings(texts, [0] * 6))
    assert found.experts == ("e5",)
    assert found.evidence["score"] > 3.5
    assert not list(insights.length_outliers(findings(texts[2:], [0] * 4)))


def test_trends():
    """Confidence that falls from response to response is a trend, from five timestamps on."""
    texts = ["the same words here"] * 6
    confidences = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4]
    found = findings(texts, [0] * 6, confidences=confidences, timestamps=[1, 2, 3, 4, 5, 6])
    (trend,) = insights.trends(found)
    assert "Stated confidence falls over time" in trend.message
    assert trend.evidence["tau"] == -1
    assert trend.evidence["first_half"] == pytest.approx(0.8)
    few = findings(texts[:4], [0] * 4, confidences=confidences[:4], timestamps=[1, 2, 3, 4])
    assert not list(insights.trends(few))


def test_later_experts_leave_the_consensus():
    """Standing with the consensus is followed over time, in the order of the timestamps."""
    texts = ["a"] * 5 + ["b"] * 5
    labels = [0] * 5 + [1] * 5
    (trend,) = insights.trends(findings(texts, labels, timestamps=list(range(10))))
    assert "Agreement with the consensus falls" in trend.message
    mixed = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9]
    assert not list(insights.trends(findings(texts, labels, timestamps=mixed)))


@given(values=st.lists(st.integers(0, 6).map(float), min_size=1, max_size=15))
def test_mann_kendall_counts_pairs(values):
    """Tau is the difference of rising and falling pairs; reversed time reverses its sign."""
    pairs = list(combinations(values, 2))
    score = sum((later > earlier) - (later < earlier) for earlier, later in pairs)
    tau, chance = mann_kendall(values)
    assert tau == pytest.approx(score / len(pairs) if len(set(values)) > 1 else 0)
    assert 0 <= chance <= 1
    assert mann_kendall(values[::-1]) == (pytest.approx(-tau), pytest.approx(chance))


def test_mann_kendall_probability():
    """A strict rise of ten has S = 45 and variance 125, so z = 44 / sqrt(125)."""
    tau, chance = mann_kendall([float(i) for i in range(10)])
    assert tau == 1
    assert chance == pytest.approx(math.erfc(44 / math.sqrt(125) / math.sqrt(2)))


def test_themes_with_coverage():
    """Terms that most experts use are named with their number; a pair replaces its words."""
    texts = [
        "the feature flag limits the risk to few users",
        "behind a feature flag we can go back at once",
        "use the feature flag and watch the dashboards closely",
        "ask the ledger team for their on-call plan first",
    ]
    found = list(insights.themes(findings(texts, [0, 0, 0, 1])))
    assert [one.evidence["term"] for one in found] == ["feature flag"]
    assert found[0].evidence["coverage"] == 0.75
    assert found[0].experts == ("e0", "e1", "e2")


def test_nothing_from_too_little():
    """One or two plain responses have no insights."""
    assert find_insights(findings(["yes"], [0])) == ()
    assert find_insights(findings(["red wine", "blue sky"], [0, 1])) == ()


@given(
    texts=st.lists(st.text(max_size=40), min_size=1, max_size=8),
    data=st.data(),
)
def test_every_insight_has_evidence(texts, data):
    """Whatever the responses, an insight carries a message and numbers, and names real experts."""
    labels = [0] + [data.draw(st.integers(0, 1)) for _ in texts[1:]]
    known = st.one_of(st.none(), st.floats(0, 1))
    confidences = [data.draw(known) for _ in texts]
    timestamps = [data.draw(known) for _ in texts]
    found = findings(texts, labels, confidences=confidences, timestamps=timestamps)
    for one in find_insights(found):
        assert one.message
        assert any(isinstance(value, (int, float)) for value in one.evidence.values())
        assert set(one.experts) <= {f"e{i}" for i in range(len(texts))}
