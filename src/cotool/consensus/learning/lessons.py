"""What the store learns: from agreement, right answers, scores and feedback; and forgets."""

from __future__ import annotations

from cotool._records import dataclass, field, replace
from cotool._typing import TYPE_CHECKING
from cotool.consensus.extract.right_answers import UNREAD, Misses, read_right
from cotool.consensus.learning.evidence import findings
from cotool.consensus.learning.merging import StoreContent, relearned
from cotool.consensus.learning.remembered import ACCEPTED, Remembered, clean, strange
from cotool.consensus.learning.topics import MOST_TEXTS, find_topics
from cotool.consensus.read.gold import Gold
from cotool.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from cotool.consensus.extract.right_answers import Right
    from cotool.consensus.learning.ballots import Ballot
    from cotool.consensus.learning.learned import Learned
    from cotool.consensus.learning.store import Store, StoreChange

DAY = 86_400.0
# Questions that are learned again because some of them have other answers: this many, or this many
# times as many as have. 100,000 of ten experts take 20 s and 270 MB.
MOST_AGAIN, TIMES_AGAIN = 10_000, 10
# The part of a half-life in judgements that is learned at once. The first of them count up to 16 %
# too much.
PART = 0.25


@dataclass(slots=True)
class Lessons:
    """What a session learned: questions by agreement, by right answers and by scores.

    `again` were learned from before, and so were `extended`, which have other answers now, and
    `replaced`, whose id has another text now.
    `twice` have a right answer and scores: the right answer alone counts.
    `unmatched` are right answers whose question did not appear, `strangers` scores of experts who
    did not answer the question, `misses` right answers that no expert gave or that cannot be read
    as answers. `findings` are sentences on experts whose record is suspect.
    """

    agreement: int = 0
    truths: int = 0
    scores: int = 0
    again: int = 0
    extended: int = 0
    replaced: int = 0
    twice: int = 0
    unmatched: int = 0
    strangers: int = 0
    misses: Misses = field(default_factory=Misses)
    findings: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Learning:
    """How a batch is learned from: with right answers, from agreement alone, or not at all.

    Raises InputError for an invalid half-life.
    """

    learn: bool = False
    gold: Gold = field(default_factory=Gold)
    topic_key: str | None = None
    half_life: str | None = None
    report: Lessons = field(default_factory=Lessons)
    # By question: the right answer as it is read beside the texts of responses, which are not kept.
    rights: dict[str, Right] = field(default_factory=dict, init=False)
    # Names of questions whose answers are numbers on a scale: nothing is learned from them.
    combined: set[str] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        if self.half_life is not None:
            parse_half_life(self.half_life)


def learn(store: Store, questions: Sequence[Remembered], how: Learning) -> Learned:
    """Learn from questions in one transaction; return the state after it.

    A question that was learned from before is not learned from again. Answers of other experts join
    the earlier ones; what was learned of other answers and another right answer is taken back. A
    question with the id of an earlier one and another text replaces it.

    Raises InputError if there are right answers or scores, and none is of these questions.
    """
    _check_matches(questions, how)
    with store.changing() as change:
        if how.half_life is not None:
            change.set("half_life", how.half_life)
        before = change.remembered([one.id for one in questions])
        _find_topics(change, questions)
        give_topics(change.learned, questions)
        latest = [with_earlier(one, before.get(one.id)) for one in _last(questions)]
        how.report.again += sum(
            one.is_taught() and one.votes == before[one.id].votes for one in latest
        )
        unlike = list(strange(_last(questions), before))
        _learn_again(store, change, before, latest, how.report)
        learned = change.learned
        half_life = change.setting("half_life")
        for part in _parts(latest, how.gold, half_life):
            _teach(learned, before, part, how, half_life)
        voted = [one for one in latest if one.ballot().votes]
        for one, said in zip(voted, learned.predict([one.ballot() for one in voted]), strict=True):
            one.said = said.best
        change.remember(latest)
        truths = {one.id: one.truth for one in latest}
        for one in questions:
            one.truth = truths[one.id]
        how.report.findings = [*unlike, *findings(learned)]
    return learned


