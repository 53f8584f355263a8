"""More texts than can be compared pair by pair: only neighbours are found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cotool.consensus.decide import aggregation, neighbourhood
from cotool.consensus.decide.clustering import choose_threshold
from cotool.consensus.decide.similarity import similarity_matrix
from cotool.consensus.decide.subject import Grouped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cotool.consensus.decide.subject import Subject

# Texts that are compared pair by pair: 4,000 take 0.4 GB (two matrices, and the linkage's copy of
# one).
MOST_TEXTS = 4_000
# So many texts, evenly spread, choose the threshold.
MANY_SAMPLED = 2_000


def by_many_texts(subject: Subject, method: str, utility: str) -> Grouped:
    """Do as `by_text` does from neighbours and from sums over clusters: no matrix of all pairs."""
    auto = subject.options.metric == "auto"
    metric = utility if auto and utility in neighbourhood.METRICS else subject.options.metric
    metric = "tfidf" if metric == "auto" else metric
    clustering = "star" if subject.options.clustering == "auto" else subject.options.clustering
    threshold = subject.options.threshold
    neighbourhood.check(metric, 1.0 if threshold is None else threshold)
    if threshold is None:
        sample = subject.contents[:: -(-len(subject.contents) // MANY_SAMPLED)]
        matrix = similarity_matrix(sample, metric, subject.options.num_threads)
        threshold, reason = choose_threshold(matrix, metric, clustering)
        subject.explanation.append(f"of {len(sample):,} texts, evenly spread: {reason}")
    labels = neighbourhood.cluster_texts(
        subject.contents, metric, clustering, threshold, subject.options.num_threads
    )
    # Sums of Jaccard similarities need every pair; those of cosines do not.
    summed = "cosine" if metric == "jaccard" else metric
    ones = [1.0] * len(labels)
    near = neighbourhood.closeness(subject.contents, summed, labels, ones)
    parts = aggregation.split_many(labels, subject.texts, near)
    subject.explanation.append(
        f"more than {MOST_TEXTS:,} texts: only neighbours were compared ({clustering} "
        f"clustering); similarities within clusters are by {summed}"
    )
    index = _pick_of_many(subject, method, summed, parts)
    near = neighbourhood.closeness(subject.contents, summed, parts, ones)
    groups: list[list[int]] = [[] for _ in range(max(parts) + 1)]
    for i, part in enumerate(parts):
        groups[part].append(i)
    total = sum(subject.weights)
    clusters = []
    for part, members in enumerate(groups):
        shown = index if part == parts[index] else max(members, key=lambda i: near[i])
        count = len(members)
        pairs = count * (count - 1)
        cohesion = (sum(near[i] for i in members) - count) / pairs if pairs else None
        clusters.append(subject.cluster(members, subject.contents[shown].strip(), total, cohesion))
    own = groups[parts[index]]
    weighted = neighbourhood.closeness(subject.contents, summed, parts, subject.weights)[index]
    return Grouped(
        kind="paraphrase" if method == "medoid" else "text",
        method=method,
        index=index,
        answer=subject.contents[index].strip(),
        answers=[None] * len(subject.contents),
        clusters=clusters,
        matrix=None,
        support=weighted / (sum(subject.weights[i] for i in own) or 1.0),
        metric=metric,
        clustering=clustering,
        threshold=threshold,
    )


def _pick_of_many(subject: Subject, method: str, metric: str, parts: Sequence[int]) -> int:
    """Pick the reliable, the medoid of all, or the centre of the largest cluster."""
    rows: Sequence[int] = range(len(parts))
    near = neighbourhood.closeness(
        subject.contents,
        metric if method == "medoid" or subject.options.metric != "auto" else "cosine",
        [0] * len(parts),
        subject.weights,
    )
    best = max(subject.reliability)
    if method == "medoid":
        why = "chosen: the medoid"
    elif min(subject.reliability) < best - aggregation.EPSILON:
        rows = [i for i in rows if subject.reliability[i] >= best - aggregation.EPSILON]
        why = f"chosen: the most reliable expert, weight {best:g}"
    else:
        rows = aggregation.largest_cluster(parts, subject.weights) or rows
        why = (
            "chosen: the centre of the largest cluster; the experts' reliability is unknown, "
            "and for free text the centre is often not the best answer"
        )
    index = max(rows, key=lambda i: near[i] - subject.weights[i])
    subject.explanation.append(f"{why}: {subject.responses[index].expert_name}")
    return index
