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


def choose_threshold(matrix: Matrix) -> tuple[float, str]:
    """The middle of the widest gap in the similarities at which average linkage merges.

    1 (identical) and 0 (nothing in common) bound the sequence, so that rows which are all close
    make one cluster and rows which are all apart make n, on the metric's own scale. Returns the
    threshold and a sentence that explains it.
    """
    heights = [1.0, *kernels.average_heights(matrix), 0.0]
    gap, place = max((heights[i] - heights[i + 1], i) for i in range(len(heights) - 1))
    upper, lower = heights[place], heights[place + 1]
    threshold = (upper + lower) / 2
    if place == len(heights) - 2:
        reason = f"the last merge is at {upper:.2f}, nearer to each other than to nothing shared"
    elif place == 0:
        reason = f"the first merge is only at {lower:.2f}, far from identical"
    else:
        reason = f"merges fall from {upper:.2f} to {lower:.2f}, the widest gap ({gap:.2f})"
    return threshold, f"threshold {threshold:.2f}: {reason}"
