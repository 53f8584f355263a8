"""What agreement shows about experts and questions.

The model of decoys (`_fast/truth/decoys`) learns how often each expert is right and makes the
same errors as others. Its counts add up over batches; nothing grows with the number of questions.
"""

from __future__ import annotations

from array import array
from collections import Counter
from functools import partial

from cotool._fast.truth import dependence
from cotool._fast.truth.decoy_model import Counts, Model
from cotool._fast.truth.decoys import begin, decoys, judge, model
from cotool._records import dataclass, field
from cotool._typing import TYPE_CHECKING
from cotool.consensus.learning.ballots import Ballot, BallotTable
from cotool.consensus.learning.records import Expert, Pair
from cotool.consensus.truth.copies import Copy, chance_of, groups_of, thinned
from cotool.consensus.truth.relatives import Dependence
from cotool.consensus.truth.shared_errors import (
    DECOYS,
    EQUAL,
    SUBCLASSES,
    TWO,
    UNKNOWN,
    constants,
    independence,
    is_balanced,
    is_contested,
    of_shared_errors,
)
from cotool.consensus.truth.table import MOST_COMPARED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from cotool._fast.truth.labels import Posterior

# Pairs of voters are counted in questions with at most this many voters.
MOST_PAIRED = 100
# Hidden kinds of questions are looked for in batches of at least this many questions.
FEWEST_TOGETHER = 50
# The most different labels that count as one closed set.
MOST_LABELS = 64
CLOSED = 20
QUESTIONS_A_LABEL = 4


