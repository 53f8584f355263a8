"""What a template is, with its figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cotool.logs.histogram import Histogram
from cotool.logs.levels import LEVELS

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Parameter:
    """The values that one `<*>` of a template had.

    - `distinct`: how many; `exact` tells whether that, and the counts of `top`, are counted or
      estimated (HyperLogLog with an error of 6.5 %; a sample of the distinct lines).
    - `top`: the most frequent values with their counts.
    - `least`, `greatest`: the range, always exact, where every value was a number.
    - `unit`: of these numbers, where values have one; s or B where they have several.
    - `name`: what the text calls it: `took <ms> ms`, `user=<user>`; None where it does not.
    """

    distinct: int
    exact: bool
    top: tuple[tuple[str, int], ...] = ()
    least: float | None = None
    greatest: float | None = None
    unit: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """A message that lines share, `<*>` in place of what differs between them.

    - `id`: twelve hexadecimal digits of a hash of `form`; a template that a baseline knows keeps
      the id that it has there.
    - `text`: as it is shown; `form`: the same where numbers that never changed, as in "ssh2", are
      parameters too, and lists are one parameter.
    - `count`: records; `levels`: by level; `first_seen`, `last_seen`: seconds since 1970.
    - `timeline`: records by time, in the histogram's last column whatever their level.
    - `examples`: messages as they stand in the logs.
    - `folded`: it stands for messages that are kept apart no longer, because there were too many.
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
        """The most frequent level, of equal ones the most severe that is known."""
        order = (len(LEVELS) - 1, *range(len(LEVELS) - 1))
        return LEVELS[max(order, key=lambda n: (self.levels[LEVELS[n]], n < len(LEVELS) - 1, n))]

    def to_known(self) -> Known:
        """Return what a later run has to know of it."""
        return Known(self.id, self.form, self.text, self.count, self.levels)


@dataclass(frozen=True, slots=True)
class Match:
    """A line's template, and the values of its parameters in the order of `<*>`."""

    template: Template
    parameters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """A template of an earlier run: what it is called, and how often it was seen."""

    id: str
    form: str
    text: str
    count: int
    levels: Mapping[str, int]
