"""Distinct messages to templates, once and for all of them: the same in whatever order they come.

Messages meet under their key (tokens.key_of). Keys of one shape, that is with the same delimiters
around as many words, are parted by the kernel `partition`. Templates that then differ in what one
pair of brackets or quotes holds, or in whether a bracket of values is there, are one as well.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from functools import lru_cache, partial
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from cotool._fast.logs import partition as kernel
from cotool._lazy import lazy_pattern
from cotool.logs.templates.lexicon import is_known
from cotool.logs.templates.tokens import (
    PARAMETER,
    is_word,
    key_of,
    shape,
    tokenise,
    whole_words,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Tokens = tuple[str, ...]

# English, not the words of any system: a name follows these.
_NOUNS = frozenset(
    "user username account group role client host hostname node device file class package job "
    "service thread table database db module queue topic".split()
)
_PREPOSITIONS = frozenset("for from by of on at in with as".split())
_EMPTY_WORDS = _PREPOSITIONS | {"to", "is", "are", "was", "were", "the", "a", "an", "and", "or"}
_BLANKS = lazy_pattern(r"[ \t]+")
_PARAMETERS = lazy_pattern(f"{PARAMETER}{{2,}}")
_PAIRS = {"[": "]", "(": ")", "{": "}", '"': '"', "'": "'"}
# A template that one round finds may hold those of another; more than two were never seen.
_ROUNDS = 4
# What is looked at of a template, so that long ones with many places take no time of their own.
_LONGEST, _MOST_PLACES = 200, 16
# Contents of one pair of brackets from which on they are values, if not all have one shape.
_MANY_CONTENTS = 3
_MANY_REASONS = 5
_FAILURE = lazy_pattern(
    "fail|error|exception|unable|can(?:not|'t)|could|unexpected|reject|refus|invalid|reason|abort"
)


class Clusters:
    """The templates of messages: of each its tokens, and which of the message's tokens they are."""

    def __init__(self, messages: Iterable[str]) -> None:
        self._found = {message: key_of(message) for message in messages}
        self._spans = _find(sorted({key.tokens for key in self._found.values()}))

    def template_of(self, message: str) -> Tokens | None:
        """Return the tokens of a message's template, PARAMETER where it has a value."""
        key = self._found.get(message)
        return self._spans[key.tokens][0] if key else None

    def shown(self, messages: Sequence[str]) -> str:
        """Return the text of the template of messages: what all of them share, else PARAMETER."""
        if len(messages) == 1:
            return _PARAMETERS.sub(PARAMETER, _BLANKS.sub(" ", whole_words(messages[0])))
        columns: list[set[str]] = []
        template: Tokens = ()
        for message in messages:
            key = self._found[message]
            template, spans = self._spans[key.tokens]
            spans = spans or _each(template)
            tokens = tokenise(whole_words(message))
            columns = columns or [set() for _ in template]
            for column, (start, stop) in zip(columns, spans, strict=True):
                if start < stop:
                    low, high = key.ranges[start][0], key.ranges[stop - 1][1]
                    column.add("".join(tokens[low:high]))
                else:
                    column.add("")
        return _PARAMETERS.sub(PARAMETER, "".join(
            " " if mark == " " else _shared_text(column)
            for mark, column in zip(template, columns, strict=True)
        ))  # fmt: skip


def _shared_text(column: set[str]) -> str:
    """Return a text that all have, else PARAMETER in the quotes or brackets of all."""
    if len(column) > 1:
        column = {text.replace(" ()", f" ({PARAMETER})") for text in column}
    if len(column) == 1:
        return next(iter(column))
    first, last = ({text[:1] for text in column}, {text[-1:] for text in column})
    if len(first) == len(last) == 1 and all(len(text) > 1 for text in column):
        start, stop = first.pop(), last.pop()
        if _PAIRS.get(start) == stop:
            return start + PARAMETER + stop
    return PARAMETER


def _find(keys: Sequence[Tokens]) -> dict[Tokens, _Said]:
    """Return the template of each key."""
    said = {key: _Said(key, ()) for key in keys}
    for _ in range(_ROUNDS):
        before = {found.template for found in said.values()}
        count = len(before)
        values = _values(said)
        for join in (partial(_part_shapes, values=values), *_JOINS):
            joined = join(sorted(before))
            if joined:
                said = {key: _composed(found, joined) for key, found in said.items()}
                before = {found.template for found in said.values()}
        if len(before) == count:
            break
    return said


