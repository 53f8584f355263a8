"""The parts of a line's head that its shape alone does not show, by statistics of columns.

The kernel separates the time, the level and syslog's host and process. The rest of a head
(component, thread, node, a second time) is found in the forms of lines whose heads have one shape:
a column that holds times, levels, numbers or names in nearly all of them belongs to the head. The
result depends only on the set of forms, and is kept, so that further lines are read alike.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache

from cotool._fast.logs import forms
from cotool._lazy import lazy_pattern
from cotool._records import NamedTuple
from cotool._typing import Any

_TIME, _EPOCH = forms.TIME.decode(), forms.EPOCH.decode()
_MARKS = "".join(mark.decode() for mark in (forms.PARAMETER, forms.TIME, forms.EPOCH))
# Fewer forms say nothing about columns.
_LEAST = 4
_COLUMNS = 12
# Shares of the forms: a column of times or levels; others that fit as well; a head's further parts.
_STRONG, _SIMILAR = 0.5, 0.9
_DEEPEST = 6
_POSTGRESQL = frozenset("DETAIL HINT STATEMENT CONTEXT".split())
_WORD = lazy_pattern(r"[^ \t]+")
# A word that is neither a key nor its value.
_TEXT = lazy_pattern(r"(?<![\w.=\"'/-])[^\W\d_]{2,}(?![\w=])")
_NAME = rf"[A-Za-z_{_MARKS}][^ \t:\[\]|]*"


class _Kind(NamedTuple):
    """A part of heads: its pattern, the share of forms that must have it, whether only once.

    `loose` is a second pattern that may match where most forms have the part.
    """

    name: str
    regex: re.Pattern[str]
    share: float
    once: bool = False
    loose: re.Pattern[str] | None = None


_STEPS = (
    _Kind("separator", re.compile(r"(?:[-|:]|--)(?=[ \t]|$)|\|"), 0.9),
    _Kind("cell", re.compile(r"[^|]{0,60}\|"), 0.95),
    _Kind("number", re.compile(rf"(?:[{_MARKS}],?|\([{_MARKS}]\):?)(?=[ \t])"), 0.95),
    _Kind("bracket", re.compile(r"\["), 0.9, once=True),
    _Kind("process", re.compile(rf"[^ \t]+[ \t]+{_NAME}\[[{_MARKS}]\]:(?=[ \t]|$)"), 0.6, once=True,
          loose=re.compile(rf"[^ \t]+[ \t]+{_NAME}(?:\[[{_MARKS}]\])?:(?=[ \t]|$)")),
    _Kind("name", re.compile(rf"{_NAME}(?:::{_NAME})*(?:\[[{_MARKS}]\])?:(?=[ \t]|$)"), 0.8,
          once=True),
    _Kind("dash", re.compile(r"(?:[^ \t\[\]\"]+[ \t]+){1,4}?-(?=[ \t])"), 0.95, once=True),
    _Kind("logger", re.compile(rf"[A-Za-z_][\w${_MARKS}-]*(?:(?:\.|::)[\w${_MARKS}-]+)+(?=[ \t])"),
          0.95, once=True),
    _Kind("source", re.compile(rf"[\w./-]+:[{_MARKS}]\](?=[ \t])"), 0.9, once=True),
    _Kind("tabbed", re.compile(r"[^ \t]+(?=\t|  )"), 0.9, once=True),
)  # fmt: skip
_BY_NAME = {step.name: step for step in _STEPS}
_MOST_STEPS = 12


class HeadLayout(NamedTuple):
    """A head: the last column that holds a time or a level, -1 for none; then its further parts."""

    column: int
    steps: tuple[str, ...]


class HeadLayouts:
    """The heads of lines, by the signature of the part that the kernel separated."""

    def __init__(self, layouts: dict[str, list[HeadLayout]]) -> None:
        self._layouts = layouts

    def message_start(self, signature: str, form: str) -> int:
        """Return where the message of a form begins."""
        for layout in self._layouts.get(signature, ()):
            start = _after_column(form, layout.column)
            if start is None:
                continue
            for name in layout.steps:
                start = _passed(_BY_NAME[name], form, _skipped(form, start), loose=True) or start
            return _skipped(form, start)
        return _skipped(form, 0)

    def preferring(self, other: HeadLayouts | None) -> HeadLayouts:
        """Return these layouts, replaced by those of `other` for each signature that it has."""
        if other is None:
            return self
        return HeadLayouts({**self._layouts, **other._layouts})  # noqa: SLF001 - of its own class

    def to_list(self) -> list[list[object]]:
        """Return the layouts as values of JSON."""
        return [
            [signature, [[layout.column, list(layout.steps)] for layout in found]]
            for signature, found in sorted(self._layouts.items())
        ]

    @classmethod
    def from_list(cls, items: Iterable[Any]) -> HeadLayouts:
        """Return the layouts of to_list(). Raises ValueError or TypeError for others."""
        layouts: dict[str, list[HeadLayout]] = {}
        for signature, found in items:
            layouts[str(signature)] = [
                HeadLayout(int(column), tuple(_BY_NAME[name].name for name in steps))
                for column, steps in found
            ]
        return cls(layouts)


def find_layouts(groups: Iterable[tuple[str, Sequence[str]]]) -> HeadLayouts:
    """Return the layouts of forms; these are grouped by signature."""
    return HeadLayouts({signature: _layouts(messages, 0) for signature, messages in groups})


def by_signature(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return messages by their signature."""
    groups: dict[str, list[str]] = defaultdict(list)
    for signature, message in pairs:
        groups[signature].append(message)
    return groups


