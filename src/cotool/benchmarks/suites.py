"""Run cases, each as a pyperf program, and read their results."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from cotool._records import dataclass
from cotool._typing import TYPE_CHECKING, Any
from cotool.benchmarks.cases import full_name
from cotool.errors import CotoolError, InputError
from cotool.io.json_documents import read_document

if TYPE_CHECKING:
    from pyperf import Benchmark, BenchmarkSuite

    from cotool.benchmarks.cases import Case


@dataclass(frozen=True, slots=True)
class Measured:
    """One result: seconds per call (mean, standard deviation, median, fastest) and the work."""

    name: str
    mean: float
    deviation: float
    median: float
    fastest: float
    values: int
    threads: int | None
    bytes: int | None
    items: int | None

    @property
    def spread(self) -> float:
        """The standard deviation as a share of the mean."""
        return self.deviation / self.mean if self.mean else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object."""
        return {**asdict(self), "spread": self.spread}


def run_cases(
    cases: Sequence[Case],
    *,
    threads: Sequence[int | None] = (None,),
    speed: str | None = None,
    own_input: Path | None = None,
    started: Callable[[str], None] = lambda _: None,
) -> Iterator[Benchmark]:
    """Yield a pyperf benchmark for each case and number of threads.

    Args:
        cases: what to measure.
        threads: numbers of threads, None for all. A case without threads runs once.
        speed: "fast", "rigorous", or None for pyperf's default.
        own_input: the user's file instead of generated data.
        started: called with the name of each case that begins.

    Raises CotoolError if a case fails.

    """
    with tempfile.TemporaryDirectory(prefix="cotool-bench-") as folder:
        for case in cases:
            for count in threads if case.has_threads else threads[:1]:
                started(full_name(case, count))
                yield _run(case, count, speed, own_input, Path(folder))


def _run(
    case: Case, threads: int | None, speed: str | None, own_input: Path | None, folder: Path
) -> Benchmark:
    result = folder / "result.json"
    result.unlink(missing_ok=True)
    command = [sys.executable, "-m", "cotool.benchmarks", "--quiet", "--output", str(result)]
    command += ["--case", full_name(case), "--folder", str(folder)]
    command += [f"--{speed}"] if speed else []
    command += ["--threads", str(threads)] if threads else []
    command += ["--input", str(own_input.absolute())] if own_input else []
    # The program is this package, and its arguments have been checked.
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode or not result.exists():
        lines = done.stderr.strip().splitlines() or ["no result"]
        named = [line for line in lines if "Error: " in line and "pyperf" not in line] or lines
        raise CotoolError(f"{full_name(case)}: {named[0].split('Error: ', 1)[-1]}")
    return read_suite(str(result)).get_benchmarks()[0]


def read_suite(path: str) -> BenchmarkSuite:
    """Read a file of pyperf. Raises InputError."""
    import pyperf

    hint = "make one with cotool bench run -o FILE"
    document = read_document(path, hint=hint)
    try:
        return pyperf.BenchmarkSuite.loads(json.dumps(document))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError(f"{path}: is not a result of pyperf", hint=hint) from None


def summarise(benchmark: Benchmark) -> Measured:
    """Return the result of a benchmark."""
    values = benchmark.get_values()
    known = benchmark.get_metadata()
    return Measured(
        benchmark.get_name(),
        benchmark.mean(),
        benchmark.stdev() if len(values) > 1 else 0.0,
        benchmark.median(),
        min(values),
        len(values),
        known.get("cotool_threads"),
        known.get("cotool_bytes"),
        known.get("cotool_items"),
    )
