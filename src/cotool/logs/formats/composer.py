"""Times in any form, composed from what is found in a sample of lines.

A time is a date and a time of day, perhaps with a zone and AM or PM, in any order and with any
separators. Regexes find the parts in a line. From the parts a *form* is written: a small program in
the language of loglayouts.h, which the scanner runs on every line, so no form has to be known in
advance. What the two or three numbers of a date mean is left to `date_order`.
"""

from __future__ import annotations

from functools import cache

from cotool._fast.logs import logscan
from cotool._lazy import lazy_pattern
from cotool._records import NamedTuple, dataclass
from cotool._typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

# How many bytes of a line are searched for a time, and how many around a time of day for its date.
REACH = 400
_NEAR = 64
# Letters with a meaning in the language of forms; they are escaped where they are plain text.
_LETTERS = frozenset(b"YyodmeDbBaAHhMiSsf6gpqzZ~EXJw\\")
_BLANKS = b" \t"

# ---- finding times


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time in a line: where it is, its form, and the numbers whose order the sample decides.

    In `form`, the bytes 1 to 3 represent those numbers, and 4 a year of four digits after them.
    `spots` are where the numbers begin and end.
    """

    at: int
    end: int
    form: bytes
    numbers: tuple[bytes, ...] = ()
    dated: bool = True
    yeared: bool = True
    spots: tuple[tuple[int, int], ...] = ()


class _TimePart(NamedTuple):
    start: int
    end: int
    letter: bytes


_WEEKDAY = (
    rb"(?:(?P<A>(?i:mon|tues?|wed|thu(?:rs?)?|fri|sat|sun|lun|mar|mer|jeu|ven|sam|dim|mo|di|mi|do"
    rb"|fr|sa|so|mi\xc3\xa9|jue|vie|s\xc3\xa1b|dom|gio|sab|(?:mon|tues|wednes|thurs|fri|satur|sun)"
    rb"day|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|lundi|mardi|mercredi|jeudi"
    rb"|vendredi|samedi|dimanche))(?![A-Za-z])[., ]{1,3})?"
)
# Not within a longer number, a version or another time.
_NUMBER = rb"(?<!\d)(?<!\d[.:])"
_UNGLUED = rb"(?<!\d)(?<!\d\.)"


@cache
def _month() -> bytes:
    names: set[bytes] = set()
    for _, head, rest in logscan.month_names():
        optional = b""
        for letter in reversed([rest[n : n + 1] for n in range(len(rest))]):
            optional = b"(?:" + letter + optional + b")?"
        names.add(head + optional)
    either = b"|".join(
        sorted(names, reverse=True)
    )  # of two that begin alike, the longer one comes first
    return rb"(?P<B>(?i:" + either + rb")(?![A-Za-z\x80-\xff]))"


@cache
def _dates() -> tuple[bytes, ...]:
    """Return regexes of dates. A named group is a letter of forms or a number to be decided."""
    month = _month()
    return (
        # 2024-03-01, 2024/3/1, 2024:03:01, 2024. 03. 01.; in Chinese, Japanese and Korean
        _UNGLUED + rb"(?P<Y>\d{4})(?:\. |[-/.:_ ]|\xe5\xb9\xb4|\xeb\x85\x84 ?)"
        rb"(?P<o>\d{1,2})(?:\. |[-/.:_ ]|\xe6\x9c\x88|\xec\x9b\x94 ?)(?P<e>\d{1,2})"
        rb"(?:\xe6\x97\xa5|\xec\x9d\xbc|\.(?= ))?(?!\d)",
        # 1 March 2024, 01-Mar-24, 1. Mai 2024, 03 Mar, 1 de marzo de 2024
        _NUMBER + rb"(?P<e>\d{1,2})(?:st|nd|rd|th)?(?:[-/., _]{0,2}| de )" + month + rb"\.?"
        rb"(?:(?:[-/:., _]{0,2}| de )(?P<Y>\d{4})(?!\d|[:.]\d\d[:.])|[-/](?P<y>\d\d)(?![\d:]))?",
        # March 1, 2024; Mar  1; Mar-01; Mar/01/2024; Mar.01.2024; Mar-01-24
        rb"(?<![A-Za-z])" + month + rb"\.?(?:[-/_.]| {1,3})(?P<e>\d{1,2})(?:st|nd|rd|th)?(?!\d)"
        rb"(?:(?:, ?| {1,2}|[-/.])(?P<Y>\d{4})(?!\d|[:.]\d\d)|[-/.](?P<y>\d\d)(?![\d:]))?",
        # 2024 Mar  1, 2024-Mar-01
        _NUMBER + rb"(?P<Y>\d{4})[-/ .]" + month + rb"[-/ .]{1,2}(?P<e>\d{1,2})(?!\d)",
        # 01.03.2024, 3/1/2024
        _NUMBER + rb"(?P<n1>\d{1,2})(?P<sign>[-/._])(?P<n2>\d{1,2})(?P=sign)(?P<n4>\d{4})(?!\d)",
        # 1. 3. 2024
        _NUMBER + rb"(?P<n1>\d{1,2})\. (?P<n2>\d{1,2})\. (?P<n4>\d{4})(?!\d)",
        # 24/03/01, 1.3.24
        _NUMBER + rb"(?P<n1>\d{1,2})(?P<sign>[-/.])(?P<n2>\d{1,2})(?P=sign)(?P<n3>\d\d)(?!\d)",
        # 20240301, 240301
        _NUMBER + rb"(?P<Y>(?:19|20)\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?!\d)",
        _NUMBER + rb"(?P<y>\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?!\d)",
        # 03-01, 1/3, 01.03.
        _NUMBER + rb"(?<![-/])(?<!-[A-Za-z])(?P<n1>\d{1,2})(?P<sign>[-/.])(?P<n2>\d{1,2})"
        rb"(?![\d/]|-(?!\d\d:|\Z))\.?",
        # 2024-061, 2024:061, 2024.061: the day of the year
        _NUMBER + rb"(?P<Y>(?:19|20)\d\d)[-.:]?(?P<J>[0-3]\d\d)(?=T)"
        rb"|" + _NUMBER + rb"(?P<Y2>(?:19|20)\d\d)[-.:](?P<J2>[0-3]\d\d)(?!\d)",
        # In Japanese, the year last
        rb"(?P<o>\d{1,2})\xe6\x9c\x88 ?(?P<e>\d{1,2}),? (?P<Y>\d{4})(?!\d)",
    )


# Between a date and a time of day: separators, and words such as "at" or "time". Russian and
# Ukrainian shorten "year" after the number.
_BETWEEN = (
    rb"(?: ?(?:\xd0\xb3|\xd1\x80)\.)?(?:[TD]|::?|-|_|\. ?|[-\s,;|/\])\"'>]{0,8}"
    rb"(?:(?:time|Time|TIME|at|um|kl\.?|\xc3\xa0|\xd0\xb2|@|a las|o?m)[=: ]{1,3})?[\"'(\[<]?)"
    rb"(?:(?P<q>\xe4\xb8[\x8a\x8b]\xe5\x8d\x88|\xe5\x8d\x88\xe5(?:\x89\x8d|\xbe\x8c)|"
    rb"\xec\x98\xa4(?:\xec\xa0\x84|\xed\x9b\x84)|[AP]M) ?)?"
)
_THEN = rb"[-\s,;|/_\])\"'>]{1,4}(?:(?:on|date|Date|DATE|am|le)[=: ]{1,3})?[\"'(\[<]?"
_CLOCK = lazy_pattern(
    rb"(?<![\d.])(?<![^\d]\d\d:)(?P<h>\d{1,2})(?::(?P<M>[0-5]\d)(?::(?P<S>[0-6]\d)"
    rb"(?:(?P<f>[.,]\d+)|(?P<g>:\d{1,9}(?![\d:])))?)?"
    rb"|(?:h|\xe6\x99\x82)(?P<M2>[0-5]\d)(?:m|\xe5\x88\x86)(?P<S2>[0-6]\d)(?:s|\xe7\xa7\x92)?"
    rb"|\.(?P<M3>[0-5]\d)\.(?P<S3>[0-6]\d)(?:(?P<f3>[.,]\d+)|(?P<g3>:\d{1,9}))?)"
    rb"(?!\d|:[\d:]|:[\da-fA-F]{2}(?!\w))"
)
_DIGITAL = lazy_pattern(
    rb"(?P<H>[01]\d|2[0-3])(?P<sign>-?)(?P<M>[0-5]\d)(?P=sign)(?P<S>[0-5]\d)(?P<f>[.,]\d+)?"
    rb"(?!-?[\d.:]*\d)"
)
# The day and the time of Chromium: 0301/101530.123456
_SLASHED = rb"(?<![\w/.])(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])/(?=\d{6}\.\d)"
# The date and the time of Zabbix, behind the id of a process: 803:20260301:101530.123
_COLONED = (
    rb"(?<!\d)(?P<Y>(?:19|20)\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01]):(?=\d{6}\.\d)"
)
_HALF = lazy_pattern(
    rb"(?: |\xe2\x80\xaf)?(?P<p>(?i:[ap]\.(?: |\xc2\xa0)?m\.|[ap]m)(?![A-Za-z])|"
    rb"\xe5\x8d\x88\xe5(?:\x89\x8d|\xbe\x8c)|\xe4\xb8[\x8a\x8b]\xe5\x8d\x88)"
)
_ZONE = lazy_pattern(
    rb" ?(?P<Z>(?:UTC|GMT)[+-]\d\d?(?::?\d\d)?|Z|[+-]\d\d(?::?\d\d|\d)?|[A-Z]{2,5})"
    rb"(?![\w/.])(?!-\d)"
)
# In front of a date, such a zone is the number of minutes to add to get UTC: -060, -60, +0.
_MINUTES = lazy_pattern(rb"[+-](?:\d{3}|1[5-9]|[2-9]\d|0)(?!\d)")
_PLACE = lazy_pattern(rb" (?P<A>[A-Z][A-Za-z]+/[A-Z][A-Za-z_]+|UTC)(?=[\]) ])")
_YEAR = lazy_pattern(rb" (?P<Y>(?:19|20)\d\d)(?!\d|[-:./]\d)")
_GLUED = lazy_pattern(rb"(?P<A>[A-Z]{2,5})(?!\w)")
_WORD = lazy_pattern(rb" (?P<A>[A-Z]{2,5})(?= (?:19|20)\d\d(?!\d|[-:./]\d))")
_TAI = lazy_pattern(rb"(?<![\w])@(?P<X>4[0-9a-f]{15}(?:[0-9a-f]{8})?)(?![0-9a-zA-Z])")
_EPOCH = lazy_pattern(rb"(?<![\w.:/-])(?P<E>1[0-9]{9}(?:[.,]\d+|\d{3}|\d{6}|\d{9})?)(?![\w.-])")
_FULL_DATE = lazy_pattern(
    rb"(?<!\d)\d{4}[-/.:]\d{1,2}[-/.:]\d{1,2}(?!\d)|(?<![\d.])\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}(?![\d.])"
    rb"|(?i:(?<![a-z])(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?[- ]+\d{1,2}"
    rb"(?!\d)|\d{1,2}[-/. ]+(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)(?![a-z])"
    rb"|(?<!\d)\d\d(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\d\d(?!\d))"
)
# What every time without colons contains.
_MAY_BE_TIME = lazy_pattern(rb"\d{6}|\d\d-\d\d-\d\d|@4")
# A year, a month and a day in four digits, or another script before a time of day may be a date.
_PERHAPS_DATE = lazy_pattern(
    rb"(?:(?<![\w.])(?:19|20)\d\d(?:[-/._][\dW]|[\x80-\xff])[^A-Za-z]{0,24}"
    rb"|(?<!\d)(?:19|20)\d\d[^\w:]{1,3}|(?:^|[\[<(\"'])(?:0[1-9]|1[0-2])"
    rb"(?:0[1-9]|[12]\d|3[01])[-T_ ]"
    rb"|[\x80-\xff][ T]?|(?<!\d)\d{1,2}\. )\Z"
)
_YEAR_AFTER = lazy_pattern(rb"[^\w:]{1,3}(?:19|20)\d\d(?!\d)")


@cache
def _parts() -> tuple[re.Pattern[bytes], ...]:
    """Return what the text must contain for each kind of date.

    This is quicker to search for than the date, whose regex takes .5 ms to compile, and 2 ms with
    names of months.
    """
    heads = b"|".join(sorted({head for _, head, _ in logscan.month_names()}))
    month = lazy_pattern(rb"(?:(?<![A-Za-z])|(?<=[snrt][tdh]))(?i:" + heads + rb")")
    four, digit = lazy_pattern(rb"\d{4}"), lazy_pattern(rb"\d")
    return (
        *(four, month, month, month, four, four, digit),
        *(lazy_pattern(rb"\d{8}"), lazy_pattern(rb"\d{6}"), digit, four),
        lazy_pattern(rb"\xe6\x9c\x88"),
    )


@cache
def _before() -> tuple[re.Pattern[bytes], ...]:
    return tuple(lazy_pattern(_WEEKDAY + date + _BETWEEN + rb"\Z") for date in _dates())


@cache
def _digital() -> tuple[re.Pattern[bytes], ...]:
    dates = (_WEEKDAY + _dates()[0], *(date[: -len(rb"(?!\d)")] for date in _dates()[7:9]))
    return (
        lazy_pattern(_SLASHED),
        lazy_pattern(_COLONED),
        *(lazy_pattern(date + rb"[-T_ ]?(?=\d{6}|\d\d-\d\d-\d\d)") for date in dates),
    )


@cache
def _after() -> tuple[re.Pattern[bytes], ...]:
    return tuple(lazy_pattern(_THEN + _WEEKDAY + date) for date in _dates()[:7])


def moments(line: bytes) -> list[Stamp]:
    """Return the times in the first bytes of a line, in order."""
    text = line[:REACH]
    found: list[Stamp] = []
    last = 0
    for clock in _CLOCK.finditer(text):
        if clock.start() < last or int(clock["h"]) > 23:
            continue
        moment = _around(text, clock)
        if moment is not None:
            found.append(moment)
            last = moment.end
    if not found:
        found = [*_without_colons(text), *_seconds(text)] if _MAY_BE_TIME.search(text) else []
    return found


def _around(text: bytes, clock: re.Match[bytes]) -> Stamp | None:
    """Return the time around a time of day, or None if its date cannot be read."""
    start = max(0, clock.start() - _NEAR)
    window = text[start : clock.start()]
    dates = [
        match
        for date, part in zip(_before(), _parts(), strict=True)
        if part.search(window) and (match := date.search(window)) is not None
    ]
    date = min(dates, key=lambda match: match.start(), default=None)
    parts, end = _clock_parts(text, clock)
    if date is not None and _is_date(date):
        year = (
            None
            if date.groupdict().get("Y") or date.groupdict().get("n4")
            else _YEAR.match(text, end)
        )
        if year is not None and not {"y", "n3"} & {k for k, v in date.groupdict().items() if v}:
            parts.append(_TimePart(year.start("Y"), year.end("Y"), b"Y"))
            end = year.end()
        return _moment(text, [*_parts_of(date, start), *parts], end)
    if clock["S"] is None and clock["S2"] is None:
        return None  # 10:00 alone may be anything
    minutes = _MINUTES.match(text, clock.end())
    if minutes is not None:
        parts = [part for part in parts if part.letter != b"Z"]
        parts.append(_TimePart(minutes.start(), minutes.end(), b"w"))
        end = minutes.end()
    for after, part in zip(_after(), _parts(), strict=False):
        date = after.match(text, end) if part.search(text, end, end + _NEAR) else None
        if date is not None and _is_date(date):
            return _moment(text, [*parts, *_parts_of(date, 0)], date.end())
    beside = _PERHAPS_DATE.search(window) or _YEAR_AFTER.match(text, end)
    if clock["S"] is None or beside or _FULL_DATE.search(text):
        return None
    return _moment(text, parts, end)


def _is_date(date: re.Match[bytes]) -> bool:
    """Return whether the numbers of a date are in range in some order."""
    groups = date.groupdict()
    month, day = groups.get("o") or groups.get("m"), groups.get("e") or groups.get("d")
    if not 1 <= int(groups.get("J") or groups.get("J2") or 1) <= 366:
        return False
    if month is not None and not 1 <= int(month) <= 12:
        return False
    if day is not None and not 1 <= int(day) <= 31:
        return False
    numbers = [int(groups[name]) for name in ("n1", "n2") if groups.get(name)]
    if groups.get("n3"):
        return True
    return not numbers or (min(numbers) >= 1 and min(numbers) <= 12 and max(numbers) <= 31)


def _parts_of(match: re.Match[bytes], base: int) -> Iterator[_TimePart]:
    for name, text in match.groupdict().items():
        if text is None or name == "sign":
            continue
        letter = bytes([int(name[1])]) if name[0] == "n" else name[:1].encode()
        yield _TimePart(base + match.start(name), base + match.end(name), letter)


def is_cell(text: bytes, start: int, end: int) -> bool:
    """Return whether an apparent fraction is a cell of a table, as in 10:15:30,0011,INFO."""
    return text[start : start + 1] == b"," == text[end : end + 1] and (end - start - 1) % 3 != 0


def _clock_parts(text: bytes, clock: re.Match[bytes]) -> tuple[list[_TimePart], int]:
    parts = list(_parts_of(clock, 0))
    end = clock.end()
    if parts[-1].letter == b"f" and is_cell(text, parts[-1].start, end):
        return parts[:-1], parts[-1].start
    seconds = next((part for part in parts if part.letter == b"S"), None)
    if seconds is not None and not any(part.letter in b"fg" for part in parts):
        parts.append(_TimePart(seconds.end, seconds.end, b"f"))
    half = _HALF.match(text, end)
    if half is not None:
        parts.append(_TimePart(half.start("p"), half.end("p"), b"p"))
        end = half.end()
    return _zone_parts(text, parts, end)


def _zone_parts(text: bytes, parts: list[_TimePart], end: int) -> tuple[list[_TimePart], int]:
    place = _PLACE.match(text, end)
    zone = _ZONE.match(text, end)
    if place is not None and place["A"] != b"UTC":
        parts.append(_TimePart(place.start("A"), place.end("A"), b"A"))
        return parts, place.end()
    if zone is not None and is_zone(zone["Z"]):
        # The blank before it belongs to the optional zone.
        parts.append(_TimePart(end, zone.end(), b"Z"))
        return parts, zone.end()
    parts.append(_TimePart(end, end, b"Z"))
    word = _GLUED.match(text, end) or _WORD.match(text, end)
    if word is not None:
        parts.append(_TimePart(word.start("A"), word.end("A"), b"A"))
        end = word.end()
    return parts, end


@cache
def is_zone(name: bytes) -> bool:
    """Return whether a name is that of a known zone."""
    read = logscan.read_time(b"H:M:SZ", b"00:00:00 " + name)
    return read is not None and read[3]


def _without_colons(text: bytes) -> Iterator[Stamp]:
    """Yield times after a date whose hours, minutes and seconds are six digits or joined by `-`."""
    for form in _digital():
        date = form.search(text)
        if date is None or not _is_date(date):
            continue
        clock = _DIGITAL.match(text, date.end())
        if clock is None:
            continue
        parts = [*_parts_of(date, 0), *_parts_of(clock, 0)]
        if clock["f"] is None:
            parts.append(_TimePart(clock.end(), clock.end(), b"f"))
        parts, end = _zone_parts(text, parts, clock.end())
        yield _moment(text, parts, end)
        return


def _seconds(text: bytes) -> Iterator[Stamp]:
    for form, letter in ((_TAI, b"X"), (_EPOCH, b"E")):
        found = form.search(text)
        if found is not None:
            name = letter.decode()
            yield Stamp(found.start(name), found.end(name), letter)
            return


def _moment(text: bytes, parts: Sequence[_TimePart], end: int) -> Stamp:
    parts = sorted(
        parts, key=lambda part: part[:2]
    )  # the zone after the fraction, in the order in which they were added
    at = parts[0].start
    form = bytearray()
    spots = []
    for part in parts:
        form += literal(text[at : part.start])
        form += part.letter
        if part.letter[0] < 5:
            spots.append((part.start, part.end))
        at = part.end
    form += literal(text[at:end])
    letters = {part.letter for part in parts}
    return Stamp(
        parts[0].start,
        end,
        bytes(form),
        tuple(text[start:stop] for start, stop in spots),
        dated=bool(letters & {b"e", b"d", b"J", b"\1"}),
        yeared=bool(letters & {b"Y", b"y", b"\3", b"\4"}),
        spots=tuple(spots),
    )


def literal(text: bytes) -> bytes:
    """Return the text between two parts of a time as a piece of a form."""
    form = bytearray()
    for byte in text.replace(b"\xe2\x80\xaf", b" "):
        if byte in _BLANKS:
            if not form.endswith(b"~"):
                form += b"~"
        else:
            form += b"\\" + bytes([byte]) if byte in _LETTERS else bytes([byte])
    return bytes(form)
