"""Read a number as people and models write it, into one exact normal form.

Understood: `18`, `-3` (also U+2212), `1,080`, `1 080`, `1'080`, `1,00,000`, `1.080,50`, `.5`,
`1e3`, `6 × 10^5`, `2^5`, `1/2`, `1 1/2`, `$18`, `$2.5M`, `1.5k`, `18 dollars`, `75 %`, `5 million`,
`8 out of 10`, `2 h 30 min`, `eighteen`, `minus two and a half`.
`1.080` alone is a decimal, as in English; `1,080` is thousands; `1,5` is a decimal.
The unit is separated from the value, a percent sign is kept. Times, dates, ranges and formulas are
not numbers.
"""

# ruff: noqa: RUF002  typographic characters are meant: people write them

from __future__ import annotations

import re

from cotool._lazy import lazy_pattern, stand_ins
from cotool.consensus.extract.dates import MONTHS
from cotool.consensus.extract.extracted import SpanReading
from cotool.consensus.extract.number_words import SCALES, TENS, UNITS, read_numerals, read_words
from cotool.consensus.extract.units import Unit, read_unit, unit_of
from cotool.consensus.extract.vocabulary import has_any

with stand_ins("fractions"):  # few numbers are fractions
    import fractions

# A number beyond these is not read: no answer has that many digits, and arithmetic on such
# values takes more than linear time.
MAX_DIGITS = 100
MAX_EXPONENT = 300

_SCALES = {
    **SCALES,
    "hundred": 100,
    "dozen": 12,
    **dict.fromkeys(["lakhs", "lakh", "lacs", "लाख"], 10**5),
    **dict.fromkeys(["crores", "crore", "करोड़"], 10**7),
    **dict.fromkeys(
        "tausend tsd mil tysięcy tysiące tys тысячи тысяча тысяч тыс हज़ार ألف".split(), 10**3
    ),
    **dict.fromkeys(
        "mn mio mln millionen millions millones milhões milioni miliony milionów миллионов миллиона"
        " миллион млн مليون".split(),
        10**6,
    ),
    **dict.fromkeys(
        "bn mrd mld milliarden milliards miliardi miliardów миллиардов миллиарда миллиард млрд"
        " مليار".split(),
        10**9,
    ),
    **dict.fromkeys(["万", "萬", "만"], 10**4),
    **dict.fromkeys(["亿", "億", "억"], 10**8),
}
# Letters that scale a number: right after it (1.5k), or after an amount of money ($2 M).
_LETTERS = {"k": 10**3, "M": 10**6, "B": 10**9}
_MONEY_LETTERS = {**_LETTERS, "K": 10**3, "m": 10**6, "b": 10**9, "T": 10**12}