def _parts(
    questions: Sequence[Remembered], gold: Gold, half_life: str | None
) -> Iterator[Sequence[Remembered]]:
    """Yield the questions in order, so few at once that a half-life hardly divides them."""
    number, unit = parse_half_life(half_life) if half_life else (0.0, "")
    most = max(number * PART, 1.0) if unit == "judgements" else float("inf")
    part: list[Remembered] = []
    judged = 0
    for one in questions:
        is_judged = bool(gold.answer(one.id, one.text) or gold.score(one.id, one.text))
        if judged + is_judged > most:
            yield part
            part, judged = [], 0
        part.append(one)
        judged += is_judged
    yield part


def _teach(
    learned: Learned,
    before: Mapping[str, Remembered],
    questions: Sequence[Remembered],
    how: Learning,
    half_life: str | None,
) -> None:
    """Learn from questions what was not learned from them before."""
    fresh = [one for one in questions if not one.agreed and one.ballot().votes]
    judged = _judged(questions, how)
    scored = _scored(questions, how.gold, judged)
    forget(learned, half_life, len(judged) + len(scored))
    learned.learn_agreement([one.ballot() for one in fresh])
    for one in fresh:
        one.agreed = True
    _take_back(learned, before, judged, scored)
    for one, right in judged:
        one.truth = right
    learned.learn_truth(_lessons(one for one, _ in judged))
    for one, scores in scored:
        learned.learn_scores(scores, one.topic)
        one.scores = dict(scores)
    how.report.twice += sum(
        one.truth is not None and bool(how.gold.score(one.id, one.text)) for one in questions
    )
    how.report.agreement += len(fresh)
    how.report.truths += len(judged)
    how.report.scores += len(scored)


def with_earlier(one: Remembered, old: Remembered | None) -> Remembered:
    """A question with the answers and judgements that were learned from before, unless it differs.

    A new answer of an expert counts instead of an earlier one.
    """
    if old is None or is_another(one, old):
        return replace(one)
    return replace(
        one,
        votes={**one.votes, **old.votes, **one.ballot().votes},
        topic=one.topic or old.topic,
        agreed=old.agreed,
        truth=old.truth,
        scores=old.scores,
    )


def is_another(one: Remembered, old: Remembered) -> bool:
    """Whether two questions of one id differ."""
    return bool(old.text) and old.text != one.text


def _learn_again(
    store: Store,
    change: StoreChange,
    before: dict[str, Remembered],
    latest: Sequence[Remembered],
    report: Lessons,
) -> None:
    """Take back what was learned of replaced questions, and learn those with other answers again.

    `before` then has the other answers, and no replaced question. If the store has forgotten a part
    or remembers too much, agreement stays as it is.
    """
    taught = [(one, old) for one in latest if (old := before.get(one.id)) and old.is_taught()]
    gone = {one.id for one, old in taught if is_another(one, old)}
    other = {one.id: one for one, old in taught if one.id not in gone and one.votes != old.votes}
    report.replaced += len(gone)
    report.extended += len(other)
    if not other and not gone:
        return
    part = StoreContent(store.name, change.learned, reversed(store.questions()))
    few = len(part.questions) <= max(MOST_AGAIN, TIMES_AGAIN * (len(gone) + len(other)))
    if few and part.is_whole():
        kept = [other.get(key, one) for key, one in part.questions.items() if key not in gone]
        change.learned = relearned(change.learned, kept)
    else:
        for key in [*gone, *other]:
            change.learned.learn_truth(_lessons([before[key]]), -1.0)
            change.learned.learn_truth(_lessons([other[key]] if key in other else []))
    before |= {key: replace(one) for key, one in other.items()}
    for key in gone:
        del before[key]


