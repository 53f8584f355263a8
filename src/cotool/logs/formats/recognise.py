"""Where a file's lines keep their time and their level, recognised from a sample.

Nothing here names a product: a format is a timestamp at some place of the line, known by its form,
and places after (or before) it where words that name levels keep appearing. A file may have
several formats; each is a row of what the scanner's `formats` take.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from cotool._fast.logs import logscan
from cotool.logs.formats.keyed import recognise_json, recognise_logfmt
from cotool.logs.formats.model import (
    GLOG,
    LETTER,
    LOGFMT,
    MAX_FORMATS,
    MAX_PLACES,
    PRI,
    STATUS,
    SYMBOL,
    SYSLOG,
    UPPER,
    WORD,
    Format,
    Place,
    is_cyclic,
    layout_forms,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SOME = 0.25

_LETTER_OPENS = ord("A")
# Tokens at the start of a line among which a time is looked for.
_TIME_TOKENS = 8
_CLOSES = (b"]", b")", b">", b'"', b"'")
_GLOG_LETTERS = b"VDIWEFA"
# Classes of bytes (logfields.h: " []()<>:|/-,;=\"'*{}#!.$@%...") that surround a level. A word in
# a dotted name or in a path is none.
_CLASSES = " []()<>:|/-,;=\"'*{}#!"
_LEADS = {_CLASSES.index(mark) for mark in " [(<:|-,=\"'*{#"}
_TRAILS = {_CLASSES.index(mark) for mark in " ])>:|/-,;=\"'*}!"}
_BRACKET = _CLASSES.index("[")

_PRI = re.compile(rb"<\d{1,3}>(?=[^>])")
_LOGFMT = re.compile(rb'[A-Za-z_@][\w.@/-]*=(?:"(?:[^"\\]|\\.)*"|\S*)(?: +[\w.@/-]+=|$)')
_REDIS = re.compile(rb"\d+:[XCSM] ")
_HTTP = re.compile(rb'HTTP/\d|"?(?:GET|POST|PUT|HEAD|DELETE|OPTIONS|PATCH|CONNECT) ')
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
_WEAK = frozenset(b"log config note system fail failure fine alert panic information".split())
_INFO_OR_LESS = frozenset({0, 1, 2, 3})


class _Time(NamedTuple):
    """A key under which the times of a sample's lines are counted."""

    token: int
    open: int
    layout: int


def recognise(lines: Sequence[bytes]) -> tuple[Format, ...]:
    """Return the formats of a file from a sample of its lines, without their line ends.

    In the order in which the scanner tries them. Empty where the lines have none: then every line
    is a record of unknown level.
    """
    lines = [line for line in lines if line.strip()]
    if not lines:
        return ()
    json = [line for line in lines if line.lstrip()[:1] == b"{"]
    pri = [line for line in lines if _PRI.match(line)]
    logfmt = [line for line in lines if _LOGFMT.match(line)]
    formats = [
        *recognise_json(json, len(lines)),
        *_recognise_text(pri, len(lines), pri=True),
        *recognise_logfmt(logfmt, len(lines)),
    ]
    keyed = {id(line) for group in (json, pri) for line in group}
    if any(found.kind == LOGFMT for found in formats):
        keyed |= {id(line) for line in logfmt}
    text = [line for line in lines if id(line) not in keyed]
    formats += _recognise_text(text, len(lines), pri=False)
    # A time at the line's start tells more than one further on.
    formats.sort(key=lambda found: (found.time_token > 0, -found.share))
    return tuple(formats[:MAX_FORMATS])


# ---- text: a time at some token, a level at some word


def _recognise_text(lines: list[bytes], total: int, *, pri: bool) -> list[Format]:
    strip = [_PRI.match(line).end() if pri else 0 for line in lines]  # type: ignore[union-attr]
    bodies = [line[start:] for line, start in zip(lines, strip, strict=True)]
    formats = []
    covered: set[int] = set()
    for key, members in _time_keys(bodies):
        covered.update(n for n, _ in members)
        found = Format(
            name="",
            pri=int(pri),
            time_token=key.token,
            time_open=key.open,
            layouts=_layout_mask(key.layout),
            share=len(members) / total,
        )
        places = _places([(bodies[n], end) for n, end in members], found)
        formats.append(_named(replace(found, places=places, first=_first_bytes(found))))
    rest = [body for n, body in enumerate(bodies) if n not in covered]
    if rest and pri:
        formats.append(Format(name="syslog", pri=1, places=(Place(PRI),), first=b"<",
                              share=len(rest) / total))  # fmt: skip
    elif sum(line[:1] not in b" \t" for line in rest) > _SOME * len(bodies):
        # Fewer among lines with a time belong to these: "SomeException: ERROR: duplicate key".
        formats += _timeless(rest, total)
    return formats


