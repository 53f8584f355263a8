"""When the numbers that experts give are values on a scale, and not labels.

Equal answers to a word problem are votes. Ratings and estimates are hardly ever equal, and each
supports those near it. `ScaleTest` distinguishes the two by the numbers of a batch; questions that
are answered in words do not count. Its limits were set on made-up answers. Ratings and estimates of
nine kinds were recognised in 104 of 108 batches. Votes of nine kinds were never taken for numbers;
those of two kinds, with few right answers and errors close to them, were in 2 of 24 batches. On
given data (word problems, labels written as digits) all stay votes.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from functools import cached_property
from itertools import combinations, pairwise
from math import expm1, isfinite, log, sqrt

from cotool._records import NamedTuple
from cotool._typing import TYPE_CHECKING
from cotool.averages import median

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cotool.consensus.extract.stated import Stated

# How many questions are examined, and experts of each.
MOST_QUESTIONS, MOST_EXPERTS = 200, 30
# The fewest pairs of unequal answers, and different numbers, for a decision.
FEWEST_PAIRS, FEWEST_NUMBERS = 50, 6
# Numbers are near each other within this part of the range, or of the greater one where the range
# has no bounds (it is wider than BOUNDED of what holds 95 % of the numbers).
NEAR, BOUNDED = 0.1, 2.5
# Two answers to one question must be near at least this many times as often as two answers to
# different questions, with this certainty (in standard deviations).
CLOSER, SURE = 1.2, 3.0
# Equal answers: the greatest share of all pairs; and how many times as many as a level within reach
# has on average where nearness alone makes answers equal.
MOST_EQUAL, PEAK = 0.5, 1.7
# Few numbers, hardly any equal: if they were right or wrong, experts would be right at least this
# often. Labels are this many times (log) as usual as numbers on a scale, of which more have
# decimals (log). At least this many numbers are needed. Chosen on made-up batches; of 840 others of
# identifiers, years, options, classes, sums and prices, half or more of them right, 6 were taken
# for a scale.
RIGHT, LABELS, DECIMALS, FEWEST = 0.4, 1.9, 1.5, 4
# Where fewer questions than this have numbers, two thirds of these must be within this part of
# their median. Two numbers may be equal by chance this often.
FEW_QUESTIONS, AROUND, FINE = 4, 0.25, 0.05
# Copies give the same number more often than this: an assumption, not chosen by data. Tried on
# made-up ratings and on four models' answers to 1,319 word problems, two of which say the same .41
# of the time at most. Real ratings of the same things by several people were not available.
COPIED = 0.95
# Estimates are compared by ratios where all are positive and the questions' medians differ so far.
RATIO = 100.0
# Interquartile ranges from the quartiles to what is far away (Tukey), and how much may be there.
FENCE, MOST_OUTSIDE = 3.0, 0.15
# Kinds of answers that may be numbers: those of a sentence in which all else is equal are short.
NUMBERS = ("number", "short")


def number_of(value: str) -> float | None:
    """The number of an answer's normal form; None if it is none, or not finite."""
    body, part = (value[:-1], 100) if value.endswith("%") else (value, 1)
    above, slash, below = body.partition("/")
    try:
        number = float(above) / (float(below) if slash else 1) / part
    except (ValueError, ZeroDivisionError):
        return None
    return number if isfinite(number) else None


def numbers_in(kind: str | None, votes: Sequence[tuple[str, str]]) -> list[tuple[str, float]]:
    """Who gave which number; nothing unless at least half of the answers are numbers."""
    if kind not in NUMBERS:
        return []
    given = [(expert, number_of(value)) for expert, value in votes]
    found = [(expert, number) for expert, number in given if number is not None]
    return found if 2 * len(found) >= len(given) else []


class Fence(NamedTuple):
    """The range outside of which numbers are far away."""

    low: float
    high: float

    def holds(self, number: float) -> bool:
        """Whether a number is inside."""
        return self.low <= number <= self.high


