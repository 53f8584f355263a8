"""Numbers on a scale: when answers are such numbers, and their joint value.

Equal answers to a word problem are votes. Ratings and estimates are hardly ever equal, and each
supports those near it. `ScaleTest` distinguishes the two by the answers alone. Its limits were set
on made-up answers. Ratings and estimates of nine kinds were recognised in 104 of 108 batches. Votes
of nine kinds were never taken for numbers; those of two kinds, with few right answers and errors
close to them, were in 2 of 24 batches. On given data (word problems, labels written as digits) all
stay votes.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from contextlib import closing
from fractions import Fraction
from itertools import combinations, pairwise
from math import exp, floor, isfinite, log, log10, sqrt
from typing import TYPE_CHECKING, NamedTuple

from cotool._lazy import lazy_pattern
from cotool.averages import median
from cotool.consensus.decide.decision import Decision, Measurement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cotool._fast.truth import gaussian
    from cotool.consensus.extract.stated import Stated
    from cotool.consensus.truth.inference import Votes

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
# Copies give the same number more often than this: an assumption, not chosen by data.
COPIED = 0.95
# Estimates are compared by ratios where all are positive and the questions' medians differ so far.
RATIO = 100.0
# Interquartile ranges from the quartiles to what is far away (Tukey), and how much may be there.
FENCE, MOST_OUTSIDE = 3.0, 0.15
# Kinds of answers that may be numbers: those of a sentence in which all else is equal are short.
NUMBERS = ("number", "short")
# A number with what is written around it.
_WRITTEN = lazy_pattern(
    r"([^\d\s.,+-]{0,4} ?)([-+]?(?:\d[\d,]*)?\.?\d+)"
    r"( ?(?:out of|/) ?\d+| ?[^\d\s.,+-][^\d,]{0,11})?"
)
# What the methods compute, in words.
_COMBINED = {"mean": "mean", "median": "median", "weighted": "weighted mean"}
# 95 %.
NORMAL = 1.96
# The standard error of a median, in those of a mean; deviations in median absolute ones.
MEDIAN_ERROR, ABSOLUTE = 1.2533, 1.4826


def number_of(value: str) -> float | None:
    """The number of an answer's normal form; None if it is none, or not finite."""
    body, part = (value[:-1], 100) if value.endswith("%") else (value, 1)
    try:
        number = float(Fraction(body) / part)
    except (ValueError, ZeroDivisionError, OverflowError):
        return None
    return number if isfinite(number) else None


def are_numbers(kind: str | None, votes: Sequence[tuple[str, str]]) -> bool:
    """Whether all answers to a question are numbers, and there are answers."""
    return (
        kind in NUMBERS and bool(votes) and all(number_of(value) is not None for _, value in votes)
    )


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
    """Whether answers are numbers on a scale, from the first questions."""

    def __init__(self) -> None:
        self._asked: list[list[tuple[str, float]]] = []
        self._numbers_only = True

    def add(self, subject: Stated) -> bool:
        """Look at a question; False if no further one is needed."""
        if not are_numbers(subject.kind, subject.votes):
            self._numbers_only = False
            return False
        if len(subject.votes) > 1:
            given = ((name, number_of(value)) for name, value in subject.votes[:MOST_EXPERTS])
            self._asked.append([(name, one) for name, one in given if one is not None])
        return len(self._asked) < MOST_QUESTIONS

    def is_scale(self) -> bool:
        """Whether the answers are surely numbers on a scale.

        Copies of an expert count as one. If the answers are no scale, a few may be far away.
        """
        if not self._numbers_only or not self._asked:
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


def _are_on_scale(asked: Sequence[Sequence[float]]) -> bool:
    """Whether numbers are surely on a scale, by question.

    They are if two unequal answers to a question are near each other more often than answers
    to different questions, if answers are not equal much more often than near (then they would
    be right or wrong), and if there are enough of them.
    """
    pooled = sorted(number for own in asked for number in own)
    counts = Counter(pooled)
    if len(counts) < FEWEST_NUMBERS:
        return False
    low, high = pooled[0], pooled[-1]
    first, last = (pooled[int(part * (len(pooled) - 1))] for part in (0.025, 0.975))
    bounded = high - low <= BOUNDED * (last - first) and not (low > 0 and last > RATIO * first)
    usual = sorted(number for number, count in counts.items() if count > 1)
    step = min((b - a for a, b in pairwise(usual)), default=0.0)
    width = max(NEAR * (high - low), step * (1 + 1e-9))

    def within(number: float) -> float:
        return width if bounded else NEAR * abs(number)

    pairs = [pair for own in asked for pair in combinations(own, 2)]
    unequal = [pair for pair in pairs if pair[0] != pair[1]]
    # At the ends of a bounded scale, answers are equal that would otherwise lie further out.
    equal = sum(a == b and not (bounded and a in {low, high}) for a, b in pairs)
    near = sum(abs(a - b) <= within(max(a, b, key=abs)) for a, b in unequal)
    same = sum(count * (count - 1) for count in counts.values())
    all_near = sum(
        bisect_right(pooled, number + within(number))
        - bisect_left(pooled, number - within(number))
        - count
        for number, count in counts.items()
        for _ in range(count)
    )
    others = len(pooled) * (len(pooled) - 1) - same
    if len(unequal) < FEWEST_PAIRS or not others:
        return False
    usual_share = min(all_near / others, 1.0)
    share = near / len(unequal)
    error = sqrt(max(usual_share * (1 - usual_share), 1e-9) / len(pooled))
    levels = len(pooled) ** 2 / sum(count**2 for count in counts.values())
    allowed = PEAK * near / max(levels * usual_share, 2.0)
    return (
        share >= CLOSER * usual_share
        and share - usual_share >= SURE * error
        and equal + sqrt(equal) <= allowed
        and len(pairs) - len(unequal) <= MOST_EQUAL * len(pairs)
    )