def _values(said: dict[Tokens, _Said]) -> frozenset[str]:
    """Return the words that are values of templates; words of messages do not count."""
    return frozenset(
        token
        for key, found in said.items()
        if key != found.template
        for mark, (low, high) in zip(
            found.template, found.spans or _each(found.template), strict=True
        )
        if mark == PARAMETER and high == low + 1
        for token in key[low:high]
        if PARAMETER not in token and is_word(token) and not is_known(token.lower())
    )


class _Said(NamedTuple):
    """A template, and which tokens of a key its tokens are; (): each its own."""

    template: Tokens
    spans: tuple[tuple[int, int], ...]


def _each(template: Tokens) -> tuple[tuple[int, int], ...]:
    return tuple((n, n + 1) for n in range(len(template)))


def _composed(found: _Said, joined: dict[Tokens, _Said]) -> _Said:
    after = joined.get(found.template)
    if after is None:
        return found
    if not after.spans or not found.spans:
        return _Said(after.template, after.spans or found.spans)
    spans = found.spans
    return _Said(
        after.template,
        tuple((spans[low][0], spans[high - 1][1]) for low, high in after.spans),
    )


def _replaced(template: Tokens, start: int, stop: int) -> _Said:
    """Return a template with one parameter in place of tokens."""
    spans = [(n, n + 1) for n in range(len(template))]
    spans[start:stop] = [(start, stop)]
    return _Said((*template[:start], PARAMETER, *template[stop:]), tuple(spans))


def _part_shapes(keys: Sequence[Tokens], values: frozenset[str]) -> dict[Tokens, _Said]:
    """Return the template of each key."""
    shapes: dict[tuple[int, str], list[Tokens]] = defaultdict(list)
    for key in keys:
        shapes[shape(key)].append(key)
    return {
        key: _Said(template, ())
        for alike in shapes.values()
        if len(alike) > 1
        for template, found in _part(alike, values)
        for key in found
        if key != template
    }


def _part(keys: Sequence[Tokens], values: frozenset[str]) -> Iterable[tuple[Tokens, list[Tokens]]]:
    """Return the templates of keys of one shape, with the keys of each."""
    places = [n for n, token in enumerate(keys[0]) if is_word(token)]
    vocabulary = {
        word: n for n, word in enumerate(sorted({key[place] for key in keys for place in places}))
    }
    ids = array("i", [vocabulary[key[place]] for key in keys for place in places])
    facts = array("H", [_facts(word) | kernel.IS_VALUE * (word in values) for word in vocabulary])
    before = array("i", [_word_before(keys[0], places, n) for n in range(len(places))])
    context = bytes(_context(keys[0], place) for place in places)
    matrix = memoryview(ids).cast("B").cast("i", (len(keys), len(places))) if places else None
    if matrix is None:
        yield keys[0], list(keys)
        return
    for rows, varying in kernel.partition(matrix, facts, context, before):
        tokens = list(keys[rows[0]])
        for place in varying:
            tokens[places[place]] = PARAMETER
        yield tuple(tokens), [keys[row] for row in rows]


def _word_before(key: Tokens, places: list[int], n: int) -> int:
    """Return the place of the word one blank before a place, -1 where something else stands."""
    place = places[n]
    return n - 1 if n and key[place - 1] == " " and places[n - 1] == place - 2 else -1


@lru_cache(maxsize=1 << 14)
def _facts(word: str) -> int:
    """Return what the kernel has to know of a word."""
    lower = word.lower()
    strong = any(mark in word for mark in "./@\\_$#*") or any(c.isdigit() for c in word)
    weak = "-" in word or (word not in {lower, word.upper()} and not word.istitle())
    return (
        kernel.IS_PARAMETER * (word == PARAMETER)
        | kernel.IS_STRONG * (strong or PARAMETER in word)
        | kernel.IS_WEAK * weak
        | kernel.IS_KNOWN * is_known(lower)
        | kernel.IS_UPPER * word.isupper()
        | kernel.IS_NOUN * (lower in _NOUNS)
        | kernel.IS_PREPOSITION * (lower in _PREPOSITIONS)
        | kernel.IS_TEXT * (PARAMETER not in word and lower not in _EMPTY_WORDS)
    )


def _context(key: Tokens, place: int) -> int:
    """Return what the kernel has to know of a place."""
    before = key[place - 1] if place else ""
    after = key[place + 1] if place + 1 < len(key) else ""
    alone = after in {"", ",", ";", ")", "]"}
    return (
        kernel.IN_QUOTES * (before == "=" or (before in {'"', "'"} and before == after))
        | kernel.IS_KEY * (after == "=")
        | kernel.AFTER_COLON
        * ((before == "[" and after == "]")
           or (before == " " and alone and key[place - 2 : place - 1] == (":",)))
        | kernel.IS_CALL * (after == "(")
    )  # fmt: skip


