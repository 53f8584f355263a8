"""How much more or less a vote is worth on a topic, and how far that predicts right answers."""

from __future__ import annotations

from math import exp, log, sqrt

from cotool._typing import TYPE_CHECKING
from cotool.consensus.learning.records import WEAK, Expert, Judgements

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cotool.consensus.learning.basis import GoldBallot

# The pull of a topic towards the expert's record as a whole, in judgements.
TOPIC_PULL = 20.0
# The votes of a topic's questions are not independent, so a part of the log-odds counts: `GIVEN` of
# given topics and nothing of found ones, or the part of `SHARES` that predicts right answers best.
# Where each of six made-up experts knows one of four topics, .934 are right after 400 right answers
# (with half of the log-odds .872, by a conditional logit for each topic .920).
GIVEN, SHARES = 0.5, (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0)
# Right answers to questions with a topic from which another part is considered, and the standard
# errors that its gain must have.
FEWEST_JUDGED, SURE = 50, 1.0

_NOTHING = Judgements()


def topic_effect(known: Expert, topic: str, less: Judgements = _NOTHING) -> float:
    """How much greater the expert's log-odds are on the topic, without the questions in `less`."""
    tally = known.topics.get(topic)
    if tally is None:
        return 0.0
    overall = _share(known.total, less, 0.5, 2.0)
    return _logit(_share(tally, less, overall, TOPIC_PULL)) - _logit(overall)


def effects_left_out(
    experts: Mapping[str, Expert], one: GoldBallot, belief: Mapping[str, float]
) -> dict[str, float]:
    """What the topic adds to each answer of a judged question, by the other questions."""
    found = dict.fromkeys(one.ballot.votes.values(), 0.0)
    compared = float(len(one.ballot.votes) > 1)
    for expert, value in one.ballot.votes.items():
        own = Judgements(
            judged=one.share,
            correct=one.share * (value == one.right),
            compared=compared,
            agreed=compared * belief[value],
        )
        found[value] += topic_effect(experts[expert], one.ballot.topic, own)
    return found


def share_of_topics(
    rows: Iterable[tuple[str, Mapping[str, float], Mapping[str, float]]], usual: float
) -> float:
    """The part of the effects of topics that predicts right answers best, or the usual one.

    `rows` has the right answer of each judged question, the scores of its answers by weights that
    have not seen it, and `effects_left_out`.
    """
    rows = [row for row in rows if row[0] in row[1]]
    if len(rows) < FEWEST_JUDGED:
        return usual

    def fits(share: float) -> list[float]:
        return [
            _log_share({value: scores[value] + share * effects[value] for value in scores}, right)
            for right, scores, effects in rows
        ]

    by_share = {share: fits(share) for share in SHARES}
    best = max(SHARES, key=lambda share: sum(by_share[share]))
    gains = [a - b for a, b in zip(by_share[best], by_share[usual], strict=True)]
    return best if sum(gains) > SURE * sqrt(sum(gain * gain for gain in gains)) else usual


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
