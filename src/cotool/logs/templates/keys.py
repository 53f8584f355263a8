"""The key of a message: messages that one call in a program writes should have the same key.

A message comes from the kernel with a mark in place of each parameter. In its key, a printed object
is one parameter. So are a number with its unit, and a list of parameters of any length.
"""

from __future__ import annotations

from array import array
from functools import lru_cache

from cotool._fast.logs import repeats as kernel
from cotool._lazy import lazy_pattern
from cotool._records import NamedTuple
from cotool.logs.templates.objects import LIST, Item, structured
from cotool.logs.templates.requests import held, is_request
from cotool.logs.templates.tokens import PARAMETER, REQUEST, is_word, tokenise, whole_words
from cotool.logs.units import MESSAGE_UNITS

_STRUCTURE = lazy_pattern(r"[=(\[{<\"']")
_EVENT = lazy_pattern(r'(?:(?<=\] )|^)\["[A-Za-z][^"\[\]]*"\](?= \[|$)')
_EXCEPTION = lazy_pattern(r"(?:[\w$]+\.)*[A-Z]\w*(?:Error|Exception)")
_PLURAL = lazy_pattern(r"[a-z]{2,}(?:ies|[a-rt-z]s)")
_BETWEEN = frozenset(" ,;|")
_BEFORE_EXCEPTION = frozenset(" ([=:,\"'")
_AFTER_EXCEPTION = frozenset(")];|")
_OPENING = frozenset("([")
_LONGEST_UNIT = 12
_LONGEST_SYMBOL = 3  # of a unit after a number: V, rpm
_MOST_TOKENS = 400
_CUT = 900  # characters of a message that may be cut


class MessageKey(NamedTuple):
    """The tokens of a message's key; each covers the message's tokens from a start to a stop."""

    tokens: tuple[str, ...]
    starts: tuple[int, ...]
    stops: tuple[int, ...]


@lru_cache(maxsize=1 << 14)
def key_of(message: str) -> MessageKey:
    """Return the key of a message; it covers the tokens of tokenise(whole_words(message))."""
    whole = whole_words(message)
    tokens = tokenise(whole)
    requests = [n for n, token in enumerate(tokens) if is_request(token)] if '"' in whole else []
    for n in requests:
        tokens[n] = held(tokens[n])
    if len(tokens) > _MOST_TOKENS:
        items = [(token, n, n + 1) for n, token in enumerate(tokens)]
        items[_MOST_TOKENS:] = [(PARAMETER, _MOST_TOKENS, len(tokens))]
    elif _STRUCTURE.search(whole):
        items = structured(tokens, cut=len(message) >= _CUT)
        text = _EVENT.search(whole)
        if text is not None:
            # TiDB's message is text in brackets, before its fields: ["slow query"] [conn=3]
            first = len(tokenise(whole[: text.start()]))
            last = first + len(tokenise(text[0]))
            items = [
                *(item for item in items if item[2] <= first),
                *((" " if tokens[n][0] in " \t" else tokens[n], n, n + 1)
                  for n in range(first, last)),
                *(item for item in items if item[1] >= last),
            ]  # fmt: skip
    else:
        items = [
            (" " if token[0] in " \t" else LIST.sub(PARAMETER, token), n, n + 1)
            for n, token in enumerate(tokens)
        ]
    if PARAMETER in whole or "=" in whole:
        items = _groups(_runs(_groups(_units(items))))
    if "Err" in whole or "Exc" in whole:
        items = _without_exceptions(items)
    if requests:
        items = _marked(items)
    return MessageKey(*zip(*items, strict=True)) if items else MessageKey((), (), ())


def _marked(items: list[Item]) -> list[Item]:
    """Return the items with a mark before each request."""
    found: list[Item] = []
    for item in items:
        if is_request(item[0]):
            found.append((REQUEST, item[1], item[1]))
        found.append(item)
    return found