_CURRENCY = r"(?:(?:US|R|A|C)\$|[$€£¥₹₽₩]|(?:USD|EUR|GBP|CHF|PLN|INR|Rs\.?)(?![A-Za-z]))"
_GROUPED = r"\d+(?:[.,'’_]\d+|[ ]\d{3}(?![\d]))*"
_NUMBER = lazy_pattern(
    rf"""(?P<sign>[-+]?|(?i:minus|negative)[ ])[ ]?(?:(?P<currency>{_CURRENCY})[ ]?)?(?P<inner>-?)
    (?:
      (?P<whole>\d{{1,9}})(?:[ ]|[ ]and[ ])(?P<top>\d{{1,9}})/(?P<bottom>\d{{1,9}})(?![\d/.])
    | (?P<mantissa>{_GROUPED}|\.\d+)
      (?:[eE](?P<e>[-+]?\d{{1,9}})(?![\w])
        |[ ]?[×x*·][ ]?10[ ]?(?:\^|\*\*)?[ ]?\{{?(?P<power>[-+]?\d{{1,9}})\}}?
        |(?:\^|\*\*)\{{?(?P<raised>-?\d{{1,4}})\}}?)?
      (?:(?:[ ]?/[ ]?|[ ](?:out[ ])?of[ ]|(?<=1)(?<![\d.,]1)[ ]in[ ])
        (?P<denominator>\d+(?:,\d{{3}})*(?:\.\d+)?)(?![\d/]))?
    )
    (?:(?:[ ]|(?<=\d)(?=[mMbB]n|[万萬만亿億억]))(?P<scale>(?i:{"|".join(_SCALES)}))
        (?:\.(?=[ ]?[€$£]))?(?![^\W万萬만亿億억元円人个個件名本]|-)
      |(?P<space>[ ]?)(?P<letter>[kKmMbBT])(?![\w/^]))?
    (?P<percent>[ ]?%|[ ](?i:percent|per[ ]cent|prozent|pour[ ]cent|por[ ]ciento|por[ ]cento)\b
      |[ ]?(?:个百分点|퍼센트|パーセント))?""",
    re.VERBOSE,
)
# What it begins with, in lower case, if not with a digit or a sign.
BEGINNINGS = (
    *("minus ", "negative ", "us$", "r$", "a$", "c$", "usd", "eur", "gbp", "chf", "pln", "inr"),
    "rs",
)
# What may not follow: more digits or an operator (a formula, a time, a date, a range, a list),
# an ordinal's ending, a decade's, another number word, one letter that is a variable and no unit.
_NO_NUMBER_AFTER = lazy_pattern(
    rf"""[ ]?[+×÷^=<>\\]|[ ]?/?[ ]?[√∛π∞]|[ ]?\*(?!\*)[ ]?[\w(\\$]|\*\*\d|[:/–-]\d|\d|,[ ]?\d
    |[ ][–-][ ]\$?\d
    |(?:st|nd|rd|th)\b|[eE][-+]?\d|[ ]?(?!(?:[msghlLVWANJCFKM]|(?<=[ ])[aI])\b)[a-zA-Z]\b(?!['’])
    |[ ](?i:{"|".join([*UNITS, *TENS])})\b|(?<=[A-Za-z])[ ]of[ ](?:the|these|them|those)\b
    |(?<=\d0)['’]?s\b|[hH]\d|[ ]?[年点點時时][ ]?\d|[ ]?月
    |,[ ]?[a-z][ ]?=|[ ]B\.?C\.?(?:E\.?)?(?!\w)""",
    re.VERBOSE,
)
# 0x1F, 0b101, 0o17: whole numbers to another base.
_BASED = lazy_pattern(r"0(?:x[\da-f]{1,80}|b[01]{1,80}|o[0-7]{1,80})(?![\w.])", re.IGNORECASE)
_ALTERNATIVE = lazy_pattern(rf"[ ]?(?:or|to|and)[ ](?:[a-z][ ]?=[ ]?)?{_CURRENCY}?-?\d")
# A date such as "4 July", or a time such as "3 p.m.".
_NAME_AFTER = lazy_pattern(
    r"[ ](?P<link>of[ ]|de[ ]|d['’])?(?P<name>[^\W\d_]{3,12})|[ ]?(?i:[ap]\.?m\b|o['’]clock)"
    r"|\.[ ](?P<german>[A-ZÄ][a-zä]{2,8})(?=[ ]\d{4})"
)
_ALSO_WORDS = {"may", "march", "mar", "mars", "jan", "set"}
_SIGN = lazy_pattern(r"(?:minus|negative)[ ]", re.IGNORECASE)
_PERCENT = lazy_pattern(r"[ ]?(?:%|percent\b|per[ ]cent\b)", re.IGNORECASE)
_OTHER_WORD = lazy_pattern(r"[ ](?:or|to|and)[ ](?!an?\b)(?=[a-z])", re.IGNORECASE)
_OUT_OF = lazy_pattern(r"[ ](?:(?:out[ ])?of|in)[ ](?=\w)")
_MORE = lazy_pattern(
    r"(?:,|,?[ ]and)?[ ]?"
    r"(?:(?P<number>\d{1,9}(?:\.\d{1,9})?)(?![\d.,:/]\d|\d)|(?<=[ ])(?=[a-z]{3}))"
)
# Dimensions in which a smaller amount may follow: "2 h 30 min".
_IN_CENTS = {"dollars", "euros"}
_COMPOUND = {"time", "months", "length", "mass", *_IN_CENTS}
MAX_PARTS = 4
# "1h30", "1 h 30", "1:30 hours".
_HOURS = r"(?:h|hrs?|hours?|std\.?|stunden?|heures?|horas?|or[ae]|uur|час(?:а|ов)?|ч)"
_AND_MINUTES = lazy_pattern(rf"[ ]?{_HOURS}[ ]?([0-5]\d)[ ]?m?(?![\w:.,]|[ ]m)", re.IGNORECASE)
_CLOCKED = lazy_pattern(rf":([0-5]\d)[ ]?{_HOURS}(?!\w)", re.IGNORECASE)
# "1m80": of 60 and more, no seconds.
_AND_CENTIMETRES = lazy_pattern(r"[ ]?m[ ]?([6-9]\d)(?!\w)")
_FEET = lazy_pattern(r"(\d{1,2})[ ]?['’′][ ]?(\d{1,2})[ ]?(?:[\"”″]|['’]{2}|$)")
# "an hour and a half", "half an hour".
_AND_A_HALF = lazy_pattern(
    r"[ ](?:and|et|und|y|e|i|en)[ ](?:an?[ ]|une??[ ]|eine?[ ]|een[ ]|un[ao]?[ ])?"
    r"(half|demie?|halbe?|medi[ao]|mezz[ao]|mei[ao]|pół|quarter|quart|viertel|cuarto|quarto|kwart)\b",
    re.IGNORECASE,
)
_JOINTS = (" and ", " et ", " und ", " y ", " e ", " i ", " en ")
_QUARTERS = ("qu", "viertel", "cuarto", "kwart")
_OF_ONE = lazy_pattern(r"[ ](?:of[ ])?an?(?=[ ][a-z])", re.IGNORECASE)
_ONE_TIME = lazy_pattern(
    r"an?(?=[ ](?:hour|minute|day|week|month|year|mile)[ ]and[ ])", re.IGNORECASE
)
_ADJACENT = " :-°%/abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ$€£¥₹¢µμΩ"

