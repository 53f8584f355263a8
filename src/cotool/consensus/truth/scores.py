"""How far stated probabilities can be trusted: calibration, separation, squared error."""

from __future__ import annotations

from collections.abc import Sequence


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
