"""Short answers as features: inflection, order and the words of the question matter less.

Each text becomes a text of invented words, one for each feature, so that the metrics of bags of
words compare features: stems, numbers and dates in normal form, and the groups of three letters of
a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cotool._fast.text.tokens import tokenize
from cotool._records import NamedTuple
from cotool._typing import TYPE_CHECKING
from cotool.consensus.decide.anchors import NUMBER, NUMBER_WORDS, stem
from cotool.consensus.decide.normal_forms import in_normal_form
from cotool.consensus.extract.vocabulary import FUNCTION_WORDS, is_negation

if TYPE_CHECKING:
    from cotool.consensus.decide.words import Words

# A stem counts as much as this many groups of letters. With 2, 3, 4 and 6 the adjusted Rand indices
# were .258, .260, .257 and .237 on 21 questions of ProtoQA, and .142, .190, .224 and .197 on 29 of
# ArgKP.
STEM = 4
GROUP = 3
# A word this long is not a word.
LONGEST = 40

# Half of the arguments of ArgKP have at most 19 words, answers of language models 150 and more.
SHORT = 40
# Similarities that are relative to all texts mean little for fewer texts: their mean and the
# deviation of their pairs are those of a sample.
ENOUGH = 8


class Features(NamedTuple):
    """The texts of invented words: all `features`, weighted, and the `stems` that carry meaning.

    `written` has a word for each stem as it was written first, "" for a number or a negation.
    """

    features: list[str]
    stems: list[str]
    written: dict[str, str]


class _Word(NamedTuple):
    stem: str
    groups: str
    carries: bool


def features_of(texts: Iterable[str], question: str = "") -> Features:
    """Return the features of `texts`; words of the `question` count as function words do."""
    numbers: dict[str, str] = {}
    known: dict[str, _Word] = {}
    first: dict[str, str] = {}
    asked = {stem(word) for word in tokenize(question)}

    def number(feature: str) -> str:
        return numbers.setdefault(feature, f"f{len(numbers)}")

    def word(written: str) -> _Word:
        own = stem(written)
        carries = own not in asked and (written not in FUNCTION_WORDS or written in NUMBER_WORDS)
        parts = f"\0{own}\0"
        groups = [parts[at : at + GROUP] for at in range(len(parts) - GROUP + 1)]
        letters = own.isalpha() and len(own) <= LONGEST
        apart = own[:1] == NUMBER or is_negation(written)
        first.setdefault(number(own), "" if apart else written)
        return _Word(
            number(own),
            " ".join(map(number, groups)) if carries and letters else "",
            carries or is_negation(written),
        )

    features, stems = [], []
    for text in texts:
        found = []
        for written in tokenize(in_normal_form(text)):
            if written not in known:
                known[written] = word(written)
            found.append(known[written])
        carrying = [one.stem for one in found if one.carries] or [one.stem for one in found]
        features.append(
            " ".join(
                f"{' '.join([one.stem] * STEM)} {one.groups}" if one.carries else one.stem
                for one in found
            )
        )
        stems.append(" ".join(dict.fromkeys(carrying)))
    return Features(features, stems, first)


def short_answers(texts: Sequence[Words]) -> bool:
    """Return whether there are ENOUGH texts, and half of them have at most SHORT words."""
    lengths = sorted(len(text.words) for text in texts)
    return len(texts) >= ENOUGH and lengths[len(texts) // 2] <= SHORT