def fence_of(numbers: Iterable[float]) -> Fence:
    """Return the outer fences of Tukey (1977): three interquartile ranges beyond the quartiles."""
    ordered = sorted(numbers)
    if not ordered:
        return Fence(0.0, 0.0)
    first, last = ordered[len(ordered) // 4], ordered[3 * len(ordered) // 4]
    return Fence(first - FENCE * (last - first), last + FENCE * (last - first))


class ScaleTest:
    """Whether answers are numbers on a scale, from the first questions that have numbers."""

    def __init__(self) -> None:
        self._asked: list[list[tuple[str, float]]] = []

    def add(self, subject: Stated) -> bool:
        """Look at a question; False if no further one is needed."""
        found = numbers_in(subject.kind, subject.votes)[:MOST_EXPERTS]
        if len(found) > 1:
            self._asked.append(found)
        return len(self._asked) < MOST_QUESTIONS

    def is_scale(self) -> bool:
        """Whether the numbers are on a scale.

        Copies of an expert count as one. If the answers are no scale, a few may be far away.
        """
        if not self._asked:
            return False
        asked = [[number for _, number in own] for own in without_copies(self._asked)[0]]
        fence = fence_of(number for own in asked for number in own)
        inside = [[number for number in own if fence.holds(number)] for own in asked]
        left, whole = (sum(map(len, rows)) for rows in (inside, asked))
        few_outside = whole * (1 - MOST_OUTSIDE) <= left < whole
        return _are_on_scale(asked) or (few_outside and _are_on_scale(inside))


def without_copies(
    asked: Sequence[Sequence[tuple[str, float]]],
) -> tuple[list[list[tuple[str, float]]], list[list[str]]]:
    """Return numbers by question, one of each group of experts who copy each other, and these."""
    from cotool.consensus.truth.copies import Copy, find_copies, groups_of, thinned
    from cotool.consensus.truth.table import LabelTable

    rows = [(str(k), name, repr(number)) for k, own in enumerate(asked) for name, number in own]
    pairs = LabelTable(rows).pairs() if rows else []
    # Most experts may be copies; that numbers are equal is known to be unusual by the other pairs.
    identical = [
        Copy(a, b, same / both, 0.0, both) for a, b, both, same, _ in pairs if same > COPIED * both
    ]
    shares = [same / both for _, _, both, same, _ in pairs if same <= COPIED * both]
    usual = bool(shares) and sum(shares) / len(shares) < MOST_EQUAL
    groups = groups_of([*find_copies(pairs), *(identical if usual else ())])
    if not groups:
        return [list(own) for own in asked], []
    return [list(thinned(dict(own), groups).items()) for own in asked], groups


class _Pairs:
    """Pairs of answers to one question: how many are equal, or near, and how many would be."""

    def __init__(self, asked: Sequence[Sequence[float]]) -> None:
        self.asked = asked
        self.pooled = sorted(number for own in asked for number in own)
        self.counts = Counter(self.pooled)
        self.pairs = [pair for own in asked for pair in combinations(own, 2)]
        self.unequal = [pair for pair in self.pairs if pair[0] != pair[1]]

    @cached_property
    def _bounds(self) -> tuple[float, float] | None:
        """The ends of a bounded scale."""
        low, high = self.pooled[0], self.pooled[-1]
        first, last = (self.pooled[int(part * (len(self.pooled) - 1))] for part in (0.025, 0.975))
        bounded = high - low <= BOUNDED * (last - first) and not (low > 0 and last > RATIO * first)
        return (low, high) if bounded else None

    @cached_property
    def _width(self) -> float:
        usual = sorted(number for number, count in self.counts.items() if count > 1)
        step = min((b - a for a, b in pairwise(usual)), default=0.0)
        return max(NEAR * (self.pooled[-1] - self.pooled[0]), step * (1 + 1e-9))

    def _within(self, number: float) -> float:
        return self._width if self._bounds else NEAR * abs(number)

    @cached_property
    def near(self) -> int:
        """How many unequal pairs are near."""
        return sum(abs(a - b) <= self._within(max(a, b, key=abs)) for a, b in self.unequal)

    @cached_property
    def usual(self) -> float:
        """The share of near ones among unequal pairs of any two answers."""
        same = sum(count * (count - 1) for count in self.counts.values())
        near = sum(
            count
            * (
                bisect_right(self.pooled, number + self._within(number))
                - bisect_left(self.pooled, number - self._within(number))
                - count
            )
            for number, count in self.counts.items()
        )
        others = len(self.pooled) * (len(self.pooled) - 1) - same
        return min(near / others, 1.0) if others else 1.0

    def are_closer(self) -> bool:
        """Whether answers to one question are near more often than those to different ones."""
        if not self.unequal:
            return False
        share = self.near / len(self.unequal)
        error = sqrt(max(self.usual * (1 - self.usual), 1e-9) / len(self.pooled))
        return share >= CLOSER * self.usual and share - self.usual >= SURE * error

    def are_spread(self) -> bool:
        """Whether answers are equal no more often than nearness alone explains."""
        # At the ends of a bounded scale, answers are equal that would otherwise lie further out.
        ends = self._bounds or ()
        equal = sum(a == b and a not in ends for a, b in self.pairs)
        levels = len(self.pooled) ** 2 / sum(count**2 for count in self.counts.values())
        allowed = PEAK * self.near / max(levels * self.usual, 2.0)
        return equal + sqrt(equal) <= allowed and len(self.pairs) - len(
            self.unequal
        ) <= MOST_EQUAL * len(self.pairs)

    def are_around(self) -> bool:
        """Whether two thirds of the numbers are around the median of their question."""
        middles = [median(own) if own else 0.0 for own in self.asked]
        near = sum(
            abs(number - middle) <= AROUND * abs(middle)
            for own, middle in zip(self.asked, middles, strict=True)
            for number in own
        )
        return 3 * near >= 2 * len(self.pooled)

    def are_different(self) -> bool:
        """Whether so few numbers are equal that they are probably not right or wrong.

        If experts are right with the probability RIGHT, two of them agree on most questions.
        Numbers on a scale are equal only by chance, as often as their step and distances say, or
        more often if experts prefer round numbers.
        """
        if len(self.pooled) < FEWEST or not self.unequal:
            return False
        decimals = max(_decimals(number) for number in self.counts)
        chance = 0.27 * 10.0**-decimals / median(abs(a - b) for a, b in self.unequal)
        if chance > FINE:
            return False
        odds = (DECIMALS if decimals else 0.0) - LABELS
        for own in self.asked:
            n = len(own)
            if n > 1:
                exact = (1 - RIGHT) ** n + n * RIGHT * (1 - RIGHT) ** (n - 1)
                rate = PEAK * chance * n * (n - 1) / 2
                if len({*own}) == n:
                    odds += -rate - log(exact)
                elif (some_equal := -expm1(-rate)) > 0:
                    odds += log(some_equal / (1 - exact))
                else:
                    return False  # numbers this far apart are never equal by chance
        return odds > 0


def _decimals(number: float) -> int:
    """How many digits a number has after its point."""
    text = f"{number:.9f}".rstrip("0")
    return len(text) - text.index(".") - 1


def _are_on_scale(asked: Sequence[Sequence[float]]) -> bool:
    """Whether numbers are on a scale, by question.

    They are if two unequal answers to a question are near each other more often than answers
    to different questions, if answers are not equal much more often than near (then they would
    be right or wrong), and if there are enough of them. Or if hardly any are equal.
    """
    found = _Pairs(asked)
    enough = len(found.counts) >= FEWEST_NUMBERS and len(found.unequal) >= FEWEST_PAIRS
    closer = found.are_closer()
    if enough and closer and found.are_spread():
        return True
    few = len(asked) < FEW_QUESTIONS
    return (closer or (few and found.are_around())) and found.are_different()
