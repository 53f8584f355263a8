"""Numbers on a scale: the kernel against its oracle."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reference
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


@given(ROWS, st.integers(1, 6))
@settings(max_examples=100)
def test_it_is_the_oracle(rows, iterations):
    """Values, biases and variances after any number of iterations."""
    start = [0.0] * ITEMS
    if not any(x for _, _, x in rows):
        return
    found = estimate(*columns(rows), start, EXPERTS, iterations, -1.0)
    expected = reference.gaussian(rows, start, EXPERTS, iterations)
    for own, oracle in zip(
        (found.values, found.errors, found.biases, found.spreads), expected, strict=True
    ):
        assert list(own) == pytest.approx(oracle, rel=1e-6, abs=1e-9)


def test_equal_numbers():
    """Nothing is to be learned where all say the same."""
    found = estimate(*columns([(0, 0, 7.0), (0, 1, 7.0)]), [7.0], 2)
    assert found.converged
    assert list(found.values) == [7.0]
    assert list(found.errors) == [0.0]


@pytest.mark.parametrize("rows", [[], [(9, 0, 1.0)], [(0, 9, 1.0)], [(-1, 0, 1.0)]])
def test_bad_columns(rows):
    """Empty ones, and numbers out of range."""
    with pytest.raises(ValueError, match=r"out of range|empty"):
        estimate(*columns(rows), [0.0], 2)
