"""The normal form of a short answer: labels, names, dates, formulas and lists that are equal."""

from __future__ import annotations

import re

from cotool._lazy import lazy_pattern
from cotool.consensus.extract.coordinates import coordinates, may_be_coordinates
from cotool.consensus.extract.dates import read_date
from cotool.consensus.extract.expressions import in_order, is_formula, linear
from cotool.consensus.extract.notations import DECADES, notation, roman_century, tones
from cotool.consensus.extract.number_words import TENS, UNITS
from cotool.consensus.extract.preparation import as_power
from cotool.consensus.extract.telephones import telephone
from cotool.consensus.extract.units import unit_of
from cotool.consensus.extract.vocabulary import has_any
from cotool.text import normalised

_ARTICLE = lazy_pattern(r"(?:the|an?)\s+(?=\w)(?!(?:plus|minus)$)")
# "U.S.A.", "ph.d", "st. louis"; not "www.example.com"
_ABBREVIATION = lazy_pattern(
    r"(?:(?<=\b[^\W\d_])|(?<=\b[^\W\d_]{2}))\.(?=\w)|\b([^\W\d_]{1,4})\.(?=\s|$)"
)
_INITIALS = lazy_pattern(r"(?<=\b[^\W\d_]) (?=[^\W\d_]\b)")

ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13,
    **{f"{word}th": value for word, value in UNITS.items() if 14 <= value <= 19 and value != 18},
    "eighteenth": 18,
    **{f"{word[:-1]}ieth": value for word, value in TENS.items()},
}  # fmt: skip
ORDINALS |= {
    f"{tens}-{word}": value + ORDINALS[word]
    for tens, value in TENS.items()
    for word in list(ORDINALS)[:9]
}
_ORDINAL = lazy_pattern(rf"\b({'|'.join(sorted(ORDINALS, key=len, reverse=True))})\b")
_PLACE = lazy_pattern(r"(\d+(?:st|nd|rd|th))(?: (?:place|position|rank|prize))?")

# Phrases that say that the answer cannot be known. This is an answer like any other.
UNKNOWN = "unknown"
_SYNONYMS = {
    **dict.fromkeys(
        [
            "unknown", "cannot be determined", "can't be determined", "can not be determined",
            "undetermined", "not enough information", "not enough info", "insufficient information",
            "not known", "it cannot be determined", "indeterminable", "not stated", "unspecified",
            "not specified", "not mentioned", "not given", "text does not say", "not provided",
            "text doesn't say", "it does not say", "it doesn't say", "it is not stated",
            "passage does not say", "text does not mention it", "not stated in text",
        ],
        UNKNOWN,
    ),
    **dict.fromkeys(["n/a", "na", "not applicable", "n.a.", "n. a."], "n/a"),
    **dict.fromkeys(["usa", "us", "united states of america"], "united states"),
    "noon": "12:00", "midday": "12:00", "midnight": "00:00",
    **dict.fromkeys(["infinity", "infinite", "inf", "+∞", "+infinity"], "∞"),
    **dict.fromkeys(["does not exist", "doesn't exist", "dne"], "does not exist"),
}  # fmt: skip

_RAISED = lazy_pattern("[⁰¹²³⁴-⁹⁺⁻]+")

