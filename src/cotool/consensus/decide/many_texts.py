"""More texts than can be compared pair by pair: only neighbours are found."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from cotool._fast.text.embedding import join_nearest
from cotool._typing import TYPE_CHECKING
from cotool.consensus.decide import aggregation, neighbourhood
from cotool.consensus.decide import texts as few_texts
from cotool.consensus.decide.clustering import choose_threshold, cluster
from cotool.consensus.decide.features import features_of
from cotool.consensus.decide.meaning import vectors_of
from cotool.consensus.decide.similarity import embedding_similarity, similarity_matrix
from cotool.consensus.decide.subject import Grouped
from cotool.consensus.options import RELATIVE
from cotool.errors import InputError

if TYPE_CHECKING:
    from cotool.consensus.decide.subject import Subject

# This many texts, evenly spread, choose the threshold.
MANY_SAMPLED = 2_000
# How often the texts that join no cluster are clustered; the rest are clusters of one.
ROUNDS = 8


def by_many_texts(subject: Subject, method: str, utility: str) -> Grouped:
    """Group texts like `by_text`, from neighbours and sums over clusters, without a matrix."""
    metric = subject.options.metric
    if metric == "auto":
        metric = utility if utility in (*neighbourhood.METRICS, *RELATIVE) else "tfidf"
    texts, summed = subject.contents, metric
    if metric in RELATIVE:
        # Sums of similarities are those of ngrams for both.
        texts, summed = features_of(texts, subject.asked.text or "").features, "tfidf"
    elif metric == "jaccard":
        summed = "cosine"  # sums of Jaccard similarities need every pair
    if metric == "semantic":
        clustering = "average"
        labels, threshold = _by_meaning(subject)
    else:
        kernel = "tfidf" if metric == "ngrams" else metric
        clustering = "star" if subject.options.clustering == "auto" else subject.options.clustering
        given = subject.options.threshold
        neighbourhood.check(kernel, 1.0 if given is None else given)
        threshold = _threshold(subject, texts, metric, clustering) if given is None else given
        labels = neighbourhood.cluster_texts(
            texts, kernel, clustering, threshold, subject.options.num_threads
        )
    ones = [1.0] * len(labels)
    near = neighbourhood.closeness(texts, summed, labels, ones)
    parts = aggregation.split_many(labels, subject.texts, near)
    if metric in RELATIVE:
        parts = subject.apart(parts, near)
    subject.explanation.append(
        f"more than {few_texts.MOST_TEXTS:,} texts: only neighbours were compared ({clustering} "
        f"clustering); similarities within clusters are by "
        f"{'ngrams' if metric in RELATIVE else summed}"
    )
    index = _pick_of_many(subject, method, texts, summed, parts)
    near = neighbourhood.closeness(texts, summed, parts, ones)
    groups = aggregation.rows_of(parts)
    total = sum(subject.weights)
    clusters = []
    for part, members in enumerate(groups):
        shown = index if part == parts[index] else max(members, key=lambda i: near[i])
        count = len(members)
        pairs = count * (count - 1)
        cohesion = (sum(near[i] for i in members) - count) / pairs if pairs else None
        clusters.append(subject.cluster(members, subject.contents[shown].strip(), total, cohesion))
    own = groups[parts[index]]
    weighted = neighbourhood.closeness(texts, summed, parts, subject.weights)[index]
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


def _threshold(subject: Subject, texts: Sequence[str], metric: str, clustering: str) -> float:
    """Return the threshold that texts, evenly spread, suggest; the explanation says why."""
    sample = texts[:: -(-len(texts) // MANY_SAMPLED)]
    own = "tfidf" if metric == "ngrams" else metric
    matrix = similarity_matrix(sample, own, subject.options.num_threads)
    threshold, reason = choose_threshold(matrix, metric, clustering)
    subject.explanation.append(f"of {len(sample):,} texts, evenly spread: {reason}")
    return threshold


def _by_meaning(subject: Subject) -> tuple[list[int], float]:
    """Label each text with its cluster by the vectors of the distinct texts, and the threshold.

    Some of the texts, evenly spread, are clustered; the others join the cluster to which they are
    similar enough on average. This is repeated, at most ROUNDS times, with those that join none.
    """
    options = subject.options
    if options.clustering not in {"auto", "average"}:
        raise InputError(
            "the metric semantic clusters many texts by average similarity",
            parameter="clustering",
            hint="leave it out, or choose another metric",
        )
    places: dict[str, int] = {}
    first = [places.setdefault(text, len(places)) for text in subject.contents]
    distinct = list(places)
    step = -(-len(distinct) // MANY_SAMPLED)
    order = sorted(range(len(distinct)), key=lambda i: (i % step > 0, i))
    count = len(range(0, len(distinct), step))
    vectors = vectors_of(
        [distinct[i] for i in order],
        subject.asked.text or "",
        options.embedder,
        options.num_threads,
        chosen=count,
    )
    threshold = options.threshold
    labels = array("i", [-1]) * len(order)
    rows: Sequence[int] = range(count)
    groups = 0
    for _ in range(ROUNDS):
        matrix = embedding_similarity(map(vectors.row, rows), options.num_threads)
        if threshold is None:
            threshold, reason = choose_threshold(matrix, "semantic")
            subject.explanation.append(f"of {count:,} texts, evenly spread: {reason}")
        own = array("i", [-2 if label >= 0 else -1 for label in labels])
        found = cluster(matrix, "average", threshold)
        for row, label in zip(rows, found, strict=True):
            own[row] = label
        join_nearest(vectors, own, max(found) + 1, threshold, options.num_threads)
        for row, label in enumerate(own):
            if label >= 0:
                labels[row] = groups + label
        groups += max(found) + 1
        left = [row for row, label in enumerate(labels) if label < 0]
        if not left:
            break
        rows = left[:: -(-len(left) // MANY_SAMPLED)]
    for row, label in enumerate(labels):
        if label < 0:
            labels[row] = groups
            groups += 1
    by_place = dict(zip(order, labels, strict=True))
    numbers: dict[int, int] = {}
    found = [numbers.setdefault(by_place[place], len(numbers)) for place in first]
    return found, threshold or 0.0


def _pick_of_many(
    subject: Subject, method: str, texts: Sequence[str], metric: str, parts: Sequence[int]
) -> int:
    """Pick the reliable, the medoid of all, or the centre of the largest cluster."""
    rows: Sequence[int] = range(len(parts))
    near = neighbourhood.closeness(
        texts,
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
