r"""Numbers as people and models write them, brought to one exact form.

"$1,080.00", "1080", "1 080", "\frac{2160}{2}" and "1.08e3" are equal. Units and currencies are
dropped, a percent sign is kept: 18 % is not 18.
"""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

# Digits beyond which a number is compared as written: exact arithmetic must stay bounded.
MOST_DIGITS = 60

# Spaces between groups of three: no-break, thin, narrow no-break, plain.
_GROUP = r"[\u00a0\u2009\u202f ]"

NUMBER = re.compile(
    r"(?P<sign>[-+\u2212\u2013]\s?)?"
    r"(?:[$€£¥₹]\s?|(?:USD|EUR|GBP|Rs\.?)\s?)?"
    r"(?P<sign2>[-\u2212])?"
    r"(?P<whole>\d{1,3}(?:,\d{3})+(?!\d)|\d{1,3}(?:" + _GROUP + r"\d{3})+(?![\d])|\d{1,60})?"
    r"(?P<part>\.\d{1,60})?"
    r"(?P<power>(?:[eE][-+]?\d{1,3}(?!\w)))?"
    r"(?:\s?/\s?(?P<under>\d{1,30}(?:\.\d{1,30})?))?"
    r"(?P<percent>\s?(?:%|\\%|percent\b|per cent\b))?"
)

# Numbers in words, where a whole answer is one.
WORDS = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ]
    )
}
_LATEX_FRACTION = re.compile(r"\\[dt]?frac\s*\{([^{}]{1,40})\}\s*\{([^{}]{1,40})\}")
_MIXED = re.compile(r"(?<![\d.,/])(\d{1,9})\s+(\d{1,9})\s?/\s?(\d{1,9})(?![\d/])")
_SEVERAL = re.compile(r",\s|;|\band\b|\bor\b")
_EUROPEAN = re.compile(r"(?<![\d.,])\d{1,3}(?:\.\d{3})+,\d+(?![\d.,])")


def tidy(text: str) -> str:
    """Bring typographic and LaTeX variants of numbers to plain characters."""
    if "\\" in text:
        text = _LATEX_FRACTION.sub(r"\1/\2", text)
        text = text.replace("\\$", "$").replace("{,}", ",").replace("\\,", "").replace("\\!", "")
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        text = text.replace("\u2044", "/")
    return _EUROPEAN.sub(lambda m: m[0].replace(".", "").replace(",", "."), text)


def find_number(text: str, start: int = 0) -> tuple[str, int, int] | None:
    """The first number from `start` on in tidy text: its canonical form, its start, its end."""
    for match in NUMBER.finditer(text, start):
        if match["whole"] is None and match["part"] is None:
            continue
        value = canonical(match, text)
        if value is not None:
            return value, match.start(), match.end()
    return None


def canonical(match: re.Match[str], text: str) -> str | None:
    """The form in which equal numbers are equal strings; None where it is part of a word."""
    begin, end = match.start(), match.end()
    before = text[begin - 1] if begin else " "
    sign = match["sign"] or match["sign2"]
    if match["sign"] and before.isalnum():
        sign = match["sign2"]  # "10-5": a dash between, not a sign
    elif before.isalpha() or before == "_":
        return None
    if end < len(text) and ((text[end].isalpha() and text[end - 1] == ".") or text[end] == "_"):
        return None
    digits = re.sub(r"[^\d]", "", match["whole"] or "0")
    if len(digits) >= MOST_DIGITS:
        return digits
    value = Fraction(digits + (match["part"] or "") if match["part"] else digits)
    if match["power"]:
        exponent = int(match["power"][1:])
        if abs(exponent) > 300:
            return f"{value}{match['power'].lower()}"
        value *= Fraction(10) ** exponent
    if match["under"]:
        under = Fraction(match["under"])
        if under == 0:
            return None
        value /= under
    if sign and sign.strip() in {"-", "\u2212", "\u2013"}:
        value = -value
    return plain(value) + ("%" if match["percent"] else "")


def plain(value: Fraction) -> str:
    """A decimal where it is finite and short, else a reduced fraction."""
    if value.denominator == 1:
        return str(value.numerator)
    rest, digits = value.denominator, 0
    while rest % 10 == 0 or rest % 5 == 0 or rest % 2 == 0:
        rest //= 10 if rest % 10 == 0 else 5 if rest % 5 == 0 else 2
        digits += 1
    if rest != 1 or digits > 30:
        return f"{value.numerator}/{value.denominator}"
    places = next(n for n in range(400) if (value * 10**n).denominator == 1)
    scaled = abs(int(value * 10**places))
    text = str(scaled).rjust(places + 1, "0")
    return ("-" if value < 0 else "") + f"{text[:-places]}.{text[-places:]}"


def read_number(text: str) -> tuple[str, str] | None:
    """The number that a short answer consists of, as (canonical, as written); units may follow.

    "18", "$18", "18 dollars", "about 18 km", "x = 18", "1 1/2", "eighteen". None where the text
    holds no number, or several that differ.
    """
    text = tidy(text).strip()
    word = text.strip(".!* ").casefold()
    if word in WORDS:
        return str(WORDS[word]), word
    mixed = _MIXED.search(text)
    if mixed and int(mixed[3]):
        value = int(mixed[1]) + Fraction(int(mixed[2]), int(mixed[3]))
        return plain(value), mixed[0]
    # "3 * 6 = 18": what stands after the equals sign counts; "x = 3 and y = 4" is no one number.
    _, equals, result = text.rpartition("=")
    if equals and (text.count("=") == 1 or not _SEVERAL.search(text)) and find_number(result):
        text = result
    first = find_number(text)
    if first is None:
        return None
    value_text, begin, end = first
    position = end
    while (later := find_number(text, position)) is not None:
        if later[0] != value_text and text[later[1] - 1 : later[1]] not in {"^", "_"}:
            return None
        position = later[2]
    return value_text, text[begin:end].strip()