def forget_experts(store: Store, names: Collection[str]) -> None:
    """Forget experts: their records, and their answers to the questions that are remembered.

    What is left is learned again, so it is what the others alone teach. If the store has forgotten
    a part, what was learned of the others stays as it is.
    """
    with store.changing() as change:
        seen = store.questions()[::-1]
        part = StoreContent(store.name, change.learned, seen)
        left = {key: _without(one, names) for key, one in part.questions.items()}
        if part.is_whole():
            change.learned = relearned(change.learned, left.values())
        else:
            for name in names:
                change.learned.drop(name)
        change.replace(change.learned, [left[one.id] for one in seen if left[one.id].votes])


def _without(one: Remembered, names: Collection[str]) -> Remembered:
    votes = {expert: value for expert, value in one.votes.items() if expert not in names}
    scores = {expert: score for expert, score in one.scores.items() if expert not in names}
    return replace(one, votes=votes, scores=scores)


def _check_matches(questions: Sequence[Remembered], how: Learning) -> None:
    """Count right answers and scores that match nothing. Raises InputError if all do."""
    named = (how.gold.answers.keys() | how.gold.scores.keys()) - how.combined
    if not named:
        return
    unmatched = named - {name for one in questions for name in (one.id, one.text)}
    strangers = scored = 0
    for one in _last(questions):
        experts = how.gold.score(one.id, one.text)
        scored += len(experts)
        strangers += sum(expert not in one.votes for expert in experts)
    how.report.unmatched += len(unmatched)
    how.report.strangers += strangers
    if unmatched == named:
        raise InputError(
            "no question has a known right answer; the file has answers to other questions, such "
            f"as {min(named)!r}",
            hint="name questions by id or text",
        )
    if strangers and strangers == scored and not how.gold.answers:
        raise InputError(
            "none of the scored experts answered the question that the score is for",
            hint="names of experts must be those of the answers",
        )


def _find_topics(change: StoreChange, questions: Sequence[Remembered]) -> None:
    """Find topics, if none are known, in the words of these questions and of those seen before."""
    if not change.learned.topics.words:
        texts = [one.text for one in questions if not one.topic]
        change.learned.topics = find_topics([*texts, *change.texts(MOST_TEXTS)])


def give_topics(learned: Learned, questions: Iterable[Remembered]) -> None:
    """Give questions without a topic the found one that their words are nearest to."""
    for one in questions:
        if not one.topic:
            one.topic = learned.topics.of(one.text)


def _last(questions: Sequence[Remembered]) -> list[Remembered]:
    """Return the last of several questions with one id."""
    return list({one.id: one for one in questions}.values())


def _judged(questions: Sequence[Remembered], how: Learning) -> list[tuple[Remembered, str]]:
    """Questions with a right answer that is new."""
    found = []
    for one in _last(questions):
        truths, said = how.gold.answer(one.id, one.text), one.said_texts()
        if not truths:
            continue
        right = how.rights.get(one.id, UNREAD)
        if not right.is_given:
            # Experts of earlier batches may have given it.
            earlier = read_right(truths, one.kind, one.text, said)
            right = earlier if earlier.is_given or not right.values else right
        how.report.misses.add(truths, right, one.kind, one.text or one.id, said)
        if right.values and one.truth != (truth := ACCEPTED.join(map(clean, right.values))):
            found.append((one, truth))
    return found


def _lessons(questions: Iterable[Remembered]) -> list[tuple[Ballot, str]]:
    """The votes on questions with their right answers."""
    return [judged for one in questions if (judged := one.judged())]


def _scored(
    questions: Sequence[Remembered], gold: Gold, judged: Iterable[tuple[Remembered, str]]
) -> list[tuple[Remembered, dict[str, float]]]:
    """Questions with scores that are new, and without a right answer, which says the same."""
    found = []
    known = {one.id for one, _ in judged}
    for one in _last(questions):
        if one.truth is not None or one.id in known:
            continue
        scores = {
            expert: score
            for expert, score in gold.score(one.id, one.text).items()
            if expert in one.votes
        }
        if scores and scores != one.scores:
            found.append((one, scores))
    return found


