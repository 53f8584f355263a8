"""Lines of text: where the time is, and the places after or before it that name a level.

Nothing here names a product. A time is found by its form (see composer), at the start of a token,
after what stands before it in other lines, or at the line's start; levels are where words that
name levels keep appearing.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from cotool._fast.logs import logscan
from cotool.logs.formats.composer import REACH, Moment, decide, is_zone, moments
from cotool.logs.formats.model import (
    CODE,
    FIND,
    GLOG,
    KEY,
    LETTER,
    MAX_PLACES,
    PRI,
    SHORT,
    STATUS,
    SYMBOL,
    SYSLOG,
    UPPER,
    WORD,
    Format,
    Place,
    Reason,
    forms_of,
    is_cyclic,
    layout_forms,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_SOME = 0.25
_LETTER_OPENS = ord("A")
# Tokens at the start of a line among which a time is looked for.
_TIME_TOKENS = 8
_OPENS = b"[(<{\"'"
_CLOSES = frozenset((b"]", b")", b">", b'"', b"'"))
_GLOG_LETTERS = b"VDIWEFA"
# A letter for the level and a counter, or in brackets, as devices write them.
_DEVICE = re.compile(rb"[VDIWEF](?:/| \(\d+\) )|\[[VDIWEF]\]")
_LETTERS = bytes(byte for byte in range(256) if chr(byte).isalpha() or byte >= 128)
# Classes of bytes (logfields.h) that surround a level. A word in a dotted name or in a path is
# none, unless it is in capitals: app.ERROR:, [main/WARN], 2376]INFO:
_CLASSES = " []()<>:|/-,;=\"'*{}#!.$@%\\~+?&"
_LEADS = {_CLASSES.index(mark) for mark in " [(<:|-,;=\"'*{#"}
_LOUD_LEADS = _LEADS | {_CLASSES.index(mark) for mark in "./])>"}
_TRAILS = {_CLASSES.index(mark) for mark in " ])>:|/-,;=\"'*}!"}
# What closes a level that is glued to something.
_ENDS = {_CLASSES.index(mark) for mark in "])>:|["}
# What closes a common word that names a level, as in a cell of a table.
_CELLS = {_CLASSES.index(mark) for mark in '])>:|,"'}
_BRACKET = _CLASSES.index("[")
_CLOSED = _CLASSES.index("]")
_SLASH = _CLASSES.index("/")
_DOT = _CLASSES.index(".")
_SPACE = 0

# A form that is known beforehand says all that a line has, unless one of these follows.
_MORE = re.compile(
    rb"[.,]?\d|:\d| ?(?:[AaPp]\.?[Mm]\b|[+-]\d\d|(?:[A-Z]{2,5} )?(?:19|20)\d\d\b(?![-:./]\d))"
    rb"| (?P<zone>[A-Z]{2,5})(?![\w:|\]])"
)
_TOKEN = re.compile(rb'\[[^\]]{0,511}\][^ \t]*|"[^"]{0,511}"[^ \t]*|[^ \t]+')
# A time of the message's own, after the head of syslog, which has no year.
_OWN = re.compile(
    rb"[ ,;](?P<lead>(?:time|timestamp|date|datetime|eventtime|ts)=[\"'(\[]?)(?P<time>\d)"
)
# What stands right before a time: separators, or a key.
_LEAD = re.compile(rb"(?:[A-Za-z_.@]{1,20}[=(][\"'(\[<]?|[^\w]{1,6})\Z")
_DIGIT = re.compile(rb"\d")
# What stands before a time that seldom comes, as the head of a record of many lines.
_MARKED = re.compile(rb"[^\w \t]")
# Lines that go on with a record.
_CONTINUES = re.compile(rb"[ \t)}\]]|at [\w$.]+|Caused by|\.\.\. \d")
_SYMBOLS = (b".", b"-", b"*", b"#")
# The process and its role in Redis, or the process alone in brackets.
_REDIS_HEAD = re.compile(rb"\d+:[XCSM] |\[\d+\] ")
_HTTP = re.compile(
    rb'HTTP/\d|"?(?:GET|POST|PUT|HEAD|DELETE|OPTIONS|PATCH|CONNECT|PROPFIND)[ \t]|"-" \d{3} '
)
# The statuses that servers give; other numbers of three digits are durations and sizes.
_STATUSES = frozenset(
    str(status).encode()
    for status in (
        *(100, 101, 200, 201, 202, 204, 206, 207, 301, 302, 303, 304, 307, 308),
        *(*range(400, 419), 421, 422, 425, 426, 429, 431, 444, 451, 460, 463, 464, 494, 495, 496),
        *(497, 499, *range(500, 512), 520, 521, 522, 523, 524, 525, 526, 530, 561),
    )
)
# These words name levels in some systems and are common words in others: they count in capitals or
# in brackets.
_NAME = re.compile(rb"\w*")
_WEAK = frozenset(b"log config note system fail failure fine alert panic information".split())
_INFO_OR_LESS = frozenset({0, 1, 2, 3})
# Keys that hold a level in key=value, the surer one first.
_KEYS = ("level", "loglevel", "log_level", "severity", "priority", "pri", "lvl", "sev")
_PAIR = re.compile(
    rb"(?:^|[\s,;|(\[{])((?i:" + "|".join(_KEYS).encode() + rb"))=[\"']?([A-Za-z]+|\d{1,2})"
    rb"(?=[\"'\s,;|)\]}]|$)"
)
_CODED = re.compile(rb"%[A-Za-z][\w-]*?-[0-7]-\w|%%\d\d\w+/[0-7]/\w")
_ARTICLE = re.compile(rb"\W*[AI]\b")
# What may come between a time and its level: brackets, numbers, separators.
_BESIDE = re.compile(rb"(?:\[[^\]]*\]|\([^)]*\)|[\W\d_])*")
_LOUD = re.compile(rb"\b[A-Z]{3,13}\b")
_SHORTENED = re.compile(rb"([A-Z][a-z])\(\d+\)")
_SHORTS = frozenset(b"Em Al Cr Er Wa No In Db De Tr Ve Fa".split())
_FACILITY = re.compile(
    rb"(?:kern|user|mail|daemon|auth|syslog|lpr|news|uucp|cron|authpriv|ftp|ntp|local[0-7])\.\Z"
)
# Bytes after the time among which COTOOL_PLACE_FIND looks.
_FIND_REACH = 160


class _Where(NamedTuple):
    """Where a time begins: at a token after one byte, or after `lead`; see cotool_format."""

    token: int = 0
    open: int = 0
    lead: bytes = b""
    reach: int = 0

    @property
    def is_start(self) -> bool:
        return self.token == 0 and not self.lead


@dataclass(frozen=True, slots=True)
class _Times:
    """The times at one place: layouts, or a form, and (line, start, end) of each."""

    where: _Where
    members: list[tuple[int, int, int]]
    layouts: int = 0
    forms: tuple[bytes, ...] = ()
    ambiguous: bool = False


def recognise_text(
    lines: list[bytes], total: int, *, pri: re.Pattern[bytes] | None = None
) -> list[Format]:
    """Return the formats of lines in a sample of `total`; `pri` matches the <PRI> before each."""
    if not lines:
        return []
    strip = [pri.match(line).end() if pri else 0 for line in lines]  # type: ignore[union-attr]
    bodies = [line[start:] for line, start in zip(lines, strip, strict=True)]
    formats = []
    covered: set[int] = set()
    for times in find_times(bodies):
        covered.update(n for n, _, _ in times.members)
        found = Format(
            name="",
            pri=int(pri is not None),
            time_token=times.where.token,
            time_open=times.where.open,
            lead=times.where.lead,
            reach=times.where.reach,
            layouts=times.layouts,
            forms=times.forms,
            share=len(times.members) / total,
        )
        places = _places([(bodies[n], end) for n, _, end in times.members], found)
        found = replace(found, places=places, first=_first_bytes(found, bodies, times))
        formats.append(_named(replace(found, reasons=_reasons(found, bodies, times))))
    rest = [body for n, body in enumerate(bodies) if n not in covered]
    if rest and pri:
        places = _places([(body, 0) for body in rest], Format(name="", pri=1))
        formats.append(Format(name="syslog", pri=1, places=places, first=b"<",
                              share=len(rest) / total))  # fmt: skip
    elif sum(line[:1] not in b" \t" for line in rest) > _SOME * len(bodies):
        # Fewer among lines with a time belong to these: "SomeException: ERROR: duplicate key".
        formats += _timeless(rest, total, alone=not formats)
    return formats


# ---- times


def find_times(lines: Sequence[bytes]) -> list[_Times]:
    """Return the places and forms of times that explain the lines, each with its members."""
    seen = _candidates(lines)
    left = set(range(len(lines)))
    begins = {n for n, line in enumerate(lines) if not _CONTINUES.match(line)}
    chosen: list[_Times] = []
    while seen and left:
        counts = {key: sum(n in left for n in members) for key, members in seen.items()}
        # The line's start first; an epoch, which has its zone, before other forms.
        key = max(
            counts,
            key=lambda k: (
                b"=" in k[0].lead and k[0].reach > 0 and counts[k] >= 0.8 * len(left & begins),
                counts[k] > 0.01 * len(left) and k[0].is_start,
                counts[k],
                not k[0].reach,
                not k[0].lead,
                -k[0].token,
                -k[1],
                k[2],
            ),
        )
        where, layout, form = key
        members = seen.pop(key)
        if not counts[key]:
            break
        if counts[key] < _enough(where, members, lines, len(begins & left)):
            continue
        mine = {n: moment for n, moment in members.items() if n in left}
        chosen.append(_times(where, layout, form, mine, lines))
        left -= set(members)
    return chosen


# A place, and a layout that is known beforehand or -1 and a form.
_Candidate = tuple[_Where, int, bytes]


def _candidates(lines: Sequence[bytes]) -> dict[_Candidate, dict[int, Moment]]:
    """Return every way to read a time in the lines, with the moments of the lines that suit."""
    seen: dict[_Candidate, dict[int, Moment]] = defaultdict(dict)
    layouts = layout_forms()
    for n, line in enumerate(lines):
        known = _known_times(line)
        if known and b"=" in line and layouts[known[0][1]][1]:
            for lead, moment in _own_times(line):
                seen[_Where(1, lead=lead, reach=512), -1, moment.form].setdefault(n, moment)
        for where, layout, at, end in known:
            seen[where, layout, b""].setdefault(n, Moment(at, end, b""))
        if known:
            continue
        for moment in moments(line):
            for where in _wheres(line, moment):
                seen[where, -1, moment.form].setdefault(n, moment)
    return seen


def _own_times(line: bytes) -> Iterator[tuple[bytes, Moment]]:
    """Yield the times under a key of the message, with the key that stands before them."""
    for own in _OWN.finditer(line, 0, REACH):
        start = own.start("time")
        for moment in moments(line[start:])[:1]:
            if moment.at == 0 and moment.yeared:
                yield own["lead"], replace(moment, at=start, end=start + moment.end)


def _enough(
    where: _Where, members: dict[int, Moment], lines: Sequence[bytes], begins: int
) -> float:
    """Return how many lines must have a time at a place, of those that may begin a record."""
    if where.is_start:
        return 0.01 * len(lines)
    moment = next(iter(members.values()))
    marked = where.lead and not where.reach and _MARKED.match(where.lead)
    if marked and moment.dated and (len(members) > 1 or 0 in members):
        return 0.01 * len(lines)
    return (0.25 if moment.dated and moment.yeared else 0.4) * begins


def _known_times(line: bytes) -> list[tuple[_Where, int, int, int]]:
    """Return the times at tokens whose form is known beforehand and leaves nothing open."""
    found = []
    layouts, settled = layout_forms(), _settled()
    for token, opened, layout, at, length, _, _ in logscan.probe_times(line) or logscan.probe_times(
        line, _TIME_TOKENS
    ):
        end = at + length
        if (token and layouts[layout][1]) or not (settled[layout] or opened == _LETTER_OPENS):
            continue
        more = _MORE.match(line, end)
        if more is not None and (not more["zone"] or is_zone(more["zone"])):
            continue
        found.append((_Where(token, opened), layout, at, end))
        if token and (lead := _whole_lead(line[:at])):
            found.append((_Where(lead=lead), layout, at, end))
    return found


@cache
def _settled() -> tuple[bool, ...]:
    """Return for each layout whether it has a date, and its numbers can mean nothing else."""
    return tuple(
        cycle != 2
        and (form[0] in "YabE" or form[:3] in {"d b", "d/b", "d-b"} or form.startswith("ymd"))
        for form, cycle in layout_forms()
    )


def _wheres(line: bytes, moment: Moment) -> list[_Where]:
    """Return the ways of saying where a moment begins, the plainest first."""
    found = []
    for number, token in enumerate(_TOKEN.finditer(line)):
        start = token.start()
        if start > moment.at:
            break
        if number == 0 and start:
            return []  # a record begins at the line's start
        if number == 0 and moment.at == 1 and line[0] in _GLOG_LETTERS:
            found.append(_Where(0, _LETTER_OPENS))
        if start == moment.at and number < _TIME_TOKENS:
            found.append(_Where(number))
        elif start + 1 == moment.at and line[start] in _OPENS and number < _TIME_TOKENS:
            found.append(_Where(number, line[start]))
    if not moment.dated and moment.at > 4:
        return found
    prefix = line[: moment.at]
    if whole := _whole_lead(prefix):
        found.append(_Where(lead=whole))
    lead = _LEAD.search(prefix)
    if lead is not None and len(lead[0]) < len(prefix):
        found.append(_Where(lead=lead[0], reach=512, token=1))
    return found


def _whole_lead(prefix: bytes) -> bytes:
    """Return all that stands before a time where other lines can have the same, else nothing."""
    fits = len(prefix) < 64 and prefix.strip() and not _DIGIT.search(prefix)
    return prefix if fits else b""


def _times(
    where: _Where,
    layout: int,
    form: bytes,
    members: dict[int, Moment],
    lines: Sequence[bytes],
) -> _Times:
    places = []
    for n, moment in members.items():
        end = moment.end
        closed = where.lead or (where.open and where.open != _LETTER_OPENS)
        if closed and lines[n][end : end + 1] in _CLOSES:
            end += 1
        places.append((n, moment.at, end))
    if not form:
        return _Times(where, places, layouts=_layout_mask(layout))
    reading = decide(form, [moment.numbers for moment in members.values()])
    # A form that is known beforehand and reads the same is quicker.
    for n, (known, _) in enumerate(layout_forms()):
        if known != "E" and all(
            _same(known.encode(), reading.form, lines[at[0]], at[1]) for at in places
        ):
            return _Times(where, places, layouts=1 << n, ambiguous=reading.ambiguous)
    return _Times(where, places, forms=(reading.form,), ambiguous=reading.ambiguous)


def _same(one: bytes, other: bytes, line: bytes, at: int) -> bool:
    read = logscan.read_time(one, line, at)
    return read is not None and read == logscan.read_time(other, line, at)


@cache
def _layout_mask(layout: int) -> int:
    """Return the bit of a layout, and of those that the same writer uses on other days."""
    forms = [form for form, _ in layout_forms()]
    groups = (
        {"b D H:M:Sf", "b e H:M:Sf"},
        {"a b D H:M:S Y", "a b D H:M:S.6 Y"},
        {"b e, Y h:M:S p", "b e, Y H:M:Sf"},
    )
    group = next((group for group in groups if forms[layout] in group), {forms[layout]})
    return sum(1 << forms.index(form) for form in group)


def _first_bytes(found: Format, lines: Sequence[bytes], times: _Times) -> bytes:
    """Return the bytes that a record may begin with."""
    if found.pri:
        return b"<"
    if found.lead and not found.reach:
        return found.lead[:1]
    if found.time_token > 0 or found.lead:
        return bytes(byte for byte in range(256) if byte not in b" \t")
    if found.time_open == _LETTER_OPENS:
        return _GLOG_LETTERS
    if found.time_open:
        return bytes([found.time_open])
    seen = {lines[n][0] for n, _, _ in times.members}
    digits = set(b"0123456789")
    return (_LETTERS if seen - digits else b"") + (bytes(digits) if seen & digits else b"")


def read_stamp(line: bytes, found: Format, forms: Sequence[bytes]) -> tuple[int, int] | None:
    """Return a line's time by the forms of a format, and what repeats; None where it has none.

    In seconds since 1970, in the year 1972 where the year is missing.
    """
    if found.pri:
        line = re.sub(rb"\A<\d{1,3}> *", b"", line)
    for at in _starts(line, found):
        for form in forms:
            read = logscan.read_time(form, line, at)
            if read is not None:
                return read[1], read[4]
    return None


def _starts(line: bytes, found: Format) -> Iterable[int]:
    """Yield where a line's time may begin by a format."""
    if found.lead:
        if not found.reach:
            if line.startswith(found.lead):
                yield len(found.lead)
            return
        at = line.find(found.lead)
        while 0 <= at < found.reach:
            yield at + len(found.lead)
            at = line.find(found.lead, at + 1)
        return
    start = len(line) - len(line.lstrip(b" \t"))
    if found.time_token > 0:
        tokens = islice(_TOKEN.finditer(line), found.time_token, None)
        start = next((token.start() for token in tokens), len(line))
    if start == len(line):
        return
    if not found.time_open:
        yield start
    elif found.time_open == _LETTER_OPENS or line[start] == found.time_open:
        yield start + 1


