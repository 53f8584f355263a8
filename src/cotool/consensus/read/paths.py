"""Key paths into nested records: `response.output`, `choices.0.text`, `resps.*`.

A step is a key, an index into a list, or `*` for each item of a list. A key that itself holds dots
is found before its parts are. Alternatives are joined with `|`; the first that holds something is
taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from cotool._typing import Any


@lru_cache(maxsize=1024)
def _alternatives(path: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(one.split(".")) for one in path.split("|"))


def value_at(record: Any, path: str) -> Any:
    """Return the value at a path, None if it is missing or empty."""
    if isinstance(record, Mapping) and path in record:
        return record[path]
    for steps in _alternatives(path):
        found = _at(record, steps)
        if found is not None and found not in ("", [], {}):
            return found
    return None


def _at(value: Any, steps: tuple[str, ...]) -> Any:
    for place, step in enumerate(steps):
        if isinstance(value, Mapping):
            rest = ".".join(steps[place:])
            if rest in value:
                return value[rest]
            value = value.get(step)
        elif isinstance(value, (list, tuple)):
            if step == "*":
                found = (_at(item, steps[place + 1 :]) for item in value)
                return [item for item in found if item is not None]
            if not step.lstrip("-").isdecimal() or not -len(value) <= int(step) < len(value):
                return None
            value = value[int(step)]
        else:
            return None
    return value


def leaves(record: Mapping[str, Any], depth: int = 3) -> dict[str, Any]:
    """Return the values of a record by key path; objects are opened down to `depth` keys."""
    found: dict[str, Any] = {}
    _gather(record, "", depth, found)
    return found


def _gather(record: Mapping[str, Any], prefix: str, depth: int, found: dict[str, Any]) -> None:
    for key, value in record.items():
        path = f"{prefix}{key}"
        if isinstance(value, Mapping) and value and depth > 1:
            _gather(value, f"{path}.", depth - 1, found)
        else:
            found[path] = value
