"""The conditional logit: its mode, its precision, and learning in steps."""

from __future__ import annotations

import math
from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reference
from cotool._fast.truth.logit import Choices, covariance, update

WEIGHTS = 4


@st.composite
def questions(draw):
    """Each a list of candidates (base, experts) and the place of the right one."""
    out = []
    for _ in range(draw(st.integers(1, 5))):
        count = draw(st.integers(1, 3))
        votes = draw(st.lists(st.integers(0, count), min_size=3, max_size=3))
        candidates = [
            (draw(st.floats(-3, 0)), [e + 1 for e, vote in enumerate(votes) if vote == c])
            for c in range(count)
        ]
        out.append((candidates, draw(st.integers(0, count - 1))))
    return out


def choices(asked, sign=1.0):
    start, voters, right = array("q", [0]), array("q", [0]), array("i")
    base, expert = array("d"), array("i")
    for candidates, place in asked:
        right.append(place)
        for value, experts in candidates:
            base.append(value)
            expert.extend(experts)
            voters.append(len(expert))
        start.append(len(base))
    return Choices(start, right, base, voters, expert, WEIGHTS, sign)


PRIOR = array("d", [1.0, 0.0, 0.0, 0.0])
PRECISION = array("d", [4.0 * (i == j) for i in range(WEIGHTS) for j in range(WEIGHTS)])


@given(questions())
@settings(max_examples=50)
def test_update_finds_the_mode_and_its_curvature(asked):
    """The slope at the mode is 0, and the precision is that of the oracle there."""
    mode, precision = update(choices(asked), PRIOR, PRECISION)
    slope, curve = reference.logit_slope(asked, list(mode), list(PRIOR), 4.0)
    assert slope == pytest.approx([0.0] * WEIGHTS, abs=1e-5)
    assert list(precision) == pytest.approx([cell for row in curve for cell in row], abs=1e-5)


@given(questions())
@settings(max_examples=50)
def test_what_was_learned_can_be_taken_back(asked):
    """Learning a question and taking it back ends near the prior."""
    mode, precision = update(choices(asked[:1]), PRIOR, PRECISION)
    mode, precision = update(choices(asked[:1], sign=-1.0), mode, precision)
    assert list(mode) == pytest.approx(list(PRIOR), abs=0.2)
    assert list(precision) == pytest.approx(list(PRECISION), abs=1.0)


def test_one_step_or_two():
    """A batch in two halves ends near the batch as a whole."""
    asked = [([(-1.0, [1, 2]), (-0.5, [3])], k % 3 == 0) for k in range(30)]
    whole, _ = update(choices(asked), PRIOR, PRECISION)
    half, precision = update(choices(asked[:15]), PRIOR, PRECISION)
    twice, _ = update(choices(asked[15:]), half, precision)
    assert list(twice) == pytest.approx(list(whole), abs=0.05)
    assert whole[1] > 0
    assert whole[3] < 0


def test_covariance_is_the_inverse():
    """Of two rows by hand; a matrix that is none is refused."""
    assert list(covariance(array("d", [2.0, 1.0, 1.0, 2.0]), 2)) == pytest.approx(
        [2 / 3, -1 / 3, -1 / 3, 2 / 3]
    )
    with pytest.raises(ArithmeticError):
        covariance(array("d", [1.0, 2.0, 2.0, 1.0]), 2)
    assert math.isclose(covariance(array("d", [4.0]), 1)[0], 0.25)


def test_bad_arrays_are_refused():
    """Nothing is read beside the arrays."""
    one = array("q", [0, 1])
    with pytest.raises(ValueError, match="do not fit"):
        Choices(one, array("i"), array("d", [0.0]), one, array("i", [1]), 2)
    with pytest.raises(ValueError, match="right candidate"):
        Choices(one, array("i", [1]), array("d", [0.0]), one, array("i", [1]), 2)
    with pytest.raises(ValueError, match="an expert"):
        Choices(one, array("i", [0]), array("d", [0.0]), one, array("i", [2]), 2)
