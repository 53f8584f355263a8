"""From similarities or extracted answers to clusters, the answer that stands, and its support."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cotool.consensus.words import opposition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cotool._fast.matrix import Matrix
    from cotool.consensus.extraction import Extracted
    from cotool.consensus.model import Response
    from cotool.consensus.words import Words

# Weights that differ by less than this are a tie: sums of shares are rounded.
EPSILON = 1e-9


@dataclass(frozen=True, slots=True)
class Choice:
    """The response that stands for a question, and why."""

    index: int
    reason: str
    tied: tuple[str, ...] = ()


def vote(
    answers: Sequence[Extracted | None],
    responses: Sequence[Response],
    weights: Sequence[float],
) -> tuple[list[int], Choice]:
    """Plurality of weighted answers. Returns a group for each response (-1: abstains) and the pick.

    Ties go to the greater sum of stated confidences where all tied sides state theirs, then to
    the answer that came first.
    """
    numbers: dict[str, int] = {}
    groups = [
        -1 if answer is None else numbers.setdefault(answer.value, len(numbers))
        for answer in answers
    ]
    totals = [0.0] * len(numbers)
    stated: list[float | None] = [0.0] * len(numbers)
    for group, response, weight in zip(groups, responses, weights, strict=True):
        if group < 0:
            continue
        totals[group] += weight
        so_far = stated[group]
        known = response.confidence is not None and so_far is not None
        stated[group] = so_far + weight * response.confidence if known else None  # type: ignore[operator]
    best = max(totals)
    tied = [group for group, total in enumerate(totals) if total >= best - EPSILON]
    names = tuple(numbers)
    winner, reason = tied[0], f"{best:g} of {sum(totals):g} votes"
    if len(tied) > 1:
        reason += f", a tie of {len(tied)} answers; the first one given stands"
        sums = [stated[group] for group in tied]
        if None not in sums and len(set(sums)) > 1:
            winner = max(tied, key=lambda group: stated[group] or 0.0)
            reason = (
                f"{best:g} of {sum(totals):g} votes, a tie of {len(tied)} answers; "
                "the one stated with more confidence stands"
            )
    index = representative(groups, winner, answers, responses)
    return groups, Choice(index, reason, tuple(names[g] for g in tied) if len(tied) > 1 else ())


def representative(
    groups: Sequence[int],
    winner: int,
    answers: Sequence[Extracted | None],
    responses: Sequence[Response],
) -> int:
    """The response that shows a group's answer: commonest form, surest expert, first."""
    members = [i for i, group in enumerate(groups) if group == winner]
    forms: dict[str, int] = {}
    for i in members:
        answer = answers[i]
        form = answer.display if answer else ""
        forms[form] = forms.get(form, 0) + 1
    common = max(forms, key=forms.__getitem__)
    shown = [i for i in members if (a := answers[i]) is not None and a.display == common]
    return max(shown, key=lambda i: responses[i].confidence or 0.0)


def medoid(
    matrix: Matrix, weights: Sequence[float], rows: Sequence[int] | None = None
) -> tuple[int, float]:
    """The row with the greatest weighted mean similarity to the others (first on ties), and it.

    Only `rows` are looked at, if given.
    """
    rows = range(len(weights)) if rows is None else rows
    if len(rows) == 1:
        return rows[0], 1.0
    best, score = rows[0], -1.0
    for i in rows:
        row = matrix.row(i)
        total = sum(weights[j] * row[j] for j in rows if j != i)
        mean = total / (sum(weights[j] for j in rows if j != i) or 1.0)
        if mean > score + EPSILON:
            best, score = i, mean
    return best, score


def largest_cluster(labels: Sequence[int], weights: Sequence[float]) -> list[int] | None:
    """The rows of the heaviest cluster of two or more; None where no cluster is heavier alone."""
    totals: dict[int, float] = {}
    for label, weight in zip(labels, weights, strict=True):
        totals[label] = totals.get(label, 0.0) + weight
    best = max(totals, key=totals.__getitem__)
    rivals = [label for label, total in totals.items() if total >= totals[best] - EPSILON]
    rows = [i for i, label in enumerate(labels) if label == best]
    return rows if len(rivals) == 1 and len(rows) > 1 else None


def most_reliable(
    weights: Sequence[float], reliability: Sequence[float], matrix: Matrix
) -> int | None:
    """The response of the expert with the greatest reliability; None where all have the same.

    Several such responses are told apart by their weighted mean similarity to all others.
    """
    best = max(reliability)
    if min(reliability) >= best - EPSILON:
        return None
    rows = [i for i, value in enumerate(reliability) if value >= best - EPSILON]
    return max(
        rows,
        key=lambda i: sum(w * cell for w, cell in zip(weights, matrix.row(i), strict=True)),
    )


def split_opposed(labels: Sequence[int], texts: Sequence[Words], matrix: Matrix) -> list[int]:
    """Split clusters whose members are near-paraphrases that contradict the cluster's centre.

    A member that negates the centre, or that says other numbers, stands with those who
    contradict it in the same way. Labels are numbered by first appearance.
    """
    keys: dict[int, tuple[object, ...]] = {}
    for label in set(labels):
        members = [i for i, own in enumerate(labels) if own == label]
        centre = max(members, key=lambda i: sum(matrix[i, j] for j in members))
        for i in members:
            against = opposition(texts[i], texts[centre])
            keys[i] = (label, against.negated, against.numbers)
    numbers: dict[tuple[object, ...], int] = {}
    return [numbers.setdefault(keys[i], len(numbers)) for i in range(len(labels))]


def smoothed_share(share: float, total: float, options: int) -> float:
    """Share of the votes with one more vote spread over the options: less sure when few voted.

    `options` is the number of distinct answers, at least 2.
    """
    return (share * total + 1 / options) / (total + 1)
