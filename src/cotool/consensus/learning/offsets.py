"""How much more or less a vote is worth if it gives a certain label.

An expert may give some labels too easily, or only when they are right. So if labels are a
closed set, each expert has an offset for each label, which is added to the weight of its vote. The
offsets are fitted after the weights, to what the weights leave unexplained, by the same conditional
logit. Agreement teaches them first, and right answers correct them. Of what was learned only a
parabola is kept for each offset, without covariances. So memory is constant for each expert, and
what is merged is exact where the offsets of different experts do not depend on each other.
"""

from __future__ import annotations

from array import array

from cotool._fast.truth import logit
from cotool._records import dataclass, field
from cotool._typing import TYPE_CHECKING
from cotool.averages import mean
from cotool.consensus.learning.basis import EXPERT, by_answer, choices_of, targets_of
from cotool.consensus.learning.mixture import FIXED, Prior, diagonal, mixture

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cotool.consensus.learning.ballots import Ballot
    from cotool.consensus.learning.basis import Basis, GoldBallot

# Offsets in all: those of the experts with the most answers.
MOST_OFFSETS = 400
# Precision of an offset before anything is known.
RIDGE = 10.0
# The share of agreement's offsets that counts: without right answers, and the shares between which
# right answers decide; the deviation of an offset from that share. What all offsets of an expert or
# of a label have in common is left out, since the weights say it. On twelve sets of language models
# and annotators .0006 more are right than without offsets before any right answer, .0011 after 20
# (with that part .0002 less, .0006 more; all 29 models .704 and .701). On eleven made-up worlds
# .0024 more and, after 50, .0004 (.0028 more and .0098 less, .06 less where two camps copy).
SHARE, SHARES, SPREAD = 0.5, (0.0, 0.5, 1.0), 0.08


@dataclass(slots=True)
class Parabolas:
    """A log-likelihood of offsets: (precision, slope) by expert and label.

    Those of different questions add up.
    """

    cells: dict[str, dict[str, list[float]]] = field(default_factory=dict)

    def of(self, expert: str, label: str) -> tuple[float, float]:
        """Return (precision, slope), zero where nothing is known."""
        precision, slope = self.cells.get(expert, {}).get(label, (0.0, 0.0))
        return precision, slope

    def put(self, expert: str, label: str, precision: float, slope: float) -> None:
        """Set a parabola."""
        self.cells.setdefault(expert, {})[label] = [precision, slope]

    def add(self, other: Parabolas) -> None:
        """Add what other questions say."""
        for expert, own in other.cells.items():
            for label, (precision, slope) in own.items():
                before = self.of(expert, label)
                self.put(expert, label, before[0] + precision, before[1] + slope)

    def scale(self, factor: float) -> None:
        """Forget a part."""
        for own in self.cells.values():
            for cell in own.values():
                cell[:] = [value * factor for value in cell]


