"""Clusters of a similarity matrix, and the threshold that the data suggest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cotool._fast import clustering as kernels
from cotool.errors import InputError

if TYPE_CHECKING:
    from cotool._fast.matrix import Matrix


def cluster(matrix: Matrix, method: str = "average", threshold: float = 0.5) -> list[int]:
    """Label each row of n x n similarities with its cluster, numbered by first appearance.

    `method` is ``components`` (chains of pairs at or above `threshold`), ``average`` (average
    linkage) or ``density`` (DBSCAN with 3 points; lone rows are clusters of their own).
    """
    if method == "components":
        return kernels.components(matrix, threshold)
    if method == "average":
        return kernels.average(matrix, threshold)
    if method == "density":
        return kernels.density(matrix, threshold)
    raise InputError(
        f"unknown clustering {method!r}", hint="clusterings are components, average, density"
    )


# A drop in the merge similarities splits the rows where it is at least this wide, and at least
# half of the whole range.
CLEAR_GAP = 0.15
# Without a clear drop, rows that merge at this mean similarity have a common ground.
COMMON_GROUND = 0.25


def choose_threshold(matrix: Matrix) -> tuple[float, str]:
    """A threshold for average linkage on n x n similarities, and a sentence that explains it.

    It lies in the middle of the widest drop in the n - 1 similarities at which rows merge, if that
    drop is clear. Otherwise all rows stand together where they have a common ground, and each
    alone where they have not. Two rows stand together from a half on.
    """
    heights = kernels.average_heights(matrix)
    if len(heights) < 2:
        return 0.5, "threshold 0.50: two responses stand together where they share a half"
    gap, place = max((heights[i] - heights[i + 1], -i) for i in range(len(heights) - 1))
    upper, lower = heights[-place], heights[1 - place]
    span = heights[0] - heights[-1]
    if gap >= CLEAR_GAP and gap >= span / 2:
        threshold = (upper + lower) / 2
        return threshold, (
            f"threshold {threshold:.2f}: merges fall from {upper:.2f} to {lower:.2f}, "
            f"the widest drop ({gap:.2f} of {span:.2f})"
        )
    mean = sum(heights) / len(heights)
    why = f"no clear split: merges lie between {heights[0]:.2f} and {heights[-1]:.2f}"
    if mean >= COMMON_GROUND:
        threshold = max(heights[-1] - 0.005, 0.0)
        return threshold, f"threshold {threshold:.2f}: {why}, a common ground of {mean:.2f}"
    threshold = min(heights[0] + 0.005, 1.0)
    return threshold, f"threshold {threshold:.2f}: {why}, too little in common ({mean:.2f})"