def measured(
    subjects: Iterable[Stated], method: str, weights: Mapping[str, float]
) -> Iterator[tuple[Stated, Decision | None]]:
    """Yield each question with its numbers combined; None if answers are not numbers.

    `weights` of experts, 1 where an expert has none, count for the mean and the median. Memory
    grows with the number of answers, not with their texts.
    """
    from cotool.consensus.truth.inference import Waiting

    with closing(Waiting()) as waiting:
        for subject in subjects:
            waiting.add(subject)
        scale = Scale([_numbers(own) for own in waiting.votes], weights, method)
        fitted = None
        if method == "weighted" and any(scale.asked):
            fitted = scale.fitted()
        for place, (subject, own) in enumerate(waiting):
            yield subject, scale.decision(place, own, method, fitted, style_of(subject))


def measured_in_batch(
    subjects: Iterable[Stated], weights: Mapping[str, float]
) -> Iterator[tuple[Stated, Decision | None]]:
    """Do the same by the method for a batch of numbers on a scale."""
    return measured(subjects, "mean" if weights else "weighted", weights)


def _numbers(own: Votes) -> list[tuple[str, float]]:
    """Who gave which number; nothing if the answers are of another kind."""
    if own.kind not in NUMBERS:
        return []
    given = [(expert, number_of(value)) for expert, value in own.votes]
    return [(expert, number) for expert, number in given if number is not None]


class Style(NamedTuple):
    """How the numbers of a question are written: $12, 15 km. `unit`: the value of what is 1."""

    before: str = ""
    after: str = ""
    unit: float = 1.0


def style_of(subject: Stated) -> Style:
    """Return how most numbers of a question are written, none if the same is worth different."""
    units: dict[tuple[str, str], list[float]] = {}
    for response, answer in zip(subject.responses, subject.answers, strict=True):
        written = _WRITTEN.fullmatch(response.content.strip())
        value = number_of(answer.value) if answer is not None else None
        number = float(written[2].replace(",", "")) if written is not None else 0.0
        if written is not None and value and number:
            units.setdefault((written[1], written[3] or ""), []).append(value / number)
    if not units:
        return Style()
    (before, after), found = max(units.items(), key=lambda item: len(item[1]))
    alike = max(found) <= min(found) * (1 + 1e-6)
    return Style(before, after, min(found)) if alike and min(found) > 0 else Style()


