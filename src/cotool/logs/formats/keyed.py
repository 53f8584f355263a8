"""JSON lines and logfmt: the formats of lines that name their fields."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from cotool.logs.formats.fields import evenly, find_fields, rows_of
from cotool.logs.formats.model import JSON, LOGFMT, Format

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_PAIR = re.compile(r'([\w.@/-]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))')


def json_objects(lines: Iterable[bytes]) -> list[dict[str, Any]]:
    """Return the objects of lines that hold one JSON object each; other lines are passed over."""
    objects = []
    for line in lines:
        try:
            value = json.loads(line)
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
    """Return the format of lines of key=value pairs, or nothing where no time or level is found."""
    letters = bytes(byte for byte in range(128) if chr(byte).isalpha() or byte in b"_@")
    rows = [pairs_of(line) for line in evenly(lines)]
    return [
        found
        for found in _keyed(rows, len(lines) / total, "logfmt", LOGFMT, letters)
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