_JOINER = lazy_pattern(
    r"\s*(?:,\s*(?:and|or|und|oder|et|ou|y|o|e|i|и)\s(?!=)"
    r"|\s(?:and|or)\s|(?<=\w\w)\s(?:und|et|y|e|i|и|oraz|och|og|ve)\s(?=\w\w)|[,;、，；]|\s&\s)\s*"
)
# 红、黄和蓝, 赤と黄と青: two of these make a list.
_WIDE_JOINER = lazy_pattern("[、，和と與与]")
# "red/yellow/blue", "Bleu - Blanc - Rouge".
_WORDS = lazy_pattern(r"[^\W\d_]{2,}(?: [^\W\d_]{2,})*")
_SET_JOINER = lazy_pattern(r"\s(?:and|or|&)\s|^\{")
_ALTERNATIVES = lazy_pattern(r"\s(?:or|oder|ou|o)\s")
_BULLET = lazy_pattern(r"(?:[-*•+]|\(?\d{1,2}[.)])\s+")
_NAMED_RESULT = lazy_pattern(r"(?:[a-z]['′]{0,2}(?:\([a-z]\))?|dy/dx)=(?=[^=]+$)")
_LIMIT = r"(-?[$€£]?\d(?:[\d.,]*\d)?)"
_RANGE = lazy_pattern(
    rf"(?:from )?{_LIMIT}(?:\s?%)?\s?(?:-|–|—|to|bis|à|~)\s?{_LIMIT}(?P<of>%)?"
    rf"|between {_LIMIT}(?:\s?%)? and {_LIMIT}(?P<percent>%)?"
)
_PERCENT = lazy_pattern(r"\s?(?:%|\bpercent\b|\bper cent\b)$")
# "-5 < x ≤ 5" is the interval (-5, 5].
_BETWEEN = lazy_pattern(r"(-?[\d./]+)\s?(<=?|≤)\s?[A-Za-z]\s?(<=?|≤)\s?(-?[\d./]+)")
# Two roots: ±2 is -2 and 2.
_BOTH_SIGNS = lazy_pattern(r"(?:[A-Za-z]\s?=\s?)?±\s?(\d[\d./]*)")
# "x > 3" is (3, ∞).
_ONE_SIDED = lazy_pattern(r"[A-Za-z]\s?([<>]=?|[≤≥])\s?(-?[\d./]+)")
_FLIPPED = lazy_pattern(r"(-?[\d./]+)\s?([<>]=?|[≤≥])\s?([A-Za-z])")
_TURNED = str.maketrans("<>≤≥", "><≥≤")
# "(x, y) = (3, 4)": the point (3, 4).
_POINT = lazy_pattern(r"^\([A-Za-z](?:,\s?[A-Za-z])+\)\s?=\s?(?=\()")
# "x ∈ {1, 2}", the solutions of an equation.
_MEMBER = lazy_pattern(r"^[A-Za-z]\s?(?:∈|\\in)\s?(?=[\\{\[(])")
# "on Tuesday", "at 5 pm".
_AT = lazy_pattern(r"^(?:on|at|in|by|around|um|am|à|a las|le|el)\s(?=\S)", re.IGNORECASE)
_DAY = lazy_pattern(r"on ((?:mon|tues|wednes|thurs|fri|satur|sun)day)s?")
_ERA = lazy_pattern(r"(\d+) b\.?c\.?(?:e\.?)?")
_OPTION_MARK = lazy_pattern(r"^\(?[a-j]\)\s+(?=\w)")
_AMOUNT = r"((?:[$€£¥₹]\s?)?-?[\d.,]*\d%?(?: [^\W\d_]+)?)"
# "at least 5", "5 or more", "> 10".
_BOUNDS = (
    (lazy_pattern(rf"(?:≥ ?|at least |no less than |no fewer than |a minimum of ){_AMOUNT}"), "≥"),
    (
        lazy_pattern(rf"{_AMOUNT}(?: (?:or|and) (?:more|above|greater|over|up|higher|older)|\+)"),
        "≥",
    ),
    (lazy_pattern(rf"(?:≤ ?|at most |no more than |up to |a maximum of ){_AMOUNT}"), "≤"),
    (lazy_pattern(rf"{_AMOUNT} (?:or|and) (?:less|fewer|below|under|lower|younger)"), "≤"),
    (lazy_pattern(rf"(?:> ?|more than |greater than |over |above |exceeding ){_AMOUNT}"), ">"),
    (lazy_pattern(rf"(?:< ?|less than |fewer than |under |below |smaller than ){_AMOUNT}"), "<"),
)
_QUOTES = "\"'`“”‘’«»「」『』 *_"
MOST_ITEMS = 50


# The apostrophe; the tones and the presentation of emoji.
_VARIANTS: dict[int, str | None] = {
    ord("’"): "'", 0xFE0F: None, **dict.fromkeys(range(0x1F3FB, 0x1F400)),
}  # fmt: skip


def plain(text: str) -> str:
    """Casefold a text and unify its characters; exponents stay exponents: 5² is 5^2."""
    if not text.isascii():
        text = _RAISED.sub(as_power, text)
        text = normalised("NFKC", text).translate(_VARIANTS)
    return " ".join(text.casefold().split())


def running_form(text: str) -> str:
    """Return a running text in the characters of normal forms, to search it for one."""
    text = _ABBREVIATION.sub(lambda match: match[1] or "", plain(text))
    return _ORDINAL.sub(lambda match: ordinal(ORDINALS[match[1]]), text)


# A year without its era: "691 CE" is 691.
_YEAR = lazy_pattern(r"A\.?D\.? ?(\d{1,4})|(\d{1,4}) ?(?:C\.?E|A\.?D)\.?")


def short_form(display: str) -> str:
    """Return the normal form of a label, a name, a date, a formula or a list."""
    if display.isascii() and display.isalpha():
        return _word(display)
    display = _POINT.sub("", _MEMBER.sub("", display)).replace("+∞", "∞")
    if "±" in display and (both := _BOTH_SIGNS.fullmatch(display)):
        return f"-{both[1]}, {both[1]}"
    display = notation(display)
    if has_any(display, ("<", ">", "≤", "≥")) and (interval := _interval(display)):
        return interval
    named = read_date(_AT.sub("", display))
    if named is None and may_be_coordinates(display):
        named = coordinates(display)
    if named is None:
        named = telephone(display)
    if named:
        return named
    year = _YEAR.fullmatch(display)
    if year:
        return year[1] or year[2]
    return _bound(display) or ", ".join(list_items(display) or ()) or _one(display)


