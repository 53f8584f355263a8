"""A place in a text that states an answer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cotool._lazy import lazy_pattern
from cotool._records import NamedTuple
from cotool.consensus.extract.numbers import read_number
from cotool.consensus.extract.readings import KINDS
from cotool.consensus.extract.vocabulary import has_any

WHOLE = "the whole text"
# How many characters are read from the place where an answer is stated.
SPAN = 200


class StatedPlace(NamedTuple):
    """A place that states an answer.

    The answer is at the beginning of `span`; with `whole`, nothing may follow it there.
    """

    position: int
    span: str
    rule: str
    kinds: tuple[str, ...] = KINDS
    whole: bool = False


_NUMERALS = lazy_pattern(
    r"[-+]?[$€£¥₹]?[-+]?(?:\d{1,3}(?: \d{3})+(?![\d.,]?\d)|\d[\d.,'’]*)"
    r"(?:\s?%)?(?:[eE]\d+)?(?:/\d+)?"
)


def only_number(sentence: str) -> str | None:
    """Return the sentence from its number onwards, if it has exactly one number."""
    numerals = list(_NUMERALS.finditer(sentence))
    if len(numerals) > 1 and not whole_amount(sentence, [one.start() for one in numerals]):
        return None
    return sentence[numerals[0].start() :] if numerals else None


def whole_amount(sentence: str, starts: Sequence[int]) -> bool:
    """Whether numerals are one amount in several units: 1 hour and 30 minutes."""
    number = read_number(sentence, starts[0])
    return number is not None and bool(number.value) and number.end > starts[-1]


# "not A but C"
NOT_BUT = lazy_pattern(r"not\s[^.\n]{1,40}?,?\sbut\s(?:rather\s)?", re.IGNORECASE)
NUMBER_OR_LETTER = ("choice", "number")


def has_second_option(text: str) -> bool:
    """Whether a text lists options: a line begins with B."""
    return has_any(text, ("\nB:", "\nB.", "\nB)", "\n(B)", "\nb)", "\nb.", "\n(b)", "II."))
