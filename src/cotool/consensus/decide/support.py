"""Statements that texts support, that they contradict, and that nobody else mentions.

What carries a statement are its anchors: content words, names, numbers, months. A text supports a
statement to the extent that it says its anchors together, in one sentence or in neighbours; numbers
and names weigh most. A passage whose other statements nobody supports, and texts that do not agree
with one another, make a statement doubtful, too.
"""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, NamedTuple

from cotool._fast.text.support import (
    IS_NAME,
    IS_NUMBER,
    anchors_of,
    count_anchors,
    weigh_statements,
)
from cotool._fast.text.tokens import intern
from cotool._lazy import lazy_pattern
from cotool.consensus.decide.anchors import anchors_of_words, with_spelled_dates
from cotool.consensus.extract.sentences import split_statements
from cotool.consensus.extract.vocabulary import is_negation
from cotool.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# The doubt of a statement is JOINT, COVER and NAMES times what the three figures of the kernel
# lack, PASSAGE of it replaced by the mean of the passage, and AGREE for each of the two figures of
# how far the texts agree. Chosen by a coarse grid on 119 of the 238 passages of Manakul et al.,
# EMNLP 2023: areas .924 NonFact, .562 NonFact*, .673 Factual, Pearson .771. Chosen on one half of
# these and measured on the other, six times, a grid of 81 came out at .923, .559, .678, .770 on
# average; the values here at .924, .568, .677, .774 on the same halves.
JOINT, COVER, NAMES, AGREE, PASSAGE = 1.0, 0.8, 0.3, 0.5, 0.25

# Weights of an anchor. Names and numbers at 2 or 3 measured within .006 of each other.
NAME_WEIGHT, NUMBER_WEIGHT, WORD_WEIGHT = 2.0, 2.0, 1.0

# A text supports a statement from this coverage of its anchors on, by a sentence and the next; it
# may contradict the statement where so much of the rest of it stands in one sentence.
SUPPORTS = 0.6

SAME_FRAME = 0.55

OPPOSITE = 0.75

# Two sentences that contradict each other share so much of the other one, too; sentences of few
# shared anchors share most of it.
SAME_TOPIC = 0.4

ENOUGH_SHARED = 3

_CHUNK = 1 << 20  # cells of statements by texts for one call of the kernel

_WEIGHTS = {0: WORD_WEIGHT, IS_NUMBER: NUMBER_WEIGHT, IS_NAME: NAME_WEIGHT}

# Scripts of which each character is a word begin here.
_FIRST_ALONE = "\u0e00"

# A capital letter behind a word: a name, or in German a noun.
_CAPITAL = lazy_pattern(r" (?<=[\w,;)] )([^\W\d_a-zß-öø-ÿ]\w*)")