def _time_keys(lines: list[bytes]) -> list[tuple[_Time, list[tuple[int, int]]]]:
    """Return the keys of times that explain the lines, with (line, end of time) of each member."""
    seen: dict[_Time, dict[int, int]] = defaultdict(dict)
    for n, line in enumerate(lines):
        times = logscan.probe_times(line) or logscan.probe_times(line, _TIME_TOKENS)
        for token, opened, layout, at, length, _, _ in times:
            end = at + length
            if opened not in {0, _LETTER_OPENS} and line[end : end + 1] in _CLOSES:
                end += 1
            seen[_Time(token, opened, layout)].setdefault(n, end)
    left = set(range(len(lines)))
    chosen = []
    while seen and left:
        counts = {key: sum(n in left for n in members) for key, members in seen.items()}
        # The line's start first; an epoch, which has its zone, before other forms.
        key = max(counts, key=lambda k: (min(counts[k] / len(left) * 4, 1) > 0.04 and k.token == 0,
                                         counts[k], -k.token, -k.layout))  # fmt: skip
        count = counts[key]
        enough = 0.01 * len(lines) if key.token == 0 else 0.4 * len(left)
        members = seen.pop(key)
        if not count:
            break
        if count < enough:
            continue
        chosen.append((key, [(n, end) for n, end in members.items() if n in left]))
        left -= set(members)
    return chosen


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


def _first_bytes(found: Format) -> bytes:
    """Return the bytes that a record may begin with."""
    if found.pri:
        return b"<"
    if found.time_token > 0:
        return bytes(byte for byte in range(256) if byte not in b" \t")
    if found.time_open == _LETTER_OPENS:
        return _GLOG_LETTERS
    if found.time_open:
        return bytes([found.time_open])
    letters = any(
        form[0] in "ab" for n, (form, _) in enumerate(layout_forms()) if found.layouts >> n & 1
    )
    return bytes(byte for byte in range(256) if chr(byte).isalpha() and byte < 128) if letters \
        else b"0123456789"  # fmt: skip


class _Evidence:
    """What was seen at one place of the lines of a format."""

    def __init__(self) -> None:
        self.lines: dict[int, int] = {}  # line -> level
        self.leads: set[int] = set()
        self.trails: set[int] = set()
        self.styles = 0
        self.statuses = 0  # of HTTP that are in use

    def levels(self, left: set[int]) -> set[int]:
        return {level for n, level in self.lines.items() if n in left}


def _gather(
    lines: Sequence[tuple[bytes, int]], *, before: bool, tokens: int = 14
) -> dict[tuple[int, int, int, int], _Evidence]:
    evidence: dict[tuple[int, int, int, int], _Evidence] = defaultdict(_Evidence)
    for n, (line, end) in enumerate(lines):
        for kind, token, word, lead, trail, styles, level, at in logscan.probe_levels(
            line, 0 if before else end
        ):
            if token >= tokens or (before and at >= end):
                break
            if kind == WORD and (lead not in _LEADS or trail not in _TRAILS):
                continue
            if kind == WORD and styles != UPPER and lead != _BRACKET and _is_weak(line, at):
                continue
            found = evidence[kind, int(before), token, word]
            found.lines.setdefault(n, level)
            found.statuses += kind == STATUS and line[at : at + 3] in _STATUSES
            found.leads.add(lead)
            found.trails.add(trail)
            found.styles |= styles
    return evidence


def _is_weak(line: bytes, at: int) -> bool:
    word = re.compile(rb"\w*").match(line, at)
    return word is not None and word[0].lower() in _WEAK


def _places(lines: Sequence[tuple[bytes, int]], found: Format) -> tuple[Place, ...]:
    """Return the places of the level in lines of one format, the commonest first."""
    if found.pri:
        return (Place(PRI),)
    if found.time_open == _LETTER_OPENS:
        return (Place(GLOG),)
    evidence = dict(_gather(lines, before=False))
    if found.time_token > 0:
        evidence |= _gather(lines, before=True)
    if found.time_token == 1 and all(_REDIS.match(line) for line, _ in lines):
        return (Place(SYMBOL),)
    left = set(range(len(lines)))
    places: list[Place] = []
    while left and len(places) < MAX_PLACES:
        best = max(
            (key for key in evidence if key[0] == WORD),
            key=lambda key: (sum(n in left for n in evidence[key].lines), -key[2], -key[3]),
            default=None,
        )
        if best is None or not _is_level(evidence[best], left, len(lines)):
            break
        places.append(_word_place(best, evidence[best]))
        left -= set(evidence.pop(best).lines)
    return tuple(places) or _lettered(evidence, lines, found)


