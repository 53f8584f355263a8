"""The conditional logit: its mode, its precision, its evidence, and predictions that leave out."""

from __future__ import annotations

import math
from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reference
from cotool._fast.truth.left_out import hits, left_out
from cotool._fast.truth.logit import Choices, curve_at, fit
from cotool._fast.truth.matrices import inverse, prior_precision

WEIGHTS = 5
PRIOR = array("d", [1.0, 0.2, 0.0, 0.3, -0.1])
PRECISION = array("d", [4.0 * (i == j) + 0.5 for i in range(WEIGHTS) for j in range(WEIGHTS)])
NONE = array("d", bytes(8 * WEIGHTS**2)), array("d", bytes(8 * WEIGHTS))


@st.composite
def questions(draw):
    """Each a list of candidates (base, features, target); a feature may count twice."""
    out = []
    for _ in range(draw(st.integers(1, 5))):
        candidates = []
        for _ in range(draw(st.integers(1, 3))):
            own = draw(st.lists(st.integers(1, WEIGHTS - 1), max_size=3))
            candidates.append((draw(st.floats(-3, 0)), own, draw(st.sampled_from([0.0, 0.3, 1.0]))))
        out.append(candidates)
    return out


def choices(asked):
    start, ends, feature = array("q", [0]), array("q", [0]), array("i")
    base, target = array("d"), array("d")
    for candidates in asked:
        for value, own, wanted in candidates:
            base.append(value)
            target.append(wanted)
            feature.extend(own)
            ends.append(len(feature))
        start.append(len(base))
    return Choices(start, target, base, ends, feature, WEIGHTS)


def rows(cells):
    return [list(cells[k : k + WEIGHTS]) for k in range(0, WEIGHTS**2, WEIGHTS)]


@given(questions(), st.booleans())
@settings(max_examples=50)
def test_the_mode_its_curvature_and_the_evidence(asked, older):
    """The slope at the mode is 0; precision and evidence are those of the oracle there."""
    old = (PRECISION, PRIOR) if older else NONE
    mode, precision, evidence = fit(choices(asked), PRIOR, PRECISION, *old)
    likelihood, slope, curve = reference.logit(asked, list(mode))
    prior, known = rows(PRECISION), rows(old[0])
    pull = [
        slope[i]
        + old[1][i]
        - sum(prior[i][j] * (mode[j] - PRIOR[j]) + known[i][j] * mode[j] for j in range(WEIGHTS))
        for i in range(WEIGHTS)
    ]
    assert pull == pytest.approx([0.0] * WEIGHTS, abs=1e-5)
    expected = [[curve[i][j] + prior[i][j] + known[i][j] for j in range(WEIGHTS)]
                for i in range(WEIGHTS)]  # fmt: skip
    assert list(precision) == pytest.approx([c for row in expected for c in row], abs=1e-5)
    apart = [a - b for a, b in zip(mode, PRIOR, strict=True)]
    value = (
        likelihood
        - reference.quadratic_form(prior, apart) / 2
        + sum(a * b for a, b in zip(old[1], mode, strict=True))
        - reference.quadratic_form(known, list(mode)) / 2
        + (reference.log_determinant(prior) - reference.log_determinant(expected)) / 2
    )
    assert evidence == pytest.approx(value, abs=1e-6)


@given(questions())
@settings(max_examples=50)
def test_the_curve_at_some_weights(asked):
    """Curvature and slope are those of the oracle."""
    curve, slope = curve_at(choices(asked), PRIOR)
    _, expected, cells = reference.logit(asked, list(PRIOR))
    assert list(slope) == pytest.approx(expected, abs=1e-9)
    assert list(curve) == pytest.approx([c for row in cells for c in row], abs=1e-9)


