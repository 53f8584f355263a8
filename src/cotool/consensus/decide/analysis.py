"""One question on its way to a Consensus: kind of answer, groups, the pick, what follows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cotool.consensus.decide import aggregation, neighbourhood
from cotool.consensus.decide.clustering import choose_threshold, cluster
from cotool.consensus.decide.dissent import find_dissent
from cotool.consensus.decide.insights import Findings, find_insights
from cotool.consensus.decide.paraphrases import paraphrase_utility
from cotool.consensus.decide.similarity import embedding_similarity, similarity_matrix
from cotool.consensus.decide.synthesis import synthesise
from cotool.consensus.decide.words import Words
from cotool.consensus.model import Cluster, Consensus
from cotool.consensus.options import INFERENCE
from cotool.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cotool._fast.base.matrix import Matrix
    from cotool.consensus.decide.decision import Decision
    from cotool.consensus.extract.extraction import Extracted
    from cotool.consensus.extract.stated import Stated
    from cotool.consensus.options import ConsensusOptions

# So many responses, evenly spread, tell whether all are near-paraphrases.
SAMPLE = 64

# Responses to one question that are compared pair by pair: where answers are voted on, 2,000 take
# 32 MB a matrix and more votes need none; of more texts only the neighbours are found (4,000
# compared take 0.4 GB: two matrices, and the linkage's copy of one).
MOST_VOTES_COMPARED = 2_000
MOST_TEXTS = 4_000
# So many of them, evenly spread, choose the threshold.
MANY_SAMPLED = 2_000

# Below this mean similarity the members of a cluster share a topic, not sentences.
LOOSE = 0.5

NOT_TRUTH = "agreement is not truth: the confidence is derived from agreement, not calibrated"


@dataclass(frozen=True, slots=True)
class _Grouped:
    """What a vote or a clustering found: the rest of the result follows from it.

    `index` is the row of the response that stands, `support` how far the members of its cluster
    say the same, 0 to 1; `scores` tells that a decision's scores chose.
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


