"""Read a number in English words, or in the numerals of Chinese and Japanese.

"one hundred and five", "two and a half"; 十八, 三百五, 两万.
"""

from __future__ import annotations

import re

from cotool._lazy import lazy_pattern, stand_ins
from cotool.consensus.extract.units import read_unit

with stand_ins("fractions"):  # few numbers are fractions
    import fractions

_UNITS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
UNITS = {word: value for value, word in enumerate(_UNITS)}
TENS = {word: 10 * value for value, word in enumerate(_TENS, 2)}
SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_PARTS = {
    "half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10, "hundredth": 100, "thousandth": 1000,
}  # fmt: skip
_PARTS |= {f"{word}s": value for word, value in _PARTS.items() if word != "half"} | {"halves": 2}

# "nine hundred and ninety-nine trillion …" with every place named has 39 words.
MAX_WORDS = 40

_WORD = lazy_pattern(r"(?:^|[ \-]|,[ ])([a-z]+)(?![\w'’])", re.IGNORECASE)
_FIRST_WORD = lazy_pattern(r"([A-Za-z]+)(?![\w'’])")
# What follows a fraction: its end, or what it is a part of. Not "a third party".
_PART_ENDS = lazy_pattern(r"""[ ]?(?:$|[.,;:!?)\]*_"'”’\n}$]|(?:of|an?|the)\b|percent\b|%)""")
_OF_A_SCALE = lazy_pattern(rf"[ ](?:of[ ])?an?[ ]({'|'.join(SCALES)})\b", re.IGNORECASE)


class _Sum:
    """The words read so far: whole thousands, the rest below, and the kind of the last word."""

    def __init__(self) -> None:
        self.total = self.group = 0
        self.least = 10**15
        self.last = ""

    @property
    def value(self) -> int:
        return self.total + self.group

    def add(self, word: str) -> bool:
        """Add a word; tell whether it may follow those before it."""
        if word in UNITS:
            value = UNITS[word]
            fits = self.last in {"", "hundred", "scale"} or (
                self.last == "tens" and 0 < value < _TEN
            )
            self.group, self.last = self.group + value, "unit"
        elif word in TENS:
            fits = self.last in {"", "hundred", "scale"}
            self.group, self.last = self.group + TENS[word], "tens"
        elif word == "hundred":
            fits = 0 < self.group < _HUNDRED and self.last != "hundred"
            self.group, self.last = self.group * _HUNDRED, "hundred"
        elif word in SCALES:
            fits = bool(self.group) and SCALES[word] < self.least
            self.least = SCALES[word]
            self.total, self.group = self.total + self.group * self.least, 0
            self.last = "scale"
        else:
            fits = word == "dozen" and bool(self.value)
            self.total, self.group, self.last = 12 * self.value, 0, "dozen"
        return fits


_TEN, _HUNDRED = 10, 100


def read_words(text: str, start: int) -> tuple[fractions.Fraction, int] | None:
    """Return the number whose words begin at `start`, and where they end.

    None if there is no number, and where the words make none ("one two").
    """
    words = _words(text, start)
    read, place, end = _Sum(), 0, start
    while place < len(words):
        word, after = words[place]
        following = words[place + 1][0] if place + 1 < len(words) else ""
        joined = word == "and" and bool(read.last)
        part = _part(words, place + joined)
        if part and (joined or not read.last):
            return _with_part(text, read.value, *part)
        if joined and not (
            read.last in {"hundred", "scale"} and (following in UNITS or following in TENS)
        ):
            break
        if word == "point" and following in UNITS and read.last:
            return _with_decimals(words, place + 1, read.value)
        if word in {"a", "an"}:
            if read.last or following not in {"hundred", "dozen", *SCALES}:
                break
            read.group, read.last = 1, "unit"
        elif word in {"and", "point"} or word in _PARTS:
            if not joined:
                break
        elif not read.add(word):
            return None
        else:
            end = after
        place += 1
    return (fractions.Fraction(read.value), end) if end > start else None


def _words(text: str, start: int) -> list[tuple[str, int]]:
    """Return the words from `start` onwards that may belong to a number, and where each ends."""
    found: list[tuple[str, int]] = []
    match = _FIRST_WORD.match(text, start)
    while match and len(found) < MAX_WORDS:
        word = match[1].lower()
        if word not in KNOWN:
            break
        found.append((word, match.end()))
        match = _WORD.match(text, match.end())
    return found


KNOWN = {"hundred", "dozen", "a", "an", "and", "point", *UNITS, *TENS, *SCALES, *_PARTS}


def _part(words: list[tuple[str, int]], place: int) -> tuple[int, str, int] | None:
    """Return a fraction at a place ("half", "a half", "three quarters"), and where it ends."""
    pair = [word for word, _ in words[place : place + 2]]
    if len(pair) > 1 and pair[1] in _PARTS and (pair[0] in {"a", "an"} or pair[0] in UNITS):
        return UNITS.get(pair[0], 1), pair[1], words[place + 1][1]
    if pair and pair[0] == "half":
        return 1, "half", words[place][1]
    return None


def _with_part(
    text: str, whole: int, top: int, part: str, end: int
) -> tuple[fractions.Fraction, int] | None:
    if not (_PART_ENDS.match(text, end) or read_unit(text, end)):
        return None
    value = whole + fractions.Fraction(top, _PARTS[part])
    scale = _OF_A_SCALE.match(text, end)
    return (value * SCALES[scale[1].lower()], scale.end()) if scale else (value, end)


def _with_decimals(
    words: list[tuple[str, int]], place: int, whole: int
) -> tuple[fractions.Fraction, int]:
    digits, end = "", 0
    while place < len(words) and UNITS.get(words[place][0], 10) < 10:
        digits += str(UNITS[words[place][0]])
        end = words[place][1]
        place += 1
    return fractions.Fraction(f"{whole}.{digits}"), end


_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_SCALES = {"万": 10**4, "亿": 10**8, "億": 10**8}
# Only a counter may follow, since 一 and 千 begin many words.
_NUMERAL = lazy_pattern(
    r"([零〇一二两三四五六七八九十百千万亿億]{1,20})"
    r"(?=[个個元块岁年天人只名次倍件本台辆张回円時分秒点つ]?(?:[。，,.!！)）\s]|です|$)"
    r"|(?<=..)[个個只名次件本台辆张][\u4e00-\u9fff]{1,4}[。，！]?$)"
)


def read_numerals(text: str, start: int) -> tuple[int, int] | None:
    """Return the number whose numerals begin at `start`, and where they end."""
    match = _NUMERAL.match(text, start)
    if match is None:
        return None
    signs = match[1]
    if len(signs) > 1 and all(sign in _DIGITS for sign in signs):
        return int("".join(str(_DIGITS[sign]) for sign in signs)), match.end(1)
    total = group = 0
    digit: int | None = None
    for sign in signs:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        elif sign in _PLACES:
            group += (1 if digit is None else digit) * _PLACES[sign]
            digit = None
        else:
            total, group, digit = (total + group + (digit or 0)) * _SCALES[sign], 0, None
    return total + group + (digit or 0), match.end(1)
