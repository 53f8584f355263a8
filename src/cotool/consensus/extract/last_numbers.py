"""The number that a sentence mentions last, for texts that state none as their answer."""

from __future__ import annotations

import re

from cotool._lazy import lazy_pattern
from cotool._typing import TYPE_CHECKING
from cotool.consensus.extract.conclusions import last_sentence
from cotool.consensus.extract.counted import number_said
from cotool.consensus.extract.extracted import Extracted
from cotool.consensus.extract.number_words import TENS, UNITS
from cotool.consensus.extract.numbers import MAX_PARTS
from cotool.consensus.extract.preparation import breaks_off, clean
from cotool.consensus.extract.readings import is_factorial, read

if TYPE_CHECKING:
    from collections.abc import Collection

NUMERAL = lazy_pattern(
    r"[-+]?[$€£¥₹]?(?:\d{1,3}(?: \d{3})+(?![\d.,]?\d)|\d[\d.,'’/]*)(?:\s?%| out of \d+)?"
)


# "9.9 > 9.11" and "55 (or 60)" name two numbers, and choose neither.
_TWO_NUMBERS = lazy_pattern(
    r"\d\s?[<>≤≥]\s?[$€£¥]?-?\d|\d\s\((?:or|maybe|perhaps|possibly)\s[^()]*\d", re.IGNORECASE
)


# Not "one", which is mostly a pronoun.
_IN_WORDS = lazy_pattern(
    rf"(?<![\w-])(?:{'|'.join([*list(UNITS)[2:], *TENS])}|an?[ ](?:hundred|dozen|thousand))\b",
    re.IGNORECASE,
)


def _number_in_words(sentence: str) -> Extracted | None:
    """Read the only number that a sentence has in words: "She has sixty-nine cookies left."."""
    end, found = 0, None
    while match := _IN_WORDS.search(sentence, end):
        reading = read("number", sentence[match.start() :])
        if found or not reading or not reading.value:
            return None
        found, end = reading, match.start() + reading.end
    return found.extracted("number", "last number mentioned") if found else None


_LIMITS = lazy_pattern(r"\b(?:between|from)\s[$€£¥₹]?$", re.IGNORECASE)


# What follows an answer: how it was checked, and what it is compared with.
_CHECKED = lazy_pattern(
    r"(?:[;.,(—–]|\n)\s*(?:as\sa\s(?:sanity\s)?check|(?:to\s)?(?:double-?)?check(?:ing)?[:,]|to\sverify"
    r"|verification:|proof:|sanity\scheck)[^\n]{0,200}$",
    re.IGNORECASE,
)
_COMPARED = lazy_pattern(
    r",?\s(?:rather\sthan|instead\sof|as\sopposed\sto|compared\s(?:to|with)|unlike|and\snot|not"
    r"|whereas|while|in\scontrast\sto|but\snot|(?:und\s)?nicht|statt|et\snon|pas|y\sno|en\slugar\sde|e\snão"
    r"|niet|а\sне|не"
    r"|(?:\w+\s){0,2}(?:more|less|fewer|higher|lower|larger|smaller|greater)\sthan)\s[^.;:]{1,60}[.!]?$",
    re.IGNORECASE,
)


def last_number(text: str) -> Extracted | None:
    """Read the last number of the last sentence, unless the text breaks off.

    The same for options was tried and left out: of nine on MMLU-Pro two were the label.
    """
    if not text or breaks_off(text):
        return None
    sentence = last_sentence(_CHECKED.sub("", text))
    sentence = _COMPARED.sub("", sentence)
    if _TWO_NUMBERS.search(sentence):
        return None
    starts = [match.start() for match in NUMERAL.finditer(sentence)]
    if not starts:
        return _number_in_words(sentence)
    # "2 hours and 22 minutes" is one amount, "between 4 and 5" a range; "4 or 5" states neither.
    first = starts[max(0, len(starts) - MAX_PARTS) :]
    if len(starts) > 1 and (limits := _LIMITS.search(sentence, 0, starts[-2])):
        first.insert(0, limits.start())
    spans = [(sentence[start:], starts[-1] - start) for start in first]
    readings = ((read("number", clean(span)), last) for span, last in spans)
    reading = next(
        (one for one, last in readings if one and (one.end > last or not one.value)), None
    )
    if not reading or not reading.value or is_factorial(text):
        return None
    return reading.extracted("number", "last number mentioned")


_BOLD = lazy_pattern(r"\*\*([^*\n]{1,40})\*\*")


def in_bold(text: str) -> Extracted | None:
    """Read the only number in bold type, where the last one is the question's own."""
    bold = [found for part in _BOLD.findall(text) if (found := read("number", clean(part)))]
    return bold[0].extracted("number", "**…**") if len(bold) == 1 and bold[0].value else None


def number_in_words(text: str, given: Collection[str]) -> Extracted | None:
    """Read the only number that a sentence says in another language, if others give it."""
    words = last_sentence(text).rstrip(" .!*_").lower().split()
    for size in range(min(3, len(words)), 0, -1):
        parts = [" ".join(words[place : place + size]) for place in range(len(words) - size + 1)]
        said = {number: part for part in parts if (number := number_said(part)) in given and number}
        if len(said) == 1:
            number, part = said.popitem()
            return Extracted(number, "number", part, "last number mentioned")
    return None
