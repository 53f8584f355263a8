"""Masked messages as tokens, and the key under which messages of one template meet.

A message comes from the kernel with a mark in place of each parameter. Its key has runs of
parameters as one, so that lists of any length are equal.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from cotool._fast import forms

PARAMETER = forms.PARAMETER.decode()
SHOWN = "<*>"
_MARKS = str.maketrans(
    dict.fromkeys((forms.TIME.decode(), forms.EPOCH.decode(), forms.FOLDED.decode()), PARAMETER)
)
_DELIMITERS = "()[]{}<>,;=\"'|:"
_WORD = r"[^ \t()\[\]{}<>,;=\"'|:]"
# Blanks, a delimiter, or a word. Commas without blanks around them join words, as in "yarn,curi",
# but for "ready=true,policy=3".
_TOKEN = re.compile(rf"[ \t]+|{_WORD}+(?:,{_WORD}+(?!{_WORD}|=))*|[()\[\]{{}}<>,;=\"'|:]")
# Lists without blanks: 1,2,3  1##2##3  1|2
_LIST = re.compile(rf"{PARAMETER}(?:[,;|#/]+{PARAMETER})+")
_BETWEEN = frozenset(" ,;|")
_OPENS, _CLOSES = "([", ")]"
_LONGEST_UNIT = 12
_REPEAT = re.compile(rf"(.{{2,{_LONGEST_UNIT}}})[ ,;|]*\1", re.DOTALL)


class Key(NamedTuple):
    """A message's key: its tokens, and of each the range of tokens of the message it stands for."""

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


def shape(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """Return the tokens with every word the same."""
    return tuple("" if is_word(token) else token for token in tokens)


@lru_cache(maxsize=1 << 14)
def key_of(message: str) -> Key:
    """Return the key of a message: blanks as one, lists as their first item, "()" filled."""
    items = [
        (" " if token[0] in " \t" else _LIST.sub(PARAMETER, token), n, n + 1)
        for n, token in enumerate(tokenise(message))
    ]
    items = _filled(_groups(_runs(_groups(items))))
    return Key(tuple(item[0] for item in items), tuple(item[1:] for item in items))


_Item = tuple[str, int, int]


def _runs(items: list[_Item]) -> list[_Item]:
    """Return the items with "<*> <*> <*>" and "<*>, <*>" as one."""
    if sum(PARAMETER in item[0] for item in items) < 2:
        return items
    found: list[_Item] = []
    at = 0
    while at < len(items):
        token, start, stop = items[at]
        at += 1
        if PARAMETER in token:
            while True:
                after = at
                while after < len(items) and after - at < 2 and items[after][0] in _BETWEEN:
                    after += 1
                if after == at or after >= len(items) or items[after][0] != token:
                    break
                stop = items[after][2]
                at = after + 1
        found.append((token, start, stop))
    return found


def _groups(items: list[_Item]) -> list[_Item]:
    """Return the items with groups that follow themselves as one: "iar <*>, dear <*> iar ..."."""
    if not _has_repeats(items):
        return items
    for size in range(2, _LONGEST_UNIT + 1):
        found: list[_Item] = []
        at = 0
        while at < len(items):
            length, stop = _repeated(items, at, size)
            if stop > at + size:
                last = stop - length
                found += [
                    (token, start, items[last + n][2])
                    for n, (token, start, _) in enumerate(items[at : at + length])
                ]
                at = stop
            else:
                found.append(items[at])
                at += 1
        items = found
    return items


def _repeated(items: list[_Item], at: int, size: int) -> tuple[int, int]:
    """Return the length of the group of up to `size` items at `at`, and where its repetitions end.

    A list ends without what is between its items: "0:1, 0:2, 0:3".
    """
    unit = items[at : at + size]
    times = _repeats(items, at, size)
    stop = at + times * size
    length = size
    while length and unit[length - 1 :] and unit[length - 1][0] in _BETWEEN:
        length -= 1
    alike = [item[0] for item in items[stop : stop + length]] == [item[0] for item in unit[:length]]
    if 1 < length < size and alike and (times > 1 or _is_values(unit[:length])):
        if times == 1 or _is_group(unit, times):
            return length, stop + length
    elif times > 1 and _is_group(unit, times):
        return size, stop
    return size, at


def _is_values(items: list[_Item]) -> bool:
    """Tell whether items hold parameters and delimiters alone."""
    return any(PARAMETER in item[0] for item in items) and not any(
        is_word(item[0]) and PARAMETER not in item[0] for item in items
    )


def _has_repeats(items: list[_Item]) -> bool:
    """Tell whether some group of items follows itself at all."""
    letters = {token: token for token in _BETWEEN}
    for item in items:
        letters.setdefault(item[0], chr(0x100 + len(letters)))
    return _REPEAT.search("".join(letters[item[0]] for item in items)) is not None


def _repeats(items: list[_Item], at: int, size: int) -> int:
    """Return how often the group at `at` stands there in a row."""
    if at + 2 * size > len(items) or items[at][0] != items[at + size][0]:
        return 1
    unit = [item[0] for item in items[at : at + size]]
    times = 1
    while [item[0] for item in items[at + times * size : at + (times + 1) * size]] == unit:
        times += 1
    return times


def _is_group(items: list[_Item], times: int) -> bool:
    tokens = [item[0] for item in items]
    if not any(PARAMETER in token for token in tokens):
        return False
    named = any(is_word(token) and PARAMETER not in token for token in tokens)
    return times > 2 or named or tokens[-1] in _BETWEEN


def _filled(items: list[_Item]) -> list[_Item]:
    """Return the items with a parameter in empty brackets after a blank: "from <*> ()"."""
    found: list[_Item] = []
    for n, item in enumerate(items):
        found.append(item)
        if (
            item[0] in _OPENS
            and n
            and items[n - 1][0] == " "
            and n + 1 < len(items)
            and items[n + 1][0] in _CLOSES
        ):
            found.append((PARAMETER, item[2], item[2]))
    return found
