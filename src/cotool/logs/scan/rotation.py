"""Rotated logs in the order in which they were written."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable

from cotool._lazy import lazy_pattern
from cotool._typing import TypeVar

Item = TypeVar("Item")

_COMPRESSED = lazy_pattern(r"\.(?:gz|zst|bz2|xz|Z)$")
# app.log.20240301, app-20240301.log, app.log-2024-03-01-12, app.2024-03-01.log
_DATED = lazy_pattern(
    r"(?P<stem>.+?)[._-](?P<date>\d{8}(?:[T_.-]?\d{2,6})?|\d{4}-\d\d-\d\d(?:[T_.-]\d\d[\d-]*)?)"
    r"(?P<rest>(?:\.[A-Za-z]\w*)*)"
)
# app.log.1, app.1.log
_NUMBERED = lazy_pattern(r"(?P<stem>.+?)\.(?P<number>\d{1,4})(?P<rest>(?:\.[A-Za-z]\w*)*)")


def rotation_of(path: str) -> tuple[str, tuple[int, str, int]]:
    """Return the set that a log belongs to, and its place in it: the oldest sorts first.

    Dates come before numbers, and numbers before the log that is being written. The highest number
    is the oldest log.
    """
    folder, name = os.path.split(os.path.normpath(path))
    name = _COMPRESSED.sub("", name)
    if dated := _DATED.fullmatch(name):
        digits = re.sub(r"\D", "", dated["date"])
        return f"{folder}/{dated['stem']}{dated['rest']}", (0, digits.ljust(16, "0"), 0)
    if numbered := _NUMBERED.fullmatch(name):
        return f"{folder}/{numbered['stem']}{numbered['rest']}", (1, "", -int(numbered["number"]))
    return f"{folder}/{name}", (2, "", 0)


def in_time_order(items: Iterable[Item], path_of: Callable[[Item], str]) -> list[Item]:
    """Return items with the members of each rotated set together, oldest first.

    Sets keep the order in which their first members came.
    """
    items = list(items)
    if len(items) < 2:
        return items
    sets: dict[str, list[tuple[tuple[int, str, int], int, Item]]] = {}
    for n, item in enumerate(items):
        name, place = rotation_of(path_of(item))
        sets.setdefault(name, []).append((place, n, item))
    return [
        item for members in sets.values() for _, _, item in sorted(members, key=lambda m: m[:2])
    ]