def analyse(
    subject: Stated, options: ConsensusOptions, decision: Decision | None = None
) -> Consensus:
    """Find the consensus on one question; responses without a text are left out.

    A `decision` says which of the extracted answers stands.

    Raises InputError where an option does not fit the responses.
    """
    asked = subject.asked
    warnings = list(asked.warnings)
    if len(subject.responses) < len(asked.responses):
        empty = [one.expert_name for one in asked.responses if not one.content.strip()]
        warnings.append(f"left out for an empty answer: {', '.join(empty)}")
    if subject.responses:
        return _Analysis(subject, options, warnings, decision).result()
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
    """One question; the steps share the responses, their words, weights and similarities."""

    def __init__(
        self,
        subject: Stated,
        options: ConsensusOptions,
        warnings: list[str],
        decision: Decision | None,
    ) -> None:
        self.subject = subject
        self.asked = asked = subject.asked
        self.decision = decision
        self.responses = responses = subject.responses
        self.options = options
        self.warnings = warnings
        self.explanation: list[str] = []
        self.contents = [response.content for response in responses]
        self.texts = [Words.of(content) for content in self.contents]
        self.matrices: dict[str, Matrix] = {}
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
        if sum(self.weights) <= 0:
            raise InputError(
                f"question {asked.id!r}: all experts have weight 0",
                hint="give at least one of its experts a weight above 0",
            )

    def result(self) -> Consensus:
        kind, answers = self.subject.kind, self.subject.answers
        method = self.options.method
        if kind is not None and (method in {"auto", "vote"} or method in INFERENCE):
            return self._consensus(self._by_vote(kind, answers))
        if method in INFERENCE:
            method = "auto"
            self.explanation.append("no answers to vote on could be extracted")
        if method == "vote":
            raise InputError(
                f"question {self.asked.id!r}: no answers to vote on could be extracted",
                hint="--method auto chooses a method for free text",
            )
        utility = None
        if method == "rover":
            if len(self.texts) > MOST_TEXTS:
                raise InputError(
                    f"question {self.asked.id!r}: {len(self.texts):,} texts are too many to align",
                    hint=f"--method rover aligns at most {MOST_TEXTS:,}",
                )
            utility = "word-levenshtein"
        elif method != "centre":
            utility, reason = paraphrase_utility(*self._sample())
            if method == "auto":
                method = "centre" if utility is None else "medoid"
                self.explanation.append(reason)
        return self._consensus(self._by_text(method, utility or "tfidf"))

    def _similarities(self, metric: str) -> Matrix:
        if metric not in self.matrices:
            self.matrices[metric] = (
                self._embedded()
                if metric == "embedding"
                else similarity_matrix(self.contents, metric, self.options.num_threads)
            )
        return self.matrices[metric]

    def _embedded(self) -> Matrix:
        if self.options.embedder is not None:
            vectors = [list(vector) for vector in self.options.embedder(self.contents)]
            if len(vectors) != len(self.contents):
                raise InputError(
                    f"the embedder gave {len(vectors)} vectors for {len(self.contents)} texts",
                    hint="an embedder returns one vector for each text, in their order",
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

    def _sample(self) -> tuple[list[Words], Callable[[str], Matrix]]:
        step = -(-len(self.texts) // SAMPLE)
        if step <= 1:
            return self.texts, self._similarities
        contents = self.contents[::step]
        return self.texts[::step], lambda metric: similarity_matrix(
            contents, metric, self.options.num_threads
        )

    def _by_vote(self, kind: str, answers: Sequence[Extracted | None]) -> _Grouped:
        compared = len(answers) <= MOST_VOTES_COMPARED
        groups, choice = aggregation.vote(
            answers,
            self.responses,
            self.weights,
            lambda i: sum(self._similarities("cosine").row(i)) if compared else 0.0,
            self.asked.id,
            scores=self.decision.scores if self.decision and self.decision.scores else None,
        )
        shown = [None if answer is None else answer.display for answer in answers]
        voters = [i for i, group in enumerate(groups) if group >= 0]
        abstainers = [
            response.expert_name
            for response, group in zip(self.responses, groups, strict=True)
            if group < 0
        ]
        rules = list(dict.fromkeys(answer.rule for answer in answers if answer is not None))
        self.explanation.append(
            f"{kind} answers were extracted from {len(voters)} of {len(groups)} responses "
            f"({', '.join(rules[:3])}{', …' if len(rules) > 3 else ''}) and voted on"
        )
        if self.decision is None or not self.decision.scores:
            self.explanation.append(f"the plurality has {choice.reason}")
        else:
            self.explanation.append(f"the most probable answer has {choice.reason}")
            self.explanation.extend(self.decision.explanation)
            self.warnings.extend(self.decision.warnings)
        if choice.tied:
            self.warnings.append(f"a tie of {len(choice.tied)} answers: {', '.join(choice.tied)}")
        if abstainers:
            self.warnings.append(
                f"no {kind} answer is stated and no vote counted: {', '.join(abstainers)}"
            )
        total = sum(self.weights[i] for i in voters)
        clusters = []
        for group in range(max(groups) + 1):
            members = [i for i in voters if groups[i] == group]
            best = aggregation.representative(members, answers, self.responses)
            clusters.append(self._cluster(members, shown[best] or "", total, None))
        metric = None if self.options.metric == "auto" else self.options.metric
        matrix = None
        if compared:
            matrix = _same_answer(groups) if metric is None else self._similarities(metric)
        return _Grouped(
            kind=kind,
            method=self.decision.method if self.decision and self.decision.scores else "vote",
            index=choice.index,
            answer=shown[choice.index],
            answers=shown,
            clusters=clusters,
            matrix=matrix,
            scores=bool(self.decision and self.decision.scores),
            metric=metric,
        )

    def _by_text(self, method: str, utility: str) -> _Grouped:
        if len(self.texts) > MOST_TEXTS:
            return self._by_many_texts(method, utility)
        metric = self.options.metric
        if metric == "auto" and self.options.embedder is not None:
            metric = "embedding"
        elif metric == "auto":
            metric = utility
        matrix = self._similarities(metric)
        clustering = "average" if self.options.clustering == "auto" else self.options.clustering
        threshold = self.options.threshold
        if threshold is None and len(self.texts) > 1:
            threshold, reason = choose_threshold(matrix, metric, clustering)
            self.explanation.append(reason)
        labels = cluster(matrix, clustering, 1.0 if threshold is None else threshold)
        parts = aggregation.split_opposed(labels, self.texts, matrix)
        if max(parts) > max(labels):
            self.explanation.append(
                "near-identical texts that differ in a negation or in numbers, and a yes and a no, "
                "were kept apart"
            )
        index = self._pick(method, metric, aggregation.largest_cluster(parts, self.weights))
        total = sum(self.weights)
        clusters = []
        for part in range(max(parts) + 1):
            members = [i for i, own in enumerate(parts) if own == part]
            centre, cohesion = aggregation.centre_of(matrix, members)
            shown = index if index in members else centre
            clusters.append(self._cluster(members, self.contents[shown].strip(), total, cohesion))
        own = next(one for one in clusters if index in one.indices)
        near = sum(self.weights[i] * matrix[index, i] for i in own.indices)
        support = near / (sum(self.weights[i] for i in own.indices) or 1.0)
        if own.cohesion is not None and own.cohesion < LOOSE:
            self.explanation.append(
                f"those who stand together share a topic more than sentences (mean {metric} "
                f"similarity {own.cohesion:.2f}): read them before you take them to agree"
            )
        return _Grouped(
            kind="paraphrase" if method in {"medoid", "rover"} else "text",
            method="learned" if self._learned(method) else method,
            index=index,
            answer=self._synthesis() if method == "rover" else self.contents[index].strip(),
            answers=[None] * len(self.contents),
            clusters=clusters,
            matrix=matrix,
            support=support,
            metric=metric,
            clustering=clustering,
            threshold=threshold,
        )

    def _by_many_texts(self, method: str, utility: str) -> _Grouped:
        """As `_by_text`, from neighbours and from sums over clusters: no matrix of all pairs."""
        auto = self.options.metric == "auto"
        metric = utility if auto and utility in neighbourhood.METRICS else self.options.metric
        metric = "tfidf" if metric == "auto" else metric
        clustering = "star" if self.options.clustering == "auto" else self.options.clustering
        threshold = self.options.threshold
        neighbourhood.check(metric, 1.0 if threshold is None else threshold)
        if threshold is None:
            sample = self.contents[:: -(-len(self.contents) // MANY_SAMPLED)]
            matrix = similarity_matrix(sample, metric, self.options.num_threads)
            threshold, reason = choose_threshold(matrix, metric, clustering)
            self.explanation.append(f"of {len(sample):,} texts, evenly spread: {reason}")
        labels = neighbourhood.cluster_texts(
            self.contents, metric, clustering, threshold, self.options.num_threads
        )
        # Sums of Jaccard similarities need every pair; those of cosines do not.
        summed = "cosine" if metric == "jaccard" else metric
        ones = [1.0] * len(labels)
        near = neighbourhood.closeness(self.contents, summed, labels, ones)
        parts = aggregation.split_many(labels, self.texts, near)
        self.explanation.append(
            f"more than {MOST_TEXTS:,} texts: only neighbours were compared ({clustering} "
            f"clustering); similarities within clusters are by {summed}"
        )
        index = self._pick_of_many(method, summed, parts)
        near = neighbourhood.closeness(self.contents, summed, parts, ones)
        groups: list[list[int]] = [[] for _ in range(max(parts) + 1)]
        for i, part in enumerate(parts):
            groups[part].append(i)
        total = sum(self.weights)
        clusters = []
        for part, members in enumerate(groups):
            shown = index if part == parts[index] else max(members, key=lambda i: near[i])
            count = len(members)
            pairs = count * (count - 1)
            cohesion = (sum(near[i] for i in members) - count) / pairs if pairs else None
            clusters.append(self._cluster(members, self.contents[shown].strip(), total, cohesion))
        own = groups[parts[index]]
        weighted = neighbourhood.closeness(self.contents, summed, parts, self.weights)[index]
        return _Grouped(
            kind="paraphrase" if method == "medoid" else "text",
            method=method,
            index=index,
            answer=self.contents[index].strip(),
            answers=[None] * len(self.contents),
            clusters=clusters,
            matrix=None,
            support=weighted / (sum(self.weights[i] for i in own) or 1.0),
            metric=metric,
            clustering=clustering,
            threshold=threshold,
        )

    def _pick_of_many(self, method: str, metric: str, parts: Sequence[int]) -> int:
        """As `_pick`: the reliable, the medoid of all, or the centre of the largest cluster."""
        rows: Sequence[int] = range(len(parts))
        near = neighbourhood.closeness(
            self.contents,
            metric if method == "medoid" or self.options.metric != "auto" else "cosine",
            [0] * len(parts),
            self.weights,
        )
        best = max(self.reliability)
        if method == "medoid":
            why = "the medoid stands"
        elif min(self.reliability) < best - aggregation.EPSILON:
            rows = [i for i in rows if self.reliability[i] >= best - aggregation.EPSILON]
            why = f"the most reliable expert stands, weight {best:g}"
        else:
            rows = aggregation.largest_cluster(parts, self.weights) or rows
            why = (
                "the centre of the largest cluster stands; the experts' reliability is unknown, "
                "and for free text the centre is often not the best answer"
            )
        index = max(rows, key=lambda i: near[i] - self.weights[i])
        self.explanation.append(f"{why}: {self.responses[index].expert_name}")
        return index

    def _pick(self, method: str, metric: str, largest: Sequence[int] | None) -> int:
        """The row of the response that stands; a centre is one of the largest cluster."""
        if method in {"medoid", "rover"}:
            # Of transcripts the medoid of all has fewer errors than that of the largest cluster
            # (word error rate 11.80 and 11.94 over 2,800 recordings).
            index, score = aggregation.medoid(self._similarities(metric), self.weights)
            self.explanation.append(
                f"the medoid stands: {self.responses[index].expert_name} has the greatest mean "
                f"{metric} similarity to the others ({score:.2f})"
            )
            return index
        if self.options.metric == "auto":
            # Of all similarities, that of term frequencies finds the best answers (judged by
            # win rate over 776 instructions: .146, tf-idf .132, Jaccard .073, at random .112).
            metric = "cosine"
        matrix = self._similarities(metric)
        reliable = aggregation.most_reliable(self.weights, self.reliability, matrix)
        if reliable is not None:
            self.explanation.append(
                f"the most reliable expert stands: {self.responses[reliable].expert_name}, "
                f"weight {self.reliability[reliable]:g}"
            )
            return reliable
        index, score = aggregation.medoid(matrix, self.weights, largest)
        scope = "" if largest is None else f"of the {len(largest)} in the largest cluster, "
        self.explanation.append(
            f"the centre stands: {scope}{self.responses[index].expert_name} has the greatest mean "
            f"{metric} similarity to the others ({score:.2f}); "
            "the experts' reliability is unknown, and for free text the centre is often not the "
            "best answer"
        )
        return index

    def _learned(self, method: str) -> bool:
        """Whether the experts' record picks the text that stands."""
        return method == "centre" and bool(self.decision and self.decision.weights)

    def _synthesis(self) -> str:
        matrix = self._similarities("word-levenshtein")
        others = max(len(self.contents) - 1, 1)
        near = [(sum(matrix.row(i)) - 1) / others for i in range(len(self.contents))]
        self.explanation.append(
            "the answer is a synthesis: the texts were aligned word by word, and in every place "
            "stands the word of the greatest weight, an expert's times his text's mean similarity "
            "to the others squared (ROVER)"
        )
        return synthesise(self.contents, self.weights, near)

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

    def _consensus(self, found: _Grouped) -> Consensus:
        """Number the clusters, the consensus first, then by share, and add what follows."""
        index = found.index
        ranked = sorted(found.clusters, key=lambda one: (index not in one.indices, -one.share))
        clusters = tuple(replace(one, id=place) for place, one in enumerate(ranked))
        share = clusters[0].share
        weight = sum(self.weights[i] for one in clusters for i in one.indices)
        decision = self.decision
        if decision is not None and decision.weights:
            self.explanation.extend(decision.explanation)
        elif not found.scores:
            decision = None
        confidence = None if decision is None else decision.confidence
        if confidence is None:
            confidence = found.support * aggregation.smoothed_share(
                share, weight, max(2, len(clusters))
            )
            self.explanation.append(NOT_TRUTH)
        if len(self.responses) == 1:
            self.explanation.append("one expert alone is no consensus")
        if any(one.share > share + aggregation.EPSILON for one in clusters[1:]):
            self.warnings.append("the answer does not stand in the largest cluster")
        lexical = None if found.matrix is None else self._similarities("cosine")
        between = lexical if found.metric is None else found.matrix
        dissent = find_dissent(clusters, index, self.texts, between)
        findings = Findings(
            responses=self.responses,
            texts=self.texts,
            clusters=clusters,
            matrix=found.matrix,
            lexical=lexical,
            extracted=found.kind not in {"text", "paraphrase"},
        )
        return Consensus(
            question=self.asked.text or self.asked.id,
            answer=found.answer,
            kind=found.kind,
            method=found.method,
            confidence=confidence,
            agreement=found.support * share,
            clusters=clusters,
            dissent=dissent,
            insights=(*(decision.insights if decision else ()), *find_insights(findings)),
            id=self.asked.id,
            expert=self.responses[index].expert_name,
            content=self.contents[index],
            experts=tuple(response.expert_name for response in self.responses),
            answers=tuple(found.answers),
            metric=found.metric,
            clustering=found.clustering,
            threshold=found.threshold,
            matrix=found.matrix,
            explanation=tuple(self.explanation),
            warnings=tuple(self.warnings),
            judgements=decision.judgements if decision and decision.calibrated else None,
        )


def _same_answer(groups: Sequence[int]) -> Matrix:
    """1 where two experts gave the same answer; who abstains (-1) agrees with nobody else."""
    columns = max(groups) + 1 + groups.count(-1)
    free = iter(range(max(groups) + 1, columns))
    places = [next(free) if group < 0 else group for group in groups]
    return embedding_similarity(
        [[float(place == column) for column in range(columns)] for place in places], 1
    )
