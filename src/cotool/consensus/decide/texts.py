"""A question in free text: its texts are clustered by similarity, and one of them is picked."""

from __future__ import annotations

from collections.abc import Sequence

from cotool._lazy import stand_ins
from cotool._typing import TYPE_CHECKING
from cotool.consensus.decide import aggregation
from cotool.consensus.decide.claims import compose
from cotool.consensus.decide.clustering import choose_threshold, cluster
from cotool.consensus.decide.subject import Grouped
from cotool.consensus.options import RELATIVE

with stand_ins("cotool.consensus.decide.synthesis:synthesise"):
    from cotool.consensus.decide.synthesis import synthesise

if TYPE_CHECKING:
    from cotool.consensus.decide.subject import Subject

# Texts that are compared pair by pair: 4,000 take 0.4 GB (two matrices, and the linkage's copy of
# one).
MOST_TEXTS = 4_000
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
    if metric in RELATIVE:
        parts = subject.apart(parts, [sum(matrix.row(i)) for i in range(len(parts))])
    largest = aggregation.largest_cluster(parts, subject.weights)
    index, method = _pick(subject, method, metric, largest)
    total = sum(subject.weights)
    clusters = []
    for members in aggregation.rows_of(parts):
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
    answer = subject.contents[index].strip()
    if method == "rover":
        answer = _synthesis(subject)
    elif method == "supported":
        answer = _supported(subject, index) or answer
    return Grouped(
        kind="paraphrase" if method in {"medoid", "rover"} else "text",
        method=method,
        index=index,
        answer=answer,
        answers=[None] * len(subject.contents),
        clusters=clusters,
        matrix=matrix,
        support=support,
        metric=metric,
        clustering=clustering,
        threshold=threshold,
    )


def _pick(
    subject: Subject, method: str, metric: str, largest: Sequence[int] | None
) -> tuple[int, str]:
    """Return the row of the chosen response, and the method that chose it.

    A centre, and the one whose statements are supported best, is one of the largest cluster.
    """
    if method in {"medoid", "rover"}:
        # Of transcripts the medoid of all has fewer errors than that of the largest cluster
        # (word error rate 11.80 and 11.94 over 2,800 recordings).
        index, score = aggregation.medoid(subject.similarities(metric), subject.weights)
        subject.explanation.append(
            f"the medoid was chosen: {subject.responses[index].expert_name} has the greatest mean "
            f"{metric} similarity to the others ({score:.2f})"
        )
        return index, method
    if subject.options.metric == "auto":
        # The similarity of term frequencies finds the best answers (judged by
        # win rate over 776 instructions: .146, tf-idf .132, Jaccard .073, at random .112).
        metric = "cosine"
    matrix = subject.similarities(metric)
    reliable = aggregation.most_reliable(subject.weights, subject.reliability, matrix)
    if reliable is not None:
        subject.explanation.append(
            f"the most reliable expert was chosen: {subject.responses[reliable].expert_name}, "
            f"weight {subject.reliability[reliable]:g}"
        )
        decision = subject.decision
        learned = method != "supported" and decision is not None and decision.weights
        return reliable, "learned" if learned else method if method == "supported" else "centre"
    scope = "" if largest is None else f"of the {len(largest)} in the largest cluster, "
    if method in {"statements", "supported"}:
        best = _best_supported(subject, largest or range(len(subject.contents)))
        if best is not None:
            index, mean = best
            subject.explanation.append(
                f"the response with the best supported statements was chosen: {scope}those of "
                f"{subject.responses[index].expert_name} have the greatest sum of others who "
                f"support them, less those who contradict them ({mean:.1f} per statement)"
            )
            return index, method
    index, score = aggregation.medoid(matrix, subject.weights, largest)
    subject.explanation.append(
        f"the centre was chosen: {scope}{subject.responses[index].expert_name} has the greatest "
        f"mean {metric} similarity to the others ({score:.2f}); "
        "the experts' reliability is unknown, and for free text the centre is often not the "
        "best answer"
    )
    return index, "supported" if method == "supported" else "centre"


def _best_supported(subject: Subject, candidates: Sequence[int]) -> tuple[int, float] | None:
    """Return the row with the most support for its statements, and that support per statement.

    None if the responses are single statements. Judged by win rate over 380 instructions that
    ten models answered: .112, the centre .050, at random .063.
    """
    claims = subject.claims(candidates[0])
    weights = {
        response.expert_name: weight
        for response, weight in zip(subject.responses, subject.weights, strict=True)
    }
    sums: dict[int, float] = {row: 0.0 for row in claims.rows if row in candidates}
    for one in claims.statements:
        if one.response in sums:
            sums[one.response] += sum(map(weights.__getitem__, one.supporters))
            sums[one.response] -= sum(map(weights.__getitem__, one.contradicting))
    if not sums:
        return None
    index = max(sums, key=sums.__getitem__)
    return index, sums[index] / max(1, len(claims.of(index)))


def _supported(subject: Subject, index: int) -> str:
    claims = subject.claims(index)
    expert = subject.responses[index].expert_name
    found = compose(claims, index)
    if not found.text:
        subject.warnings.append(
            "no statement of several is made by half of the experts, so the answer is the whole "
            f"response of {expert}"
        )
        return ""
    subject.explanation.append(
        f"the answer consists of statements that at least half of the experts make: of {expert}'s "
        f"{len(claims.of(index))} statements, {found.left_out} are left out; {found.added} of "
        "others are added, which most experts make"
    )
    return found.text


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
