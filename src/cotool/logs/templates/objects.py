"""Printed objects, which are one parameter of a message's key.

An object is a list, a dictionary, a call with named arguments, or the value after `key=`. Opening
and closing delimiters show where it ends.
"""

from __future__ import annotations

from cotool._lazy import lazy_pattern
from cotool.logs.templates.tokens import PARAMETER, is_word

# Lists without blanks: 1,2,3  1##2##3  1|2
LIST = lazy_pattern(rf"{PARAMETER}(?:[,;|#/]+{PARAMETER})+")
_OPEN = {"(": ")", "[": "]", "{": "}", "<": ">"}
_CLOSING = frozenset(")]}>")
_QUOTES = frozenset("\"'")
_PAIRED = _OPEN.keys() | _CLOSING | _QUOTES
_PREFIXES = frozenset("bur")  # of Python's strings
# A bracket or a quote after one of these opens; it neither closes nor belongs to a word.
_BEFORE = frozenset(" \t([{<,;=|:\"'")
_AFTER = frozenset(" \t)]}>,;=|:.\"'")
_TEXT_KEYS = frozenset("msg message event text".split())

# Unquoted, their values have blanks.
_REASON_KEYS = frozenset("err error reason cause exception".split())

Item = tuple[str, int, int]


def structured(tokens: list[str], *, cut: bool) -> list[Item]:
    """Return the tokens; a printed object and the value after `key=` become one parameter."""
    closing = _closings(tokens, cut=cut)
    if closing.get(1) == len(tokens) - 1 and _object_end(tokens, 0, closing) == len(tokens):
        # The message is a call: its name says what it is about.
        return [(tokens[0], 0, 1), (tokens[1], 1, 2), (PARAMETER, 2, len(tokens) - 1),
                (tokens[-1], len(tokens) - 1, len(tokens))]  # fmt: skip
    quotes = {n for pair in closing.items() if tokens[pair[0]] in _QUOTES for n in pair}
    begins = {n - before for n in closing for before in (0, 1, 2)}
    named = "=" in tokens and _has_text(tokens, closing)
    items: list[Item] = []
    at = 0
    while at < len(tokens):
        part = tokens[at]
        if part[0] in " \t":
            items.append((" ", at, at + 1))
        elif part == "=" and named and at and is_word(tokens[at - 1]):
            items.append((part, at, at + 1))
            end = _value_end(tokens, at + 1, closing)
            if end > at:
                items.append((PARAMETER, at + 1, end))
                at = end
                continue
        else:
            stop = _object_end(tokens, at, closing) if at in begins else at
            if stop > at and at in quotes and closing[at] == stop - 1:
                items += [('"', at, at + 1), (PARAMETER, at + 1, stop - 1), ('"', stop - 1, stop)]
                at = stop
                continue
            if stop > at:
                items.append((PARAMETER, at, stop))
                at = stop
                continue
            # Either kind of quotes is the same.
            text = '"' if at in quotes else LIST.sub(PARAMETER, part) if PARAMETER in part else part
            items.append((text, at, at + 1))
            inside = closing.get(at, 0)
            if inside and _is_list(tokens, at, inside):
                items.append((PARAMETER, at + 1, inside))
                at = inside
                continue
        at += 1
    return items


def _value_end(tokens: list[str], at: int, closing: dict[int, int]) -> int:
    """Return where the value after `key=` ends, 0 if it is text."""
    key = tokens[at - 2]
    if key in _TEXT_KEYS:
        return 0
    end = _chunk_end(tokens, at, closing)
    return _reason_end(tokens, at, end) if key in _REASON_KEYS else end


def _closings(tokens: list[str], *, cut: bool) -> dict[int, int]:
    """Return where each opening bracket or quote closes; `cut`: the end may be missing."""
    found: dict[int, int] = {}
    stack: list[int] = []
    for n, part in enumerate(tokens):
        if part not in _PAIRED:
            continue
        if part in _OPEN:
            stack.append(n)
        else:
            k = _opening(tokens, n, stack)
            if k >= 0:
                found[stack[k]] = n
                del stack[k:]
            elif part in _QUOTES and _opens_quote(tokens, n):
                stack.append(n)
    if stack and cut:
        # The part that was cut off would have closed it.
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
    """Return whether a message has words other than keys and their values."""
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
    """Return where the chunk at a token ends: at a blank or punctuation outside brackets."""
    while at < len(tokens):
        part = tokens[at]
        if at in closing:
            at = closing[at] + 1
        elif part[0] in " \t" or part in _CLOSING or part in ",;|\"'":
            break
        else:
            at += 1
    return at


def _reason_end(tokens: list[str], at: int, end: int) -> int:
    """Return where a reason in words that begins at a token ends: at the next key, or a bracket."""
    if at == end or not tokens[at].isalpha():
        return end
    while end < len(tokens) and tokens[end] not in _CLOSING and tokens[end] not in ',;|"':
        if tokens[end][0] in " \t" and tokens[end + 2 : end + 3] == ["="]:
            break
        end += 1
    return end


def _opening_of(tokens: list[str], at: int, closing: dict[int, int]) -> int:
    """Return where the bracket or quote of an object at a token opens, the token if it is one."""
    if is_word(tokens[at]):
        if at + 1 in closing and (tokens[at + 1] in "([{<" or tokens[at] in _PREFIXES):
            return at + 1  # Name(…), b'…'
        if at + 2 in closing and _opens_structure(tokens, at):
            return at + 2  # Name { … }
    return at


def _object_end(tokens: list[str], at: int, closing: dict[int, int]) -> int:
    """Return where the object at a token ends, `at` where there is none."""
    if at and tokens[at - 1][-1] not in _BEFORE:
        return at
    start = _opening_of(tokens, at, closing)
    if start not in closing:
        return at
    if start > at and tokens[start] in _QUOTES:
        return closing[start] + 1
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


def _opens_structure(tokens: list[str], at: int) -> bool:
    """Return whether a name and a brace after it print a structure, as Rust and Node do."""
    return tokens[at + 1 : at + 4] == [" ", "{", " "] and tokens[at][0].isupper()


def _is_list(tokens: list[str], at: int, stop: int) -> bool:
    """Return whether brackets hold values: several, quoted ones, parameters alone, or nothing."""
    inside = tokens[at + 1 : stop]
    if tokens[at] in _QUOTES:
        return False
    if not any(is_word(t) and PARAMETER not in t for t in inside):
        return tokens[at] in "[("
    return tokens[at] == "[" and any(t in ",\"'={" for t in inside)
