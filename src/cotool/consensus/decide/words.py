"""What a text says in words and numbers: function words, negations, numbers, term sets."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from cotool._fast.text.tokens import tokenize
from cotool.consensus.extract.vocabulary import FUNCTION_WORDS, is_negation

# "unsafe" denies "safe".
DENYING_PREFIXES = ("un", "in", "im", "il", "ir", "dis", "non")

# Words that, opening a text, say what the whole text stands for.
YES = frozenset("yes yeah yep ja oui sí sim sì да".split())
NO = frozenset("no nope nein non não нет".split())


def is_number(word: str) -> bool:
    """Tell whether a word starts with a digit."""
    return word[0].isdigit()


def plain_number(word: str) -> str:
    """A number without thousands separators: "1080.50" for "1,080.50"."""
    return word.replace(",", "")


@dataclass(frozen=True)
class Words:
    """The words of one text, in order, and what is derived from them."""

    words: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Words:
        """Tokenize `text`."""
        return cls(tuple(tokenize(text)))

    @cached_property
    def counts(self) -> Counter[str]:
        """How often each word stands in the text."""
        return Counter(self.words)

    @cached_property
    def content(self) -> frozenset[str]:
        """Words that are neither function words, numbers nor single letters."""
        return frozenset(
            word
            for word in self.counts
            if word not in FUNCTION_WORDS
            and not is_number(word)
            and (len(word) > 1 or not word.isascii())
        )

    @cached_property
    def bigrams(self) -> frozenset[tuple[str, str]]:
        """Pairs of neighbouring content words."""
        content = self.content
        return frozenset(
            (first, second)
            for first, second in zip(self.words, self.words[1:], strict=False)
            if first in content and second in content
        )

    @cached_property
    def numbers(self) -> tuple[str, ...]:
        """Distinct numbers in order of appearance, without thousands separators."""
        return tuple(dict.fromkeys(plain_number(word) for word in self.words if is_number(word)))

    @cached_property
    def negations(self) -> int:
        """How many words negate."""
        return sum(count for word, count in self.counts.items() if is_negation(word))

    @cached_property
    def denials(self) -> frozenset[str]:
        """Words that may deny another by their prefix: "unsafe", "impossible"."""
        return frozenset(word for word in self.counts if word.startswith(DENYING_PREFIXES))

    @property
    def stance(self) -> bool | None:
        """Whether the text opens with a yes or a no; None where with neither."""
        first = self.words[0] if self.words else ""
        return True if first in YES else False if first in NO else None


@dataclass(frozen=True, slots=True)
class Opposition:
    """How a text contradicts another: by a negation, by `numbers` where it has `others`."""

    negated: bool = False
    numbers: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.negated or bool(self.numbers)


# Two texts are near-paraphrases where at most this share of their words differs (a word replaced
# counts on both sides); a few words always may, as long as as many are shared.
_NEAR = 0.34
_FEW = 4


def opposition(text: Words, other: Words) -> Opposition:
    """How `text` contradicts `other`.

    One opens with yes and the other with no, or the two are near-paraphrases with a negation more
    or less, or with different numbers. Lexical similarity and embeddings put "the drug is safe"
    and "the drug is not safe" close together; this is the guard. Empty (false) where nothing of
    the kind is found.
    """
    if None not in (text.stance, other.stance) and text.stance != other.stance:
        return Opposition(negated=True)
    if (
        text.negations == other.negations
        and text.denials == other.denials
        and text.numbers == other.numbers
    ):
        return Opposition()
    total = len(text.words) + len(other.words)
    if abs(len(text.words) - len(other.words)) > max(_FEW, _NEAR * total):
        return Opposition()
    mine = text.counts - other.counts
    differing = 2 * mine.total() + len(other.words) - len(text.words)
    shared = (total - differing) // 2
    if differing > max(min(_FEW, shared), _NEAR * total):
        return Opposition()
    theirs = other.counts - text.counts
    more = text.negations + _denied(mine, theirs)
    less = other.negations + _denied(theirs, mine)
    # "ne ... pas" counts twice: an even difference negates where the other side has none.
    negated = (more - less) % 2 == 1 or (more == 0) != (less == 0)
    numbers = tuple(dict.fromkeys(plain_number(word) for word in mine if is_number(word)))
    others = tuple(dict.fromkeys(plain_number(word) for word in theirs if is_number(word)))
    if not (numbers and others) or set(numbers) == set(others):
        numbers = others = ()
    return Opposition(negated, numbers, others)


def _denied(words: Counter[str], others: Counter[str]) -> int:
    """How many of `words` are one of `others` behind a denying prefix."""
    return sum(
        word.startswith(prefix) and word[len(prefix) :] in others
        for word in words
        for prefix in DENYING_PREFIXES
    )