def _interval(display: str) -> str | None:
    """Return what an inequality allows: x > 3 and 3 < x are (3, ∞)."""
    if bounded := _BETWEEN.fullmatch(display):
        low, opens, closes, high = bounded.groups()
        return f"{'(' if opens == '<' else '['}{low}, {high}{')' if closes == '<' else ']'}"
    if flipped := _FLIPPED.fullmatch(display):
        display = f"{flipped[3]} {flipped[2].translate(_TURNED)} {flipped[1]}"
    bounded = _ONE_SIDED.fullmatch(display)
    if bounded is None:
        return None
    sign, bound = bounded.groups()
    closed = sign[1:] == "=" or sign in "≤≥"
    if sign[0] in ">≥":
        return f"{'[' if closed else '('}{bound}, ∞)"
    return f"(-∞, {bound}{']' if closed else ')'}"


def _word(display: str) -> str:
    word = display.lower()
    if display == "Na":  # sodium, not "NA"
        return word
    return ordinal(ORDINALS[word]) if word in ORDINALS else _SYNONYMS.get(word, word)


def _bound(text: str) -> str | None:
    """Return the normal form of a bound such as "at least 5": ≥5."""
    value = plain(text).strip(_QUOTES)
    found = ((pattern.fullmatch(value), sign) for pattern, sign in _BOUNDS)
    return next((sign + match[1] for match, sign in found if match), None)


def _one(text: str) -> str:
    if is_formula(text):
        value = linear(plain(text) if "\\" not in text else text.replace("\\%", "%"))
        return in_order(_NAMED_RESULT.sub("", value) or value)
    value = _OPTION_MARK.sub("", plain(text).strip(_QUOTES))
    value = tones(value)
    if _ARTICLE.match(value):
        value = _ARTICLE.sub("", value, count=1)
    if "." in value:
        value = (
            _ABBREVIATION.sub(lambda match: match[1] or "", value)
            if not value.startswith(".")
            else value
        )
        value = _INITIALS.sub("", value)
    value = _ORDINAL.sub(lambda match: ordinal(ORDINALS[match[1]]), value)
    for pattern, written in ((_PLACE, r"\1"), (_DAY, r"\1"), (_ERA, r"\1 bc")):
        match = pattern.fullmatch(value)
        if match:
            return match.expand(written)
    if value in _SYNONYMS:
        return _SYNONYMS[value]
    if " c" in value and (number := roman_century(value)):
        return f"{ordinal(number)} century"
    if (decade := DECADES.get(value)) is not None:
        return decade
    if value[-3:] in {"0's", "0’s"}:
        return f"{value[:-2]}s"
    return value


def ordinal(number: int) -> str:
    """Write 2 as 2nd."""
    last = "th" if number % 100 // 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{last}"


def plain_items(text: str) -> list[str] | None:
    """Return the items of a list in its order, in their normal forms; None if it is no list."""
    text = text.strip()
    split = None if _RANGE.fullmatch(text.lower()) else _parts(text)
    if split is None:
        return None
    items = [item for part in split[0] if (item := _one(part.strip(_QUOTES + ".")))]
    return items if 2 <= len(items) <= MOST_ITEMS else None


def _parts(text: str) -> tuple[list[str], str, str] | None:
    """Return the parts of a list, its text without brackets, and these; None if it is no list."""
    if "\n" in text:
        lines = [line for line in map(str.strip, text.split("\n")) if line]
        if not all(_BULLET.match(line) for line in lines):
            return None
        return [line[_BULLET.match(line).end() :] for line in lines], "", ""  # type: ignore[union-attr]
    if text.startswith(("1.", "1)", "(1)")) and (numbered := in_one_line(text)):
        return numbered, "", ""
    inner = text.strip().replace("\\{", "{").replace("\\}", "}")
    bracket = ""
    if inner[:1] in "([{" and inner[-1:] in ")]}" and len(inner) > 1:
        bracket, inner = inner[0] + inner[-1], inner[1:-1]
    if not inner.isascii() and len(_WIDE_JOINER.findall(inner)) > 1:
        inner = _WIDE_JOINER.sub("、", inner)
    for sign in (" / ", "/", " - "):
        if inner.count(sign) > 1 and _WORDS.fullmatch(inner.replace(sign, " ")):
            inner = inner.replace(sign, ", ")
    if not ("," in inner or " or " in inner or " and " in inner or _JOINER.search(inner)):
        return None
    return _JOINER.split(inner.removeprefix("both ")), inner, bracket


