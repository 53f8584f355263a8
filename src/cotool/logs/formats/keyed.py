"""JSON lines and logfmt: which key holds the time, and which the level."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from cotool._fast.logs import logscan
from cotool.logs.formats.model import (
    BUNYAN,
    INFO,
    JSON,
    KEY,
    LOGFMT,
    PYTHON,
    SYSLOG,
    UNKNOWN,
    Format,
    Place,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

LEVEL_KEYS = (
    "level", "severity", "lvl", "loglevel", "log_level", "log.level", "levelname", "level_name",
    "severitytext", "severity_text", "priority", "@l", "s", "log_severity", "@level", "levelno",
    "syslog.severity",
)  # fmt: skip
TIME_KEYS = (
    "time", "timestamp", "@timestamp", "ts", "t", "t.$date", "date", "datetime", "asctime", "@t",
    "__realtime_timestamp", "_source_realtime_timestamp", "eventtime", "event_time", "created",
    "created_at", "log_time", "logged_at", "timemillis", "instant", "at",
)  # fmt: skip
_LEVEL = re.compile(
    r"trace|trc|verbose|finest|finer|silly|debug[1-5]?|dbg|dbug|fine|info|inf|information(?:al)?|"
    r"log|config|notice|note|warn|warning|wrn|error|err|eror|severe|failure|fail|critical|crit|"
    r"fatal|ftl|alert|emerg|emergency|d?panic|default|[VDIWEFA]|\d{1,2}",
    re.IGNORECASE,
)
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
    objects = [dict(_flat(value)) for value in json_objects(lines)]
    return _keyed(objects, len(lines) / total, "JSON lines", JSON, b"{")


def recognise_logfmt(lines: list[bytes], total: int) -> list[Format]:
    """Return the format of lines of key=value pairs, or nothing where no time or level is found."""
    rows = [
        {
            key: quoted or bare
            for key, quoted, bare in _PAIR.findall(line.decode("utf-8", "replace"))
        }
        for line in lines
    ]
    letters = bytes(byte for byte in range(128) if chr(byte).isalpha() or byte in b"_@")
    return [
        found
        for found in _keyed(rows, len(lines) / total, "logfmt", LOGFMT, letters)
        if found.places or found.time_key
    ]


def _flat(value: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the members of an object and, under dotted names, of the objects in it."""
    for key, member in value.items():
        yield prefix + key, member
        if isinstance(member, dict) and prefix.count(".") < 2:
            yield from _flat(member, f"{prefix}{key}.")


def _keyed(
    rows: list[dict[str, Any]], share: float, name: str, kind: int, first: bytes
) -> list[Format]:
    if not rows:
        return []
    level_keys = _keys(rows, LEVEL_KEYS, is_level)
    time_keys = _keys(rows, TIME_KEYS, lambda value: bool(layouts_of(value)))
    layouts = 0
    if time_keys:
        for row in rows:
            layouts |= layouts_of(row.get(time_keys[0]))
    places = tuple(
        Place(KEY, key=key.encode()[:47], scale=_scale(key, [row.get(key) for row in rows]))
        for key in level_keys[:8]
    )
    label = ", ".join(
        [*(f"time in {key}" for key in time_keys[:1]), *(f"level in {key}" for key in level_keys)]
    )
    return [
        Format(
            name=f"{name} ({label or 'no level'})",
            kind=kind,
            time_token=0 if time_keys else -1,
            layouts=layouts,
            time_key=time_keys[0].encode()[:47] if time_keys else b"",
            places=places,
            # Serilog leaves the level out where it is Information.
            fallback=INFO if level_keys == ["@l"] else UNKNOWN,
            first=first,
            share=share,
        )
    ]


def _keys(
    rows: list[dict[str, Any]], names: tuple[str, ...], fits: Callable[[Any], bool]
) -> list[str]:
    """Return the keys among `names` whose values fit, the commonest first."""
    present = Counter(key for row in rows for key in row)
    fitting = Counter(key for row in rows for key, value in row.items() if fits(value))
    return sorted(
        (
            key
            for key in present
            if key.lower() in names and fitting[key] >= 0.8 * present[key] and len(key) < 48
        ),
        key=lambda key: (-fitting[key], names.index(key.lower())),
    )


def is_level(value: Any) -> bool:
    """Tell whether a value is a word or a number that stands for a level."""
    return isinstance(value, (str, int)) and bool(_LEVEL.fullmatch(str(value)))


def layouts_of(value: Any) -> int:
    """Return the bits of the layouts by which a value can be read as a time."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return 0
    text = str(value).encode()
    for token, opened, layout, at, length, _, _ in logscan.probe_times(text):
        if token == 0 and at == 0 and not opened and length >= min(len(text), 17) - 1:
            return 1 << int(layout)
    return 0


def _scale(key: str, values: list[Any]) -> int:
    numbers = [int(value) for value in values if str(value).isdigit()]
    if numbers and max(numbers) > 7:
        return PYTHON if key.lower() == "levelno" else BUNYAN
    return SYSLOG
