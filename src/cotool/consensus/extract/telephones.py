"""Telephone numbers: with and without separators, and with or without the code of the country."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cotool._lazy import lazy_pattern
from cotool.consensus.extract.vocabulary import has_any

_TELEPHONE = lazy_pattern(r"\+?(?:[\s()/.-]{0,2}\d){7,15}")
_INTERNATIONAL = lazy_pattern(
    r"(?:\+|\b00(?=[1-9])|\b(?=1[ .-]\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b))"
    r"\d(?:[\s()/.-]{0,2}\d){6,14}(?!\w)"
)
_FEWEST, _LONGEST_CODE = 7, 3


def telephone(text: str) -> str | None:
    """Return an international number without its separators; None for another text."""
    if text[:1] not in "+01" or len(digits := _digits(text)) <= _FEWEST:
        return None
    return f"+{digits.removeprefix('00')}" if _INTERNATIONAL.fullmatch(text) else None


def telephones_in(text: str) -> str:
    """Return a sentence's international numbers in normal form, as if they ended it."""
    if not has_any(text, ("+", "00", "1-", "1 ", "1.")):
        return ""
    found = map(telephone, (match[0] for match in _INTERNATIONAL.finditer(text)))
    return "".join(f" {number}" for number in found if number)


def without_separators(text: str) -> str | None:
    """Return the digits of any telephone number, with its sign; None for another text."""
    if not (text[-1:].isdigit() and _TELEPHONE.fullmatch(text)):
        return None
    return f"+{_digits(text)}" if text.startswith("+") else _digits(text)


def by_national_number(values: Iterable[str]) -> dict[str, list[str]]:
    """Return international numbers by what may be left of each without the code of its country."""
    found: dict[str, list[str]] = {}
    for value in values:
        if value.startswith("+"):
            for start in range(1, _LONGEST_CODE + 2):
                if len(value) - start >= _FEWEST:
                    found.setdefault(value[start:], []).append(value)
    return found


def in_full(value: str, by_national: Mapping[str, Sequence[str]]) -> str | None:
    """Return the only other number that this one is without the code of its country."""
    digits = value if value.isdecimal() else without_separators(value)
    if digits is None or digits.startswith("+"):
        return None
    same = by_national.get(digits.lstrip("0"), ())
    return same[0] if len(same) == 1 else None


def _digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))
