"""The work of the commands of `cotool bench`; each function returns the exit code."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cotool.cli.shared.options import MOST_THREADS
from cotool.errors import InputError
from cotool.io.output import STDOUT, open_output
from cotool.io.target import check_writable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyperf import Benchmark

    from cotool.cli.bench.request import Request

_VARIABLES = (
    *("OMP_NUM_THREADS", "OMP_WAIT_POLICY", "OMP_PROC_BIND", "COTOOL_NUM_THREADS", "COTOOL_CPU"),
)
_PACKAGES = ("pyperf", "cryptography", "argon2-cffi", "rich", "typer")


def list_cases(groups: Sequence[str], patterns: Sequence[str], *, as_json: bool) -> int:
    """Print the names of cases."""
    from cotool.benchmarks import GROUPS, find_cases
    from cotool.benchmarks.cases import full_name

    found = find_cases(groups, patterns)
    if as_json:
        rows = [{"case": full_name(case), "threads": case.has_threads} for case in found]
        print(json.dumps({"schema": "cotool.bench.list/1", "groups": GROUPS, "cases": rows}))
        return 0
    group = None
    for case in found:
        if case.group != group:
            print(f"{'' if group is None else chr(10)}{case.group}: {GROUPS[case.group]}")
            group = case.group
        print(f"  {full_name(case)}")
    return 0


def run(request: Request) -> int:
    """Measure cases and print the results."""
    from cotool.benchmarks import limit_of, machine_limits, summarise
    from cotool.cli.bench.table import measured_table

    cases = request.find()
    found = _keep(request.measure(cases, _parse_threads(request.threads)), request.output)
    rows = [summarise(bench) for bench in found]
    if request.output == STDOUT:
        return 0
    limits = machine_limits() if any(row.bytes is not None for row in rows) else {}
    if request.json:
        results = []
        for row in rows:
            limit = limit_of(row, limits)
            stated = {} if limit is None else {"limit": limit[0], "limit_rate": limit[1]}
            results.append({**row.to_dict(), **stated})
        document = {"schema": "cotool.bench.run/1", "results": results, "limits": limits}
        print(json.dumps(document, indent=2))
    else:
        measured_table(rows, limits)
    return 0


def scaling(request: Request) -> int:
    """Measure cases on several numbers of threads."""
    from cotool.benchmarks import scaling as scaled
    from cotool.cli.bench.table import scaling_table

    counts = _parse_threads(request.threads)
    if request.threads is None:
        from cotool.engine import resolve_num_threads

        most = resolve_num_threads()
        counts = [*(2**k for k in range(most.bit_length()) if 2**k < most), most]
    cases = [case for case in request.find() if case.has_threads]
    if not cases:
        raise InputError(
            "these cases use one thread",
            hint="cotool bench list --json shows which cases use several",
        )
    rows = scaled(_keep(request.measure(cases, counts), request.output))
    if request.output == STDOUT:
        return 0
    if request.json:
        found_rows = [row.to_dict() for row in rows]
        print(json.dumps({"schema": "cotool.bench.scaling/1", "results": found_rows}, indent=2))
    else:
        scaling_table(rows)
    return 0


def info(*, as_json: bool) -> int:
    """Print what a result depends on."""
    from importlib.metadata import version

    from cotool import build_info

    found: dict[str, Any] = build_info()
    found["cpu"] = _cpu_model()
    found["cpus"] = os.cpu_count()
    found["load"] = round(os.getloadavg()[0], 2)
    found["packages"] = {name: version(name) for name in _PACKAGES}
    found["environment"] = {name: os.environ.get(name) for name in _VARIABLES}
    if as_json:
        print(json.dumps({"schema": "cotool.bench.info/1", **found}, indent=2))
        return 0
    words = {0: "not built in: one thread only"}
    for name, value in found.items():
        shown = words.get(value, value) if name == "openmp" else value
        if isinstance(shown, bool):
            shown = "yes" if shown else "no"
        if isinstance(shown, dict):
            shown = ", ".join(f"{key} {one}" for key, one in shown.items() if one is not None)
        print(f"{name.replace('_', ' '):<15} {shown or '–'}")
    return 0


def _keep(benchmarks: Iterator[Benchmark], output: str | None) -> list[Benchmark]:
    """Collect results and write them as pyperf's JSON. After Ctrl-C, earlier results are kept."""
    from pyperf import BenchmarkSuite

    if output is not None and output != STDOUT:
        check_writable(Path(output))  # check before minutes of measuring
    found: list[Benchmark] = []
    try:
        found.extend(benchmarks)
    finally:
        if output is not None and found:
            import io

            text = io.StringIO()
            BenchmarkSuite(found).dump(text)
            with open_output(output, data=True) as stream:
                stream.write(text.getvalue())
    return found


def _parse_threads(text: str | None) -> list[int | None]:
    if text is None:
        return [None]
    try:
        counts = sorted({int(word) for word in text.split(",")})
    except ValueError:
        counts = []
    if not counts or counts[0] < 1 or counts[-1] > MOST_THREADS:
        raise InputError(
            f"--threads: expected numbers from 1 to {MOST_THREADS}, such as 1,2,4, got {text!r}"
        )
    return list(counts)


def _cpu_model() -> str | None:
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8") as lines:
            return next(
                line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")
            )
    except (OSError, StopIteration):
        import platform

        return platform.processor() or None
