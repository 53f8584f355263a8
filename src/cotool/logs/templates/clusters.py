"""Distinct messages to templates, once and for all of them: the same in whatever order they come.

Messages meet under their key (tokens.key_of). Keys of one shape, that is with the same delimiters
around as many words, are parted by the kernel `partition`. Templates that then differ in what one
pair of brackets or quotes holds, or in whether a bracket of values is there, are one as well.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING

from cotool._fast.logs import partition as kernel
from cotool.logs.templates.tokens import PARAMETER, is_word, key_of, shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Tokens = tuple[str, ...]

# English, not the words of any system: a name follows these.
_NOUNS = frozenset(
    "user username account group role client host hostname node device file class package job "
    "service thread table database db module queue topic".split()
)
_PREPOSITIONS = frozenset("for from to by of on at in with as".split())
_EMPTY_WORDS = _PREPOSITIONS | {"is", "are", "was", "were", "the", "a", "an", "and", "or"}
_BOOLEANS = frozenset("true false yes no null none nil".split())
_SIZES = frozenset("B KB MB GB TB PB KiB MiB GiB TiB kB K M G bytes byte".split())
_DURATIONS = frozenset(
    "ns us ms s sec secs second seconds m min mins minute minutes h hour hours msec usec".split()
)
_PAIRS = {"[": "]", "(": ")", "{": "}", '"': '"', "'": "'"}
# A template that one round finds may hold those of another; more than two were never seen.
_ROUNDS = 4
_AROUND = frozenset("<>()")
# What is looked at of a template, so that long ones with many places take no time of their own.
_LONGEST, _MOST_PLACES = 200, 16
# Contents of one pair of brackets from which on they are values, if not all have one shape.
_MANY_CONTENTS = 3


def find_templates(messages: Iterable[str]) -> dict[str, Tokens]:
    """Return the tokens of each message's template, PARAMETER where it has a value."""
    members: dict[Tokens, list[str]] = defaultdict(list)
    for message in messages:
        members[key_of(message).tokens].append(message)
    template_of = {key: key for key in members}
    for _ in range(_ROUNDS):
        before = len(set(template_of.values()))
        for join in (_part_shapes, _join_values, _join_optional, _join_contents):
            joined = join(sorted(set(template_of.values())))
            template_of = {key: joined.get(found, found) for key, found in template_of.items()}
        if len(set(template_of.values())) == before:
            break
    return {message: template_of[key] for key, found in members.items() for message in found}


def _part_shapes(keys: Sequence[Tokens]) -> dict[Tokens, Tokens]:
    """Return the template of each key."""
    shapes: dict[Tokens, list[Tokens]] = defaultdict(list)
    for key in keys:
        shapes[shape(key)].append(key)
    return {
        key: template
        for alike in shapes.values()
        for template, found in _part(alike)
        for key in found
    }


def _part(keys: Sequence[Tokens]) -> Iterable[tuple[Tokens, list[Tokens]]]:
    """Return the templates of keys of one shape, with the keys of each."""
    if len(keys) == 1:
        yield keys[0], list(keys)
        return
    places = [n for n, token in enumerate(keys[0]) if is_word(token)]
    vocabulary = {
        word: n for n, word in enumerate(sorted({key[place] for key in keys for place in places}))
    }
    ids = array("i", [vocabulary[key[place]] for key in keys for place in places])
    facts = array("H", [_facts(word) for word in vocabulary])
    before = array("i", [_word_before(keys[0], places, n) for n in range(len(places))])
    quoted = bytes(place > 0 and keys[0][place - 1] in "=\"'" for place in places)
    matrix = memoryview(ids).cast("B").cast("i", (len(keys), len(places))) if places else None
    if matrix is None:
        yield keys[0], list(keys)
        return
    for rows, values in kernel.partition(matrix, facts, quoted, before):
        tokens = list(keys[rows[0]])
        for value in values:
            tokens[places[value]] = PARAMETER
        yield tuple(tokens), [keys[row] for row in rows]


def _word_before(key: Tokens, places: list[int], n: int) -> int:
    """Return the place of the word one blank before a place, -1 where something else stands."""
    place = places[n]
    return n - 1 if n and key[place - 1] == " " and places[n - 1] == place - 2 else -1


def _facts(word: str) -> int:
    """Return what the kernel has to know of a word."""
    lower = word.lower()
    looks_like_id = (
        PARAMETER in word
        or any(mark in word for mark in "./@\\-_$#*")
        or (word not in {lower, word.upper()} and not word.istitle())
    )
    return (
        kernel.IS_PARAMETER * (word == PARAMETER)
        | kernel.LOOKS_LIKE_ID * looks_like_id
        | kernel.IS_UPPER * word.isupper()
        | kernel.IS_SIZE * (word in _SIZES)
        | kernel.IS_DURATION * (word in _DURATIONS)
        | kernel.IS_NOUN * (lower in _NOUNS)
        | kernel.IS_PREPOSITION * (lower in _PREPOSITIONS)
        | kernel.IS_BOOLEAN * (lower in _BOOLEANS)
        | kernel.HAS_NUMBER * (PARAMETER in word)
        | kernel.IS_TEXT * (PARAMETER not in word and lower not in _EMPTY_WORDS)
    )


