"""Dates and times of day in one normal form: `1776-07-04`, `1776-07`, `07-04`, `15:30`.

Read in full only: "4 July 1776", "July 4th, 1776", "4. Juli 1776", "1776年7月4日", "3:30 p.m.".
Of numbers alone, `4.7.1776` is day first and `1776-07-04` year first; `7/4/1776` may be either
(see `resolve`).
"""

from __future__ import annotations

import re
from datetime import date

from cotool._lazy import lazy_pattern
from cotool.consensus.extract.number_words import UNITS

# One row per month: English, German, French, Spanish, Portuguese, Italian, Dutch, Russian, Arabic,
# Hindi, with abbreviations.
_MONTHS = (
    "january jan januar janvier enero janeiro gennaio januari января январь يناير जनवरी",
    "february feb februar février fevrier febrero fevereiro febbraio februari февраля فبراير फरवरी",
    "march mar märz maerz mars marzo março marco maart марта март مارس मार्च",
    "april apr avril abril aprile апреля апрель أبريل अप्रैल",
    "may mai mayo maio maggio mei мая май مايو मई",
    "june jun juni juin junio junho giugno июня июнь يونيو जून",
    "july jul juli juillet julio julho luglio июля июль يوليو जुलाई",
    "august aug août aout agosto augustus августа август أغسطس अगस्त",
    "september sep sept septembre septiembre setembro settembre сентября سبتمبر सितंबर",
    "october oct okt oktober octobre octubre outubro ottobre октября أكتوبر अक्टूबर",
    "november nov novembre noviembre novembro ноября نوفمبر नवंबर",
    "december dec dez dezember décembre decembre diciembre dezembro dicembre декабря ديسمبر दिसंबर",
)
# Polish, Swedish, Danish, Turkish.
_MORE_MONTHS = (
    "stycznia styczeń ocak", "lutego luty şubat", "marca marzec marts mart",
    "kwietnia kwiecień nisan", "maja maj mayıs", "czerwca czerwiec haziran", "lipca lipiec temmuz",
    "sierpnia sierpień augusti ağustos", "września wrzesień eylül", "października październik ekim",
    "listopada listopad kasım", "grudnia grudzień aralık",
)  # fmt: skip
MONTHS = {
    name: number
    for rows in (_MONTHS, _MORE_MONTHS)
    for number, row in enumerate(rows, 1)
    for name in row.split()
}

