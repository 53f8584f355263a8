"""Divides keys of one shape into templates: prepares their words and places for the kernel."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache

from cotool._fast.logs import partition as kernel
from cotool.logs.templates.fits import TemplateFit, Tokens
from cotool.logs.templates.lexicon import is_known
from cotool.logs.templates.tokens import PARAMETER, is_word, shape

# English nouns that a name follows; none is specific to a system.
_NOUNS = frozenset(
    "user username account group role client host hostname node device file class package job "
    "service thread table database db module queue topic".split()
)
_PREPOSITIONS = frozenset("for from by of on at in with as".split())
_EMPTY_WORDS = _PREPOSITIONS | {"to", "is", "are", "was", "were", "the", "a", "an", "and", "or"}


def part_shapes(keys: Sequence[Tokens], values: frozenset[str]) -> dict[Tokens, TemplateFit]:
    """Return the template of each key."""
    shapes: dict[tuple[int, str], list[Tokens]] = defaultdict(list)
    for key in keys:
        shapes[shape(key)].append(key)
    return {
        key: TemplateFit(template, ())
        for alike in shapes.values()
        if len(alike) > 1
        for template, found in _part(alike, values)
        for key in found
        if key != template
    }


def _part(keys: Sequence[Tokens], values: frozenset[str]) -> Iterable[tuple[Tokens, list[Tokens]]]:
    """Return each template of keys of one shape, with its keys."""
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
    """Return the place of the word that is one blank before a place, -1 if there is none."""
    place = places[n]
    return n - 1 if n and key[place - 1] == " " and places[n - 1] == place - 2 else -1


@lru_cache(maxsize=1 << 14)
def _facts(word: str) -> int:
    """Return what the kernel must know about a word."""
    lower = word.lower()
    inner = word.rstrip(".!?")
    strong = any(mark in inner for mark in "./@\\_$#*") or any(c.isdigit() for c in word)
    weak = "-" in word or (word not in {lower, word.upper()} and not word.istitle())
    return (
        kernel.IS_PARAMETER * (word == PARAMETER)
        | kernel.IS_STRONG * (strong or PARAMETER in word)
        | kernel.IS_WEAK * weak
        | kernel.IS_KNOWN * is_known(lower)
        | kernel.IS_UPPER * word.isupper()
        | kernel.IS_NOUN * (lower in _NOUNS)
        | kernel.IS_PREPOSITION * (lower in _PREPOSITIONS)
        | kernel.IS_TITLE * (word.istitle() and len(word) > 1)
        | kernel.IS_LOWER * (word.isalpha() and word == lower)
        | kernel.IS_TEXT * (PARAMETER not in word and lower not in _EMPTY_WORDS)
    )


def _context(key: Tokens, place: int) -> int:
    """Return what the kernel must know about a place."""
    before = key[place - 1] if place else ""
    after = key[place + 1] if place + 1 < len(key) else ""
    alone = after in {"", ",", ";", ")", "]"}
    in_brackets = (before == "[" and after == "]") or (before == "(" and after == ")")
    in_chunk = before == ":" and key[place - 2 : place - 1] == (PARAMETER,)
    return (
        kernel.IN_QUOTES * (before == "=" or (before in {'"', "'"} and before == after))
        | kernel.IS_KEY * (after == "=")
        | kernel.AFTER_COLON
        * (in_brackets or in_chunk
           or (before == " " and alone and key[place - 2 : place - 1] == (":",)))
        | kernel.IS_CALL * (after == "(")
        | kernel.IS_FIRST * (place == 0)
    )  # fmt: skip
