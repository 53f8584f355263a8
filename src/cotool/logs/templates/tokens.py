"""Masked messages as tokens, and the key under which messages of one call meet.

A message comes from the kernel with a mark in place of each parameter. What a program prints of an
object is one parameter in the key: a list, a dictionary, a call with named arguments, the value
after `key=`. So are a number with its unit, and a list of parameters of any length.
"""

from __future__ import annotations

from array import array
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from cotool._fast.logs import forms
from cotool._fast.logs import partition as kernel
from cotool._lazy import lazy_pattern

if TYPE_CHECKING:
    import re

PARAMETER = forms.PARAMETER.decode()
SHOWN = "<*>"
_MARKS = str.maketrans(
    dict.fromkeys((forms.TIME.decode(), forms.EPOCH.decode(), forms.FOLDED.decode()), PARAMETER)
)
_DELIMITERS = "()[]{}<>,;=\"'|:"
_WORD = r"[^ \t()\[\]{}<>,;=\"'|:]"
# Blanks, a delimiter, or a word. Commas without blanks around them join words, as in "yarn,curi",
# but for "ready=true,policy=3".
_TOKEN = lazy_pattern(rf"[ \t]+|{_WORD}+(?:,{_WORD}+(?!{_WORD}|=))*|[()\[\]{{}}<>,;=\"'|:]")
_ANY_WORD = lazy_pattern(rf"{_WORD}+(?:,{_WORD}+(?!{_WORD}|=))*")
_STRUCTURE = lazy_pattern(r"[=(\[{<\"']")
# Lists without blanks: 1,2,3  1##2##3  1|2
_LIST = lazy_pattern(rf"{PARAMETER}(?:[,;|#/]+{PARAMETER})+")
# A word with a parameter in it is one as a whole: blk_<*>, <*>ms, http://<*>. What ends a sentence,
# and dots that lead to a value, are no part of it.
_CHUNK = lazy_pattern(
    rf"(?:(?<![^ \t()\[\]{{}}<>,;=\"'|:])[a-z][a-z0-9+.-]*:(?=//))?{_WORD}*{PARAMETER}{_WORD}*"
)
_PLAIN_LIST = lazy_pattern(rf"{PARAMETER}(?:[#|/]+{PARAMETER})*[#|/]*")
_END = lazy_pattern(r"(?:[.!?%]+|[^\w\s]*\.\.\.)$")
_LEAD = lazy_pattern(rf"(?:.*\.\.|[a-z]+\.)(?={PARAMETER})")
# Host and port: 10.0.0.1:80, a.example.net:443; a place in a file.
_PORT = lazy_pattern(rf"(?:{PARAMETER}|(?<![^ \t(\[<,;=\"'|]){_WORD}*[.]{_WORD}*):{PARAMETER}"
                   rf"(?::{PARAMETER})*")  # fmt: skip
_AFTER_EQUALS = lazy_pattern(rf"(?<==){PARAMETER}(?:[#|/]+{PARAMETER})+")
_BOOLEAN = lazy_pattern(r"(?<![^ \t=:,(\[{])(?:true|false|True|False)(?![^ \t,;)\]}.])")
_BETWEEN = frozenset(" ,;|")
_OPEN = {"(": ")", "[": "]", "{": "}", "<": ">"}
_CLOSING = frozenset(")]}>")
_QUOTES = frozenset("\"'")
_PREFIXES = frozenset("bur")  # of Python's strings
# After these a bracket or a quote opens, it does not close or belong to a word.
_BEFORE = frozenset(" \t([{<,;=|:\"'")
_AFTER = frozenset(" \t)]}>,;=|:.\"'")
_LONGEST_UNIT = 12
_TEXT_KEYS = frozenset("msg message event text".split())
# Units, and what one of each is in bytes and in seconds.
BYTES = {
    unit: float(size)
    for size, units in (
        (1, "B byte bytes"), (1000, "kB KB K"), (10**6, "MB M"), (10**9, "GB G"), (10**12, "TB T"),
        (10**15, "PB"), (1 << 10, "KiB Ki"), (1 << 20, "MiB Mi"), (1 << 30, "GiB Gi"),
        (1 << 40, "TiB Ti"),
    )
    for unit in units.split()
}  # fmt: skip
SECONDS = {
    unit: size
    for size, units in (
        (1e-9, "ns"), (1e-6, "us µs usec"), (1e-3, "ms msec"), (1.0, "s sec secs second seconds"),
        (60.0, "m min mins minute minutes"), (3600.0, "h hour hours"),
    )
    for unit in units.split()
}  # fmt: skip
UNITS = BYTES.keys() | SECONDS.keys()
_MOST_TOKENS = 400
_CUT = 900  # characters of a message that may be cut


