"""Masked messages as tokens, and the key under which messages of one template meet.

A message comes from the kernel with a mark in place of each parameter. Its key has runs of
parameters as one, so that lists of any length are equal.
"""

from __future__ import annotations

import re
from array import array
from functools import lru_cache
from typing import NamedTuple

from cotool._fast.logs import forms
from cotool._fast.logs import partition as kernel

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
def _flags(token: str) -> int:
    has_parameter = PARAMETER in token
    return (
        kernel.GROUP_BETWEEN * (token in _BETWEEN)
        | kernel.GROUP_PARAMETER * has_parameter
        | kernel.GROUP_WORD * (is_word(token) and not has_parameter)
    )


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
