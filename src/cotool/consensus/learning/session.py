"""Decide questions by what the store has learned, and remember them in it."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from functools import partial

from cotool._records import replace
from cotool._typing import TYPE_CHECKING
from cotool.consensus.decide.decision import Decision
from cotool.consensus.extract.alike import common_unit
from cotool.consensus.extract.right_answers import read_right
from cotool.consensus.learning.evidence import (
    Outlook,
    findings,
    insights_of,
    merit,
    reliability,
)
from cotool.consensus.learning.learned import FEWEST
from cotool.consensus.learning.lessons import give_topics, is_another, learn, with_earlier
from cotool.consensus.learning.records import Judgements
from cotool.consensus.learning.remembered import Remembered, clean
from cotool.consensus.model import Insight
from cotool.consensus.truth.inference import Waiting
from cotool.consensus.truth.recognition import ScaleTest
from cotool.consensus.truth.rivals import described
from cotool.consensus.truth.scale import Scale, method_for
from cotool.errors import StoreError
from cotool.text import and_more, percent, plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from cotool.consensus.extract.stated import Stated
    from cotool.consensus.learning.ballots import Ballot
    from cotool.consensus.learning.learned import Learned, Prediction
    from cotool.consensus.learning.lessons import Learning, Lessons
    from cotool.consensus.learning.store import Store
    from cotool.consensus.model import Question
    from cotool.consensus.options import ConsensusOptions

# Questions that are remembered in one transaction.
BATCH = 1_000
# The keys of a response's metadata that name the question's topic.
TOPIC_KEYS = ("topic", "category", "subject", "domain")
# What each prior of the weights says of experts; the likely ones are reported.
_PRIORS = {
    "agreement": "agreement shows whom to trust",
    "free": "agreement does not show whom to trust",
    "groups": "one of two groups is to be trusted more",
    "plurality": "all votes are worth the same",
    "inference": "truth inference is right as it is",
    "star": "one expert is above all others",
}
_LIKELY = 0.05
_ALONE = (
    "not calibrated: fewer than five answers to such questions were judged, so the confidence is "
    "the reliability of the only expert"
)
# Experts whose votes are explained, those of the greatest weight, and answers whose sums are.
_TOLD = 12
# What rounds to .01 is shown.
_SHOWN = 0.005
_UNCALIBRATED = (
    "not calibrated: fewer than five answers to such questions were judged, so the confidence is "
    "derived from agreement"
)

_NOT_LEARNED = (
    "answers that are numbers on a scale: the store neither weighs nor remembers them, and right "
    "answers to them are not learned"
)


def by_store(
    subjects: Iterable[Stated], store: Store, how: Learning, options: ConsensusOptions
) -> Iterator[tuple[Stated, Decision | None]]:
    """Yield each question with what the history of its experts says about it.

    All questions are read before the first is yielded, since their agreement counts. With
    `how.learn`, what they teach is stored; otherwise it is used for this batch only, and an empty
    store has no effect. Numbers on a scale are combined, and not learned from.
    """
    with closing(Waiting()) as waiting:
        kept = []
        test = ScaleTest()
        for subject in subjects:
            waiting.add(subject)
            kept.append(_kept(subject, how))
            test.add(subject)
        scale: Scale | None = None
        if options.method == "auto" and test.is_scale():
            scale = Scale(waiting.votes, options.weights, method_for(options.weights))
            numbers = [one for one, own in zip(kept, scale.asked, strict=True) if own]
            kept = [one for one, own in zip(kept, scale.asked, strict=True) if not own]
            how.combined = {name for one in numbers for name in (one.id, one.text)}
        decide = _decider(store, kept, how) if kept else None
        others = iter(kept)
        try:
            for place, (subject, _) in enumerate(waiting):
                if scale is not None and scale.asked[place]:
                    yield subject, scale.decision(place, subject)
                elif decide is not None:
                    shown = {own.value: own.display for own in subject.answers[::-1] if own}
                    yield subject, decide(next(others), shown)
        finally:
            if scale is not None:
                how.report.findings.append(_NOT_LEARNED)
            if not how.learn and kept:
                _remember(store, kept, how.report)


def _decider(
    store: Store, kept: Sequence[Remembered], how: Learning
) -> Callable[[Remembered, Mapping[str, str]], Decision | None]:
    """Learn from questions, or from their agreement alone; return what decides each of them."""
    before = store.remembered([one.id for one in kept])
    learned = learn(store, kept, how) if how.learn else store.read()
    if not how.learn:
        how.report.findings = findings(learned)
        give_topics(learned, kept)
    for one in kept:
        if one.truth is None and one.id in before and before[one.id].text == one.text:
            one.truth = before[one.id].truth
    outlook = Outlook.of(learned)
    if not how.learn and learned.experts:
        unseen = _unseen(before, kept)
        learned.learn_agreement(unseen)
        if len(unseen) < len(kept):
            learned.see_again([one.ballot() for one in {one.id: one for one in kept}.values()])
    return partial(decision, learned, outlook)


def _kept(subject: Stated, how: Learning) -> Remembered:
    """Return a question as it is kept; its right answer is read beside the responses."""
    truths = how.gold.answer(clean(subject.asked.id), clean(subject.asked.text))
    if truths:
        subject = subject.beside(truths)
    one = remembered(subject, how.topic_key)
    if truths:
        how.rights[one.id] = read_right(truths, subject.kind, subject.asked.text, subject.said)
    return one


def _unseen(before: Mapping[str, Remembered], kept: Sequence[Remembered]) -> list[Ballot]:
    """The ballots whose agreement was not learned from."""
    latest = {one.id: one for one in kept}
    return [
        one.ballot()
        for one in latest.values()
        if not ((old := before.get(one.id)) and old.agreed and old.votes == one.votes)
    ]


def _remember(store: Store, kept: Sequence[Remembered], report: Lessons) -> None:
    """Write questions that were answered; what was learned of them before stays.

    Answers do not depend on it: an error is reported, and the run continues.
    """
    seen = {one.id: one for one in kept}
    names = list(seen)
    others: list[str] = []
    try:
        for first in range(0, len(names), BATCH):
            others += _write(store, {name: seen[name] for name in names[first : first + BATCH]})
    except StoreError as error:
        report.findings.append(f"{error}: the questions are not remembered")
    if others:
        report.findings.append(
            f"{plural(len(others), 'question')} with the id of an earlier one and another text, "
            f"such as {others[0]!r}. Ids must be unique"
        )


def _write(store: Store, seen: Mapping[str, Remembered]) -> list[str]:
    """Write questions; those that were learned from stay as they were learned.

    Returns the ids of those that stood for another question before.
    """
    with store.changing() as change:
        known = change.remembered(list(seen))
        change.remember(
            replace(with_earlier(one, known.get(one.id)), said=one.said, truth=None)
            for one in seen.values()
            if one.id not in known or not known[one.id].is_taught()
        )
    return [name for name, old in known.items() if is_another(seen[name], old)]


def remembered(subject: Stated, topic_key: str | None) -> Remembered:
    """A question as the store keeps it."""
    asked = subject.asked
    given: dict[str, str | None] = {
        clean(one.sample_of or one.expert_name): None for one in subject.responses
    }
    for expert, value in subject.votes:
        # The first of several answers of one expert counts.
        if given[clean(expert)] is None:
            given[clean(expert)] = value
    return Remembered(
        id=clean(asked.id or asked.text),
        text=clean(asked.text),
        topic=clean(topic_of(asked, topic_key)),
        votes=given,
        kind=subject.kind or "",
        unit=common_unit(subject.answers),
    )


def topic_of(asked: Question, key: str | None) -> str:
    """The topic that most responses name in their metadata, "" if none does."""
    keys = TOPIC_KEYS if key is None else (key,)
    named: dict[str, int] = {}
    for response in asked.responses:
        for name in keys if response.metadata else ():
            value = response.metadata.get(name)
            if isinstance(value, (str, int)) and str(value).strip():
                named[str(value).strip()] = named.get(str(value).strip(), 0) + 1
                break
    return max(sorted(named), key=named.__getitem__) if named else ""


def decision(
    learned: Learned, outlook: Outlook, one: Remembered, shown: Mapping[str, str]
) -> Decision | None:
    """The decision from the history; None if nothing is known about the question's experts.

    `shown` has the answers as people read them, by their normal form.
    """
    known = [learned.experts[name] for name in one.votes if name in learned.experts]
    if not known:
        return None
    ballot = one.ballot()
    if not ballot.votes:
        return _by_score(learned, one)
    (said,) = learned.predict([ballot])
    one.said = said.best
    if one.truth is not None:
        return _judged(one, ballot, said, shown)
    judged = learned.trust().calibration.judged
    if len(ballot.votes) == 1:
        # Nobody agrees or disagrees: the expert's own record is better evidence, if there is one.
        (alone,) = ballot.votes
        own = learned.experts.get(alone)
        record = reliability(own.total if own else Judgements())
        if record.judgements >= FEWEST and not record.by_agreement:
            said = replace(said, confidence=record.share, interval=(record.low, record.high))
            judged = record.judgements
        elif said.confidence is None:
            said = replace(said, confidence=record.share)
    shares = sorted(
        (-reliability(learned.experts[name].total).share, name)
        for name in ballot.votes
        if name in learned.experts
    )
    best = ", ".join(f"{name} {-share:.2f}" for share, name in shares[:3])
    weak = any(reliability(own.total).by_agreement for own in known)
    seen = f"{learned.judged:,.0f} judged questions, agreement on {learned.questions:,.0f}"
    explanation = [
        f"weighted by what was learned: {seen}",
        f"reliability: {best}"
        + (" (based on agreement alone, which is weaker evidence)" if weak else ""),
        (_ALONE if len(ballot.votes) == 1 else _UNCALIBRATED)
        if said.interval is None
        else f"the confidence is calibrated on {judged:,.0f} judged answers; its 95 % interval is "
        f"{percent(said.interval[0])} to {percent(said.interval[1])}",
        *_why(learned, ballot, said, shown),
    ]
    return Decision(
        method="learned",
        scores=said.scores,
        confidence=said.confidence,
        calibrated=said.interval is not None,
        judgements=judged,
        interval=said.interval,
        explanation=tuple(explanation),
        insights=tuple(insights_of(learned, outlook, ballot, said, one.votes)),
    )


def _judged(
    one: Remembered, ballot: Ballot, said: Prediction, shown: Mapping[str, str]
) -> Decision:
    """The answer that is known to be right; where nobody gave it, the best of the wrong ones."""
    accepted = one.accepted
    right = tuple(sorted(expert for expert, value in ballot.votes.items() if value in accepted))
    scores = {value: float(value in accepted) for value in said.scores} if right else said.scores
    names = [repr(shown.get(value, f"{value} {one.unit}".rstrip())) for value in accepted]
    message = f"this question was judged: {' or '.join(names)} is right"
    if not right:
        message += ", and no expert gave it"
    return Decision(
        method="learned",
        scores=scores,
        confidence=float(bool(right)),
        explanation=(message,),
        insights=(Insight("judged", message, right, {}),),
    )


def _why(
    learned: Learned, ballot: Ballot, said: Prediction, shown: Mapping[str, str]
) -> Iterator[str]:
    """Yield what the weights rest on, what each vote is worth, and what plurality would say."""
    trust, effects = learned.trust(), learned.topic_effects(ballot)
    changes = learned.changes(ballot)
    chosen = sorted(trust.priors.items(), key=lambda pair: (-pair[1], pair[0]))
    likely = [f"{_PRIORS[name]} ({percent(share)})" for name, share in chosen if share >= _LIKELY]
    if learned.rivals():
        yield described(learned.rivals())
    if trust.calibration.judged:
        yield (
            f"right answers are best predicted if at first {', or '.join(likely)}; they then moved "
            "the weights"
        )
    worth = sorted(
        (-trust.worth(name, value) - effects.get(name, 0.0) - changes.get(name, 0.0), name)
        for name, value in ballot.votes.items()
    )
    told = [f"{name} {-own:+.2f} ({_record(learned, name)})" for own, name in worth]
    yield f"each vote is worth: {and_more(told[:_TOLD], len(told))}"
    offsets = {
        name: own
        for name, value in ballot.votes.items()
        if abs(own := trust.offsets.get((name, value), 0.0)) >= _LIKELY
    }
    for what, parts in (
        ("the label given", offsets),
        (f"the topic {ballot.topic!r}", effects),
        ("agreeing less with the others than where right answers are known", changes),
    ):
        if parts:
            yield f"of this, {what} adds: " + ", ".join(
                f"{name} {parts[name]:+.2f}" for _, name in worth[:_TOLD] if name in parts
            )
    if len(said.totals) > 1:
        own_worth = {name: -own for own, name in worth}
        yield from _sums(ballot, said, own_worth, trust.weights[0], shown)
    votes = Counter(ballot.votes.values())
    most = sorted(value for value, count in votes.items() if count == max(votes.values()))
    same = ", as here" if most == [said.best] else ""
    names = " or ".join(shown.get(value, value) for value in most)
    yield f"by plurality: {names} ({plural(votes[most[0]], 'vote')}){same}"


def _sums(
    ballot: Ballot,
    said: Prediction,
    worth: Mapping[str, float],
    factor: float,
    shown: Mapping[str, str],
) -> Iterator[str]:
    """Yield how votes, truth inference and labels add up for each answer, if not votes alone."""
    votes = dict.fromkeys(said.totals, 0.0)
    for name, value in ballot.votes.items():
        votes[value] += worth[name]
    columns = {
        "votes": votes,
        f"{factor:.2f} × the logarithm of truth inference's probability": said.inferred,
        "how common the label is": {
            value: own - votes[value] - said.inferred[value] for value, own in said.totals.items()
        },
    }
    parts = {
        what: own
        for what, own in columns.items()
        if what == "votes" or max(map(abs, own.values())) >= _SHOWN
    }
    if len(parts) == 1:
        return
    ranked = sorted(said.totals, key=lambda value: (value != said.best, -said.totals[value], value))
    sums = [
        f"{shown.get(value, value)} {' '.join(f'{own[value]:+.2f}' for own in parts.values())} = "
        f"{said.totals[value]:+.2f}"
        for value in ranked[:_TOLD]
    ]
    yield f"the greatest sum ({', '.join(parts)}) wins: {and_more(sums, len(ranked))}"


def _record(learned: Learned, name: str) -> str:
    """Return what an expert's weight rests on, in few words."""
    known = learned.experts.get(name)
    if known is None:
        return "new"
    total = known.total
    if total.judged:
        return f"right on {total.correct:,.0f} of {total.judged:,.0f}"
    if total.compared:
        return f"with the others on {percent(total.agreed / total.compared)}"
    return "not judged"


def _by_score(learned: Learned, one: Remembered) -> Decision | None:
    """For texts: what each expert's answer is expected to score."""
    scores = {name: merit(learned.experts.get(name), one.topic) for name in one.votes}
    judged = sum(
        learned.experts[name].total.scored + learned.experts[name].total.judged
        for name in one.votes
        if name in learned.experts
    )
    if judged <= 0 or not scores:
        return None
    best = max(sorted(scores), key=scores.__getitem__)
    known = learned.experts.get(best)
    record = reliability(known.total if known else Judgements())
    reason = f"the confidence is what an answer of {best} is expected to score"
    return Decision(
        method="learned",
        scores={},
        confidence=record.share,
        weights=scores,
        judgements=judged,
        explanation=(f"{reason}, from {record.judgements:,.0f} judgements",),
    )
