"""Dates, times, fractions and amounts in one form: sentences that say the same compare as equal.

A fraction is written as its percentage. Each rule runs only on a text that holds one of its marks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from math import isfinite

from cotool._fast.text.marks import Marks
from cotool._lazy import lazy_pattern
from cotool._records import NamedTuple
from cotool.consensus.decide.anchors import MONTH_NAMES, NUMBER_WORDS, plain_number
from cotool.consensus.extract.normal_form import ORDINALS

# The name of May that has no other meaning in English.
_MAY = "mai"

_SMALL = {"a": 1, "an": 1, "one": 1, **NUMBER_WORDS}
_SCALES = {
    "hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 10**9,
    "tausend": 1_000, "millionen": 1_000_000, "milliarden": 10**9,
    "mille": 1_000, "millions": 1_000_000, "milliards": 10**9, "millones": 1_000_000,
    "milioni": 1_000_000, "milhões": 1_000_000,
}  # fmt: skip
_PARTS = {"half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "tenth": 10}
# Names of units: how many of the smallest one, and the chain that they belong to. Amounts are
# written in the greatest unit of a chain of which there is at least one.
_UNITS = {
    "m": (1, "length"), "met": (1, "length"), "mèt": (1, "length"),
    "km": (1_000, "length"), "kilom": (1_000, "length"), "kilóm": (1_000, "length"),
    "chilom": (1_000, "length"), "quilóm": (1_000, "length"), "quilôm": (1_000, "length"),
    "км": (1_000, "length"), "километ": (1_000, "length"),
    "公里": (1_000, "length"), "千米": (1_000, "length"),
    "gram": (1, "mass"), "kg": (1_000, "mass"), "kilog": (1_000, "mass"), "kilos": (1_000, "mass"),
    "chilog": (1_000, "mass"), "quilog": (1_000, "mass"), "кг": (1_000, "mass"),
    "килогр": (1_000, "mass"), "公斤": (1_000, "mass"),
    "千克": (1_000, "mass"), "ton": (10**6, "mass"),
    "тонн": (10**6, "mass"), "吨": (10**6, "mass"),
}  # fmt: skip
_CHAINS = {
    "length": ((1_000, "km"), (1, "metres")),
    "mass": ((10**6, "tonnes"), (1_000, "kg"), (1, "grams")),
}
_CURRENCIES = {"€": "euros", "$": "dollars", "£": "pounds"}
_CENTURIES = {word: n for word, n in ORDINALS.items() if 11 <= n <= 21}


class _Rule(NamedTuple):
    """A text must hold one of the marks, and the sign, a regex that is found fast ("": none)."""

    marks: tuple[str, ...]
    sign: str
    pattern: str
    write: Callable[[re.Match[str]], str]


def in_normal_form(text: str) -> str:
    """Return a text with its dates, times, fractions and amounts in normal form."""
    held = _MARKS.held_by(text)
    if not held:
        return text
    for rule, marks in zip(_RULES, _MARKS_OF, strict=True):
        if not held & marks or (rule.sign and not _compiled(rule.sign).search(text)):
            continue
        text, changes = _compiled(rule.pattern).subn(rule.write, text)
        if changes:
            held = _MARKS.held_by(text)
    return text


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _date(day: str, month: str, year: str, written: str) -> str:
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return written
    name = _MAY if int(month) == 5 else MONTH_NAMES[int(month)]
    return f"{int(day)} {name} {year}"


def _number(value: float) -> str:
    return f"{value:.10f}".rstrip("0").rstrip(".")


def _value(written: str) -> float | None:
    """Return the value of digits; None for a list such as 1,2,3, and for digits without end."""
    try:
        value = float(plain_number(written))
    except ValueError:
        return None
    return value if isfinite(value) else None


def _time(found: re.Match[str]) -> str:
    hour, minute = int(found[1]), found[2] or "00"
    if not (1 <= hour <= 12 and int(minute) < 60):
        return found[0]
    return f"{hour % 12 + (12 if found[3] in 'pP' else 0)}h{minute}"


def _clock(found: re.Match[str]) -> str:
    return f"{int(found[1])}h{found[2]}"


def _scaled(found: re.Match[str]) -> str:
    scale = _SCALES.get(found[2].casefold())
    value = _SMALL.get(found[1].casefold()) if found[1].isalpha() else _value(found[1])
    return found[0] if scale is None or value is None else _number(value * scale)


def _may(found: re.Match[str]) -> str:
    """Return the month if a number or a preposition comes before it, or a number after it."""
    before = found.string[max(0, found.start() - 5) : found.start()]
    behind = found.string[found.end() : found.end() + 2]
    month = _BEFORE_MONTH.search(before) or (behind[:1] == " " and behind[1:].isdigit())
    return _MAY if month else found[0]


def _share(found: re.Match[str]) -> str:
    if not found[1] and found[2].lower() != "half":
        return found[0]
    # A pattern that ignores case also takes letters that casefold() leaves, such as a dotless i.
    part = _PARTS.get(found[2].casefold().rstrip("s"))
    count = _SMALL.get((found[1] or "a").casefold())
    if part is None or count is None:
        return found[0]
    return f"{_number(round(100 * count / part))} of"


def _fraction(found: re.Match[str]) -> str:
    over, under = int(found[1]), int(found[2])
    return f"{round(100 * over / under)}" if 0 < over < under else found[0]


def _measure(found: re.Match[str]) -> str:
    name = found[2].casefold()
    factor, chain = next(one for start, one in _UNITS.items() if name.startswith(start))
    value = _value(found[1])
    if value is None:
        return found[0]
    amount = value * factor
    size, unit = next((one for one in _CHAINS[chain] if amount >= one[0]), _CHAINS[chain][-1])
    return f"{_number(amount / size)} {unit}"


def _celsius(found: re.Match[str]) -> str:
    return f"{_number(round((float(found[1]) - 32) * 5 / 9, 1))} °C"


def _hours(found: re.Match[str]) -> str:
    amount, unit = int(found[1]), "hours" if found[2] == "minutes" else "minutes"
    return f"{amount // 60} {unit}" if amount >= 120 and amount % 60 == 0 else found[0]


def _minutes(found: re.Match[str]) -> str:
    if found[1]:
        return f"{_number(float(found[1]) * 60)} minutes"
    hours = int(found[2]) if found[2].isdigit() else int(_SMALL[found[2].casefold()])
    return f"{60 * hours + 30} minutes"


_BEFORE_MONTH = lazy_pattern(r"(?:\d|\d\.|(?:th|nd|rd|st)|\b[Ii]n|\b[Oo]f) $")
_DIGITS = r"\d[\d,]*(?:\.\d+)?"
_METRES = (
    r"(?:kilo|chilo|quil[oóô])?met(?:re|er|ro|ri|ry|r[oó]w|rů|ra)[sn]?|(?:kilo)?mètres?|kilómetros?"
    r"|км|километр\w{0,3}"
)
_GRAMS = r"(?:kilo|chilo|quilo)?gram\w{0,3}|kilos|кг|килограмм\w{0,3}"
_M = r"m(?=[,.;:)\n]|$| (?!\d))"  # not m², m/s, 10 m 30 s
_CHINESE = "公里|千米|公斤|千克|吨"
_TONNES = r"ton(?:s|ne[sn]?|nellat[ae]|eladas?)?|тонн\w{0,2}"
_RULES = (
    _Rule(("-",), r"-\d\d-\d\d", r"\b(\d{4})-(\d\d)-(\d\d)\b",
          lambda m: _date(m[3], m[2], m[1], m[0])),
    _Rule((".",), r"\.\d\d?\.\d{4}", r"\b(\d\d?)\.(\d\d?)\.(\d{4})\b",
          lambda m: _date(m[1], m[2], m[3], m[0])),
    _Rule(("May",), "", r"May\b", _may),
    _Rule((" pm", " am ", " am.", " am,", "p.m", "a.m"), "",
          r"\b(\d\d?)(?::(\d\d))? ?([ap])\.?m\b\.?", _time),
    _Rule((":",), r":[0-5]\d", r"\b([01]?\d|2[0-3]):([0-5]\d)\b(?!:)", _clock),
    _Rule(tuple(_CURRENCIES), "",
          r"([€$£]) ?(\d[\d,.]*\d|\d)((?: [^\W\d_]*(?:illi|thou)[^\W\d_]*)?)",
          lambda m: f"{m[2]}{m[3]} {_CURRENCIES[m[1]]}"),
    _Rule((" hundred", " thousand", " million", " billion", " Milli", " tausend"), "",
          rf"(?i)\b({_DIGITS}|{'|'.join(_SMALL)}) ({'|'.join(_SCALES)})\b", _scaled),
    _Rule(("half of", "third of", "thirds of", "quarter", "fifths of", "fifth of"), "",
          rf"(?i)\b(?:({'|'.join(_SMALL)}) )?(half|(?<= )(?:{'|'.join(_PARTS)})s?) of\b", _share),
    _Rule(("/",), r"/\d", r"\b(\d{1,2})/(\d{1,2})(?= (?:of|der|des|de|di)\b)", _fraction),
    _Rule((" m ", " m.", " m,", "km", "kg", " kilo", " kilóm", " Kilo", " chilo", " quil", " met",
           " mèt", " Met", " gram", " Gram", " ton", " Ton", "км", "кг", "кило", "тонн", "公里",
           "千米", "公斤", "千克", "吨"),
          r"\d ?(?:[kKкт公千吨]|m\b|[mM][eè]t|[gG]ram|[tT]on|[cC]hil|[qQ]uil)",
          rf"(?<![\d.,€$£])({_DIGITS}) ?"
          rf"((?i:k[mg]|{_METRES}|{_GRAMS}|{_TONNES})\b|{_CHINESE}|{_M})",
          _measure),
    _Rule(("°F", "° F", "Fahrenheit"), "",
          r"(?<![\w.])(-?\d{1,4}(?:\.\d{1,4})?) ?(?:° ?F\b|(?:degrees|Grad) Fahrenheit\b)",
          _celsius),
    _Rule((" and a half", ".5 hours"), "",
          rf"(?i)\b(?:(\d{{1,4}}\.5) hours|(\d{{1,4}}|{'|'.join(_SMALL)}) hours? and a half)\b",
          _minutes),
    _Rule((" minutes", " seconds"), "", r"(?<![\w.,])(\d{3,5}) (minutes|seconds)\b", _hours),
    _Rule((" century",), "",
          rf"\b({'|'.join(_CENTURIES)}) century\b", lambda m: f"{_CENTURIES[m[1]]}th century"),
)  # fmt: skip
_ALL_MARKS = [mark for rule in _RULES for mark in rule.marks]
_MARKS = Marks(_ALL_MARKS)
_MARKS_OF = [sum(1 << _ALL_MARKS.index(mark) for mark in rule.marks) for rule in _RULES]