def _take_back(
    learned: Learned,
    before: Mapping[str, Remembered],
    judged: Iterable[tuple[Remembered, str]],
    scored: Iterable[tuple[Remembered, Mapping[str, float]]],
) -> None:
    """Take back what was learned of the same questions from other right answers or scores."""
    again = [one for one, _ in judged if one.id in before]
    learned.learn_truth(_lessons(before[one.id] for one in again), -1.0)
    for one in [*again, *(one for one, _ in scored if one.id in before)]:
        if old := before[one.id].scores:
            learned.learn_scores(old, before[one.id].topic, -1.0)
            one.scores = {}


def parse_half_life(text: str) -> tuple[float, str]:
    """(number, "days" or "judgements") of a half-life such as ``90d`` or ``500``.

    Raises InputError for anything else.
    """
    body, unit = (text[:-1], "days") if text.endswith("d") else (text, "judgements")
    try:
        number = float(body)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise InputError(
            f"expected days such as 90d, or a number of judgements, got {text!r}",
            parameter="half_life",
        )
    return number, unit


def forget(learned: Learned, half_life: str | None, judgements: int) -> None:
    """Forget as much as the half-life demands since the last lesson."""
    from datetime import UTC, datetime

    now = datetime.now(UTC).timestamp()  # time.time() fails beyond the year 2262
    if half_life is not None and learned.as_of:
        number, unit = parse_half_life(half_life)
        passed = max(now - learned.as_of, 0.0) / DAY if unit == "days" else judgements
        learned.forget(0.5 ** (passed / number))
    learned.as_of = now


def give_feedback(
    store: Store,
    question: str,
    *,
    correct: str | list[str] | None = None,
    best: str | None = None,
    scores: Mapping[str, float] | None = None,
) -> Remembered:
    """Judge a question that the store remembers: its right answers, its best expert, or scores.

    The best expert's answer scores 1, those of the others 0. Returns the question.

    Raises InputError if the question is unknown, if an expert did not answer it, if a right answer
    is given to a question in free text, or scores to one whose right answer is given or known.
    """
    name = store.find(question).id
    gold = Gold()
    with store.changing() as change:
        one = change.remembered([name])[name]
        own = dict(scores or {})
        if best is not None:
            own = {expert: float(expert == best) for expert in one.votes} | own
            own[best] = 1.0
        for expert in own:
            if expert not in one.votes:
                raise InputError(
                    f"{expert!r} did not answer {name!r}",
                    hint=f"who did: {', '.join(sorted(one.votes))}",
                )
        if own and (correct is not None or one.truth is not None):
            raise InputError(
                f"the right answer to {name!r} judges its answers; scores would count them twice",
                hint="give the right answer alone, or the best expert or scores alone",
            )
        if correct is not None:
            if not one.ballot().votes:
                raise InputError(
                    f"{name!r} has free-text answers, so none of them can be right or wrong",
                    hint="give the best expert, or scores",
                )
            gold.answers[name] = correct
        if own:
            gold.scores[name] = own
        _learn_one(change, one, gold)
    return one


def _learn_one(change: StoreChange, one: Remembered, gold: Gold) -> None:
    learned = change.learned
    how = Learning(gold=gold)
    judged = _judged([one], how)
    scored = _scored([one], gold, judged)
    if how.report.misses.unread:
        raise InputError(
            f"the right answer cannot be compared: {how.report.misses.first_unread}",
            hint="nothing was learned",
        )
    forget(learned, change.setting("half_life"), len(judged) + len(scored))
    _take_back(learned, {one.id: one}, judged, scored)
    for _, right in judged:
        one.truth = right
        learned.learn_truth(_lessons([one]))
    for _, scores in scored:
        learned.learn_scores(scores, one.topic)
        one.scores = dict(scores)
    change.remember([one])
