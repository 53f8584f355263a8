"""The figures of one measure: count, sum, extremes, and its distribution as a sketch."""

from __future__ import annotations

from collections.abc import Callable

from cotool._fast.logs.measures import UNIT, Cell
from cotool._records import dataclass, field
from cotool.errors import InputError
from cotool.logs.distributions import Distribution
from cotool.logs.measures.model import STATISTICS

# The middle of a bucket differs from each number in it by at most this part of it.
RELATIVE_ERROR = 1 / 128


@dataclass(frozen=True)
class Figures:
    """The figures of a measure in some records. Numbers are in seconds, bytes, or as they are.

    The sum, the least and the greatest number are exact to twelve decimals; quantiles are within
    RELATIVE_ERROR. `distinct`: distinct values of a group; None if they are not counted.
    """

    cell: Cell = field(default_factory=Cell)
    distinct: int | None = None

    def merge(self, other: Figures) -> Figures:
        """Return the figures of both together."""
        return Figures(self.cell.merge(other.cell))

    @property
    def count(self) -> int:
        """The records with a number."""
        return self.cell.count

    @property
    def missing(self) -> int:
        """The records without a value."""
        return self.cell.missing

    @property
    def odd(self) -> int:
        """The records whose value is not a number."""
        return self.cell.odd

    @property
    def parts(self) -> int:
        """The sum of the numbers, in UNIT parts."""
        return self.cell.parts

    @property
    def sum(self) -> float:
        """The sum of the numbers."""
        return self.parts / UNIT

    @property
    def mean(self) -> float | None:
        """The mean; None without numbers."""
        return self.parts / (UNIT * self.count) if self.count else None

    @property
    def least(self) -> float | None:
        """The least number; None without numbers."""
        return self.cell.least_parts / UNIT if self.count else None

    @property
    def greatest(self) -> float | None:
        """The greatest number; None without numbers."""
        return self.cell.greatest_parts / UNIT if self.count else None

    def quantile(self, share: float) -> float | None:
        """Return the least number that a share (0 to 1) of the numbers does not exceed.

        That is the nearest rank, within RELATIVE_ERROR; None without numbers.
        """
        parts = self.cell.quantile(share)
        return None if parts is None else parts / UNIT

    @property
    def distribution(self) -> Distribution:
        """The distribution of the numbers, each within 1/32."""
        return Distribution(self.cell.spread())

    def statistic(self, name: str) -> float | None:
        """Return a statistic by its name: one of STATISTICS, or pNN. Raises InputError."""
        plain: dict[str, Callable[[], float | None]] = {
            "count": lambda: self.count,
            "missing": lambda: self.missing,
            "odd": lambda: self.odd,
            "sum": lambda: self.sum,
            "mean": lambda: self.mean,
            "min": lambda: self.least,
            "max": lambda: self.greatest,
            "distinct": lambda: self.distinct,
        }
        if name in plain:
            return plain[name]()
        share = quantile_share(name)
        if share is None:
            raise InputError(
                f"{name!r} is not a statistic",
                hint=f"{', '.join(STATISTICS)}, distinct, or another pNN",
            )
        return self.quantile(share)


def quantile_share(name: str) -> float | None:
    """Return the share that pNN names: .999 for p99.9; None for another name."""
    if not name.startswith("p"):
        return None
    try:
        number = float(name[1:])
    except ValueError:
        return None
    return number / 100 if 0 <= number <= 100 else None


def or_least(number: float | None) -> float:
    """Return the number, or what is less than every number."""
    return float("-inf") if number is None else number
