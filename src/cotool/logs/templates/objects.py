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
    begins = _begins(tokens, closing)
    if (
        closing.get(1) == len(tokens) - 1
        and 0 in begins
        and _object_end(tokens, 0, begins[0], closing) == len(tokens)
    ):
        # The message is a call: its name says what it is about.
        return [(tokens[0], 0, 1), (tokens[1], 1, 2), (PARAMETER, 2, len(tokens) - 1),
                (tokens[-1], len(tokens) - 1, len(tokens))]  # fmt: skip
    quotes = {n for pair in closing.items() if tokens[pair[0]] in _QUOTES for n in pair}
    items: list[Item] = [
        (" " if part[0] in " \t" else LIST.sub(PARAMETER, part) if PARAMETER in part else part,
         n, n + 1)
        for n, part in enumerate(tokens)
    ]  # fmt: skip
    for n in quotes:
        items[n] = '"', n, n + 1  # Either kind of quotes is the same.
    equals = _equals(tokens, closing)
    found: list[Item] = []
    at = 0
    for n in sorted(equals.union(begins)):
        if n < at:
            continue
        low = n
        if n in equals:
            low, high = n + 1, _value_end(tokens, n + 1, closing)
        else:
            high = _object_end(tokens, n, begins[n], closing)
            if high > n:
                if n in quotes and closing[n] == high - 1:
                    low, high = n + 1, high - 1
            elif n in closing and _is_list(tokens, n, closing[n]):
                low, high = n + 1, closing[n]
        if high > n:
            found += items[at:low]
            found.append((PARAMETER, low, high))
            at = high
    return found + items[at:]


def _equals(tokens: list[str], closing: dict[int, int]) -> frozenset[int]:
    """Return the positions of `=` after keys, if the message has other text."""
    if "=" not in tokens or not _has_text(tokens, closing):
        return frozenset()
    return frozenset(
        n for n in range(1, len(tokens)) if tokens[n] == "=" and is_word(tokens[n - 1])
    )


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
    for n in [n for n, part in enumerate(tokens) if part in _PAIRED]:
        part = tokens[n]
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


def _begins(tokens: list[str], closing: dict[int, int]) -> dict[int, int]:
    """Return where objects may begin, each with where its bracket or quote opens.

    A name may be before it: Name(...), b'...', Name { ... } as Rust and Node print structures.
    """
    found: dict[int, int] = {}
    for start in closing:
        found[start] = start
        before = tokens[start - 1] if start else " "
        if is_word(before):
            if tokens[start] not in _QUOTES or before in _PREFIXES:
                found[start - 1] = start
        elif (before == " " and start > 1 and tokens[start : start + 2] == ["{", " "]
              and tokens[start - 2][0].isupper()):  # fmt: skip
            found[start - 2] = start
    return found


def _object_end(tokens: list[str], at: int, start: int, closing: dict[int, int]) -> int:
    """Return where the object at a token ends, whose bracket opens at `start`; `at` for none."""
    if at and tokens[at - 1][-1] not in _BEFORE:
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


def _is_list(tokens: list[str], at: int, stop: int) -> bool:
    """Return whether brackets hold values: several, quoted ones, parameters alone, or nothing."""
    inside = tokens[at + 1 : stop]
    if tokens[at] in _QUOTES:
        return False
    if not any(is_word(t) and PARAMETER not in t for t in inside):
        return tokens[at] in "[("
    return tokens[at] == "[" and any(t in ",\"'={" for t in inside)