@dataclass(slots=True)
class Offsets:
    """What agreement says of the offsets, and the older right answers."""

    agreement: Parabolas = field(default_factory=Parabolas)
    older: Parabolas = field(default_factory=Parabolas)

    def by_agreement(self, basis: Basis) -> dict[tuple[str, str], float]:
        """The offsets before any right answer is known."""
        grid = _Grid(basis)
        own = grid.modes(self.agreement)
        return {pair: SHARE * offset for pair, offset in zip(grid.places, own, strict=True)}

    def corrected(
        self,
        basis: Basis,
        judged: Sequence[GoldBallot],
        foreseen: Sequence[float],
    ) -> tuple[dict[tuple[str, str], float], Sequence[float]]:
        """The offsets by right answers, and the scores of these questions with them.

        `foreseen` are the scores by the weights of experts; neither has seen the question.
        """
        grid = _Grid(basis)
        if not grid.places:
            return {}, foreseen
        scores = by_answer(judged, foreseen)
        choices = grid.choices([one.ballot for one in judged], scores, targets_of(judged))
        priors = grid.priors(grid.modes(self.agreement))
        found = mixture(choices, grid.over(self.older), priors)
        return dict(zip(grid.places, found.weights[1:], strict=True)), found.foreseen

    def distil(
        self,
        basis: Basis,
        weights: Sequence[float],
        ballots: Sequence[Ballot],
        beliefs: Sequence[Mapping[str, float]],
    ) -> None:
        """Learn from the beliefs of truth inference; `weights` are those of experts."""
        grid = _Grid(basis)
        if not grid.places:
            return
        scores = [
            {
                value: sum(weights[place] for place in own)
                for value, own in basis.features(ballot).items()
            }
            for ballot in ballots
        ]
        precision, slope = grid.over(self.agreement)
        size = len(slope)
        ridge = array("d", [FIXED**-2, *[RIDGE] * (size - 1)])
        start = array("d", [1.0, *[0.0] * (size - 1)])
        choices = grid.choices(ballots, scores, beliefs)
        mode, curve, _ = logit.fit(choices, start, diagonal(ridge), precision, slope)
        for pair, place in grid.places.items():
            held = curve[place * (size + 1)]
            self.agreement.put(*pair, held - RIDGE, held * mode[place])

    def folded(
        self,
        basis: Basis,
        offsets: Mapping[tuple[str, str], float],
        judged: Sequence[GoldBallot],
        scores: Sequence[Mapping[str, float]],
    ) -> Parabolas:
        """The log-likelihood of right answers near these offsets; `scores` are by the weights."""
        grid, found = _Grid(basis), Parabolas()
        if grid.places:
            choices = grid.choices([one.ballot for one in judged], scores, targets_of(judged))
            own = array("d", [1.0, *(offsets.get(pair, 0.0) for pair in grid.places)])
            curve, pull = logit.curve_at(choices, own)
            for pair, place in grid.places.items():
                held = curve[place * (len(own) + 1)]
                found.put(*pair, held, held * own[place] + pull[place])
        return found

    def scale(self, factor: float) -> None:
        """Forget a part."""
        self.agreement.scale(factor)
        self.older.scale(factor)

    def plus(self, other: Offsets) -> Offsets:
        """These, after what another store learned from other questions was added."""
        self.agreement.add(other.agreement)
        self.older.add(other.older)
        return self

    def drop(self, expert: str) -> None:
        """Forget an expert."""
        self.agreement.cells.pop(expert, None)
        self.older.cells.pop(expert, None)


class _Grid:
    """Offsets for the kernel, of experts with weights of their own; none if labels are open.

    Position 0 is the score from the weights; it is not scaled.
    """

    def __init__(self, basis: Basis) -> None:
        labels = [key[1:] for key in basis.keys[basis.experts :]]
        names = [key[1:] for key in basis.keys[: basis.experts] if key.startswith(EXPERT)]
        names = names[: MOST_OFFSETS // len(labels)] if len(labels) > 1 else []
        pairs = [(name, label) for name in names for label in labels]
        self.places = {pair: place for place, pair in enumerate(pairs, 1)}
        self.labels = len(labels)

    def choices(
        self,
        ballots: Sequence[Ballot],
        scores: Sequence[Mapping[str, float]],
        targets: Sequence[Mapping[str, float]],
    ) -> logit.Choices:
        return choices_of(ballots, scores, targets, self._features, len(self.places) + 1)

    def _features(self, ballot: Ballot) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {value: [] for value in ballot.votes.values()}
        for expert, value in ballot.votes.items():
            place = self.places.get((expert, value))
            if place is not None:
                found[value].append(place)
        return found

    def over(self, known: Parabolas) -> tuple[array[float], array[float]]:
        """Precision and slope of these offsets."""
        cells = [(0.0, 0.0), *(known.of(*pair) for pair in self.places)]
        return diagonal([held for held, _ in cells]), array("d", [slope for _, slope in cells])

    def modes(self, known: Parabolas) -> list[float]:
        """The likeliest offsets, beyond what all those of an expert or a label have in common."""
        cells = [known.of(*pair) for pair in self.places]
        own = [slope / (precision + RIDGE) for precision, slope in cells]
        if not own:
            return own
        rows = [mean(own[k : k + self.labels]) for k in range(0, len(own), self.labels)]
        columns = [mean(own[k :: self.labels]) for k in range(self.labels)]
        middle = mean(own)
        return [
            offset - rows[k // self.labels] - columns[k % self.labels] + middle
            for k, offset in enumerate(own)
        ]

    def priors(self, offsets: Sequence[float]) -> Iterator[Prior]:
        """Agreement's offsets in several sizes."""
        size = len(offsets) + 1
        none = array("d", bytes(8 * size**2))
        spread = array("d", [FIXED, *[SPREAD] * len(offsets)])
        for share in SHARES:
            start = array("d", [1.0, *(share * own for own in offsets)])
            yield Prior(f"{share}", 0.0, start, spread, [], none)
