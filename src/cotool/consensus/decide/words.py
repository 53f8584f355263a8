"""What a text says in words and numbers: function words, negations, numbers, term sets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from cotool._fast.text.tokens import tokenize
from cotool._lazy import lazy_pattern, once
from cotool._records import dataclass
from cotool.consensus.decide.anchors import NUMBER_WORDS, plain_number, stem
from cotool.consensus.decide.antonyms import DENYING_PREFIXES, opposites, poles_of
from cotool.consensus.extract.vocabulary import FUNCTION_WORDS, is_negation

# Words at the start of a text that say what the whole text means.
YES = frozenset("yes yeah yep ja oui sí sim sì да".split())
NO = frozenset("no nope nein non não нет".split())


def is_number(word: str) -> bool:
    """Return whether a word starts with a digit."""
    return word[0].isdigit()


# The stance of a text, how many of its words negate, its numbers, and its sides of pairs of
# opposites.
Says = tuple[bool | None, int, frozenset[str], frozenset[tuple[int, int]]]


_PREFIX = lazy_pattern(f"^(?:{'|'.join(DENYING_PREFIXES)})(?=...)")


def may_contradict(says: Says, other: Says) -> bool:
    """Return whether texts may contradict each other, negating prefixes aside."""
    return says != other and (
        (None not in (says[0], other[0]) and says[0] != other[0])
        or says[1] != other[1]
        or bool(says[2] and other[2] and says[2] != other[2])
        or any((pair, 1 - side) in other[3] for pair, side in says[3])
    )


@dataclass(frozen=True)
class Words:
    """The words of one text, in order, and what is derived from them."""

    words: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Words:
        """Tokenize `text`."""
        return cls(tuple(tokenize(text)))

    @once
    def counts(self) -> Counter[str]:
        """How often each word occurs in the text."""
        return Counter(self.words)

    @once
    def content(self) -> frozenset[str]:
        """Words that are neither function words, numbers nor single letters."""
        return frozenset(
            [
                word
                for word in self.counts
                if word not in FUNCTION_WORDS
                and not word[0].isdigit()
                and (len(word) > 1 or not word.isascii())
            ]
        )

    @once
    def bigrams(self) -> frozenset[tuple[str, str]]:
        """Pairs of neighbouring content words."""
        content = self.content
        return frozenset(
            [
                pair
                for pair in zip(self.words, self.words[1:], strict=False)
                if pair[0] in content and pair[1] in content
            ]
        )

    @once
    def numbers(self) -> tuple[str, ...]:
        """Distinct numbers in order of appearance, without thousands separators."""
        found = [plain_number(word) for word in self.counts if word[0].isdigit()]
        return tuple(dict.fromkeys(found))

    @once
    def negations(self) -> int:
        """How many words negate."""
        return sum(count for word, count in self.counts.items() if is_negation(word))

    @once
    def denials(self) -> frozenset[str]:
        """Words that may negate another by their prefix: "unsafe", "impossible"."""
        return frozenset(word for word in self.counts if word.startswith(DENYING_PREFIXES))

    @once
    def denied(self) -> frozenset[str]:
        """Words that a prefix may negate: "safe" of "unsafe"."""
        return frozenset(
            word.removeprefix(prefix)
            for word in self.denials
            for prefix in DENYING_PREFIXES
            if word.startswith(prefix)
        )

    @once
    def says(self) -> Says:
        """What may contradict another text, except words that a prefix negates."""
        values = frozenset(self.values.values())
        # A number is on no side.
        words = (word for word in self.counts if not word[-1].isdigit())
        poles = frozenset(pole for word in words for pole in poles_of(word))
        return self.stance, self.negations, values, poles

    @once
    def frame(self) -> frozenset[str]:
        """Content words that cannot contradict others, without negating prefixes."""
        return frozenset(
            _PREFIX.sub("", word)
            for word in self.content
            if not (is_negation(word) or word in self.values or poles_of(word))
        )

    @once
    def values(self) -> dict[str, str]:
        """The number that each word is, of those that are one."""
        return {word: value for word in self.counts if (value := _value(word))}

    @once
    def stems(self) -> dict[str, str]:
        """The stem of each word that is not a number, a negation or grammar."""
        return {
            word: stem(word)
            for word in self.counts
            if word not in FUNCTION_WORDS and not is_negation(word) and word not in self.values
        }

    @once
    def stemmed(self) -> frozenset[str]:
        """The stems of the text."""
        return frozenset(self.stems.values())

    @once
    def stance(self) -> bool | None:
        """Whether the text opens with a yes (True) or a no (False); None if with neither."""
        first = self.words[0] if self.words else ""
        return True if first in YES else False if first in NO else None


@dataclass(frozen=True, slots=True)
class Opposition:
    """How a text contradicts another: by a negation, or by `values` where it has `others`.

    The values are numbers, or a word and its antonym.
    """

    negated: bool = False
    values: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.negated or bool(self.values)


_NONE = Opposition()

# Two texts are near-paraphrases if at most this share of their words differs (a word replaced
# counts on both sides); a few words may always differ if at least as many are shared.
_NEAR = 0.34
_FEW = 4


def may_be_near(text: Words, other: Words, shared: int) -> bool:
    """Return whether texts with this many shared words may contradict each other by words."""
    differing = len(text.counts) + len(other.counts) - 2 * shared
    return differing <= max(_FEW, _NEAR * (len(text.words) + len(other.words)))


def least_shared(text: Words) -> float:
    """Return how many words a text and another share at least if they may be near: summed for both.

    A bound: of a few words that may always differ, half count for either text.
    """
    return min(len(text.counts) - _FEW / 2, len(text.counts) - _NEAR * len(text.words)) / 2


def contradicts_alone(text: Words) -> bool:
    """Return whether a text may contradict one with which it shares no word.

    Both have a few words only, among them numbers or words with an antonym.
    """
    return len(text.words) < _FEW and any(text.says[2:])


def opposition(text: Words, other: Words) -> Opposition:
    """How `text` contradicts `other`.

    One opens with yes and the other with no, or the two are near-paraphrases, and one has another
    negation, antonyms of the other's words, or different numbers. Lexical similarity and
    embeddings put "the drug is safe" and "the drug is not safe" close together; this is the guard.
    False if there is no contradiction.
    """
    if text.stance is not None and other.stance is not None and text.stance != other.stance:
        return Opposition(negated=True)
    total = len(text.words) + len(other.words)
    common = text.counts.keys() & other.counts.keys()
    if not common and (total > _FEW or not _alone(text, other)):
        return _NONE
    if not may_be_near(text, other, len(common)):
        return _NONE
    shared = sum([min(text.counts[word], other.counts[word]) for word in common])
    differing = total - 2 * shared
    if differing > max(_FEW, _NEAR * total) or (
        not may_contradict(text.says, other.says)
        and text.denied.isdisjoint(other.counts)
        and other.denied.isdisjoint(text.counts)
    ):
        return _NONE
    mine: Collection[str] = text.counts
    theirs: Collection[str] = other.counts
    if common:
        mine, theirs = _beyond(text.counts, other.counts), _beyond(other.counts, text.counts)
    antonyms: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    if text.says[3] and other.says[3]:
        antonyms, against = opposites(mine, theirs), opposites(theirs, mine)
    numbers, others = _numbers(text, mine), _numbers(other, theirs)
    near = differing <= max(min(_FEW, shared), _NEAR * total)
    alike = bool(shared or antonyms or (numbers and others)) and (
        _rest(text, mine, antonyms + against) == _rest(other, theirs, antonyms + against)
    )
    if not (near or alike):
        return _NONE
    more = text.negations + (_denied(mine, theirs) if text.denials else 0)
    less = other.negations + (_denied(theirs, mine) if other.denials else 0)
    # "ne ... pas" counts twice: an even difference negates where the other side has none.
    negated = (more - less) % 2 == 1 or (more == 0) != (less == 0)
    if antonyms:
        # "It is hot" and "it is not cold" say the same.
        return _NONE if negated else Opposition(values=antonyms, others=against)
    if not (numbers and others) or set(numbers) == set(others):
        numbers = others = ()
    return Opposition(negated, numbers, others)


def _alone(text: Words, other: Words) -> bool:
    """Return whether texts that share no word may contradict each other in words or numbers."""
    if text.says[3] and other.says[3]:
        return True
    return bool(text.values and other.values) and text.stemmed == other.stemmed


def _beyond(counts: Counter[str], others: Counter[str]) -> dict[str, int]:
    """Return how often a text has words beyond those of another: `counts - others`, but faster."""
    return {
        word: more for word, count in counts.items() if (more := count - others.get(word, 0)) > 0
    }


def _numbers(text: Words, words: Collection[str]) -> tuple[str, ...]:
    """Return the distinct numbers that some words of a text are."""
    if not text.values:
        return ()
    return tuple(dict.fromkeys([one for word, one in text.values.items() if word in words]))


def _value(word: str) -> str:
    """The number that a word is, without thousands separators; "" if it is not one."""
    return plain_number(word) if is_number(word) else str(NUMBER_WORDS.get(word, ""))


def _rest(text: Words, words: Collection[str], antonyms: tuple[str, ...]) -> set[str]:
    """Return the stems of some words of a text, but of its antonyms."""
    if not text.stems:
        return set()
    return {one for word, one in text.stems.items() if word in words and word not in antonyms}


def _denied(words: Iterable[str], others: Collection[str]) -> int:
    """How many of `words` are one of `others` after a negating prefix."""
    return sum(
        word.startswith(prefix) and word[len(prefix) :] in others
        for word in words
        if word.startswith(DENYING_PREFIXES)
        for prefix in DENYING_PREFIXES
    )
