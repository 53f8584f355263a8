"""Clusters of a similarity matrix, and the threshold that the data suggest."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from cotool._fast.text import clustering as kernels
from cotool.consensus.options import MEASURES
from cotool.errors import InputError

if TYPE_CHECKING:
    from cotool._fast.base.matrix import Matrix

# Texts below this fraction of the similarity that holds neighbours together stand apart. Of .5 to
# .7 all find the topics of mixed answers to two, three and five questions (adjusted Rand index
# about .8); a half splits the answers to one question least.
FRACTION = 0.5


def cluster(matrix: Matrix, method: str = "average", threshold: float = 0.5) -> list[int]:
    """Label each row of n x n similarities with its cluster, numbered by first appearance.

    `method` is ``components`` (chains of pairs at or above `threshold`), ``average`` (average
    linkage), ``density`` (DBSCAN with 3 points; lone rows are clusters of their own) or ``star``
    (centres and their neighbours).
    Raises InputError for another `method`.
    """
    if method == "components":
        return kernels.components(matrix, threshold)
    if method == "average":
        return kernels.average(matrix, threshold)
    if method == "density":
        return kernels.density(matrix, threshold)
    if method == "star":
        return kernels.star(matrix, threshold)
    raise InputError(
        f"unknown clustering {method!r}", hint="clusterings are components, average, density, star"
    )


def choose_threshold(
    matrix: Matrix, metric: str = "tfidf", method: str = "average"
) -> tuple[float, str]:
    """The threshold that n x n similarities (n at least 2) suggest, and a sentence on why.

    It is half of the similarity that typically holds neighbours together: the median of those at
    which average linkage merges, or of the nearest neighbours' where `method` links chains. So it
    follows the metric's scale and the length of the texts. It is never below what unrelated texts
    share in `metric`, so rows that are all far apart stay n clusters.
    """
    if method in {"average", "star"}:
        typical = statistics.median(kernels.average_heights(matrix))
        source = "at which average linkage merges"
    else:
        typical = statistics.median(_nearest(matrix))
        source = "of nearest neighbours"
    unrelated = MEASURES[metric].unrelated
    if typical * FRACTION >= unrelated:
        threshold = typical * FRACTION
        return threshold, (
            f"threshold {threshold:.2f}: {FRACTION:.0%} of {typical:.2f}, "
            f"the median similarity {source}"
        )
    return unrelated, (
        f"threshold {unrelated:.2f}: the {metric} similarity of unrelated texts; the median "
        f"similarity {source} is {typical:.2f}"
    )


def _nearest(matrix: Matrix) -> list[float]:
    """Each row's greatest similarity to another row."""
    rows = ((i, matrix.row(i)) for i in range(matrix.rows))
    return [max(cell for j, cell in enumerate(row) if j != i) for i, row in rows]
