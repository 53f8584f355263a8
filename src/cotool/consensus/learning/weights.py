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
from dataclasses import dataclass, field
from math import exp, log, sqrt
from typing import TYPE_CHECKING, NamedTuple

from cotool._fast.truth import logit
from cotool.consensus.learning.calibration import Calibration, features

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cotool.consensus.learning.ballots import Ballot

# Keys of weights: of the belief of truth inference, of experts without a weight of their own, and
# the first letters of those of experts and labels.
BELIEF = ""
OTHERS = "*"
EXPERT, LABEL = "@", "="
# Beliefs below this count as this.
FLOOR = 1e-6
# The prior of distillation: equal positive weights, and their precision.
EQUAL, RIDGE = 0.4, 2.5
# The size at which distilled weights enter, and the deviations of that size and of what all weights
# have in common.
SIZE, SIZE_SPREAD, COMMON_SPREAD = 0.5, 0.1, 0.1
# Deviations of a weight from the distilled one with the logarithms of their priors: agreement is
# good until right answers say otherwise. Those of an offset are half of it.
NEAR = ((0.02, 2.0), (0.05, 2.0), (0.1, 1.0), (0.2, 0.0), (0.4, -1.0), (0.8, -2.0), (1.6, -3.0))
OFFSET = 0.5
# Weights free of agreement: their common mean, their deviations, the prior of each.
FREE, FREE_SPREADS, FREE_PRIOR = 0.2, (0.3, 0.6), log(0.2)
# The same without offsets of labels: common means and deviations, the prior of each.
UNLABELLED, UNLABELLED_PRIOR = ((0.0, 0.316), (0.0, 1.0), (0.2, 0.316)), -1.5
# All votes equal: a weight, and the deviation of that weight.
PLAIN, PLAIN_SPREAD, PLAIN_PRIOR = 0.4, 0.3, -1.0
# The belief of truth inference as it is, where labels are a closed set: deviations of its weight,
# 1, and of those of experts.
BELIEF_SPREAD, BELIEF_EXPERTS, BELIEF_PRIOR = 0.3, 0.12, -2.0
# One expert above all others: his lead, and the prior of all such experts. They are looked for
# among those most often right, up to so many judgements: then the weights tell.
LEAD, STAR_PRIOR, MOST_STARS, STARS_UNTIL = 1.5, log(0.5), 8, 200
# What a right answer counts which a prior's weights foresee without having seen it. The likelihood
# alone prefers weights that state fitting probabilities to weights that name the right answer where
# experts err together. Set on 9 made-up worlds (mean distance below the best of three simple rules,
# of 36 settings .0026 → .0011); on five data sets it changes nothing (.7036 and .7034 right).
HIT = 0.5
# A weight that a prior fixes.
FIXED = 1e-3


@dataclass(slots=True)
class Quadratic:
    """What is left of a log-likelihood: slope w - w precision w / 2 of the weights named by `keys`.

    `questions` are those behind it. Quadratics of different questions add up.
    """

    keys: list[str] = field(default_factory=list)
    precision: list[float] = field(default_factory=list)
    slope: list[float] = field(default_factory=list)
    questions: float = 0.0

    def over(self, keys: Sequence[str]) -> tuple[array[float], array[float]]:
        """Precision and slope of these weights; those it does not know have none."""
        places = {key: place for place, key in enumerate(self.keys)}
        own = [places.get(key, -1) for key in keys]
        size = len(self.keys)
        cells = array("d", bytes(8 * len(keys) ** 2))
        for i, a in enumerate(own):
            for j, b in enumerate(own):
                if a >= 0 and b >= 0:
                    cells[i * len(keys) + j] = self.precision[a * size + b]
        return cells, array("d", [self.slope[a] if a >= 0 else 0.0 for a in own])

    def add(self, other: Quadratic) -> None:
        """Add what other questions say."""
        keys = list(dict.fromkeys([*self.keys, *other.keys]))
        mine, theirs = self.over(keys), other.over(keys)
        self.keys = keys
        self.precision, self.slope = (
            [a + b for a, b in zip(one, more, strict=True)]
            for one, more in zip(mine, theirs, strict=True)
        )
        self.questions += other.questions

    def scale(self, factor: float) -> None:
        """Forget a part."""
        self.precision = [value * factor for value in self.precision]
        self.slope = [value * factor for value in self.slope]
        self.questions *= factor

    def drop(self, key: str) -> None:
        """Forget a weight."""
        keys = [own for own in self.keys if own != key]
        precision, slope = self.over(keys)
        self.keys, self.precision, self.slope = keys, list(precision), list(slope)