def _layouts(messages: Sequence[str], depth: int) -> list[HeadLayout]:
    if len(messages) < _LEAST or depth > _DEEPEST:
        return []
    kinds = {message: _strong_columns(message) for message in messages}
    shares = [sum(k in found for found in kinds.values()) for k in range(_COLUMNS)]
    best = max(shares)
    if best < _STRONG * len(messages) or best < _LEAST:
        return [HeadLayout(-1, _further(messages, [0] * len(messages)))]
    column = max(k for k, share in enumerate(shares) if share >= _SIMILAR * best)
    members = [message for message in messages if column in kinds[message]]
    starts = [_after_column(message, column) or 0 for message in members]
    rest = [message for message in messages if column not in kinds[message]]
    return [HeadLayout(column, _further(members, starts)), *_layouts(rest, depth + 1)]


def _strong_columns(message: str) -> set[int]:
    """Return the columns that hold a time, or a level in capitals."""
    found = set()
    for k, match in enumerate(_WORD.finditer(message)):
        if k >= _COLUMNS:
            break
        word = match[0].strip("[](),:;-")
        if word and _is_strong(word):
            found.add(k)
    return found


@lru_cache(maxsize=1 << 12)
def _is_strong(word: str) -> bool:
    return word in _TIME + _EPOCH or _is_level(word)


@lru_cache(maxsize=1 << 12)
def _is_level(word: str) -> bool:
    """Return whether a word in capitals is a level, in any language."""
    return word in _POSTGRESQL or (
        word == word.upper() and forms.is_level(word.encode("utf-8", "surrogateescape"))
    )


def _after_column(message: str, column: int) -> int | None:
    """Return where a column ends that holds a time or a level, None if it holds neither."""
    if column < 0:
        return 0
    if column not in _strong_columns(message):
        return None
    for k, match in enumerate(_WORD.finditer(message)):
        if k == column:
            return match.end()
    return None


def _further(messages: Sequence[str], starts: list[int]) -> tuple[str, ...]:
    """Return the steps that nearly all messages share after their starts."""
    steps: list[str] = []
    if len(messages) < _LEAST:
        return ()
    while len(steps) < _MOST_STEPS:
        starts = [_skipped(m, start) for m, start in zip(messages, starts, strict=True)]
        for step in _STEPS:
            if step.once and step.name in steps:
                continue
            ends = [_passed(step, m, start) for m, start in zip(messages, starts, strict=True)]
            if sum(end is not None for end in ends) >= step.share * len(messages):
                steps.append(step.name)
                starts = [
                    _passed(step, m, start, loose=True) or start
                    for m, start in zip(messages, starts, strict=True)
                ]
                break
        else:
            break
    return tuple(steps)


def _passed(step: _Kind, message: str, start: int, *, loose: bool = False) -> int | None:
    """Return where a step's part at `start` ends, None if it is missing or nothing follows."""
    regex = step.loose if loose and step.loose else step.regex
    found = regex.match(message, start)
    if found is None:
        return None
    end = found.end() if step.name != "bracket" else _bracket_end(message, start)
    if end is None or end >= len(message):
        return None
    # Without further text, a part that is no logger says what happened: "[disk added] dev=sda".
    is_head = not step.once or "." in message[start:end] or _TEXT.search(message, end)
    return end if is_head else None


def _bracket_end(message: str, start: int) -> int | None:
    depth = 0
    for n in range(start, min(len(message), start + 300)):
        depth += (message[n] in "[(") - (message[n] in "])")
        if depth == 0:
            return n + 1
    return None


def _skipped(message: str, start: int) -> int:
    while start < len(message) and message[start] in " \t":
        start += 1
    return start
