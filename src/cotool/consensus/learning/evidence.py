"""Findings about experts, each with its numbers: reliability, trends, copies, panels."""

from __future__ import annotations

from functools import lru_cache
from math import asin, sqrt

from cotool._records import NamedTuple, dataclass
from cotool._typing import TYPE_CHECKING, Any
from cotool.consensus.learning.records import RECENT, WEAK
from cotool.consensus.model import Insight
from cotool.consensus.truth.copies import groups_of
from cotool.consensus.truth.relatives import related
from cotool.consensus.truth.rivals import described
from cotool.consensus.truth.scores import wilson
from cotool.text import one_line, percent

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from cotool.consensus.learning.ballots import Ballot
    from cotool.consensus.learning.learned import Learned, Prediction
    from cotool.consensus.learning.records import Expert, Judgements

# The quantile for a finding about one of many experts.
SURE = 3.0
# Questions, or judgements, from which a finding is stated.
ENOUGH = 20
# The share of questions with one and the same answer from which an expert counts as constant, if
# the others vary.
CONSTANT = 0.95
# One more answer is worth asking for if it promises this much more certainty.
WORTH = 0.02
# The prior of a share: this many questions of one half; a topic's of the whole record.
PRIOR = 2.0
TOPIC_PULL = 10.0


@dataclass(frozen=True, slots=True)
class Reliability:
    """How often an expert is right (or how well its answers score), 0 to 1, with a 95 % interval.

    `judgements` is the number it rests on. If there are none, agreement with the others is used,
    which is weaker evidence, and `by_agreement` is True.
    """

    share: float
    low: float
    high: float
    judgements: float
    by_agreement: bool


def reliability(tally: Judgements) -> Reliability:
    """The share of right answers, or the mean score, from what was judged, else from agreement."""
    if tally.number > 0:
        return interval_of(tally.correct + tally.score, tally.number)
    return interval_of(WEAK * tally.agreed, WEAK * tally.compared, by_agreement=True)


@lru_cache(maxsize=1_000)
def interval_of(right: float, seen: float, *, by_agreement: bool = False) -> Reliability:
    """The share, shrunk to one half by PRIOR, with its interval."""
    total = seen + PRIOR
    share = (right + PRIOR / 2) / total
    low, high = wilson(share, total)
    return Reliability(share, low, high, seen, by_agreement)


def merit(known: Expert | None, topic: str) -> float:
    """What ranks experts whose answers are free text: their mean score, of roots of scores.

    0.5 before anything is known; on a topic pulled to the record as a whole. Roots find the best of
    ten language models sooner than means: after 20 judged questions .973 of what the best one in
    hindsight scores, against .963 (AlpacaEval, 300 random splits).
    """
    if known is None:
        return 0.5
    overall = _merit(known.total, 0.5, PRIOR)
    tally = known.topics.get(topic) if topic else None
    return overall if tally is None else _merit(tally, overall, TOPIC_PULL)


def _merit(tally: Judgements, prior: float, weight: float) -> float:
    return (tally.correct + tally.root + weight * prior) / (tally.number + weight)


def drift(known: Expert) -> tuple[float, float, float] | None:
    """Return (recent share, overall share, z) if the two clearly differ, else None.

    By right answers and scores where there are enough of them, else by agreement. The two shares
    are compared after the arcsine transformation. Simulated with 40 to 1,000 judgements, at most
    .3 % of experts who are right 30 to 99 % of the time are reported, and 91 % of those who fall
    from 90 to 40 % half-way through 240.
    """
    lately, total = known.recent, known.total
    for good, seen, late, recent in (
        (
            total.correct + total.score,
            total.number,
            lately.correct + lately.score,
            lately.number,
        ),
        (total.agreed, total.compared, lately.agreed, lately.compared),
    ):
        if seen < 2 * ENOUGH or recent < ENOUGH / 2:
            continue
        size = _effective(recent)
        if size >= seen:
            continue
        gap = _arcsine(late / recent * size, size) - _arcsine(good, seen)
        z = 2 * gap / sqrt(1 / size - 1 / seen)
        return (late / recent, (good + 1) / (seen + 2), z) if abs(z) >= SURE else None
    return None


def _effective(recent: float) -> float:
    """How many equal judgements vary as the recent ones, whose weights halve every RECENT."""
    kept: float = 0.5 ** (1 / RECENT)
    return recent * (1 + kept) / max(2 - recent * (1 - kept), 1.0)


def _arcsine(good: float, seen: float) -> float:
    """The transformed share, whose variance is 1 / (4 seen) whatever the share is."""
    return asin(sqrt(min(max((good + 0.5) / (seen + 1), 0.0), 1.0)))