# ---- levels


class _Evidence:
    """What was seen at one place of the lines of a format."""

    def __init__(self) -> None:
        self.lines: dict[int, int] = {}  # line -> level
        # The same of common words: level, bytes around it, style.
        self.weak: dict[int, tuple[int, int, int, int]] = {}
        self.marks: set[tuple[int, int]] = set()
        self.styles = 0
        self.statuses = 0  # of HTTP that are in use
        self.is_strong = False  # some of its words are no common ones
        self.is_near = True  # only brackets and numbers come between it and the time

    def take_weak(self) -> None:
        """Take common words for levels where others name them, between the same marks."""
        marks = self.marks
        for n, (level, lead, trail, styles) in self.weak.items():
            if (lead, trail) in marks and trail in _CELLS:
                self.lines.setdefault(n, level)
                self.styles |= styles

    @property
    def leads(self) -> set[int]:
        """The classes of the bytes before the word."""
        return {lead for lead, _ in self.marks}

    @property
    def trails(self) -> set[int]:
        """The classes of the bytes after the word."""
        return {trail for _, trail in self.marks}

    def levels(self, left: set[int]) -> set[int]:
        return {level for n, level in self.lines.items() if n in left}

    @property
    def is_loud(self) -> bool:
        """Tell whether the word is in capitals, or in brackets: no part of a sentence."""
        return self.styles == UPPER or self.leads == {_BRACKET}


