"""What was learned of experts and questions that are gone is taken back."""

from __future__ import annotations

import json
import random

import pytest

from cotool import Store
from cotool.consensus.learning import lessons
from cotool.consensus.learning.exchange import exported
from cotool.consensus.learning.lessons import Learning, forget_experts, learn
from cotool.consensus.learning.remembered import Remembered
from cotool.consensus.read.gold import Gold

SKILLS = {"ann": 0.9, "bob": 0.6, "cat": 0.5, "dan": 0.4}


def asked(number, text="", without=()):
    """A question, and the right answer to it."""
    lot = random.Random(f"{number}{text}")
    right = lot.choice("ABC")
    votes = {name: right if lot.random() < p else lot.choice("ABC") for name, p in SKILLS.items()}
    votes = {name: value for name, value in votes.items() if name not in without}
    return Remembered(f"q{number}", text or f"Which {number}?", "", votes, "option"), right


def taught(target, pairs):
    """A store that learned the questions, every other one with its right answer."""
    store = Store(str(target))
    gold = Gold(answers={one.id: right for one, right in pairs[::2]})
    how = Learning(learn=True, gold=gold)
    learn(store, [one for one, _ in pairs], how)
    return store, how.report


def state(store):
    """All that was learned, but for the time."""
    learned = store.read()
    learned.as_of = 0.0
    return json.dumps(exported(learned), sort_keys=True)


def test_forgotten_experts_leave_nothing(tmp_path):
    """The store is the one that never saw them, and their answers are not remembered."""
    store, _ = taught(tmp_path / "a.db", [asked(k) for k in range(30)])
    other, _ = taught(tmp_path / "b.db", [asked(k, without=["dan"]) for k in range(30)])
    before = store.questions()
    forget_experts(store, ["dan"])
    assert state(store) == state(other)
    assert all("dan" not in one.votes for one in store.questions())
    assert [one.id for one in store.questions()] == [one.id for one in before]
    store.close()
    other.close()


@pytest.mark.parametrize("most", [10_000, 0])
def test_a_question_with_another_text_replaces_the_earlier_one(tmp_path, most, monkeypatch):
    """Its right answer counts no more, nor does agreement if the store learns again."""
    monkeypatch.setattr(lessons, "MOST_AGAIN", most)
    monkeypatch.setattr(lessons, "TIMES_AGAIN", 0)
    store, _ = taught(tmp_path / "a.db", [asked(k) for k in range(30)])
    new = [asked(k, f"Another {k}?") for k in range(10)]
    how = Learning(learn=True, gold=Gold(answers={one.id: right for one, right in new[::2]}))
    learn(store, [one for one, _ in new], how)
    assert (how.report.replaced, how.report.extended) == (10, 0)
    found = store.read()
    assert found.judged == 15
    assert found.questions == (30 if most else 40)
    assert {one.answers for one in found.experts.values()} == {found.questions}
    store.close()


def test_ties_go_to_the_expert_with_the_better_record(tmp_path):
    """Of two answers with one vote each, or two."""
    store, _ = taught(tmp_path / "a.db", [asked(k) for k in range(60)])
    learned = store.read()
    ballot = asked(0)[0].ballot()
    for votes in ({"ann": "B", "dan": "A"}, {"ann": "A", "dan": "B"}):
        said = learned.predict([replace_votes(ballot, votes)])[0]
        assert said.best == votes["ann"]
    split = {"ann": "A", "dan": "A", "bob": "B", "cat": "B"}
    assert learned.predict([replace_votes(ballot, split)])[0].best == "A"
    store.close()


def replace_votes(ballot, votes):
    return ballot._replace(votes=votes, question="another")
