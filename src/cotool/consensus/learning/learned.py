"""What was learned of a group of experts, and what it says of a question.

Two sources are kept apart. From agreement alone the model of decoys (`_fast/decoys`) learns how
often each expert is right and falls for the same errors as others: the base. From answers known to
be right a conditional logit (`_fast/logit`) learns what each expert's vote is worth beyond the
base; its prior is that the base is right, so it helps from the first judgements on. A calibration
turns the result into a probability. Everything adds up over batches; nothing grows with the number
of questions.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from hashlib import blake2b
from math import exp, log, sqrt
from typing import TYPE_CHECKING

from cotool._fast.truth import logit
from cotool._fast.truth.decoys import Counts, Model, decoys, judge, model
from cotool.consensus.learning.ballots import Ballot, BallotTable
from cotool.consensus.learning.calibration import Calibration
from cotool.consensus.learning.records import RECENT, Expert, Pair, Tally
from cotool.consensus.truth.copies import Copy, chance_of, find_copies, groups_of, thinned
from cotool.consensus.truth.labels import is_balanced

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# The prior of the weights: an expert's is 0, the base's 1. Where agreement on many questions stands
# behind the base, feedback moves an expert's weight less: the precision goes from LOOSE to FIRM,
# half the way at HALFWAY questions. (mmlu-pro, 200 right answers known: .564 with 80 after
# agreement on 3,000 questions, .559 with 20; without agreement .538 with 80, .554 with 20.)
LOOSE = 10.0
FIRM = 80.0
HALFWAY = 200.0
BASE_PRECISION = 4.0
# Experts with weights of their own, those with the most judgements: the others have the base.
MOST_WEIGHTS = 200
# Voters of a question up to which pairs of them are counted.
MOST_PAIRED = 100
# Labels are one closed set up to this many different ones.
MOST_LABELS = 64
CLOSED = 20
QUESTIONS_A_LABEL = 4
# A probability of the base below this counts as this.
FLOOR = 1e-6
# The pull of a topic towards the expert's record as a whole, in judgements; agreement counts as
# WEAK of a judgement. The votes of a topic's questions are not independent: half of the log-odds.
TOPIC_PULL = 20.0
WEAK = 0.2
TOPIC_SHARE = 0.5
FOLDS = 5
# Judgements from which a probability is called calibrated.
FEWEST = 5
# The key of the base among the pairs' precisions.
BASE = ""


@dataclass(frozen=True, slots=True)
class Prediction:
    """Probability of each answer given, and that none of them is right.

    `share` is of the votes for the best answer. `confidence` is calibrated, None before `FEWEST`
    judgements.
    """

    scores: dict[str, float]
    other: float
    best: str
    share: float
    confidence: float | None


@dataclass(slots=True)
class Learned:
    """The state.

    `kinds` are questions by kind; `labels` all answers by how often they were given, empty once
    they are too many to be a closed set; `rights` how often each was right; `questions` and
    `judged` count what was learned from.
    """

    experts: dict[str, Expert] = field(default_factory=dict)
    pairs: dict[tuple[str, str], Pair] = field(default_factory=dict)
    kinds: list[float] = field(default_factory=lambda: [0.0, 0.0])
    labels: dict[str, float] = field(default_factory=dict)
    rights: dict[str, float] = field(default_factory=dict)
    is_open: bool = False
    different: float = 0.0
    base_weight: float = 1.0
    calibration: Calibration = field(default_factory=Calibration)
    questions: float = 0.0
    judged: float = 0.0
    as_of: float = 0.0
    _places: dict[str, int] = field(default_factory=dict, repr=False)
    _counts: Counts | None = field(default=None, repr=False)
    _model: Model | None = field(default=None, repr=False)
    _copies: list[Copy] | None = field(default=None, repr=False)

    # ---- what it says ----------------------------------------------------------------------

    def predict(self, ballots: Sequence[Ballot]) -> list[Prediction]:
        """Say of each question what is probably right; each has at least one vote."""
        return [
            self._prediction(ballot, base)
            for ballot, base in zip(ballots, self._bases(ballots), strict=True)
        ]

    def _prediction(self, ballot: Ballot, base: Mapping[str, float]) -> Prediction:
        scores = {value: self.base_weight * log(base[value] + FLOOR) for value in base}
        for expert, value in ballot.votes.items():
            known = self.experts.get(expert)
            if known is not None:
                scores[value] += known.weight + self._topic_effect(known, ballot.topic)
        other = self.base_weight * log(max(1 - sum(base.values()), 0.0) + FLOOR)
        most = max(*scores.values(), other)
        total = sum(exp(score - most) for score in scores.values()) + exp(other - most)
        shares = {value: exp(score - most) / total for value, score in scores.items()}
        votes: dict[str, int] = {}
        for value in ballot.votes.values():
            votes[value] = votes.get(value, 0) + 1
        best = max(shares, key=lambda value: (shares[value], _lot(ballot.question, value)))
        share = votes[best] / len(ballot.votes)
        confidence = None
        if self.calibration.judged >= FEWEST - 1e-9:
            confidence = self.calibration.probability(shares[best], share)
        return Prediction(shares, exp(other - most) / total, best, share, confidence)

    def _topic_effect(self, known: Expert, topic: str) -> float:
        tally = known.topics.get(topic) if topic else None
        if tally is None:
            return 0.0
        overall = _share(known.total, 0.5, 2.0)
        return TOPIC_SHARE * (_logit(_share(tally, overall, TOPIC_PULL)) - _logit(overall))

    def _bases(self, ballots: Sequence[Ballot]) -> list[dict[str, float]]:
        """The posterior of each question's answers under agreement alone."""
        known = self._known(ballots)
        if self._model is None:
            self._model = model(
                known, len(self._places), len(self.labels), self._values(), self._balanced()
            )
        table = self._table(ballots)
        items = judge(table.labels, self._model)
        return [
            {value: items[place * table.width + own] for value, own in given.items()}
            for place, given in enumerate(table.given)
        ]

    def _values(self) -> float:
        """How many answers are possible where they are not a closed set, else 0."""
        return max(self.different, 2.0) if self.is_open else 0.0

    def _balanced(self) -> bool:
        total = sum(self.labels.values()) or 1.0
        return is_balanced([count / total for count in self.labels.values()])

    def _table(self, ballots: Sequence[Ballot]) -> BallotTable:
        labels = None if self.is_open else self.labels
        return BallotTable(ballots, self._thin(ballots), self._places, labels)

    def _known(self, ballots: Iterable[Ballot]) -> Counts:
        """Counts in the kernel's form; new experts and labels get their places."""
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

    # ---- how it learns ---------------------------------------------------------------------

    def learn_agreement(self, ballots: Sequence[Ballot]) -> None:
        """Learn from how experts agree on questions that were not learned from before."""
        ballots = [ballot for ballot in ballots if ballot.votes]
        if not ballots:
            return
        self._meet(ballots)
        known = self._known(ballots)
        table = self._table(ballots)
        found = decoys(table.labels, known=known, values=self._values(), balanced=self._balanced())
        counts = found.experts
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
        for place, ballot in enumerate(ballots):
            base = {
                value: found.items[place * table.width + own]
                for value, own in table.given[place].items()
            }
            for expert, value in ballot.votes.items():
                self._tally(expert, ballot.topic, Tally(compared=1.0, agreed=base[value]))
        self.questions += len(ballots)
        self._counts = self._copies = None

    def _meet(self, ballots: Sequence[Ballot]) -> None:
        """Count answers, pairs and labels; find out whether the labels are a closed set."""
        for ballot in ballots:
            for expert, value in ballot.votes.items():
                one = self.experts.setdefault(expert, Expert())
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
        self._counts = self._copies = None

    def _count_pairs(self, ballot: Ballot) -> None:
        voters = sorted(ballot.votes)
        if len(voters) > MOST_PAIRED:
            return
        for i, a in enumerate(voters):
            for b in voters[i + 1 :]:
                pair = self.pairs.setdefault((a, b), Pair())
                pair.both += 1
                pair.same += ballot.votes[a] == ballot.votes[b]

    def copies(self) -> list[Copy]:
        """Experts who agree far more than their agreement with others explains."""
        if self._copies is None:
            said = {name: one.said for name, one in self.experts.items()}
            self._copies = find_copies(
                (a, b, pair.both, pair.same, chance_of(said.get(a, {}), said.get(b, {})))
                for (a, b), pair in sorted(self.pairs.items())
                if pair.both
            )
        return self._copies

    def _thin(self, ballots: Sequence[Ballot]) -> Sequence[Ballot]:
        """Of experts who copy each other one counts under agreement."""
        groups = groups_of(self.copies())
        if not groups:
            return ballots
        return [ballot._replace(votes=thinned(dict(ballot.votes), groups)) for ballot in ballots]

    def _tally(self, expert: str, topic: str, tally: Tally, sign: float = 1.0) -> None:
        one = self.experts.setdefault(expert, Expert())
        one.total.add(tally, sign)
        if topic:
            one.topics.setdefault(topic, Tally()).add(tally, sign)
        if sign > 0:
            one.recent.fade(tally, 0.5 ** (1 / RECENT))
            one.recent.add(tally)

    def learn_truth(self, rows: Sequence[tuple[Ballot, str]], sign: float = 1.0) -> None:
        """Learn from the right answers of questions; with sign -1 take that back.

        The calibration learns from predictions that have not seen the question: of a batch, from
        those by the other folds of it.
        """
        rows = [(ballot, right) for ballot, right in rows if ballot.votes]
        if not rows:
            return
        self._calibrate(rows, sign)
        self._learn_weights(rows, sign)
        for ballot, right in rows:
            for expert, value in ballot.votes.items():
                tally = Tally(judged=1.0, correct=float(value == right))
                self._tally(expert, ballot.topic, tally, sign)
        self.judged = max(self.judged + sign * len(rows), 0.0)

    def learn_scores(self, scores: Mapping[str, float], topic: str = "", sign: float = 1.0) -> None:
        """Learn from scores, 0 to 1, of experts' answers to one question."""
        for expert, score in scores.items():
            tally = Tally(scored=1.0, score=score, root=sqrt(score))
            self._tally(expert, topic, tally, sign)
        self.judged = max(self.judged + sign, 0.0)

    def _calibrate(self, rows: Sequence[tuple[Ballot, str]], sign: float) -> None:
        def outcomes_of(some: Sequence[tuple[Ballot, str]]) -> list[tuple[float, float, bool]]:
            predicted = self.predict([ballot for ballot, _ in some])
            return [
                (said.scores[said.best], said.share, said.best == right)
                for said, (_, right) in zip(predicted, some, strict=True)
            ]

        if len(rows) < FOLDS or sign < 0:
            self.calibration.learn(outcomes_of(rows), sign)
            return
        folds: list[list[tuple[Ballot, str]]] = [[] for _ in range(FOLDS)]
        for row in sorted(rows, key=lambda row: _lot(row[0].question, row[1])):
            folds[min(range(FOLDS), key=lambda k: len(folds[k]))].append(row)
        weights = {name: one.weight for name, one in self.experts.items()}
        base_weight = self.base_weight
        outcomes = []
        for own in folds:
            others = [row for fold in folds if fold is not own for row in fold]
            self._set_weights(*self._updated(others, 1.0)[:2])
            outcomes += outcomes_of(own)
            self.base_weight = base_weight
            for name, weight in weights.items():
                self.experts[name].weight = weight
            for name in self.experts.keys() - weights.keys():
                self.experts[name].weight = 0.0
        self.calibration.learn(outcomes)

    def _learn_weights(self, rows: Sequence[tuple[Ballot, str]], sign: float) -> None:
        names, mode, precision = self._updated(rows, sign)
        self._set_weights(names, mode)
        keys = [BASE, *names]
        size = len(keys)
        for i, a in enumerate(keys):
            for j in range(i, size):
                prior = self._prior(a) if i == j else 0.0
                value = precision[i * size + j] - prior
                key = (a, keys[j])
                if value or key in self.pairs:
                    self.pairs.setdefault(key, Pair()).precision = value

    def _set_weights(self, names: Sequence[str], mode: Sequence[float]) -> None:
        self.base_weight = mode[0]
        for name, weight in zip(names, mode[1:], strict=True):
            self.experts.setdefault(name, Expert()).weight = weight

    def _precision(self, names: Sequence[str]) -> array[float]:
        """The precision of the base's and these experts' weights, by rows."""
        keys = [BASE, *names]
        cells = array("d")
        for a in keys:
            for b in keys:
                pair = self.pairs.get((min(a, b), max(a, b)))
                cells.append(
                    (pair.precision if pair else 0.0) + (self._prior(a) if a == b else 0.0)
                )
        return cells

    def _updated(
        self, rows: Sequence[tuple[Ballot, str]], sign: float
    ) -> tuple[list[str], array[float], array[float]]:
        """Names, mode and precision of the weights after these rows."""
        known = {expert for ballot, _ in rows for expert in ballot.votes}
        known |= {name for name, one in self.experts.items() if one.total.judged > 0}
        ranked = sorted(known, key=lambda name: (-self._judgements(name), name))
        names = sorted(ranked[:MOST_WEIGHTS])
        places = {name: k for k, name in enumerate(names, 1)}
        start, starts, right = array("q", [0]), array("q", [0]), array("i")
        base, expert = array("d"), array("i")
        bases = self._bases([ballot for ballot, _ in rows])
        for (ballot, truth), own in zip(rows, bases, strict=True):
            if truth not in own:
                continue
            values = list(own)
            right.append(values.index(truth))
            for value in values:
                base.append(log(own[value] + FLOOR))
                expert.extend(
                    places[name]
                    for name, said in ballot.votes.items()
                    if said == value and name in places
                )
                starts.append(len(expert))
            start.append(len(base))
        weights = [self.experts[n].weight if n in self.experts else 0.0 for n in names]
        choices = logit.Choices(start, right, base, starts, expert, len(names) + 1, sign)
        mean = array("d", [self.base_weight, *weights])
        try:
            mode, precision = logit.update(choices, mean, self._precision(names))
        except ArithmeticError:
            # What is taken back was forgotten in part: the weights stay as they are.
            mode, precision = mean, self._precision(names)
        return names, mode, precision

    def _prior(self, name: str) -> float:
        """The prior's precision of a weight."""
        if name == BASE:
            return BASE_PRECISION
        one = self.experts.get(name)
        compared = one.total.compared if one else 0.0
        return LOOSE + (FIRM - LOOSE) * compared / (compared + HALFWAY)

    def _judgements(self, expert: str) -> float:
        one = self.experts.get(expert)
        return one.total.judged if one else 0.0

    def weight_errors(self) -> dict[str, float]:
        """The standard error of each expert's weight that was learned from feedback."""
        names = sorted(name for name in self.experts if (name, name) in self.pairs)
        size = len(names) + 1
        cells = logit.covariance(self._precision(names), size)
        return {name: sqrt(cells[k * size + k]) for k, name in enumerate(names, 1)}

    # ---- forgetting, merging ---------------------------------------------------------------

    def forget(self, factor: float) -> None:
        """Keep this share of what was learned, 0 to 1: the rest returns to the prior.

        Weights keep their values and lose precision, so that new judgements move them more.
        """
        for one in self.experts.values():
            one.scale(factor)
        for pair in self.pairs.values():
            pair.scale(factor)
            pair.precision *= factor
        self.kinds = [value * factor for value in self.kinds]
        self.labels = {label: value * factor for label, value in self.labels.items()}
        self.rights = {label: value * factor for label, value in self.rights.items()}
        self.calibration.scale(factor)
        self.questions *= factor
        self.judged *= factor
        self._counts = self._copies = None

    def merge(self, other: Learned) -> None:
        """Add what another learned from other questions.

        Weights are averaged by how precisely each is known.
        """
        mine = {name: self._own_precision(name) for name in (BASE, *self.experts)}
        theirs = {name: other._own_precision(name) for name in (BASE, *other.experts)}

        def mean(name: str, own: float, more: float) -> float:
            a, b = mine.get(name, 0.0), theirs.get(name, 0.0)
            return (a * own + b * more) / (a + b) if a + b else own

        self.base_weight = mean(BASE, self.base_weight, other.base_weight)
        for name, one in other.experts.items():
            known = self.experts.setdefault(name, Expert())
            known.weight = mean(name, known.weight, one.weight)
            known.add(one)
        for key, pair in other.pairs.items():
            self.pairs.setdefault(key, Pair()).add(pair)
        self.kinds = [a + b for a, b in zip(self.kinds, other.kinds, strict=True)]
        self.is_open = self.is_open or other.is_open
        self.different = max(self.different, other.different)
        for label, value in other.labels.items():
            self.labels[label] = self.labels.get(label, 0.0) + value
        for label, value in other.rights.items():
            self.rights[label] = self.rights.get(label, 0.0) + value
        if self.is_open:
            self.labels.clear()
            self.rights.clear()
        self.calibration.merge(other.calibration)
        self.questions += other.questions
        self.judged += other.judged
        self.as_of = max(self.as_of, other.as_of)
        self._places.clear()
        self._counts = self._copies = None

    def drop(self, name: str) -> None:
        """Forget an expert. Raises KeyError where he is unknown."""
        del self.experts[name]
        self.pairs = {key: pair for key, pair in self.pairs.items() if name not in key}
        self._places.clear()
        self._counts = self._copies = None

    def _own_precision(self, name: str) -> float:
        pair = self.pairs.get((name, name))
        return (pair.precision if pair else 0.0) + 1e-9


def _lot(question: str, value: str) -> bytes:
    return blake2b(f"{question}\0{value}".encode(errors="surrogatepass")).digest()


def _share(tally: Tally, prior: float, weight: float) -> float:
    right = tally.correct + tally.score + WEAK * tally.agreed
    seen = tally.judged + tally.scored + WEAK * tally.compared
    return (right + weight * prior) / (seen + weight)


def _logit(p: float) -> float:
    p = min(max(p, 0.01), 0.99)
    return log(p / (1 - p))
