"""Merging stores: as if one had learned all questions, and none of them twice."""

from __future__ import annotations

import json
import random
from dataclasses import astuple, fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cotool import StoreError
from cotool.consensus.learning.exchange import exported, imported
from cotool.consensus.learning.learned import Learned
from cotool.consensus.learning.merging import StoreContent, merged
from cotool.consensus.learning.records import Judgements
from cotool.consensus.learning.remembered import Remembered

SKILLS = {"ann": 0.9, "bob": 0.6, "cat": 0.5}


def _asked(number: int) -> Remembered:
    lot = random.Random(number)
    truth = lot.choice("ABC")
    votes: dict[str, str | None] = {
        name: truth if lot.random() < skill else lot.choice("ABC") for name, skill in SKILLS.items()
    }
    right = truth if number % 2 else None
    return Remembered(f"q{number}", f"Which {number}?", "", votes, "", truth=right, agreed=True)


def _part(name: str, numbers: list[int], *, keep: float = 1.0) -> StoreContent:
    """A store that learned from these questions at once and forgot a part."""
    asked = [_asked(number) for number in numbers]
    learned = Learned()
    learned.learn_agreement([one.ballot() for one in asked])
    learned.learn_truth([(one.ballot(), one.truth) for one in asked if one.truth is not None])
    learned.forget(keep)
    return StoreContent(name, learned, asked)


def _written(learned: Learned) -> object:
    return json.loads(json.dumps(exported(learned)))


_NUMBERS = st.lists(st.integers(0, 40), min_size=1, max_size=12, unique=True)


@settings(max_examples=20)
@given(mine=_NUMBERS, theirs=_NUMBERS)
def test_a_merged_store_is_one_that_learned_all(mine: list[int], theirs: list[int]) -> None:
    """Whatever the two share; merging again, with itself or with its export changes nothing."""
    own, other = _part("a", mine), _part("b", theirs)
    done = merged([own, other])
    every = [*mine, *(number for number in theirs if number not in mine)]
    if {*theirs} - {*mine}:
        assert _written(done.learned) == _written(_part("all", every).learned)
    assert (done.new, done.known) == (len(every) - len(mine), len({*mine} & {*theirs}))
    now = StoreContent("a", done.learned, done.questions.values())
    form = json.loads(json.dumps(exported(done.learned, done.questions.values())))
    before = _written(done.learned)
    for again in (other, now, StoreContent("export", *imported(form, "export"))):
        same = merged([now, again])
        assert (same.new, same.added) == (0, {})
        assert _written(same.learned) == before
        assert same.questions == done.questions


def test_the_answers_of_other_experts_to_the_same_questions_are_joined() -> None:
    """One store for each expert, as after one file for each, is one store of all."""
    whole = _part("all", list(range(1, 20)))
    parts = []
    for expert in SKILLS:
        asked = [
            replace(one, votes={expert: one.votes[expert]}) for one in whole.questions.values()
        ]
        learned = Learned()
        learned.learn_agreement([one.ballot() for one in asked])
        learned.learn_truth([(one.ballot(), one.truth) for one in asked if one.truth is not None])
        parts.append(StoreContent(expert, learned, asked))
    assert _written(merged(parts).learned) == _written(whole.learned)


def test_what_was_forgotten_is_added_up_or_refused() -> None:
    """Counts add up where no question is shared, and a shared one would count twice."""
    done = merged([_part("a", [*range(10)], keep=0.5), _part("b", [*range(10, 20)], keep=0.5)])
    assert done.added == {"a": 0, "b": 0}
    assert done.learned.questions == pytest.approx(10)
    with pytest.raises(StoreError, match="b and a both learned from 1 question, which would"):
        merged([_part("a", [*range(10)]), _part("b", [*range(9, 20)], keep=0.5)])
    # A whole store teaches one that forgot only the questions that are new to it.
    done = merged([_part("a", [*range(10)], keep=0.5), _part("b", [*range(5, 20)])])
    assert (done.new, done.known, done.learned.questions) == (10, 5, pytest.approx(15))


def test_what_names_no_questions_is_refused() -> None:
    """An export without questions cannot be told from what the store knows."""
    learned = _part("b", [0, 2, 4]).learned
    with pytest.raises(StoreError, match="b: does not say which questions it learned from"):
        merged([_part("a", [1]), StoreContent("b", learned, [])])
    assert (
        merged([StoreContent("new", Learned(), []), StoreContent("b", learned, [])]).learned
        is learned
    )


def test_judgements_and_texts_that_differ() -> None:
    """The first judgement stays and the difference is counted; one id of two texts is refused."""
    own, other = _part("a", [1, 3]), _part("b", [3, 5])
    one = other.questions["q3"]
    own.questions["q3"].truth = "A" if one.truth != "A" else "B"
    done = merged([own, other])
    assert (done.differing, done.questions["q3"].truth) == (1, own.questions["q3"].truth)
    other.questions["q3"] = replace(one, text="Whose?")
    with pytest.raises(StoreError, match=r"'q3' is 'Whose\?' in b and 'Which 3\?' in a"):
        merged([own, other])


def test_all_figures_of_judgements_add_up():
    """add() names each of them, because it is called for every vote."""
    figures = [float(n + 1) for n in range(len(fields(Judgements)))]
    found = Judgements(*figures)
    found.add(Judgements(*figures), 0.5)
    assert astuple(found) == tuple(1.5 * figure for figure in figures)
