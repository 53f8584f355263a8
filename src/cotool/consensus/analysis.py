"""One question on its way: recognise the kind of answer, group, choose, explain."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cotool.consensus import aggregation
from cotool.consensus.clustering import choose_threshold, cluster
from cotool.consensus.dissent import find_dissent
from cotool.consensus.extraction import extract_answers
from cotool.consensus.insights import Findings, find_insights
from cotool.consensus.model import Cluster, Consensus, Question
from cotool.consensus.similarity import embedding_similarity, similarity_matrix
from cotool.consensus.words import Words
from cotool.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from cotool._fast.matrix import Matrix
    from cotool.consensus.extraction import Extracted
    from cotool.consensus.model import Response

    Embedder = Callable[[Sequence[str]], Iterable[Sequence[float]]]

# Responses are near-paraphrases where the median pair has this similarity. Transcripts of one
# recording have about .8 in words, translations of one sentence about .5 in TF-IDF; answers to
# one question by different language models .1 and .3.
PARAPHRASE_WORDS = 0.5
PARAPHRASE_TFIDF = 0.55
PARAPHRASE_LENGTH = 60  # words; longer texts on one subject share as much without saying the same

NOT_TRUTH = "agreement is not truth: the confidence is derived from agreement, not calibrated"


@dataclass(frozen=True, slots=True)
class Options:
    """The checked options of one run."""

    method: str
    metric: str
    clustering: str
    threshold: float | None
    weights: Mapping[str, float]
    embedder: Embedder | None
    num_threads: int | None


def analyse(asked: Question, options: Options) -> Consensus:
    """Find the consensus on one question; responses without a text are left out."""
    usable = [response for response in asked.responses if response.content.strip()]
    warnings = list(asked.warnings)
    if len(usable) < len(asked.responses):
        empty = [r.expert_name for r in asked.responses if not r.content.strip()]
        warnings.append(f"left out for an empty answer: {', '.join(empty)}")
    if not usable:
        return _nothing(asked, warnings)
    return _Analysis(asked, usable, options, warnings).result()


def _nothing(asked: Question, warnings: list[str]) -> Consensus:
    return Consensus(
        question=asked.text or asked.id,
        answer=None,
        kind="none",
        method="none",
        confidence=None,
        agreement=None,
        clusters=(),
        dissent=(),
        insights=(),
        id=asked.id,
        expert=None,
        content=None,
        experts=(),
        answers=(),
        metric=None,
        clustering=None,
        threshold=None,
        matrix=None,
        explanation=("no response could be used",),
        warnings=tuple(warnings),
    )


class _Analysis:
    """One question on its way; the steps share the responses, their words and weights."""

    def __init__(
        self, asked: Question, responses: list[Response], options: Options, warnings: list[str]
    ) -> None:
        self.asked = asked
        self.responses = responses
        self.options = options
        self.warnings = warnings
        self.contents = [response.content for response in responses]
        self.texts = [Words.of(content) for content in self.contents]
        names = [response.sample_of or response.expert_name for response in responses]
        # One expert, one weight: samples of the same expert share it.
        self.reliability = [float(options.weights.get(name, 1.0)) for name in names]
        self.weights = [
            value / names.count(name) for value, name in zip(self.reliability, names, strict=True)
        ]
        if sum(self.weights) <= 0:
            raise InputError(
                f"question {asked.id!r}: all experts have weight 0", hint="see --weight"
            )
        self.explanation: list[str] = []

    def result(self) -> Consensus:
        kind, answers = extract_answers(self.contents)
        method = self.options.method
        if method == "auto":
            method = "vote" if kind is not None else self._text_method()
        elif method == "vote" and kind is None:
            raise InputError(
                f"question {self.asked.id!r}: no answers to vote on could be extracted",
                hint="--method auto chooses a method for free text",
            )
        if method == "vote":
            return self._by_vote(str(kind), answers)
        return self._by_text(method)

    def _similarities(self, metric: str) -> Matrix:
        if metric != "embedding":
            return similarity_matrix(self.contents, metric, self.options.num_threads)
        if self.options.embedder is not None:
            vectors = [list(vector) for vector in self.options.embedder(self.contents)]
            if len(vectors) != len(self.contents):
                raise InputError(
                    f"the embedder gave {len(vectors)} vectors for {len(self.contents)} texts"
                )
        else:
            vectors = [list(response.embedding or ()) for response in self.responses]
            for response, vector in zip(self.responses, vectors, strict=True):
                if not vector:
                    raise InputError(
                        f"{response.where or response.expert_name}: no embedding is given",
                        hint='give "embedding" with every response, or --embedder',
                    )
        return embedding_similarity(vectors, self.options.num_threads)

    def _text_method(self) -> str:
        """Choose between medoid and centre by how near the texts are to paraphrases."""
        if len(self.contents) == 1:
            return "centre"
        by_words = _median_pair(similarity_matrix(self.contents, "word-levenshtein", 1))
        if by_words >= PARAPHRASE_WORDS:
            self.explanation.append(
                f"near-paraphrases: the median pair shares {by_words:.0%} of its words in order"
            )
            return "medoid"
        by_terms = _median_pair(similarity_matrix(self.contents, "tfidf", 1))
        length = statistics.median(len(text.words) for text in self.texts)
        if by_terms >= PARAPHRASE_TFIDF and length <= PARAPHRASE_LENGTH:
            self.explanation.append(
                f"near-paraphrases: the median pair has a TF-IDF cosine of {by_terms:.2f}"
            )
            return "medoid"
        self.explanation.append(
            f"free text: the median pair shares {by_words:.0%} of its words in order, "
            f"TF-IDF cosine {by_terms:.2f}"
        )
        return "centre"

    def _by_vote(self, kind: str, answers: Sequence[Extracted | None]) -> Consensus:
        groups, choice = aggregation.vote(answers, self.responses, self.weights)
        abstainers = [i for i, group in enumerate(groups) if group < 0]
        voters = [i for i, group in enumerate(groups) if group >= 0]
        total = sum(self.weights[i] for i in voters)
        rules = dict.fromkeys(answer.rule for answer in answers if answer is not None)
        self.explanation.append(
            f"{kind} answers were extracted from {len(voters)} of {len(groups)} responses "
            f"({', '.join(list(rules)[:3])}{', …' if len(rules) > 3 else ''}) and voted on"
        )
        self.explanation.append(f"the plurality has {choice.reason}")
        if choice.tied:
            self.warnings.append(f"a tie of {len(choice.tied)} answers: {', '.join(choice.tied)}")
        if abstainers:
            names = ", ".join(self.responses[i].expert_name for i in abstainers)
            self.warnings.append(f"states no {kind} answer and does not vote: {names}")
        clusters = []
        for group in dict.fromkeys(group for group in groups if group >= 0):
            members = [i for i in voters if groups[i] == group]
            shown = aggregation.representative(groups, group, answers, self.responses)
            answer = answers[shown]
            clusters.append(self._cluster(members, answer.display if answer else "", total, None))
        if self.options.metric == "auto":
            metric = None
            # Two experts agree where they gave the same answer; who abstains agrees with nobody.
            places = [group if group >= 0 else len(groups) + i for i, group in enumerate(groups)]
            columns = sorted(set(places))
            matrix = embedding_similarity(
                [[float(place == column) for column in columns] for place in places], 1
            )
        else:
            metric = self.options.metric
            matrix = self._similarities(metric)
        picked = answers[choice.index]
        return self._finish(
            kind=kind,
            method="vote",
            clusters=clusters,
            index=choice.index,
            answer=picked.display if picked else None,
            answers=[answer.display if answer else None for answer in answers],
            matrix=matrix,
            metric=metric,
            clustering=None,
            threshold=None,
            support=1.0,
        )

    def _by_text(self, method: str) -> Consensus:
        if method == "medoid":
            utility = "word-levenshtein"
            words = _median_pair(similarity_matrix(self.contents, utility, 1))
            utility = utility if words >= PARAPHRASE_WORDS else "tfidf"
            metric = utility if self.options.metric == "auto" else self.options.metric
        else:
            metric = "tfidf" if self.options.metric == "auto" else self.options.metric
        matrix = self._similarities(metric)
        clustering = "average" if self.options.clustering == "auto" else self.options.clustering
        threshold = self.options.threshold
        if threshold is None:
            threshold, reason = choose_threshold(matrix)
            self.explanation.append(reason)
        labels = cluster(matrix, clustering, threshold)
        guarded = aggregation.split_opposed(labels, self.texts, matrix)
        if max(guarded) > max(labels):
            self.explanation.append(
                "near-identical texts that differ in a negation or in numbers were kept apart"
            )
        index = self._pick(method, metric, matrix, guarded)
        total = sum(self.weights)
        clusters = []
        for label in dict.fromkeys(guarded):
            members = [i for i, own in enumerate(guarded) if own == label]
            centre = max(members, key=lambda i: sum(matrix[i, j] for j in members))
            pairs = [matrix[i, j] for i in members for j in members if i < j]
            cohesion = statistics.fmean(pairs) if pairs else None
            shown = index if index in members else centre
            clusters.append(self._cluster(members, self.contents[shown].strip(), total, cohesion))
        own = next(c for c in clusters if index in c.indices)
        return self._finish(
            kind="paraphrase" if method == "medoid" else "text",
            method=method,
            clusters=clusters,
            index=index,
            answer=self.contents[index].strip(),
            answers=[None] * len(self.contents),
            matrix=matrix,
            metric=metric,
            clustering=clustering,
            threshold=threshold,
            support=sum(self.weights[j] * matrix[index, j] for j in own.indices)
            / (sum(self.weights[j] for j in own.indices) or 1.0),
        )

    def _pick(self, method: str, metric: str, matrix: Matrix, labels: Sequence[int]) -> int:
        rows = aggregation.largest_cluster(labels, self.weights)
        scope = "the others" if rows is None else f"the {len(rows)} of the largest cluster"
        if method == "medoid":
            index, score = aggregation.medoid(matrix, self.weights, rows)
            self.explanation.append(
                f"the medoid stands: {self.responses[index].expert_name} has the greatest mean "
                f"{metric} similarity to {scope} ({score:.2f})"
            )
            return index
        reliable = aggregation.most_reliable(self.weights, self.reliability, matrix)
        if reliable is not None:
            self.explanation.append(
                f"the most reliable expert stands: {self.responses[reliable].expert_name}, "
                f"weight {self.reliability[reliable]:g}"
            )
            return reliable
        centre = metric if self.options.metric != "auto" else "cosine"
        index, score = aggregation.medoid(
            matrix if centre == metric else self._similarities(centre), self.weights, rows
        )
        self.explanation.append(
            f"the centre stands: {self.responses[index].expert_name} has the greatest mean "
            f"{centre} similarity to {scope} ({score:.2f}); the experts' reliability is unknown, "
            "and for free text the centre is often not the best answer"
        )
        return index

    def _cluster(
        self, members: Sequence[int], answer: str, total: float, cohesion: float | None
    ) -> Cluster:
        return Cluster(
            id=0,
            answer=answer,
            members=tuple(self.responses[i].expert_name for i in members),
            indices=tuple(members),
            share=sum(self.weights[i] for i in members) / (total or 1.0),
            cohesion=cohesion,
        )

    def _finish(
        self,
        *,
        kind: str,
        method: str,
        clusters: list[Cluster],
        index: int,
        answer: str | None,
        answers: Sequence[str | None],
        matrix: Matrix,
        metric: str | None,
        clustering: str | None,
        threshold: float | None,
        support: float,
    ) -> Consensus:
        """Number the clusters, the consensus first, then by share, and add what follows."""
        clusters.sort(key=lambda c: (index not in c.indices, -c.share))
        ordered = tuple(
            Cluster(place, c.answer, c.members, c.indices, c.share, c.cohesion)
            for place, c in enumerate(clusters)
        )
        share = ordered[0].share
        voters = sum(self.weights[i] for c in ordered for i in c.indices)
        confidence = support * aggregation.smoothed_share(share, voters, max(2, len(ordered)))
        if len(self.responses) == 1:
            self.explanation.append("one expert alone is no consensus")
        if any(c.share > share + aggregation.EPSILON for c in ordered[1:]):
            self.warnings.append("the answer does not stand in the largest cluster")
        self.explanation.append(NOT_TRUTH)
        lexical = (
            matrix
            if metric == "cosine"
            else similarity_matrix(self.contents, "cosine", self.options.num_threads)
        )
        between = matrix if metric is not None else lexical
        dissent = find_dissent(ordered, 0, index, self.texts, between)
        findings = Findings(
            self.responses, self.texts, ordered, 0, matrix, lexical, extracted=method == "vote"
        )
        return Consensus(
            question=self.asked.text or self.asked.id,
            answer=answer,
            kind=kind,
            method=method,
            confidence=confidence,
            agreement=support * share,
            clusters=ordered,
            dissent=dissent,
            insights=find_insights(findings),
            id=self.asked.id,
            expert=self.responses[index].expert_name,
            content=self.contents[index],
            experts=tuple(response.expert_name for response in self.responses),
            answers=tuple(answers),
            metric=metric,
            clustering=clustering,
            threshold=threshold,
            matrix=matrix,
            explanation=tuple(self.explanation),
            warnings=tuple(self.warnings),
        )


def _median_pair(matrix: Matrix) -> float:
    count = matrix.rows
    return statistics.median(matrix[i, j] for i in range(count) for j in range(i + 1, count))
