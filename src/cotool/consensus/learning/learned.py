"""What was learned about a group of experts, and what it implies for a question.

Two sources are kept apart. From agreement only, the model of decoys (`_fast/decoys`) learns how
often each expert is right and makes the same errors as others; its beliefs about the questions are
distilled into weights. Answers known to be right correct these weights (`weights`), and a
calibration turns the result into a probability. Counts and quadratics add up over batches; of the
right answers the latest 1,000 are kept with their votes. Nothing else grows with the number of
questions.
"""

from __future__ import annotations

from hashlib import blake2b
from itertools import pairwise
from math import exp, sqrt

from cotool._records import dataclass, field
from cotool._typing import TYPE_CHECKING
from cotool.consensus.learning import decline
from cotool.consensus.learning.basis import EXPERT, Basis, GoldBallot, Quadratic
from cotool.consensus.learning.crowd import Crowd
from cotool.consensus.learning.offsets import Offsets
from cotool.consensus.learning.records import RECENT, Judgements, Pair
from cotool.consensus.learning.topic_effects import (
    GIVEN,
    effects_left_out,
    share_of_topics,
    topic_effect,
)
from cotool.consensus.learning.topics import Topics
from cotool.consensus.learning.weights import (
    Beliefs,
    Evidence,
    Trust,
    distil,
    folded,
    likeliest,
    trusted,
)
from cotool.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cotool.consensus.learning.ballots import Ballot


# Experts with weights of their own, those with the most answers; the others share one.
MOST_WEIGHTS = 200
# Right answers that are kept with their votes, the latest; older ones are kept as a quadratic.
MOST_JUDGED = 1_000
# The weight of the belief of inference that knows how each expert errs on each label, which weights
# of experts cannot say.
BELIEF_BY_LABEL = 0.3
# Answers that are taken to be possible where they differ from question to question.
MOST_POSSIBLE = 20
# Judgements from which a probability is called calibrated.
FEWEST = 5


