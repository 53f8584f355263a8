"""The probability that the consensus is right, calibrated by answers known to be right.

Logistic regression on figures of a question (Platt, "Probabilistic outputs for support vector
machines", 1999): the log-odds that the experts' weights give the answer and their square, the share
of votes for it, the logarithm of how many different answers there are, and whether the expert of
the greatest weight gave it. Its weights have one of two Gaussian priors: experts share errors, or
they err independently and the votes prove more. Both are fitted and weighed by how well they
foresaw the right answers (Laplace's method). The remaining uncertainty of the weights gives the
probability an interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log, sqrt
from operator import mul

from cotool._records import NamedTuple, dataclass, field
from cotool.consensus.truth.scores import NORMAL
from cotool.consensus.truth.shared_errors import UNKNOWN


class Gaussian(NamedTuple):
    """A Gaussian prior of the intercept and the slopes, with independent weights."""

    log_share: float
    mean: tuple[float, ...]
    precision: tuple[float, ...]


# The prior where experts share errors. Calibration error after 20 and 200 right answers, the mean
# of 29 language models, four subsets of them, 12 models, a third of these, dogs and ducks: .066 and
# .037 (29 models .071, .034, dogs .085, .051). Fitted to all but one of these four families and
# reported on that one: .070 and .039; without the square .078 and .053, and what separates right
# from wrong is the same (AUROC .740, .738). The margin to the second answer and the belief of truth
# inference gain nothing more. From 200 answers the share of right ones is known to ± .03 only, and
# regression on all answers of the test leaves .028 of the 29 models, so less is luck. The expert of
# the greatest weight was added last: AUROC after 200 answers, 29 models .774 → .778, 12 models .775
# and .775, dogs .641 → .640, ten made-up worlds .868 → .870.
DEPENDENT = Gaussian(
    0.0, (-1.2, 1.0, 0.1, 0.55, -0.3, 0.05), (12.0, 200.0, 50.0, 100.0, 100.0, 100.0)
)
# The same where experts err independently; its share depends on how sure that is by agreement
# (`Crowd.independence`). How often they are right differs much, so after few right answers the
# intervals are wide. Chosen of 16 settings
# on six sets of real answers and eight made-up worlds. Calibration error after 5, 20, 50, 200 right
# answers beside (.2, 1, .8, .5, -.1, 0) with precisions (4, 50, 20, 50, 100, 100) and -2: real
# .060, .071, .077, .048 → .067, .073, .073, .049, worlds .187, .078, .052, .035 → .133, .068, .042,
# .036; after 5 the intervals of .56 → .89 of the worlds' questions hold the share that is right.
# Reported on six other sets: .064, .049, .047, .039 → .069, .049, .048, .038, and on twelve other
# worlds: .172, .072, .051, .040 → .120, .057, .044, .034; intervals after 5 .64 → .92. All this
# with the share UNKNOWN. By agreement, after 5, 20, 50 (13 worlds of experts who err independently)
# .144, .064, .045 → .070, .036, .037, after 5 and 20 (seven sets of language models and dogs) .108,
# .074 → .081, .070; on six worlds that did not choose it .103, .061 → .080, .056, where the one in
# which a few questions have a decoy loses (.052, .029 → .090, .065).
INDEPENDENT = Gaussian(
    UNKNOWN, (0.4, 1.6, 0.8, 0.8, -0.1, 0.0), (1.0, 12.0, 20.0, 20.0, 100.0, 100.0)
)
SIZE = len(DEPENDENT.mean)
STEPS = 25
BINS = 10


def features(probability: float, share: float, answers: int, lead: float) -> tuple[float, ...]:
    """The figures of a question; log-odds are cut off at 99 %.

    `lead` is the part of the experts of the greatest weight who gave the answer.
    """
    p = min(max(probability, 0.01), 0.99)
    odds = log(p / (1 - p))
    return 1.0, odds, 2 * share - 1, log(answers), odds * odds / 4, 2 * lead - 1


class Bin(NamedTuple):
    """Judged questions whose probability falls into one tenth: its mean, the share that was right.

    Each was predicted by experts' weights that had not seen its right answer.
    """

    stated: float
    right: float
    questions: float


class Regression(NamedTuple):
    """The regression under one prior: its share, the weights, and their covariance by rows."""

    share: float
    weights: list[float]
    covariance: list[list[float]]


@dataclass(slots=True)
class Calibration:
    """The regression under each prior, and how many judgements they were learned from.

    `bins` compare the stated probabilities of judged questions with the outcomes.
    """

    judged: float = 0.0
    bins: list[Bin] = field(default_factory=list)
    fits: list[Regression] = field(default_factory=lambda: _fitted([]))

    def probability(self, figures: tuple[float, ...]) -> tuple[float, float, float]:
        """Chance that the answer of a question with these figures is right, and its interval."""
        middles = [_dot(fit.weights, figures) for fit in self.fits]
        middle = sum(fit.share * own for fit, own in zip(self.fits, middles, strict=True))
        spread = 0.0
        for fit, own in zip(self.fits, middles, strict=True):
            error = _dot(figures, [_dot(row, figures) for row in fit.covariance])
            spread += fit.share * (max(error, 0.0) + (own - middle) ** 2)
        reach = NORMAL * sqrt(spread)
        return _sigmoid(middle), _sigmoid(middle - reach), _sigmoid(middle + reach)

    def learn(
        self,
        points: list[tuple[tuple[float, ...], bool, float]],
        independence: float = UNKNOWN,
    ) -> None:
        """Learn from (features, right, count); `independence` has the log-odds of that."""
        self.fits = _fitted(points, independence)
        sums = [[0.0, 0.0, 0.0] for _ in range(BINS)]
        for x, right, count in points:
            p = _sigmoid(sum(fit.share * _dot(fit.weights, x) for fit in self.fits))
            own = sums[min(int(p * BINS), BINS - 1)]
            own[0] += count * p
            own[1] += count * right
            own[2] += count
        self.bins = [Bin(p / n, right / n, n) for p, right, n in sums if n > 0]


def _fitted(
    points: Sequence[tuple[tuple[float, ...], bool, float]], independence: float = UNKNOWN
) -> list[Regression]:
    """Fit each prior; the shares are by the evidence."""
    independent = INDEPENDENT._replace(log_share=independence)
    found = [(prior, *_fit(prior, points)) for prior in (DEPENDENT, independent)]
    most = max(prior.log_share + evidence for prior, _, _, evidence in found)
    raised = [exp(prior.log_share + evidence - most) for prior, _, _, evidence in found]
    units = [[float(i == j) for j in range(SIZE)] for i in range(SIZE)]
    return [
        Regression(own / sum(raised), weights, [_solve(curve, unit)[0] for unit in units])
        for own, (_, weights, curve, _) in zip(raised, found, strict=True)
    ]


def _fit(
    prior: Gaussian, points: Sequence[tuple[tuple[float, ...], bool, float]]
) -> tuple[list[float], list[float], float]:
    """(weights, their precision, log evidence), by Newton's method from the prior."""
    weights = list(prior.mean)
    curve: list[float] = []
    determinant = 0.0
    for _ in range(STEPS):
        curve = [prior.precision[i] * (i == j) for i in range(SIZE) for j in range(SIZE)]
        slope = [prior.precision[i] * (prior.mean[i] - weights[i]) for i in range(SIZE)]
        for x, right, count in points:
            p = _sigmoid(_dot(weights, x))
            for i in range(SIZE):
                slope[i] += count * (right - p) * x[i]
                for j in range(SIZE):
                    curve[i * SIZE + j] += count * p * (1 - p) * x[i] * x[j]
        step, determinant = _solve(curve, slope)
        weights = [w + min(max(d, -2.0), 2.0) for w, d in zip(weights, step, strict=True)]
        if max(map(abs, step)) < 1e-9:
            break
    evidence = (sum(map(log, prior.precision)) - determinant) / 2
    for x, right, count in points:
        evidence += count * log(max(_sigmoid(_dot(weights, x) * (1 if right else -1)), 1e-300))
    for own, mean, precision in zip(weights, prior.mean, prior.precision, strict=True):
        evidence -= precision * (own - mean) ** 2 / 2
    return weights, curve, evidence


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    total: float = sum(map(mul, one, other))
    return total


def _sigmoid(x: float) -> float:
    return 1 / (1 + exp(-x)) if x > -700 else 0.0


def _solve(matrix: list[float], vector: list[float]) -> tuple[list[float], float]:
    """Solve a positive definite system by elimination; also the logarithm of its determinant."""
    rows = [[*matrix[i * SIZE : (i + 1) * SIZE], vector[i]] for i in range(SIZE)]
    determinant = 0.0
    for i in range(SIZE):
        pivot = max(rows[i][i], 1e-12)
        determinant += log(pivot)
        for k in range(i + 1, SIZE):
            part = rows[k][i] / pivot
            rows[k] = [a - part * b for a, b in zip(rows[k], rows[i], strict=True)]
    out = [0.0] * SIZE
    for i in reversed(range(SIZE)):
        rest = sum(rows[i][j] * out[j] for j in range(i + 1, SIZE))
        out[i] = (rows[i][SIZE] - rest) / max(rows[i][i], 1e-12)
    return out, determinant
