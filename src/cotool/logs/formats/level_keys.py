"""Levels under a key, as in level=warn, on a line or in the lines below it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from cotool._lazy import lazy_pattern
from cotool.logs.formats.level_marks import COLON, HALF, SPACE, level_of, thinned
from cotool.logs.formats.model import INDENTED_LINES, KEY, NEXT_LINE, WORD, Place

_FIRST_WORD = lazy_pattern(rb"([^\W\d_]{3,}):(?=\s|$)")
_SEVERITIES = frozenset(b"%d" % n for n in range(8))

# Numbers of syslog: the greatest of those that are critical, and the greatest of all.
_CRITICAL, _DEBUG = 2, 7

# How many lines below one with a time are searched for its level.
_MOST_BELOW = 40

# Keys that hold a level in key=value, the most reliable first.
_KEYS = ("level", "loglevel", "log_level", "severity", "priority", "pri", "lvl", "sev")
_KEY_TEXTS = [key.encode() for key in _KEYS]
_PAIR = lazy_pattern(
    rb"(?:^|[\s,;|(\[{])((?i:" + b"|".join(_KEY_TEXTS) + rb"))=[\"']?([A-Za-z]+|\d{1,2})"
    rb"(?=[\"'\s,;|)\]}]|$)"
)


def have_keys(lines: Sequence[tuple[bytes, int]]) -> bool:
    """Return whether one of a few lines has a key that may hold a level."""
    return any(_may_have_key(line) and _PAIR.search(line) for line, _ in lines)


def _may_have_key(line: bytes) -> bool:
    """Return whether to compile the pattern for a line, which takes half a millisecond."""
    line = line.lower()
    return any(b"%b=" % key in line for key in _KEY_TEXTS)


def key_places(lines: Sequence[tuple[bytes, int]], left: set[int]) -> list[Place]:
    """Return the keys of key=value pairs that hold levels; remove their lines from `left`."""
    values: dict[bytes, dict[int, bytes]] = defaultdict(dict)
    if not have_keys(thinned(lines)):
        return []
    for n, (line, _) in enumerate(lines):
        for key, value in _PAIR.findall(line):
            values[key].setdefault(n, value)
    places = []
    for key, found in sorted(
        values.items(), key=lambda item: (-len(item[1]), _KEYS.index(item[0].decode().lower()))
    ):
        numbers = [int(value) for value in found.values() if value.isdigit() and len(value) < 4]
        named = sum(level_of(value) is not None for value in found.values())
        # A number is a syslog severity only under such a key, and where not all are 0 to 2, alarms.
        severities = key.lower() in {b"pri", b"priority", b"severity", b"sev"}
        severities &= _CRITICAL < max(numbers, default=0) <= _DEBUG
        good = named + (len(numbers) if severities else 0)
        if len(found) >= 0.2 * len(lines) and good >= 0.8 * len(found):
            places.append(Place(KEY, key=key))
            left -= set(found)
    return places[:3]


def places_below(
    lines: Sequence[bytes], members: Sequence[tuple[int, int, int]]
) -> tuple[tuple[Place, ...], set[int]]:
    """Return the places of levels in lines below those with a time, and the lines that hold them.

    `members` are (line, start, end) of the times. Either the next line begins with the level and a
    colon, or an indented line has the level under a key.
    """
    heads = {n for n, _, _ in members}
    named: set[int] = set()
    keys: Counter[bytes] = Counter()
    for n in heads:
        below = lines[n + 1] if n + 1 < len(lines) and n + 1 not in heads else b""
        word = _FIRST_WORD.match(below)
        if word is not None and level_of(word[1]) is not None:
            named.add(n + 1)
            continue
        for line in lines[n + 1 : n + 1 + _MOST_BELOW]:
            if line[:1] not in {b" ", b"\t"}:
                break
            pair = _PAIR.search(line)
            if pair is not None and (level_of(pair[2]) is not None or pair[2] in _SEVERITIES):
                keys[pair[1]] += 1
                break
    if len(named) >= HALF * len(heads):
        return (Place(WORD, before=1, below=NEXT_LINE, lead=1 << SPACE, trail=1 << COLON),), named
    key, count = max(keys.items(), key=lambda item: item[1], default=(b"", 0))
    if count and count >= HALF * len(heads):
        return (Place(KEY, below=INDENTED_LINES, key=key),), set()
    return (), set()
