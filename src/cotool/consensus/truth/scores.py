"""How far stated probabilities and measured shares can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb, sqrt

# 95 %.
NORMAL = 1.96


def calibration_error(
    probabilities: Sequence[float], right: Sequence[bool], bins: int = 10
) -> float:
    """Expected calibration error: mean distance of share right and stated, in bins of equal width.

    (Naeini, Cooper, Hauskrecht, AAAI 2015.)
    """
    groups: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for probability, is_right in zip(probabilities, right, strict=True):
        groups[min(int(probability * bins), bins - 1)].append((probability, is_right))
    return sum(abs(sum(p for p, _ in group) - sum(own for _, own in group)) for group in groups) / (
        len(probabilities) or 1
    )


def auroc(scores: Sequence[float], right: Sequence[bool]) -> float | None:
    """Chance that a right answer scores above a wrong one, ties counted half; None without both."""
    ranked = sorted(zip(scores, right, strict=True))
    positives = sum(own for _, own in ranked)
    negatives = len(ranked) - positives
    if not positives or not negatives:
        return None
    total = 0.0
    below = place = 0
    while place < len(ranked):
        end = place
        while end < len(ranked) and ranked[end][0] == ranked[place][0]:
            end += 1
        here = sum(own for _, own in ranked[place:end])
        wrong = end - place - here
        total += here * (below + wrong / 2)
        below += wrong
        place = end
    return total / positives / negatives


def brier(probabilities: Sequence[float], right: Sequence[bool]) -> float:
    """Mean squared distance between stated probabilities and outcomes."""
    return sum((p - own) ** 2 for p, own in zip(probabilities, right, strict=True)) / (
        len(probabilities) or 1
    )


def wilson(share: float, total: float) -> tuple[float, float]:
    """The 95 % interval of a share of `total` questions, which contains it (Wilson, JASA 1927)."""
    centre = (share + NORMAL**2 / (2 * total)) / (1 + NORMAL**2 / total)
    spread = (
        NORMAL
        / (1 + NORMAL**2 / total)
        * sqrt(share * (1 - share) / total + NORMAL**2 / (4 * total**2))
    )
    return max(centre - spread, 0.0), min(centre + spread, 1.0)


def sign_test(more: int, less: int) -> float:
    """The chance of a difference at least this great, in either direction, if none exists.

    `more` and `less` count the cases in which one of two does better (McNemar 1947, exact).
    """
    asked = more + less
    tail = sum(comb(asked, k) for k in range(min(more, less) + 1))
    return min(float(2 * tail / 2**asked), 1.0)
