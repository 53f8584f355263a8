"""Numbers that mean "no answer" among answers: -99, 999, and 8 and 9 beside ratings from 1 to 4.

The limits were set on 190 made-up columns of 40 and 200 values like those of GSS, ESS, ALLBUS, WVS,
SOEP, NHANES, ANES, SPSS, weather files and annotation exports: of 100 with codes, 82 are understood
and 18 left as they are; of 90 without (ratings to 10, percents, temperatures, prices, estimates,
classes), 4 lose a number. On 258 others, made afterwards in the fashion of HRS, PISA, NLSY, UKHLS,
ISSP and others: 89 of 114, and 9 of 144. Where several experts answer an item, fewer are lost.
Codes within the range of the answers (99 beside ages up to 89, -1 beside ratings from 0) are not
recognised.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from cotool._lazy import lazy_pattern
from cotool._typing import TYPE_CHECKING
from cotool.consensus.read.columns import number_of

if TYPE_CHECKING:
    from cotool.consensus.read.columns import Column

# What surveys, SPSS and sensors write: digits that repeat, 97 and 98 beside 99, -1 to -9.
_BIG = lazy_pattern(r"-?(?:6{2,6}|7{2,6}|8{2,6}|9{1,5}[6-9]|[98]88888)(?:\.[09]+)?")
_SMALL = lazy_pattern(r"(?:-[1-9]|[789])(?:\.0+)?")
_FEWEST = 6  # other answers; without these, an odd number may be an answer
_RATINGS = 10  # the greatest number of a scale beside which one 99 is a code
_FAR = 1.5  # how many ranges of the other answers a code is away from them
# The greatest share of codes, and of those that are no rating only by their distance.
_MOST, _FEW = 0.5, 0.15
# Single digits: the fewest other answers, the greatest share, and levels between these and codes.
_FEWEST_RATINGS, _RARE, _GAP, _WIDE_GAP, _LEVELS = 40, 0.25, 2, 6, 6


def codes_of_missing(
    columns: Iterable[Column], items: Iterable[Sequence[str]] = ()
) -> frozenset[str]:
    """Return the numbers that mean "no answer"; `items` are the answers to each item.

    What most experts answer to an item is no such code.
    """
    counts = sum((column.counts for column in columns), Counter[str]())
    numbers = {value: number_of(value) for value in counts}
    if any(number is None for number in numbers.values()):
        return frozenset()
    asked = [one for one in items if len(one) > 1]

    def is_answer(code: str) -> bool:
        groups = [Counter(own) for own in asked if code in own]
        return 2 * sum(2 * own[code] > own.total() for own in groups) > len(groups)

    known = {value: number for value, number in numbers.items() if number is not None}
    found = _far_codes(counts, known)
    rest = {value: number for value, number in known.items() if value not in found}
    found |= _digits(counts, rest)
    return frozenset(code for code in found if known[code] <= -66 or not is_answer(code))


def _far_codes(counts: Counter[str], numbers: dict[str, float]) -> set[str]:
    """Return codes of two digits and more, far from all other answers."""
    codes = {value for value in numbers if _BIG.fullmatch(value)}
    # The least codes may lie within the answers: 99 is one beside 998 and 999 only if it is far.
    while codes:
        others = [numbers[value] for value in numbers if value not in codes]
        usual = sum(counts[value] for value in numbers if value not in codes)
        total = sum(counts[value] for value in codes)
        if usual < _FEWEST or total > _MOST * (total + usual):
            return set()
        low, high = min(others), max(others)
        rated = 0 <= low <= high <= _RATINGS and all(map(float.is_integer, others))
        several = (len(codes) > 1 or total > 1) and total <= _FEW * (total + usual)
        near = {
            code
            for code in codes
            if not _is_far(numbers[code], low, high, rated=rated, several=several)
        }
        if not near:
            break
        codes -= near
    return codes


def _is_far(number: float, low: float, high: float, *, rated: bool, several: bool) -> bool:
    if number <= -66 and low >= 0:
        return True
    if rated:
        return number - high > high if number > 0 else low - number > high - low
    distance = number - high if number > high else low - number
    return several and abs(number) >= 77 and distance > _FAR * (high - low)


def _digits(counts: Counter[str], numbers: dict[str, float]) -> set[str]:
    """Return codes of one digit: -9, -1 beside scales without 0, 8 and 9 beside short scales."""
    below = {value for value, number in numbers.items() if number < 0}
    levels = sorted({number for number in numbers.values() if number >= 0})
    usual = sum(counts[value] for value, number in numbers.items() if number >= 0)
    whole = all(map(float.is_integer, levels))
    if not levels or usual < _FEWEST:
        return set()
    if below and all(map(_SMALL.fullmatch, below)):
        times = sum(counts[value] for value in below)
        rated = levels[-1] <= _RATINGS
        highest = max(numbers[value] for value in below)
        without_zero = levels[0] >= 1 and len(levels) >= max(3, 2 * len(below))
        shares = not whole and levels[-1] <= 1 and len(below) == 1
        low_ones = highest <= -7 and levels[-1] - levels[0] <= 100
        if whole and (times > 1 or rated) and times <= _MOST * usual:
            return below if without_zero or low_ones else set()
        return below if shares and times <= _RARE * usual else set()
    return set() if below else _high_digits(counts, numbers, levels)


def _high_digits(
    counts: Counter[str], numbers: dict[str, float], levels: Sequence[float]
) -> set[str]:
    """Return 7, 8 and 9 where all other answers are levels of a scale that ends well below."""
    codes = {value for value in numbers if _SMALL.fullmatch(value)}
    scale = [level for level in levels if not any(numbers[code] == level for code in codes)]
    usual = sum(counts[value] for value in numbers if value not in codes)
    rare = sum(counts[code] for code in codes) <= _RARE * usual
    steps = all(other - one == 1 for one, other in pairwise(scale))
    if not codes or usual < _FEWEST_RATINGS or not (rare and steps and 1 < len(scale) <= _LEVELS):
        return set()
    gap = min(numbers[code] for code in codes) - scale[-1]
    each = min(counts[code] for code in codes) > 1
    return codes if each and gap >= (_GAP if len(codes) > 1 else _WIDE_GAP) else set()