@dataclass(frozen=True, slots=True)
class Prediction:
    """Probability of each answer given, if one of them is right.

    `share` is of the votes for the best answer. `confidence` is calibrated and has a 95 % interval;
    both are None before `FEWEST` judgements. `totals` are the answers' scores, and `inferred` is
    what truth inference adds to them.
    """

    scores: dict[str, float]
    best: str
    share: float
    confidence: float | None
    interval: tuple[float, float] | None = None
    totals: Mapping[str, float] = field(default_factory=dict)
    inferred: Mapping[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Learned(Crowd):
    """What agreement and right answers say.

    `judged` counts the right answers. `agreement` is what distillation left of the weights'
    likelihood; `known` are the latest right answers by question, `older` what is left of the rest.
    `topics` were found in the words of questions; they count where that predicts right answers
    better.
    """

    agreement: Quadratic = field(default_factory=Quadratic)
    known: dict[str, GoldBallot] = field(default_factory=dict)
    older: Quadratic = field(default_factory=Quadratic)
    offsets: Offsets = field(default_factory=Offsets)
    judged: float = 0.0
    as_of: float = 0.0
    topics: Topics = field(default_factory=Topics)
    _topics_count: dict[bool, float] = field(
        default_factory=lambda: {True: 0.0, False: GIVEN}, repr=False
    )
    _trust: Trust | None = field(default=None, repr=False)
    # The latest batch in blocks, and for its questions who became worse (`changes`).
    _blocks: list[Sequence[Ballot]] = field(default_factory=list, repr=False)
    _left: dict[str, dict[str, float]] = field(default_factory=dict, repr=False)

    # ---- predictions -----------------------------------------------------------------------

    def predict(self, ballots: Sequence[Ballot]) -> list[Prediction]:
        """Return the probable answers of each question; each has at least one vote."""
        beliefs = self.bases([self._without_worse(ballot) for ballot in ballots])
        return [
            self._prediction(ballot, dict.fromkeys(ballot.votes.values(), 0.0) | belief)
            for ballot, belief in zip(ballots, beliefs, strict=True)
        ]

    def _without_worse(self, ballot: Ballot) -> Ballot:
        """The ballot as truth inference sees it: without experts who became worse."""
        worse = self._worse(ballot)
        if not worse:
            return ballot
        votes = {expert: value for expert, value in ballot.votes.items() if expert not in worse}
        return ballot._replace(votes=votes) if votes else ballot

    def _prediction(self, ballot: Ballot, belief: Mapping[str, float]) -> Prediction:
        trust = self.trust()
        scores = trust.scores(ballot, belief)
        for expert, effect in self.topic_effects(ballot).items():
            scores[ballot.votes[expert]] += effect
        for expert, effect in self.changes(ballot).items():
            scores[ballot.votes[expert]] += effect
        most = max(scores.values())
        total = sum(exp(score - most) for score in scores.values())
        shares = {value: exp(score - most) / total for value, score in scores.items()}
        best = max(shares, key=shares.__getitem__)
        equal = [value for value, own in shares.items() if own == shares[best]]
        if len(equal) > 1:
            best = max(equal, key=lambda value: _lot(ballot.question, value))
        share = sum(value == best for value in ballot.votes.values()) / len(ballot.votes)
        confidence = interval = None
        if trust.calibration.judged >= FEWEST - 1e-9:
            figures = trust.figures(scores, ballot, best)
            confidence, low, high = trust.calibration.probability(figures)
            interval = low, high
        inferred = {value: trust.inferred(belief[value]) for value in scores}
        return Prediction(shares, best, share, confidence, interval, scores, inferred)

    def trust(self) -> Trust:
        """The weights of votes by all that is known."""
        if self._trust is None:
            known = list(self.known.values())
            beliefs = Beliefs(
                self.bases([one.ballot for one in known]) if known else [],
                BELIEF_BY_LABEL if self._by_label else 0.0,
            )
            try:
                evidence = Evidence(self.agreement, self.older, known, self.offsets, self.rivals())
                self._trust, foreseen = trusted(self._basis(), evidence, beliefs)
            except (ArithmeticError, ValueError) as error:
                raise StoreError(
                    f"what was learned gives no weights: {error}",
                    hint="the data is damaged or was written by another version",
                ) from None
            if known:
                self._learn_topics(known, foreseen, beliefs.known)
                self._trust.calibrate(known, foreseen, self.older.questions, self.independence())
            self._left = self._find_worse(known) if known else {}
        return self._trust

    def _find_worse(self, known: Sequence[GoldBallot]) -> dict[str, dict[str, float]]:
        """For each question of the latest batch, the experts who became worse by then."""
        found: dict[str, dict[str, float]] = {}
        left = decline.worth_left(self._blocks, known, min(self.different, MOST_POSSIBLE))
        for block, own in zip(self._blocks, left, strict=True):
            if own:
                found |= dict.fromkeys((ballot.question for ballot in block), own)
        return found

    def _worse(self, ballot: Ballot) -> Mapping[str, float]:
        """Experts who became worse since right answers were known, and their part of weight."""
        self.trust()
        return self._left.get(ballot.question, {})

    def changes(self, ballot: Ballot) -> dict[str, float]:
        """How far the votes of experts who became worse are discounted."""
        left, trust = self._worse(ballot), self.trust()
        return {
            expert: (left[expert] - 1) * max(trust.worth(expert, value), 0.0)
            for expert, value in ballot.votes.items()
            if expert in left
        }

    def _divide(self, ballots: Sequence[Ballot]) -> None:
        """Keep the latest batch in blocks."""
        count = max(len(ballots) // decline.BLOCK, 1)
        bounds = [place * len(ballots) // count for place in range(count + 1)]
        self._blocks = [ballots[a:b] for a, b in pairwise(bounds)]
        self._trust = None

    def _learn_topics(
        self,
        known: Sequence[GoldBallot],
        foreseen: Sequence[dict[str, float]],
        beliefs: Sequence[Mapping[str, float]],
    ) -> None:
        """Learn how far topics count, those given and those found, and add that to the scores."""
        self._topics_count = {True: 0.0, False: GIVEN}
        for found, usual in list(self._topics_count.items()):
            rows = [
                (one.right, scores, effects_left_out(self.experts, one, belief))
                for one, scores, belief in zip(known, foreseen, beliefs, strict=True)
                if one.ballot.topic and (one.ballot.topic in self.topics.words) is found
            ]
            share = self._topics_count[found] = share_of_topics(rows, usual)
            for _, scores, effects in rows:
                for value, effect in effects.items():
                    scores[value] += share * effect

    def topic_effects(self, ballot: Ballot) -> dict[str, float]:
        """What each expert's vote is worth more on the ballot's topic; empty if that counts not."""
        self.trust()
        share = self._topics_count[ballot.topic in self.topics.words]
        if not ballot.topic or not share:
            return {}
        return {
            expert: share * topic_effect(self.experts[expert], ballot.topic)
            for expert in ballot.votes
            if expert in self.experts
        }

    def found_topics_pay(self) -> bool:
        """Whether the topics found in questions' words count."""
        self.trust()
        return self._topics_count[True] > 0

    def _basis(self) -> Basis:
        """The weights: first the existing ones, then those of the experts with the most answers."""
        names = [key[1:] for key in self.agreement.keys if key.startswith(EXPERT)]
        names = [name for name in names if name in self.experts]
        given = {name: one.answers for name, one in self.experts.items() if name not in {*names}}
        names += sorted(given, key=lambda name: (-given[name], name))
        return Basis(names[:MOST_WEIGHTS], () if self.is_open else self.labels)

    # ---- learning --------------------------------------------------------------------------

    def learn_agreement(self, ballots: Sequence[Ballot]) -> None:
        """Learn from how experts agree on questions that were not learned from before."""
        ballots = [ballot for ballot in ballots if ballot.votes]
        if not ballots:
            return
        self.meet(ballots)
        beliefs = self.infer(ballots, count=True)
        for ballot, belief in zip(ballots, beliefs, strict=True):
            # One answer agrees with nobody's.
            compared = float(len(ballot.votes) > 1)
            for expert, value in ballot.votes.items():
                tally = Judgements(compared=compared, agreed=compared * belief[value])
                self._tally(expert, ballot.topic, tally)
        self.questions += len(ballots)
        self._counts = self._dependent = None
        self._distil(ballots, beliefs)
        self._divide(ballots)

    def see_again(self, ballots: Sequence[Ballot]) -> None:
        """Infer the answers of a batch again if it was learned from before."""
        ballots = [ballot for ballot in ballots if ballot.votes]
        if ballots:
            self.infer(ballots, count=False)
            self._divide(ballots)

    def _distil(self, ballots: Sequence[Ballot], beliefs: Sequence[Mapping[str, float]]) -> None:
        """Learn weights from beliefs; from the shares of votes where labels are open.

        Decoys explain open answers badly: on ten systems' answers to 1,800 questions their
        beliefs are right .491 of the time where the plurality is .525.
        """
        if self.is_open:
            beliefs = self.vote_shares(ballots)
            self.offsets = Offsets()
        basis = self._basis()
        self.agreement = distil(self.agreement, basis, ballots, beliefs)
        self.offsets.distil(basis, likeliest(basis, self.agreement)[0], ballots, beliefs)
        self._trust = None

    def _tally(self, expert: str, topic: str, tally: Judgements, sign: float = 1.0) -> None:
        one = self.record(expert)
        one.total.add(tally, sign)
        if topic:
            if topic not in one.topics:
                one.topics[topic] = Judgements()
            one.topics[topic].add(tally, sign)
        if sign > 0:
            one.recent.fade(tally, 0.5 ** (1 / RECENT))
            one.recent.add(tally)

    def learn_truth(self, rows: Sequence[tuple[Ballot, str]], sign: float = 1.0) -> None:
        """Learn from the right answers of questions; with sign -1 take that back.

        For a right answer that is not among the latest, its share of the quadratic is taken back.
        """
        rows = [(ballot, right) for ballot, right in rows if ballot.votes]
        if not rows:
            return
        gone = []
        place = max((one.place for one in self.known.values()), default=0)
        for place, (ballot, right) in enumerate(rows, place + 1):  # noqa: B020 - goes on
            for expert in ballot.votes:
                self.record(expert)
            before = self.known.pop(ballot.question, None)
            if sign > 0:
                self.known[ballot.question] = GoldBallot(ballot, right, place=place)
            elif before is None:
                gone.append(GoldBallot(ballot, right))
        if gone:
            self._fold(gone, -1.0)
        self._trust = None
        self._fold_oldest()
        for ballot, right in rows:
            for expert, value in ballot.votes.items():
                tally = Judgements(judged=1.0, correct=float(value == right))
                self._tally(expert, ballot.topic, tally, sign)
        self.judged = max(self.judged + sign * len(rows), 0.0)

    def _fold_oldest(self) -> None:
        """Keep the votes of the latest right answers only."""
        first = list(self.known)[: max(len(self.known) - MOST_JUDGED, 0)]
        if first:
            self._fold([self.known[question] for question in first])
            for question in first:
                del self.known[question]
            self._trust = None

    def relearn(self, agreed: Sequence[Ballot], judged: Iterable[tuple[Ballot, str]]) -> None:
        """Learn weights again from questions whose counts are known already."""
        if agreed:
            self._distil(agreed, self.bases(agreed))
        for place, (ballot, right) in enumerate(judged):
            if ballot.votes:
                self.known[ballot.question] = GoldBallot(ballot, right, place=place)
        self._trust = None
        self._fold_oldest()

    def _fold(self, judged: Sequence[GoldBallot], sign: float = 1.0) -> None:
        """Add right answers to the quadratic of the older ones, or take them away."""
        beliefs = self.bases([one.ballot for one in judged])
        self._trust = None
        more, offsets = folded(self.trust(), judged, beliefs, self.offsets)
        more.scale(sign)
        offsets.scale(sign)
        self.older.add(more)
        self.offsets.older.add(offsets)

    def learn_scores(self, scores: Mapping[str, float], topic: str = "", sign: float = 1.0) -> None:
        """Learn from scores, 0 to 1, of experts' answers to one question."""
        for expert, score in scores.items():
            tally = Judgements(scored=1.0, score=score, root=sqrt(score))
            self._tally(expert, topic, tally, sign)
        self.judged = max(self.judged + sign, 0.0)

    def weight_errors(self) -> dict[str, float]:
        """The standard error of each expert's weight."""
        trust = self.trust()
        return {
            name: trust.errors[trust.basis.places.get(EXPERT + name, 1)] for name in self.experts
        }

    # ---- forgetting, merging ---------------------------------------------------------------

    def forget(self, factor: float) -> None:
        """Keep this share of what was learned, 0 to 1: the rest returns to the prior."""
        for one in self.experts.values():
            one.scale(factor)
        for pair in self.pairs.values():
            pair.scale(factor)
        self.kinds = [value * factor for value in self.kinds]
        self.labels = {label: value * factor for label, value in self.labels.items()}
        self.rights = {label: value * factor for label, value in self.rights.items()}
        self.agreement.scale(factor)
        self.older.scale(factor)
        self.offsets.scale(factor)
        self.known = {
            question: one._replace(share=share)
            for question, one in self.known.items()
            if (share := one.share * factor) > 0
        }
        self._trust = None
        self.questions *= factor
        self.judged *= factor
        self._counts = self._dependent = None

    def merge(self, other: Learned) -> None:
        """Add what another learned from other questions."""
        for name, one in other.experts.items():
            self.record(name).add(one)
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
        self.agreement.add(other.agreement)
        self.older.add(other.older)
        self.offsets = Offsets() if self.is_open else self.offsets.plus(other.offsets)
        last = max((one.place for one in self.known.values()), default=0)
        for question, own in other.known.items():
            self.known[question] = own._replace(place=last + own.place)
        self.questions += other.questions
        self.judged += other.judged
        self.as_of = max(self.as_of, other.as_of)
        self.topics.add(other.topics)
        self._places.clear()
        self._counts = self._dependent = self._trust = None
        self._fold_oldest()

    def drop(self, name: str) -> None:
        """Forget an expert. Raises KeyError for an unknown name."""
        del self.experts[name]
        self.pairs = {key: pair for key, pair in self.pairs.items() if name not in key}
        self.agreement.drop(EXPERT + name)
        self.older.drop(EXPERT + name)
        self.offsets.drop(name)
        for question, one in list(self.known.items()):
            votes = {e: value for e, value in one.ballot.votes.items() if e != name}
            self.known[question] = one._replace(ballot=one.ballot._replace(votes=votes))
        self.known = {question: one for question, one in self.known.items() if one.ballot.votes}
        self._places.clear()
        self._counts = self._dependent = self._trust = None


def _lot(question: str, value: str) -> bytes:
    return blake2b(f"{question}\0{value}".encode(errors="surrogatepass")).digest()
