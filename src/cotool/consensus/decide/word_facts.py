"""What the comparison of sentences needs to know about a word, looked up once per word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from cotool._fast.text import anchors as kernels
from cotool._records import NamedTuple
from cotool.consensus.decide.anchors import NUMBER, anchor_of, is_month, number_shown
from cotool.consensus.decide.antonyms import bare_of, poles_of
from cotool.consensus.extract.vocabulary import in_concord, is_negation

_REMEMBERED = 1 << 16
_YEARS = range(1000, 2101)
_MOST_DIGITS = 255


class WordFacts(NamedTuple):
    """A word's anchor ("": none) and its kind, how it negates, and its antonyms."""

    anchor: str
    kind: int
    negation: int
    poles: frozenset[tuple[int, int]]
    bare: str


def facts_of(words: Iterable[str]) -> list[WordFacts]:
    """Return the facts of folded words."""
    if len(_known) > _REMEMBERED:
        _known.clear()
    return list(map(_known.__getitem__, words))


class _Known(dict[str, WordFacts]):
    def __missing__(self, word: str) -> WordFacts:
        anchor = anchor_of(word)
        negation = 0
        if is_negation(word):
            negation = kernels.NEGATES_IN_CONCORD if in_concord(word) else kernels.NEGATES_ALONE
        kind = _kind(word, anchor) if anchor.startswith(NUMBER) else 0
        bare = bare_of(word) if anchor and not kind else ""
        facts = self[word] = WordFacts(anchor, kind, negation, poles_of(word), bare)
        return facts


_known = _Known()


def _kind(word: str, anchor: str) -> int:
    if is_month(anchor):
        return kernels.IS_MONTH
    shown = number_shown(word)
    if not shown[0].isdigit():
        return kernels.IS_CODE
    year = shown.isdecimal() and word == shown and int(shown[:_MOST_DIGITS]) in _YEARS
    return kernels.IS_YEAR if year else kernels.IS_NUMBER


def contrary_pairs(words: Sequence[str], facts: Sequence[WordFacts]) -> list[tuple[int, int]]:
    """Return the places of pairs of antonyms, in both orders, sorted.

    They are antonyms in the table, or one is the other with a negating prefix.
    """
    by_pole: dict[tuple[int, int], list[int]] = {}
    prefixed = []
    for place in [place for place, one in enumerate(facts) if one.poles or one.bare]:
        for pole in facts[place].poles:
            by_pole.setdefault(pole, []).append(place)
        if facts[place].bare:
            prefixed.append((facts[place].bare, place))
    found = {
        (place, other)
        for (pair, side), places in by_pole.items()
        for other in by_pole.get((pair, 1 - side), ())
        for place in places
    }
    if prefixed:
        places = {word: place for place, word in enumerate(words)}
        for bare, place in prefixed:
            other = places.get(bare, -1)
            if other >= 0 and facts[other].anchor:
                found |= {(place, other), (other, place)}
    return sorted(found)


class PlainNumber(NamedTuple):
    """The value of a number of digits and a point, its decimals, all its digits; nan for others."""

    value: float
    decimals: int = 0
    digits: int = 0


@lru_cache(maxsize=1 << 12)
def plain_number_of(shown: str) -> PlainNumber:
    """Return the value of a number as it is shown."""
    whole, point, behind = shown.partition(".")
    if not (shown.isascii() and whole.isdigit() and (behind.isdigit() or not point)):
        return PlainNumber(float("nan"))
    decimals = min(len(behind), _MOST_DIGITS)
    return PlainNumber(float(shown), decimals, min(len(whole) + len(behind), _MOST_DIGITS))
