"""What a text says in words and numbers: function words, negations, numbers, term sets."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from cotool._fast.text.tokens import tokenize


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# Words that carry grammar, not content; English, with the commonest of its neighbours. What is
# missing here shows up as a term that every expert uses, and is told from content by that.
FUNCTION_WORDS = _words(
    """
    a about above after again all also am an and any are aren't as at be because been before being
    below between both but by can can't cannot could couldn't did didn't do does doesn't doing don't
    down during each either else even ever every few for from further get gets got had has have
    having he her here hers him his how however i i'd i'll i'm i've if in into is isn't it it's its
    itself just let let's like many may me might more most much must my no nor not now of off often
    on once one only or other our out over own per quite rather really same shall she should so some
    still such than that that's the their them then there there's these they they're this those
    though through thus to too under until up upon us very was wasn't we we'd we'll we're we've were
    what when where whether which while who whom whose why will with within without won't would yes
    one two three four five six seven eight nine ten first second third answer answers
    yet you you'd you'll you're your two three four five six seven eight nine ten
    der die das und ist nicht ein eine zu den von mit auf für im dem des sich auch als
    le la les un une et est pas de du des à en que qui dans pour sur au ce se
    el los las y es no que en un una por con para del al lo se su
    il lo gli e è non che di un una per con da
    """
)

NEGATIONS = _words(
    """
    no not never none nobody nothing nor neither cannot without
    nicht kein keine keinen keiner nie niemals ohne
    ne pas jamais aucun aucune sans
    nunca ningún ninguna tampoco
    non nessun nessuno senza
    não nenhum sem
    не нет никогда без
    不 没 無 无 未 否
    """
)

# "unsafe" denies "safe".
DENYING_PREFIXES = ("un", "in", "im", "il", "ir", "dis", "non")

# Words that, opening a text, say what the whole text stands for.
YES = _words("yes yeah yep ja oui sí sim sì да")
NO = _words("no nope nein non não нет")


def is_negation(word: str) -> bool:
    """Tell whether a (folded) word negates, as "never" and "isn't" do."""
    return word in NEGATIONS or word.endswith("n't")


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