@dataclass(slots=True)
class Crowd:
    """What agreement alone says of experts, their labels and their questions.

    `kinds` are questions by kind; `labels` all answers by how often they were given, empty once
    they are too many to be a closed set; `rights` how often each was right; `questions` counts what
    was learned from.
    """

    experts: dict[str, Expert] = field(default_factory=dict)
    pairs: dict[tuple[str, str], Pair] = field(default_factory=dict)
    kinds: list[float] = field(default_factory=lambda: [0.0, 0.0])
    labels: dict[str, float] = field(default_factory=dict)
    rights: dict[str, float] = field(default_factory=dict)
    is_open: bool = False
    different: float = 0.0
    questions: float = 0.0
    _places: dict[str, int] = field(default_factory=dict, repr=False)
    _counts: Counts | None = field(default=None, repr=False)
    _model: Model | None = field(default=None, repr=False)
    _dependent: Dependence | None = field(default=None, repr=False)
    _by_label: bool = field(default=False, repr=False)
    _contested: Sequence[Sequence[str]] = field(default=(), repr=False)
    _inferred: dict[str, tuple[Ballot, dict[str, float]]] = field(default_factory=dict, repr=False)

    # ---- predictions
    def bases(self, ballots: Sequence[Ballot]) -> list[dict[str, float]]:
        """The posterior of each question's answers under agreement alone.

        Truth inference that knows labels covers only the questions of its own batch.
        """
        known = self._known(ballots)
        if self._model is None:
            self._model = model(
                known, len(self._places), len(self.labels), self._values(), self._balanced()
            )
        table = self._table(ballots)
        found = _beliefs(table, judge(table.labels, self._model))
        for place, ballot in enumerate(ballots):
            inferred = self._inferred.get(ballot.question)
            if inferred is not None and inferred[0].votes == ballot.votes:
                found[place] = inferred[1]
        return found

    def _values(self) -> float:
        """How many answers are possible if labels are not a closed set, else 0."""
        return max(self.different, 2.0) if self.is_open else 0.0

    def _balanced(self) -> bool:
        said = {name: one.said for name, one in self.experts.items()}
        counts = dict(self.labels)
        for name in constants(said):
            for label, count in said[name].items():
                counts[label] = max(counts.get(label, 0.0) - count, 0.0)
        total = sum(counts.values()) or 1.0
        return is_balanced([count / total for count in counts.values()])

    def _table(self, ballots: Sequence[Ballot], *, weighed: bool = True) -> BallotTable:
        labels = None if self.is_open else self.labels
        table = BallotTable(ballots, self._thin(ballots), self._places, labels)
        shared = self._dependence().shared(self._places) if weighed else None
        if shared is not None:
            table.labels.weigh(shared)
        return table

    def _known(self, ballots: Iterable[Ballot]) -> Counts:
        """Counts in numbers for the kernel; new experts and labels get their places."""
        new = {e for ballot in ballots for e in ballot.votes if e not in self._places}
        fresh = set()
        if not self.is_open:
            fresh = {v for b in ballots for v in b.votes.values() if v not in self.labels}
            for value in sorted(fresh):
                self.labels[value] = 0.0
        if new or fresh or self._counts is None:
            self._model = None
            new |= {e for e in self.experts if e not in self._places}
            for name in sorted(new):
                self._places[name] = len(self._places)
            rows = [self.experts.get(name) or Expert() for name in self._places]
            width = 0 if self.is_open else len(self.labels)
            counts = Counts(len(rows), width)
            for name in ("right", "fell", "seen"):
                column = [getattr(one, name) for one in rows]
                setattr(counts, name, array("d", [c[k] for k in (0, 1) for c in column]))
            if width:
                counts.habits = array(
                    "d", [one.habits.get(label, 0.0) for one in rows for label in self.labels]
                )
                counts.labels = array("d", [self.rights.get(label, 0.0) for label in self.labels])
            counts.kinds = array("d", self.kinds)
            self._counts = counts
        return self._counts

    def independence(self) -> float:
        """The log-odds that experts err independently, as far as agreement shows."""
        if self.is_open or self.different <= TWO or self.rivals():
            return UNKNOWN
        right, fell, seen = (
            sum(sum(getattr(one, name)) for one in self.experts.values())
            for name in ("right", "fell", "seen")
        )
        return independence(right, fell, seen)

    # ---- learning
    def record(self, expert: str) -> Expert:
        """The record of an expert, who may be new."""
        if expert not in self.experts:
            self.experts[expert] = Expert()
        return self.experts[expert]

    def infer(self, ballots: Sequence[Ballot], *, count: bool) -> list[dict[str, float]]:
        """Return what agreement says of a batch, given earlier ones; `count` learns from it."""
        known = self._known(ballots)
        self._contested = self._contest(ballots, known)
        if self._contested:
            return _shares(ballots)
        table = self._table(ballots)
        found = self._decoys(table, self._fit(table, known), len(ballots))
        likelier, name = self._likelier(table, len(ballots), found)
        if count:
            self._count(_alike(table, likelier) if name == EQUAL else found.experts)
        beliefs = _beliefs(table, likelier.items)
        self._keep(ballots, beliefs if name == SUBCLASSES else None)
        return beliefs

    def _decoys(
        self, table: BallotTable, fit: Callable[[Counts | None], Posterior], count: int
    ) -> Posterior:
        """The model of decoys, from what is known; if that is less, also from the batch's votes.

        A few questions may have led to a wrong optimum, and the likelier one counts.
        """
        found = fit(None)
        if 0 < self.questions < count:
            afresh = fit(begin(table.labels, not self.is_open))
            found = max(found, afresh, key=lambda one: one.log_likelihood)
        return found

    def _fit(self, table: BallotTable, known: Counts) -> Callable[[Counts | None], Posterior]:
        """What fits decoys to the votes, from counts to begin with."""
        return partial(
            decoys, table.labels, known=known, values=self._values(), balanced=self._balanced()
        )

    def _contest(self, ballots: Sequence[Ballot], known: Counts) -> Sequence[Sequence[str]]:
        """A group that may know the answers or share errors, and all others."""
        groups = self._dependence().doubtful
        if not groups or len(self.labels) <= TWO or len(ballots) < FEWEST_TOGETHER:
            return ()
        table = self._table(ballots, weighed=False)
        fit = self._fit(table, known)
        found = self._decoys(table, fit, len(ballots))
        for group in groups:
            if is_contested(table.labels, [self._places[name] for name in group], found, fit):
                return [group, sorted(self.experts.keys() - {*group})]
        return ()

    def _likelier(self, table: BallotTable, count: int, found: Posterior) -> tuple[Posterior, str]:
        """The likeliest model and its name: decoys (`found`) if labels are open, or of few."""
        if self.is_open or table.width < TWO or count < FEWEST_TOGETHER:
            return found, DECOYS
        thinned = bool(self.copies())
        return of_shared_errors(table.labels, self._balanced(), None, found, thinned=thinned)

    def _keep(self, ballots: Sequence[Ballot], beliefs: Sequence[dict[str, float]] | None) -> None:
        """Remember what subclasses believe of this batch; their model is not kept."""
        self._by_label = beliefs is not None
        for ballot, belief in zip(ballots, beliefs or (), strict=False):
            self._inferred[ballot.question] = ballot, belief

    def _count(self, counts: Counts) -> None:
        """Add what inference counted of experts, kinds of questions and labels."""
        size = len(self._places)
        width = 0 if self.is_open else len(self.labels)
        for place, name in enumerate(self._places):
            if not (counts.seen[place] or counts.seen[size + place]):
                continue
            one = self.experts[name]
            for kind in (0, 1):
                one.seen[kind] += counts.seen[kind * size + place]
                one.right[kind] += counts.right[kind * size + place]
                one.fell[kind] += counts.fell[kind * size + place]
            for k, label in enumerate(self.labels if width else ()):
                if counts.habits[place * width + k]:
                    own = counts.habits[place * width + k]
                    one.habits[label] = one.habits.get(label, 0.0) + own
        self.kinds = [a + b for a, b in zip(self.kinds, counts.kinds, strict=True)]
        for label, own in zip(self.labels, counts.labels, strict=False):
            self.rights[label] = self.rights.get(label, 0.0) + own

    def meet(self, ballots: Sequence[Ballot]) -> None:
        """Count answers, pairs and labels; find out whether the labels are a closed set."""
        for ballot in ballots:
            for expert, value in ballot.votes.items():
                one = self.record(expert)
                one.answers += 1
                one.said[value] = one.said.get(value, 0.0) + 1
                one.trim()
                if not self.is_open:
                    self.labels[value] = self.labels.get(value, 0.0) + 1
            self._count_pairs(ballot)
        asked = self.questions + len(ballots)
        if not self.is_open:
            self.different = float(len(self.labels))
            few = max(CLOSED, min(MOST_LABELS, asked / QUESTIONS_A_LABEL))
            self.is_open = len(self.labels) > few
        else:
            new = {value for ballot in ballots for value in ballot.votes.values()}
            self.different = max(self.different, float(len(new)))
        if self.is_open:
            self.labels.clear()
            self.rights.clear()
            for one in self.experts.values():
                one.habits.clear()
        self._counts = self._dependent = None

    def _count_pairs(self, ballot: Ballot) -> None:
        voters = sorted(ballot.votes)
        if len(voters) > MOST_PAIRED:
            return
        for i, a in enumerate(voters):
            for b in voters[i + 1 :]:
                pair = self.pairs.get((a, b))
                if pair is None:
                    pair = self.pairs[a, b] = Pair()
                pair.both += 1
                pair.same += ballot.votes[a] == ballot.votes[b]

    def vote_shares(self, ballots: Sequence[Ballot]) -> list[dict[str, float]]:
        """The shares of votes, which count less the more their experts depend on each other."""
        worth = self._independent()
        found = []
        for ballot, thin in zip(ballots, self._thin(ballots), strict=True):
            shares = dict.fromkeys(ballot.votes.values(), 0.0)
            total = sum(worth.get(expert, 1.0) for expert in thin.votes)
            for expert, value in thin.votes.items():
                shares[value] += worth.get(expert, 1.0) / total
            found.append(shares)
        return found

    def _independent(self) -> dict[str, float]:
        """How much each expert's vote counts by `_fast/truth/dependence`, those of most answers.

        Experts who copy each other count as one.
        """
        left = self.experts.keys() - {
            name for group in groups_of(self.copies()) for name in group[1:]
        }
        given = sorted(left, key=lambda name: (-self.experts[name].answers, name))
        places = {name: place for place, name in enumerate(given[:MOST_COMPARED])}
        size = len(places)
        both, same = (array("d", bytes(8 * size * size)) for _ in range(2))
        for (a, b), pair in self.pairs.items():
            i, j = places.get(a, -1), places.get(b, -1)
            if i >= 0 and j >= 0:
                both[i * size + j] = both[j * size + i] = pair.both
                same[i * size + j] = same[j * size + i] = pair.same
        return dict(zip(places, dependence.weights(both, same, size)[0], strict=True))

    def copies(self) -> Sequence[Copy]:
        """Experts who agree far more than their agreement with others explains."""
        return () if self._contested else self._dependence().copies

    def rivals(self) -> Sequence[Sequence[str]]:
        """Two groups of experts who agree among themselves, and little with each other."""
        return self._dependence().rivals or self._contested

    def relatives(self) -> Mapping[tuple[str, str], float]:
        """Experts who share errors, and the share of their equal answers that is no evidence."""
        return self._dependence().relatives

    def _dependence(self) -> Dependence:
        if self._dependent is None:
            said = {name: one.said for name, one in self.experts.items()}
            pairs = [
                (a, b, pair.both, pair.same, chance_of(said.get(a, {}), said.get(b, {})))
                for (a, b), pair in sorted(self.pairs.items())
                if pair.both
            ]
            self._dependent = Dependence.of(pairs, is_open=self.is_open)
        return self._dependent

    def _thin(self, ballots: Sequence[Ballot]) -> Sequence[Ballot]:
        """Under agreement, experts who copy each other count as one."""
        groups = groups_of(self._dependence().copies)
        if not groups:
            return ballots
        return [ballot._replace(votes=thinned(dict(ballot.votes), groups)) for ballot in ballots]


def _shares(ballots: Iterable[Ballot]) -> list[dict[str, float]]:
    """The shares of votes."""
    return [
        {
            value: votes / len(ballot.votes)
            for value, votes in Counter(ballot.votes.values()).items()
        }
        for ballot in ballots
    ]


def _alike(table: BallotTable, found: Posterior) -> Counts:
    """What the model of equal skills counts: nobody falls for a decoy, and kinds do not differ."""
    (skill, *_), rows, width = found.experts, table.labels, table.width
    counts = Counts(rows.experts, width)
    seen = array("d", bytes(8 * rows.experts))
    for expert in rows.rows()[1]:
        seen[expert] += 0.5
    counts.seen, counts.right = seen * 2, array("d", [own * skill for own in seen]) * 2
    wrong = 2 * (1 - skill) / width
    counts.habits = array("d", [own * wrong for own in seen for _ in range(width)])
    counts.kinds = array("d", [rows.items / 2]) * 2
    counts.labels = array("d", [sum(found.items[k::width]) for k in range(width)])
    return counts


def _beliefs(table: BallotTable, items: Sequence[float]) -> list[dict[str, float]]:
    return [
        {value: items[place * table.width + own] for value, own in given.items()}
        for place, given in enumerate(table.given)
    ]
