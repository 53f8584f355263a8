"""Pairs of experts who share errors: their equal answers count less."""

from __future__ import annotations

import random

import pytest

from cotool.consensus.learning.ballots import Ballot
from cotool.consensus.learning.evidence import findings
from cotool.consensus.learning.learned import Learned
from cotool.consensus.truth.inference import Votes, decision_of
from cotool.consensus.truth.methods import correlated, majority_vote
from cotool.consensus.truth.relatives import Dependence
from cotool.consensus.truth.table import LabelTable

LABELS = "ABCDE"


def drawn(skills, families, seed, questions=900):
    """Votes and right answers: half of what a family says is the answer of its teacher."""
    lot, votes, truth = random.Random(seed), {}, {}

    def say(right, skill):
        return right if lot.random() < skill else lot.choice(LABELS)

    for place in range(questions):
        name = f"q{place}"
        truth[name] = lot.choice(LABELS)
        own = {f"e{k}": say(truth[name], skill) for k, skill in enumerate(skills)}
        for family in families:
            teacher = say(truth[name], skills[family[0]])
            own.update({f"e{k}": teacher for k in family if lot.random() < 0.5})
        votes[name] = own
    return votes, truth


def rows_of(votes):
    return [(name, expert, value) for name, own in votes.items() for expert, value in own.items()]


def right(found, truth):
    return sum(found.answers[name] == truth[name] for name in truth) / len(truth)


@pytest.mark.parametrize("seed", [1, 2])
def test_relatives_are_found(seed):
    """And are not taken for two who know what the others do not."""
    votes, truth = drawn([0.5] * 8, [(0, 1)], seed)
    found = correlated(rows_of(votes))
    assert found.relatives == (("e0", "e1"),)
    assert not found.copies
    assert right(found, truth) >= right(majority_vote(rows_of(votes)), truth)


@pytest.mark.parametrize("seed", [1, 2])
def test_relatives_beside_weak_experts_are_in_doubt(seed):
    """They agree so much more than the others that they may know the answers (.77 right)."""
    rows = rows_of(drawn([0.4] * 8, [(0, 1)], seed)[0])
    found = correlated(rows)
    assert ("e0", "e1") in found.rivals
    assert found.answers == majority_vote(rows).answers


@pytest.mark.parametrize("skills", [[0.3] * 8, [0.85] * 3 + [0.2] * 6, [0.9] + [0.3] * 7])
def test_experts_of_like_or_unlike_skill_are_no_relatives(skills):
    """Three who know much agree with each other, and none of them more than with the third."""
    tables = [LabelTable(rows_of(drawn(skills, [], seed)[0])) for seed in range(6)]
    found = [Dependence.of(table.pairs(), is_open=False).relatives for table in tables]
    # One pair of 28 may agree by chance.
    assert sum(map(len, found)) <= 1


def test_relatives_are_named():
    """By the record of experts and by the explanation of a decision."""
    votes, _ = drawn([0.5] * 8, [(0, 1)], 1)
    learned = Learned()
    learned.learn_agreement([Ballot(name, own) for name, own in votes.items()])
    assert any("share errors: e0 and e1" in one for one in findings(learned))
    found = correlated(rows_of(votes))
    own = Votes("q0", None, tuple(votes["q0"].items()))
    remarks = decision_of(found, own, dict.fromkeys(found.experts, 900)).explanation
    assert "equal answers count less where experts share errors: e0 and e1" in remarks
