"""What a vote is worth, learned from agreement and from right answers.

An answer scores the sum of the weights of the experts who gave it, plus an offset of its label
where labels are a closed set. The weights are learned in two steps.

1. Agreement: what truth inference believes of questions without a known answer is distilled into
   one weight for each expert (a conditional logit with the beliefs as soft targets). Inference is
   overconfident where experts share errors, so the weights enter the second step at half their
   size.
2. Right answers: the same logit, under a mixture of priors weighed by how well each foresaw the
   right answers (their marginal likelihood, by Laplace's method). The mixture includes the simple
   rules: all votes equal, one expert above all others, weights free of agreement, and the belief of
   truth inference itself. So the distance from each is learned instead of set.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import TYPE_CHECKING, NamedTuple

from cotool._fast.truth import logit
from cotool._fast.truth.left_out import hits, left_out
from cotool._fast.truth.matrices import inverse, prior_precision
from cotool.consensus.learning.basis import EXPERT, FLOOR, Basis, GoldBallot, Quadratic
from cotool.consensus.learning.calibration import Calibration, features
from cotool.consensus.learning.priors import SIZE, STARS_UNTIL, Prior, priors, stars

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cotool.consensus.learning.ballots import Ballot

# The prior of distillation: equal positive weights, and their precision.
EQUAL, RIDGE = 0.4, 2.5
# What a right answer counts which a prior's weights foresee without having seen it. The likelihood
# alone prefers weights that state fitting probabilities to weights that name the right answer where
# experts err together. Set on 9 made-up worlds (mean distance below the best of three simple rules,
# of 36 settings .0026 → .0011); on five data sets it changes nothing (.7036 and .7034 right).
HIT = 0.5


@dataclass(frozen=True, slots=True)
class Trust:
    """The weights of votes, and what they came from.

    `priors` is the share of each prior in the mixture; `errors` has standard errors; `size` is what
    scores are multiplied by before they are calibrated.
    """

    basis: Basis
    weights: array[float]
    errors: array[float]
    priors: dict[str, float]
    size: float
    calibration: Calibration

    def weight(self, expert: str) -> float:
        """What this expert's vote adds to the log-odds of an answer."""
        return self.weights[self.basis.places.get(EXPERT + expert, 1)]

    def scores(self, ballot: Ballot, belief: Mapping[str, float]) -> dict[str, float]:
        """The score of each answer."""
        return {
            value: self.weights[0] * log(belief[value] + FLOOR)
            + sum(self.weights[place] for place in own)
            for value, own in self.basis.features(ballot).items()
        }

    def figures(self, scores: Mapping[str, float], ballot: Ballot) -> tuple[str, float, float]:
        """(best answer, its probability before calibration, its share of the votes)."""
        most = max(scores.values())
        best = max(scores, key=lambda value: (scores[value], value))
        total = sum(exp(self.size * (score - most)) for score in scores.values())
        votes = list(ballot.votes.values())
        return best, 1 / total, votes.count(best) / len(votes)


def distil(
    old: Quadratic, basis: Basis, ballots: Sequence[Ballot], beliefs: Sequence[Mapping[str, float]]
) -> Quadratic:
    """What agreement says of the weights after these questions, from what it said before."""
    prior = basis.column(0.0, EQUAL, 0.0)
    precision = _diagonal([RIDGE] * len(prior))
    mode, curve, _ = logit.fit(
        basis.choices(ballots, beliefs, beliefs), prior, precision, *old.over(basis.keys)
    )
    cells = [a - b for a, b in zip(curve, precision, strict=True)]
    slope = _times(curve, mode)
    for place, value in enumerate(prior):
        slope[place] -= RIDGE * value
    # The belief's own weight learns nothing from itself.
    size = len(prior)
    slope[0] = 0.0
    for place in range(size):
        cells[place] = cells[place * size] = 0.0
    return Quadratic(list(basis.keys), cells, slope, old.questions + len(ballots))


def folded(
    trust: Trust, judged: Sequence[GoldBallot], beliefs: Sequence[Mapping[str, float]]
) -> Quadratic:
    """The log-likelihood of right answers as a quadratic around the weights."""
    basis = trust.basis
    choices = basis.choices([one.ballot for one in judged], beliefs, _targets(judged))
    curve, pull = logit.curve_at(choices, trust.weights)
    slope = [a + b for a, b in zip(_times(curve, trust.weights), pull, strict=True)]
    return Quadratic(list(basis.keys), list(curve), slope, sum(one.share for one in judged))