class Conflict(NamedTuple):
    """Another value that stands in the place of one of a statement's values."""

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
    same question, at least one. Raises InputError where there is none, TypeError for other objects
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
    judged = passages.judge(0, num_threads)
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
    the supporters in `lacking` leave out one of the names. `conflicts` maps a value and another one
    in its place to the passages that have the other.
    """

    support: float = 0.0
    supporters: dict[int, int] = field(default_factory=dict)
    contradicting: dict[int, int] = field(default_factory=dict)
    lacking: set[int] = field(default_factory=set)
    conflicts: dict[tuple[str, str], list[int]] = field(default_factory=dict)


class Passages:
    """Passages that are compared with one another, as the anchors of their sentences.

    Sentences are numbered through all passages, in order.
    """

    def __init__(self, passages: Sequence[Sequence[str]]) -> None:
        self.first = array("q", accumulate(map(len, passages), initial=0))
        self._strings = [sentence for passage in passages for sentence in passage]
        self._ids, self._starts, words = intern(map(with_spelled_dates, self._strings))
        self._words = words
        self._anchor_of, self._shown, kinds = anchors_of_words(words)
        if any(len(word) == 1 and word > _FIRST_ALONE for word in words):
            self._pair_characters()
        self._found = array("i", bytes(4 * len(self._ids)))
        self._bounds = array("q", bytes(8 * len(self._starts)))
        total = anchors_of(self._ids, self._starts, self._anchor_of, self._found, self._bounds)
        del self._found[total:]
        self._kinds = array("B", kinds + bytes(len(self._shown) - len(kinds)))
        self._mark_names()
        self._weights = array("f", [_WEIGHTS[kind] for kind in self._kinds])
        self._denied: dict[int, int] = {}

    def judge(self, passage: int, num_threads: int | None) -> list[Judged]:
        """Return for each sentence of a passage what the others say about it."""
        first, last = self.first[passage : passage + 2]
        if first == last:
            return []
        cut, end = self._bounds[first], self._bounds[last]
        anchors = self._found[:cut] + self._found[end:]
        starts = self._bounds[:first] + array("q", [at - end + cut for at in self._bounds[last:]])
        texts = self.first[:passage]
        texts += array("q", [at - last + first for at in self.first[passage + 1 :]])
        count = len(texts) - 1
        figures: array[float] = array("d")
        judged = []
        agreed = (0.0, 0.0)
        step = max(1, _CHUNK // count)
        for begin in range(first, last, step):
            stop = min(last, begin + step)
            base = self._bounds[begin]
            found = array("d", bytes(24 * (stop - begin)))
            covers = array("f", bytes(4 * (stop - begin) * count))
            places = array("i", bytes(4 * (stop - begin) * count))
            agreed = weigh_statements(
                self._found[base : self._bounds[stop]],
                array("q", [at - base for at in self._bounds[begin : stop + 1]]),
                anchors, starts, texts, self._weights, self._kinds,
                found, covers, places, num_threads,
            )  # fmt: skip
            figures += found
            for n in range(stop - begin):
                row = slice(n * count, (n + 1) * count)
                judged.append(self._judged(begin + n, passage, covers[row], places[row]))
        for one, support in zip(judged, _supports(figures, agreed, count), strict=True):
            one.support = support
        return judged

    def values(self, sentence: int) -> tuple[str, ...]:
        """Return the names and numbers of a sentence, folded."""
        return tuple(self._shown[a] for a in self.anchors(sentence) if self._kinds[a])

    def shown(self, anchor: int) -> str:
        """Return a word that has the anchor."""
        return self._shown[anchor]

    def _pair_characters(self) -> None:
        """Make pairs of neighbours the anchors of scripts that are written without blanks."""
        single = [len(word) == 1 and word > _FIRST_ALONE for word in self._words]
        pairs: dict[tuple[int, int], int] = {}
        for start, end in pairwise(self._starts):
            for n in range(start, end):
                word = self._ids[n]
                if word >= len(single) or not single[word] or n + 1 >= end:
                    continue
                if not single[following := self._ids[n + 1]]:
                    continue
                pair = pairs.get((word, following))
                if pair is None:
                    pair = pairs[word, following] = len(self._words)
                    self._words.append(self._words[word] + self._words[following])
                    self._anchor_of.append(len(self._shown))
                    self._shown.append(self._words[-1])
                self._ids[n] = pair

    def _mark_names(self) -> None:
        """Mark as names the words that mostly have a capital within their sentences."""
        place = {word: n for n, word in enumerate(self._words)}
        capital: dict[int, int] = {}
        for word in _CAPITAL.findall("\n".join(self._strings)):
            n = place.get(word.casefold())
            if n is not None and (anchor := self._anchor_of[n]) >= 0:
                capital[anchor] = capital.get(anchor, 0) + 1
        counts = count_anchors(self._ids, self._starts, self._anchor_of, len(self._shown))
        for anchor, times in capital.items():
            if 2 * times > counts[anchor] and not self._kinds[anchor]:
                self._kinds[anchor] = IS_NAME

    def anchors(self, sentence: int) -> array[int]:
        """Return the distinct anchors of a sentence, in order."""
        return self._found[self._bounds[sentence] : self._bounds[sentence + 1]]

    def denies(self, sentence: int) -> int:
        """Return 1 where an odd number of words of a sentence negate."""
        if sentence not in self._denied:
            said = self._said(sentence)
            self._denied[sentence] = sum(is_negation(self._words[word]) for word in said) % 2
        return self._denied[sentence]

    def having(self, passage: int) -> dict[int, int]:
        """Return in how many other passages each anchor of a passage stands."""
        texts = [
            self._found[self._bounds[first] : self._bounds[last]]
            for first, last in pairwise(self.first)
        ]
        wanted = set(texts.pop(passage))
        having = dict.fromkeys(wanted, 0)
        for text in texts:
            for anchor in wanted.intersection(text):
                having[anchor] += 1
        return having

    def _said(self, sentence: int) -> array[int]:
        return self._ids[self._starts[sentence] : self._starts[sentence + 1]]

    def _judged(self, n: int, passage: int, covers: array[float], places: array[int]) -> Judged:
        """Return who supports a sentence, who contradicts it, and the values in conflict."""
        kinds = self._kinds
        values = {anchor for anchor in self.anchors(n) if kinds[anchor]}
        first, last = self.first[passage : passage + 2]
        judged = Judged()
        for text, cover in enumerate(covers):
            if cover < SAME_FRAME / 2:
                continue
            other = text if text < passage else text + 1
            sentence = places[text] if other < passage else places[text] + last - first
            stop = min(sentence + 2, self.first[other + 1])
            missing = values.difference(self._found[self._bounds[sentence] : self._bounds[stop]])
            if missing and (found := self._conflicts(n, passage, sentence, missing)):
                for pair in found:
                    judged.conflicts.setdefault(pair, []).append(other)
                judged.contradicting[other] = sentence
            elif not missing and cover >= OPPOSITE and self._opposed(n, sentence):
                judged.contradicting[other] = sentence
            elif cover >= SUPPORTS and not any(kinds[anchor] == IS_NUMBER for anchor in missing):
                judged.supporters[other] = sentence
                if missing:
                    judged.lacking.add(other)
        return judged

    def _opposed(self, n: int, sentence: int) -> bool:
        """Tell whether one of two sentences denies what the other affirms.

        "Nothing is lost by waiting" denies nothing about waiting: what follows the negation, or
        what stands before it at the end, must be in the other sentence, too.
        """
        if self.denies(n) == self.denies(sentence):
            return False
        own, there = set(self.anchors(n)), set(self.anchors(sentence))
        same = self._weight(own & there)
        back = self._weight(there)
        if same < OPPOSITE * self._weight(own) or same < SAME_TOPIC * back:
            return False
        if len(own & there) < ENOUGH_SHARED and same < OPPOSITE * back:
            return False
        denying = n if self.denies(n) else sentence
        return self._denied_anchors(denying) <= (there if denying == n else own)

    def _weight(self, anchors: Iterable[int]) -> float:
        return math.fsum(self._weights[anchor] for anchor in anchors)

    def _denied_anchors(self, sentence: int) -> set[int]:
        """Return the anchor behind each negation, or before it where none is behind."""
        found = set()
        before, open_negation = -1, False
        for word in self._said(sentence):
            if is_negation(self._words[word]):
                open_negation = True
            elif (anchor := self._anchor_of[word]) >= 0:
                if open_negation:
                    found.add(anchor)
                before, open_negation = anchor, False
        if open_negation and before >= 0:
            found.add(before)
        return found

    def _conflicts(
        self, n: int, passage: int, sentence: int, missing: set[int]
    ) -> list[tuple[str, str]]:
        """Return pairs of a missing value and the one other value in its place."""
        own, there = set(self.anchors(n)), set(self.anchors(sentence))
        shared, foreign = own & there, there - own
        same = self._weight(shared)
        if not same:
            return []
        found = []
        for value in missing:
            kind = self._kind(value)
            named = kind == "name"
            others = (
                self._names_beside(n, value, sentence, foreign)
                if named
                else [other for other in foreign if self._kind(other) == kind]
            )
            if len(others) != 1:
                continue
            # A date may differ in all its numbers; another name beside is another subject.
            numbers = IS_NUMBER if not named else -1
            rest = own - {value} - {a for a in missing if self._kinds[a] == numbers}
            back = there - {others[0]} - {a for a in foreign if self._kinds[a] == numbers}
            least = OPPOSITE if named else SAME_FRAME
            if (
                same >= least * self._weight(rest)
                and same >= SAME_TOPIC * self._weight(back)
                and not self._also_says(passage, others[0], shared)
            ):
                found.append((self._shown[value], self._shown[others[0]]))
        return sorted(found)

    def _also_says(self, passage: int, other: int, shared: set[int]) -> bool:
        """Tell whether a passage says the other value of the same things, too: "verse 1, 2, 3"."""
        least = SAME_FRAME * self._weight(shared)
        for sentence in range(self.first[passage], self.first[passage + 1]):
            there = self.anchors(sentence)
            if other in there and self._weight(shared.intersection(there)) >= least:
                return True
        return False

    def _names_beside(self, n: int, value: int, sentence: int, foreign: set[int]) -> list[int]:
        """Return names of a sentence that stand beside a word that stands beside the value, too."""
        before, behind = set(), set()
        said = self._said(n)
        for k, word in enumerate(said):
            if self._anchor_of[word] == value:
                before.add(said[k - 1] if k else -1)
                behind.add(said[k + 1] if k + 1 < len(said) else -1)
        capitals = {word.casefold() for word in _CAPITAL.findall(self._strings[sentence])}
        said = self._said(sentence)
        return list(
            dict.fromkeys(
                self._anchor_of[word]
                for k, word in enumerate(said)
                if self._anchor_of[word] in foreign
                and self._words[word] in capitals
                and (
                    (said[k - 1] if k else -1) in before
                    or (said[k + 1] if k + 1 < len(said) else -1) in behind
                )
            )
        )

    def _kind(self, anchor: int) -> str:
        """Return what kind of value an anchor is: a name, a month, a year, another number."""
        shown = self._shown[anchor]
        if self._kinds[anchor] == IS_NAME:
            return "name"
        if self._kinds[anchor] != IS_NUMBER:
            return "word"
        if not shown[0].isdigit():
            return "month"
        return "year" if len(shown) == 4 and shown.isdigit() else "number"


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
