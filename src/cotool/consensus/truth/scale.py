"""Numbers on a scale: their joint value, and its interval."""

from __future__ import annotations

from array import array
from contextlib import closing
from functools import cached_property
from math import exp, floor, log, log10, sqrt

from cotool._lazy import lazy_pattern
from cotool._records import NamedTuple
from cotool._typing import TYPE_CHECKING
from cotool.averages import median
from cotool.consensus.decide.decision import Decision, Measurement
from cotool.consensus.extract.numbers import read_number
from cotool.consensus.truth.recognition import (
    RATIO,
    fence_of,
    number_of,
    numbers_in,
    without_copies,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cotool._fast.truth.posterior import Estimate
    from cotool.consensus.extract.stated import Stated
    from cotool.consensus.truth.inference import Votes

# A number with what is written around it.
_WRITTEN = lazy_pattern(
    r"([^\d\s.,+-]{0,4} ?)([-+]?)(\d+(?:[.,]\d+)*|\.\d+)"
    r"( ?(?:out of|/) ?\d+| ?[^\d\s.,+-][^\d,]{0,11})?"
)
# What the methods compute, in words.
_COMBINED = {"mean": "mean", "median": "median", "weighted": "weighted mean"}
# 95 %.
NORMAL = 1.96


def measured(
    subjects: Iterable[Stated], method: str, weights: Mapping[str, float]
) -> Iterator[tuple[Stated, Decision | None]]:
    """Yield each question with its numbers combined; None if its answers are not numbers.

    `weights` of experts, 1 where an expert has none, count for the mean and the median. Memory
    grows with the number of answers, not with their texts.
    """
    from cotool.consensus.truth.inference import Waiting

    with closing(Waiting()) as waiting:
        for subject in subjects:
            waiting.add(subject)
        scale = Scale(waiting.votes, weights, method)
        for place, (subject, _) in enumerate(waiting):
            yield subject, scale.decision(place, subject)


def method_for(weights: Mapping[str, float]) -> str:
    """The method for numbers on a scale if none is given."""
    return "mean" if weights else "weighted"


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
        read = read_number(written[3]) if written is not None else None
        number = number_of(read.value) if read is not None else None
        if written is not None and value and number:
            sign = -1 if written[2] == "-" else 1
            units.setdefault((written[1], written[4] or ""), []).append(value / number * sign)
    if not units:
        return Style()
    (before, after), found = max(units.items(), key=lambda item: len(item[1]))
    alike = max(found) <= min(found) * (1 + 1e-6)
    return Style(before, after, min(found)) if alike and min(found) > 0 else Style()


class Scale:
    """The numbers of all questions: as they are, or their logarithms, but not for a mean.

    `is_ratio` says that errors are ratios: they are in proportion to the numbers.
    """

    def __init__(
        self, votes: Sequence[Stated | Votes], weights: Mapping[str, float], method: str
    ) -> None:
        self.votes, self.weights, self.method = votes, weights, method
        self.asked = asked = [numbers_in(own.kind, own.votes) for own in votes]
        numbers = [number for own in asked for _, number in own]
        middles = sorted(median(number for _, number in own) for own in asked if own)
        few = len(middles) // 40  # that may be far away
        self.is_ratio = (
            bool(middles) and min(numbers) > 0 and middles[-1 - few] > RATIO * middles[few]
        )

    def place(self, number: float) -> float:
        """Where a number is on the scale."""
        return log(number) if self.is_ratio and self.method != "mean" else number

    def number(self, place: float) -> float:
        """The number at a place."""
        return exp(place) if self.is_ratio and self.method != "mean" else place

    @cached_property
    def _fitted(self) -> Fitted | None:
        """Values, biases and deviations by the Gaussian model; None if there are no numbers."""
        experts = {name: k for k, name in enumerate(sorted({e for o in self.asked for e, _ in o}))}
        fence = fence_of(self.place(number) for own in self.asked for _, number in own)
        columns = array("i"), array("i"), array("d")
        start = array("d")
        asked, copies = without_copies(self.asked)
        for place, own in enumerate(asked):
            places = [self.place(number) for _, number in own]
            near = [where for where in places if fence.holds(where)]
            start.append(median((near if 2 * len(near) >= len(places) else places) or [0.0]))
            for (expert, _), where in zip(own, places, strict=True):
                columns[0].append(place)
                columns[1].append(experts[expert])
                columns[2].append(where)
        if not experts or self.method != "weighted":
            return None
        from cotool._fast.truth import gaussian

        return Fitted(experts, gaussian.estimate(*columns, start, len(experts)), copies)

    @cached_property
    def combined(self) -> Sequence[tuple[float, float, float, float]]:
        """(value, ends of its interval, reach) of each question."""
        if self._fitted is not None:
            found = self._fitted.found
            reach = NORMAL * self._fitted.typical()
            ends = zip(found.values, found.lows, found.highs, strict=True)
            return [(*own, reach) for own in ends]
        places = [[self.place(number) for _, number in own] for own in self.asked]
        counts = [self._counts(own) for own in self.asked]
        effective = [sum(own) ** 2 / sum(c * c for c in own) if own else 0.0 for own in counts]
        if self.method == "mean":
            return _means(places, counts, effective, are_ratios=self.is_ratio)
        return _medians(places, counts, effective)

    def _counts(self, own: Sequence[tuple[str, float]]) -> Sequence[float]:
        """How much each number of a question counts."""
        counts = [self.weights.get(expert, 1.0) for expert, _ in own]
        return counts if any(counts) else [1.0] * len(own)

    def decision(self, place: int, subject: Stated) -> Decision | None:
        """Combine the numbers of a question, and write the result as they are written."""
        own, style = self.asked[place], style_of(subject)
        if not own:
            return None
        middle, low, high, reach = self.combined[place]
        value, error = self.number(middle), (self.number(high) - self.number(middle)) / NORMAL
        written = _rounded(value / style.unit, error / style.unit)
        said = f"the answers are numbers on a scale, combined by the {_COMBINED[self.method]}"
        compared = self.is_ratio and self.method != "mean"
        how = ("ratios of the numbers are compared",) if compared else ()
        why = () if self._fitted is None else self._fitted.words(own)
        return Decision(
            method=self.method,
            scores={},
            explanation=(said, *how, *why),
            measurement=Measurement(
                answer=f"{style.before}{written}{style.after}",
                value=value / style.unit,
                interval=(self.number(low) / style.unit, self.number(high) / style.unit)
                if low < high
                else None,
                place=middle,
                places=self._places(self.votes[place].votes),
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
        found: Estimate,
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


def _means(
    places: Sequence[Sequence[float]],
    counts: Sequence[Sequence[float]],
    effective: Sequence[float],
    *,
    are_ratios: bool,
) -> list[tuple[float, float, float, float]]:
    """(mean, ends of its interval, reach) of each question; `effective` is Kish's number."""
    from cotool.consensus.truth import intervals

    middles, squares = [], []
    for own, count in zip(places, counts, strict=True):
        total = sum(count) or 1.0
        middle = sum(c * p for c, p in zip(count, own, strict=True)) / total
        square = sum(c * (p - middle) ** 2 for c, p in zip(count, own, strict=True)) / total
        middles.append(middle)
        squares.append(square / middle**2 if are_ratios and own else square)
    units = [middle if are_ratios else 1.0 for middle in middles]
    return [
        (middle, middle - half * unit, middle + half * unit, NORMAL * sqrt(variance) * unit)
        for middle, unit, (variance, half) in zip(
            middles, units, intervals.of_means(squares, effective), strict=True
        )
    ]


def _medians(
    places: Sequence[Sequence[float]],
    counts: Sequence[Sequence[float]],
    effective: Sequence[float],
) -> list[tuple[float, float, float, float]]:
    """Do the same for the median."""
    from cotool.consensus.truth.intervals import MedianIntervals

    middles = [
        _middle(own, count) if own else 0.0 for own, count in zip(places, counts, strict=True)
    ]
    found = MedianIntervals(places, middles)
    halves = [found.half(max(round(count), 1)) for count in effective]
    return [
        (middle, middle - half, middle + half, NORMAL * found.deviation)
        for middle, half in zip(middles, halves, strict=True)
    ]


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
    """The number with the digits that its error leaves certain, and one more; two at least."""
    digits = 6 if error <= 0 else 1 - floor(log10(error))
    if number:
        digits = max(digits, min(6, 1 - floor(log10(abs(number)))))
    text = f"{round(number, digits):.{min(max(digits, 0), 12)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
