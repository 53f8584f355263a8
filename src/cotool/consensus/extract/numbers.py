"""Read a number as people and models write it, into one exact normal form.

Understood: `18`, `-3` (also U+2212), `1,080`, `1 080`, `1'080`, `1,00,000`, `1.080,50`, `.5`,
`1e3`, `6 × 10^5`, `1/2`, `1 1/2`, `$18`, `18 dollars`, `75 %`, `5 million`, `eighteen`.
`1.080` alone is a decimal, as in English; `1,080` is thousands; `1,5` is a decimal.
The unit is dropped, a percent sign is kept. Times, dates, ranges and formulas are no numbers.
"""

# ruff: noqa: RUF002  typographic characters are meant: people write them

from __future__ import annotations

import re
from fractions import Fraction
from typing import NamedTuple

# Beyond these a number is not read: nobody's answer has that many digits, and arithmetic on
# such values costs more than linear time.
MAX_DIGITS = 100
MAX_EXPONENT = 300

_UNITS_UNDER_TWENTY = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]  # fmt: skip
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_WORDS = {
    **{word: value for value, word in enumerate(_UNITS_UNDER_TWENTY)},
    **{word: 10 * value for value, word in enumerate(_TENS, 2)},
    **{
        f"{tens}{dash}{unit}": 10 * value + digit
        for value, tens in enumerate(_TENS, 2)
        for digit, unit in enumerate(_UNITS_UNDER_TWENTY[1:10], 1)
        for dash in ("-", " ")
    },
}
_SCALES = {
    "hundred": 100,
    "thousand": 1000,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
}
_ANY_WORD = "|".join(sorted(_WORDS, key=len, reverse=True))

_CURRENCY = r"(?:US\$|[$€£¥₹₽₩]|(?:USD|EUR|GBP|Rs\.?)(?![A-Za-z]))"
_GROUPED = r"\d+(?:[.,'’_]\d+|[ ]\d{3}(?![\d]))*"
_NUMBER = re.compile(
    rf"""(?P<sign>[-+]?)[ ]?(?:{_CURRENCY}[ ]?)?(?P<inner>-?)
    (?:
      (?P<whole>\d{{1,9}})(?:[ ]|[ ]and[ ])(?P<top>\d{{1,9}})/(?P<bottom>\d{{1,9}})(?![\d/.])
    | (?P<mantissa>{_GROUPED}|\.\d+)
      (?:[eE](?P<e>[-+]?\d{{1,9}})(?![\w])
        |[ ]?[×x*·][ ]?10[ ]?\^?[ ]?\{{?(?P<power>[-+]?\d{{1,9}})\}}?)?
      (?:[ ]?/[ ]?(?P<denominator>\d+(?:,\d{3})*(?:\.\d+)?)(?![\d/]))?
    | (?P<word>(?i:{_ANY_WORD}))(?![\w'-])
    )
    (?:[ ](?P<scale>(?i:{"|".join(_SCALES)}))(?![\w-]))?
    (?P<percent>[ ]?%|[ ](?i:percent|per[ ]cent)\b)?""",
    re.VERBOSE,
)
# What may not follow: more digits or an operator (a formula, a time, a date, a range, a list),
# an ordinal's ending, another number word, one letter that is a variable and no unit, or a smaller
# unit ("5 feet 6 inches").
_NO_NUMBER_AFTER = re.compile(
    rf"""[ ]?[+×÷^=<>\\]|[ ]?\*(?!\*)[ ]?[\w(\\$]|\*\*\d|[:/–-]\d|\d|,[ ]?\d|[ ][–-][ ]\$?\d
    |(?:st|nd|rd|th)\b|[eE][-+]?\d|[ ]?(?!(?:[msghlLVWANJCFK]|(?<=[ ])[aI])\b)[a-zA-Z]\b(?!['’])
    |[ ](?i:{_ANY_WORD})\b|(?<=[A-Za-z])[ ]of[ ](?:the|these|them|those)\b
    |[ ](?:hours?|minutes?|days?|weeks?|years?|feet|foot|ft|pounds?|lbs?|dollars?|euros?|kg|k?m)
     (?:,|[ ]and)?[ ]\d""",
    re.VERBOSE,
)
_ALTERNATIVE = re.compile(rf"[ ]?(?:or|to|and)[ ]{_CURRENCY}?-?\d")

