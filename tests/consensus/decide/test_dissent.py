"""What those outside the consensus say differently."""

from __future__ import annotations

from cotool.consensus.decide.dissent import Vocabulary, find_dissent
from cotool.consensus.decide.similarity import similarity_matrix
from cotool.consensus.decide.words import Words
from cotool.consensus.model import Cluster

TEXTS = [
    "Deploy on Monday, because the rollback takes 2 hours.",
    "Deploy on Monday morning: a rollback takes 2 hours.",
    "Deploy on Friday behind the flag, with 5 % of the traffic.",
    "Do not deploy on Monday, because the rollback takes 2 hours.",
]


def cluster(place, indices, share):
    """A cluster of rows of TEXTS."""
    members = tuple(f"e{i}" for i in indices)
    return Cluster(place, TEXTS[indices[0]], members, indices, share, None)


def found():
    """The dissent of rows 2 and 3 from rows 0 and 1."""
    clusters = [cluster(0, (0, 1), 0.5), cluster(1, (3,), 0.2), cluster(2, (2,), 0.3)]
    return find_dissent(
        clusters, 0, [Words.of(text) for text in TEXTS], similarity_matrix(TEXTS, "cosine")
    )


def test_dissent_is_told_apart():
    """Each other cluster has its experts, share, words and numbers, the heaviest first."""
    friday, negated = found()
    assert friday.experts == ("e2",)
    assert friday.share == 0.3
    assert {"friday", "flag", "traffic"} <= set(friday.only_here)
    assert {"monday", "rollback"} <= set(friday.only_in_consensus)
    assert (friday.numbers, friday.consensus_numbers) == (("5",), ("2",))
    assert not friday.negation
    assert 0 < friday.similarity < negated.similarity < 1


def test_negation_is_marked():
    """A text that only adds a negation is marked, and the negation is what sets it apart."""
    negated = found()[1]
    assert negated.negation
    assert "not" in negated.only_here
    assert (negated.numbers, negated.consensus_numbers) == ((), ())


def test_nobody_dissents_from_one_cluster():
    """One cluster has no dissent."""
    texts = [Words.of(text) for text in TEXTS]
    assert find_dissent([cluster(0, (0, 1, 2, 3), 1.0)], 0, texts, similarity_matrix(TEXTS)) == ()


def apart(texts, others):
    return Vocabulary.of(texts).apart_from(Vocabulary.of(others))


def test_words_in_order_of_strength_at_most_eight():
    """Words of more texts come first; function words only where nothing else differs."""
    texts = [Words.of("alpha beta gamma"), Words.of("alpha beta"), Words.of("alpha")]
    other = [Words.of("gamma delta")]
    assert apart(texts, other) == ("alpha", "beta")
    many = [Words.of(" ".join(f"word{chr(97 + i)}" for i in range(20)))]
    assert len(apart(many, other)) == 8
    assert apart([Words.of("this is it")], [Words.of("that is it")]) == ("this",)
