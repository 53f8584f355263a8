"""A question in free text: its texts are clustered by similarity, and one of them is picked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cotool.consensus.decide import aggregation
from cotool.consensus.decide.clustering import choose_threshold, cluster
from cotool.consensus.decide.subject import Grouped
from cotool.consensus.decide.synthesis import synthesise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cotool.consensus.decide.subject import Subject

# Below this mean similarity the members of a cluster share a topic, not sentences.
LOOSE = 0.5


def by_text(subject: Subject, method: str, utility: str) -> Grouped:
    """Cluster the texts, and pick one by `method`; `utility` is the metric where none is chosen."""
    metric = subject.options.metric
    if metric == "auto" and subject.options.embedder is not None:
        metric = "embedding"
    elif metric == "auto":
        metric = utility
    matrix = subject.similarities(metric)
    clustering = "average" if subject.options.clustering == "auto" else subject.options.clustering
    threshold = subject.options.threshold
    if threshold is None and len(subject.texts) > 1:
        threshold, reason = choose_threshold(matrix, metric, clustering)
        subject.explanation.append(reason)
    labels = cluster(matrix, clustering, 1.0 if threshold is None else threshold)
    parts = aggregation.split_opposed(labels, subject.texts, matrix)
    if max(parts) > max(labels):
        subject.explanation.append(
            "near-identical texts that differ in a negation or in numbers, and a yes and a no, "
            "were kept apart"
        )
    index = _pick(subject, method, metric, aggregation.largest_cluster(parts, subject.weights))
    total = sum(subject.weights)
    clusters = []
    for part in range(max(parts) + 1):
        members = [i for i, own in enumerate(parts) if own == part]
        centre, cohesion = aggregation.centre_of(matrix, members)
        shown = index if index in members else centre
        clusters.append(subject.cluster(members, subject.contents[shown].strip(), total, cohesion))
    own = next(one for one in clusters if index in one.indices)
    near = sum(subject.weights[i] * matrix[index, i] for i in own.indices)
    support = near / (sum(subject.weights[i] for i in own.indices) or 1.0)
    if own.cohesion is not None and own.cohesion < LOOSE:
        subject.explanation.append(
            f"the experts of this cluster share a topic rather than sentences (mean {metric} "
            f"similarity {own.cohesion:.2f}), so read them before you conclude that they agree"
        )
    decision = subject.decision
    learned = method == "centre" and decision is not None and decision.weights
    return Grouped(
        kind="paraphrase" if method in {"medoid", "rover"} else "text",
        method="learned" if learned else method,
        index=index,
        answer=_synthesis(subject) if method == "rover" else subject.contents[index].strip(),
        answers=[None] * len(subject.contents),
        clusters=clusters,
        matrix=matrix,
        support=support,
        metric=metric,
        clustering=clustering,
        threshold=threshold,
    )


def _pick(subject: Subject, method: str, metric: str, largest: Sequence[int] | None) -> int:
    """The row of the response that stands; a centre is one of the largest cluster."""
    if method in {"medoid", "rover"}:
        # Of transcripts the medoid of all has fewer errors than that of the largest cluster
        # (word error rate 11.80 and 11.94 over 2,800 recordings).
        index, score = aggregation.medoid(subject.similarities(metric), subject.weights)
        subject.explanation.append(
            f"the medoid was chosen: {subject.responses[index].expert_name} has the greatest mean "
            f"{metric} similarity to the others ({score:.2f})"
        )
        return index
    if subject.options.metric == "auto":
        # Of all similarities, that of term frequencies finds the best answers (judged by
        # win rate over 776 instructions: .146, tf-idf .132, Jaccard .073, at random .112).
        metric = "cosine"
    matrix = subject.similarities(metric)
    reliable = aggregation.most_reliable(subject.weights, subject.reliability, matrix)
    if reliable is not None:
        subject.explanation.append(
            f"the most reliable expert was chosen: {subject.responses[reliable].expert_name}, "
            f"weight {subject.reliability[reliable]:g}"
        )
        return reliable
    index, score = aggregation.medoid(matrix, subject.weights, largest)
    scope = "" if largest is None else f"of the {len(largest)} in the largest cluster, "
    subject.explanation.append(
        f"the centre was chosen: {scope}{subject.responses[index].expert_name} has the greatest "
        f"mean {metric} similarity to the others ({score:.2f}); "
        "the experts' reliability is unknown, and for free text the centre is often not the "
        "best answer"
    )
    return index


def _synthesis(subject: Subject) -> str:
    matrix = subject.similarities("word-levenshtein")
    others = max(len(subject.contents) - 1, 1)
    near = [(sum(matrix.row(i)) - 1) / others for i in range(len(subject.contents))]
    subject.explanation.append(
        "the answer is a synthesis: the texts were aligned word by word, and at "
        "each position the word with the most weight was chosen; a text weighs its expert's weight "
        "times its squared mean similarity to the others (ROVER)"
    )
    return synthesise(subject.contents, subject.weights, near)