_NAME = r"(?P<month>[^\W\d_]{3,12}[\u0900-\u097f]{0,6})\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.|º|er|-го)?"
_YEAR = r"(?P<year>\d{3,4})(?:[ ](?:AD|CE)|年|\s?г(?:ода|\.)?|[ ]r(?:oku|\.)?)?"
# One row per day, in the languages of the months, with abbreviations.
_WEEKDAYS = (
    "monday mon montag mo lundi lunes segunda lunedì maandag понедельник الاثنين सोमवार",
    "tuesday tue tues dienstag di mardi martes terça martedì dinsdag вторник الثلاثاء मंगलवार",
    "wednesday wed mittwoch mi mercredi miércoles quarta mercoledì woensdag среда الأربعاء बुधवार",
    "thursday thu thur thurs donnerstag do jeudi jueves quinta giovedì donderdag четверг الخميس",
    "friday fri freitag fr vendredi viernes sexta venerdì vrijdag пятница الجمعة शुक्रवार",
    "saturday sat samstag sonnabend sa samedi sábado sabato zaterdag суббота السبت शनिवार",
    "sunday sun sonntag so dimanche domingo domenica zondag воскресенье الأحد रविवार",
)
_WEEKDAY_OF = {name: row[:3] for row in _WEEKDAYS for name in row.split()}
_WEEKDAY = (
    r"(?:(?P<weekday>[^\W\d_]{2,11}[\u0900-\u097f]{0,6})(?:-feira)?\.?,?[ ](?:den[ ]|the[ ])?)?"
)
# Other words that may precede a date without changing it.
_BEFORE_DATE = frozenset("on the am den der dem le el il la the dal del em in at".split())
_OF = r"(?:[ ](?:of|de|di|del)(?=[ ])|\.)?[ ]?"
_DATES = tuple(
    lazy_pattern(pattern, re.VERBOSE | re.IGNORECASE)
    for pattern in (
        r"(?P<year>\d{4})[-/.](?P<number>\d{1,2})(?:[-/.](?P<day>\d{1,2}))?(?:T00:00(?::00)?Z?)?",
        r"(?P<day>\d{1,2})\.[ ]?(?P<number>\d{1,2})\.[ ]?(?P<year>\d{4})",
        r"(?P<number>\d{1,2})/(?P<year>[12]\d{3})",
        rf"{_WEEKDAY}(?:the[ ]|le[ ]|el[ ]|am[ ]|il[ ])?{_DAY}{_OF}{_NAME}(?:,?{_OF}{_YEAR})?",
        rf"{_WEEKDAY}{_NAME}[ ](?:the[ ])?{_DAY}(?:,?[ ]{_YEAR})?",
        rf"{_NAME},?{_OF}{_YEAR}",
        r"(?P<year>\d{3,4})[年년][ ]?(?P<number>\d{1,2})[月월](?:[ ]?(?P<day>\d{1,2})[日일])?",
        r"(?P<number>\d{1,2})[月월][ ]?(?P<day>\d{1,2})[日일]",
        r"(?P<year>\d{4})[年년]",
    )
)
_SLASHED = lazy_pattern(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})")
_TIME = lazy_pattern(
    r"""(?P<before>上午|下午|午前|午後|오전|오후)?[ ]?(?P<hour>\d{1,2})
    (?:(?:[:.h]|[ ]?(?:Uhr|heures|点|點|時|时|시)[ ]?|[ ]h[ ](?=\d\d$))
       (?:(?P<minute>\d{2})(?:分|분)?(?::(?P<second>\d{2}))?)?)?
    [ ]?(?:(?P<half>[ap])\.?[ ]?m\.?|(?P<clock>o['’]clock|hrs?|Uhr|h))?
    (?:[ ]?\(?(?P<zone>Z|(?:UTC|GMT)(?:[+-]\d{1,2}(?::?\d\d)?)?|[+]\d\d:\d\d
       |[ECMP][SD]?T|AK[SD]T|H[SD]?T|BST|IST|CES?T|EES?T|WES?T|MSK|[JK]ST|SGT|HKT|A[CEW][SD]T
       |NZ[SD]T|AEST|AEDT)\)?)?""",
    re.VERBOSE | re.IGNORECASE,
)
_AFTERNOON = {"p", "下午", "午後", "오후"}
_LONGEST = 48
_DIGIT = lazy_pattern(r"\d")


def read_date(text: str) -> str | None:
    """Return the normal form of a text that is a date or a time of day and nothing else."""
    if len(text) > _LONGEST:
        return None
    if not _DIGIT.search(text):
        return _in_words(text)
    if text[:2] in _ERAS:
        text = _ERA.sub(_in_common_years, text)
    if military := _MILITARY.fullmatch(text):
        return f"{military[1]}:{military[2]}"
    for pattern in _DATES:
        match = pattern.fullmatch(text)
        if match and (found := _date(match.groupdict())):
            return found
    slashed = _SLASHED.fullmatch(text)
    if slashed:
        readings = {one for one in _readings(slashed) if one}
        return readings.pop() if len(readings) == 1 else text
    return _time(text)


# "am 3. Oktober 1990", "el 12 de octubre de 1492"
_LEAD = lazy_pattern(r"(?:am|on|el|le|il|em|den|der|dnia)\s(?=\d)", re.IGNORECASE)
_LONGEST_LEAD = len("dnia 3")


def without_lead(text: str) -> str:
    """Return what follows the word before a date; empty if there is no such word."""
    lead = _LEAD.match(text) if any(map(str.isdecimal, text[:_LONGEST_LEAD])) else None
    return text[lead.end() :] if lead else ""