def _gather(
    lines: Sequence[tuple[bytes, int]], *, before: bool, tokens: int = 14
) -> dict[tuple[int, int, int, int], _Evidence]:
    evidence: dict[tuple[int, int, int, int], _Evidence] = defaultdict(_Evidence)
    side = int(before)
    for n, (line, end) in enumerate(lines):
        for kind, token, word, lead, trail, styles, level, at in logscan.probe_levels(
            line, 0 if before else end
        ):
            if token >= tokens or (before and at >= end):
                break
            key = kind, side, token, word
            if kind != WORD:
                found = evidence[key]
                found.lines.setdefault(n, level)
                found.statuses += kind == STATUS and line[at : at + 3] in _STATUSES
                continue
            if not _may_be_level(line, at, lead, trail, styles):
                continue
            found = evidence[key]
            is_weak = _is_weak(line, at)
            if is_weak and (trail == _BRACKET or (lead == trail == _CLOSED)):
                continue  # <![LOG[...]LOG]!>
            if is_weak and styles != UPPER and lead != _BRACKET and trail != _SLASH:
                found.weak.setdefault(n, (level, lead, trail, styles))
                continue
            found.lines.setdefault(n, level)
            found.marks.add((lead, trail))
            found.styles |= styles
            if found.is_near:
                found.is_near = before or bool(_BESIDE.fullmatch(line, end, at))
            found.is_strong |= not is_weak
    for found in evidence.values():
        found.take_weak()
    return evidence


