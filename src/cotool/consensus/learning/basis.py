"""The weights of votes by name, and a log-likelihood of them that adds up over batches."""

from __future__ import annotations

from array import array
from math import log

from cotool._fast.truth import logit
from cotool._records import NamedTuple, dataclass, field
from cotool._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from cotool.consensus.learning.ballots import Ballot

# Keys of weights: for the belief of truth inference, for experts without a weight of their own,
# and the first letters of the keys for experts and labels.
BELIEF = ""
OTHERS = "*"
EXPERT, LABEL = "@", "="
# The least belief: smaller ones are raised to it.
FLOOR = 1e-6


@dataclass(slots=True)
class Quadratic:
    """A log-likelihood as a quadratic in the weights of `keys`: slope w - w precision w / 2.

    `questions` is how many questions it summarises. Quadratics of different questions add up.
    """

    keys: list[str] = field(default_factory=list)
    precision: list[float] = field(default_factory=list)
    slope: list[float] = field(default_factory=list)
    questions: float = 0.0

    def over(self, keys: Sequence[str]) -> tuple[array[float], array[float]]:
        """Return precision and slope of these weights; zero for unknown ones."""
        places = {key: place for place, key in enumerate(self.keys)}
        own = [places.get(key, -1) for key in keys]
        size = len(self.keys)
        cells = array("d", bytes(8 * len(keys) ** 2))
        for i, a in enumerate(own):
            for j, b in enumerate(own):
                if a >= 0 and b >= 0:
                    cells[i * len(keys) + j] = self.precision[a * size + b]
        return cells, array("d", [self.slope[a] if a >= 0 else 0.0 for a in own])

    def add(self, other: Quadratic) -> None:
        """Add the quadratic of other questions."""
        keys = list(dict.fromkeys([*self.keys, *other.keys]))
        mine, theirs = self.over(keys), other.over(keys)
        self.keys = keys
        self.precision, self.slope = (
            [a + b for a, b in zip(one, more, strict=True)]
            for one, more in zip(mine, theirs, strict=True)
        )
        self.questions += other.questions

    def scale(self, factor: float) -> None:
        """Forget a part."""
        self.precision = [value * factor for value in self.precision]
        self.slope = [value * factor for value in self.slope]
        self.questions *= factor

    def drop(self, key: str) -> None:
        """Forget a weight."""
        keys = [own for own in self.keys if own != key]
        precision, slope = self.over(keys)
        self.keys, self.precision, self.slope = keys, list(precision), list(slope)


class GoldBallot(NamedTuple):
    """A ballot with the right answer; `place` is in the order of learning.

    `share` is its remaining weight after forgetting.
    """

    ballot: Ballot
    right: str
    share: float = 1.0
    place: int = 0


def targets_of(judged: Iterable[GoldBallot]) -> list[dict[str, float]]:
    """How often each answer was right."""
    return [{one.right: one.share} for one in judged]


def by_answer(judged: Iterable[GoldBallot], scores: Sequence[float]) -> list[dict[str, float]]:
    """Scores of all candidates in the kernel's order, as those of each question's answers."""
    rows, place = [], 0
    for one in judged:
        values = list(dict.fromkeys(one.ballot.votes.values()))
        rows.append(dict(zip(values, scores[place : place + len(values)], strict=True)))
        place += len(values)
    return rows


class Basis:
    """The weights that are learned: first for the belief, then for experts, then for labels."""

    def __init__(self, experts: Iterable[str], labels: Iterable[str]) -> None:
        self.keys = [BELIEF, OTHERS, *(EXPERT + name for name in experts)]
        self.experts = len(self.keys)
        self.keys += [LABEL + label for label in labels]
        self.is_closed = len(self.keys) > self.experts
        self.places = {key: place for place, key in enumerate(self.keys)}

    def features(self, ballot: Ballot) -> dict[str, list[int]]:
        """The weights that count for each answer, besides that of the belief."""
        found: dict[str, list[int]] = {}
        for expert, value in ballot.votes.items():
            if value not in found:
                label = self.places.get(LABEL + value)
                found[value] = [] if label is None else [label]
            found[value].append(self.places.get(EXPERT + expert, 1))
        return found

    def choices(
        self,
        ballots: Sequence[Ballot],
        beliefs: Sequence[Mapping[str, float]],
        targets: Sequence[Mapping[str, float]],
    ) -> logit.Choices:
        """Return ballots in numbers for the kernel; answers without a target have no weight."""
        bases = [
            {value: log(share + FLOOR) for value, share in belief.items()} for belief in beliefs
        ]
        return choices_of(ballots, bases, targets, self.features, len(self.keys))

    def column(self, belief: float, expert: float, label: float) -> array[float]:
        """One value for each sort of weight."""
        experts = [expert] * (self.experts - 1)
        return array("d", [belief, *experts, *[label] * (len(self.keys) - self.experts)])

    def members(self, names: Iterable[str], value: float) -> array[float]:
        """This value for each of these experts."""
        cells = array("d", bytes(8 * len(self.keys)))
        for name in names:
            place = self.places.get(EXPERT + name)
            if place is not None:
                cells[place] = value
        return cells


def choices_of(
    ballots: Sequence[Ballot],
    bases: Sequence[Mapping[str, float]],
    targets: Sequence[Mapping[str, float]],
    features: Callable[[Ballot], Mapping[str, Sequence[int]]],
    weights: int,
) -> logit.Choices:
    """Return ballots in numbers for the kernel; the first weights multiply `bases`.

    `features` has the other weights that count for each answer.
    """
    start, ends, feature = array("q", [0]), array("q", [0]), array("i")
    base, target = array("d"), array("d")
    for ballot, belief, wanted in zip(ballots, bases, targets, strict=True):
        for value, own in features(ballot).items():
            base.append(belief[value])
            target.append(wanted.get(value, 0.0))
            feature.extend(own)
            ends.append(len(feature))
        start.append(len(base))
    return logit.Choices(start, target, base, ends, feature, weights)
