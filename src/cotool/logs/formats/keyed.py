"""JSON lines and logfmt: the formats of lines that name their fields."""

from __future__ import annotations

import json

from cotool._lazy import lazy_pattern
from cotool._records import replace
from cotool._typing import TYPE_CHECKING, Any
from cotool.logs.formats.fields import evenly, find_fields, rows_of
from cotool.logs.formats.model import JSON, LOGFMT, MAX_PLACES, TEXT, Format

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Sequence

_LETTERS = bytes(byte for byte in range(128) if chr(byte).isalpha() or byte in b"_@")
# Escapes: pairs of surrogates, lone ones, and all others.
_LONE = lazy_pattern(r"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|(u[dD][89a-fA-F]..)|.)")
_PAIR = lazy_pattern(r'([\w.@/-]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))')


def _whole(escape: re.Match[str]) -> str:
    """Return U+FFFD for half of a surrogate pair: a text that was cut within a character."""
    return "\ufffd" if escape[1] else escape[0]


def json_objects(lines: Iterable[bytes]) -> list[dict[str, Any]]:
    """Return the objects of lines that hold one JSON object each; other lines are skipped."""
    objects = []
    for line in lines:
        try:
            value = json.loads(_LONE.sub(_whole, line.decode("utf-8", "replace")))
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            objects.append(value)
    return objects


def recognise_json(lines: list[bytes], total: int) -> list[Format]:
    """Return the format of lines that hold one JSON object each, or nothing."""
    rows = rows_of(json_objects(evenly(lines)))
    return _keyed(rows, len(lines) / total, "JSON lines", JSON, b"{ \t")


def recognise_logfmt(lines: list[bytes], total: int) -> list[Format]:
    """Return the format of lines of key=value pairs, or nothing if no time or level is found."""
    rows = [pairs_of(line) for line in evenly(lines)]
    return [
        found
        for found in _keyed(rows, len(lines) / total, "logfmt", LOGFMT, _LETTERS)
        if found.places or found.times
    ]


def pairs_of(line: bytes) -> dict[tuple[str, ...], Any]:
    """Return the values of a line of key=value pairs."""
    text = line.decode("utf-8", "replace")
    return {(key,): quoted or bare for key, quoted, bare in _PAIR.findall(text)}


def _keyed(
    rows: Sequence[dict[tuple[str, ...], Any]], share: float, name: str, kind: int, first: bytes
) -> list[Format]:
    if not rows:
        return []
    fields = find_fields(rows)
    best = [(b".".join(key.path).decode(), "time") for key in fields.times[:1]]
    best += [(b".".join(place.path).decode(), "level") for place in fields.places]
    label = ", ".join(f"{what} in {key}" for key, what in best)
    return [
        Format(
            name=f"{name} ({label or 'no level'})",
            kind=kind,
            times=fields.times,
            places=fields.places,
            fallback=fields.fallback,
            first=first,
            share=share,
            reasons=fields.reasons,
        )
    ]


_OBJECT = lazy_pattern(rb'\{\s*"')
_DIGITS = lazy_pattern(rb"\d+")
# Words between the head of a line and the object that is its message: host, process, a separator.
_MOST_WORDS = 4


def with_payloads(formats: Sequence[Format], lines: Sequence[bytes]) -> list[Format]:
    """Return formats of text, with the fields of the JSON objects that are the messages.

    The program's level and time count more than those that syslog or another program adds around
    them: what forwards lines often gives each one the same severity.
    """
    texts = [found for found in formats if found.kind == TEXT]
    if not texts:
        return list(formats)
    parts = [(line, match) for line in lines if (match := _OBJECT.search(line))]
    objects = [(line[: match.start()], line[match.start() :]) for line, match in parts]
    heads = {_DIGITS.sub(b"0", b" ".join(head.split()[-_MOST_WORDS:])) for head, _ in objects}
    # Text of a message differs from line to line; the name of a program does not.
    if len(objects) < 0.5 * len(lines) or len(heads) > max(2, len(objects) // 4):
        return list(formats)
    rows = rows_of(json_objects(evenly([text for _, text in objects])))
    if len(rows) < 0.9 * len(evenly(objects)):
        return list(formats)
    fields = find_fields(rows)
    if not (fields.times or fields.places):
        return list(formats)
    return [
        replace(
            found,
            name=f"{found.name} before JSON",
            payload=JSON,
            times=fields.times,
            places=(*found.places[: MAX_PLACES - len(fields.places)], *fields.places),
            reasons=(*found.reasons, *fields.reasons),
        )
        if found.kind == TEXT
        else found
        for found in formats
    ]
