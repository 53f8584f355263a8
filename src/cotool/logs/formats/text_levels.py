"""Where lines of text name their level: places at which words that name levels keep appearing."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from cotool._fast.logs import logscan
from cotool._lazy import lazy_pattern
from cotool.logs.formats.model import (
    CMTRACE,
    CODE,
    FIND,
    GLOG,
    INDENTED_LINES,
    KEY,
    LETTER,
    MAX_PLACES,
    NEXT_LINE,
    PRI,
    SHORT,
    STATUS,
    SYMBOL,
    SYSLOG,
    UPPER,
    WORD,
    Format,
    Place,
    is_cyclic,
)
from cotool.logs.formats.names import STATUS_NAMES, plain
from cotool.logs.formats.text_times import LETTER_OPENS, TIME_TOKENS, TOKEN

if TYPE_CHECKING:
    from collections.abc import Sequence

# A letter for the level and a counter, or in brackets, as devices write them.
_DEVICE = lazy_pattern(rb"[VDIWEF](?:/| \(\d+\) )|\[[VDIWEF]\]")

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

_COLON = _CLASSES.index(":")

_HALF = 0.5

_LAST_TOKEN = 255

# A letter that fills a cell, among kinds of places.
_CELL = 100

_OPENED = frozenset((b"[", b"(", b"<", b"{", b'"', b"'"))

_CAPITAL = lazy_pattern(rb"[A-Z]")

# The name of a program, as before its messages in syslog, and tokens among which it is looked for.
_TAG = lazy_pattern(rb"(?:\[[^\]]*\])*[A-Za-z_][\w./@-]*(?:\([\w./-]*\))?(?:\[\d+\])?:")
_TAG_TOKENS = 4

# What log files of Configuration Manager end messages with.
_CMTRACE = b"]LOG]!><time="

_FIRST_WORD = lazy_pattern(rb"([^\W\d_]{3,}):(?=\s|$)")
_SEVERITIES = frozenset(b"%d" % n for n in range(8))
# Lines below one with a time among which its level is looked for.
_MOST_BELOW = 40

_SYMBOLS = (b".", b"-", b"*", b"#")

# The process and its role in Redis, or the process alone in brackets.
_REDIS_HEAD = lazy_pattern(rb"\d+:[XCSM] |\[\d+\] ")

_HTTP = lazy_pattern(
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
_NAME = lazy_pattern(rb"\w*")

_WEAK = frozenset(
    b"log config note system fail failure fine alert panic fault verb information".split()
)

_INFO_OR_LESS = frozenset({0, 1, 2, 3})

# Keys that hold a level in key=value, the surer one first.
_KEYS = ("level", "loglevel", "log_level", "severity", "priority", "pri", "lvl", "sev")

_PAIR = lazy_pattern(
    rb"(?:^|[\s,;|(\[{])((?i:" + "|".join(_KEYS).encode() + rb"))=[\"']?([A-Za-z]+|\d{1,2})"
    rb"(?=[\"'\s,;|)\]}]|$)"
)

_CODED = lazy_pattern(rb"%[A-Za-z][\w-]*?-[0-7]-\w|%%\d\d\w+/[0-7]/\w")

_ARTICLE = lazy_pattern(rb"\W*[AI]\b")

# What may come between a time and its level: brackets, numbers, separators.
_BESIDE = lazy_pattern(rb"(?:\[[^\]]*\]|\([^)]*\)|[\W\d_])*")

_LOUD = lazy_pattern(rb"\b[A-Z]{3,13}\b")

# As Er(163), (EE) and (0x0040).
_SHORTENED = lazy_pattern(
    rb"([A-Z][a-z])\(\d+\)|\((?:II|WW|EE|NI|--|\*\*|==|\+\+|!!|0x[0-9a-fA-F]{4,5})\):?"
)

_SHORTS = frozenset(b"Em Al Cr Er Wa No In Db De Tr Ve Fa".split())

_FACILITY = lazy_pattern(
    rb"(?:kern|user|mail|daemon|auth|syslog|lpr|news|uucp|cron|authpriv|ftp|ntp|local[0-7])\.\Z"
)

# Bytes after the time among which COTOOL_PLACE_FIND looks.
_FIND_REACH = 160


class _Evidence:
    """What was seen at one place of the lines of a format."""

    def __init__(self) -> None:
        self.lines: dict[int, int] = {}  # line -> level
        # The same of common words: level, bytes around it, style.
        self.weak: dict[int, tuple[int, int, int, int]] = {}
        self.marks: set[tuple[int, int]] = set()
        self.styles = 0
        self.letters: dict[int, int] = {}  # line -> offset
        self.statuses = 0  # of HTTP that are in use
        self.is_strong = False  # some of its words are no common ones
        self.is_near = True  # only brackets and numbers come between it and the time

    def add_code(self, n: int, line: bytes, at: int, level: int, kind: int) -> None:
        """Take a letter, a symbol or a status of line `n`."""
        self.lines.setdefault(n, level)
        if kind == STATUS:
            self.statuses += line[at : at + 3] in _STATUSES
        else:
            self.letters.setdefault(n, at + (line[at : at + 1] in _OPENED))

    def add_word(self, n: int, line: bytes, at: int, mark: tuple[int, int, int, int]) -> bool:
        """Take a word of line `n`; False where it is a common one that must wait for others."""
        level, lead, trail, styles = mark
        is_weak = _is_weak(line, at)
        if is_weak and (trail == _BRACKET or (lead == trail == _CLOSED)):
            return False  # <![LOG[...]LOG]!>
        if is_weak and styles != UPPER and lead != _BRACKET and trail != _SLASH:
            self.weak.setdefault(n, mark)
            return False
        self.lines.setdefault(n, level)
        self.marks.add((lead, trail))
        self.styles |= styles
        self.is_strong |= not is_weak
        return True

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
    def is_varied(self) -> bool:
        """Tell whether several levels were seen."""
        return len(set(self.lines.values())) > 1

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
            if kind != WORD:
                code = _CELL if kind == LETTER and styles else kind
                evidence[code, side, token, word].add_code(n, line, at, level, kind)
            elif _may_be_level(line, at, lead, trail, styles):
                found = evidence[kind, side, token, word]
                if found.add_word(n, line, at, (level, lead, trail, styles)) and found.is_near:
                    found.is_near = before or bool(_BESIDE.fullmatch(line, end, at))
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


def level_places(lines: Sequence[tuple[bytes, int]], found: Format) -> tuple[Place, ...]:
    """Return the places of the level in lines of one format, the commonest first.

    The message's own field comes before the <PRI> of syslog, which tells what the sender thought.
    """
    if found.time_open == LETTER_OPENS:
        return (Place(GLOG),)
    left = set(range(len(lines)))
    places = [*_key_places(lines, left), *_coded(lines, left)]
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
    places += [Place(PRI)] if found.pri else _tagged(lines)
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
    if not any(b"=" in line and _PAIR.search(line) for line, _ in _some(lines)):
        return []
    for n, (line, _) in enumerate(lines):
        for key, value in _PAIR.findall(line):
            values[key].setdefault(n, value)
    places = []
    for key, found in sorted(
        values.items(), key=lambda item: (-len(item[1]), _KEYS.index(item[0].decode().lower()))
    ):
        numbers = [int(value) for value in found.values() if value.isdigit() and len(value) < 4]
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
    return Place(kind, before, 0, token, word, found.styles, SYSLOG, leads, trails)


def _coded(lines: Sequence[tuple[bytes, int]], left: set[int]) -> list[Place]:
    """Return the places of codes that hold a severity: %LINK-3-UPDOWN:, Er(163)."""
    places = []
    if sum(_CMTRACE in line for line, _ in lines) >= _HALF * len(lines):
        left.clear()
        return [Place(KEY, key=b"type", scale=CMTRACE)]
    if not any(_CODED.search(line) or _SHORTENED.search(line) for line, _ in _some(lines)):
        return []
    coded = {n for n in left if _CODED.search(lines[n][0], 0, 256)}
    if len(coded) >= 0.3 * len(lines):
        places.append(Place(CODE))
        left -= coded
    tokens: dict[int, set[int]] = defaultdict(set)
    for n in left:
        line, end = lines[n]
        for number, token in enumerate(TOKEN.finditer(line, end)):
            short = _SHORTENED.fullmatch(token[0])
            if short is not None and (short[1] is None or short[1] in _SHORTS):
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


def _tagged(lines: Sequence[tuple[bytes, int]]) -> list[Place]:
    """Return where a level may follow the name of the program: "smtpd[7]: fatal: ...".

    Such words are rare, so the place is taken even where the sample has none.
    """
    tokens: Counter[int] = Counter()
    some = _some(lines)
    for line, end in some:
        for number, token in enumerate(islice(TOKEN.finditer(line, end), _TAG_TOKENS)):
            if token[0][-1:] == b":" and _TAG.fullmatch(token[0]) and _level_of(token[0]) is None:
                tokens[number] += 1
                break
    number, count = max(tokens.items(), key=lambda item: item[1], default=(0, 0))
    if not count or count < _HALF * len(some):
        return []
    return [Place(WORD, token=number + 1, lead=1 << _SPACE, trail=1 << _COLON)]


def is_tagged(place: Place) -> bool:
    """Tell whether a place is that of a rare word after the name of a program."""
    return place.kind == WORD and not place.below and place.trail == 1 << _COLON


def status_column(lines: Sequence[bytes]) -> Place | None:
    """Return the place of the HTTP status that a line "#Fields: date time sc-status ..." names."""
    head = next((line for line in lines if line.startswith(b"#Fields:")), b"")
    if not head:
        return None
    names = [plain(name) for name in head.decode("utf-8", "replace").split()[1:]]
    column = next((n for n, name in enumerate(names) if name in STATUS_NAMES), -1)
    rows = [list(TOKEN.findall(line)) for line in lines if line[:1] not in {b"#", b""}]
    cells = [row[column].strip(b'"') for row in rows if len(row) > column >= 0]
    if not cells or column > _LAST_TOKEN or sum(x in _STATUSES for x in cells) < _HALF * len(rows):
        return None
    return Place(STATUS, before=1, token=column)


def places_below(
    lines: Sequence[bytes], members: Sequence[tuple[int, int, int]]
) -> tuple[tuple[Place, ...], set[int]]:
    """Return the places of levels in the lines below those with a time, and the lines that say it.

    `members` are (line, start, end) of the times. The next line begins with the level and a colon,
    or an indented one has it under a key.
    """
    heads = {n for n, _, _ in members}
    named: set[int] = set()
    keys: Counter[bytes] = Counter()
    for n in heads:
        below = lines[n + 1] if n + 1 < len(lines) and n + 1 not in heads else b""
        word = _FIRST_WORD.match(below)
        if word is not None and _level_of(word[1]) is not None:
            named.add(n + 1)
            continue
        for line in lines[n + 1 : n + 1 + _MOST_BELOW]:
            if line[:1] not in {b" ", b"\t"}:
                break
            pair = _PAIR.search(line)
            if pair is not None and (_level_of(pair[2]) is not None or pair[2] in _SEVERITIES):
                keys[pair[1]] += 1
                break
    if len(named) >= _HALF * len(heads):
        return (Place(WORD, before=1, below=NEXT_LINE, lead=1 << _SPACE, trail=1 << _COLON),), named
    key, count = max(keys.items(), key=lambda item: item[1], default=(b"", 0))
    if count and count >= _HALF * len(heads):
        return (Place(KEY, below=INDENTED_LINES, key=key),), set()
    return (), set()


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
        if kind == _CELL and full and _letters(lines, seen, b"VDIWEF", b"DI") and seen.is_varied:
            return [Place(LETTER, before, token=token, word=word, lead=0, trail=0)]
        if kind == LETTER and not before and not full and len(seen.lines) >= 0.3 * total:
            full = _is_column(lines, token)
        if kind == LETTER and full and _letters(lines, seen, b"VDIWEF"):
            levels = set(seen.lines.values())
            sure = len(levels) > 1 or is_cyclic(found)
            slashed = all(re.search(rb"(?:^|\s)[VDIWEFA]/", line) for line, _ in lines)
            # "A file ..." and "I am ..." begin a sentence.
            alone = token == 0 and not any(_ARTICLE.match(line, end) for line, end in lines)
            if sure or slashed or (alone and not before) or (before and token == 0):
                return [Place(LETTER, before, token=token)]
        if kind == STATUS and seen.statuses >= 0.9 * len(seen.lines) >= 0.27 * total:
            # Lines without a request, of TCP for example, have no status.
            web = {n for n, (line, _) in enumerate(lines) if _HTTP.search(line)}
            if len(web) >= 0.3 * total and len(web & set(seen.lines)) >= 0.75 * len(web):
                return [Place(STATUS, before, token=token, word=word)]
    return []


def _is_column(lines: Sequence[tuple[bytes, int]], token: int) -> bool:
    """Tell whether a token is one capital letter in nearly all lines, a level or not."""
    tokens = (next(islice(TOKEN.finditer(line, end), token, None), None) for line, end in lines)
    return sum(x is not None and _CAPITAL.fullmatch(x[0]) is not None for x in tokens) >= (
        0.9 * len(lines)
    )


def _letters(
    lines: Sequence[tuple[bytes, int]], seen: _Evidence, usual: bytes, needed: bytes = b""
) -> bool:
    """Tell whether half of the letters at a place are usual ones: others mean much else.

    One of `needed` must be there: E, N and W are directions, too.
    """
    at = [lines[n][0][at] for n, at in seen.letters.items()]
    return sum(byte in usual for byte in at) >= _HALF * len(at) and (
        not needed or any(byte in needed for byte in at)
    )


def timeless(lines: list[bytes], total: int, *, alone: bool) -> list[Format]:
    """Return the format of lines without a time that begin with a level.

    Beside lines with a time, "Stack trace:" is no level. Where no line has one, a word in capitals
    that names a level in all lines may stand further on, after a date that cannot be read.
    """
    pairs = [(line, 0) for line in lines if line[:1] not in b" \t"]
    if not pairs:
        return []
    left = set(range(len(pairs)))
    coded = tuple(_coded(pairs, left)) if alone else ()
    if coded:
        others = Format("", first=bytes({line[0] for line, _ in pairs}), share=len(left) / total)
        share = len(pairs) / total - others.share
        return [Format("text (no time, level)", places=coded, share=share), others]
    evidence = _gather(pairs, before=False, tokens=2)
    found: list[Place] = []
    for key, seen in sorted(evidence.items(), key=lambda item: -len(item[1].lines)):
        kind, _, _, _ = key
        count = sum(n in left for n in seen.lines)
        marked = seen.styles == UPPER or not seen.trails & {0} or seen.leads == {_BRACKET}
        sure = alone or (count > 1 and (seen.styles == UPPER or len(seen.levels(left)) > 1))
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
        for key, seen in sorted(_gather(pairs, before=False, tokens=TIME_TOKENS).items()):
            several = len(seen.lines) >= 0.9 * len(pairs) and len(seen.levels(left)) > 1
            if key[0] == WORD and several and seen.styles == UPPER:
                found.append(_word_place(key, seen))
                left -= set(seen.lines)
                break
    covered = len(pairs) - len(left)
    if not found or covered < 0.05 * total:
        return []
    return [Format(name="level first", places=tuple(found[:MAX_PLACES]), share=covered / total)]