def trusted(
    basis: Basis,
    agreement: Quadratic,
    older: Quadratic,
    judged: Sequence[GoldBallot],
    beliefs: Beliefs,
) -> Trust:
    """The weights, from what agreement says, from older right answers and from the latest ones."""
    size = len(basis.keys)
    precision, slope = agreement.over(basis.keys)
    ridge = basis.column(RIDGE, RIDGE, RIDGE)
    for place, value in enumerate(ridge):
        precision[place * (size + 1)] += value
    for place, value in enumerate(basis.column(0.0, RIDGE * EQUAL, 0.0)):
        slope[place] += value
    spread = inverse(precision, size)
    near = array("d", [SIZE * value for value in _times(spread, slope)])
    near[0] = beliefs.weight
    known = older.questions + sum(one.share for one in judged)
    if not known:
        errors = array("d", [SIZE * sqrt(spread[k * (size + 1)]) for k in range(size)])
        return Trust(basis, near, errors, {"agreement": 1.0}, 1.0, Calibration())
    for place in range(size):
        spread[place] = spread[place * size] = 0.0
    wide = array("d", [SIZE**2 * value for value in spread])
    choices = basis.choices([one.ballot for one in judged], beliefs.known, _targets(judged))
    leading = stars(basis, judged) if known <= STARS_UNTIL else []
    fits = [
        _fitted(choices, older.over(basis.keys), prior)
        for prior in priors(basis, near, wide, leading)
    ]
    most = max(fit.merit for fit in fits)
    shares = [exp(fit.merit - most) for fit in fits]
    whole = sum(shares)
    shares = [share / whole for share in shares]
    named: dict[str, float] = {}
    for share, fit in zip(shares, fits, strict=True):
        named[fit.name] = named.get(fit.name, 0.0) + share
    weights = _mean(shares, [fit.weights for fit in fits])
    covariance = max(fits, key=lambda fit: fit.merit).covariance
    errors = array("d", [sqrt(covariance[k * (size + 1)]) for k in range(size)])
    anchor = sqrt(_length(near) / _length(weights))
    trust = Trust(basis, weights, errors, named, anchor, Calibration())
    foreseen = _mean(shares, [fit.foreseen for fit in fits])
    trust.calibration.learn(list(_points(trust, judged, foreseen)))
    trust.calibration.judged = known
    return trust


class Beliefs(NamedTuple):
    """What truth inference believes of the judged questions, and what that counts beside votes."""

    known: Sequence[Mapping[str, float]] = ()
    weight: float = 0.0


class _Fit(NamedTuple):
    """What right answers make of a prior.

    `foreseen` has the scores of the judged questions' answers by weights that have not seen the
    question; `merit` is the logarithm of the prior's share in the mixture, up to a constant.
    """

    name: str
    merit: float
    weights: array[float]
    covariance: array[float]
    foreseen: array[float]


def _fitted(choices: logit.Choices, older: tuple[array[float], array[float]], prior: Prior) -> _Fit:
    held = prior_precision(prior.deviations, prior.directions, prior.covariance)
    weights, curve, evidence = logit.fit(choices, prior.mean, held, *older)
    covariance = inverse(curve, len(weights))
    foreseen = left_out(choices, weights, covariance)
    merit = prior.log_share + evidence + HIT * hits(choices, foreseen)
    return _Fit(prior.name, merit, weights, covariance, foreseen)


def _points(
    trust: Trust, judged: Sequence[GoldBallot], foreseen: Sequence[float]
) -> Iterator[tuple[tuple[float, ...], bool, float]]:
    """Yield what the confidence is learned from: (figures, right, share) of each question."""
    place = 0
    for one in judged:
        values = list(dict.fromkeys(one.ballot.votes.values()))
        own = dict(zip(values, foreseen[place : place + len(values)], strict=True))
        place += len(values)
        best, chance, share = trust.figures(own, one.ballot)
        yield features(chance, share, len(own)), best == one.right, one.share


def _mean(shares: Sequence[float], columns: Sequence[Sequence[float]]) -> array[float]:
    total = array("d", bytes(8 * len(columns[0])))
    for share, column in zip(shares, columns, strict=True):
        for place, value in enumerate(column):
            total[place] += share * value
    return total


def _targets(judged: Iterable[GoldBallot]) -> list[dict[str, float]]:
    return [{one.right: one.share} for one in judged]


def _diagonal(values: Sequence[float]) -> array[float]:
    cells = array("d", bytes(8 * len(values) ** 2))
    for place, value in enumerate(values):
        cells[place * (len(values) + 1)] = value
    return cells


def _times(matrix: Sequence[float], vector: Sequence[float]) -> list[float]:
    size = len(vector)
    return [
        sum(a * b for a, b in zip(matrix[k * size : (k + 1) * size], vector, strict=True))
        for k in range(size)
    ]


def _length(weights: Sequence[float]) -> float:
    return max(sqrt(sum(value * value for value in weights)), 1e-9)
