"""A regex's syntax tree as the program that _fast/logs/regex.h describes."""

from __future__ import annotations

import re
import struct
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import permutations
from re import _constants as sre  # type: ignore[attr-defined]

from cotool._typing import Any

_MAGIC = 0x31585243
_ANCHORED = 1
SET, SPLIT, TEST, MATCH = range(4)
SAVE = 16  # of capture.h
BEGIN, END, BOUNDARY, NO_BOUNDARY = range(4)
# The worst pattern with this many instructions takes 10 s of CPU for a mebibyte.
_MOST_INSTRUCTIONS = 12_000
# The most sequences, counted with repeats: x((()){20000}){20000} has few instructions, but building
# it would never end.
_MOST_STEPS = 100_000
_LAST_CODE = 0x10FFFF
_NEWLINE = 10
_LAST_CASED = 0x1E944  # no letter beyond this one has another case

Span = tuple[int, int]
_DIGIT: tuple[Span, ...] = ((48, 57),)
_SPACE: tuple[Span, ...] = ((9, 13), (32, 32))
_WORD: tuple[Span, ...] = ((48, 57), (65, 90), (95, 95), (97, 122))
_CATEGORIES = {
    sre.CATEGORY_DIGIT: (_DIGIT, False),
    sre.CATEGORY_NOT_DIGIT: (_DIGIT, True),
    sre.CATEGORY_SPACE: (_SPACE, False),
    sre.CATEGORY_NOT_SPACE: (_SPACE, True),
    sre.CATEGORY_WORD: (_WORD, False),
    sre.CATEGORY_NOT_WORD: (_WORD, True),
}
_TESTS = {
    sre.AT_BEGINNING: BEGIN,
    sre.AT_BEGINNING_STRING: BEGIN,
    sre.AT_END: END,
    sre.AT_END_STRING: END,
    sre.AT_BOUNDARY: BOUNDARY,
    sre.AT_NON_BOUNDARY: NO_BOUNDARY,
}
_REFUSED = {
    sre.ASSERT: "lookaround",
    sre.ASSERT_NOT: "lookaround",
    sre.GROUPREF: "a back-reference",
    sre.GROUPREF_EXISTS: "a condition on a group",
    sre.ATOMIC_GROUP: "an atomic group",
    sre.POSSESSIVE_REPEAT: "a possessive repeat",
}


class UnsupportedError(Exception):
    """The regex needs something that a linear search cannot do."""


class TooLargeError(Exception):
    """The automaton has too many instructions."""


def compile_program(tree: Any, flags: int, *, captures: bool = False) -> bytes:
    """Return the program of a syntax tree. Raises UnsupportedError or TooLargeError.

    `captures`: the program marks where group 1 begins and ends, for _fast/logs/capture.h.
    """
    builder = _Builder(captures=captures)
    builder.match = builder.add(MATCH, 0, 0)
    start = builder.sequence(tree, flags, builder.match)
    return builder.program(start)