_SHAPES = (
    # (shape, characters that group digits, decimal mark)
    (re.compile(r"\d*\.\d+"), "", "."),
    (re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?"), ",", "."),
    (re.compile(r"[1-9]\d{0,2}(?:[ '’_]\d{3})+(?:\.\d+)?"), " '’_", "."),
    (re.compile(r"[1-9]\d{0,2}(?:[ '’]\d{3})+,\d+"), " '’", ","),
    (re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+,\d+|[1-9]\d{0,2}(?:\.\d{3}){2,}"), ".", ","),
    (re.compile(r"[1-9]\d?(?:,\d{2})+,\d{3}(?:\.\d+)?"), ",", "."),
    (re.compile(r"\d+,\d+"), "", ","),
)


class Number(NamedTuple):
    """A number read: its normal form, empty where another is offered too, and where it ended."""

    value: str
    end: int


def read_number(text: str, start: int = 0) -> Number | None:
    """Read the number that stands at `start`; None where none does, or where it is not one."""
    match = _NUMBER.match(text, start)
    if match is None:
        return None
    if _ALTERNATIVE.match(text, match.end()):
        return Number("", match.end())
    if _NO_NUMBER_AFTER.match(text, match.end()):
        return None
    value = _value(match)
    return None if value is None else Number(value, match.end())


def _value(match: re.Match[str]) -> str | None:
    parts = match.groupdict()
    negative = (parts["sign"] or parts["inner"]) == "-"
    percent = "%" if parts["percent"] else ""
    mantissa = parts["mantissa"]
    # The common case, without the cost of Fraction.
    if mantissa and mantissa.isdecimal() and match.end() == match.end("mantissa"):
        if len(mantissa) > MAX_DIGITS:
            return None
        number = int(mantissa)
        return f"-{number}" if negative and number else str(number)
    if parts["word"]:
        fraction: Fraction | None = Fraction(_WORDS[parts["word"].lower()])
    elif parts["whole"]:
        fraction = _ratio(parts["top"], parts["bottom"])
        fraction = fraction and fraction + int(parts["whole"])
    else:
        fraction = _decimal(mantissa)
        if fraction is not None and parts["denominator"]:
            bottom = _decimal(parts["denominator"])
            fraction = fraction / bottom if bottom else None
    exponent = int(parts["e"] or parts["power"] or 0)
    if fraction is None or abs(exponent) > MAX_EXPONENT:
        return None
    fraction *= Fraction(10) ** exponent * _SCALES.get((parts["scale"] or "").lower(), 1)
    return normal_form(-fraction if negative else fraction) + percent


def _ratio(top: str, bottom: str) -> Fraction | None:
    return Fraction(int(top), int(bottom)) if int(bottom) else None


def _decimal(token: str) -> Fraction | None:
    if len(token) > MAX_DIGITS:
        return None
    if token.isdecimal():
        return Fraction(int(token))
    for shape, grouping, mark in _SHAPES:
        if shape.fullmatch(token):
            for character in grouping:
                token = token.replace(character, "")
            return Fraction(token.replace(mark, "."))
    return None


def normal_form(value: Fraction) -> str:
    """Write `value` exactly: an integer, a terminating decimal without final zeros, else `p/q`."""
    twos, fives, rest = 0, 0, value.denominator
    while rest % 2 == 0:
        rest //= 2
        twos += 1
    while rest % 5 == 0:
        rest //= 5
        fives += 1
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    places = max(twos, fives)
    if not places:
        return str(value.numerator)
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}"
