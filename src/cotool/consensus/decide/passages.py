"""Passages as the anchors of their sentences: content words, names, numbers and months."""

from __future__ import annotations

import math
from array import array
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from cotool._fast.text.marks import capitals
from cotool._fast.text.support import IS_NAME, IS_NUMBER, anchors_of, count_anchors
from cotool._fast.text.tokens import intern
from cotool.consensus.decide.anchors import anchors_of_words, number_shown
from cotool.consensus.decide.antonyms import DENYING_PREFIXES, poles_of
from cotool.consensus.decide.normal_forms import all_in_normal_form
from cotool.consensus.extract.vocabulary import is_denied, is_negation

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Weights of an anchor. Names and numbers at 2 or 3 measured within .006 of each other.
NAME_WEIGHT, NUMBER_WEIGHT, WORD_WEIGHT = 2.0, 2.0, 1.0

_WEIGHTS = {0: WORD_WEIGHT, IS_NUMBER: NUMBER_WEIGHT, IS_NAME: NAME_WEIGHT}

# Scripts in which each character is a word begin here.
_FIRST_ALONE = "\u0e00"


# Beside ideographs, hiragana are particles and inflections, which carry nothing, but these pairs
# negate ("ではない", "ません").
_HIRAGANA, _HAN = ("\u3041", "\u309f"), ("\u4e00", "\u9fff")
_DENYING_PAIRS = frozenset(["ない", "せん"])


class Passages:
    """Passages that are compared with one another, as the anchors of their sentences.

    Sentences are numbered through all passages, in order.
    """

    def __init__(self, passages: Sequence[Sequence[str]]) -> None:
        self.first = array("q", accumulate(map(len, passages), initial=0))
        self.strings = [sentence for passage in passages for sentence in passage]
        self._ids, self._starts, words = intern(all_in_normal_form(self.strings))
        self.words = words
        self.anchor_of, self._spelt, kinds = anchors_of_words(words)
        self._written = len(words)  # the words after these are pairs of characters
        if words and max(words) > _FIRST_ALONE and any(map(_alone, words)):
            self._pair_characters()
        self.found = array("i", bytes(4 * len(self._ids)))
        self.bounds = array("q", bytes(8 * len(self._starts)))
        total = anchors_of(self._ids, self._starts, self.anchor_of, self.found, self.bounds)
        del self.found[total:]
        self.kinds = array("B", kinds + bytes(len(self._spelt) - len(kinds)))
        self._mark_names()
        self.weights = array("f", map(_WEIGHTS.__getitem__, self.kinds))
        self._denied: dict[int, int] = {}
        self._opposites: dict[int, frozenset[tuple[int, int]]] = {}
        self._denying: dict[int, bool] = {}

    def _pair_characters(self) -> None:
        """Make pairs of neighbours the anchors of scripts that are written without blanks."""
        single = list(map(_alone, self.words))
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
                    pair = pairs[word, following] = len(self.words)
                    self.words.append(self.words[word] + self.words[following])
                    self.anchor_of.append(len(self._spelt))
                    self._spelt.append(self.words[-1])
                self._ids[n] = pair
        inflects = any(_HAN[0] <= spelt <= _HAN[1] for spelt in self.words)
        for place, spelt in enumerate(self.words):
            negates = place >= len(single) and any(map(is_negation, spelt))
            if negates or (inflects and _inflection(spelt)):
                self.anchor_of[place] = -1

    def _mark_names(self) -> None:
        """Mark as names the words that mostly have a capital within their sentences."""
        place = dict(zip(self.words, self.anchor_of, strict=True))
        capital: dict[int, int] = {}
        written: dict[int, str] = {}
        for word, times in capitals(self.strings).items():
            anchor = place.get(word.casefold(), -1)
            if anchor >= 0:
                capital[anchor] = capital.get(anchor, 0) + times
                written.setdefault(anchor, word)
        counts = count_anchors(self._ids, self._starts, self.anchor_of, len(self._spelt))
        for anchor, times in capital.items():
            if 2 * times > counts[anchor] and not self.kinds[anchor]:
                self.kinds[anchor] = IS_NAME
                self._spelt[anchor] = written[anchor]

    def anchors(self, sentence: int) -> array[int]:
        """Return the distinct anchors of a sentence, in order."""
        return self.found[self.bounds[sentence] : self.bounds[sentence + 1]]

    def values(self, sentence: int) -> tuple[str, ...]:
        """Return the names and numbers of a sentence, as they are shown."""
        return tuple(self.shown(a) for a in self.anchors(sentence) if self.kinds[a])

    def shown(self, anchor: int) -> str:
        """Return a word that has the anchor; a name as it is written first."""
        word = self._spelt[anchor]
        return number_shown(word) if self.kinds[anchor] == IS_NUMBER else word.removesuffix("'s")

    def kind_of(self, anchor: int) -> str:
        """Return what kind of value an anchor is: a name, a month, a year, another number."""
        shown = self.shown(anchor)
        if self.kinds[anchor] == IS_NAME:
            return "name"
        if self.kinds[anchor] != IS_NUMBER:
            return "word"
        if not shown[0].isdigit():
            return "month"
        return "year" if len(shown) == 4 and shown.isdigit() else "number"

    def denies(self, sentence: int) -> int:
        """Return 1 if a sentence denies something, 0 if its negations undo each other."""
        if sentence not in self._denied:
            negations = (self.words[word] for word in self.said(sentence) if self.negates(word))
            self._denied[sentence] = int(is_denied(negations))
        return self._denied[sentence]

    def negates(self, word: int) -> bool:
        """Return whether a word negates; a pair of characters, whether it or its first does."""
        written = self.words[word]
        return is_negation(written) or (
            word >= self._written and (is_negation(written[0]) or written in _DENYING_PAIRS)
        )

    def opposites(self, sentence: int) -> frozenset[tuple[int, int]]:
        """Return the sides of pairs of opposites that deny a word of a sentence."""
        if sentence not in self._opposites:
            self._opposites[sentence] = frozenset(
                (pair, 1 - side)
                for word in self.said(sentence)
                for pair, side in poles_of(self.words[word])
            )
        return self._opposites[sentence]

    def denying(self, sentence: int) -> bool:
        """Return whether a content word of a sentence has a prefix that may deny."""
        if sentence not in self._denying:
            self._denying[sentence] = any(
                self.anchor_of[word] >= 0 and self.words[word].startswith(DENYING_PREFIXES)
                for word in self.said(sentence)
            )
        return self._denying[sentence]

    def having(self, passage: int) -> dict[int, int]:
        """Return in how many other passages each anchor of a passage occurs."""
        texts = [
            self.found[self.bounds[first] : self.bounds[last]]
            for first, last in pairwise(self.first)
        ]
        wanted = set(texts.pop(passage))
        having = dict.fromkeys(wanted, 0)
        for text in texts:
            for anchor in wanted.intersection(text):
                having[anchor] += 1
        return having

    def said(self, sentence: int) -> array[int]:
        """Return the words of a sentence by their numbers."""
        return self._ids[self._starts[sentence] : self._starts[sentence + 1]]

    def weight_of(self, anchors: Iterable[int]) -> float:
        """Return the sum of the weights of anchors."""
        return math.fsum(self.weights[anchor] for anchor in anchors)


def _alone(word: str) -> bool:
    """Return whether a word is a character of a script in which each character is a word."""
    return len(word) == 1 and word > _FIRST_ALONE


def _inflection(word: str) -> bool:
    """Return whether a word or a pair is of hiragana alone."""
    return all(_HIRAGANA[0] <= character <= _HIRAGANA[1] for character in word)
