"""One question on its way to a Consensus: what all steps of its analysis share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from cotool._records import dataclass
from cotool._typing import TYPE_CHECKING
from cotool.consensus.decide.similarity import embedding_similarity, similarity_matrix
from cotool.consensus.decide.words import Words
from cotool.consensus.model import Cluster
from cotool.consensus.options import RELATIVE
from cotool.errors import InputError

if TYPE_CHECKING:
    from cotool._fast.base.matrix import Matrix
    from cotool.consensus.decide.claims import Claims
    from cotool.consensus.decide.decision import Decision
    from cotool.consensus.extract.stated import Stated
    from cotool.consensus.options import ConsensusOptions

# This many responses, evenly spread, tell whether all are near-paraphrases.
SAMPLE = 64


@dataclass(frozen=True, slots=True)
class Grouped:
    """What a vote or a clustering found: the rest of the result follows from it.

    `index` is the row of the chosen response, `support` how far the members of its cluster
    say the same, 0 to 1; `scores` says that a decision's scores chose.
    """

    kind: str
    method: str
    index: int
    answer: str | None
    answers: Sequence[str | None]
    clusters: list[Cluster]
    matrix: Matrix | None
    support: float = 1.0
    scores: bool = False
    metric: str | None = None
    clustering: str | None = None
    threshold: float | None = None


class Subject:
    """One question: its responses, their words, weights and similarities.

    `explanation` and `warnings` are what the steps add to the result.
    """

    def __init__(
        self,
        stated: Stated,
        options: ConsensusOptions,
        warnings: list[str],
        decision: Decision | None,
    ) -> None:
        self.asked = asked = stated.asked
        self.kind, self.answers = stated.kind, stated.answers
        self.decision = decision
        self.responses = responses = stated.responses
        self.options = options
        self.warnings = warnings
        self.explanation: list[str] = []
        self.contents = [response.content for response in responses]
        words = {content: Words.of(content) for content in {*self.contents}}
        self.texts = [words[content] for content in self.contents]
        self._matrices: dict[str, Matrix] = {}
        self._claims: Claims | None = None
        names = [response.sample_of or response.expert_name for response in responses]
        # One expert, one weight: samples of the same expert share it.
        samples = Counter(names)
        given = options.weights
        if decision is not None and decision.weights and not given:
            given = decision.weights
        self.reliability = [float(given.get(name, 1.0)) for name in names]
        self.weights = [
            value / samples[name] for value, name in zip(self.reliability, names, strict=True)
        ]
        known = options.independence
        self.independence = [known.get(name, 1.0) for name in names] if known else []
        if sum(self.weights) <= 0:
            raise InputError(
                f"question {asked.id!r}: all experts have weight 0",
                hint="give at least one of its experts a weight above 0",
            )

    def similarities(self, metric: str) -> Matrix:
        """Return the similarity of all pairs of responses in a metric."""
        if metric not in self._matrices:
            self._matrices[metric] = (
                self._embedded()
                if metric == "embedding"
                else self._relative(metric)
                if metric in RELATIVE
                else similarity_matrix(self.contents, metric, self.options.num_threads)
            )
        return self._matrices[metric]

    def _relative(self, metric: str) -> Matrix:
        from cotool.consensus.decide.meaning import by_features, by_meaning

        asked, threads = self.asked.text or "", self.options.num_threads
        if metric == "ngrams":
            return by_features(self.contents, asked, threads)
        return by_meaning(self.contents, asked, self.options.embedder, threads)

    def _embedded(self) -> Matrix:
        if self.options.embedder is not None:
            from cotool.consensus.decide.meaning import given_vectors

            vectors = [list(v) for v in given_vectors(self.options.embedder, self.contents)]
        else:
            vectors = [list(response.embedding or ()) for response in self.responses]
            for response, vector in zip(self.responses, vectors, strict=True):
                if not vector:
                    raise InputError(
                        f"{response.where or response.expert_name}: no embedding is given",
                        hint='give "embedding" with every response, or an embedder',
                    )
        return embedding_similarity(vectors, self.options.num_threads)

    def claims(self, index: int) -> Claims:
        """Return the statements of all responses (of many, evenly spread ones and `index`)."""
        if self._claims is None or index not in self._claims.rows:
            from cotool.consensus.decide.claims import compare_statements

            names = [response.expert_name for response in self.responses]
            self._claims = compare_statements(self.contents, names, index, self.options.num_threads)
        return self._claims

    def apart(self, labels: Sequence[int], closeness: Sequence[float]) -> list[int]:
        """Split clusters of answers that differ in one place, and say so."""
        from cotool.consensus.decide.places import split_by_place

        parts = split_by_place(labels, self.texts, closeness)
        if max(parts) > max(labels):
            self.explanation.append("answers that differ in one place were kept apart")
        return parts

    def sample(self) -> tuple[list[Words], Callable[[str], Matrix]]:
        """Return some texts, evenly spread, and what gives their similarities in a metric."""
        step = -(-len(self.texts) // SAMPLE)
        if step <= 1:
            return self.texts, self.similarities
        contents = self.contents[::step]
        return self.texts[::step], lambda metric: similarity_matrix(
            contents, metric, self.options.num_threads
        )

    def cluster(
        self, members: Sequence[int], answer: str, total: float, cohesion: float | None
    ) -> Cluster:
        """Return a cluster of the responses in the rows `members`, of weights `total` in all."""
        return Cluster(
            id=0,
            answer=answer,
            members=tuple(self.responses[i].expert_name for i in members),
            indices=tuple(members),
            share=sum(self.weights[i] for i in members) / (total or 1.0),
            cohesion=cohesion,
        )
