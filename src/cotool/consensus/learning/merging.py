"""Stores are merged question by question, so that none is learned twice.

Where the questions that are remembered account for all that was learned, the merged store learns
all of them at once, as one store would have. What was learned from questions that are forgotten,
or was forgotten in part, can only be added up; then two stores that share a question are refused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from cotool._records import dataclass, replace
from cotool.consensus.learning.learned import Learned
from cotool.consensus.learning.remembered import Remembered
from cotool.errors import StoreError
from cotool.text import plural

# Counts are sums of fractions.
_ROUNDING = 1e-6


class StoreContent:
    """What a store or an export holds: what was learned, and its questions, the oldest first.

    A right answer that is kept with its votes counts as a question.
    """

    def __init__(self, name: str, learned: Learned, questions: Iterable[Remembered]) -> None:
        self.name = name
        self.learned = learned
        self.questions = {
            key: Remembered(
                key, "", own.ballot.topic, dict(own.ballot.votes), "", truth=own.right, agreed=True
            )
            for key, own in learned.known.items()
        }
        for one in questions:
            self.questions.pop(one.id, None)
            self.questions[one.id] = one
        self.taught = {key for key, one in self.questions.items() if one.is_taught()}

    def is_whole(self) -> bool:
        """Whether the questions account for all that was learned of each expert."""
        counted: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
        for one in self.questions.values():
            compared = one.agreed and len(one.ballot().votes) > 1
            for expert, value in one.votes.items():
                own = counted[expert]
                own[0] += compared and value is not None
                own[1] += one.truth is not None and value is not None
                own[2] += expert in one.scores
        for name, known in self.learned.experts.items():
            own = counted[name]
            own[0] -= known.total.compared
            own[1] -= known.total.judged
            own[2] -= known.total.scored
        return all(abs(left) < _ROUNDING for own in counted.values() for left in own)

    def forgotten(self) -> float:
        """How many questions were learned from that are not remembered, at least."""
        agreed = sum(one.agreed for one in self.questions.values())
        return max(self.learned.questions - agreed, 0.0)


@dataclass(slots=True)
class MergedStores:
    """Two or more stores as one. `new` questions are learned from, `known` ones were before.

    `differing` were judged differently; the judgement of the first store stays. `added` names
    stores whose counts were added up, with how many questions each has forgotten.
    """

    learned: Learned
    questions: dict[str, Remembered]
    new: int
    known: int
    differing: int
    added: dict[str, int]


def merged(parts: Sequence[StoreContent]) -> MergedStores:
    """Merge stores. Raises StoreError where a question would count twice, or two have one id."""
    first, *others = parts
    joined = dict(first.questions)
    differing = 0
    for part in others:
        for key, one in part.questions.items():
            mine = joined.get(key)
            if mine is not None:
                _check_texts(first.name, mine, part.name, one)
                differing += mine.truth is not None and one.truth not in {mine.truth, None}
            joined[key] = one if mine is None else _together(mine, one)
    taught = [key for part in others for key in part.taught]
    new = len({*taught} - first.taught)
    result = MergedStores(first.learned, joined, new, len({*taught}) - new, differing, {})
    parts = [part for part in parts if part is first or not _is_known(part, first)]
    parts = [part for part in parts if part.learned.experts]
    rest = [part for part in parts if not part.is_whole()]
    if joined == first.questions and not {*rest} - {first}:
        return result
    _check_twice(parts, rest)
    result.learned = rest[0].learned if rest else Learned()
    for part in rest[1:]:
        result.learned.merge(part.learned)
    done = {key: part.questions[key] for part in rest for key in part.taught}
    if len(parts) > 1 and {*rest} - {first}:
        result.added = {part.name: round(part.forgotten()) for part in rest}
    for part in parts:
        if part not in rest:
            result.learned.topics.add(part.learned.topics)
            result.learned.as_of = max(result.learned.as_of, part.learned.as_of)
    _learn(result.learned, joined.values(), done)
    return result


def _check_texts(name: str, mine: Remembered, other: str, one: Remembered) -> None:
    if mine.text and one.text and mine.text != one.text:
        raise StoreError(
            f"the question {one.id!r} is {one.text[:60]!r} in {other} and {mine.text[:60]!r} in "
            f"{name}",
            hint="ids must be unique; nothing was merged",
        )


def _together(mine: Remembered, one: Remembered) -> Remembered:
    """A question that both remember: the answers of all experts, and the first judgement."""
    stated = dict(mine.ballot().votes)
    return replace(
        mine,
        text=mine.text or one.text,
        topic=mine.topic or one.topic,
        kind=mine.kind or one.kind,
        votes={**mine.votes, **one.votes, **stated},
        truth=one.truth if mine.truth is None else mine.truth,
        scores=one.scores | mine.scores,
        agreed=mine.agreed or one.agreed,
    )


def _is_known(part: StoreContent, first: StoreContent) -> bool:
    """Whether the first store has learned all that this one has, and forgot less of it."""
    return part.taught <= first.taught and not part.forgotten() and not part.is_whole()


def _check_twice(parts: Sequence[StoreContent], rest: Sequence[StoreContent]) -> None:
    """Refuse a merge in which questions would count twice."""
    if len(parts) < 2:
        return
    for part in rest:
        if not part.taught:
            raise StoreError(
                f"{part.name}: does not say which questions it learned from, so they might count "
                "twice",
                hint="export it again with this version, or import it into a new store",
            )
        for other in parts:
            twice = len(part.taught & other.taught)
            # What the first store forgot stays forgotten; a whole one teaches it the rest.
            if twice and other is not part and (part is not parts[0] or other in rest):
                raise StoreError(
                    f"{part.name} and {other.name} both learned from {plural(twice, 'question')}, "
                    "which would count twice",
                    hint=f"{part.name} has forgotten a part of what it learned, so it cannot be "
                    "learned again; nothing was merged",
                )


def relearned(learned: Learned, questions: Iterable[Remembered]) -> Learned:
    """Learn all questions at once, with the topics that were found."""
    found = Learned(topics=learned.topics, as_of=learned.as_of)
    _learn(found, questions, {})
    return found


def _learn(
    learned: Learned, questions: Iterable[Remembered], done: Mapping[str, Remembered]
) -> None:
    """Learn from questions what was not learned from them before."""
    nothing = Remembered("", "", "", {}, "")
    left = [(one, done.get(one.id, nothing)) for one in questions]
    learned.learn_agreement([one.ballot() for one, old in left if one.agreed and not old.agreed])
    learned.learn_truth(
        [right for one, old in left if old.truth is None and (right := one.judged())]
    )
    for one, old in left:
        if one.scores and not old.scores:
            learned.learn_scores(one.scores, one.topic)