class Key(NamedTuple):
    """A message's key: its tokens, and of each the range of the message's tokens it stands for."""

    tokens: tuple[str, ...]
    ranges: tuple[tuple[int, int], ...]


def text_of(message: bytes) -> str:
    """Return a form's message as text, every mark of a parameter the same."""
    return message.decode("utf-8", "surrogateescape").translate(_MARKS)


def tokenise(message: str) -> list[str]:
    """Return the tokens of a message; joined they are the message."""
    return _TOKEN.findall(message)


def is_word(token: str) -> bool:
    """Tell whether a token is neither blanks nor a delimiter."""
    return token[0] not in " \t" and token[0] not in _DELIMITERS


def shape(tokens: tuple[str, ...]) -> tuple[int, str]:
    """Return what messages of one shape share: how many tokens, and all but the words."""
    return len(tokens), _ANY_WORD.sub("w", "".join(tokens))


@lru_cache(maxsize=1 << 14)
def whole_words(message: str) -> str:
    """Return a message with words that hold parameters as one parameter each."""
    message = _BOOLEAN.sub(PARAMETER, message)
    if PARAMETER not in message:
        return message
    message = _PORT.sub(PARAMETER, _CHUNK.sub(_whole, message))
    return _AFTER_EQUALS.sub(PARAMETER, message)


def _whole(found: re.Match[str]) -> str:
    word = found[0]
    if len(word) == 1 or _PLAIN_LIST.fullmatch(word):
        return word
    lead, end = _LEAD.match(word), _END.search(word)
    start, stop = lead.end() if lead else 0, end.start() if end else len(word)
    return f"{word[:start]}{PARAMETER}{word[stop:]}"


@lru_cache(maxsize=1 << 14)
def key_of(message: str) -> Key:
    """Return the key of a message; its ranges are of tokenise(whole_words(message))."""
    whole = whole_words(message)
    tokens = tokenise(whole)
    if len(tokens) > _MOST_TOKENS:
        items = [(token, n, n + 1) for n, token in enumerate(tokens)]
        items[_MOST_TOKENS:] = [(PARAMETER, _MOST_TOKENS, len(tokens))]
    elif _STRUCTURE.search(whole):
        items = _structured(tokens, cut=len(message) >= _CUT)
    else:
        items = [
            (" " if token[0] in " \t" else _LIST.sub(PARAMETER, token), n, n + 1)
            for n, token in enumerate(tokens)
        ]
    if PARAMETER in whole or "=" in whole:
        items = _groups(_runs(_groups(_units(items))))
    return Key(tuple([item[0] for item in items]), tuple([item[1:] for item in items]))


_Item = tuple[str, int, int]


