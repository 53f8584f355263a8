"""Columns whose answers are compared as they are written: versions, codes, options of surveys.

The rules were set on 59 made-up columns (versions, ICD, CPT, hashes, options in twelve languages;
prices, dates, amounts, labels, free text), of which 58 are recognised, as are 50 of 52
that were made afterwards. One of the 64 columns that are compared by value was taken for codes
(20C, 25C), before degrees had an entry of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from cotool._lazy import lazy_pattern
from cotool._typing import TYPE_CHECKING
from cotool.consensus.extract.refusals import is_option
from cotool.consensus.extract.units import unit_of
from cotool.consensus.read.names import words_of

if TYPE_CHECKING:
    from cotool.consensus.read.columns import Column

# A version, one that no decimal number looks like, and what else has points.
_VERSION = lazy_pattern(r"v?\d+(?:\.\d+){1,3}(?:[-+.]?[A-Za-z][\w.+-]*|-\d[\w.-]*)?")
_ONLY_VERSION = lazy_pattern(r"v\d.*|\d+\.\d+\.\d.*|\d+\.\d+-?(?:rc|alpha|beta|dev|post|[ab])\d*")
_NO_VERSION = lazy_pattern(r"\d{1,2}\.\d{1,2}\.\d{4}|\d{1,3}(?:\.\d{3})+")
_NUMBERED = frozenset("version versions release ver section clause chapter verse abschnitt".split())
_WORDS = 0.25  # the greatest share of words such as "latest" among versions
# A code of letters and digits, and what has these for another reason: 1e5, 3rd, 5kg.
_CODE = lazy_pattern(r"(?=[\w.-]*\d)(?=[\w.-]*[A-Za-z])[A-Za-z0-9][\w.-]*")
_DIGITS = lazy_pattern(r"\d+(?:[.eE]\w+)*")
# A grade with a letter, 4A beside 4B, is no amount of amperes.
_GRADE = lazy_pattern(r"\d{1,2}[A-E]")
_AMOUNT = lazy_pattern(r"[-+]?\d[\d.,]*([A-Za-z]{1,5})")
_ENDINGS = frozenset("st nd rd th k m b bn mn am pm x e s c f".split())
_SCIENTIFIC = lazy_pattern(r"\d+(?:\.\d+)?[eE][-+]?\d+")
_CODES = 0.3  # the least share of codes that no number looks like


def are_written(columns: Iterable[Column]) -> bool:
    """Whether answers are compared as they are written: codes, versions, options of a survey.

    1E5 is no number among codes such as B20, and 1.10 none among versions such as 2.0.1. "Don't
    know" is an option where it is one of a few labels and people chose it several times.
    """
    columns = list(columns)
    counts = Counter[str]()
    for column in columns:
        counts.update(column.counts)
    named = bool(columns) and all(_NUMBERED.intersection(words_of(c.path)) for c in columns)
    if _are_versions(counts, named=named) or _are_codes(counts):
        return True
    few = bool(columns) and all(column.is_label or column.is_constant for column in columns)
    return few and any(n > 1 and is_option(value) for value, n in counts.items())


def _are_versions(counts: Counter[str], *, named: bool) -> bool:
    versions = [value for value in counts if _VERSION.fullmatch(value)]
    if not versions or len(versions) < (1 - _WORDS) * len(counts):
        return False
    if any(value[0].isdigit() for value in counts.keys() - {*versions}):
        return False
    sure = [value for value in versions if _ONLY_VERSION.fullmatch(value)]
    return named or (bool(sure) and not all(map(_NO_VERSION.fullmatch, sure)))


def _are_codes(counts: Counter[str]) -> bool:
    grades = {value[:-1] for value in counts if _GRADE.fullmatch(value) and value[-1] == "A"}
    if any(f"{grade}B" in counts for grade in grades):
        return all(_GRADE.fullmatch(value) or _DIGITS.fullmatch(value) for value in counts)
    codes = sum(_is_code(value) for value in counts)
    if codes < _CODES * len(counts) or not any(map(_DIGITS.fullmatch, counts)):
        return False
    return all(_CODE.fullmatch(value) or _DIGITS.fullmatch(value) for value in counts)


def _is_code(value: str) -> bool:
    """Whether a value has letters and digits, and is no number in any way of writing."""
    if not _CODE.fullmatch(value) or _SCIENTIFIC.fullmatch(value):
        return False
    amount = _AMOUNT.fullmatch(value)
    return amount is None or not (amount[1].lower() in _ENDINGS or unit_of(amount[1]))