def _join_spans(templates: Sequence[Tokens]) -> dict[Tokens, _Said]:
    """Return what templates become of which one has a parameter where another has a chunk."""
    places: dict[tuple[Tokens, Tokens], set[Tokens]] = defaultdict(set)
    for template in _short(templates):
        for place in islice((n for n, t in enumerate(template) if t == PARAMETER), _MOST_PLACES):
            places[template[:place], template[place + 1 :]].add(template)
    joined: dict[Tokens, _Said] = {}
    frames: dict[tuple[Tokens, Tokens], list[tuple[Tokens, int, int]]] = defaultdict(list)
    for template in _short(templates):
        for start, stop in islice(_chunks(template), _MOST_PLACES):
            frame = template[:start], template[stop:]
            if frame in places:
                frames[frame].append((template, start, stop))
    for frame, found in sorted(frames.items(), key=lambda item: (-len(item[1]), item[0])):
        if _words(frame) and not places[frame] <= joined.keys():
            for template, start, stop in found:
                if template not in joined and template not in places[frame]:
                    joined[template] = _replaced(template, start, stop)
    return joined


def _words(frame: tuple[Tokens, Tokens]) -> int:
    return sum(is_word(t) and PARAMETER not in t for part in frame for t in part)


def _chunks(template: Tokens) -> Iterable[tuple[int, int]]:
    """Return where what has no blanks in it begins and ends, without marks at its end."""
    at = 0
    while at < len(template):
        stop = at
        while stop < len(template) and template[stop] != " ":
            stop += 1
        end = stop
        while end > at and template[end - 1] in ",;:":
            end -= 1
        if end > at + 1:
            yield at, end
        at = stop + 1


def _short(templates: Sequence[Tokens]) -> Iterable[Tokens]:
    return (template for template in templates if len(template) <= _LONGEST)


def _join_contents(templates: Sequence[Tokens]) -> dict[Tokens, _Said]:
    """Return what templates become that differ in what one pair of brackets or quotes holds."""
    joined: dict[Tokens, _Said] = {}
    frames: dict[tuple[Tokens, Tokens], dict[Tokens, tuple[int, int]]] = defaultdict(dict)
    for template in _short(templates):
        for start, stop in islice(_pairs(template), _MOST_PLACES):
            frame = template[: start + 1], template[stop:]
            frames[frame][template] = start + 1, stop
    for frame, found in _shared(frames):
        left = {template: span for template, span in found.items() if template not in joined}
        lengths = {stop - start for start, stop in left.values()}
        inside = max((stop - start for start, stop in left.values()), default=0)
        if len(left) >= _MANY_CONTENTS and len(lengths) > 1 and _words(frame) >= inside // 2:
            joined.update((t, _replaced(t, *span)) for t, span in left.items())
    return joined


def _shared(
    frames: dict[tuple[Tokens, Tokens], dict[Tokens, tuple[int, int]]],
) -> list[tuple[tuple[Tokens, Tokens], dict[Tokens, tuple[int, int]]]]:
    """Return the frames of several templates, those of the most first."""
    several = [(frame, found) for frame, found in frames.items() if len(found) > 1]
    return sorted(several, key=lambda item: (-len(item[1]), item[0]))


def _join_reasons(templates: Sequence[Tokens]) -> dict[Tokens, _Said]:
    """Return what templates become that say what failed in the same words, and why in others."""
    joined: dict[Tokens, _Said] = {}
    heads: dict[Tokens, dict[Tokens, int]] = defaultdict(dict)
    for template in _short(templates):
        for n in range(2, len(template)):
            if template[n - 1] == ":" and template[n] == " ":
                heads[template[: n + 1]][template] = n + 1
    for head, found in sorted(heads.items(), key=lambda item: (len(item[0]), item[0])):
        left = {template: start for template, start in found.items() if template not in joined}
        if len(left) >= _MANY_REASONS and _says_failure(head):
            joined.update((t, _replaced(t, start, len(t))) for t, start in left.items())
    return joined


def _says_failure(head: Tokens) -> bool:
    """Tell whether the words before a colon say what failed; "error" alone does not."""
    words = [token.lower() for token in head if is_word(token) and PARAMETER not in token]
    return len(words) > 1 and any(_FAILURE.match(word) for word in words)


_JOINS = (_join_spans, _join_contents, _join_reasons)


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
