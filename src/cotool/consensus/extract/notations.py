"""Notations of one field each: decades, centuries, tones, orders of growth, vectors."""

from __future__ import annotations

from collections.abc import Collection

from cotool._lazy import lazy_pattern
from cotool.consensus.extract.number_words import TENS
from cotool.consensus.extract.vocabulary import has_any

# "the nineties"
DECADES = {f"{tens[:-1]}ies": f"{value}s" for tens, value in TENS.items()}
_SHORT_DECADE = lazy_pattern(r"'?\d0s")
_DECADE = lazy_pattern(r"\d\d\d0s")
# "XV century"
_ROMAN_CENTURY = lazy_pattern(r"(?=[ivx])(x{0,2})(ix|iv|v?i{0,3})(?:th)? (?:century|cent|c)\.?")
_ROMAN = {"": 0, "i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9}
# "C-sharp minor", "B flat"
_TONE = lazy_pattern(
    r"\b([a-g])(?:([♯♭])|(?:-|(?<!^a) |(?<=^a) (?!\w+$))(sharp|flat)"
    r"(?=$| (?:major|minor|maj|min|dur|moll)\b))"
)
_SIGNS = {"sharp": "#", "♯": "#", "flat": "b", "♭": "b"}
# An order of growth, such as O(n log n).
_ORDER = lazy_pattern(r"[$ ]*([OΘΩ])\s?\((.+)\)[$ ]*")
_OF_ONE = lazy_pattern(r"log\((\w)\)")
# A vector as a column of LaTeX, or in angle brackets.
_COLUMN = lazy_pattern(r"\\begin\{[pbBvV]?matrix\}([^&{}]+)\\end\{[pbBvV]?matrix\}")
_BREAK = lazy_pattern(r"\s*\\\\\s*")
_ANGLED = lazy_pattern(r"(?:[<⟨]|\\langle)\s*([^<>⟨⟩\\]*,[^<>⟨⟩\\]*?)\s*(?:[>⟩]|\\rangle)")


def notation(display: str) -> str:
    """Return a vector as a list in brackets, and an order of growth without blanks."""
    bare = display.strip("$ ")
    if bare[:1] in {"O", "Θ", "Ω"} and (order := _ORDER.fullmatch(bare)):
        inner = order[2].replace("\\", "").replace(" ", "").lower()
        inner = _OF_ONE.sub(r"log\1", inner)
        return f"{order[1]}({inner})"
    if "matrix}" in bare and (column := _COLUMN.fullmatch(bare)):
        return f"({', '.join(filter(None, _BREAK.split(column[1].strip())))})"
    if has_any(bare, ("<", "⟨", "\\langle")) and (angled := _ANGLED.fullmatch(bare)):
        return f"({angled[1]})"
    return display


def is_order(text: str) -> bool:
    """Whether a text is an order of growth: O(n log n)."""
    return bool(_ORDER.fullmatch(text.strip().rstrip(".")))


def tones(value: str) -> str:
    """Write the signs of tones as # and b."""
    if not has_any(value, tuple(_SIGNS)):
        return value
    return _TONE.sub(lambda tone: f"{tone[1]}{_SIGNS[tone[2] or tone[3]]}", value)


def roman_century(value: str) -> int:
    """Return the number of a century in Roman numbers, 0 if it is none."""
    match = _ROMAN_CENTURY.fullmatch(value)
    return 10 * len(match[1]) + _ROMAN[match[2]] if match else 0


def written_otherwise(value: str, values: Collection[str]) -> str | None:
    """Return the answer that another one writes in full: 1990s for 90s, 北京 for 北京市."""
    if _SHORT_DECADE.fullmatch(value):
        full = [one for one in values if one.endswith(value[-3:]) and _DECADE.fullmatch(one)]
        return full[0] if len(full) == 1 else None
    for old, new in (("isation", "ization"), ("市", "")):
        if old in value and (other := value.replace(old, new)) in values and len(other) > 1:
            return other
    return None
