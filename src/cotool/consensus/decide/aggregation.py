"""From similarities or extracted answers to clusters, the consensus answer, and its support."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, islice
from operator import mul

from cotool._records import dataclass
from cotool._typing import TYPE_CHECKING
from cotool.consensus.decide.words import (
    contradicts_alone,
    least_shared,
    may_be_near,
    may_contradict,
    opposition,
)

if TYPE_CHECKING:
    from cotool._fast.base.matrix import Matrix
    from cotool.consensus.decide.words import Says, Words
    from cotool.consensus.extract.extracted import Extracted
    from cotool.consensus.model import Response

# Weights that differ by less than this are a tie: sums of shares round.
EPSILON = 1e-9
# A text of many is compared with this many others before it opens another part of its cluster.
REACH = 64
# Comparing two texts takes as long as counting this many words that texts share.
POSTINGS = 60

# Up to this many texts are compared with one another; more are indexed by their words.
FEW_TEXTS = 16

# The most sets of equal stances that a text is compared with.
MOST_SAID = 100


@dataclass(frozen=True, slots=True)
class Pick:
    """The response that is chosen for a question, and why."""

    index: int
    reason: str
    tied: tuple[str, ...] = ()


def vote(
    answers: Sequence[Extracted | None],
    responses: Sequence[Response],
    weights: Sequence[float],
    centrality: Callable[[int], float],
    question_id: str = "",
    *,
    scores: Mapping[str, float] | None = None,
    independence: Sequence[float] = (),
) -> tuple[list[int], Pick]:
    """Return a group for each response (-1: abstains), and the plurality of the weighted answers.

    If `scores` are given, probabilities of the answers' normal wordings, these decide instead.

    At least one answer is not None. A tie goes to the greater sum of stated confidences if all tied
    sides state theirs, then to the answer whose experts are most independent of each other
    (`independence`, if it is known), then to the answer whose best response has the greatest
    `centrality` (of a row), and then by a lot that depends on `question_id` and the answers alone.
    Taking the first answer would favour the expert who is first in every question (mmlu-pro: .516
    right, by lot .525).
    """
    numbers: dict[str, int] = {}
    groups = [
        -1 if answer is None else numbers.setdefault(answer.value, len(numbers))
        for answer in answers
    ]
    totals = [0.0] * len(numbers)
    members: list[list[int]] = [[] for _ in numbers]
    for i, group in enumerate(groups):
        if group >= 0:
            totals[group] += weights[i]
            members[group].append(i)
    if scores is not None:
        winner = numbers[max(scores, key=scores.__getitem__)]
        return groups, Pick(
            representative(members[winner], answers, responses),
            f"probability {max(scores.values()):.2f} with {len(members[winner])} of "
            f"{sum(map(len, members))} votes",
        )
    best = max(totals)
    tied = [group for group, total in enumerate(totals) if total >= best - EPSILON]
    winner, reason = tied[0], f"{best:.4g} of {sum(totals):.4g} votes"
    names: tuple[str, ...] = ()
    if len(tied) > 1:
        place, rule = _break_tie(
            [members[group] for group in tied], responses, weights, independence, centrality
        )
        if place is None:
            values = list(numbers)
            place = draw([values[group] for group in tied], question_id)
        winner = tied[place]
        reason += f", a tie of {len(tied)} answers; chosen: {rule}"
        shown = (answers[members[group][0]] for group in tied)
        names = tuple(answer.display for answer in shown if answer is not None)
    return groups, Pick(representative(members[winner], answers, responses), reason, names)


def _break_tie(
    sides: Sequence[Sequence[int]],
    responses: Sequence[Response],
    weights: Sequence[float],
    independence: Sequence[float],
    centrality: Callable[[int], float],
) -> tuple[int | None, str]:
    """Return the place of the side that wins (None if a lot must decide), and the rule."""
    stated = [[(weights[i], responses[i].confidence) for i in side] for side in sides]
    if all(confidence is not None for side in stated for _, confidence in side):
        sums = [sum(weight * (value or 0.0) for weight, value in side) for side in stated]
        if _distinct(sums):
            return sums.index(max(sums)), "the one stated with the most confidence"
    if independence:
        sums = [sum(weights[i] * independence[i] for i in side) for side in sides]
        if _distinct(sums):
            return sums.index(max(sums)), "the one whose experts agree less with others"
    central = [max(map(centrality, side)) for side in sides]
    if _distinct(central):
        return central.index(max(central)), "the one with the most central text"
    return None, "one by a fixed random order"


def draw(values: Sequence[str], question_id: str) -> int:
    """Return the place of a value that is drawn by lot, whatever the order of the values."""
    from cotool.io.digests import blake2b

    return max(
        range(len(values)),
        key=lambda place: blake2b(
            f"{question_id}\0{values[place]}".encode(errors="surrogatepass")
        ).digest(),
    )


def _distinct(values: Sequence[float]) -> bool:
    """Whether one value is greatest."""
    first, second = sorted(values, reverse=True)[:2]
    return first > second + EPSILON


def representative(
    members: Sequence[int], answers: Sequence[Extracted | None], responses: Sequence[Response]
) -> int:
    """Return the response that represents a group.

    Of those in the commonest wording, the one stated with the highest confidence.
    """
    if len(members) == 1:
        return members[0]
    wordings = [answer.display for i in members if (answer := answers[i]) is not None]
    common = Counter(wordings).most_common(1)[0][0]
    shown = [i for i, wording in zip(members, wordings, strict=True) if wording == common]
    return max(shown, key=lambda i: responses[i].confidence or 0.0)


def medoid(
    matrix: Matrix, weights: Sequence[float], candidates: Sequence[int] | None = None
) -> tuple[int, float]:
    """Return the row with the greatest weighted mean similarity to all others, and that mean.

    The first one wins a tie. Only `candidates` may be chosen, if given. A row with no other weight
    beside it scores 1.
    """
    candidates = range(len(weights)) if candidates is None else candidates
    total = sum(weights)
    best, score = candidates[0], -1.0
    for i in candidates:
        own = weights[i]
        similar = sum(map(mul, weights, matrix.row(i)))
        # The diagonal is 1.
        mean = (similar - own) / (total - own) if total - own > EPSILON else 1.0
        if mean > score + EPSILON:
            best, score = i, mean
    return best, score


def largest_cluster(labels: Sequence[int], weights: Sequence[float]) -> list[int] | None:
    """Return the rows of the heaviest cluster of two or more; None if there is a tie."""
    totals = [0.0] * (max(labels) + 1)
    for label, weight in zip(labels, weights, strict=True):
        totals[label] += weight
    best = max(totals)
    rivals = [label for label, total in enumerate(totals) if total >= best - EPSILON]
    rows = [i for i, label in enumerate(labels) if label == rivals[0]]
    return rows if len(rivals) == 1 and len(rows) > 1 else None


def centre_of(matrix: Matrix, members: Sequence[int]) -> tuple[int, float | None]:
    """A cluster's most central row, and its cohesion: the mean similarity of its pairs of rows.

    Cohesion is None for a single row.
    """
    sums = [sum(map(matrix.row(i).__getitem__, members)) for i in members]
    count = len(members)
    cohesion = (sum(sums) - count) / (count * (count - 1)) if count > 1 else None
    return members[sums.index(max(sums))], cohesion


def most_reliable(
    weights: Sequence[float], reliability: Sequence[float], matrix: Matrix
) -> int | None:
    """Return the response of the most reliable expert; None if all are equally reliable.

    Of several such responses, the most similar to all others is chosen (by weighted mean).
    """
    best = max(reliability)
    if min(reliability) >= best - EPSILON:
        return None
    rows = [i for i, value in enumerate(reliability) if value >= best - EPSILON]
    return max(rows, key=lambda i: sum(map(mul, weights, matrix.row(i))))


def rows_of(labels: Sequence[int]) -> list[list[int]]:
    """Return the rows of each label from 0 on; rows with a negative label are left out."""
    rows: list[list[int]] = [[] for _ in range(max(labels, default=-1) + 1)]
    for row, label in enumerate(labels):
        if label >= 0:
            rows[label].append(row)
    return rows


def split_opposed(labels: Sequence[int], texts: Sequence[Words], matrix: Matrix) -> list[int]:
    """Split clusters whose members contradict each other (see `opposition`).

    From the most central member outwards, each joins the first part of its cluster in which it
    contradicts nobody, of the first REACH parts and of as many others in which a text has the same
    stance, numbers and so on. Labels are numbered by first appearance.
    """
    places: dict[int, tuple[int, int]] = {}
    for label, members in enumerate(rows_of(labels)):
        closeness = {i: sum(map(matrix.row(i).__getitem__, members)) for i in members}
        parts: list[_Consistent] = []
        saying: defaultdict[Says, dict[int, None]] = defaultdict(dict)
        for i in sorted(members, key=lambda i: -closeness[i]):
            further = (k for k in saying[texts[i].says] if k >= REACH)
            tried = chain(range(min(REACH, len(parts))), islice(further, REACH))
            part = next((k for k in tried if parts[k].takes(texts[i])), len(parts))
            if part == len(parts):
                parts.append(_Consistent())
            parts[part].add(texts[i])
            saying[texts[i].says][part] = None
            places[i] = (label, part)
    return numbered([places[i] for i in range(len(labels))])


def split_many(
    labels: Sequence[int], texts: Sequence[Words], closeness: Sequence[float]
) -> list[int]:
    """Split clusters of many texts like `split_opposed`, but without similarities.

    Texts that cannot contradict each other, since they have the same stance, numbers and so on,
    stay together. From the closest to its cluster outwards, one text of each such set joins the
    first part in which it contradicts no text that joined before; after REACH comparisons it opens
    another part. A text that contradicts one with the same content words goes into a later part.
    """
    sets: dict[tuple[object, ...], list[int]] = {}
    for i in sorted(range(len(labels)), key=lambda i: -closeness[i]):
        sets.setdefault((labels[i], texts[i].says, texts[i].denials), []).append(i)
    known: dict[object, list[list[Words]]] = {}
    part_of: dict[int, tuple[int, int]] = {}
    held: defaultdict[object, list[Words]] = defaultdict(list)
    for (label, *_), members in sets.items():
        parts = known.setdefault(label, [])
        part = _first_part(parts, texts[members[0]])
        if part == len(parts):
            parts.append([])
        parts[part].append(texts[members[0]])
        for i in members:
            place = (labels[i], part)
            while any(opposition(texts[i], one) for one in held[place, texts[i].frame]):
                place = (labels[i], place[1] + 1)
            same = held[place, texts[i].frame]
            if all((one.says, one.denials) != (texts[i].says, texts[i].denials) for one in same):
                same.append(texts[i])
            part_of[i] = place
    return numbered([part_of[i] for i in range(len(labels))])


class _Consistent:
    """Texts that do not contradict one another."""

    def __init__(self) -> None:
        self._texts: list[Words] = []
        self._stances: set[bool | None] = set()
        self._having: defaultdict[str, list[int]] = defaultdict(list)
        self._alone: list[int] = []  # may contradict a text that shares no word with them
        self._says: set[Says] = set()
        self._denied: set[str] = set()
        self._least = math.inf

    def takes(self, text: Words) -> bool:
        """Return whether a text contradicts none of these."""
        if len(self._texts) <= FEW_TEXTS:
            return not any(opposition(text, one) for one in self._texts)
        if text.stance is not None and (not text.stance) in self._stances:
            return False
        if (
            len(self._says) < MOST_SAID
            and not any(may_contradict(text.says, says) for says in self._says)
            and text.denied.isdisjoint(self._having)
            and self._denied.isdisjoint(text.counts)
        ):
            return True
        return not any(opposition(text, self._texts[k]) for k in self._near(text))

    def add(self, text: Words) -> None:
        """Take a text."""
        self._texts.append(text)
        if len(self._texts) > FEW_TEXTS:
            indexed = len(self._texts) - 1 if self._says else 0
            for place in range(indexed, len(self._texts)):
                self._index(place)

    def _index(self, place: int) -> None:
        text = self._texts[place]
        self._stances.add(text.stance)
        self._says.add(text.says)
        self._denied |= text.denied
        self._least = min(self._least, least_shared(text))
        for word in text.counts:
            self._having[word].append(place)
        if contradicts_alone(text):
            self._alone.append(place)

    def _near(self, text: Words) -> Iterable[int]:
        """Return the texts that share enough words with this one, all if that is less work."""
        count = len(self._texts)
        postings = [self._having.get(word, ()) for word in text.counts]
        if sum(map(len, postings)) > POSTINGS * count:
            return range(count)
        shared: Counter[int] = Counter()
        for places in postings:
            shared.update(places)
        least = least_shared(text) + self._least - 1e-9  # sums are rounded
        near = [
            k
            for k, words in shared.items()
            if words >= least and may_be_near(text, self._texts[k], words)
        ]
        if not contradicts_alone(text):
            return near
        return chain(near, (k for k in self._alone if k not in shared))


def _first_part(parts: Sequence[Sequence[Words]], text: Words) -> int:
    left = REACH
    for part, texts in enumerate(parts):
        if len(texts) > left:
            break
        against = next((n for n, one in enumerate(texts) if opposition(text, one)), None)
        if against is None:
            return part
        left -= against + 1
    return len(parts)


def numbered(places: Sequence[tuple[int, int]]) -> list[int]:
    """Return labels for places, numbered by first appearance."""
    numbers: dict[tuple[int, int], int] = {}
    return [numbers.setdefault(place, len(numbers)) for place in places]


def smoothed_share(share: float, total: float, options: int) -> float:
    """Return the share of the votes with one more vote spread over the options.

    If few voted, this matters more. `options` is the number of distinct answers, at least 2.
    """
    return (share * total + 1 / options) / (total + 1)
