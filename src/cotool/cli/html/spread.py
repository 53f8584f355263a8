"""The distribution of a number over time: a heat map on a logarithmic scale, with quantiles."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from cotool._records import NamedTuple
from cotool._typing import TYPE_CHECKING
from cotool.cli.html.markup import Html, element, join
from cotool.cli.html.parts import chart, plain_table
from cotool.cli.html.timeline import moments
from cotool.text import quantity

if TYPE_CHECKING:
    from cotool.logs.distributions import Distribution
    from cotool.logs.report.clock import Clock

COLUMNS = 96  # of the map at most
_ROWS = 28
_QUANTILES = (("p50", 0.5), ("p90", 0.9), ("p99", 0.99))
# Units of the drawing: the names of rows, a cell, the whole width.
_LEFT, _WIDTH, _ROW = 84, 760, 9
_TICKS = 6
_FAINTEST = 0.12


class Interval(NamedTuple):
    """A time interval: when it begins, and its numbers."""

    start: int
    numbers: Distribution


def spread(name: str, unit: str, width: int, parts: Sequence[Interval], clock: Clock) -> Html:
    """Return the map of a measure; `width`: the seconds of each part, of which some are missing."""
    known = [part for part in parts if part.numbers.size]
    if not known:
        return join()
    map_ = _Map([part.numbers for part in known], parts[0].start, parts[-1].start, width)
    starts = (map_.first + n * width for n in range(map_.columns))
    labels = moments(starts, width, clock)
    counts = map_.counts(known)
    most = max(counts.values())
    drawn = [
        element(
            "rect", x=f"{map_.x(x):.2f}", y=map_.y(y + 1), width=f"{map_.cell:.2f}", height=_ROW,
            fill_opacity=f"{_FAINTEST + (1 - _FAINTEST) * math.sqrt(times / most):.2f}",
            data_x=x, data_y=y, data_tip=f"{labels[x]}, {map_.text(y, unit)}: {times:,}",
        )
        for (x, y), times in sorted(counts.items())
    ]  # fmt: skip
    drawn += [
        element("path", class_=f"line {label}", d=map_.line(known, share))
        for label, share in _QUANTILES
    ]
    drawn += [
        element("text", quantity(number, unit), class_="tick", x=_LEFT - 8,
                y=map_.y(map_.place(number)) + 4)
        for number in map_.ticks()
    ]  # fmt: skip
    drawn.append(
        element("rect", class_="cursor", width=f"{map_.cell:.2f}", height=_ROW, visibility="hidden")
    )
    label = f"Distribution of {name} over time"
    picture = element(
        "svg", join(*drawn), viewBox=f"0 -4 {_LEFT + _WIDTH + 2} {map_.rows * _ROW + 10}",
        role="img", aria_label=label,
    )  # fmt: skip
    ends = sorted({0, map_.columns // 2, map_.columns - 1})
    readings = element(
        "div", picture,
        element("div", *(element("span", labels[n]) for n in ends), class_="axis-labels"),
        class_="spread", tabindex="0", role="application",
        aria_label=f"{label}: arrow keys move from cell to cell",
    )  # fmt: skip
    legend = element(
        "p",
        *(element("span", label, class_=f"key {label}") for label, _ in _QUANTILES),
        "the stronger the colour, the more values",
        class_="note spread-key",
    )
    return chart(readings, below=legend, table=_table(known, unit, width, clock))


class _Map:
    """Columns of time, and rows of equal ratios; the first row is for numbers that are not above 0.

    `rest` is 1 if there is such a row, else 0.
    """

    def __init__(self, found: Sequence[Distribution], first: int, last: int, width: int) -> None:
        numbers = [number for one in found for number, _ in one.counts]
        above = [number for number in numbers if number > 0]
        low, high = math.log2(min(above, default=1.0)), math.log2(max(above, default=1.0))
        # Four rows for a factor of two, or fewer if the range is wide.
        self._per_octave = 4.0
        while (high - low) * self._per_octave > _ROWS - 2:
            self._per_octave /= 2
        self._lowest = math.floor(low * self._per_octave)
        self.rest = int(len(above) < len(numbers))
        self.rows = math.floor(high * self._per_octave) - self._lowest + 1 + self.rest
        self.first, self._width = first, width
        self.columns = (last - first) // width + 1
        self.cell = _WIDTH / self.columns

    def x(self, column: float) -> float:
        """Return where a column begins."""
        return _LEFT + column * self.cell

    def y(self, row: float) -> float:
        """Return the height of the lower end of a row."""
        return round((self.rows - row) * _ROW, 1)

    def place(self, number: float) -> float:
        """Return where a number is, in rows from below."""
        if number <= 0:
            return 0.5
        return math.log2(number) * self._per_octave - self._lowest + self.rest

    def ticks(self) -> list[float]:
        """Return round numbers to label: powers of ten, with their halves and fifths if few."""
        low, high = self.bound(self.rest), self.bound(self.rows)
        powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        for parts in ((1, 2, 5), (1,)):
            found = [part * 10.0**power for power in powers for part in parts]
            found = [number for number in found if low <= number <= high]
            if len(found) <= _TICKS:
                break
        return found[:: -(-len(found) // _TICKS)] if found else [low]

    def bound(self, row: int) -> float:
        """Return the least number of a row."""
        return float(2.0 ** ((row - self.rest + self._lowest) / self._per_octave))

    def text(self, row: int, unit: str) -> str:
        """Return the range of a row as text."""
        if row < self.rest:
            return "0 or less"
        return f"{quantity(self.bound(row), unit)} to {quantity(self.bound(row + 1), unit)}"

    def counts(self, parts: Sequence[Interval]) -> Mapping[tuple[int, int], int]:
        """Return how many numbers each cell has, by column and row."""
        cells: dict[tuple[int, int], int] = {}
        for part in parts:
            for number, times in part.numbers.counts:
                row = min(self.rows - 1, max(0, math.floor(self.place(number))))
                place = (part.start - self.first) // self._width, row
                cells[place] = cells.get(place, 0) + times
        return cells

    def line(self, parts: Sequence[Interval], share: float) -> str:
        """Return the path of a quantile, with gaps where there are no numbers."""
        path = ""
        before = None
        for part in parts:
            column = (part.start - self.first) // self._width
            y = self.y(self.place(part.numbers.quantile(share) or 0.0))
            joined = "L" if before == column - 1 else "M"
            path += f"{joined}{self.x(column):.1f} {y}H{self.x(column + 1):.1f}"
            before = column
        return path


def _table(parts: Sequence[Interval], unit: str, width: int, clock: Clock) -> Html:
    labels = moments((part.start for part in parts), width, clock)
    rows = [
        [
            label,
            f"{part.numbers.size:,}",
            *(quantity(part.numbers.quantile(share) or 0.0, unit) for _, share in _QUANTILES),
        ]
        for label, part in zip(labels, parts, strict=True)
    ]
    heads = ("start", "values", *(label for label, _ in _QUANTILES))
    return plain_table("Quantiles over time", heads, rows)
