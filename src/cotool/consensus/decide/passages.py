"""Passages as the anchors of their sentences: content words, names, numbers and months."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate, chain, pairwise

from cotool._fast.text import anchors as kernels
from cotool._fast.text.marks import capitals
from cotool._fast.text.support import judge_sentences
from cotool._fast.text.tokens import intern
from cotool.consensus.decide.anchors import number_shown
from cotool.consensus.decide.normal_forms import in_normal_form
from cotool.consensus.decide.word_facts import contrary_pairs, facts_of, plain_number_of
from cotool.consensus.extract.vocabulary import is_negation

# Weights of an anchor. Names and numbers at 2 or 3 measured within .006 of each other.
NAME_WEIGHT, NUMBER_WEIGHT, WORD_WEIGHT = 2.0, 2.0, 1.0

_NUMBERS = (kernels.IS_NUMBER, kernels.IS_MONTH, kernels.IS_YEAR, kernels.IS_CODE)
_WEIGHTS = {0: WORD_WEIGHT, kernels.IS_NAME: NAME_WEIGHT, **dict.fromkeys(_NUMBERS, NUMBER_WEIGHT)}

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
        self.tokens, self.begins, self.words = intern(list(map(in_normal_form, self.strings)))
        facts = facts_of(self.words)
        anchors = [one.anchor for one in facts]
        places = {
            anchor: place for place, anchor in enumerate(filter(None, dict.fromkeys(anchors)))
        }
        first = dict(zip(reversed(anchors), range(len(anchors) - 1, -1, -1), strict=True))
        self._spelt = [self.words[first[anchor]] for anchor in places]
        kinds = bytes([facts[first[anchor]].kind for anchor in places])
        places[""] = -1
        self.anchor_of = array("i", map(places.__getitem__, anchors))
        self.negations = array("B", [one.negation for one in facts])
        self.contraries = array("i", chain.from_iterable(contrary_pairs(self.words, facts)))
        if self.words and max(self.words) > _FIRST_ALONE and any(map(_alone, self.words)):
            self._pair_characters()
        self.kinds = array("B", kinds + bytes(len(self._spelt) - len(kinds)))
        self._mark_names()
        self.found = array("i", bytes(4 * len(self.tokens)))
        self.bounds = array("q", bytes(8 * len(self.begins)))
        total = kernels.anchors_of(
            self.tokens, self.begins, self.anchor_of, self.found, self.bounds
        )
        del self.found[total:]
        self.weights = array("f", map(_WEIGHTS.__getitem__, self.kinds))
        self._shown: dict[int, str] = {}

    def _pair_characters(self) -> None:
        """Make pairs of neighbours the anchors of scripts that are written without spaces."""
        single = list(map(_alone, self.words))
        pairs: dict[tuple[int, int], int] = {}
        for start, end in pairwise(self.begins):
            for n in range(start, end):
                word = self.tokens[n]
                if word >= len(single) or not single[word] or n + 1 >= end:
                    continue
                if not single[following := self.tokens[n + 1]]:
                    continue
                pair = pairs.get((word, following))
                if pair is None:
                    pair = pairs[word, following] = len(self.words)
                    self.words.append(self.words[word] + self.words[following])
                    self.anchor_of.append(len(self._spelt))
                    self._spelt.append(self.words[-1])
                self.tokens[n] = pair
        inflects = any(_HAN[0] <= spelt <= _HAN[1] for spelt in self.words)
        for place, spelt in enumerate(self.words):
            pair = place >= len(single)
            negates = pair and any(map(is_negation, spelt))
            if negates or (inflects and _inflection(spelt)):
                self.anchor_of[place] = -1
            if pair:
                denies = is_negation(spelt[0]) or spelt in _DENYING_PAIRS
                self.negations.append(kernels.NEGATES_ALONE if denies else 0)

    def _mark_names(self) -> None:
        """Mark as names the words that mostly have a capital within their sentences."""
        place = {word: n for n, word in enumerate(self.words)}
        written, found, self.capitals_begin = capitals(self.strings)
        words = [place.get(word.casefold(), -1) for word in written]
        self.capitals = array("i", map(words.__getitem__, found))
        anchors = [self.anchor_of[word] if word >= 0 else -1 for word in words]
        capital: dict[int, int] = {}
        first: dict[int, str] = {}
        for n, times in Counter(found).items():
            capital[anchors[n]] = capital.get(anchors[n], 0) + times
            first.setdefault(anchors[n], written[n])
        capital.pop(-1, None)
        counts = kernels.count_anchors(self.tokens, self.begins, self.anchor_of, len(self._spelt))
        for anchor, times in capital.items():
            if 2 * times > counts[anchor] and not self.kinds[anchor]:
                self.kinds[anchor] = kernels.IS_NAME
                self._spelt[anchor] = first[anchor]

    def anchors(self, sentence: int) -> array[int]:
        """Return the distinct anchors of a sentence, in order."""
        return self.found[self.bounds[sentence] : self.bounds[sentence + 1]]

    def values(self, sentence: int) -> tuple[str, ...]:
        """Return the names and numbers of a sentence, as they are shown."""
        return tuple([self.shown(a) for a in self.anchors(sentence) if self.kinds[a]])

    def shown(self, anchor: int) -> str:
        """Return a word that has the anchor; a name as it is written first."""
        shown = self._shown.get(anchor)
        if shown is None:
            word = self._spelt[anchor]
            number = self.kinds[anchor] & kernels.IS_NUMBER
            shown = self._shown[anchor] = number_shown(word) if number else word.removesuffix("'s")
        return shown

    def in_a_row(self, sentence: int, anchor: int, following: int) -> bool:
        """Return whether two names are next to each other in a sentence."""
        if not self.kinds[anchor] == self.kinds[following] == kernels.IS_NAME:
            return False
        tokens = self.tokens[self.begins[sentence] : self.begins[sentence + 1]]
        return (anchor, following) in pairwise(map(self.anchor_of.__getitem__, tokens))

    def judged(
        self, count: int, num_threads: int | None
    ) -> tuple[array[float], array[float], array[int]]:
        """Judge the sentences of the first `count` passages; see judge_sentences()."""
        values = array("d", [float("nan")]) * len(self.kinds)
        decimals, digits = bytearray(len(values)), bytearray(len(values))
        for anchor, kind in enumerate(self.kinds):
            if kind & kernels.IS_NUMBER:
                number = plain_number_of(self.shown(anchor))
                values[anchor], decimals[anchor], digits[anchor] = number
        return judge_sentences(
            self.first, count, self.found, self.bounds, self.weights, self.kinds, values, decimals,
            digits, self.tokens, self.begins, self.anchor_of, self.negations, self.contraries,
            self.capitals, self.capitals_begin, num_threads,
        )  # fmt: skip

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


def _alone(word: str) -> bool:
    """Return whether a word is a character of a script in which each character is a word."""
    return len(word) == 1 and word > _FIRST_ALONE


def _inflection(word: str) -> bool:
    """Return whether a word or a pair is of hiragana alone."""
    return all(_HIRAGANA[0] <= character <= _HIRAGANA[1] for character in word)
