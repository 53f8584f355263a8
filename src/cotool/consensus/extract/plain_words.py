"""Words that are labels and nothing else, so that no other rule needs to look at them."""

from __future__ import annotations

from cotool._lazy import lazy_pattern
from cotool.consensus.extract.dates import MONTHS
from cotool.consensus.extract.extracted import Extracted
from cotool.consensus.extract.leads import ASCII_WORDS
from cotool.consensus.extract.normal_form import short_form
from cotool.consensus.extract.number_words import KNOWN
from cotool.consensus.extract.numbers import BEGINNINGS
from cotool.consensus.extract.readings import ABOUT_WORDS, CHOOSING, SHORT_CHARACTERS
from cotool.consensus.extract.spans import WHOLE
from cotool.consensus.extract.vocabulary import has_any
from cotool.consensus.extract.yes_no import STARTS

_WORD = lazy_pattern(r"([A-Za-z]{1,40})(\d{0,40})")
# What may say more before digits ("about5", "May1999", "AD12", "answer5"), and in any case.
_BEFORE_DIGITS = (*BEGINNINGS, *ABOUT_WORDS)
_NAMES = {*MONTHS, "ad"}
_STATING = (*ASCII_WORDS, "boxed")


def plain_word(text: str) -> Extracted | None:
    """Return the label that a text of one word in ASCII is, where no rule can read it otherwise.

    A word is letters with digits after them. None for all other texts, and where a rule may say
    more of the word: "yes", "seven", "option", "answer5".
    """
    match = _WORD.fullmatch(text) if len(text) <= SHORT_CHARACTERS else None
    if match is None:
        return None
    letters, digits = match[1].lower(), match[2]
    if letters in KNOWN or letters.startswith(STARTS):
        return None
    if len(letters) > 1 and letters.startswith(CHOOSING):
        return None
    if not digits:
        return Extracted(short_form(text), "short", text, WHOLE) if len(letters) > 1 else None
    if letters in _NAMES or letters.startswith(_BEFORE_DIGITS) or has_any(letters, _STATING):
        return None
    return Extracted(text.lower(), "short", text, WHOLE)
