"""The alignment of transcripts against its oracle."""

from __future__ import annotations

from array import array
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

import reference
from cotool._fast.truth.rover import align

# Halves and quarters add up without rounding, so that kernel and oracle meet the same ties.
WEIGHTS = st.sampled_from([0.25, 0.5, 1.0, 2.0])


def aligned(transcripts, weights):
    words = array("i", [word for one in transcripts for word in one])
    starts = array("q", [0, *accumulate(map(len, transcripts))])
    slots = align(words, starts, array("d", weights))
    return [list(slots[i : i + len(weights)]) for i in range(0, len(slots), len(weights) or 1)]


@given(
    st.lists(st.tuples(st.lists(st.integers(0, 4), max_size=8), WEIGHTS), min_size=1, max_size=5)
)
def test_align_gives_the_slots_of_its_oracle(rows):
    """The same slots; and every transcript can be read off again."""
    transcripts, weights = [row[0] for row in rows], [row[1] for row in rows]
    slots = aligned(transcripts, weights)
    assert slots == reference.align(transcripts, weights)
    for k, words in enumerate(transcripts):
        assert [slot[k] for slot in slots if slot[k] >= 0] == words


def test_bad_arguments_are_refused():
    """Nothing is read beside the arrays."""
    one = array("d", [1.0])
    with pytest.raises(ValueError, match="do not fit"):
        align(array("i", [1]), array("q", [0, 2]), one)
    with pytest.raises(ValueError, match="do not fit"):
        align(array("i", [1]), array("q", [0]), one)
    with pytest.raises(ValueError, match="ascend"):
        align(array("i", [1]), array("q", [1, 0, 1]), array("d", [1.0, 1.0]))
    with pytest.raises(ValueError, match="above 0"):
        align(array("i", [1]), array("q", [0, 1]), array("d", [0.0]))


def test_nothing_to_align():
    """No transcripts, or none with a word."""
    assert aligned([], []) == []
    assert aligned([[], []], [1.0, 1.0]) == []