class _Builder:
    """Builds the instructions from the last to the first, so that each knows the next one."""

    def __init__(self, *, captures: bool) -> None:
        self._captures = captures
        self.instructions: list[tuple[int, int, int]] = []
        self.sets: dict[int, int] = {}
        self.steps = 0
        self.match = 0

    def add(self, operation: int, argument: int, following: int) -> int:
        if len(self.instructions) >= _MOST_INSTRUCTIONS:
            raise TooLargeError
        self.instructions.append((operation, argument, following))
        return len(self.instructions) - 1

    def program(self, start: int) -> bytes:
        """Return the bytes, with the instruction `start` as the first."""
        places = {start: 0, 0: start}
        count = len(self.instructions)
        order = [places.get(n, n) for n in range(count)]
        parts = [struct.pack("<4I", _MAGIC, self._flags(start), count, len(self.sets))]
        for n in order:
            operation, argument, following = self.instructions[n]
            if operation == SPLIT:
                argument = places.get(argument, argument)
            parts.append(struct.pack("<3I", operation, argument, places.get(following, following)))
        parts += [bits.to_bytes(32, "little") for bits in self.sets]
        return b"".join(parts)

    def _flags(self, start: int) -> int:
        """Return whether every path through the program begins at the start of the line."""
        pending, seen = [start], set()
        while pending:
            n = pending.pop()
            if n in seen:
                continue
            seen.add(n)
            operation, argument, following = self.instructions[n]
            if operation == SPLIT:
                pending += [argument, following]
            elif operation != TEST or argument != BEGIN:
                return 0
        return _ANCHORED

    # ---- nodes; each method returns the instruction at which its node begins

    def sequence(self, nodes: Iterable[Any], flags: int, following: int) -> int:
        self.steps += 1
        if self.steps > _MOST_STEPS:
            raise TooLargeError
        for node in reversed(list(nodes)):
            following = self.node(node, flags, following)
        return following

    def node(self, node: Any, flags: int, following: int) -> int:
        kind, value = node
        if kind in _REFUSED:
            raise UnsupportedError(f"it has {_REFUSED[kind]}")
        if kind is sre.AT:
            return self.add(TEST, _TESTS[value], following)
        if kind is sre.SUBPATTERN:
            group, added, removed, inner = value
            flags = (flags | added) & ~removed
            if group != 1 or not self._captures:
                return self.sequence(inner, flags, following)
            end = self.add(SAVE, 1, following)
            return self.add(SAVE, 0, self.sequence(inner, flags, end))
        if kind is sre.BRANCH:
            starts = [self.sequence(inner, flags, following) for inner in value[1]]
            first = starts.pop()
            while starts:
                first = self.add(SPLIT, starts.pop(), first)
            return first
        if kind in {sre.MAX_REPEAT, sre.MIN_REPEAT}:
            return self._repeat(value, flags, following, lazy=kind is sre.MIN_REPEAT)
        return self._characters(ranges_of(node, flags), following)

    def _repeat(self, value: Any, flags: int, following: int, *, lazy: bool) -> int:
        least, most, inner = value
        start = following
        if most is sre.MAXREPEAT:
            loop = self.add(SPLIT, following, following)
            body = self._loop_body(inner, flags, loop)
            self.instructions[loop] = self._split(body, following, lazy=lazy)
            start = loop
        else:
            if most - least > _MOST_INSTRUCTIONS or least > _MOST_INSTRUCTIONS:
                raise TooLargeError
            for _ in range(most - least):
                inside = self.sequence(inner, flags, start)
                start = self.add(*self._split(inside, following, lazy=lazy))
        if least > _MOST_INSTRUCTIONS:
            raise TooLargeError
        for _ in range(least):
            start = self.sequence(inner, flags, start)
        return start

    def _split(self, body: int, following: int, *, lazy: bool) -> tuple[int, int, int]:
        """Return the instruction that repeats or leaves a loop; the preferred branch is first."""
        return (SPLIT, following, body) if lazy else (SPLIT, body, following)

    def _loop_body(self, inner: Any, flags: int, loop: int) -> int:
        """Return the body of a loop; a loop over any character also accepts invalid UTF-8."""
        nodes = list(inner)
        if len(nodes) == 1 and nodes[0][0] in {sre.ANY, sre.NOT_LITERAL, sre.IN}:
            ranges = ranges_of(nodes[0], flags)
            if ranges[-1:] and ranges[-1][0] <= 0x80 and ranges[-1][1] == _LAST_CODE:
                bits = _bits((low, min(high, 0xFF)) for low, high in ranges)
                return self.add(SET, self._set(bits), loop)
        return self.sequence(inner, flags, loop)

    def _characters(self, ranges: list[Span], following: int) -> int:
        """Return the alternatives of UTF-8 sequences for sorted ranges of code points."""
        ascii_bits = _bits((low, min(high, 0x7F)) for low, high in ranges if low < 0x80)
        starts = [self.add(SET, self._set(ascii_bits), following)] if ascii_bits else []
        tails: dict[tuple[Span, int], int] = {}  # sequences share their last bytes
        for low, high in ranges:
            if high >= 0x80:
                for head, *rest in utf8_sequences(max(low, 0x80), high):
                    start = following
                    for part in reversed(rest):
                        if (part, start) not in tails:
                            tails[part, start] = self.add(SET, self._set(_bits([part])), start)
                        start = tails[part, start]
                    starts.append(self.add(SET, self._set(_bits([head])), start))
        if not starts:
            return self.add(SET, self._set(0), following)  # matches nothing
        first = starts.pop()
        while starts:
            first = self.add(SPLIT, starts.pop(), first)
        return first

    def _set(self, bits: int) -> int:
        return self.sets.setdefault(bits, len(self.sets))


