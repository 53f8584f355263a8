"""The fields of a response, one value at a time: checked and converted.

`where` names the place of the value and begins every message; missing values (None, "") are None.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import Enum
from math import isfinite, isnan
from numbers import Real

from cotool._typing import TypeGuard
from cotool.errors import InputError

# Largest magnitudes that are read as seconds, milliseconds, microseconds and nanoseconds.
_EPOCH_UNITS = ((1e11, 1.0), (1e14, 1e3), (1e17, 1e6), (1e20, 1e9))


# What programs write for a missing value. "None" is Python's; "none" and "none of the above" are
# answers.
_MISSING = frozenset(
    {"nan", "null", "n/a", "#n/a", "<na>", "nat", "undefined", "(null)", "#value!", "#ref!"}
)
NONE = "None"
_MISSING_AS_WRITTEN = frozenset({NONE, "NA"})
# The types of pandas.NA and pandas.NaT.
_WITHOUT_VALUE = frozenset({"NAType", "NaTType"})
# Options of a scale on which "None" is another one: how much, how many, how badly.
_BESIDE_NONE = frozenset(
    "all any some both either neither one two three few several many most half full partial "
    "partially little mild moderate severe minor major minimal slight strong weak low medium high "
    "small large other".split()
)


def is_missing(text: str) -> bool:
    """Whether a text means a missing value: nan, None, N/A, null, or empty."""
    if len(text) > 12:
        return not text.strip()
    bare = text.strip()
    return not bare or bare in _MISSING_AS_WRITTEN or bare.casefold() in _MISSING


def none_is_answer(answers: Iterable[str], question: str = "") -> bool:
    """Whether "None" is an option, by the other answers or by the question's own words."""
    if NONE in question and NONE in question.replace("(", " ").replace(",", " ").split():
        return True
    return any(answer.strip().casefold() in _BESIDE_NONE for answer in answers)


def filled(value: object) -> object:
    """Return a cell of a binary table; one without a value is empty, as in a table of text."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    missing = value is None or (isinstance(value, float) and isnan(value))
    return "" if missing or type(value).__name__ in _WITHOUT_VALUE else value


def clean(text: str) -> str:
    """Return `text` with lone surrogates, which no encoding can write, replaced by U+FFFD."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def scalar_text(value: object, where: str) -> str | None:
    """Return a string, number or bool as text ("42", "true"); None for any other kind of value.

    Scalars of NumPy, members of enumerations, decimals, dates and UUIDs are read as the
    values that they represent. Raises InputError for NaN and infinity.
    """
    if isinstance(value, str):
        # Exactly a str: members of a StrEnum and numpy.str_ are not.
        return clean(value if type(value) is str else str.__str__(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if _is_number(value):
        if not _finite(value):
            raise InputError(f"{where}: {value} is not an answer", hint="expected text or a number")
        return str(value)
    if isinstance(value, (Mapping, list, tuple)) or value is None:
        return None
    plain = _plain(value)
    return None if plain is value else scalar_text(plain, where)


def _plain(value: object) -> object:
    """Return the plain value of another library's scalar or of an enumeration's member."""
    if isinstance(value, Enum):
        return value.value
    # Where these are not loaded, no value is a Decimal or a UUID.
    decimal, uuid = sys.modules.get("decimal"), sys.modules.get("uuid")
    if decimal is not None and isinstance(value, decimal.Decimal):
        return float(value) if not value.is_finite() else str(value)
    if isinstance(value, date) or (uuid is not None and isinstance(value, uuid.UUID)):
        return str(value)
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        return value.item()
    return value


def confidence(value: object, where: str) -> float | None:
    """Return a confidence from 0 to 1; numeric strings and percentages ("85%") are read."""
    number = value
    if isinstance(value, str):
        stripped = value.strip()
        if is_missing(stripped) and stripped.casefold() != "nan":
            return None
        try:
            percent = stripped.endswith("%")
            number = float(stripped[:-1]) / 100 if percent else float(stripped)
        except ValueError:
            number = None
    elif value is None:
        return None
    if _is_number(number) and 0 <= number <= 1:
        return float(number)
    raise InputError(
        f"{where}: confidence {_shown(value)} is not a number from 0 to 1",
        hint='write it as 0.85 or "85%", or leave it out where it is unknown',
    )


def is_confidence(value: object) -> bool:
    """Whether a value reads as a confidence."""
    try:
        confidence(value, "")
    except InputError:
        return False
    return True


def is_timestamp(value: object) -> bool:
    """Whether a value reads as a time; a small number is a duration."""
    try:
        seconds = timestamp(value, "")
    except InputError:
        return False
    return seconds is not None and abs(seconds) >= 1e8


def timestamp(value: object, where: str) -> float | None:
    """Return seconds since the Unix epoch.

    Reads ISO 8601 (without a zone: UTC) and epoch seconds, milli-, micro- and nanoseconds, which
    are distinguished by magnitude.
    """
    if value is None:
        return None
    number = value if isinstance(value, datetime) else _plain(value)
    if isinstance(number, datetime):
        return _seconds(number)
    if isinstance(number, str) and number is not value:
        value = number
    if isinstance(value, str):
        stripped = value.strip()
        if not stripped:
            return None
        number = _parsed_time(stripped)
    if _is_number(number):
        for limit, unit in _EPOCH_UNITS:
            if abs(number) < limit:
                return float(number) / unit
    raise InputError(
        f"{where}: timestamp {_shown(value)} is not a time",
        hint="expected ISO 8601 (2025-01-31T12:00:00Z) or seconds since 1970",
    )


def embedding(value: object, where: str) -> tuple[float, ...] | None:
    """Return a vector of finite floats from a non-empty sequence, or an object with tolist()."""
    if value is None or (isinstance(value, str) and not value):
        return None
    items = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(items, Sequence) and not isinstance(items, (str, bytes)) and items:
        for place, item in enumerate(items, 1):
            if not _is_number(item) or not _finite(item):
                raise InputError(
                    f"{where}: number {place} of the embedding is {_shown(item)}",
                    hint="expected a list of finite numbers",
                )
        return tuple(map(float, items))
    raise InputError(
        f"{where}: the embedding is {_shown(value)}", hint="expected a list of finite numbers"
    )


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float, Real)) and not isinstance(value, bool)


def _finite(number: float) -> bool:
    if not isinstance(number, int):
        return isfinite(number)
    # An integer may be too large for a float.
    return abs(number) <= sys.float_info.max


def _parsed_time(text: str) -> float | None:
    # Eight digits are a date (20250131); any other run of digits is a count since 1970.
    if not (text.isdigit() and len(text) == 8):
        try:
            return float(text)
        except ValueError:
            pass
    for zone in (" UTC", " GMT"):
        if text.endswith(zone):
            text = text.removesuffix(zone) + "+00:00"
    try:
        return _seconds(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return None


def _seconds(moment: datetime) -> float:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp()


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