class Scale:
    """The numbers of all questions: as they are, or their logarithms, but not for a mean."""

    def __init__(
        self,
        asked: Sequence[Sequence[tuple[str, float]]],
        weights: Mapping[str, float],
        method: str,
    ) -> None:
        self.asked, self.weights = asked, weights
        numbers = [number for own in asked for _, number in own]
        middles = sorted(median(number for _, number in own) for own in asked if own)
        few = len(middles) // 40  # that may be far away
        self.is_ratio = (
            method != "mean"
            and bool(middles)
            and min(numbers) > 0
            and middles[-1 - few] > RATIO * middles[few]
        )

    def place(self, number: float) -> float:
        """Where a number is on the scale."""
        return log(number) if self.is_ratio else number

    def number(self, place: float) -> float:
        """The number at a place."""
        return exp(place) if self.is_ratio else place

    def fitted(self) -> Fitted | None:
        """Values, biases and deviations by the Gaussian model; None if there are no numbers."""
        experts = {name: k for k, name in enumerate(sorted({e for o in self.asked for e, _ in o}))}
        fence = fence_of(self.place(number) for own in self.asked for _, number in own)
        columns = array("i"), array("i"), array("d")
        start = array("d")
        asked, copies = without_copies(self.asked)
        for place, own in enumerate(asked):
            places = [self.place(number) for _, number in own]
            near = [where for where in places if fence.holds(where)]
            start.append(median(near if 2 * len(near) >= len(places) else places or [0.0]))
            for (expert, _), where in zip(own, places, strict=True):
                columns[0].append(place)
                columns[1].append(experts[expert])
                columns[2].append(where)
        if not experts:
            return None
        from cotool._fast.truth import gaussian

        return Fitted(experts, gaussian.estimate(*columns, start, len(experts)), copies)

    def decision(
        self, place: int, votes: Votes, method: str, fitted: Fitted | None, style: Style
    ) -> Decision | None:
        """Combine the numbers of a question, and write the result as they are written."""
        own = self.asked[place]
        if not own:
            return None
        places = [self.place(number) for _, number in own]
        if fitted is not None:
            middle, error = fitted.found.values[place], sqrt(fitted.found.errors[place])
            reach, why = NORMAL * fitted.typical(), fitted.words(own)
        else:
            counts = [self.weights.get(expert, 1.0) for expert, _ in own]
            middle, error, reach = _plain(places, counts, method)
            why = ()
        low, high = middle - NORMAL * error, middle + NORMAL * error
        value, part = self.number(middle), self.number(middle + error) - self.number(middle)
        written = _rounded(value / style.unit, part / style.unit)
        said = f"the answers are numbers on a scale, combined by the {_COMBINED[method]}"
        how = ("ratios of the numbers are compared",) if self.is_ratio else ()
        ends = self.number(low) / style.unit, self.number(high) / style.unit
        return Decision(
            method=method,
            scores={},
            explanation=(said, *how, *why),
            measurement=Measurement(
                answer=f"{style.before}{written}{style.after}",
                interval=ends if error > 0 else None,
                place=middle,
                places=self._places(votes.votes),
                reach=reach,
            ),
        )

    def _places(self, votes: Iterable[tuple[str, str]]) -> Mapping[str, float]:
        found = {value: number_of(value) for _, value in votes}
        return {value: self.place(number) for value, number in found.items() if number is not None}


class Fitted:
    """What the Gaussian model found, with the experts by name."""

    def __init__(
        self,
        experts: Mapping[str, int],
        found: gaussian.Estimate,
        copies: Sequence[Sequence[str]],
    ) -> None:
        self.experts, self.found, self.copies = experts, found, copies

    def typical(self) -> float:
        """The deviation of an expert in the middle."""
        return sqrt(median(self.found.spreads))

    def words(self, own: Iterable[tuple[str, float]]) -> tuple[str, ...]:
        """Yield remarks on each expert of a question, the most precise first."""
        rows = sorted(
            (self.found.spreads[self.experts[name]], name) for name in {n for n, _ in own}
        )
        said = [
            f"{name} {self.found.biases[self.experts[name]]:+.3g} ± {sqrt(spread):.3g}"
            for spread, name in rows[:5]
        ]
        same = [f"copies count as one: {', '.join(group)}" for group in self.copies]
        return (*same, "bias and deviation of each expert: " + ", ".join(said))


def _plain(
    places: Sequence[float], counts: Sequence[float], method: str
) -> tuple[float, float, float]:
    """(middle, its standard error, reach) by the numbers of one question alone.

    Numbers that count different amounts are worth as many as their effective number (Kish, 1965).
    """
    if not any(counts):
        counts = [1.0] * len(places)
    total = sum(counts)
    effective = total**2 / sum(count**2 for count in counts)
    if method == "mean":
        middle = sum(c * p for c, p in zip(counts, places, strict=True)) / total
        square = sum(c * (p - middle) ** 2 for c, p in zip(counts, places, strict=True)) / total
        spread = sqrt(square * effective / (effective - 1)) if effective > 1 else 0.0
        return middle, spread / sqrt(effective), NORMAL * spread
    middle = _middle(places, counts)
    spread = ABSOLUTE * _middle([abs(place - middle) for place in places], counts)
    return middle, MEDIAN_ERROR * spread / sqrt(effective), NORMAL * spread


def _middle(places: Sequence[float], counts: Sequence[float]) -> float:
    """The median of numbers that count different amounts."""
    rows = sorted(zip(places, counts, strict=True))
    half, below = sum(counts) / 2, 0.0
    for k, (place, count) in enumerate(rows):
        below += count
        if below > half * (1 + 1e-12):
            return place
        if below >= half * (1 - 1e-12):
            later = (p for p, c in rows[k + 1 :] if c > 0)
            return (place + next(later, place)) / 2
    return rows[-1][0]


def _rounded(number: float, error: float) -> str:
    """The number with the digits that its error leaves certain, and one more."""
    digits = 6 if error <= 0 else 1 - floor(log10(error))
    text = f"{round(number, digits):.{min(max(digits, 0), 12)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