def ranges_of(node: Any, flags: int) -> list[Span]:
    """Return the code points that a node of one character matches, sorted and merged."""
    kind, value = node
    if kind is sre.ANY:
        return _complement([(_NEWLINE, _NEWLINE)] if not flags & re.DOTALL else [])
    if kind is sre.LITERAL:
        return _merged(_folded([(value, value)], flags))
    if kind is sre.NOT_LITERAL:
        return _complement(_merged(_folded([(value, value)], flags)))
    if kind is sre.IN:
        negated = False
        ranges: list[Span] = []
        for item, argument in value:
            if item is sre.NEGATE:
                negated = True
            elif item is sre.LITERAL:
                ranges += _folded([(argument, argument)], flags)
            elif item is sre.RANGE:
                ranges += _folded([argument], flags)
            elif item is sre.CATEGORY:
                base, inverse = _CATEGORIES[argument]
                ranges += _complement(list(base)) if inverse else base
            else:
                raise UnsupportedError(f"it has {item}")
        return _complement(_merged(ranges)) if negated else _merged(ranges)
    raise UnsupportedError(f"it has {kind}")


def _folded(ranges: list[Span], flags: int) -> list[Span]:
    """Add the other case of letters."""
    if not flags & re.IGNORECASE:
        return ranges
    more: list[Span] = []
    for low, high in ranges:
        for first, last, shift in ((65, 90, 32), (97, 122, -32)):
            start, stop = max(low, first), min(high, last)
            if start <= stop:
                more.append((start + shift, stop + shift))
        if high >= 0x80 and not flags & re.ASCII:
            more += [(x, x) for code, x in _other_cases() if low <= code <= high]
    return ranges + more


@cache
def _other_cases() -> tuple[Span, ...]:
    """Return the letters beyond ASCII that have other cases, each with each of those."""
    same = defaultdict(list)
    for code in range(0x80, _LAST_CASED):
        same[chr(code).lower().upper()].append(code)
    return tuple(pair for codes in same.values() for pair in permutations(codes, 2))


def _merged(ranges: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return merged


def _complement(ranges: list[Span]) -> list[Span]:
    result, start = [], 0
    for low, high in _merged(ranges):
        if low > start:
            result.append((start, low - 1))
        start = high + 1
    if start <= _LAST_CODE:
        result.append((start, _LAST_CODE))
    return result


def _bits(ranges: Iterable[Span]) -> int:
    bits = 0
    for low, high in ranges:
        bits |= ((1 << (high - low + 1)) - 1) << low
    return bits


def utf8_sequences(low: int, high: int) -> Iterator[list[Span]]:
    """Yield sequences of byte ranges that together are the UTF-8 of all code points in a range.

    The method of R. Cox and of rust-lang regex: ranges are cut at lengths, at surrogates, and where
    a trailing byte would not run through all its values.
    """
    for first, last in ((0x80, 0x7FF), (0x800, 0xD7FF), (0xE000, 0xFFFF), (0x10000, _LAST_CODE)):
        start, stop = max(low, first), min(high, last)
        if start <= stop:
            yield from _split_sequences(start, stop)


def _split_sequences(low: int, high: int) -> Iterator[list[Span]]:
    for bits in (6, 12, 18):
        mask = (1 << bits) - 1
        if low & ~mask != high & ~mask:
            if low & mask:
                yield from _split_sequences(low, low | mask)
                yield from _split_sequences((low | mask) + 1, high)
                return
            if high & mask != mask:
                yield from _split_sequences(low, (high & ~mask) - 1)
                yield from _split_sequences(high & ~mask, high)
                return
    yield [(a, b) for a, b in zip(chr(low).encode(), chr(high).encode(), strict=True)]
