"""What a vote is worth, learned from agreement and from right answers.

An answer scores the sum of the weights of the experts who gave it, plus an offset of its label
where labels are a closed set, and then an offset of each expert for that label (`offsets`). The
weights are learned in two steps.

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
from math import exp, log, sqrt

from cotool._fast.truth import logit
from cotool._fast.truth.matrices import inverse
from cotool._records import NamedTuple, dataclass, field, replace
from cotool._typing import TYPE_CHECKING
from cotool.consensus.learning.basis import (
    EXPERT,
    FLOOR,
    Basis,
    GoldBallot,
    Quadratic,
    by_answer,
    targets_of,
)
from cotool.consensus.learning.calibration import Calibration, features
from cotool.consensus.learning.mixture import diagonal, mixture, times
from cotool.consensus.learning.priors import PLAIN, SIZE, STARS_UNTIL, priors, stars

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cotool.consensus.learning.ballots import Ballot
    from cotool.consensus.learning.mixture import Mixture
    from cotool.consensus.learning.offsets import Offsets, Parabolas

# The prior of distillation: equal positive weights, and their precision. Of few questions inference
# itself is unsure, so the precision is greater by MORE before any are known, and by half of that
# after HALF questions. Chosen on batches of 29 and 12 language models and five groups: beyond
# plurality of 15, 30, 60 questions .002 → .006, .011 → .018, .015 → .019, of all the same. Reported
# on seven other groups: .003 → .006, .022 → .024, .033 → .034, of 120 .016 → .020, of all the same.
EQUAL, RIDGE = 0.4, 2.5
MORE, HALF = 17.5, 75.0


@dataclass(frozen=True, slots=True)
class Trust:
    """The weights of votes, and what they came from.

    `priors` is the share of each prior in the mixture; `errors` has standard errors; `size` is what
    scores are multiplied by before they are calibrated; `offsets` are by expert and label.
    """

    basis: Basis
    weights: array[float]
    errors: array[float]
    priors: dict[str, float]
    size: float
    offsets: Mapping[tuple[str, str], float] = field(default_factory=dict)
    calibration: Calibration = field(default_factory=Calibration)

    def weight(self, expert: str) -> float:
        """What this expert's vote adds to the log-odds of an answer."""
        return self.weights[self.basis.places.get(EXPERT + expert, 1)]

    def worth(self, expert: str, value: str) -> float:
        """The same, of a vote for this answer."""
        return self.weight(expert) + self.offsets.get((expert, value), 0.0)

    def inferred(self, belief: float) -> float:
        """What truth inference adds to the score of an answer of this probability."""
        return self.weights[0] * log(belief + FLOOR)

    def scores(self, ballot: Ballot, belief: Mapping[str, float]) -> dict[str, float]:
        """The score of each answer."""
        found = {
            value: self.inferred(belief[value]) + sum(self.weights[place] for place in own)
            for value, own in self.basis.features(ballot).items()
        }
        if self.offsets:
            for vote in ballot.votes.items():
                found[vote[1]] += self.offsets.get(vote, 0.0)
        return found

    def figures(self, scores: Mapping[str, float], ballot: Ballot, best: str) -> tuple[float, ...]:
        """What the calibration of the best answer rests on."""
        total = sum(exp(self.size * (score - scores[best])) for score in scores.values())
        votes = [value == best for value in ballot.votes.values()]
        weights = list(map(self.weight, ballot.votes))
        most = max(weights)
        lead = [vote for vote, own in zip(votes, weights, strict=True) if own == most]
        share = sum(votes) / len(votes)
        return features(1 / total, share, len(scores), sum(lead) / len(lead))

    def calibrate(
        self,
        judged: Sequence[GoldBallot],
        foreseen: Sequence[Mapping[str, float]],
        older: float,
        independence: float,
    ) -> None:
        """Learn the confidence from the foreseen scores; `older` counts older right answers."""
        points = []
        for one, own in zip(judged, foreseen, strict=True):
            best = max(own, key=lambda value: (own[value], value))
            points.append((self.figures(own, one.ballot, best), best == one.right, one.share))
        self.calibration.learn(points, independence)
        self.calibration.judged = older + sum(one.share for one in judged)


def distil(
    old: Quadratic, basis: Basis, ballots: Sequence[Ballot], beliefs: Sequence[Mapping[str, float]]
) -> Quadratic:
    """What agreement says of the weights after these questions, from what it said before."""
    questions = old.questions + len(ballots)
    ridge = _ridge(questions)
    prior = basis.column(0.0, EQUAL, 0.0)
    precision = diagonal([ridge] * len(prior))
    mode, curve, _ = logit.fit(
        basis.choices(ballots, beliefs, beliefs), prior, precision, *old.over(basis.keys)
    )
    cells = [a - b for a, b in zip(curve, precision, strict=True)]
    slope = times(curve, mode)
    for place, value in enumerate(prior):
        slope[place] -= ridge * value
    # The belief's own weight learns nothing from itself.
    size = len(prior)
    slope[0] = 0.0
    for place in range(size):
        cells[place] = cells[place * size] = 0.0
    return Quadratic(list(basis.keys), cells, slope, questions)


