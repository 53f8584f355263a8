"""Statements that texts support, that they contradict, and that nobody else mentions.

What carries a statement are its anchors: content words, names, numbers, months. A text supports a
statement to the extent that it says its anchors together, in one sentence or in neighbours; numbers
and names weigh most. A passage whose other statements nobody supports, and texts that do not agree
with one another, make a statement doubtful, too.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from cotool._fast.text.support import IS_NUMBER, weigh_statements
from cotool.consensus.decide.contradictions import (
    OPPOSITE,
    SAME_FRAME,
    conflicting_values,
    denies_said,
    opposed,
    opposite_words,
)
from cotool.consensus.decide.passages import Passages
from cotool.consensus.extract.sentences import split_statements
from cotool.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

# The doubt of a statement is JOINT, COVER and NAMES times what the three figures of the kernel
# lack, PASSAGE of it replaced by the mean of the passage, and AGREE for each of the two figures of
# how far the texts agree. Chosen by a coarse grid on 119 of the 238 passages of Manakul et al.,
# EMNLP 2023: areas .924 NonFact, .563 NonFact*, .674 Factual, Pearson .770; with CONTRADICTED .926,
# .561, .678, .773. Chosen on one half of these and measured on the other, six times, a grid of 81
# came out at .923, .559, .678, .770 on average; the values here at .924, .568, .677, .774 on the
# same halves.
JOINT, COVER, NAMES, AGREE, PASSAGE = 1.0, 0.8, 0.3, 0.5, 0.25

# The best coverage counts by this factor where the text has another value in the same place. At
# 0.7, 0.8, 0.9 and 1 areas are .905, .904, .904, .902 NonFact and .528, .531, .534, .537 NonFact*
# on one half of these passages, .946, .946, .946, .945 and .624, .626, .626, .628 on the other.
CONTRADICTED = 0.8

# A text supports a statement if a sentence and the next one cover this much of its anchors.
SUPPORTS = 0.6

# Cells of statements by texts for one call of the kernel.
_CHUNK = 1 << 20


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
    judged = judge(passages, 0, num_threads)
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

    `supporters` and `contradicting` map a passage to the sentence that says so, or says otherwise;
    the supporters in `lacking` leave out one of the names; `denied` counts who says the opposite in
    the same words, so that the figures do not show it. `conflicts` maps a value and another one
    in its place to the passages that have the other.
    """

    support: float = 0.0
    supporters: dict[int, int] = field(default_factory=dict)
    contradicting: dict[int, int] = field(default_factory=dict)
    lacking: set[int] = field(default_factory=set)
    denied: int = 0
    conflicts: dict[tuple[str, str], list[int]] = field(default_factory=dict)


def judge(passages: Passages, passage: int, num_threads: int | None) -> list[Judged]:
    """Return for each sentence of a passage what the others say about it."""
    first, last = passages.first[passage : passage + 2]
    if first == last:
        return []
    cut, end = passages.bounds[first], passages.bounds[last]
    anchors = passages.found[:cut] + passages.found[end:]
    starts = passages.bounds[:first] + array("q", [at - end + cut for at in passages.bounds[last:]])
    texts = passages.first[:passage]
    texts += array("q", [at - last + first for at in passages.first[passage + 1 :]])
    count = len(texts) - 1
    figures: array[float] = array("d")
    judged = []
    agreed = (0.0, 0.0)
    step = max(1, _CHUNK // count)
    for begin in range(first, last, step):
        stop = min(last, begin + step)
        base = passages.bounds[begin]
        found = array("d", bytes(24 * (stop - begin)))
        covers = array("f", bytes(4 * (stop - begin) * count))
        places = array("i", bytes(4 * (stop - begin) * count))
        alone, nearest = covers[:], places[:]
        agreed = weigh_statements(
            passages.found[base : passages.bounds[stop]],
            array("q", [at - base for at in passages.bounds[begin : stop + 1]]),
            anchors, starts, texts, passages.weights, passages.kinds,
            found, covers, places, alone, nearest, num_threads,
        )  # fmt: skip
        for n in range(stop - begin):
            row = slice(n * count, (n + 1) * count)
            best = zip(covers[row], places[row], nearest[row], strict=True)
            one = _judged(passages, begin + n, passage, best)
            if one.contradicting:
                found[3 * n + 1] = max(
                    cover * (CONTRADICTED if _other(text, passage) in one.contradicting else 1)
                    for text, cover in enumerate(alone[row])
                )
            judged.append(one)
        figures += found
    for one, support in zip(judged, _supports(figures, agreed, count), strict=True):
        one.support = support * (1 + len(one.supporters)) / (1 + len(one.supporters) + one.denied)
    return judged


def _other(text: int, passage: int) -> int:
    """Return the number of a passage by its place among the others."""
    return text if text < passage else text + 1


def _judged(
    passages: Passages, n: int, passage: int, best: Iterable[tuple[float, int, int]]
) -> Judged:
    """Return who supports a sentence, who contradicts it, and the values in conflict.

    `best` is of each other passage: the coverage by two sentences, the first of these, the one that
    covers most alone.
    """
    kinds = passages.kinds
    values = {anchor for anchor in passages.anchors(n) if kinds[anchor]}
    first, last = passages.first[passage : passage + 2]
    judged = Judged()
    for text, (cover, place, nearest) in enumerate(best):
        if cover < SAME_FRAME / 2:
            continue
        other = _other(text, passage)
        behind = last - first if other > passage else 0
        stop = min(place + behind + 2, passages.first[other + 1])
        missing = values.difference(
            passages.found[passages.bounds[place + behind] : passages.bounds[stop]]
        )
        sentence = nearest + behind
        if missing and (found := conflicting_values(passages, n, passage, sentence, missing)):
            for pair in found:
                judged.conflicts.setdefault(pair, []).append(other)
            judged.contradicting[other] = sentence
        elif not missing and cover >= OPPOSITE and opposed(passages, n, sentence):
            judged.contradicting[other] = sentence
            judged.denied += 1
        elif cover >= SAME_FRAME and (found := opposite_words(passages, n, sentence)):
            for pair in found:
                judged.conflicts.setdefault(pair, []).append(other)
            judged.contradicting[other] = sentence
            judged.denied += 1
        elif (
            cover >= SUPPORTS
            and not any(kinds[anchor] == IS_NUMBER for anchor in missing)
            and not denies_said(passages, n, sentence)
        ):
            judged.supporters[other] = sentence
            if missing:
                judged.lacking.add(other)
    return judged


def _supports(figures: array[float], agreed: tuple[float, float], texts: int) -> Iterable[float]:
    """Return the support of each statement of a passage from the kernel's figures."""
    doubts = [
        JOINT * (1 - figures[n]) + COVER * (1 - figures[n + 1]) + NAMES * (1 - figures[n + 2])
        for n in range(0, len(figures), 3)
    ]
    mean = sum(doubts) / len(doubts)
    context, most = 0.0, JOINT + COVER + NAMES
    if texts > 1:
        context = AGREE * (2 - sum(agreed))
        most += 2 * AGREE
    for doubt in doubts:
        rest = ((1 - PASSAGE) * doubt + PASSAGE * mean + context) / most
        yield min(1.0, max(0.0, 1 - rest))