# "1. Tokyo 2. Delhi 3. Shanghai"
_INLINE = lazy_pattern(r"(?:^|(?<=[\s,;]))\(?(\d{1,2})[.):]\s*(?=\S)")


def in_one_line(text: str) -> list[str]:
    """Return the parts that one line numbers from 1 on; [] if it numbers none."""
    marks = list(_INLINE.finditer(text))
    if len(marks) < 2 or [int(mark[1]) for mark in marks] != list(range(1, len(marks) + 1)):
        return []
    if marks[0].start():
        return []
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    return [text[mark.end() : end].strip(" ,;.") for mark, end in zip(marks, ends, strict=True)]


def list_items(text: str) -> list[str] | None:
    """Return the items of a list in their normal forms; None if a text is not a list.

    Items in words, and what "and" or "or" joins, are a set, and sorted; words that "or" joins are
    alternatives, one item. Numbers keep their order, and two numbers in brackets keep them too:
    (0, 1) is not [0, 1].
    """
    span = _range(text) if "\n" not in text else None
    if span:
        return [span]
    split = _parts(text)
    if split is None:
        return None
    parts, inner, bracket = split
    joined = bool(_SET_JOINER.search(inner)) or bracket == "{}"
    variables = {one[0] for part in parts if (one := _SOLUTION.match(part.strip()))}
    if len(variables) == 1 and _SOLUTION.match(parts[0].strip()):
        # "x = 2 or x = 3", "x = 2, 3": the solutions are a set; "a = 3, 1, 2" may be a sequence.
        joined = joined or len(parts) == 2 or all(_SOLUTION.match(part.strip()) for part in parts)
        parts = [_SOLUTION.sub("", part.strip()) for part in parts]
        text = ""
    names = {part.partition("=")[0].strip() for part in parts}
    keep = len(names) == len(parts) and "=" in text  # "x = 1, y = 2": each has its own name
    items = [item for part in parts if (item := _item(part.strip(_QUOTES), keep=keep))]
    if not 2 <= len(items) <= MOST_ITEMS:
        return None
    numeric = all(_IS_NUMERIC.fullmatch(item) for item in items)
    if not numeric or joined:
        items.sort()
        if not (numeric or bracket or "=" in text) and _ALTERNATIVES.search(inner):
            return [" or ".join(items)]
    elif not bracket and len(items) == 2 and {*items} == {items[0], _negated(items[0])}:
        items.sort()  # 2 and -2 are two roots
    elif bracket in {"()", "[]", "(]", "[)"} and len(items) == 2:
        items[0], items[-1] = bracket[0] + items[0], items[-1] + bracket[1]
    return items


_SOLUTION = lazy_pattern(r"[A-Za-z]\s?=\s?(?=[-−+\d])")
# What a range counts: "between 5 and 7 days".
_COUNTED = lazy_pattern(
    r" ?(?!o['’]?clock|[ap]\.?m\b)([^\W\d_][^\d,;:/]{0,30}|[^\W\d_]{1,5}/[^\W\d_]{1,5}"
    r"|[°%µ][^\W\d_]{1,3})"
)


def _range(text: str) -> str | None:
    """Return the normal form of a range with what it counts; None for another text."""
    text = _PERCENT.sub("%", text.strip().lower())
    span = _RANGE.match(text)
    if span is None:
        return None
    counted = _COUNTED.fullmatch(text, span.end()) if span.end() < len(text) else None
    if span.end() < len(text) and counted is None:
        return None
    sign = span["of"] or span["percent"] or ""
    known = unit_of(counted[1]) if counted else None
    unit = f" {known.symbol if known else counted[1]}" if counted else ""
    return f"{span[1] or span[4]}–{span[2] or span[5]}{sign}{unit}"


def is_range(text: str) -> bool:
    """Whether a text is a range with what it counts, and nothing else."""
    return text[:1].isdecimal() and _range(text) is not None


def ranges_in(text: str) -> str:
    """Return a sentence's ranges in normal form, as if they ended it."""
    found = map(_range, (match[0] for match in _RANGED.finditer(text)))
    return "".join(f" {span}" for span in found if span)


_RANGED = lazy_pattern(
    rf"(?:from {_LIMIT} to|between {_LIMIT} and) {_LIMIT}(?:[ ]?%|[ ][^\W\d_]+)*", re.IGNORECASE
)


def _negated(number: str) -> str:
    return number[1:] if number.startswith("-") else f"-{number}"


def _item(text: str, *, keep: bool) -> str:
    return linear(plain(text)) if keep and is_formula(text) else _one(text)


_IS_NUMERIC = lazy_pattern(r"[-+]?(?:[\d./]+%?|∞|infinity|inf)")