@given(questions())
@settings(max_examples=50)
def test_a_question_is_left_out_by_one_step(asked):
    """As the oracle does that solves with the question's own curvature taken away."""
    mode, precision, _ = fit(choices(asked), PRIOR, PRECISION, *NONE)
    found = left_out(choices(asked), mode, inverse(precision, WEIGHTS))
    place = 0
    for candidates in asked:
        _, slope, curve = reference.logit([candidates], list(mode))
        whole = rows(precision)
        rest = [[whole[i][j] - curve[i][j] for j in range(WEIGHTS)] for i in range(WEIGHTS)]
        step = reference.solved(rest, slope)
        scores = [
            base * (mode[0] - step[0]) + sum(mode[f] - step[f] for f in own)
            for base, own, _ in candidates
        ]
        got = list(found[place : place + len(candidates)])
        place += len(candidates)
        # What all candidates share makes no difference.
        assert [s - got[0] for s in got] == pytest.approx([s - scores[0] for s in scores], abs=1e-5)


def test_older_questions_count_by_their_quadratic():
    """Half of the questions folded into a quadratic end near the whole."""
    asked = [[(-1.0, [1, 2], float(k % 3 != 0)), (-0.5, [3], float(k % 3 == 0))] for k in range(30)]
    whole, _, _ = fit(choices(asked), PRIOR, PRECISION, *NONE)
    half, _, _ = fit(choices(asked[:15]), PRIOR, PRECISION, *NONE)
    curve, slope = curve_at(choices(asked[:15]), half)
    pull = array("d", [
        slope[i] + sum(curve[i * WEIGHTS + j] * half[j] for j in range(WEIGHTS))
        for i in range(WEIGHTS)
    ])  # fmt: skip
    twice, _, _ = fit(choices(asked[15:]), PRIOR, PRECISION, curve, pull)
    assert list(twice) == pytest.approx(list(whole), abs=0.05)


def test_a_prior_from_its_parts():
    """The precision is the inverse of the covariance that the parts add up to."""
    none = array("d", bytes(8 * 4))
    held = prior_precision(array("d", [1.0, 2.0]), [array("d", [1.0, 1.0])], none)
    assert list(inverse(held, 2)) == pytest.approx([2.0, 1.0, 1.0, 5.0])
    with pytest.raises(ValueError, match="a value for each weight"):
        prior_precision(array("d", [1.0, 2.0]), [array("d", [1.0])], none)
    with pytest.raises(ValueError, match="square"):
        prior_precision(array("d", [1.0]), [], none)


def test_inverses():
    """Of two rows by hand; a matrix that has none is refused."""
    assert list(inverse(array("d", [2.0, 1.0, 1.0, 2.0]), 2)) == pytest.approx(
        [2 / 3, -1 / 3, -1 / 3, 2 / 3]
    )
    with pytest.raises(ArithmeticError):
        inverse(array("d", [1.0, 2.0, 2.0, 1.0]), 2)
    assert math.isclose(inverse(array("d", [4.0]), 1)[0], 0.25)


def test_bad_arrays_are_refused():
    """Nothing is read beside the arrays."""
    one, value = array("q", [0, 1]), array("d", [0.0])
    with pytest.raises(ValueError, match="do not fit"):
        Choices(one, array("d"), value, one, array("i", [1]), 2)
    with pytest.raises(ValueError, match="a feature"):
        Choices(one, value, value, one, array("i", [2]), 2)
    with pytest.raises(ValueError, match="do not ascend"):
        Choices(array("q", [0, 2, 1]), value, value, one, array("i", [1]), 2)
    with pytest.raises(ValueError, match="square"):
        fit(choices([]), PRIOR, array("d", [1.0]), *NONE)


@given(questions(), st.data())
@settings(max_examples=50)
def test_hits(asked, data):
    """The best score wins; of equal ones each wins in part."""
    count = sum(map(len, asked))
    scores = data.draw(st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=count, max_size=count))
    place, expected = 0, 0.0
    for candidates in asked:
        own = scores[place : place + len(candidates)]
        place += len(candidates)
        won = [c[2] for c, score in zip(candidates, own, strict=True) if score == max(own)]
        expected += sum(won) / len(won)
    assert hits(choices(asked), array("d", scores)) == pytest.approx(expected)
