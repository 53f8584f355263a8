"""What a vote is worth more, or less, on a topic; and whether topics that were found pay."""

from __future__ import annotations

from math import exp, log, sqrt
from typing import TYPE_CHECKING

from cotool.consensus.learning.records import WEAK, Expert, Judgements

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cotool.consensus.learning.basis import GoldBallot
    from cotool.consensus.learning.weights import Trust

# The pull of a topic towards the expert's record as a whole, in judgements. The votes of a topic's
# questions are not independent: half of the log-odds.
TOPIC_PULL = 20.0
TOPIC_SHARE = 0.5
# Right answers to questions of found topics from which it is asked whether the topics pay, and the
# standard errors that their gain must have.
FEWEST_JUDGED, SURE = 50, 1.0

_NOTHING = Judgements()


def topic_effect(known: Expert, topic: str, less: Judgements = _NOTHING) -> float:
    """What the expert's vote is worth more on the topic, judged without the questions in `less`."""
    tally = known.topics.get(topic)
    if tally is None:
        return 0.0
    overall = _share(known.total, less, 0.5, 2.0)
    return TOPIC_SHARE * (_logit(_share(tally, less, overall, TOPIC_PULL)) - _logit(overall))


def topics_pay(
    trust: Trust,
    experts: Mapping[str, Expert],
    judged: Iterable[GoldBallot],
    beliefs: Sequence[Mapping[str, float]],
) -> bool:
    """Whether right answers are better predicted with the effects of topics than without.

    Each question is left out of the counts of its topic.
    """
    gains = []
    for one, belief in zip(judged, beliefs, strict=True):
        ballot = one.ballot
        plain = trust.scores(ballot, belief)
        if one.right in plain:
            better = dict(plain)
            for expert, value in ballot.votes.items():
                own = Judgements(
                    judged=one.share,
                    correct=one.share * (value == one.right),
                    compared=1.0,
                    agreed=belief[value],
                )
                better[value] += topic_effect(experts[expert], ballot.topic, own)
            gains.append(_log_share(better, one.right) - _log_share(plain, one.right))
    if len(gains) < FEWEST_JUDGED:
        return False
    return sum(gains) > SURE * sqrt(sum(gain * gain for gain in gains))


def _log_share(scores: Mapping[str, float], value: str) -> float:
    most = max(scores.values())
    return scores[value] - most - log(sum(exp(score - most) for score in scores.values()))


def _share(tally: Judgements, less: Judgements, prior: float, weight: float) -> float:
    right = tally.correct - less.correct + tally.score + WEAK * (tally.agreed - less.agreed)
    seen = tally.judged - less.judged + tally.scored + WEAK * (tally.compared - less.compared)
    return (max(right, 0.0) + weight * prior) / (max(seen, 0.0) + weight)


def _logit(p: float) -> float:
    p = min(max(p, 0.01), 0.99)
    return log(p / (1 - p))
