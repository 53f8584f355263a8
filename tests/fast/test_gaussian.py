"""Numbers on a scale: the kernel against its oracle."""

from __future__ import annotations

import math
import random
from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reference
from cotool._fast.truth import gaussian, posterior
from cotool._fast.truth.gaussian import estimate

EXPERTS, ITEMS = 4, 5
ROWS = st.lists(
    st.tuples(
        st.integers(0, ITEMS - 1), st.integers(0, EXPERTS - 1), st.integers(-50, 50).map(float)
    ),
    min_size=1,
    max_size=30,
)


def columns(rows):
    return (
        array("i", [i for i, _, _ in rows]),
        array("i", [e for _, e, _ in rows]),
        array("d", [x for _, _, x in rows]),
    )


@given(ROWS, st.integers(1, 6), st.sampled_from(sorted(posterior.FREEDOMS)))
@settings(max_examples=100)
def test_it_is_the_oracle(rows, iterations, freedom):
    """Values, biases and variances after any number of iterations, for each kind of noise."""
    start = [0.0] * ITEMS
    if not any(x for _, _, x in rows):
        return
    pooled = gaussian.typical_square([x for _, _, x in rows])
    fit = gaussian.Fit(freedom, start, EXPERTS, pooled)
    found = gaussian.fitted(*columns(rows), fit, iterations, -1.0)
    expected = reference.gaussian(rows, start, EXPERTS, freedom, iterations)
    for own, oracle in zip((found.values, found.biases, found.spreads), expected, strict=True):
        assert list(own) == pytest.approx(oracle, rel=1e-5, abs=1e-7)


@given(
    st.lists(st.tuples(st.floats(0.01, 100), st.floats(0.5, 50)), min_size=1, max_size=6),
    st.floats(0, 0.1),
)
def test_variances_are_those_of_the_oracle(rows, least):
    """Shrunk towards each other as far as they are alike."""
    squares, known = zip(*rows, strict=True)
    found, behind, common = gaussian.shrunk_variances(squares, known, least)
    expected, middle = reference.shrunk_variances(squares, known, least)
    assert found == pytest.approx(expected)
    assert common == pytest.approx(middle)
    assert all(one > 0 for one in behind)


@pytest.mark.parametrize("numbers", [[3.0, 5.0], [1.0, 2.0, 4.0], [9.0, 1.0, 7.0, 6.5, 2.0, 3.0]])
def test_the_interval_of_one_question_is_that_of_student(numbers, monkeypatch):
    """If the noise is Gaussian, and experts are equal."""
    monkeypatch.setattr(gaussian, "FREEDOMS", {math.inf: 1.0})
    monkeypatch.setattr(gaussian, "STRENGTHS", {math.inf: 1.0})
    rows = [(0, k, x) for k, x in enumerate(numbers)]
    found = estimate(*columns(rows), [sorted(numbers)[len(numbers) // 2]], len(numbers))
    middle, low, high = reference.student_interval(numbers)
    assert found.values[0] == pytest.approx(middle, abs=0.01)
    assert (found.highs[0] - found.lows[0]) / (high - low) == pytest.approx(1, abs=0.05)


def test_quantiles_of_student():
    """Those of the usual tables."""
    found = [posterior.student(n) for n in (1, 2, 3, 5, 10, 30)]
    assert found == pytest.approx([12.706, 4.3027, 3.1824, 2.5706, 2.2281, 2.0423], rel=1e-4)
    assert posterior.student(math.inf) == pytest.approx(1.96, abs=1e-4)


def test_many_numbers_are_sampled_to_choose_the_noise(monkeypatch):
    """The result is that of all of them."""
    lot = random.Random(5)
    rows = [(i, e, i % 7 + lot.gauss(0, 1)) for i in range(120) for e in range(4)]
    start = [float(i % 7) for i in range(120)]
    whole = estimate(*columns(rows), start, 4)
    monkeypatch.setattr(gaussian, "MOST", 200)
    sampled = estimate(*columns(rows), start, 4)
    assert list(sampled.values) == pytest.approx(list(whole.values), abs=0.1)


def test_equal_numbers():
    """Nothing is to be learned where all say the same."""
    found = estimate(*columns([(0, 0, 7.0), (0, 1, 7.0)]), [7.0], 2)
    assert list(found.values) == list(found.lows) == list(found.highs) == [7.0]


@pytest.mark.parametrize("rows", [[], [(9, 0, 1.0)], [(0, 9, 1.0)], [(-1, 0, 1.0)]])
def test_bad_columns(rows):
    """Empty ones, and numbers out of range."""
    with pytest.raises(ValueError, match=r"out of range|empty"):
        estimate(*columns(rows), [0.0], 2)
