"""Compare two results, or one result for several numbers of threads."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from cotool.benchmarks.suites import Measured, summarise
from cotool.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyperf import Benchmark, BenchmarkSuite


@dataclass(frozen=True, slots=True)
class Compared:
    """One case in two suites: medians in seconds; `ratio` above 1 is slower than before.

    `verdict`: "faster", "slower", or "unclear" if the difference of the medians is within `spread`,
    the larger of the two relative standard deviations.
    """

    name: str
    old: float
    new: float
    ratio: float
    spread: float
    verdict: str

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Scaled:
    """One case with a number of threads: speed-up over the fewest, and its share of the ideal."""

    name: str
    threads: int
    median: float
    speedup: float
    efficiency: float

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object."""
        return asdict(self)


def compare(old: BenchmarkSuite, new: BenchmarkSuite) -> tuple[list[Compared], list[str]]:
    """Compare each case that is in both suites; also return the names that only one has.

    Raises InputError if no case is in both.
    """
    before = {bench.get_name(): summarise(bench) for bench in old.get_benchmarks()}
    after = {bench.get_name(): summarise(bench) for bench in new.get_benchmarks()}
    rows = [_judge(found, after[name]) for name, found in before.items() if name in after]
    if not rows:
        raise InputError("no case is in both files")
    return rows, sorted(before.keys() ^ after.keys())


def _judge(old: Measured, new: Measured) -> Compared:
    ratio = new.median / old.median
    spread = max(old.spread, new.spread)
    verdict = "unclear"
    if abs(ratio - 1) > spread:
        verdict = "slower" if ratio > 1 else "faster"
    return Compared(new.name, old.median, new.median, ratio, spread, verdict)


def scaling(benchmarks: Iterable[Benchmark]) -> list[Scaled]:
    """Return the speed-up of each case by threads, against its run with the fewest."""
    first: dict[str, Measured] = {}
    rows = []
    for bench in benchmarks:
        found = summarise(bench)
        name = found.name.rpartition("/t")[0]
        threads = found.threads or 1
        base = first.setdefault(name, found)
        speedup = base.median / found.median
        ideal = threads / (base.threads or 1)
        rows.append(Scaled(name, threads, found.median, speedup, speedup / ideal))
    return rows