def findings(learned: Learned) -> list[str]:
    """Yield a sentence for everything that makes an expert's record suspect, with its numbers."""
    found = []
    for name in sorted(learned.experts):
        late = drift(learned.experts[name])
        if late is not None:
            found.append(
                f"{name} has changed: right {late[0]:.0%} of the time lately, {late[1]:.0%} in all "
                f"(z {late[2]:+.1f})"
            )
        same = constant(learned, name)
        if same is not None:
            found.append(f"{name} says {same[0]!r} to {same[1]:.0%} of the questions")
    found += [
        f"{copy.a} and {copy.b} copy each other or a third: they say the same {copy.share:.0%} of "
        f"the time, where their agreement with others explains {copy.expected:.0%} "
        f"({copy.questions:,.0f} questions)"
        for copy in learned.copies()
    ]
    found += related(list(learned.relatives()))
    if learned.rivals():
        found.append(described(learned.rivals()))
    return found


def constant(learned: Learned, name: str) -> tuple[str, float] | None:
    """Return (label, share) for an expert who nearly always gives one label if others vary."""
    said = learned.experts[name].said
    total = sum(said.values())
    if total < ENOUGH:
        return None
    label, count = max(said.items(), key=lambda pair: (pair[1], pair[0]))
    others = [one.said for other, one in learned.experts.items() if other != name]
    everyone = sum(sum(own.values()) for own in others)
    same = sum(own.get(label, 0.0) for own in others)
    if count / total < CONSTANT or everyone < ENOUGH or same / everyone > CONSTANT / 2:
        return None
    return label, count / total


def groups(learned: Learned) -> list[list[str]]:
    """Experts who copy each other, directly or through others."""
    return groups_of(learned.copies())


class Outlook(NamedTuple):
    """Facts about the experts that are computed once for all questions.

    `copying` are groups of experts who copy each other; `promising` has all experts with how often
    an answer of theirs may be right, the most promising first.
    """

    copying: list[list[str]]
    promising: list[tuple[float, str]]

    @classmethod
    def of(cls, learned: Learned) -> Outlook:
        """Return them from the record. New experts count with their upper bound, to be explored."""
        promising = []
        for name, known in learned.experts.items():
            record = reliability(known.total)
            promising.append((record.share if record.judgements >= ENOUGH else record.high, name))
        return cls(groups(learned), sorted(promising, key=lambda pair: (-pair[0], pair[1])))


def insights_of(
    learned: Learned,
    outlook: Outlook,
    ballot: Ballot,
    said: Prediction,
    asked: Collection[str],
) -> list[Insight]:
    """Return the insights about one question; `asked` are those who answered or declined."""
    found = []
    supporters = sorted(e for e, value in ballot.votes.items() if value == said.best)
    counts: dict[str, list[str]] = {}
    for expert, value in sorted(ballot.votes.items()):
        counts.setdefault(value, []).append(expert)
    plurality = max(counts, key=lambda value: (len(counts[value]), value == said.best))
    majority = counts[plurality]
    clones = [own for group in outlook.copying if len(own := sorted({*group} & {*majority})) > 1]
    if clones and len(majority) > 1:
        independent = len(majority) - sum(len(own) - 1 for own in clones)
        most = max((len(own) for value, own in counts.items() if value != plurality), default=0)
        if independent <= max(most, 1):
            found.append(
                Insight(
                    "correlated-majority",
                    f"the {len(majority)} who say {plurality!r} count as {independent}: "
                    f"{' and '.join(', '.join(own) for own in clones)} copy each other",
                    tuple(majority),
                    {"votes": len(majority), "independent": independent, "groups": clones},
                )
            )
    if plurality != said.best and len(majority) > len(supporters):
        ours = _mean(learned, supporters)
        theirs = _mean(learned, majority)
        found.append(
            Insight(
                "reliable-minority",
                f"{len(supporters)} against {len(majority)}: right {ours:.0%} of the time in the "
                f"mean where the majority is {theirs:.0%}",
                tuple(supporters),
                {"reliability": ours, "majority_reliability": theirs},
            )
        )
    worth = worth_asking(outlook, asked, said)
    if worth is not None:
        name, gain = worth
        found.append(
            Insight(
                "ask-another",
                f"one more answer is worth asking for: {name}'s answer is expected to raise the "
                f"probability of the best answer by {gain:.0%}",
                (name,),
                {"gain": gain, "probability": said.scores[said.best]},
            )
        )
    return found


def _mean(learned: Learned, names: Sequence[str]) -> float:
    shares = [
        reliability(learned.experts[name].total).share for name in names if name in learned.experts
    ]
    return sum(shares) / len(shares) if shares else 0.5