def _may_be_level(line: bytes, at: int, lead: int, trail: int, styles: int) -> bool:
    if trail not in _TRAILS and not (trail == _BRACKET and styles == UPPER):
        return False
    if lead not in _LEADS:
        glued = lead in _LOUD_LEADS and styles == UPPER and (trail in _ENDS or trail == _SPACE)
        facility = lead == _DOT and _FACILITY.search(line, max(0, at - 10), at)
        if not (glued and (trail in _ENDS or lead != _SLASH)) and not facility:
            return False
    return True


def _is_weak(line: bytes, at: int) -> bool:
    word = _NAME.match(line, at)
    return word is not None and word[0].lower() in _WEAK


def _places(lines: Sequence[tuple[bytes, int]], found: Format) -> tuple[Place, ...]:
    """Return the places of the level in lines of one format, the commonest first.

    The message's own field comes before the <PRI> of syslog, which tells what the sender thought.
    """
    if found.time_open == _LETTER_OPENS:
        return (Place(GLOG),)
    left = set(range(len(lines)))
    places = _key_places(lines, left)
    if any(_CODED.search(line) or _SHORTENED.search(line) for line, _ in _some(lines)):
        places += _coded(lines, left)
    evidence = dict(_gather(lines, before=False))
    if found.time_token > 0 or found.lead:
        evidence |= _gather(lines, before=True)
    if _is_redis(lines):
        return (Place(SYMBOL),)
    places += _word_places(evidence, left, lines, found)
    if len(left) > 0.1 * len(lines):
        some = _some([lines[n] for n in sorted(left)])
        if any(_LOUD.search(line, end, end + _FIND_REACH) for line, end in some):
            places += _found(lines, left)
    if not places:
        places += _lettered(evidence, lines, found)
    if found.pri:
        places.append(Place(PRI))
    return tuple(places[:MAX_PLACES])