class GoldBallot(NamedTuple):
    """A ballot with the right answer; `place` is in the order of learning.

    `share` is what is left of it after forgetting.
    """

    ballot: Ballot
    right: str
    share: float = 1.0
    place: int = 0


class Basis:
    """The weights that are learned: that of the belief first, then experts', then labels'."""

    def __init__(self, experts: Iterable[str], labels: Iterable[str]) -> None:
        self.keys = [BELIEF, OTHERS, *(EXPERT + name for name in experts)]
        self.experts = len(self.keys)
        self.keys += [LABEL + label for label in labels]
        self.is_closed = len(self.keys) > self.experts
        self.places = {key: place for place, key in enumerate(self.keys)}

    def features(self, ballot: Ballot) -> dict[str, list[int]]:
        """The weights that count for each answer, besides that of the belief."""
        found: dict[str, list[int]] = {}
        for expert, value in ballot.votes.items():
            if value not in found:
                label = self.places.get(LABEL + value)
                found[value] = [] if label is None else [label]
            found[value].append(self.places.get(EXPERT + expert, 1))
        return found

    def choices(
        self,
        ballots: Sequence[Ballot],
        beliefs: Sequence[Mapping[str, float]],
        targets: Sequence[Mapping[str, float]],
    ) -> logit.Choices:
        """Ballots as the kernel takes them; an answer that no target names has none."""
        start, ends, feature = array("q", [0]), array("q", [0]), array("i")
        base, target = array("d"), array("d")
        for ballot, belief, wanted in zip(ballots, beliefs, targets, strict=True):
            for value, own in self.features(ballot).items():
                base.append(log(belief[value] + FLOOR))
                target.append(wanted.get(value, 0.0))
                feature.extend(own)
                ends.append(len(feature))
            start.append(len(base))
        return logit.Choices(start, target, base, ends, feature, len(self.keys))

    def column(self, belief: float, expert: float, label: float) -> array[float]:
        """One value for each sort of weight."""
        experts = [expert] * (self.experts - 1)
        return array("d", [belief, *experts, *[label] * (len(self.keys) - self.experts)])


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
    spread = logit.inverse(precision, size)
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
    stars = _stars(basis, judged) if known <= STARS_UNTIL else []
    fits = [
        _fitted(choices, older.over(basis.keys), prior)
        for prior in _priors(basis, near, wide, stars)
    ]
    most = max(fit.merit for fit in fits)
    shares = [exp(fit.merit - most) for fit in fits]
    whole = sum(shares)
    shares = [share / whole for share in shares]
    priors: dict[str, float] = {}
    for share, fit in zip(shares, fits, strict=True):
        priors[fit.name] = priors.get(fit.name, 0.0) + share
    weights = _mean(shares, [fit.weights for fit in fits])
    covariance = max(fits, key=lambda fit: fit.merit).covariance
    errors = array("d", [sqrt(covariance[k * (size + 1)]) for k in range(size)])
    anchor = sqrt(_length(near) / _length(weights))
    trust = Trust(basis, weights, errors, priors, anchor, Calibration())
    foreseen = _mean(shares, [fit.foreseen for fit in fits])
    trust.calibration.learn(list(_points(trust, judged, foreseen)))
    trust.calibration.judged = known
    return trust