def likeliest(basis: Basis, agreement: Quadratic) -> tuple[list[float], array[float]]:
    """The weights that agreement gives, and their covariance."""
    size = len(basis.keys)
    precision, slope = agreement.over(basis.keys)
    ridge = _ridge(agreement.questions)
    for place in range(size):
        precision[place * (size + 1)] += ridge
    for place, value in enumerate(basis.column(0.0, ridge * EQUAL, 0.0)):
        slope[place] += value
    spread = inverse(precision, size)
    return times(spread, slope), spread


def _ridge(questions: float) -> float:
    """The precision of the prior of distillation."""
    return RIDGE + MORE / (1 + questions / HALF)


def folded(
    trust: Trust,
    judged: Sequence[GoldBallot],
    beliefs: Sequence[Mapping[str, float]],
    offsets: Offsets,
) -> tuple[Quadratic, Parabolas]:
    """The log-likelihood of right answers near the weights, and near their offsets."""
    basis = trust.basis
    choices = basis.choices([one.ballot for one in judged], beliefs, targets_of(judged))
    curve, pull = logit.curve_at(choices, trust.weights)
    slope = [a + b for a, b in zip(times(curve, trust.weights), pull, strict=True)]
    plain = replace(trust, offsets={})
    scores = [plain.scores(one.ballot, own) for one, own in zip(judged, beliefs, strict=True)]
    return (
        Quadratic(list(basis.keys), list(curve), slope, sum(one.share for one in judged)),
        offsets.folded(basis, trust.offsets, judged, scores),
    )


def trusted(
    basis: Basis, evidence: Evidence, beliefs: Beliefs
) -> tuple[Trust, list[dict[str, float]]]:
    """The weights by all evidence; `beliefs` are of its judged questions.

    Also returns the scores of the answers to these questions, by weights that have not seen them;
    `Trust.calibrate` takes them.
    """
    agreement, older, judged, offsets, groups = evidence
    size = len(basis.keys)
    mode, spread = likeliest(basis, agreement)
    near = array("d", [SIZE * value for value in mode])
    near[0] = beliefs.weight
    if groups:
        near, spread = basis.column(0.0, PLAIN, 0.0), array("d", bytes(8 * size**2))
    known = older.questions + sum(one.share for one in judged)
    if not known:
        errors = array("d", [SIZE * sqrt(spread[k * (size + 1)]) for k in range(size)])
        if groups:
            return Trust(basis, near, errors, {"plurality": 1.0}, 1.0), []
        return Trust(basis, near, errors, {"agreement": 1.0}, 1.0, offsets.by_agreement(basis)), []
    for place in range(size):
        spread[place] = spread[place * size] = 0.0
    wide = array("d", [SIZE**2 * value for value in spread])
    choices = basis.choices([one.ballot for one in judged], beliefs.known, targets_of(judged))
    leading = stars(basis, judged) if known <= STARS_UNTIL else []
    found = mixture(choices, older.over(basis.keys), priors(basis, near, wide, leading, groups))
    _judge_new(basis, found, near, judged, older)
    errors = array("d", [sqrt(found.covariance[k * (size + 1)]) for k in range(size)])
    anchor = sqrt(_length(near) / _length(found.weights))
    corrected, foreseen = offsets.corrected(basis, judged, found.foreseen)
    trust = Trust(basis, found.weights, errors, found.shares, anchor, corrected)
    return trust, by_answer(judged, foreseen)


def _judge_new(
    basis: Basis,
    found: Mixture,
    near: Sequence[float],
    judged: Sequence[GoldBallot],
    older: Quadratic,
) -> None:
    """Give experts without right answers the weights by agreement, at the size of the others'.

    Only as far as agreement shows whom to trust: a prior that fits the others does not say that a
    new expert is like them.
    """
    held, size = older.over(basis.keys)[0], len(basis.keys)
    seen = {EXPERT + name for one in judged for name in one.ballot.votes}
    experts = [place for key, place in basis.places.items() if key.startswith(EXPERT)]
    known = [k for k in experts if basis.keys[k] in seen or held[k * (size + 1)] > 0]
    before = sum(near[place] for place in known)
    if before <= 0:
        return
    times_as_large = max(sum(found.weights[place] for place in known) / before, 0.0)
    doubt = found.shares.get("free", 0.0)
    for place in {*experts} - {*known}:
        by_agreement = times_as_large * near[place]
        found.weights[place] = doubt * found.weights[place] + (1 - doubt) * by_agreement


class Evidence(NamedTuple):
    """What agreement says, older right answers, the latest ones, and what both say of offsets.

    `groups`: two, if agreement shows them and not which of them is right.
    """

    agreement: Quadratic
    older: Quadratic
    judged: Sequence[GoldBallot]
    offsets: Offsets
    groups: Sequence[Sequence[str]]


class Beliefs(NamedTuple):
    """What truth inference believes of the judged questions, and what that counts beside votes."""

    known: Sequence[Mapping[str, float]] = ()
    weight: float = 0.0


def _length(weights: Sequence[float]) -> float:
    return max(sqrt(sum(value * value for value in weights)), 1e-9)