_SHAPES = (
    # (shape, characters that group digits, decimal mark)
    (lazy_pattern(r"\d*\.\d+"), "", "."),
    (lazy_pattern(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?"), ",", "."),
    (lazy_pattern(r"[1-9]\d{0,2}(?:[ '’_]\d{3})+(?:\.\d+)?"), " '’_", "."),
    (lazy_pattern(r"[1-9]\d{0,2}(?:[ '’]\d{3})+,\d+"), " '’", ","),
    (lazy_pattern(r"[1-9]\d{0,2}(?:\.\d{3})+,\d+|[1-9]\d{0,2}(?:\.\d{3}){2,}"), ".", ","),
    (lazy_pattern(r"[1-9]\d?(?:,\d{2})+,\d{3}(?:\.\d+)?"), ",", "."),
    (lazy_pattern(r"\d+,\d+"), "", ","),
)


def read_number(text: str, start: int = 0) -> SpanReading | None:
    """Read the number at `start`; None if there is none. Its value is empty if it offers two."""
    digits = text[start:].removesuffix(".")
    if digits.isascii() and digits.isdecimal() and len(digits) <= MAX_DIGITS:
        return SpanReading(str(int(digits)), start + len(digits))
    is_word = digits[:1].isalpha() and not digits[:9].lower().startswith(BEGINNINGS)
    match = None if is_word else _NUMBER.match(text, start)
    return _read_words(text, start) if match is None else _read_digits(text, match)


def _read_digits(text: str, match: re.Match[str]) -> SpanReading | None:
    """Read the number that `_NUMBER` found; None if what follows makes it something else."""
    based = _BASED.match(text, match.start()) if match["mantissa"] == "0" else None
    if based:
        return SpanReading(str(int(based[0], 0)), based.end())
    quoted = "'" in text or "’" in text or "′" in text
    feet = _FEET.match(text, match.start()) if quoted and match["mantissa"] else None
    if feet:
        return SpanReading(str(12 * int(feet[1]) + int(feet[2])), feet.end(), unit=unit_of("in"))
    end = match.end()
    scale = 1
    if match["letter"]:
        letters = _MONEY_LETTERS if match["currency"] else {} if match["space"] else _LETTERS
        scale = letters.get(match["letter"], 0)
        if not scale:
            scale, end = 1, match.start("space")
    unit, more = _currency(match), None
    if end < len(text) and text[end:] != ".":
        if _ALTERNATIVE.match(text, end):
            return SpanReading("", end)
        if unit is None and (text[end] in _ADJACENT or text[end] > "\x7f"):
            unit, more = _unit_after(text, end, match)
        if more is not None:
            return more
        if _NO_NUMBER_AFTER.match(text, end) or _is_date(text, end):
            return None
    value = _value(match, end, scale)
    return None if value is None else SpanReading(value, end, unit=unit, top=_top(match))


def _currency(match: re.Match[str]) -> Unit | None:
    return unit_of(match["currency"]) if match["currency"] else None


def _top(match: re.Match[str]) -> str:
    if not match["denominator"]:
        return ""
    top = _decimal(match["mantissa"])
    return "" if top is None else normal_form(top)


def _is_date(text: str, end: int) -> bool:
    match = _NAME_AFTER.match(text, end)
    if match is None:
        return False
    name = match["name"] or match["german"]
    if name is None:
        return True
    known = name.casefold() in MONTHS
    return known and bool(match["link"] or name[0].isupper() or name not in _ALSO_WORDS)


def _unit_after(
    text: str, end: int, match: re.Match[str]
) -> tuple[Unit | None, SpanReading | None]:
    """Return the unit after a number, and the whole amount where smaller units follow."""
    whole = (match["mantissa"] or "").isdecimal() and not (match["sign"] or match["inner"])
    together = _in_two_parts(text, end, int(match["mantissa"])) if whole else None
    if together is not None:
        return None, together
    found = read_unit(text, end)
    if found is None:
        return None, None
    unit, place = found
    total = _decimal(match["mantissa"]) if match["mantissa"] else None
    if unit.dimension not in _COMPOUND or total is None:
        return unit, None
    more = _with_smaller(text, place, total, unit)
    negative = match["sign"].strip() not in {"", "+"}
    return unit, _negated(more) if more and negative else more


def _with_smaller(text: str, end: int, total: fractions.Fraction, unit: Unit) -> SpanReading | None:
    """Read the smaller units after an amount: "2 h 30 min", "nine dollars and fifty cents".

    None if there are none; without a value if what follows is no smaller unit.
    """
    amount = None
    for _ in range(MAX_PARTS):
        more = _MORE.match(text, end)
        number = _number_after(text, more) if more else None
        if number is None:
            return amount
        following = read_unit(text, number[1])
        if following is None:
            break
        part, end = following
        if part.dimension == "cents" and unit.dimension in _IN_CENTS:
            return SpanReading(normal_form(total + number[0] / 100), end, unit=unit)
        if unit.symbol == "h" and part.symbol == "m":
            part = unit_of("min") or part
        if part.dimension != unit.dimension or part.factor >= unit.factor:
            break
        total, unit = total * unit.factor / part.factor + number[0], part
        amount = SpanReading(normal_form(total), end, unit=unit)
    return amount and SpanReading("", end)


def _negated(reading: SpanReading) -> SpanReading:
    return reading._replace(value=f"-{reading.value}") if reading.value else reading


def _number_after(text: str, more: re.Match[str]) -> tuple[fractions.Fraction, int] | None:
    """Return the number, in digits or words, of a smaller unit, and where it ends."""
    if more["number"]:
        return fractions.Fraction(more["number"]), more.end()
    return read_words(text, more.end())


def _in_two_parts(text: str, end: int, whole: int) -> SpanReading | None:
    """Read "1h30", "1m80" or "1 hour and a half" from its whole number on."""
    if not has_any(text[end : end + 4], ("h", "H", ":", "m", "S", "s", "o", "u", "ч")) and not (
        has_any(text[end:], _JOINTS)
    ):
        return None
    if minutes := _AND_MINUTES.match(text, end) or _CLOCKED.match(text, end):
        return SpanReading(str(60 * whole + int(minutes[1])), minutes.end(), unit=unit_of("min"))
    if metres := _AND_CENTIMETRES.match(text, end):
        length = fractions.Fraction(100 * whole + int(metres[1]), 100)
        return SpanReading(normal_form(length), metres.end(), unit=unit_of("m"))
    unit = read_unit(text, end)
    half = _AND_A_HALF.match(text, unit[1]) if unit and has_any(text[end:], _JOINTS) else None
    if unit is None or half is None:
        return None
    value = whole + _part_of(half[1])
    return SpanReading(normal_form(value), half.end(), unit=unit[0])


def _part_of(word: str) -> fractions.Fraction:
    """Return a half or a quarter."""
    return fractions.Fraction(1, 4 if word.lower().startswith(_QUARTERS) else 2)


def _in_words(text: str, start: int) -> tuple[fractions.Fraction, int] | None:
    """Read a number in words, "an" before a unit with a half, and "half a" before a unit."""
    if text[start : start + 1] in {"a", "A"} and (one := _ONE_TIME.match(text, start)):
        return fractions.Fraction(1), one.end()
    found = read_words(text, start)
    if found and found[0].denominator > 1 and (whole := _OF_ONE.match(text, found[1])):
        return found[0], whole.end()
    return found


def _read_words(text: str, start: int) -> SpanReading | None:
    sign = _SIGN.match(text, start)
    if sign:
        start = sign.end()
    elif not text[start : start + 1].isalpha():
        return None
    if text[start] > "\u3000":
        numeral = read_numerals(text, start)
        return SpanReading(str(numeral[0]), numeral[1]) if numeral else None
    found = _in_words(text, start)
    if found is None:
        return None
    value, end = found
    over = _OUT_OF.match(text, end)
    bottom = read_words(text, over.end()) if over else None
    top = ""
    if bottom and bottom[0]:
        top, value, end = normal_form(value), value / bottom[0], bottom[1]
    other = _OTHER_WORD.match(text, end)
    if other and read_words(text, other.end()):
        return SpanReading("", end)
    percent = _PERCENT.match(text, end)
    if percent:
        end = percent.end()
    elif (text[end : end + 1] == "-" and text[end + 1 : end + 2].isalnum()) or (
        value.denominator == 1 and _NO_NUMBER_AFTER.match(text, end)
    ):
        return None
    amount = None if percent else _amount_in_words(text, value, end)
    if amount is None:
        amount = SpanReading(normal_form(value) + ("%" if percent else ""), end, top=top)
    return _negated(amount) if sign else amount._replace(top=top)


def _amount_in_words(text: str, value: fractions.Fraction, end: int) -> SpanReading | None:
    """Read the units after a number in words: "two hours and ten minutes", "an hour and a half"."""
    found = read_unit(text, end)
    if found is None:
        return None
    unit, place = found
    half = _AND_A_HALF.match(text, place) if has_any(text[end:], _JOINTS) else None
    if half:
        return SpanReading(normal_form(value + _part_of(half[1])), half.end(), unit=unit)
    more = _with_smaller(text, place, value, unit) if unit.dimension in _COMPOUND else None
    return more or SpanReading(normal_form(value), end, unit=unit)


_AGAIN = lazy_pattern(r" \(([^()\n]{1,40})\)")


def said_twice(span: str, number: SpanReading) -> SpanReading:
    """Return a number with the same number in brackets after it: "thirty (30) days"."""
    match = _AGAIN.match(span, number.end) if span.startswith(" (", number.end) else None
    second = read_number(match[1]) if match and number.unit is None else None
    if (
        match is None
        or second is None
        or (second.value, second.end) != (number.value, len(match[1]))
    ):
        return number
    unit = read_unit(span, match.end())
    return number._replace(end=match.end(), unit=unit[0] if unit else second.unit)


def _value(match: re.Match[str], end: int, scale: int) -> str | None:
    parts = match.groupdict()
    negative = parts["inner"] == "-" or parts["sign"].strip() not in {"", "+"}
    percent = "%" if parts["percent"] else ""
    mantissa = parts["mantissa"]
    # The common case, without the cost of Fraction.
    if mantissa and mantissa.isdecimal() and end == match.end("mantissa"):
        if len(mantissa) > MAX_DIGITS:
            return None
        number = int(mantissa)
        return f"-{number}" if negative and number else str(number)
    if parts["whole"]:
        bottom = int(parts["bottom"])
        fraction = (
            int(parts["whole"]) + fractions.Fraction(int(parts["top"]), bottom) if bottom else None
        )
    else:
        fraction = _decimal(mantissa)
        if fraction is not None and parts["raised"]:
            fraction = _raised(fraction, len(mantissa), int(parts["raised"]))
        if fraction is not None and parts["denominator"]:
            divisor = _decimal(parts["denominator"])
            fraction = fraction / divisor if divisor else None
    exponent = int(parts["e"] or parts["power"] or 0)
    if fraction is None or abs(exponent) > MAX_EXPONENT:
        return None
    fraction *= (
        fractions.Fraction(10) ** exponent * scale * _SCALES.get((parts["scale"] or "").lower(), 1)
    )
    return normal_form(-fraction if negative else fraction) + percent


def _raised(base: fractions.Fraction, digits: int, exponent: int) -> fractions.Fraction | None:
    """Return a power; None if it would have too many digits."""
    if digits * abs(exponent) > MAX_EXPONENT or (not base and exponent < 0):
        return None
    return base**exponent


def _decimal(token: str) -> fractions.Fraction | None:
    if len(token) > MAX_DIGITS:
        return None
    if token.isdecimal():
        return fractions.Fraction(int(token))
    for shape, grouping, mark in _SHAPES:
        if shape.fullmatch(token):
            for character in grouping:
                token = token.replace(character, "")
            return fractions.Fraction(token.replace(mark, "."))
    return None


def normal_form(value: fractions.Fraction) -> str:
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
