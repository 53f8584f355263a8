"""Clusters of a similarity matrix, and the threshold that the data suggest."""

from __future__ import annotations

from cotool._fast.text import clustering as kernels
from cotool._typing import TYPE_CHECKING
from cotool.averages import median
from cotool.consensus.decide.features import ENOUGH
from cotool.consensus.options import MEASURES, RELATIVE
from cotool.errors import InputError

if TYPE_CHECKING:
    from cotool._fast.base.matrix import Matrix

# Texts are apart below this fraction of the similarity that holds neighbours together.
# Chosen: from .5 to .7, all values find the topics of mixed answers to two, three and five
# questions (adjusted Rand index about .8); .5 splits the answers to one question least.
FRACTION = 0.5

# Similarities that are relative to all answers are split below this part of the standard deviation
# of all pairs.
# Data: every second question of ProtoQA (21) and ArgKP (29); adjusted Rand index of each.
# Chosen: from .5 to .9, by the sum of the two: ngrams .5 (.278, .228), semantic .75 (.386, .295).
# Held out: the other questions: ngrams .254, .179; semantic .466, .223. They choose .75 for
# semantic as well. From .7 to .85, the index of all questions is .416 to .424 (ProtoQA) and .250 to
# .261 (ArgKP).
DEVIATIONS = {"ngrams": 0.5, "semantic": 0.75}
# Fewer than ENOUGH texts are split below these similarities.
# Data: 500 samples of 3 and of 5 of these answers: semantic joined .51 of the pairs that people
# join; .57 of the pairs that it joined belong together.
FEW = {"ngrams": 0.15, "semantic": 0.25}

_KERNELS = {
    "components": kernels.components, "average": kernels.average, "density": kernels.density,
    "star": kernels.star,
}  # fmt: skip


def cluster(matrix: Matrix, method: str = "average", threshold: float = 0.5) -> list[int]:
    """Label each row of n x n similarities with its cluster, numbered by first appearance.

    `method` is ``components`` (chains of pairs at or above `threshold`), ``average`` (average
    linkage), ``density`` (DBSCAN with 3 points; rows without neighbours are clusters of their own)
    or ``star`` (centres and their neighbours).
    Raises InputError for another `method`.
    """
    if method not in _KERNELS:
        raise InputError(
            f"unknown clustering {method!r}", hint=f"clusterings are {', '.join(_KERNELS)}"
        )
    return _KERNELS[method](matrix, threshold)


def choose_threshold(
    matrix: Matrix, metric: str = "tfidf", method: str = "average"
) -> tuple[float, str]:
    """Return the threshold that n x n similarities (n at least 2) suggest, and why.

    It is half of the similarity that typically holds neighbours together: the median of those at
    which average linkage merges, or of the nearest neighbours' where `method` links chains. So it
    follows the metric's scale and the length of the texts. It is never below what unrelated texts
    share in `metric`, so rows that are all far apart stay n clusters. Of ``ngrams`` and
    ``semantic``, it is a part of the standard deviation of all pairs.
    """
    unrelated = MEASURES[metric].unrelated
    if metric in RELATIVE:
        if matrix.rows < ENOUGH:
            return FEW[metric], f"threshold {FEW[metric]:.2f}: that of fewer than {ENOUGH} texts"
        deviation = kernels.spread(matrix)
        threshold = max(unrelated, DEVIATIONS[metric] * deviation)
        return threshold, (
            f"threshold {threshold:.2f}: {DEVIATIONS[metric]:.0%} of {deviation:.2f}, the standard "
            f"deviation of the similarities, and at least {unrelated:.2f}"
        )
    if method in {"average", "star"}:
        typical = median(kernels.average_heights(matrix))
        source = "at which average linkage merges"
    else:
        typical = median(_nearest(matrix))
        source = "of nearest neighbours"
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
    """Return each row's greatest similarity to another row."""
    rows = ((i, matrix.row(i)) for i in range(matrix.rows))
    return [max(max(row[:i], default=-1.0), max(row[i + 1 :], default=-1.0)) for i, row in rows]
