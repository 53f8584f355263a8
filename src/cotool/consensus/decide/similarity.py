"""Similarity of all pairs of texts: checks the arguments and calls the kernel of the metric.

Votes need no similarity, so the kernels are loaded on first use.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cotool._lazy import stand_ins
from cotool._typing import TYPE_CHECKING
from cotool.consensus.options import RELATIVE
from cotool.engine import check_threads
from cotool.errors import InputError, unknown

with stand_ins("cotool._fast.text.levenshtein", "cotool._fast.text.pairwise"):
    from cotool._fast.text import levenshtein, pairwise

if TYPE_CHECKING:
    from cotool._fast.base.matrix import Matrix


def similarity_matrix(
    texts: Iterable[str], metric: str = "cosine", num_threads: int | None = None
) -> Matrix:
    """Similarity of all pairs of n `texts`, 0 to 1: an n x n buffer of float32.

    `numpy.asarray` reads the result without a copy; `m[i, j]` and `m.tolist()` work without
    NumPy. The matrix is symmetric with ones on the diagonal.

    Metrics: ``cosine`` (term frequencies), ``tfidf`` (cosine of smoothed TF-IDF), ``jaccard``
    (sets of words), ``containment`` (shared words / words of the shorter text), ``levenshtein``
    (1 - distance / length of the longer text, in code points), ``word-levenshtein`` (the same, in
    words), ``ngrams`` and ``semantic`` (for short answers to one question: by stems and groups of
    letters, and by meaning, which needs cotool[semantic]; relative to all texts). Words are
    normalized (NFC) and case folded; code points are compared as they are.

    Raises InputError for an unknown metric or a bad `num_threads`, TypeError for a text that is
    not a str, MemoryError if n x n cells do not fit, MissingExtraError.
    """
    if num_threads is not None:
        check_threads(num_threads)
    if metric in RELATIVE:
        from cotool.consensus.decide.meaning import by_features, by_meaning

        given = list(texts)
        check_strings(given)
        return (by_features if metric == "ngrams" else by_meaning)(given, num_threads=num_threads)
    edits = {"levenshtein": levenshtein.characters, "word-levenshtein": levenshtein.words}
    if metric not in edits and metric not in pairwise.METRICS:
        raise unknown(metric, (*pairwise.METRICS, *edits, *RELATIVE), "metric")
    try:
        if metric in edits:
            return edits[metric](texts, num_threads)
        return pairwise.bags(texts, metric, num_threads)
    except ValueError as error:
        raise InputError(str(error)) from None


def check_strings(texts: Iterable[object]) -> None:
    """Raise TypeError for the first of `texts` that is not a str."""
    for place, text in enumerate(texts):
        if not isinstance(text, str):
            raise TypeError(f"text {place} is not a str but {type(text).__name__}")


def embedding_similarity(
    vectors: Iterable[Sequence[float]], num_threads: int | None = None
) -> Matrix:
    """Cosine of all pairs of n `vectors`, negative cosines as 0: an n x n buffer of float32.

    Raises InputError if vectors differ in length or hold a number that is not finite.
    """
    if num_threads is not None:
        check_threads(num_threads)
    try:
        return pairwise.vector_cosine(vectors, num_threads)
    except ValueError as error:
        raise InputError(str(error)) from None


def equal_labels(labels: Iterable[int]) -> Matrix:
    """1 for each pair of n equal `labels`, else 0; a negative label is equal to itself alone."""
    return pairwise.equal(labels)
