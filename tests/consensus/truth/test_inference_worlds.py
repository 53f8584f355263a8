"""Truth inference without right answers is not below the vote: made-up worlds."""

from __future__ import annotations

import random
from collections import Counter
from functools import partial

import pytest

from cotool.consensus.truth.methods import correlated

LABELS = "ABCD"
QUESTIONS, EXPERTS, SEEDS = 400, 6, 3
# Three standard deviations of the difference of two rules that answer mostly alike. Where many err
# alike on hard questions, agreement alone takes some errors for answers: a known loss, bounded.
CHANCE, CHANCE_MISLED = 0.02, 0.035


def other(lot, place, right, *, is_open):
    if is_open:
        return f"{place}-{lot.randrange(30)}"
    return lot.choice([label for label in LABELS if label != right])


def unequal_difficulty(lot, right, wrong):
    """Each question has a chance of its own to be known, the same for all."""
    known = lot.random()
    return [right if lot.random() < 1.2 * known else wrong() for _ in range(EXPERTS)]


def decoys(lot, right, wrong):
    """Half of the questions are hard, and half of the errors on these are the same one."""
    known, decoy = lot.choice([0.9, 0.45]), wrong()
    return [
        right if lot.random() < known else decoy if lot.random() < 0.5 else wrong()
        for _ in range(EXPERTS)
    ]


def topic_noise(lot, right, wrong):
    """On one topic of four all are weak."""
    known = 0.3 if lot.randrange(4) == 0 else 0.7
    return [right if lot.random() < known else wrong() for _ in range(EXPERTS)]


def hardly_known(lot, right, wrong):
    """Sixteen experts alike, little better than chance: nothing shows how they differ."""
    return [right if lot.random() < 0.34 else wrong() for _ in range(16)]


def adversaries(lot, right, wrong):
    """Two of six are nearly always wrong."""
    return [
        right if lot.random() < (0.05 if expert < 2 else 0.7) else wrong()
        for expert in range(EXPERTS)
    ]


def agreed_adversaries(lot, right, wrong):
    """Two of six agree on the same wrong answer."""
    decoy = wrong()
    return [
        (decoy if lot.random() < 0.9 else right)
        if expert < 2
        else right
        if lot.random() < 0.65
        else wrong()
        for expert in range(EXPERTS)
    ]


def gain(world, *, is_open):
    """How far inference is above plurality; ties count by the chance that a draw is right."""
    total = 0.0
    for seed in range(SEEDS):
        lot = random.Random(f"{world.__name__} {seed}")
        rows, votes, truth = [], {}, {}
        for place in range(QUESTIONS):
            right = f"right {place}" if is_open else lot.choice(LABELS)
            said = world(lot, right, partial(other, lot, place, right, is_open=is_open))
            name = f"q{place}"
            truth[name], votes[name] = right, Counter(said)
            rows += [(name, f"e{expert}", label) for expert, label in enumerate(said)]
        found = correlated(rows)
        for name, right in truth.items():
            most = [v for v, n in votes[name].items() if n == max(votes[name].values())]
            total += (found.answers[name] == right) - (right in most) / len(most)
    return total / QUESTIONS / SEEDS


@pytest.mark.parametrize("is_open", [False, True])
@pytest.mark.parametrize("world", [unequal_difficulty, decoys, topic_noise, hardly_known])
def test_inference_is_not_below_the_vote(world, is_open):
    """Where experts are alike, whatever the questions are, inference finds no one to prefer."""
    misled = world is decoys and not is_open
    assert gain(world, is_open=is_open) >= -(CHANCE_MISLED if misled else CHANCE)


@pytest.mark.parametrize("is_open", [False, True])
@pytest.mark.parametrize("world", [adversaries, agreed_adversaries])
def test_adversaries_have_no_weight(world, is_open):
    """Neither for being independent of the others nor for agreeing with each other."""
    assert gain(world, is_open=is_open) >= 0
