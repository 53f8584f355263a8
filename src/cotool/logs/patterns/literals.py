"""The literals that every match of a regex contains, for a quick scan before the regex."""

from __future__ import annotations

import re
from collections.abc import Iterable
from re import _constants as sre  # type: ignore[attr-defined]

from cotool._records import dataclass
from cotool._typing import Any
from cotool.logs.patterns.automaton import ranges_of

# A set with more literals, or with shorter ones, lets too many lines through.
_MOST = 32
_SHORTEST = 2
# The length to which literals are cut, and the size of sets from which products are made.
_LONGEST = 48
_CLASS = 8


@dataclass(frozen=True, slots=True)
class _Found:
    """What is known about a node.

    `exact`: all texts that it matches, or None if there are too many. `best`: a set of texts, at
    least one of which is in every match, or None if no such set is known.
    """

    exact: frozenset[bytes] | None
    best: frozenset[bytes] | None


_EMPTY = _Found(frozenset({b""}), None)
_NOTHING = _Found(None, None)


def required_literals(tree: Any, flags: int) -> tuple[tuple[bytes, ...], bool, bool, bool]:
    """Return literals, one of which is in every match, and three facts about them.

    The facts: whether case is ignored, whether a literal alone makes a match, and whether every
    match begins with one. There are no literals if none is useful.
    """
    seen = _TreeFacts()
    found = _sequence(tree, flags, seen)
    best = _better(found.best, _usable(found.exact))
    if best is None:
        return (), False, False, False
    fold = seen.folded
    # With a mixture of both, case is ignored: more lines are found, never fewer.
    exact = best == found.exact and not seen.tests and not (seen.folded and seen.cased)
    texts = {text.lower() for text in best} if fold else set(best)
    # A literal that contains another literal of the set adds nothing.
    least = {text for text in texts if not any(o != text and o in text for o in texts)}
    leads = len(least) == len(texts) and best == _leading(tree, flags)
    return tuple(sorted(least)), fold, exact, leads


def _leading(nodes: Iterable[Any], flags: int) -> frozenset[bytes]:
    """Return texts, one of which begins every match."""
    running: frozenset[bytes] = frozenset({b""})
    for node in nodes:
        found = _node(node, flags, _TreeFacts()).exact
        product = None if found is None else _product(running, found)
        if product is None:
            if found is None and node[0] is sre.SUBPATTERN and running == {b""}:
                _, added, removed, inner = node[1]
                return _leading(inner, (flags | added) & ~removed)
            break
        running = product
    return running


class _TreeFacts:
    """What a tree contains: assertions, and letters whose case counts or does not."""

    def __init__(self) -> None:
        self.tests = False
        self.folded = False
        self.cased = False


def _sequence(nodes: Iterable[Any], flags: int, seen: _TreeFacts) -> _Found:
    whole: frozenset[bytes] | None = frozenset({b""})
    running: frozenset[bytes] = frozenset({b""})  # the product since the last break
    best: frozenset[bytes] | None = None
    for node in nodes:
        found = _node(node, flags, seen)
        best = _better(best, found.best)
        product = None if found.exact is None else _product(running, found.exact)
        if product is None:
            best = _better(best, _usable(running))
            running = frozenset({b""})
            whole = None
            if found.exact is not None and _product(running, found.exact) is not None:
                running = found.exact
        else:
            running = product
    best = _better(best, _usable(running))
    return _Found(running if whole is not None else None, best)


def _node(node: Any, flags: int, seen: _TreeFacts) -> _Found:
    kind, value = node
    if kind is sre.AT:
        seen.tests = True
        return _EMPTY
    if kind is sre.SUBPATTERN:
        _, added, removed, inner = value
        return _sequence(inner, (flags | added) & ~removed, seen)
    if kind is sre.BRANCH:
        return _union([_sequence(inner, flags, seen) for inner in value[1]])
    if kind in {sre.MAX_REPEAT, sre.MIN_REPEAT}:
        least, most, inner = value
        found = _sequence(inner, flags, seen)
        if least == 0:
            optional = most == 1 and found.exact is not None
            return _Found(found.exact | {b""}, None) if optional and found.exact else _NOTHING
        exact: frozenset[bytes] | None = frozenset({b""})
        for _ in range(least if most == least and least <= _LONGEST else 0):
            exact = None if exact is None or found.exact is None else _product(exact, found.exact)
        if most != least or least > _LONGEST:
            exact = None
        return _Found(exact, _better(found.best, _usable(found.exact)))
    return _character(node, flags, seen)


def _character(node: Any, flags: int, seen: _TreeFacts) -> _Found:
    ranges = ranges_of(node, flags)
    if sum(high - low + 1 for low, high in ranges) > _CLASS:
        return _NOTHING
    letters = [chr(code) for low, high in ranges for code in range(low, high + 1)]
    if any(letter.isalpha() for letter in letters):
        if flags & re.IGNORECASE:
            if any(letter > "\x7f" for letter in letters):
                return _NOTHING  # bytes beyond ASCII have no case
            seen.folded = True
            letters = sorted({letter.lower() for letter in letters})
        else:
            seen.cased = True
    if any("\ud800" <= letter <= "\udfff" for letter in letters):
        return _NOTHING
    return _Found(frozenset(letter.encode() for letter in letters), None)


def _union(found: list[_Found]) -> _Found:
    exact: frozenset[bytes] | None = frozenset()
    best: frozenset[bytes] | None = frozenset()
    for branch in found:
        if exact is not None and branch.exact is not None and len(exact | branch.exact) <= _MOST:
            exact |= branch.exact
        else:
            exact = None
        held = _better(branch.best, _usable(branch.exact))
        best = None if best is None or held is None else best | held
    if best is not None and len(best) > _MOST:
        best = None
    return _Found(exact, best or None)


def _product(one: frozenset[bytes], other: frozenset[bytes]) -> frozenset[bytes] | None:
    if len(one) * len(other) > _MOST:
        return None
    texts = frozenset(a + b for a in one for b in other)
    return None if any(len(text) > _LONGEST for text in texts) else texts


def _usable(texts: frozenset[bytes] | None) -> frozenset[bytes] | None:
    """Return the set if it is useful, which means that none of its literals is too short."""
    if not texts or min(map(len, texts)) < _SHORTEST:
        return None
    return texts


def _better(
    one: frozenset[bytes] | None, other: frozenset[bytes] | None
) -> frozenset[bytes] | None:
    """Return the set that fewer lines contain by chance: longer literals, then fewer."""
    if one is None or other is None:
        return one or other

    def worth(texts: frozenset[bytes]) -> tuple[int, int]:
        return min(12, *map(len, texts)), -len(texts)

    return max(one, other, key=worth)