class Beliefs(NamedTuple):
    """What truth inference believes of the judged questions, and what that counts beside votes."""

    known: Sequence[Mapping[str, float]] = ()
    weight: float = 0.0


class _Prior(NamedTuple):
    """A Gaussian with the covariance diag(deviations²) + the directions' + `covariance`."""

    name: str
    log_share: float
    mean: array[float]
    deviations: array[float]
    directions: list[array[float]]
    covariance: array[float]


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


def _fitted(
    choices: logit.Choices, older: tuple[array[float], array[float]], prior: _Prior
) -> _Fit:
    held = logit.prior_precision(prior.deviations, prior.directions, prior.covariance)
    weights, curve, evidence = logit.fit(choices, prior.mean, held, *older)
    covariance = logit.inverse(curve, len(weights))
    foreseen = logit.left_out(choices, weights, covariance)
    merit = prior.log_share + evidence + HIT * logit.hits(choices, foreseen)
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


def _priors(
    basis: Basis, near: array[float], wide: array[float], stars: Sequence[int]
) -> Iterator[_Prior]:
    """Yield each prior; `near` are the weights by agreement, `wide` their covariance."""

    def sized(factor: float) -> array[float]:
        return array("d", [factor * value / SIZE for value in near])

    def deviations(spread: float) -> array[float]:
        return basis.column(FIXED, spread, OFFSET * spread + FIXED)

    none = array("d", bytes(8 * len(basis.keys) ** 2))
    common = basis.column(0.0, COMMON_SPREAD, 0.0)
    for spread, prior in NEAR:
        directions = [sized(SIZE_SPREAD), common]
        yield _Prior("agreement", prior, sized(SIZE), deviations(spread), directions, wide)
    free = basis.column(0.0, FREE, 0.0)
    for spread in FREE_SPREADS:
        yield _Prior("free", FREE_PRIOR, free, deviations(spread), [free], none)
    for mean, spread in UNLABELLED:
        plain, alike = basis.column(0.0, mean, 0.0), basis.column(FIXED, spread, FIXED)
        yield _Prior("free", UNLABELLED_PRIOR, plain, alike, [plain], none)
    plain, alike = basis.column(0.0, PLAIN, 0.0), basis.column(FIXED, FIXED, FIXED)
    size = basis.column(0.0, PLAIN_SPREAD, 0.0)
    yield _Prior("plurality", PLAIN_PRIOR, plain, alike, [size], none)
    if basis.is_closed:
        belief = basis.column(BELIEF_SPREAD, BELIEF_EXPERTS, BELIEF_EXPERTS)
        yield _Prior("inference", BELIEF_PRIOR, basis.column(1.0, 0.0, 0.0), belief, [], none)
    for place in stars:
        star = sized(0.3)
        star[place] += LEAD
        prior = STAR_PRIOR - log(basis.experts - 1)
        yield _Prior("star", prior, star, deviations(0.3), [sized(0.2)], none)


def _mean(shares: Sequence[float], columns: Sequence[Sequence[float]]) -> array[float]:
    total = array("d", bytes(8 * len(columns[0])))
    for share, column in zip(shares, columns, strict=True):
        for place, value in enumerate(column):
            total[place] += share * value
    return total


def _stars(basis: Basis, judged: Sequence[GoldBallot]) -> list[int]:
    """The places of the experts most often right."""
    right: dict[int, float] = {}
    seen: dict[int, float] = {}
    for one in judged:
        for expert, value in one.ballot.votes.items():
            place = basis.places.get(EXPERT + expert)
            if place is not None:
                seen[place] = seen.get(place, 2.0) + one.share
                right[place] = right.get(place, 1.0) + one.share * (value == one.right)
    return sorted(seen, key=lambda place: (-right[place] / seen[place], place))[:MOST_STARS]


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