def _is_level(found: _Evidence, left: set[int], total: int) -> bool:
    """Tell whether a place holds levels: in nearly all lines, or not alarms alone.

    A program that only says "error:" now and then at the start of a message has no level field.
    """
    count = sum(n in left for n in found.lines)
    if count >= 0.9 * len(left) and count >= 0.02 * total:
        return True
    levels = found.levels(left)
    calm = bool(levels & _INFO_OR_LESS)
    return calm and (
        (count >= 0.5 * len(left) and count >= 0.02 * total)
        or (count >= 0.05 * total and len(levels) > 1)
    )


def _word_place(key: tuple[int, int, int, int], found: _Evidence) -> Place:
    kind, before, token, word = key
    leads = sum(1 << lead for lead in found.leads)
    trails = sum(1 << trail for trail in found.trails | {0})
    return Place(kind, before, token, word, found.styles, SYSLOG, leads, trails)


def _lettered(
    evidence: dict[tuple[int, int, int, int], _Evidence],
    lines: Sequence[tuple[bytes, int]],
    found: Format,
) -> tuple[Place, ...]:
    """Return where single letters or the status of HTTP stand in for a level."""
    total = len(lines)
    for key, seen in sorted(evidence.items()):
        kind, before, token, word = key
        full = len(seen.lines) >= 0.9 * total
        if kind == LETTER and full:
            sure = len(set(seen.lines.values())) > 1 or is_cyclic(found)
            slashed = all(re.search(rb"(?:^|\s)[VDIWEFA]/", line) for line, _ in lines)
            if sure or slashed:
                return (Place(LETTER, before, token),)
        if kind == STATUS and full and seen.statuses >= 0.9 * total:
            web = sum(bool(_HTTP.search(line)) for line, _ in lines)
            if web >= 0.8 * total:
                return (Place(STATUS, before, token, word),)
    return ()


def _timeless(lines: list[bytes], total: int) -> list[Format]:
    """Return the format of lines without a time that begin with a level."""
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
        if kind == WORD and marked and count >= 0.5 * len(left):
            found.append(_word_place(key, seen))
            left -= set(seen.lines)
        elif (
            kind == LETTER
            and count >= 0.8 * len(pairs)
            and all(re.match(rb"[VDIWEFA]/", line) for line, _ in pairs)
        ):
            found.append(Place(LETTER))
            left -= set(seen.lines)
    covered = len(pairs) - len(left)
    if not found or covered < 0.05 * total:
        return []
    return [Format(name="level first", places=tuple(found[:MAX_PLACES]), share=covered / total)]


def _named(found: Format) -> Format:
    """Return the format under a name that tells people what was seen."""
    forms = [form for n, (form, _) in enumerate(layout_forms()) if found.layouts >> n & 1]
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


def readable(form: str) -> str:
    """Return a form of timestamps as people write it."""
    names = {
        "Y": "YYYY", "y": "YY", "m": "MM", "o": "M", "d": "DD", "D": "DD", "e": "D", "H": "hh",
        "h": "h", "M": "mm", "i": "m", "S": "ss", "s": "s", "b": "Mon", "a": "Day", "6": "ffffff",
        "p": "AM", "f": "", "g": ":ms", "z": "", "E": "seconds since 1970",
    }  # fmt: skip
    return "".join(names.get(letter, letter) for letter in form)


def sample_lines(windows: Iterable[tuple[bytes, bool]], most: int = 1000) -> list[bytes]:
    """Return up to `most` whole lines, evenly from windows of (bytes, starts at a line's start)."""
    kept = [(data if whole else data.partition(b"\n")[2]) for data, whole in windows]
    kept = [data for data in kept if data]
    each = max(1, most // max(1, len(kept)))
    lines: list[bytes] = []
    for data in kept:
        found = data.split(b"\n", 4 * each)
        # The last piece is cut off, unless it is all there is.
        found = found[:-1] or found
        step = max(1, len(found) // each)
        lines += [line.rstrip(b"\r")[:1024] for line in found[::step][:each]]
    return lines
