"""Compare two results, or one result for several numbers of threads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from cotool._records import dataclass
from cotool._typing import TYPE_CHECKING, Any
from cotool.benchmarks.suites import Measured, summarise
from cotool.errors import InputError

if TYPE_CHECKING:
    from pyperf import Benchmark, BenchmarkSuite


@dataclass(frozen=True, slots=True)
class Compared:
    """One case in two suites: medians in seconds; `ratio` above 1 is slower than before.

    `verdict`: "faster", "slower", "unclear" if the difference of the medians is within `spread`,
    the larger of the two relative standard deviations, or "unjudged" if the results come from
    different settings.
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


# What must be the same for two results to be compared: how people call it, and pyperf's key.
_SETTINGS = (("host", "hostname"), ("CPU level", "cotool_cpu_level"))


def differences(old: BenchmarkSuite, new: BenchmarkSuite) -> list[str]:
    """Return how the settings of two results differ, so that their times cannot be compared.

    A setting that a result does not state is not different. The numbers of threads differ if a
    case was measured in both results, but never on the same number.
    """
    found = []
    for name, key in _SETTINGS:
        before, after = (_values(suite, key) for suite in (old, new))
        if before and after and before != after:
            found.append(f"{name} {_joined(before)} against {_joined(after)}")
    ones, others = _by_case(old), _by_case(new)
    threads = {
        f"{_joined(ones[case])} threads against {_joined(others[case])}"
        for case in ones.keys() & others.keys()
        if ones[case].keys().isdisjoint(others[case])
    }
    found += sorted(threads)
    return found


def compare(old: BenchmarkSuite, new: BenchmarkSuite) -> tuple[list[Compared], list[str]]:
    """Compare each case that is in both suites; also return the names that only one has.

    If their settings differ, nothing is judged, and a case is compared even if it ran on other
    numbers of threads. Raises InputError if no case is in both.
    """
    before = {bench.get_name(): summarise(bench) for bench in old.get_benchmarks()}
    after = {bench.get_name(): summarise(bench) for bench in new.get_benchmarks()}
    pairs = [(found, after[name]) for name, found in before.items() if name in after]
    judged = not differences(old, new)
    if not judged:
        ones, others = _by_case(old), _by_case(new)
        pairs += [
            (max(ones[case].items())[1], max(others[case].items())[1])
            for case in ones
            if case in others and ones[case].keys().isdisjoint(others[case])
        ]
    if not pairs:
        raise InputError("no case is in both files")
    compared = {name for one, other in pairs for name in (one.name, other.name)}
    rows = [_judge(one, other, judged=judged) for one, other in pairs]
    return rows, sorted((before.keys() ^ after.keys()) - compared)


def _values(suite: BenchmarkSuite, key: str) -> set[str]:
    """Return what the results of a suite say about a setting; empty if they say nothing."""
    return {str(bench.get_metadata()[key]) for bench in suite if key in bench.get_metadata()}


def _joined(values: Iterable[object]) -> str:
    return " and ".join(map(str, sorted(values, key=str)))


def _by_case(suite: BenchmarkSuite) -> dict[str, dict[int, Measured]]:
    """Return the results of each case by its number of threads."""
    cases: dict[str, dict[int, Measured]] = {}
    for bench in suite:
        found = summarise(bench)
        name = found.name.removesuffix(f"/t{found.threads}")
        cases.setdefault(name, {})[found.threads or 0] = found
    return cases


def _judge(old: Measured, new: Measured, *, judged: bool) -> Compared:
    ratio = new.median / old.median
    spread = max(old.spread, new.spread)
    verdict = "unclear" if judged else "unjudged"
    if judged and abs(ratio - 1) > spread:
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
