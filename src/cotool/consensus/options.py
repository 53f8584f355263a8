"""The options of consensus: their names, and one checked set of them. Loads no kernel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from cotool._records import NamedTuple, dataclass, field
from cotool._typing import TYPE_CHECKING, TypedDict
from cotool.engine import check_threads
from cotool.errors import InputError, unknown

if TYPE_CHECKING:

    class ConsensusArguments(TypedDict, total=False):
        """The keyword arguments of find_consensus() that become ConsensusOptions."""

        method: str
        metric: str
        clustering: str
        threshold: float | None
        weights: Mapping[str, float] | None
        embedder: Embedder | None
        num_threads: int | None


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
# Methods that combine numbers on a scale.
NUMERIC = ("mean", "median", "weighted")
OVER_QUESTIONS = (*NUMERIC, *INFERENCE)
# Methods that look at each question by itself.
BY_QUESTION = ("vote", "medoid", "centre", "rover", "supported")
METHODS = ("auto", *BY_QUESTION, *OVER_QUESTIONS)


class Metric(NamedTuple):
    """What a metric compares, for people; and what unrelated texts share on its scale.

    About nineteen in twenty pairs of language models' answers to different questions are below
    `unrelated`; no cluster is formed below it. Embeddings have no common scale; for most models
    the cosine of unrelated texts is lower than this.
    """

    compares: str
    unrelated: float


MEASURES = {
    "cosine": Metric("by their words", 0.5),
    "tfidf": Metric("by words, with rare words weighted more", 0.25),
    "jaccard": Metric("by which words occur", 0.11),
    "containment": Metric("share of the shorter text's words that the longer contains", 0.36),
    "levenshtein": Metric("by characters to change", 0.27),
    "word-levenshtein": Metric("by words to change", 0.09),
    "embedding": Metric("by your own vectors", 0.3),
    "ngrams": Metric("short answers, by stems and groups of letters", 0.05),
    "semantic": Metric("short answers, by meaning (cotool[semantic])", 0.07),
}
METRICS = ("auto", *MEASURES)
# Metrics whose similarities are relative to all answers to the question.
RELATIVE = ("ngrams", "semantic")
# Libraries whose models embed texts, as the prefixes of --embedder name them.
LIBRARIES = ("model2vec", "sentence-transformers")
CLUSTERINGS = ("auto", "components", "average", "density", "star")
# Fields of ConsensusOptions that are no keywords of find_consensus().
INNER = frozenset(("independence",))


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
    # How far each expert's vote is independent of the others', for ties; see `truth/table`.
    independence: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "weights", self.weights or {})
        known = {"method": METHODS, "metric": METRICS, "clustering": CLUSTERINGS}
        for name, words in known.items():
            if getattr(self, name) not in words:
                raise unknown(getattr(self, name), words, name)
        if self.threshold is not None and not (
            _is_number(self.threshold) and 0 <= self.threshold <= 1
        ):
            raise InputError(
                f"expected a similarity from 0 to 1, got {self.threshold!r}", parameter="threshold"
            )
        if self.embedder is not None and not callable(self.embedder):
            raise InputError(
                f"expected a function of texts, got {self.embedder!r}", parameter="embedder"
            )
        if self.weights and self.method == "weighted":
            raise InputError(
                "the method 'weighted' learns the weights of experts from the answers",
                parameter="weights",
                hint="give weights to the methods 'mean' or 'median'",
            )
        if not isinstance(self.weights, Mapping):
            raise InputError(
                f"expected experts with their weights, got a {type(self.weights).__name__}",
                parameter="weights",
                hint="pass a mapping such as {'alice': 2.0}",
            )
        for expert, weight in self.weights.items():
            if not (_is_number(weight) and 0 <= weight < float("inf")):
                raise InputError(
                    f"{expert}: a weight is 0 or more, and finite, got {weight!r}",
                    parameter="weights",
                )
        if self.num_threads is not None:
            check_threads(self.num_threads)


def _is_number(value: object) -> bool:
    return hasattr(value, "__float__") and not isinstance(value, bool)
