"""Finds which statements other texts support, contradict or do not mention.

Statements are compared by their anchors: content words, names, numbers, months. A text supports a
statement to the extent that it has the anchors together, in one sentence or in neighbouring ones;
numbers and names weigh most. A statement is also doubtful if nobody supports the other statements
of its passage, or if the texts disagree in general.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise
from operator import itemgetter

from cotool._fast.text.support import SAYS_LESS, SAYS_NOT, SAYS_OTHERWISE, SAYS_SO
from cotool._records import NamedTuple, dataclass, field
from cotool._typing import TYPE_CHECKING
from cotool.consensus.decide.passages import Passages
from cotool.consensus.extract.statements import split_statements
from cotool.errors import InputError

if TYPE_CHECKING:
    from array import array

# The doubt of a statement is the sum of JOINT, COVER and NAMES times what the three figures of the
# kernel lack, and of AGREE times each of the two figures of how far the texts disagree. The share
# PASSAGE of it is replaced by the mean of the passage.
# Data: 119 of the 238 passages of Manakul et al., EMNLP 2023: areas NonFact, NonFact*, Factual, and
# Pearson: .932, .582, .688, .774.
# Chosen: of 15 values of NAMES and of how fast names add up, on one half of these passages.
# Held out: the other half, mean of twelve splits: .931, .574, .683, .768; with the mean share of a
# statement's names instead of their sum: .926, .561, .674, .770.
JOINT, COVER, NAMES, AGREE, PASSAGE = 1.0, 0.8, 0.4, 0.5, 0.25


class Conflict(NamedTuple):
    """Another value in the place of one of a statement's values."""

    value: str
    other: str
    texts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StatementSupport:
    """How far other texts say what a statement says.

    `support` is 0 (nobody says so) to 1; `supporters` and `contradicting` are places in the texts;
    `anchors` maps what carries the statement to the number of texts that have it; `conflicts` are
    other values in the same place.
    """

    support: float
    supporters: tuple[int, ...]
    contradicting: tuple[int, ...]
    anchors: dict[str, int] = field(default_factory=dict)
    conflicts: tuple[Conflict, ...] = ()


def statement_support(
    statements: Iterable[str], texts: Iterable[str], *, num_threads: int | None = None
) -> tuple[StatementSupport, ...]:
    """Return for each statement of a passage how far `texts` support it.

    The statements are taken as those of one text, in order; `texts` are the others' answers to the
    same question, at least one. Raises InputError if there is none, TypeError for other objects
    than strings.
    """
    asked, others = list(statements), list(texts)
    for name, given in (("statements", asked), ("texts", others)):
        for n, text in enumerate(given):
            if not isinstance(text, str):
                raise TypeError(f"{name}[{n}] is not a str but {type(text).__name__}")
    if not others:
        raise InputError("there is no text to compare with", parameter="texts")
    passages = Passages(
        [asked, *([text[start:end] for start, end in split_statements(text)] for text in others)]
    )
    judged = judge(passages, 1, num_threads)
    having = passages.having(0)
    return tuple(
        StatementSupport(
            one.support,
            tuple(other - 1 for other in one.supporters),
            tuple(other - 1 for other in one.contradicting),
            {passages.shown(anchor): having[anchor] for anchor in passages.anchors(n)},
            tuple(
                Conflict(value, other, tuple(text - 1 for text in texts))
                for (value, other), texts in one.conflicts.items()
            ),
        )
        for n, one in enumerate(judged)
    )


@dataclass(slots=True)
class Judged:
    """What the other passages say about a sentence; passages and sentences by their numbers.

    `supporters` and `contradicting` map a passage to the sentence that supports or contradicts it;
    the supporters in `lacking` leave out one of the names; `denied` counts the passages that say
    the opposite in the same words, which the figures do not show; `denies` maps a passage to
    whether it is this sentence that denies. `conflicts` maps a value and another one in its place
    to the passages that have the other.
    """

    support: float
    supporters: dict[int, int] = field(default_factory=dict)
    contradicting: dict[int, int] = field(default_factory=dict)
    lacking: set[int] = field(default_factory=set)
    denied: int = 0
    denies: dict[int, bool] = field(default_factory=dict)
    conflicts: dict[tuple[str, str], list[int]] = field(default_factory=dict)


def judge(passages: Passages, count: int, num_threads: int | None) -> list[Judged]:
    """Return for each sentence of the first `count` passages what the others say about it."""
    figures, agreed, records = passages.judged(count, num_threads)
    supports: list[float] = []
    for passage, (first, last) in enumerate(pairwise(passages.first[: count + 1])):
        agreement = agreed[2 * passage] + agreed[2 * passage + 1]
        others = len(passages.first) - 2
        supports += _supports(figures[3 * first : 3 * last], agreement, others)
    judged = list(map(Judged, supports))
    fields = iter(records)
    rows = zip(*[fields] * 6, strict=True)
    for (n, passage, sentence, what), pairs in groupby(rows, itemgetter(0, 1, 2, 3)):
        one = judged[n]
        if what in (SAYS_SO, SAYS_LESS):
            one.supporters[passage] = sentence
            if what == SAYS_LESS:
                one.lacking.add(passage)
            continue
        one.contradicting[passage] = sentence
        found = [pair[4:] for pair in pairs]
        if what == SAYS_OTHERWISE:
            shown = _shown(passages, n, sentence, found)
        else:
            one.denied += 1
            shown = []
            if what == SAYS_NOT:
                one.denies[passage] = found[0][0] == 1
            else:
                shown = [(passages.words[word], passages.words[other]) for word, other in found]
        for pair in shown:
            one.conflicts.setdefault(pair, []).append(passage)
    for one in judged:
        if one.denied:
            count = 1 + len(one.supporters)
            one.support *= count / (count + one.denied)
    return judged


def _shown(
    passages: Passages, n: int, sentence: int, pairs: Iterable[tuple[int, ...]]
) -> list[tuple[str, str]]:
    """Return values and the others in their place as they are shown, a whole name as one."""
    found: list[tuple[str, str]] = []
    last = (-1, -1)
    for value, other in pairs:
        shown = passages.shown(value), passages.shown(other)
        if (
            found
            and passages.in_a_row(n, last[0], value)
            and passages.in_a_row(sentence, last[1], other)
        ):
            shown = f"{found[-1][0]} {shown[0]}", f"{found.pop()[1]} {shown[1]}"
        found.append(shown)
        last = value, other
    return found


def _supports(figures: array[float], agreement: float, others: int) -> Iterator[float]:
    """Yield the support of each statement of a passage from the kernel's figures.

    It is 0 where no text has an anchor of the statement.
    """
    doubts = [
        JOINT * (1 - figures[n]) + COVER * (1 - figures[n + 1]) + NAMES * (1 - figures[n + 2])
        for n in range(0, len(figures), 3)
    ]
    context, most = 0.0, JOINT + COVER + NAMES
    if others > 1:
        context = AGREE * (2 - agreement)
        most += 2 * AGREE
    if doubts:
        context += PASSAGE * sum(doubts) / len(doubts)
    for doubt, cover in zip(doubts, figures[1::3], strict=True):
        support = 1 - ((1 - PASSAGE) * doubt + context) / most
        yield min(1.0, max(0.0, support)) if cover else 0.0
