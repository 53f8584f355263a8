"""Weights under several priors, each weighed by how well it predicted the right answers."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from math import exp

from cotool._fast.truth import logit
from cotool._fast.truth.left_out import hits, left_out
from cotool._fast.truth.matrices import inverse, prior_precision
from cotool._records import NamedTuple

# A weight that a prior fixes has this deviation.
FIXED = 1e-3
# What a right answer counts which a prior's weights foresee without having seen it. The likelihood
# alone prefers weights that state fitting probabilities to weights that name the right answer where
# experts err together. Chosen of .5, .75, 1 and 1.5 on 16 sets of real answers and 21 made-up
# worlds: after 5, 20, 50, 200 right answers .0012, .0007, .0000, -.0002 and .0047, .0005, .0000,
# .0001 more are right with .75 than with .5 (with 1 single sets lose up to .008). Reported on seven
# other sets, most of them parts of mmlu-pro-29, and on eleven worlds: .0022, -.0003, .0002, .0005
# and .0016, .0004, .0008, .0004. One of these sets loses .013 after 20.
HIT = 0.75


class Prior(NamedTuple):
    """A Gaussian with the covariance diag(deviations²) + the directions' + `covariance`."""

    name: str
    log_share: float
    mean: array[float]
    deviations: array[float]
    directions: list[array[float]]
    covariance: array[float]


class Mixture(NamedTuple):
    """What right answers make of priors: the mean weights, and the share of each prior by name.

    `foreseen` has the scores of the judged questions' answers by weights that have not seen the
    question; `covariance` is that of the weights under the likeliest prior.
    """

    weights: array[float]
    shares: dict[str, float]
    foreseen: array[float]
    covariance: array[float]


def mixture(
    choices: logit.Choices, older: tuple[array[float], array[float]], priors: Iterable[Prior]
) -> Mixture:
    """Fit weights to right answers under each prior, by Laplace's method.

    `older` are precision and slope of the quadratic that is left of older right answers.
    """
    merits: list[float] = []
    names, columns, foreseen = [], [], []
    likeliest: array[float] = array("d")
    for prior in priors:
        held = prior_precision(prior.deviations, prior.directions, prior.covariance)
        weights, curve, evidence = logit.fit(choices, prior.mean, held, *older)
        covariance = inverse(curve, len(weights))
        scores = left_out(choices, weights, covariance)
        merit = prior.log_share + evidence + HIT * hits(choices, scores)
        if not merits or merit > max(merits):
            likeliest = covariance
        merits.append(merit)
        names.append(prior.name)
        columns.append(weights)
        foreseen.append(scores)
    raised = [exp(merit - max(merits)) for merit in merits]
    shares = [one / sum(raised) for one in raised]
    named: dict[str, float] = {}
    for name, share in zip(names, shares, strict=True):
        named[name] = named.get(name, 0.0) + share
    return Mixture(_mean(shares, columns), named, _mean(shares, foreseen), likeliest)


def diagonal(values: Sequence[float]) -> array[float]:
    """A matrix with these values on its diagonal, by rows."""
    cells = array("d", bytes(8 * len(values) ** 2))
    for place, value in enumerate(values):
        cells[place * (len(values) + 1)] = value
    return cells


def times(matrix: Sequence[float], vector: Sequence[float]) -> list[float]:
    """The product of a square matrix and a vector."""
    size = len(vector)
    return [
        sum(a * b for a, b in zip(matrix[k * size : (k + 1) * size], vector, strict=True))
        for k in range(size)
    ]


def _mean(shares: Sequence[float], columns: Sequence[Sequence[float]]) -> array[float]:
    total = array("d", bytes(8 * len(columns[0])))
    for share, column in zip(shares, columns, strict=True):
        for place, value in enumerate(column):
            total[place] += share * value
    return total
