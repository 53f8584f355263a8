"""--log-format: where time and level stand, told instead of recognised."""

from __future__ import annotations

import re

from cotool.errors import InputError
from cotool.logs.formats.model import (
    BUNYAN,
    JSON,
    KEY,
    LETTER,
    LOGFMT,
    MAX_PLACES,
    MAX_TIMES,
    WORD,
    Format,
    Place,
    TimeKey,
    layout_forms,
)

_FIELD = re.compile(r"\{(\w*)\}")
_OPENS = "[(<{\"'"
_HINT = (
    "write auto, plain, json, logfmt, json:time=KEY,level=KEY, or the head of a line with {time} "
    "and {level}, as in '{time} [{}] {level}'"
)


def parse_log_format(text: str) -> tuple[Format, ...] | None:
    """Return the formats that --log-format tells; None for auto. Raises InputError.

    `plain`: every line is a record of unknown level. A head of a line has tokens between blanks:
    {time}, {level}, {} or {name} for any word, and other text for itself.
    """
    name, _, keys = text.partition(":")
    if text == "auto":
        return None
    if text == "plain":
        return ()
    if name in {"json", "logfmt"}:
        return (_keyed(name, keys),)
    if "{time}" in text or "{level}" in text:
        return (_head(text),)
    raise InputError(f"cannot read {text!r}", parameter="log_format", hint=_HINT)


def _every_layout() -> int:
    return (1 << len(layout_forms())) - 1


def _keyed(name: str, keys: str) -> Format:
    chosen = {"time": "time", "level": "level"}
    for pair in filter(None, keys.split(",")):
        field, equals, key = pair.partition("=")
        if not equals or field not in chosen or not 0 < len(key.encode()) < 48:
            raise InputError(
                f"cannot read {pair!r} in {name}:{keys}", parameter="log_format", hint=_HINT
            )
        chosen[field] = key
    return Format(
        name=f"{name} (time in {chosen['time']}, level in {chosen['level']})",
        kind=JSON if name == "json" else LOGFMT,
        times=tuple(TimeKey(path, _every_layout()) for path in _paths(chosen["time"]))[:MAX_TIMES],
        places=tuple(Place(KEY, path=path, scale=BUNYAN) for path in _paths(chosen["level"]))[
            :MAX_PLACES
        ],
        first=b"{" if name == "json" else bytes(range(33, 256)),
    )


def _paths(key: str) -> list[tuple[bytes, ...]]:
    """Return what a key with dots may be: one name, or names of nested objects."""
    first, dot, rest = key.partition(".")
    if not dot or not first or not rest:
        return [(key.encode(),)]
    nested = [(first.encode(), *path) for path in _paths(rest)]
    whole = [(first.encode() + b"." + path[0], *path[1:]) for path in _paths(rest)]
    return [*whole, *nested]


def _head(text: str) -> Format:
    from difflib import get_close_matches

    for field in _FIELD.findall(text):
        near = get_close_matches(field, ("time", "level"), n=1, cutoff=0.7)
        if field not in {"time", "level"} and near:
            raise InputError(
                f"{{{field}}} is any word",
                parameter="log_format",
                hint=f"did you mean {{{near[0]}}}?",
            )
    tokens = text.split()
    times = [n for n, token in enumerate(tokens) if "{time}" in token]
    levels = [n for n, token in enumerate(tokens) if "{level}" in token]
    if len(times) > 1 or len(levels) > 1 or text.count("{time}") > 1 or text.count("{level}") > 1:
        raise InputError(
            "{time} and {level} may be there once each", parameter="log_format", hint=_HINT
        )
    time_token, opened = -1, 0
    if times:
        time_token = times[0]
        before = tokens[time_token].partition("{time}")[0]
        if before and (len(before) > 1 or before not in _OPENS):
            raise InputError(
                f"{before!r} stands before {{time}}; only {' '.join(_OPENS)} may",
                parameter="log_format",
                hint=_HINT,
            )
        opened = ord(before) if before else 0
    places: tuple[Place, ...] = ()
    if levels:
        token = tokens[levels[0]]
        head = token.partition("{level}")[0]
        is_before = bool(times) and levels[0] < time_token
        count = levels[0]
        if times and not is_before:
            after = tokens[time_token].partition("{time}")[2].lstrip("])>}\"'")
            same = levels[0] == time_token
            if same:
                head = head.partition("{time}")[2].lstrip("])>}\"'")
            count = levels[0] - time_token - (0 if after or same else 1)
        words = len(re.findall(r"\w+", _FIELD.sub("x", head)))
        places = (
            Place(WORD, int(is_before), count, words),
            Place(LETTER, int(is_before), count),
        )
    return Format(
        name=text,
        time_token=time_token,
        time_open=opened,
        layouts=_every_layout() if times else 0,
        places=places,
        first=bytes(byte for byte in range(256) if byte not in b" \t"),
    )
