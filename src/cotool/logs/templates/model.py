"""What a template is, with its figures."""

from __future__ import annotations

from collections.abc import Mapping

from cotool._records import dataclass, field
from cotool.logs.distributions import Distribution
from cotool.logs.histogram import Histogram
from cotool.logs.levels import LEVELS
from cotool.logs.number_changes import Numbers


@dataclass(frozen=True, slots=True)
class Parameter:
    """The values that one `<*>` of a template had.

    - `distinct`: the number of different values; `exact`: whether that and the counts of `top` are
      exact or estimated (by HyperLogLog with an error of 6.5 %, and a sample of the lines).
    - `top`: the most frequent values with their counts.
    - `least`, `greatest`: the range, always exact, if every value was a number.
    - `distribution`: the distribution of these numbers, within 1/32 of each; empty if unknown.
    - `unit`: the unit of these numbers, if they have one; s or B if they have several.
    - `name`: its name in the text, as in `took <ms> ms` and `user=<user>`; None without one.
    """

    distinct: int
    exact: bool
    top: tuple[tuple[str, int], ...] = ()
    least: float | None = None
    greatest: float | None = None
    unit: str | None = None
    name: str | None = None
    distribution: Distribution = field(default_factory=Distribution, repr=False)

    def quantile(self, share: float) -> float | None:
        """Return the number below which a share (0 to 1) of the numbers lies, within 1/32."""
        number = self.distribution.quantile(share)
        if number is None or self.least is None or self.greatest is None:
            return None
        return min(max(number, self.least), self.greatest)

    def to_numbers(self) -> Numbers:
        """Return what the numbers are compared by with those of another run."""
        return Numbers(
            self.name, self.unit, self.distribution, self.quantile(0.5), self.quantile(0.99),
            self.distinct,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Template:
    """A message that lines share, with `<*>` in place of the parts that differ.

    - `id`: twelve hexadecimal digits of a hash of `form`; a template of the baseline keeps its id.
    - `text`: the template as it is shown; `form`: the same, but numbers that never changed, as in
      "ssh2", are parameters too, and a list is one parameter.
    - `count`: records; `levels`: records by level; `first_seen`, `last_seen`: seconds since 1970.
    - `timeline`: records by time, all of them in the histogram's last column.
    - `examples`: messages as they are in the logs.
    - `folded`: it combines messages that are no longer distinguished, because there were too many.
    """

    id: str
    text: str
    form: str
    count: int
    levels: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(LEVELS, 0))
    first_seen: int | None = None
    last_seen: int | None = None
    timeline: Histogram = field(default_factory=Histogram)
    parameters: tuple[Parameter, ...] = ()
    examples: tuple[str, ...] = ()
    folded: bool = False

    @property
    def level(self) -> str:
        """The most frequent level; of equally frequent ones, the most severe."""
        order = (len(LEVELS) - 1, *range(len(LEVELS) - 1))
        return LEVELS[max(order, key=lambda n: (self.levels[LEVELS[n]], n < len(LEVELS) - 1, n))]

    def to_known(self) -> Known:
        """Return what a later run must know about it."""
        numbers = tuple(parameter.to_numbers() for parameter in self.parameters)
        return Known(self.id, self.form, self.text, self.count, self.levels, numbers)


@dataclass(frozen=True, slots=True)
class Match:
    """A line's template, and the values of its parameters in the order of `<*>`."""

    template: Template
    parameters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """A template of an earlier run: its id, its text, and how often it was seen."""

    id: str
    form: str
    text: str
    count: int
    levels: Mapping[str, int]
    numbers: tuple[Numbers, ...] = ()
