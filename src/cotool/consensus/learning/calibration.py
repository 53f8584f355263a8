"""A probability that the consensus is right, held against answers known to be right.

Logistic regression on two figures of a question (Platt, "Probabilistic outputs for support vector
machines", 1999): the log-odds that the experts' weights give the answer, and the share of votes for
it. Its weights have a Gaussian prior.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp, log

# Prior of the intercept and of the two slopes: mean and precision.
MEAN = (-0.3, 0.8, -0.6)
PRECISION = (4.0, 10.0, 4.0)
SIZE = 3
STEPS = 25


def features(probability: float, share: float) -> tuple[float, float, float]:
    """The figures of a question; log-odds beyond 99 % tell nothing more."""
    p = min(max(probability, 0.01), 0.99)
    return 1.0, log(p / (1 - p)), 2 * share - 1


@dataclass(slots=True)
class Calibration:
    """The regression's weights, and the number of judgements behind them."""

    judged: float = 0.0
    mean: list[float] = field(default_factory=lambda: list(MEAN))

    def probability(self, probability: float, share: float) -> float:
        """Chance that an answer of this probability and share of votes is right."""
        return _sigmoid(_dot(self.mean, features(probability, share)))

    def learn(self, points: list[tuple[tuple[float, float, float], bool, float]]) -> None:
        """Learn from (features, right, count), by Newton's method from the prior."""
        weights = list(MEAN)
        for _ in range(STEPS):
            curve = [PRECISION[i] * (i == j) for i in range(SIZE) for j in range(SIZE)]
            slope = [PRECISION[i] * (MEAN[i] - weights[i]) for i in range(SIZE)]
            for x, right, count in points:
                p = _sigmoid(_dot(weights, x))
                for i in range(SIZE):
                    slope[i] += count * (right - p) * x[i]
                    for j in range(SIZE):
                        curve[i * SIZE + j] += count * p * (1 - p) * x[i] * x[j]
            step = _solve(curve, slope)
            weights = [w + min(max(d, -2.0), 2.0) for w, d in zip(weights, step, strict=True)]
            if max(map(abs, step)) < 1e-9:
                break
        self.mean = weights


def _dot(one: list[float], other: tuple[float, ...]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def _sigmoid(x: float) -> float:
    return 1 / (1 + exp(-x)) if x > -700 else 0.0


def _solve(matrix: list[float], vector: list[float]) -> list[float]:
    """Gaussian elimination of a positive definite system."""
    rows = [[*matrix[i * SIZE : (i + 1) * SIZE], vector[i]] for i in range(SIZE)]
    for i in range(SIZE):
        pivot = rows[i][i] if abs(rows[i][i]) > 1e-12 else 1e-12
        for k in range(i + 1, SIZE):
            part = rows[k][i] / pivot
            rows[k] = [a - part * b for a, b in zip(rows[k], rows[i], strict=True)]
    out = [0.0] * SIZE
    for i in reversed(range(SIZE)):
        rest = sum(rows[i][j] * out[j] for j in range(i + 1, SIZE))
        pivot = rows[i][i] if abs(rows[i][i]) > 1e-12 else 1e-12
        out[i] = (rows[i][SIZE] - rest) / pivot
    return out
