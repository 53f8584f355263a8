"""A probability that the consensus is right, held against answers known to be right.

Logistic regression on two figures of a question (Platt, "Probabilistic outputs for support vector
machines", 1999): the log-odds that the experts' weights give the answer, and the share of votes for
it. Weights have a Gaussian prior and are learned one judgement after the other (Laplace).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp, log
from typing import Any

# Prior of the intercept and of the two slopes: mean and precision.
MEAN = (0.0, 1.0, 0.5)
PRECISION = (0.25, 4.0, 4.0)
SIZE = 3
STEPS = 8


def features(probability: float, share: float) -> tuple[float, float, float]:
    """The figures of a question; log-odds beyond 99 % tell nothing more."""
    p = min(max(probability, 0.01), 0.99)
    return 1.0, log(p / (1 - p)) / 2, 2 * share - 1


@dataclass(slots=True)
class Calibration:
    """Weights, their precision by rows, and the number of judgements behind them."""

    judged: float = 0.0
    mean: list[float] = field(default_factory=lambda: list(MEAN))
    precision: list[float] = field(
        default_factory=lambda: [PRECISION[i] * (i == j) for i in range(SIZE) for j in range(SIZE)]
    )

    def probability(self, probability: float, share: float) -> float:
        """Chance that an answer of this probability and share of votes is right."""
        return _sigmoid(_dot(self.mean, features(probability, share)))

    def learn(self, rows: list[tuple[float, float, bool]], sign: float = 1.0) -> None:
        """Learn from (probability, share, right); with sign -1 take that back."""
        points = [(features(p, share), float(right)) for p, share, right in rows]
        weights, before = list(self.mean), list(self.mean)
        curve = list(self.precision)
        for _ in range(STEPS):
            curve = list(self.precision)
            slope = [
                -sum(self.precision[i * SIZE + j] * (weights[j] - before[j]) for j in range(SIZE))
                for i in range(SIZE)
            ]
            for x, right in points:
                p = _sigmoid(_dot(weights, x))
                for i in range(SIZE):
                    slope[i] += sign * (right - p) * x[i]
                    for j in range(SIZE):
                        curve[i * SIZE + j] += sign * p * (1 - p) * x[i] * x[j]
            step = _solve(curve, slope)
            weights = [w + min(max(d, -2.0), 2.0) for w, d in zip(weights, step, strict=True)]
        self.mean, self.precision = weights, curve
        self.judged = max(self.judged + sign * len(rows), 0.0)

    def scale(self, factor: float) -> None:
        """Forget a part: the precision returns towards the prior's."""
        self.judged *= factor
        self.precision = [
            factor * value + (1 - factor) * PRECISION[k // SIZE] * (k // SIZE == k % SIZE)
            for k, value in enumerate(self.precision)
        ]

    def merge(self, other: Calibration) -> None:
        """Add another's judgements: means by their numbers, precisions less one prior."""
        total = self.judged + other.judged
        if not total:
            return
        share = other.judged / total
        self.mean = [x + share * (y - x) for x, y in zip(self.mean, other.mean, strict=True)]
        prior = Calibration().precision
        self.precision = [
            x + y - p for x, y, p in zip(self.precision, other.precision, prior, strict=True)
        ]
        self.judged = total

    def to_dict(self) -> dict[str, Any]:
        """A form for JSON."""
        return {"judged": self.judged, "mean": self.mean, "precision": self.precision}


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