# Eras of Japan, and the years before their first.
_ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}
_ERA = lazy_pattern(rf"^({'|'.join(_ERAS)})(元|\d{{1,2}})(?=年)")
_MILITARY = lazy_pattern(r"([01]\d|2[0-3])([0-5]\d) ?(?:hours|hrs)", re.IGNORECASE)


def _in_common_years(match: re.Match[str]) -> str:
    return str(_ERAS[match[1]] + (1 if match[2] == "元" else int(match[2])))


_PART_OF_DAY = lazy_pattern(
    r"([a-z]+)(?: o['’]clock)? in the (morning|afternoon|evening)", re.IGNORECASE
)
_PAST = lazy_pattern(r"(half past|(?:a )?quarter past|(?:a )?quarter to) ([a-z]+)", re.IGNORECASE)
_MINUTES = {"half past": 30, "quarter past": 15, "quarter to": -15}


def _in_words(text: str) -> str | None:
    """Return the time that a text such as "half past three" says."""
    if " in the " in text and (part := _PART_OF_DAY.fullmatch(text)):
        hour = UNITS.get(part[1].lower(), 0)
        if not 1 <= hour <= 12:
            return None
        half = "am" if part[2].lower() == "morning" else "pm"
        return _time(f"{hour} {half}")
    match = _PAST.fullmatch(text)
    hour = UNITS.get(match[2].lower(), 0) if match else 0
    if match is None or not 1 <= hour <= 12:
        return None
    minutes = hour * 60 + _MINUTES[match[1].lower().removeprefix("a ")]
    return f"{minutes // 60:02}:{minutes % 60:02}"


def resolve(value: str, others: set[str]) -> str:
    """Return the reading of a date such as 7/4/1776, day or month first, that is in `others`."""
    slashed = _SLASHED.fullmatch(value)
    found = others.intersection(_readings(slashed)) if slashed else ()
    return next(iter(found)) if len(found) == 1 else value


def _readings(slashed: re.Match[str]) -> list[str]:
    first, second, year = map(int, slashed.groups())
    return [_iso(year, first, second) or "", _iso(year, second, first) or ""]


def _date(parts: dict[str, str | None]) -> str | None:
    name = parts.get("month")
    if not name and "number" not in parts:
        return parts["year"]
    month = MONTHS.get(name.casefold()) if name else int(parts["number"] or 0)
    if not month:
        return None
    year, day = parts.get("year"), parts.get("day")
    weekday = (parts.get("weekday") or "").casefold()
    if weekday and weekday not in _WEEKDAY_OF and weekday not in _BEFORE_DATE:
        return None  # "before 4 July" is not a date
    written = _iso(int(year) if year else None, month, int(day) if day else None)
    # In brackets, as an addition that other answers may leave out (see `same_labels`).
    return f"{written} ({_WEEKDAY_OF[weekday]})" if written and weekday in _WEEKDAY_OF else written


def _iso(year: int | None, month: int, day: int | None) -> str | None:
    try:
        date(year or 2000, month, day or 1)
    except ValueError:
        return None
    if year is None:
        return f"{month:02}-{day:02}"
    return f"{year:04}-{month:02}" + (f"-{day:02}" if day else "")


def _time(text: str) -> str | None:
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    half = (match["half"] or "").lower() or match["before"]
    named = half or match["clock"] or match["minute"]
    written = text[match.end("hour") : match.end("hour") + 1]
    if not named and written not in tuple("点點時时시"):
        return None
    clock = (match["clock"] or "").lower()
    if not half and ((written == "." and clock != "uhr") or clock in {"h", "hr", "hrs"}):
        return None  # 3.30 is a number, and 3 h a duration
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half in _AFTERNOON else 0)
    if hour > 24 or minute > 59:
        return None
    seconds = match["second"] or "00"
    zone = (match["zone"] or "").casefold()
    zone = "utc" if zone in {"z", "gmt"} else zone.replace("gmt", "utc")
    return (
        f"{hour:02}:{minute:02}"
        + ("" if seconds == "00" else f":{seconds}")
        + (f" ({zone})" if zone else "")
    )
