"""The texts that are similar enough to each text, without a matrix of all pairs."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence

from cotool._fast.text import bag_clusters, edits, vector_neighbours
from cotool._fast.text import neighbours as kernels
from cotool._records import dataclass
from cotool.consensus.decide.meaning import vectors_of
from cotool.consensus.decide.similarity import check_strings
from cotool.engine import check_threads
from cotool.errors import InputError, check_whole

METRICS = ("cosine", "tfidf", "jaccard")
_CLUSTERINGS: dict[str, Callable[[Sequence[str], str, float, int | None], list[int]]] = {
    "star": bag_clusters.star, "components": bag_clusters.components,
    "density": bag_clusters.density,
}  # fmt: skip
_EDITS = {"levenshtein": False, "word-levenshtein": True}  # whether in words


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The neighbours of n texts, nearest first, as three arrays that NumPy reads without a copy.

    Those of text i are `places` and `similarities` from `starts[i]` to `starts[i + 1]`; `len` is n,
    and `neighbours[i]` is a list of (place, similarity).
    """

    starts: array[int]
    places: array[int]
    similarities: array[float]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, text: int) -> list[tuple[int, float]]:
        if not -len(self) <= text < len(self):
            raise IndexError(f"there is no text {text}")
        text %= len(self)
        own = slice(self.starts[text], self.starts[text + 1])
        return list(zip(self.places[own], self.similarities[own], strict=True))

    def __iter__(self) -> Iterator[list[tuple[int, float]]]:
        return (self[text] for text in range(len(self)))


def neighbours(
    texts: Iterable[str],
    metric: str = "tfidf",
    *,
    threshold: float,
    top: int | None = None,
    num_threads: int | None = None,
) -> Neighbours:
    """Find for each of n `texts` the others at least `threshold` (above 0, to 1) similar to it.

    Metrics are those of `similarity_matrix`, with the same similarities except for the last bit of
    ``tfidf``; ``semantic`` is by the vectors of whole texts alone and needs cotool[semantic]. With
    `top`, each text has at most this many, the most similar, ties by place. 100,000 short texts
    take seconds and some 200 MB, 0.6 GB if ``semantic``; by Levenshtein minutes if the threshold
    is low.

    Raises InputError for another metric, a threshold or `top` out of range, and beyond 100 million
    neighbours; TypeError for a text that is not a str, MissingExtraError.
    """
    if metric not in _EDITS and metric != "semantic":
        check(metric, threshold)
    check(METRICS[0], threshold)
    if top is not None:
        check_whole(top, "top", 1)
    if num_threads is not None:
        check_threads(num_threads)
    try:
        if metric == "semantic":
            return _by_meaning(list(texts), threshold, top, num_threads)
        if metric in _EDITS:
            return Neighbours(*edits.neighbours(texts, _EDITS[metric], threshold, top, num_threads))
        return Neighbours(*kernels.neighbours(texts, metric, threshold, top, num_threads))
    except ValueError as error:
        raise InputError(str(error)) from None


def _by_meaning(
    texts: Sequence[str], threshold: float, top: int | None, num_threads: int | None
) -> Neighbours:
    check_strings(texts)
    places: dict[str, int] = {}
    copies = []
    vector_of = array("i")
    for text in texts:
        if text in places:
            copies.append(text)
        vector_of.append(places.setdefault(text, len(places)))
    vectors = vectors_of([*places, *copies], num_threads=num_threads, declining=True)
    return Neighbours(
        *vector_neighbours.neighbours(vectors, vector_of, threshold, top, num_threads)
    )


def cluster_texts(
    texts: Sequence[str], metric: str, method: str, threshold: float, num_threads: int | None = None
) -> list[int]:
    """Label each text with its cluster, by first appearance, as `clustering.cluster` does.

    `method` is ``star``, ``components`` or ``density``. Raises InputError.
    """
    check(metric, threshold)
    if method in _CLUSTERINGS:
        return _CLUSTERINGS[method](texts, metric, threshold, num_threads)
    raise InputError(
        f"{method} needs all pairs of {len(texts):,} texts",
        hint=f"for this many texts, use the clustering {', '.join(_CLUSTERINGS)}",
    )


def closeness(
    texts: Sequence[str], metric: str, labels: Sequence[int], weights: Sequence[float]
) -> list[float]:
    """For each text the weighted sum of its ``cosine`` or ``tfidf`` with its label's texts."""
    return bag_clusters.closeness(texts, metric, labels, weights)


def check(metric: str, threshold: float) -> None:
    """Raise InputError for a metric that has no index, or a threshold that none can use."""
    if metric not in METRICS:
        raise InputError(
            f"{metric} needs all pairs", hint=f"without them, the metric is {', '.join(METRICS)}"
        )
    if not 0 < threshold <= 1:
        raise InputError(
            f"expected a similarity above 0 and at most 1, got {threshold:g}", parameter="threshold"
        )