def _word_places(
    evidence: dict[tuple[int, int, int, int], _Evidence],
    left: set[int],
    lines: Sequence[tuple[bytes, int]],
    found: Format,
) -> list[Place]:
    """Return the places of words that name levels, and take their lines from `left`."""
    places: list[Place] = []
    while left and len(places) < MAX_PLACES - 5:
        best = max(
            (key for key in evidence if key[0] == WORD),
            key=lambda key: (sum(n in left for n in evidence[key].lines), -key[2], -key[3]),
            default=None,
        )
        if best is None or not _is_level(best, evidence[best], left, len(lines)):
            break
        if found.pri and not (evidence[best].is_loud and evidence[best].is_strong):
            break  # the <PRI> is surer than a word of the message
        places.append(_word_place(best, evidence[best]))
        left -= set(evidence.pop(best).lines)
    return places


def _key_places(lines: Sequence[tuple[bytes, int]], left: set[int]) -> list[Place]:
    """Return the keys of key=value pairs that hold levels, and take their lines from `left`."""
    values: dict[bytes, dict[int, bytes]] = defaultdict(dict)
    if not any(_PAIR.search(line) for line, _ in _some(lines)):
        return []
    for n, (line, _) in enumerate(lines):
        for key, value in _PAIR.findall(line):
            values[key].setdefault(n, value)
    places = []
    for key, found in sorted(
        values.items(), key=lambda item: (-len(item[1]), _KEYS.index(item[0].decode().lower()))
    ):
        numbers = [int(value) for value in found.values() if value.isdigit()]
        named = sum(_level_of(value) is not None for value in found.values())
        # A number is a severity of syslog where the key says so.
        severities = key.lower() in {b"pri", b"priority", b"severity", b"sev"}
        good = named + (len(numbers) if severities and max(numbers, default=0) <= 7 else 0)
        if len(found) >= 0.2 * len(lines) and good >= 0.8 * len(found):
            places.append(Place(KEY, key=key))
            left -= set(found)
    return places[:3]