def _structured(tokens: list[str], *, cut: bool) -> list[_Item]:
    """Return tokens with what shows an object, and what follows `key=`, as one parameter."""
    closing = _closings(tokens, cut=cut)
    named = "=" in tokens and _has_text(tokens, closing)
    items: list[_Item] = []
    at = 0
    while at < len(tokens):
        part = tokens[at]
        stop = at
        if part[0] in " \t":
            items.append((" ", at, at + 1))
        elif part == "=" and named and at and is_word(tokens[at - 1]):
            items.append((part, at, at + 1))
            if tokens[at - 1] not in _TEXT_KEYS:
                end = _chunk_end(tokens, at + 1, closing)
                if end > at + 1 or end == len(tokens) or tokens[end] != " " or not at:
                    items.append((PARAMETER, at + 1, end))
                else:
                    items.append((PARAMETER, at + 1, at + 1))
                at = end
                continue
        else:
            stop = _object_end(tokens, at, closing)
            if stop > at:
                items.append((PARAMETER, at, stop))
                at = stop
                continue
            inside = closing.get(at, 0)
            items.append((_LIST.sub(PARAMETER, part), at, at + 1))
            if inside and _is_list(tokens, at, inside):
                items.append((PARAMETER, at + 1, inside))
                at = inside
                continue
        at += 1
    return items


def _closings(tokens: list[str], *, cut: bool) -> dict[int, int]:
    """Return where brackets and quotes that open are closed; `cut`: the end may be missing."""
    found: dict[int, int] = {}
    stack: list[int] = []
    for n, part in enumerate(tokens):
        if part in _OPEN:
            stack.append(n)
        elif part in _CLOSING or part in _QUOTES:
            k = _opening(tokens, n, stack)
            if k >= 0:
                found[stack[k]] = n
                del stack[k:]
            elif part in _QUOTES and _opens_quote(tokens, n):
                stack.append(n)
    if stack and cut:
        # What was cut off would have closed it.
        found[stack[0]] = len(tokens) - 1
    return found


def _opening(tokens: list[str], n: int, stack: list[int]) -> int:
    """Return which of the open brackets and quotes a token closes, -1 for none."""
    part = tokens[n]
    if part in _QUOTES and (
        tokens[n - 1][-1] == "\\" or (n + 1 < len(tokens) and tokens[n + 1][0] not in _AFTER)
    ):
        return -1
    for k in range(len(stack) - 1, -1, -1):
        opened = tokens[stack[k]]
        if _OPEN.get(opened, opened) == part:
            return k
        if part == ">" and opened != "<":
            return -1
    return -1


def _opens_quote(tokens: list[str], n: int) -> bool:
    before = tokens[n - 1] if n else " "
    return before[-1] in _BEFORE or before in _PREFIXES


def _has_text(tokens: list[str], closing: dict[int, int]) -> bool:
    """Tell whether a message has words besides keys and their values."""
    at = 0
    while at < len(tokens):
        part = tokens[at]
        if part == "=":
            at = max(at + 1, _chunk_end(tokens, at + 1, closing))
            continue
        if (
            is_word(part)
            and part[0].isalpha()
            and PARAMETER not in part
            and tokens[at + 1 : at + 2] != ["="]
        ):
            return True
        at += 1
    return False


def _chunk_end(tokens: list[str], at: int, closing: dict[int, int]) -> int:
    """Return where what begins at a part ends: at a blank or a mark outside brackets."""
    while at < len(tokens):
        part = tokens[at]
        if at in closing:
            at = closing[at] + 1
        elif part[0] in " \t" or part in _CLOSING or part in ",;|\"'":
            break
        else:
            at += 1
    return at


