"""Experts who became worse since right answers were known: their votes count less.

Right answers say how often an expert was right when they were given. If it agrees clearly less with
the others on later questions, and the others do not, that history is out of date. The judged
questions tell how far the others agree with it when it is right and when it is wrong, and so how
often it is right now. Later questions are compared in blocks, since an expert may be worse for some
time, and from each block to the end, which shows smaller changes.
"""

from __future__ import annotations

from collections import Counter
from math import log, sqrt
from operator import mul

from cotool._records import NamedTuple
from cotool._typing import TYPE_CHECKING
from cotool.averages import median

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cotool.consensus.learning.ballots import Ballot
    from cotool.consensus.learning.basis import GoldBallot

# Questions in a row that are compared with the judged ones, and how many of an expert are needed.
BLOCK, FEWEST = 50, 20
# Standard deviations from which an expert counts as worse. One who falls from .9 to .3 beside six
# who are right in .6 is found in each block; one who falls to .5 beside four who are right in .5 in
# 3 % of the blocks, and in 90 % with all that follow (right .593 → .683, plurality .696). In seven
# sets of real answers with 50 or 200 right answers, drawn or the first ones, nobody is worse.
SURE = 4.0
# Shares of right answers are kept from 0 and 1 by this much.
_LEAST = 0.02


class SharedAnswers(NamedTuple):
    """The shares of the others who agree with an expert: number of questions, sum, squares' sum."""

    questions: int = 0
    total: float = 0.0
    squares: float = 0.0

    @property
    def mean(self) -> float:
        """The mean share."""
        return self.total / self.questions

    @property
    def variance(self) -> float:
        """The variance of the shares."""
        return max(self.squares / self.questions - self.mean**2, 0.0)

    def plus(self, other: SharedAnswers) -> SharedAnswers:
        """The agreement on the questions of both."""
        return SharedAnswers(
            self.questions + other.questions,
            self.total + other.total,
            self.squares + other.squares,
        )


class Fall(NamedTuple):
    """How far an expert agrees less than before, and in how many standard deviations (< 0)."""

    deviations: float
    gap: float


def agreement_of(ballots: Iterable[Ballot]) -> dict[str, SharedAnswers]:
    """How far the others agree with each expert."""
    shares: dict[str, list[float]] = {}
    for ballot in ballots:
        for expert, share in _shares(ballot):
            shares.setdefault(expert, []).append(share)
    return {
        expert: SharedAnswers(len(own), sum(own), sum(map(mul, own, own)))
        for expert, own in shares.items()
    }


def worth_left(
    blocks: Sequence[Iterable[Ballot]], judged: Sequence[GoldBallot], labels: float
) -> list[dict[str, float]]:
    """For each block the part of their weights that is left to experts who became worse.

    `judged` are the questions with right answers; `labels` is how many answers are possible.
    """
    then = agreement_of(one.ballot for one in judged)
    own = [agreement_of(block) for block in blocks]
    falls = [_falls(one, then) for one in own]
    # The block from which an expert is worse to the end, where that is surest.
    surest: dict[str, tuple[Fall, int]] = {}
    later: dict[str, SharedAnswers] = {}
    for place in reversed(range(len(own))):
        for expert, agreement in own[place].items():
            later[expert] = later.get(expert, SharedAnswers()).plus(agreement)
        for expert, fall in _falls(later, then).items():
            if expert not in surest or fall < surest[expert][0]:
                surest[expert] = fall, place
    for expert, (fall, first) in surest.items():
        for found in falls[first:]:
            found[expert] = fall
    gaps = {(expert, fall.gap) for found in falls for expert, fall in found.items()}
    left = {(expert, gap): _left(expert, gap, judged, labels) for expert, gap in gaps}
    return [{expert: left[expert, fall.gap] for expert, fall in found.items()} for found in falls]


def _falls(now: Mapping[str, SharedAnswers], then: Mapping[str, SharedAnswers]) -> dict[str, Fall]:
    """Experts with whom the others agree surely less than `then`, though not with each other."""
    gaps = {
        name: own.mean - then[name].mean
        for name, own in now.items()
        if name in then and min(own.questions, then[name].questions) >= FEWEST
    }
    usual = median(gaps.values()) if gaps else 0.0
    found = {}
    for name, gap in gaps.items():
        error = sqrt(sum(one[name].variance / one[name].questions for one in (now, then)))
        if gap - usual < -SURE * error:
            found[name] = Fall((gap - usual) / max(error, 1e-9), gap - usual)
    return found


def _left(name: str, gap: float, judged: Iterable[GoldBallot], labels: float) -> float:
    """What a vote is worth after agreement changed by the gap, relative to before."""
    # For wrong and for right answers: the shares of others who agree. Two of each keep them apart.
    shares: tuple[list[float], list[float]] = [0.0, 0.0], [1.0, 1.0]
    for one in judged:
        own = dict(_shares(one.ballot))
        if name in own:
            shares[one.ballot.votes[name] == one.right].append(own[name])
    wrong, right = (sum(own) / len(own) for own in shares)
    share = (len(shares[1]) - 1) / (len(shares[0]) + len(shares[1]) - 2)
    before = _worth(share, labels)
    return min(_worth(share + gap / max(right - wrong, _LEAST), labels) / before, 1.0)


def _shares(ballot: Ballot) -> Iterator[tuple[str, float]]:
    """Yield each expert with the share of the others who gave the same answer."""
    others = len(ballot.votes) - 1
    counts = Counter(ballot.votes.values())
    if others:
        for expert, value in ballot.votes.items():
            yield expert, (counts[value] - 1) / others


def _worth(share: float, labels: float) -> float:
    """What the vote of an expert who is right this often adds to the log-odds of an answer."""
    share = min(max(share, _LEAST), 1 - _LEAST)
    return max(log(share / (1 - share) * max(labels - 1, 1)), _LEAST)