def worth_asking(
    outlook: Outlook, asked: Collection[str], said: Prediction
) -> tuple[str, float] | None:
    """The expert not asked yet whose answer promises most, and by how much; None if too little.

    Expected value of its vote under the present probabilities: it gives the right answer as often
    as its history says, else one of the others (value of information; Howard, 1966).
    """
    left = ((p, name) for p, name in outlook.promising if name not in asked)
    found = next(left, None)
    if found is None:
        return None
    p, name = found
    gain = _gain(said.scores, p) - said.scores[said.best]
    return (name, gain) if gain >= WORTH else None


def _gain(scores: Mapping[str, float], p: float) -> float:
    """Expected probability of the best answer after a vote that is right with probability p."""
    others = max(len(scores) - 1, 1)
    total = 0.0
    for voted in scores:
        after = [own * (p if value == voted else (1 - p) / others) for value, own in scores.items()]
        total += max(after)
    return total


def panel(
    learned: Learned,
    rows: Sequence[tuple[Ballot, str]],
    counts: Sequence[float],
    share: float = 0.95,
) -> list[tuple[str, float]]:
    """The fewest experts that reach `share` of the accuracy of all, found greedily.

    Each step adds the expert who raises the accuracy on `rows` (questions and right answers) most;
    `counts` says how much each row counts. Returns (expert, accuracy so far).
    """
    names = sorted({expert for ballot, _ in rows for expert in ballot.votes})

    def accuracy(chosen: set[str]) -> float:
        some = [
            (votes, ballot, right, count)
            for (ballot, right), count in zip(rows, counts, strict=True)
            if (votes := {e: v for e, v in ballot.votes.items() if e in chosen})
        ]
        said = learned.predict([ballot._replace(votes=votes) for votes, ballot, *_ in some])
        hits = [
            count * (one.best == right) for one, (*_, right, count) in zip(said, some, strict=True)
        ]
        return sum(hits) / sum(counts)

    goal = share * accuracy(set(names))
    chosen: list[tuple[str, float]] = []
    while len(chosen) < len(names) and (not chosen or chosen[-1][1] < goal - 1e-12):
        taken = {name for name, _ in chosen}
        tried = [(accuracy(taken | {name}), name) for name in names if name not in taken]
        best = max(tried, key=lambda pair: (pair[0], _rank(learned, pair[1]), pair[1]))
        chosen.append((best[1], best[0]))
    return chosen


def _rank(learned: Learned, name: str) -> float:
    known = learned.experts.get(name)
    return reliability(known.total).share if known else 0.0


def describe(learned: Learned, name: str, errors: Mapping[str, float]) -> dict[str, Any]:
    """All that is known of an expert, as plain values; `errors` are those of the weights."""
    known = learned.experts[name]
    record = reliability(known.total)
    late = drift(known)
    same = constant(learned, name)
    return {
        "expert": name,
        "reliability": round(record.share, 4),
        "low": round(record.low, 4),
        "high": round(record.high, 4),
        "judgements": round(known.total.number, 2),
        "by_agreement": record.by_agreement,
        "answers": round(known.answers, 2),
        "agreement": round(known.total.agreed / known.total.compared, 4)
        if known.total.compared
        else None,
        "weight": round(learned.trust().weight(name), 4),
        "weight_error": round(errors[name], 4) if name in errors else None,
        "topics": {
            topic: {
                "reliability": round(reliability(tally).share, 4),
                "low": round(reliability(tally).low, 4),
                "high": round(reliability(tally).high, 4),
                "judgements": round(tally.number, 2),
                "found": topic in learned.topics.words,
            }
            for topic, tally in sorted(known.topics.items())
        },
        "found_topics_count": learned.found_topics_pay(),
        "lately": _lately(known),
        "drift": None
        if late is None
        else {"lately": round(late[0], 4), "in_all": round(late[1], 4), "z": round(late[2], 2)},
        "constant": None if same is None else {"answer": same[0], "share": round(same[1], 4)},
        "copies": [
            {
                "expert": copy.b if copy.a == name else copy.a,
                "same": round(copy.share, 4),
                "expected": round(copy.expected, 4),
            }
            for copy in learned.copies()
            if name in {copy.a, copy.b}
        ],
    }


def _lately(known: Expert) -> float | None:
    """The share of right answers (or the mean score) among the last judgements, about thirty."""
    seen = known.recent.number
    return round((known.recent.correct + known.recent.score) / seen, 4) if seen else None


def remarks_on(learned: Learned, name: str) -> str:
    """Return what makes an expert's record suspect, in few words, or ""."""
    remarks = []
    late = drift(learned.experts[name])
    if late is not None:
        remarks.append(f"lately {percent(late[0])}")
    same = constant(learned, name)
    if same is not None:
        remarks.append(f"always {one_line(same[0])[:12]!r}")
    return ", ".join(remarks)
