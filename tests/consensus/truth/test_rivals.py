"""Two groups of experts who agree among themselves: votes count the same."""

from __future__ import annotations

import random
from itertools import combinations
from math import sqrt

import pytest

from cotool.consensus.learning.ballots import Ballot
from cotool.consensus.learning.evidence import Outlook, findings
from cotool.consensus.learning.learned import Learned
from cotool.consensus.learning.remembered import Remembered
from cotool.consensus.learning.session import decision
from cotool.consensus.truth.methods import correlated, majority_vote
from cotool.consensus.truth.rivals import APART, Agreement, find_rivals, find_torn

LABELS = "ABCDE"
FIVE, THREE = [f"a{i}" for i in range(5)], [f"b{i}" for i in range(3)]


def say(lot, right, skill):
    return right if lot.random() < skill else lot.choice([x for x in LABELS if x != right])


def drawn(copying, skills, questions=300, seed=1):
    """Votes and right answers of two camps; an expert gives its leader's answer as often as said.

    The other answers are its own, half of them right.
    """
    lot, votes, truth = random.Random(seed), {}, {}
    for place in range(questions):
        name = f"q{place}"
        truth[name] = lot.choice(LABELS)
        leaders = [say(lot, truth[name], skill) for skill in skills]
        votes[name] = {
            expert: leader if lot.random() < copying else say(lot, truth[name], 0.5)
            for camp, leader in zip((FIVE, THREE), leaders, strict=True)
            for expert in camp
        }
    return votes, truth


def rows_of(votes):
    return [(name, expert, value) for name, own in votes.items() for expert, value in own.items()]


@pytest.mark.parametrize("copying", [0.9, 0.7])
@pytest.mark.parametrize("skills", [(0.6, 0.75), (0.75, 0.6)])
def test_two_camps_are_found(copying, skills):
    """Whichever is the better one, the votes decide."""
    votes, _ = drawn(copying, skills)
    found = correlated(rows_of(votes))
    assert sorted(map(list, found.rivals)) == [FIVE, THREE]
    assert found.answers == majority_vote(rows_of(votes)).answers


@pytest.mark.parametrize(
    ("copying", "questions", "skills"),
    [(0.0, 300, (0.5, 0.5)), (0.9, 15, (0.6, 0.75)), (1.0, 300, (0.6, 0.6))],
)
def test_no_rivals(copying, questions, skills):
    """Experts who err independently, too few questions, and identical answers, which are copies."""
    votes, _ = drawn(copying, skills, questions)
    assert not correlated(rows_of(votes)).rivals


def test_a_group_of_copies_among_independent_experts_is_no_rival():
    """The others agree much less among themselves, so the copies count as one."""
    votes, _ = drawn(0.0, (0.5, 0.5))
    lot = random.Random(2)
    for own in votes.values():
        own.update(dict.fromkeys(THREE, lot.choice(LABELS)))
    found = correlated(rows_of(votes))
    assert not found.rivals
    assert found.copies == (tuple(THREE),)


@pytest.mark.parametrize(
    ("others", "skill", "differ"), [(5, 0.65, 0.0), (3, 0.75, 0.0), (2, 0.8, 0.0), (5, 0.7, 0.05)]
)
def test_copies_are_found_where_they_are_half_of_all(others, skill, differ):
    """Six experts give one answer, or mostly; others err independently and are more often right."""
    lot, rows, truth = random.Random(3), [], {}
    for place in range(300):
        right = truth[f"q{place}"] = lot.choice(LABELS)
        copied = say(lot, right, 0.5)
        rows += [
            (f"q{place}", f"c{i}", say(lot, right, 0.5) if lot.random() < differ else copied)
            for i in range(6)
        ]
        rows += [(f"q{place}", f"e{i}", say(lot, right, skill)) for i in range(others)]
    found = correlated(rows)
    assert found.copies == (tuple(f"c{i}" for i in range(6)),)
    assert not found.rivals
    share = sum(found.answers[name] == right for name, right in truth.items()) / len(truth)
    assert share > 0.8
    assert sum(found.probability.values()) / len(truth) < share + 0.03


def test_equals_who_are_nearly_always_right_are_no_copies():
    """Two weak experts beside them fall for the same wrong answers."""
    lot, rows = random.Random(4), []
    for place in range(300):
        right, wrong = lot.sample(LABELS, 2)
        rows += [(f"q{place}", f"s{i}", say(lot, right, 0.97)) for i in range(2)]
        rows += [(f"q{place}", f"w{i}", right if lot.random() < 0.4 else wrong) for i in range(2)]
    assert not correlated(rows).copies


