"""A question whose answers are numbers on a scale: they are combined, and dissent is distance."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, pi, sin

from cotool._typing import TYPE_CHECKING
from cotool.consensus.decide.similarity import embedding_similarity
from cotool.consensus.decide.subject import Grouped

if TYPE_CHECKING:
    from cotool._fast.base.matrix import Matrix
    from cotool.consensus.decide.decision import Measurement
    from cotool.consensus.decide.subject import Subject

# Responses to one question that are compared pair by pair.
MOST_COMPARED = 2_000
# Answers of a cluster that are all shown.
MOST_SHOWN = 3


def by_number(subject: Subject, found: Measurement) -> Grouped:
    """Group the responses by distance; the one nearest to the value represents it."""
    places = [None if own is None else found.places.get(own.value) for own in subject.answers]
    shown = [None if own is None else own.display for own in subject.answers]
    known = {row: place for row, place in enumerate(places) if place is not None}
    apart = {row: abs(place - found.place) for row, place in known.items()}
    index = min(known, key=lambda row: (apart[row], -subject.weights[row], row))
    inside = [row for row in known if apart[row] <= found.reach or row == index]
    outside = {row: place for row, place in known.items() if row not in {*inside}}
    total = sum(subject.weights[row] for row in known)
    clusters = [subject.cluster(inside, found.answer, total, None)]
    clusters += [
        subject.cluster(members, _range(members, shown), total, None)
        for members in _neighbours(outside, found.reach)
    ]
    left = [
        (one.expert_name, shown[k]) for k, one in enumerate(subject.responses) if k not in known
    ]
    if silent := [expert for expert, text in left if text is None]:
        subject.warnings.append(f"no number is stated: {', '.join(silent)}")
    if other := [f"{expert} ({text})" for expert, text in left if text is not None]:
        named = ", ".join(other)
        subject.warnings.append(
            f"not combined, because they are not numbers in the same unit: {named}"
        )
    decision = subject.decision
    subject.explanation.extend(() if decision is None else decision.explanation)
    return Grouped(
        kind="number",
        method="weighted" if decision is None else decision.method,
        index=index,
        answer=found.answer,
        answers=shown,
        clusters=clusters,
        matrix=_nearness(places, found.reach) if len(places) <= MOST_COMPARED else None,
        metric="distance",
    )


def _neighbours(places: dict[int, float], reach: float) -> list[list[int]]:
    """Return groups of rows whose numbers are within reach of the next one, in input order."""
    found: list[list[int]] = []
    last = 0.0
    for row in sorted(places, key=lambda row: (places[row], row)):
        if found and places[row] - last <= reach:
            found[-1].append(row)
        else:
            found.append([row])
        last = places[row]
    return [sorted(group) for group in found]


def _range(members: Sequence[int], shown: Sequence[str | None]) -> str:
    """Return what the members say; of many the first and the last."""
    texts = list(dict.fromkeys(shown[row] or "" for row in members))
    return ", ".join(texts) if len(texts) <= MOST_SHOWN else f"{texts[0]} … {texts[-1]}"


def _nearness(places: Sequence[float | None], reach: float) -> Matrix:
    """Return 1 for equal numbers, less with distance, 0 for the two that are farthest apart.

    Numbers that agree within reach keep .7 at least. Responses without a number are near nobody.
    """
    known = [place for place in places if place is not None]
    low = min(known)
    span = max(max(known) - low, 2 * reach) or 1.0
    silent = len(places) - len(known)
    rows, seen = [], 0
    for place in places:
        row = [0.0] * (2 + silent)
        if place is None:
            row[2 + seen] = 1.0
            seen += 1
        else:
            angle = (place - low) / span * pi / 2
            row[:2] = cos(angle), sin(angle)
        rows.append(row)
    return embedding_similarity(rows, 1)
