"""What the heat maps of terminals and reports share: cells, and the low end of their scale."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

from cotool._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cotool.consensus.model import Consensus


def by_cluster(result: Consensus) -> list[tuple[int, ...]]:
    """Return the rows of the experts, cluster by cluster; those in none are groups of one."""
    groups = [cluster.indices for cluster in result.clusters]
    placed = {i for group in groups for i in group}
    return groups + [(i,) for i in range(len(result.experts)) if i not in placed]


def runs_of(order: Sequence[int], most: int) -> list[list[int]]:
    """Divide `order` into at most `most` runs whose lengths differ by at most one."""
    count = min(most, len(order))
    bounds = [len(order) * place // count for place in range(count + 1)]
    return [list(order[start:end]) for start, end in pairwise(bounds)]


def averages(
    runs: Sequence[Sequence[int]], row: Callable[[int], Sequence[float]]
) -> list[list[float]]:
    """Return the mean similarity of each run with each; `row(i)` has those of expert i."""
    if all(len(run) == 1 for run in runs):
        picked = [row(run[0]) for run in runs]
        return [[line[run[0]] for run in runs] for line in picked]
    found = []
    for run in runs:
        sums = [0.0] * len(runs)
        for i in run:
            values = row(i)
            for place, others in enumerate(runs):
                sums[place] += sum(values[j] for j in others)
        found.append(
            [total / (len(run) * len(other)) for total, other in zip(sums, runs, strict=True)]
        )
    return found


def digits(value: float) -> str:
    """Return a similarity in percent as two or three digits, a dash if it is unknown."""
    return "–" if math.isnan(value) else f"{100 * value:.0f}"


def low_end(cells: Sequence[Sequence[float]]) -> float:
    """Return the low end of the scale: the lowest similarity, rounded down to 5 %, below 1."""
    least = min((value for line in cells for value in line if math.isfinite(value)), default=0.0)
    return max(0.0, min(math.floor(least * 20) / 20, 0.95))