@pytest.mark.parametrize("good", [0.97, 0.9])
def test_many_who_share_errors_do_not_overrule_a_few_who_know(good):
    """Four who know agree as copies would; votes count the same until right answers are known."""
    lot, votes, truth = random.Random(8), {}, {}
    for place in range(300):
        right, wrong = lot.sample("ABCD", 2)
        truth[f"q{place}"] = right
        weak = {f"w{i}": lot.choice([*right * 5, *wrong * 6, *"ABCD"]) for i in range(8)}
        votes[f"q{place}"] = weak | {f"a{i}": say(lot, right, good) for i in range(4)}
    found, equal = correlated(rows_of(votes)), majority_vote(rows_of(votes))
    groups = [sorted(own) for own in (FIVE[:4], weak)]
    assert [list(own) for own in found.rivals] == groups
    assert found.answers == equal.answers
    learned, rows = Learned(), [Ballot(name, own) for name, own in votes.items()]
    learned.learn_agreement(rows)
    assert learned.rivals() == groups
    assert not learned.copies()
    learned.learn_truth([(row, truth[row.question]) for row in rows[:20]])
    said = learned.predict(rows[20:])
    assert (
        sum(one.best == truth[own.question] for one, own in zip(said, rows[20:], strict=True)) > 260
    )


@pytest.mark.parametrize(("weak", "better"), [(3, 3), (2, 4), (4, 3)])
def test_weak_ones_with_a_source_do_not_overrule_better_ones(weak, better):
    """They agree more than the better ones do; twenty right answers tell who is right."""
    lot, votes, truth = random.Random(weak), {}, {}
    for place in range(400):
        right = truth[f"q{place}"] = lot.choice(LABELS)
        source = say(lot, right, 0.35)
        votes[f"q{place}"] = {
            f"w{i}": source if lot.random() < 0.75 else say(lot, right, 0.35) for i in range(weak)
        } | {f"b{i}": say(lot, right, 0.6) for i in range(better)}
    found = correlated(rows_of(votes))
    assert tuple(f"w{i}" for i in range(weak)) in found.rivals
    assert found.answers == majority_vote(rows_of(votes)).answers
    learned, rows = Learned(), [Ballot(name, own) for name, own in votes.items()]
    learned.learn_agreement(rows)
    assert learned.rivals()
    learned.learn_truth([(row, truth[row.question]) for row in rows[:20]])
    said = learned.predict(rows[20:])
    hits = sum(one.best == truth[row.question] for one, row in zip(said, rows[20:], strict=True))
    assert hits > sum(found.answers[row.question] == truth[row.question] for row in rows[20:])


@pytest.mark.parametrize("seed", range(12))
def test_groups_that_agree_little_with_each_other(seed):
    """As of all divisions in two; a search step by step may find one that is nearly as good."""
    lot, names = random.Random(seed), [f"e{place}" for place in range(6)]
    knows = {name: lot.uniform(0.2, 0.7) for name in names}
    source = {*lot.sample(names, lot.randint(2, 3))} if seed % 3 else set()
    rows = [
        (a, b, 900.0, 0.75 if {a, b} <= source else knows[a] * knows[b] + lot.gauss(0, 0.02))
        for a, b in combinations(names, 2)
    ]

    def apart(first):
        own = [[k for a, b, _, k in rows if (a in first) + (b in first) == n] for n in range(3)]
        one, between, other = (sum(ks) / len(ks) for ks in own)
        return between / sqrt(one * other)

    least = min(apart({*one}) for size in (2, 3) for one in combinations(names, size))
    found = find_torn(Agreement(names, rows))
    assert bool(found) == (least < APART)
    assert not found or apart({*found[0]}) < least + 0.05


def test_right_answers_tell_the_better_camp():
    """Without any, the store says that votes count the same, and why; sixty are enough."""
    votes, truth = drawn(0.9, (0.55, 0.8))
    rows = [Ballot(name, own) for name, own in votes.items()]
    learned = Learned()
    learned.learn_agreement(rows)
    assert len({learned.trust().weight(name) for name in [*FIVE, *THREE]}) == 1
    assert any("votes count the same without" in line for line in findings(learned))
    seen = Remembered("q0", "q0", "", dict(votes["q0"]), "option")
    said = decision(learned, Outlook.of(learned), seen, {})
    assert any("agree among themselves" in line for line in said.explanation)
    learned.learn_truth([(row, truth[row.question]) for row in rows[:60]])
    worth = learned.trust().weight
    assert sum(map(worth, THREE)) > sum(map(worth, FIVE))
    assert learned.trust().priors["groups"] > 0.5
    said = decision(learned, Outlook.of(learned), seen, {})
    assert any("one of two groups is to be trusted more" in line for line in said.explanation)


@pytest.mark.parametrize(
    ("size", "between", "groups", "near"),
    [(6, 0.30, 2, False), (6, 0.38, 0, True), (6, 0.45, 0, False), (8, 0.38, 0, False)],
)
def test_few_experts_nearly_are_rivals(size, between, groups, near):
    """Up to six experts who agree somewhat less between two groups than within them are near."""
    names = [f"e{place}" for place in range(size)]
    rows = [
        (a, b, 900.0, 0.5 if (int(a[1:]) < size // 2) == (int(b[1:]) < size // 2) else between)
        for place, a in enumerate(names)
        for b in names[place + 1 :]
    ]
    found = find_rivals(Agreement(names, rows))
    assert (len(found.groups), found.is_near) == (groups, near)
