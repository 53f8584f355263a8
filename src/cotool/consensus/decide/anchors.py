"""Anchors: what of a word carries a statement. Numbers, months and dates have one normal form."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from cotool._fast.text.support import IS_NUMBER
from cotool._lazy import lazy_pattern
from cotool.consensus.extract.dates import MONTHS
from cotool.consensus.extract.vocabulary import FUNCTION_WORDS
from cotool.text import normalised

if TYPE_CHECKING:
    import re

# Words are cut to their first LETTERS letters, which folds inflections in languages that inflect
# at the end. 4 and 6 letters and an English stemmer measured within .006 of each other.
LETTERS = 5

# Opens the anchor of a number; no word has it.
NUMBER = "#"

NUMBER_WORDS = {
    word: n
    for n, word in enumerate(
        "two three four five six seven eight nine ten eleven twelve".split(), 2
    )
}

_ISO_DATE = lazy_pattern(r"\b(\d{4})-(\d\d)-(\d\d)\b")

# A name of each month; the first that the table lists.
_MONTH_NAMES = {number: name for name, number in reversed(MONTHS.items())}

_ORDINAL = lazy_pattern(r"(?<=\d)(?:st|nd|rd|th)$")

_ACCENTS = lazy_pattern("[\u0300-\u036f]+")

_REMEMBERED = 1 << 16


def anchors_of_words(words: list[str]) -> tuple[array[int], list[str], bytes]:
    """Return the anchor of each word (-1: none), what to show for it, and its kind."""
    if len(_known) > _REMEMBERED:
        _known.clear()
    places: dict[str, int] = {}
    shown: list[str] = []
    kinds = bytearray()
    anchors = array("i")
    for word in words:
        anchor = _known.get(word)
        if anchor is None:
            anchor = _known[word] = anchor_of(word)
        if not anchor:
            anchors.append(-1)
            continue
        place = places.get(anchor)
        if place is None:
            place = places[anchor] = len(shown)
            number = anchor[0] == NUMBER
            shown.append(
                anchor[1:] if number and anchor[1:2].isdigit() else word.removesuffix("'s")
            )
            kinds.append(IS_NUMBER if number else 0)
        anchors.append(place)
    return anchors, shown, bytes(kinds)


_known: dict[str, str] = {}


def anchor_of(word: str) -> str:
    """Return the anchor of a folded word: "" where it carries nothing, numbers marked as such."""
    if any(character.isdigit() for character in word):
        return NUMBER + _ORDINAL.sub("", word.replace(",", ""))
    word = word.removesuffix("'s")
    value = NUMBER_WORDS.get(word)
    if value is not None:
        return f"{NUMBER}{value}"
    if word in FUNCTION_WORDS or (len(word) == 1 and word.isascii()):
        return ""
    if month := MONTHS.get(word):
        return f"{NUMBER}month {month}"
    if not word.isascii():
        word = _ACCENTS.sub("", normalised("NFD", word))
    return word[:LETTERS]


def with_spelled_dates(text: str) -> str:
    """Return a text with its ISO dates as day, month and year in words."""
    return _ISO_DATE.sub(_spelled_date, text) if "-" in text else text


def _spelled_date(found: re.Match[str]) -> str:
    month, day = int(found[2]), int(found[3])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return found[0]
    return f"{day} {_MONTH_NAMES[month]} {found[1]}"
