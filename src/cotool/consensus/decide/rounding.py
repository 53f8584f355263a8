"""Whether a number is another one with fewer digits."""

from __future__ import annotations

# 3 may be anything; 3.1 and 12 say something of what they were rounded from.
LEAST_DIGITS = 2


def number_of(written: str) -> float | None:
    """Return the value of a plain number, None for other text."""
    whole, _, behind = written.partition(".")
    digits = whole.isascii() and whole.isdigit() and (not behind or behind.isdigit())
    return float(written) if digits and behind.isascii() else None


def rounded(written: str, other: str) -> bool:
    """Return whether one of two plain numbers is the other, rounded to fewer decimals."""
    coarse, fine = sorted((written, other), key=_decimals)
    if _decimals(coarse) == _decimals(fine) or len(coarse.replace(".", "")) < LEAST_DIGITS:
        return False
    unit = 10.0 ** -_decimals(coarse)
    return abs(float(coarse) - float(fine)) <= unit / 2 * (1 + 1e-9)


def _decimals(written: str) -> int:
    return len(written.partition(".")[2])