def _units(items: list[Item]) -> list[Item]:
    """Return the items; a value, its unit and an explanation in brackets become one."""
    found: list[Item] = []
    at = 0
    for n in [n for n, item in enumerate(items) if item[0] == PARAMETER]:
        if n < at:
            continue
        found += items[at:n]
        _, start, stop = items[n]
        at = n + 1
        if found and found[-1][0] == "<" and (len(found) == 1 or found[-2][0] == " "):
            start = found.pop()[1]
        if at + 1 < len(items) and items[at][0] == " ":
            word, first, last = items[at + 1]
            end = _explanation_end(items, at + 2)
            if word in MESSAGE_UNITS or word == "%":
                stop = last
                at += 2
            elif end and _PLURAL.fullmatch(word):
                # What is counted, and an explanation: "5 files (3 MB)".
                found += [(PARAMETER, start, stop), items[at]]
                found.append((_singular(word), first, items[end - 1][2]))
                at = end
                continue
            else:
                items[at + 1] = _singular(word), first, last
        end = _explanation_end(items, at)
        if end:
            stop = items[end - 1][2]
            at = end
        found.append((PARAMETER, start, stop))
    return found + items[at:]


def _singular(word: str) -> str:
    """Return the singular of a word that a number precedes: "1 entry", "2 entries"."""
    if not _PLURAL.fullmatch(word):
        return word
    return word[:-3] + "y" if word.endswith("ies") else word[:-1]


def _without_exceptions(items: list[Item]) -> list[Item]:
    """Return the items; an exception with its message after other text becomes one parameter."""
    for n in range(2, len(items)):
        part, start, _ = items[n]
        before = items[n - 1][0]
        if not _EXCEPTION.fullmatch(part) or before not in _BEFORE_EXCEPTION:
            continue
        end = n + 1
        if items[end : end + 1] and items[end][0] == ":":
            end = _enclosing_end(items, end)
        if end < len(items) and items[end][0] not in _AFTER_EXCEPTION:
            continue
        if any(is_word(item[0]) and PARAMETER not in item[0] for item in items[:n]):
            return [*items[:n], (PARAMETER, start, items[end - 1][2]), *items[end:]]
    return items


def _enclosing_end(items: list[Item], at: int) -> int:
    """Return where the bracket around an item closes, or a column ends; else the end."""
    depth = 0
    for n in range(at, len(items)):
        part = items[n][0]
        if part in _OPENING:
            depth += 1
        elif part in _AFTER_EXCEPTION:
            if depth == 0:
                return n
            depth -= part not in ";|"
    return len(items)


def _explanation_end(items: list[Item], at: int) -> int:
    """Return where a bracket of values and units after a blank ends, 0 if there is none."""
    if at + 2 >= len(items) or items[at][0] != " " or items[at + 1][0] != "(":
        return 0
    for n in range(at + 2, len(items)):
        part = items[n][0]
        if part == ")":
            return n + 1
        is_unit = part in MESSAGE_UNITS or (
            len(part) <= _LONGEST_SYMBOL and items[n - 2][0] == PARAMETER
        )
        if is_word(part) and part != PARAMETER and not is_unit:
            return 0
    return 0


def _runs(items: list[Item]) -> list[Item]:
    """Return the items; "<*> <*> <*>" and "<*>, <*>" become one."""
    if _few_parameters(items):
        return items
    found: list[Item] = []
    at = 0
    for n in [n for n, item in enumerate(items) if PARAMETER in item[0]]:
        if n < at:
            continue
        found += items[at:n]
        part, start, stop = items[n]
        at = n + 1
        while True:
            after = at
            while after < len(items) and after - at < 2 and items[after][0] in _BETWEEN:
                after += 1
            if after == at or after >= len(items) or items[after][0] != part:
                break
            stop = items[after][2]
            at = after + 1
        found.append((part, start, stop))
    return found + items[at:]


def _few_parameters(items: list[Item]) -> bool:
    """Return whether items have fewer than two parameters, so that none repeats."""
    return sum([PARAMETER in item[0] for item in items]) < 2


def _groups(items: list[Item]) -> list[Item]:
    """Return the items; a group that repeats becomes one: "iar <*>, dear <*> iar ..."."""
    if _few_parameters(items):
        return items
    numbers: dict[str, int] = {}
    ids = array("i", [numbers.setdefault(item[0], len(numbers)) for item in items])
    flags = bytes([_flags(item[0]) for item in items])
    found = kernel.groups(ids, flags, _LONGEST_UNIT)
    if len(found) == len(items):
        return items
    return [(items[first][0], items[first][1], items[last][2]) for first, last in found]


@lru_cache(maxsize=1 << 12)
def _flags(part: str) -> int:
    has_parameter = PARAMETER in part
    return (
        kernel.IS_BETWEEN * (part in _BETWEEN)
        | kernel.IS_PARAMETER * has_parameter
        | kernel.IS_WORD * (is_word(part) and not has_parameter)
    )
