"""Levels that are not words: codes with a severity, letters, symbols, and HTTP statuses."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import islice

from cotool._lazy import lazy_pattern
from cotool.logs.formats import model
from cotool.logs.formats.columns import HEADER, header_of, names_in
from cotool.logs.formats.level_evidence import CELL, STATUSES, LevelEvidence
from cotool.logs.formats.level_marks import HALF, thinned
from cotool.logs.formats.model import Format, Place, is_cyclic
from cotool.logs.formats.names import STATUS_NAMES, plain
from cotool.logs.formats.text_times import TOKEN

_LAST_TOKEN = 255
_LETTER = lazy_pattern(rb"[A-Za-z]")

# What follows each message in the logs of Microsoft Configuration Manager.
CMTRACE_END = b"]LOG]!><time="
_SYMBOLS = (b".", b"-", b"*", b"#")

# The process and its role in Redis, or the process alone in brackets.
_REDIS_HEAD = lazy_pattern(rb"\d+:[XCSM] |\[\d+\] ")
_HTTP = lazy_pattern(
    rb'HTTP/\d|"?(?:GET|POST|PUT|HEAD|DELETE|OPTIONS|PATCH|CONNECT|PROPFIND)[ \t]|"-" \d{3} '
)
_CODED = lazy_pattern(rb"%[A-Za-z][\w-]*?-[0-7]-\w|%%\d\d\w+/[0-7]/\w")
_ARTICLE = lazy_pattern(rb"\W*[AI]\b")

# As Er(163), (EE) and (0x0040).
_SHORTENED = lazy_pattern(
    rb"([A-Z][a-z])\(\d+\)|\((?:II|WW|EE|NI|--|\*\*|==|\+\+|!!|0x[0-9a-fA-F]{4,5})\):?"
)
_SHORTS = frozenset(b"Em Al Cr Er Wa No In Db De Tr Ve Fa".split())


def is_redis(lines: Sequence[tuple[bytes, int]]) -> bool:
    """Return whether a symbol of Redis follows the time; a hyphen alone is a separator."""
    # If the first tenth of the lines has none, the rest need not be counted.
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


def have_codes(lines: Sequence[tuple[bytes, int]]) -> bool:
    """Return whether one of a few lines has a code that may hold a severity."""
    return any(
        (b"%" in line and _CODED.search(line)) or (b"(" in line and _SHORTENED.search(line))
        for line, _ in lines
    )


def coded_places(lines: Sequence[tuple[bytes, int]], left: set[int]) -> list[Place]:
    """Return the places of codes that hold a severity: %LINK-3-UPDOWN:, Er(163)."""
    places = []
    if sum(CMTRACE_END in line for line, _ in lines) >= HALF * len(lines):
        left.clear()
        return [Place(model.KEY, key=b"type", scale=model.CMTRACE)]
    if not have_codes(thinned(lines)):
        return []
    coded = {n for n in left if _CODED.search(lines[n][0], 0, 256)}
    if len(coded) >= 0.3 * len(lines):
        places.append(Place(model.CODE))
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
            places.append(Place(model.SHORT, token=number))
            left -= found
    return places


def status_column(lines: Sequence[bytes]) -> Place | None:
    """Return the place of the HTTP status that a line "#Fields: … sc-status …" names."""
    head = header_of(lines)
    place = status_in(head) if head else None
    if place is None:
        return None
    column: int | None = place.token
    rows = found = 0
    for line in lines:
        if line.startswith(HEADER):  # the rows that follow may have other columns
            other = status_in(line)
            column = None if other is None else other.token
        elif column is not None and line[:1] not in {b"#", b""}:
            cells = TOKEN.findall(line)
            rows += 1
            found += len(cells) > column and cells[column].strip(b'"') in STATUSES
    return place if found and found >= HALF * rows else None


def status_in(header: bytes) -> Place | None:
    """Return the place of the HTTP status by a line "#Fields: …", None if it names none."""
    names = map(plain, names_in(header))
    column = next((n for n, name in enumerate(names) if name in STATUS_NAMES), _LAST_TOKEN + 1)
    return Place(model.STATUS, before=1, token=column) if column <= _LAST_TOKEN else None


def lettered_places(
    evidence: dict[tuple[int, int, int, int], LevelEvidence],
    lines: Sequence[tuple[bytes, int]],
    found: Format,
) -> list[Place]:
    """Return the place of a single letter or of an HTTP status that shows the level."""
    total = len(lines)
    for key, seen in sorted(evidence.items()):
        kind, before, token, word = key
        full = len(seen.lines) >= 0.9 * total
        if kind == CELL and full and _letters(lines, seen, b"VDIWEF", b"DI") and seen.is_varied:
            return [Place(model.LETTER, before, token=token, word=word, lead=0, trail=0)]
        if kind == model.LETTER and not full and len(seen.lines) >= 0.3 * total:
            full = _is_column([(line, 0 if before else end) for line, end in lines], token)
        if kind == model.LETTER and full and _letters(lines, seen, b"VDIWEF"):
            levels = set(seen.lines.values())
            sure = len(levels) > 1 or is_cyclic(found)
            slashed = all(re.search(rb"(?:^|\s)[VDIWEFA]/", line) for line, _ in lines)
            # "A file ..." and "I am ..." begin a sentence.
            alone = token == 0 and not any(_ARTICLE.match(line, end) for line, end in lines)
            letters = _letters_of(lines, seen)
            if letters.islower():
                sure, alone = len(levels) > 1 and b"i" in letters, False
            if sure or slashed or (alone and not before) or (before and token == 0):
                return [Place(model.LETTER, before, token=token)]
        if kind == model.STATUS and seen.statuses >= 0.9 * len(seen.lines) >= 0.27 * total:
            # Lines without a request, such as those of TCP, have no status.
            web = {n for n, (line, _) in enumerate(lines) if _HTTP.search(line)}
            if len(web) >= 0.3 * total and len(web & set(seen.lines)) >= 0.75 * len(web):
                return [Place(model.STATUS, before, token=token, word=word)]
    return []


def _is_column(lines: Sequence[tuple[bytes, int]], token: int) -> bool:
    """Return whether a token is one letter in nearly all lines, a level or not."""
    tokens = (next(islice(TOKEN.finditer(line, end), token, None), None) for line, end in lines)
    return sum(x is not None and _LETTER.fullmatch(x[0]) is not None for x in tokens) >= (
        0.9 * len(lines)
    )


def _letters(
    lines: Sequence[tuple[bytes, int]], seen: LevelEvidence, usual: bytes, needed: bytes = b""
) -> bool:
    """Return whether at least half of the letters at a place are `usual`, and one is `needed`.

    Other letters often mean something else; E, N and W, for example, are also directions.
    """
    at = _letters_of(lines, seen).upper()
    return sum(byte in usual for byte in at) >= HALF * len(at) and (
        not needed or any(byte in needed for byte in at)
    )


def _letters_of(lines: Sequence[tuple[bytes, int]], seen: LevelEvidence) -> bytes:
    return bytes(lines[n][0][at] for n, at in seen.letters.items())