def _object_end(tokens: list[str], at: int, closing: dict[int, int]) -> int:
    """Return the end of what shows an object at a part, `at` where there is none."""
    part = tokens[at]
    if at and tokens[at - 1][-1] not in _BEFORE:
        return at
    start = at
    if is_word(part) and at + 1 in closing and tokens[at + 1] in "([{<":
        start = at + 1  # Name(…)
    elif is_word(part) and at + 1 in closing and part in _PREFIXES:
        return closing[at + 1] + 1
    if start not in closing:
        return at
    stop = closing[start]
    inside = tokens[start + 1 : stop]
    mark = tokens[start]
    if mark == "{":
        shows = True
    elif mark == "[":
        shows = start > at and any(PARAMETER in t or t in ":,\"'" for t in inside)
    elif mark == "(":
        shows = start > at and any(t in "=\"'{<" for t in inside)
    elif mark == "<":
        shows = any(PARAMETER in t or t[0] in " =\"'(" or "." in t for t in inside)
    else:
        shows = any(PARAMETER in t for t in inside) and not any(t[0] in " \t" for t in inside)
        if shows:
            return stop + 1
    return _chunk_end(tokens, stop + 1, closing) if shows else at


def _is_list(tokens: list[str], at: int, stop: int) -> bool:
    """Tell whether brackets hold values: several, quoted ones, parameters alone, or nothing."""
    inside = tokens[at + 1 : stop]
    if tokens[at] in _QUOTES:
        return False
    if not any(is_word(t) and PARAMETER not in t for t in inside):
        return tokens[at] in "[("
    return tokens[at] == "[" and any(t in ",\"'={" for t in inside)


def _units(items: list[_Item]) -> list[_Item]:
    """Return the items with a value, its unit and what explains it in brackets as one."""
    if not any(PARAMETER in item[0] for item in items):
        return items
    found: list[_Item] = []
    at = 0
    while at < len(items):
        part, start, stop = items[at]
        at += 1
        if part == PARAMETER:
            if found and found[-1][0] == "<" and (len(found) == 1 or found[-2][0] == " "):
                start = found.pop()[1]
            if at + 1 < len(items) and items[at][0] == " " and items[at + 1][0] in UNITS:
                stop = items[at + 1][2]
                at += 2
            end = _explanation_end(items, at)
            if end:
                stop = items[end - 1][2]
                at = end
        found.append((part, start, stop))
    return found


def _explanation_end(items: list[_Item], at: int) -> int:
    """Return the end of a blank and a bracket of values and units at an item, 0 for none."""
    if at + 2 >= len(items) or items[at][0] != " " or items[at + 1][0] != "(":
        return 0
    for n in range(at + 2, len(items)):
        part = items[n][0]
        if part == ")":
            return n + 1
        if part not in UNITS and part != PARAMETER and is_word(part):
            return 0
    return 0


def _runs(items: list[_Item]) -> list[_Item]:
    """Return the items with "<*> <*> <*>" and "<*>, <*>" as one."""
    if sum(PARAMETER in item[0] for item in items) < 2:
        return items
    found: list[_Item] = []
    at = 0
    while at < len(items):
        part, start, stop = items[at]
        at += 1
        if PARAMETER in part:
            while True:
                after = at
                while after < len(items) and after - at < 2 and items[after][0] in _BETWEEN:
                    after += 1
                if after == at or after >= len(items) or items[after][0] != part:
                    break
                stop = items[after][2]
                at = after + 1
        found.append((part, start, stop))
    return found


def _groups(items: list[_Item]) -> list[_Item]:
    """Return the items with groups that follow themselves as one: "iar <*>, dear <*> iar ..."."""
    if not any(PARAMETER in item[0] for item in items):
        return items
    numbers: dict[str, int] = {}
    ids = array("i", [numbers.setdefault(item[0], len(numbers)) for item in items])
    flags = bytes(_flags(item[0]) for item in items)
    found = kernel.groups(ids, flags, _LONGEST_UNIT)
    if len(found) == len(items):
        return items
    return [(items[first][0], items[first][1], items[last][2]) for first, last in found]


@lru_cache(maxsize=1 << 12)
def _flags(part: str) -> int:
    has_parameter = PARAMETER in part
    return (
        kernel.GROUP_BETWEEN * (part in _BETWEEN)
        | kernel.GROUP_PARAMETER * has_parameter
        | kernel.GROUP_WORD * (is_word(part) and not has_parameter)
    )
