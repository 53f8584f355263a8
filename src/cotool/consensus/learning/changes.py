"""Experts who became worse since right answers were known: their votes count less.

Right answers say how often an expert was right when they were given. If it agrees clearly less with
the others on later questions, and the others do not, that history is out of date. The judged
questions tell how far the others agree with it when it is right and when it is wrong, and so how
often it is right now.
"""

from __future__ import annotations

from collections import Counter
from math import log, sqrt

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
# who are right in .6 is found in each block.
SURE = 4.0
# Shares of right answers are kept from 0 and 1 by this much.
_LEAST = 0.02


class Agreement(NamedTuple):
    """The share of the others who agree with an expert: mean, variance, number of questions."""

    mean: float
    variance: float
    questions: int


def agreement_of(ballots: Iterable[Ballot]) -> dict[str, Agreement]:
    """How far the others agree with each expert."""
    shares: dict[str, list[float]] = {}
    for ballot in ballots:
        for expert, share in _shares(ballot):
            shares.setdefault(expert, []).append(share)
    found = {}
    for expert, own in shares.items():
        mean = sum(own) / len(own)
        found[expert] = Agreement(mean, sum((s - mean) ** 2 for s in own) / len(own), len(own))
    return found


def worth_left(
    now: Mapping[str, Agreement],
    then: Mapping[str, Agreement],
    judged: Sequence[GoldBallot],
    labels: float,
) -> dict[str, float]:
    """The part of their weights that is left to experts who became worse.

    `then` is each expert's agreement on the `judged` questions; `labels` is how many answers are
    possible.
    """
    gaps = {
        name: own.mean - then[name].mean
        for name, own in now.items()
        if name in then and min(own.questions, then[name].questions) >= FEWEST
    }
    usual = median(gaps.values()) if gaps else 0.0
    left = {}
    for name, gap in gaps.items():
        error = sum(one[name].variance / one[name].questions for one in (now, then))
        if gap - usual < -SURE * sqrt(error):
            left[name] = _left(name, gap - usual, judged, labels)
    return left


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