def _join_values(templates: Sequence[Tokens]) -> dict[Tokens, Tokens]:
    """Return what templates become of which one has "12" where another has "<1 sec"."""
    joined: dict[Tokens, Tokens] = {}
    frames: dict[tuple[Tokens, Tokens], set[Tokens]] = defaultdict(set)
    for template in _short(templates):
        for start, stop in islice(_values(template), _MOST_PLACES):
            frames[template[:start], template[stop:]].add(template)
    for (head, tail), found in _shared(frames):
        left = {template for template in found if template not in joined}
        words = sum(is_word(token) and PARAMETER not in token for token in (*head, *tail))
        if len(left) > 1 and words:
            joined.update(dict.fromkeys(left, (*head, PARAMETER, *tail)))
    return joined


def _short(templates: Sequence[Tokens]) -> Iterable[Tokens]:
    return (template for template in templates if len(template) <= _LONGEST)


def _shared(
    frames: dict[tuple[Tokens, Tokens], set[Tokens]],
) -> list[tuple[tuple[Tokens, Tokens], set[Tokens]]]:
    """Return the frames of several templates, those of the most first."""
    several = [(frame, found) for frame, found in frames.items() if len(found) > 1]
    return sorted(several, key=lambda item: (-len(item[1]), item[0]))


def _values(template: Tokens) -> Iterable[tuple[int, int]]:
    """Return where single values stand, with the marks and the unit that belong to them."""
    for place, token in enumerate(template):
        if token != PARAMETER:
            continue
        start, stop = place, place + 1
        while start and template[start - 1] in _AROUND:
            start -= 1
        while stop < len(template) and template[stop] in _AROUND:
            stop += 1
        if (
            stop + 1 < len(template)
            and template[stop] == " "
            and template[stop + 1] in _SIZES | _DURATIONS
        ):
            stop += 2
        yield start, stop


def _join_optional(templates: Sequence[Tokens]) -> dict[Tokens, Tokens]:
    """Return what templates become of which one has "9 bytes", one "2048 bytes (2 KB)"."""
    frames: dict[Tokens, list[tuple[Tokens, list[int]]]] = defaultdict(list)
    for template in templates:
        frame, places = _without_brackets(template)
        frames[frame].append((template, places))
    joined = {}
    for frame, found in frames.items():
        if len(found) > 1 and any(is_word(token) and PARAMETER not in token for token in frame):
            optional = {place for _, places in found for place in places}
            whole = _with_parameters(frame, optional)
            joined.update(dict.fromkeys((template for template, _ in found), whole))
    return joined


def _without_brackets(template: Tokens) -> tuple[Tokens, list[int]]:
    """Return a template without brackets of values that follow a word, and where those stood."""
    frame: list[str] = []
    places: list[int] = []
    at = 0
    while at < len(template):
        stop = _bracket_end(template, at)
        if stop and frame and is_word(frame[-1]):
            places.append(len(frame))
            at = stop
        else:
            frame.append(template[at])
            at += 1
    return tuple(frame), places


def _bracket_end(template: Tokens, at: int) -> int:
    """Return the end of a blank and a bracket that holds values and units alone, 0 for none."""
    if template[at] != " " or template[at + 1 : at + 2] not in {("(",), ("[",)}:
        return 0
    values = 0
    for n in range(at + 2, len(template)):
        token = template[n]
        if token in {")", "]"}:
            return n + 1 if values else 0
        values += PARAMETER in token
        if is_word(token) and PARAMETER not in token and token not in _SIZES | _DURATIONS:
            return 0
    return 0


def _with_parameters(frame: Tokens, places: set[int]) -> Tokens:
    """Return a template with a parameter before each of the places, where there is none yet."""
    whole: list[str] = []
    for n, token in enumerate((*frame, "")):
        if n in places and whole[-1] != PARAMETER:
            whole.append(PARAMETER)
        whole.append(token)
    return tuple(whole[:-1])


def _join_contents(templates: Sequence[Tokens]) -> dict[Tokens, Tokens]:
    """Return what templates become that differ in what one pair of brackets or quotes holds."""
    joined: dict[Tokens, Tokens] = {}
    frames: dict[tuple[Tokens, Tokens], set[Tokens]] = defaultdict(set)
    for template in _short(templates):
        for start, stop in islice(_pairs(template), _MOST_PLACES):
            frames[template[: start + 1], template[stop:]].add(template)
    for (head, tail), found in _shared(frames):
        left = {template for template in found if template not in joined}
        lengths = {len(template) for template in left}
        words = sum(is_word(token) and PARAMETER not in token for token in (*head, *tail))
        if len(left) >= _MANY_CONTENTS and len(lengths) > 1 and words:
            joined.update(dict.fromkeys(left, (*head, PARAMETER, *tail)))
    return joined


def _pairs(template: Tokens) -> Iterable[tuple[int, int]]:
    """Return where brackets and quotes of a template open and close."""
    for start, token in enumerate(template):
        close = _PAIRS.get(token)
        if close is None:
            continue
        depth = 1
        for stop in range(start + 1, len(template)):
            if template[stop] == close:
                depth -= 1
            elif template[stop] == token:
                depth += 1
            if depth == 0:
                yield start, stop
                break
