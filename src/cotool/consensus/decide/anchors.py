"""Anchors, the words that carry a statement, and stems, which the inflections of a word share.

Numbers, months and dates have one normal form.
"""

from __future__ import annotations

from functools import lru_cache

from cotool._lazy import lazy_pattern
from cotool.consensus.extract.dates import MONTHS
from cotool.consensus.extract.number_words import UNITS
from cotool.consensus.extract.vocabulary import FUNCTION_WORDS, is_negation
from cotool.text import normalised

# Words are cut to their first LETTERS letters, which folds inflections in languages that inflect
# at the end. 4 and 6 letters and an English stemmer measured within .006 of each other.
LETTERS = 5

# Opens the anchor of a number; no word has it.
NUMBER = "#"
_MONTH = f"{NUMBER}month "

# "One" is more often an article.
NUMBER_WORDS = {word: number for word, number in UNITS.items() if 2 <= number <= 12}

# A name of each month; the first that the table lists.
MONTH_NAMES = {number: name.title() for name, number in reversed(MONTHS.items())}

# A time of day as normal_forms writes it.
_TIME = lazy_pattern(r"^(\d\d?)h(\d\d)$")

_ORDINAL = lazy_pattern(r"(?<=\d)(?:st|nd|rd|th)$")

# 1,080 and 1,080.50, and 1,200,000, but not 3,5.
_GROUPED = lazy_pattern(r"[1-9]\d{0,2}(?:,\d{3})+(?![\d,])")

_ACCENTS = lazy_pattern("[\u0300-\u036f]+")


@lru_cache(maxsize=1 << 12)
def number_shown(word: str) -> str:
    """Return what to show for a number, a month or a time of day."""
    number = anchor_of(word)
    if number.startswith(_MONTH):
        return MONTH_NAMES[int(number.removeprefix(_MONTH))]
    return _TIME.sub(r"\1:\2", number.removeprefix(NUMBER))


def is_month(anchor: str) -> bool:
    """Return whether an anchor is that of a month."""
    return anchor.startswith(_MONTH)


def plain_number(word: str) -> str:
    """Return a number without the commas that group thousands; another comma is its point."""
    return word.replace(",", "" if _GROUPED.match(word) else ".") if "," in word else word


def anchor_of(word: str) -> str:
    """Return the anchor of a folded word: "" if it carries nothing, numbers marked as such."""
    if not word.isalpha() and any(map(str.isdigit, word)):
        return NUMBER + _ORDINAL.sub("", plain_number(word))
    word = word.removesuffix("'s")
    value = NUMBER_WORDS.get(word)
    if value is not None:
        return f"{NUMBER}{value}"
    if word in FUNCTION_WORDS or is_negation(word) or (len(word) == 1 and word.isascii()):
        return ""
    if month := MONTHS.get(word):
        return f"{_MONTH}{month}"
    if not word.isascii():
        word = _ACCENTS.sub("", normalised("NFD", word))
    return word[:LETTERS]


_ENDINGS = ("'s", "ing", "ies", "es", "ed", "s", "ly", "y", "e")
_DOUBLED = ("ing", "ed")
_SHORTEST_STEM = 3


@lru_cache(1 << 13)
def stem(word: str) -> str:
    """Return a folded word without its ending; a number or a month in its normal form."""
    anchor = anchor_of(word)
    if anchor[:1] == NUMBER:
        return anchor
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            word = word[: -len(ending)]
            if ending in _DOUBLED and len(word) > _SHORTEST_STEM and word[-1] == word[-2]:
                word = word[:-1]
            return word
    return word
