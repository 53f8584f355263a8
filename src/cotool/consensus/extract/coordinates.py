"""Places on a map: "48.86° N, 2.29° E", "Latitude: 48.86, longitude: 2.29"."""

from __future__ import annotations

import re

from cotool._lazy import lazy_pattern

_NUMBER = r"\d{1,3}(?:\.\d+)?"
_DEGREES = lazy_pattern(
    rf"""(?:(?P<name>lat|lon)(?:itude|gitude|g)?\s?[:=]?\s?)?
    (?P<number>-?{_NUMBER})(?:\s?(?:°|deg(?:rees)?))?
    (?P<smaller>(?:\s?{_NUMBER}\s?(?:['′’]{{1,2}}|["″”])){{0,2}})\s?
    (?P<towards>[NSEW]|north|south|east|west)?""",
    re.VERBOSE | re.IGNORECASE,
)
_BETWEEN = lazy_pattern(r"\s?[,;/]\s?|\sand\s|(?<=[NSEWnsew])\s")
_SIGNS = {ord("″"): '"', ord("”"): '"', ord("′"): "'", ord("’"): "'", ord(" "): None}


def coordinates(text: str) -> str | None:
    """Return latitude and longitude, negative in the south and west; None if a text has no two.

    Each needs its name or its direction.
    """
    parts = _BETWEEN.split(text.strip("()[] "))
    if len(parts) != 2:
        return None
    found: dict[str, str] = {}
    for match in map(_DEGREES.fullmatch, parts):
        if match is None or not (match["name"] or match["towards"]):
            return None
        towards = (match["towards"] or "")[:1].lower()
        name = match["name"] or ("lat" if towards in {"n", "s"} else "lon")
        smaller = match["smaller"].translate(_SIGNS)
        number = _in_degrees(match["number"], smaller)
        found[name.lower()] = f"-{number}" if towards in {"s", "w"} else number
    return f"{found['lat']}, {found['lon']}" if len(found) == 2 else None


def may_be_coordinates(text: str) -> bool:
    """Whether a text may be two coordinates: it ends with a direction, or has their names."""
    if not any(map(str.isdecimal, text)):
        return False
    return text[-1] in "NSEW" or text.endswith(("orth", "outh", "ast", "est")) or "at" in text[:4]


_SMALLER = lazy_pattern(r"([\d.]+)('{2}|['\"])")


def _in_degrees(degrees: str, smaller: str) -> str:
    """Return degrees, minutes and seconds as degrees, of which a second is 0.00028."""
    parts = [
        (float(part[1]), 60 if part[2] == "'" else 3600) for part in _SMALLER.finditer(smaller)
    ]
    if not parts:
        return degrees
    sign = -1 if degrees.startswith("-") else 1
    total = float(degrees) + sign * sum(number / size for number, size in parts)
    return f"{total:.5f}".rstrip("0").rstrip(".")