def _some(lines: Sequence[tuple[bytes, int]]) -> Sequence[tuple[bytes, int]]:
    """Return a few lines, which show what is common."""
    return lines[:: len(lines) // 20 + 1]


@lru_cache(maxsize=4096)
def _level_of(word: bytes) -> int | None:
    """Return the level that a word names, None where it names none."""
    return next(
        (level for kind, *_, level, _ in logscan.probe_levels(word, 0) if kind == WORD), None
    )


def _class_of(line: bytes, at: int) -> int:
    """Return the class of a byte, as in logfields.h; past the ends of the line it is a blank."""
    byte = line[at : at + 1] if at >= 0 else b""
    mark = byte.decode("latin-1")
    return _CLASSES.find(mark) if byte and byte not in b"\t\r" else _SPACE


def _is_redis(lines: Sequence[tuple[bytes, int]]) -> bool:
    """Tell whether one of the symbols of Redis follows the time; a hyphen alone is a separator."""
    # Where a tenth of the lines has none, nothing more need be counted.
    first = lines[: len(lines) // 10 + 1]
    if not any(line[end : end + 3].strip() in _SYMBOLS for line, end in first):
        return False
    marks = Counter(line[end : end + 3].strip() for line, end in lines if line[end:].strip())
    known = sum(marks[mark] for mark in _SYMBOLS)
    after = all(line[end : end + 1] == b" " for line, end in lines)
    return (
        after
        and known >= 0.9 * len(lines)
        and (
            sum(marks[mark] > 0 for mark in (b".", b"-", b"*", b"#")) > 1
            or (marks[b"-"] == 0 and all(_REDIS_HEAD.match(line) for line, _ in lines))
        )
    )


def _is_level(key: tuple[int, int, int, int], found: _Evidence, left: set[int], total: int) -> bool:
    """Tell whether a place holds levels: in nearly all lines, or not alarms alone.

    A program that only says "error:" now and then at the start of a message has no level field; one
    that says it in capitals or in brackets, right after the time, has.
    """
    count = sum(n in left for n in found.lines)
    if count >= 0.9 * len(left) and count >= 0.02 * total:
        return True
    levels = found.levels(left)
    near = key[2] == 0 or found.leads == {_BRACKET} or found.is_near
    loud = found.is_loud and count >= (0.02 if near else 0.5) * total
    calm = bool(levels & _INFO_OR_LESS)
    return loud or (
        calm
        and (
            (count >= 0.5 * len(left) and count >= 0.02 * total)
            or (count >= 0.05 * total and len(levels) > 1)
        )
    )


def _word_place(key: tuple[int, int, int, int], found: _Evidence) -> Place:
    kind, before, token, word = key
    leads = sum(1 << lead for lead in found.leads)
    trails = sum(1 << trail for trail in found.trails | {0})
    return Place(kind, before, token, word, found.styles, SYSLOG, leads, trails)


def _coded(lines: Sequence[tuple[bytes, int]], left: set[int]) -> list[Place]:
    """Return the places of codes that hold a severity: %LINK-3-UPDOWN:, Er(163)."""
    places = []
    coded = {n for n in left if _CODED.search(lines[n][0], 0, 256)}
    if len(coded) >= 0.3 * len(lines):
        places.append(Place(CODE))
        left -= coded
    tokens: dict[int, set[int]] = defaultdict(set)
    for n in left:
        line, end = lines[n]
        for number, token in enumerate(_TOKEN.finditer(line, end)):
            short = _SHORTENED.fullmatch(token[0])
            if short is not None and short[1] in _SHORTS:
                tokens[number].add(n)
            if number == 3:
                break
    for number, found in tokens.items():
        if len(found) >= 0.8 * len(lines):
            places.append(Place(SHORT, token=number))
            left -= found
    return places


def _found(lines: Sequence[tuple[bytes, int]], left: set[int]) -> list[Place]:
    """Return what the first word that names a level is like, where its place varies.

    Words in capitals, between brackets, colons or bars, are no part of a sentence.
    """
    seen: dict[tuple[int, int], dict[int, int]] = defaultdict(dict)
    for n in sorted(left):
        line, end = lines[n]
        for word in _LOUD.finditer(line, end, end + _FIND_REACH):
            level = _level_of(word[0])
            if level is None:
                continue
            lead, trail = _class_of(line, word.start() - 1), _class_of(line, word.end())
            if lead not in _LOUD_LEADS or trail not in _TRAILS:
                continue
            if trail in _ENDS or (lead == trail == _SPACE):
                seen[lead, trail].setdefault(n, level)
                break
    places: list[Place] = []
    for (lead, trail), levels in sorted(seen.items(), key=lambda item: -len(item[1])):
        marked = trail in _ENDS
        several = len(set(levels.values())) > 1 and bool(set(levels.values()) & _INFO_OR_LESS)
        least = 0.1 if marked and several else 0.5 if marked or several else 0.9
        if len(levels) >= least * len(lines) and len(places) < 2:
            places.append(Place(FIND, styles=UPPER, lead=1 << lead, trail=1 << trail))
            left -= set(levels)
    return places


def _lettered(
    evidence: dict[tuple[int, int, int, int], _Evidence],
    lines: Sequence[tuple[bytes, int]],
    found: Format,
) -> list[Place]:
    """Return where single letters or the status of HTTP stand in for a level."""
    total = len(lines)
    for key, seen in sorted(evidence.items()):
        kind, before, token, word = key
        full = len(seen.lines) >= 0.9 * total
        if kind == LETTER and full:
            levels = set(seen.lines.values())
            sure = len(levels) > 1 or is_cyclic(found)
            slashed = all(re.search(rb"(?:^|\s)[VDIWEFA]/", line) for line, _ in lines)
            # "A file ..." and "I am ..." begin a sentence.
            alone = token == 0 and not any(_ARTICLE.match(line, end) for line, end in lines)
            if sure or slashed or (alone and not before) or (before and token == 0):
                return [Place(LETTER, before, token)]
        if kind == STATUS and seen.statuses >= 0.9 * len(seen.lines) >= 0.27 * total:
            # Lines without a request, of TCP for example, have no status.
            web = {n for n, (line, _) in enumerate(lines) if _HTTP.search(line)}
            if len(web) >= 0.3 * total and len(web & set(seen.lines)) >= 0.75 * len(web):
                return [Place(STATUS, before, token, word)]
    return []


def _timeless(lines: list[bytes], total: int, *, alone: bool) -> list[Format]:
    """Return the format of lines without a time that begin with a level.

    Beside lines with a time, "Stack trace:" is no level. Where no line has one, a word in capitals
    that names a level in all lines may stand further on, after a date that cannot be read.
    """
    pairs = [(line, 0) for line in lines if line[:1] not in b" \t"]
    if not pairs:
        return []
    evidence = _gather(pairs, before=False, tokens=2)
    found: list[Place] = []
    left = set(range(len(pairs)))
    for key, seen in sorted(evidence.items(), key=lambda item: -len(item[1].lines)):
        kind, _, _, _ = key
        count = sum(n in left for n in seen.lines)
        marked = seen.styles == UPPER or not seen.trails & {0} or seen.leads == {_BRACKET}
        sure = alone or seen.styles == UPPER or len(seen.levels(left)) > 1
        if kind == WORD and marked and sure and count >= 0.5 * len(left):
            found.append(_word_place(key, seen))
            left -= set(seen.lines)
        elif (
            kind == LETTER
            and count >= 0.8 * len(pairs)
            and all(_DEVICE.match(line) for line, _ in pairs)
        ):
            found.append(Place(LETTER))
            left -= set(seen.lines)
    if not found and alone:
        for key, seen in sorted(_gather(pairs, before=False, tokens=_TIME_TOKENS).items()):
            several = len(seen.lines) >= 0.9 * len(pairs) and len(seen.levels(left)) > 1
            if key[0] == WORD and several and seen.styles == UPPER:
                found.append(_word_place(key, seen))
                left -= set(seen.lines)
                break
    covered = len(pairs) - len(left)
    if not found or covered < 0.05 * total:
        return []
    return [Format(name="level first", places=tuple(found[:MAX_PLACES]), share=covered / total)]


# ---- for people


def _named(found: Format) -> Format:
    """Return the format under a name that tells people what was seen."""
    forms = [form.decode("utf-8", "replace") for form in forms_of(found)]
    kinds = {place.kind for place in found.places}
    if found.pri or (forms[0].startswith("b D H") and found.time_token == 0):
        name = "syslog"
    elif GLOG in kinds:
        name = "glog"
    elif STATUS in kinds:
        name = "access log"
    elif SYMBOL in kinds:
        name = "redis"
    elif LETTER in kinds:
        name = "logcat"
    else:
        name = "text"
    level = "level" if found.places else "no level"
    return replace(found, name=f"{name} ({readable(forms[0])}, {level})")


_READABLE = {
    "Y": "YYYY", "y": "YY", "m": "MM", "o": "M", "d": "DD", "D": "DD", "e": "D", "H": "hh",
    "h": "h", "M": "mm", "i": "m", "S": "ss", "s": "s", "b": "Mon", "a": "Day", "6": "ffffff",
    "p": "AM", "f": "", "g": ":ms", "z": "", "E": "seconds since 1970", "B": "Month", "A": "Day",
    "Z": "", "~": " ", "X": "TAI64N",
}  # fmt: skip


@lru_cache(maxsize=256)
def readable(form: str) -> str:
    """Return a form of timestamps as people write it."""
    return re.sub(r"\\(.)|(.)", lambda found: found[1] or _READABLE.get(found[2], found[2]), form)


_KINDS = {
    WORD: "a word that names a level",
    LETTER: "a letter that stands for a level",
    GLOG: "the letter before the time",
    SYMBOL: "a symbol of Redis",
    STATUS: "an HTTP status: 5xx is error, 4xx warning, else info",
    PRI: "the severity in <PRI>, where the message has no level of its own",
    KEY: "the value of a key",
    FIND: "the first word in capitals that names a level, between the same marks",
    CODE: "the digit of %FACILITY-4-NAME, a severity of syslog",
    SHORT: "two letters before a number in parentheses",
}


_PLACED = {PRI: "<PRI>", GLOG: "before the time", SYMBOL: "after the time"}


def _reasons(found: Format, lines: Sequence[bytes], times: _Times) -> tuple[Reason, ...]:
    """Say where time and level of a format are, and why."""
    n, at, end = times.members[0]
    forms = [form.decode("utf-8", "replace") for form in forms_of(found)]
    if found.lead:
        lead = found.lead.decode("utf-8", "replace")
        place = f"after {lead!r}" + (" at the start of the line" if not found.reach else "")
    else:
        place = f"token {found.time_token + 1}"
    why = f"reads as {readable(forms[0])}"
    if times.ambiguous:
        why += "; day and month could be the other way round, nothing in the sample decides"
    if is_cyclic(found):
        why += "; the year or the date is taken from the file"
    reasons = [
        Reason("time", place, why, len(times.members), lines[n][at:end].decode("utf-8", "replace"))
    ]
    for level in found.places:
        side = "before" if level.before else "after"
        place = (
            f"key {level.key.decode()}"
            if level.kind == KEY
            else (
                f"word {level.word + 1} of token {level.token + 1} {side} the time"
                if level.kind in {WORD, LETTER, STATUS, SHORT}
                else _PLACED.get(level.kind, "near the start of the line")
            )
        )
        reasons.append(Reason("level", place, _KINDS[level.kind]))
    return tuple(reasons)
