"""The options of consensus: their names, and one checked set of them. Loads no kernel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cotool.errors import InputError

Embedder = Callable[[Sequence[str]], Iterable[Sequence[float]]]

# Methods of truth inference: they look at all questions together.
INFERENCE = (
    "majority_vote",
    "wawa",
    "dawid_skene",
    "one_coin_dawid_skene",
    "glad",
    "mace",
    "correlated",
)
METHODS = ("auto", "vote", "medoid", "centre", "rover", *INFERENCE)
METRICS = (
    "auto",
    "cosine",
    "tfidf",
    "jaccard",
    "levenshtein",
    "word-levenshtein",
    "embedding",
)
CLUSTERINGS = ("auto", "components", "average", "density", "star")


@dataclass(frozen=True, slots=True)
class ConsensusOptions:
    """How the consensus on a question is found; see `find_consensus`.

    Raises InputError for an option that makes no sense.
    """

    method: str = "auto"
    metric: str = "auto"
    clustering: str = "auto"
    threshold: float | None = None
    weights: Mapping[str, float] = field(default_factory=dict)
    embedder: Embedder | None = None
    num_threads: int | None = None

    def __post_init__(self) -> None:
        for parameter, value, known in (
            ("method", self.method, METHODS),
            ("metric", self.metric, METRICS),
            ("clustering", self.clustering, CLUSTERINGS),
        ):
            if value not in known:
                raise InputError(
                    f"unknown {parameter} {value!r}", hint=f"one of {', '.join(known)}"
                )
        if self.threshold is not None and not 0 <= self.threshold <= 1:
            raise InputError(f"the threshold must be between 0 and 1, got {self.threshold:g}")
        for expert, weight in self.weights.items():
            if not 0 <= weight < float("inf"):
                raise InputError(
                    f"the weight of {expert!r} must be a number from 0 on, got {weight:g}"
                )
        from cotool.engine import resolve_num_threads

        resolve_num_threads(self.num_threads)
