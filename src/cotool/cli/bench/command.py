"""`cotool bench`: its commands."""

import json as json_
import os
from collections.abc import Iterator
from pathlib import Path

from cotool._typing import TYPE_CHECKING, Annotated, Any
from cotool.cli.bench.compare import CompareOptions, compare_results
from cotool.cli.bench.request import CASES, GROUPS, JSON, BenchFlags
from cotool.cli.shared.commands import App
from cotool.cli.shared.options import argument
from cotool.cli.shared.report_options import shown_format
from cotool.engine import check_threads
from cotool.errors import InputError
from cotool.io.output import STDOUT, open_output
from cotool.io.target import check_writable

if TYPE_CHECKING:
    from pyperf import Benchmark

app = App()
commands = app.group(
    "bench",
    no_args_is_help=True,
    help="Measure how fast cotool is on this machine, with pyperf, and compare results.\n\n"
    "A case is one piece of work, such as the similarity of 600 texts; pyperf repeats and times "
    "it in fresh processes.",
    epilog="""Examples:

cotool bench run --group similarity --fast -o now.json

cotool bench compare before.json now.json --fail-above 5%

cotool bench compare before.json now.json -o report.html --open

cotool bench scaling --group logs --fast

cotool bench run --group logs --input /var/log/syslog
""",
)


_VARIABLES = (
    *("OMP_NUM_THREADS", "OMP_WAIT_POLICY", "OMP_PROC_BIND", "COTOOL_NUM_THREADS", "COTOOL_CPU"),
)
_PACKAGES = ("pyperf", "cryptography", "argon2-cffi", "rich", "typer")


@commands.command("list", epilog="Example:  cotool bench list --group vault")
def list_cases(
    *, groups: list[str] | None = GROUPS, cases: list[str] | None = CASES, json: bool = JSON
) -> None:
    """List the cases and what they measure."""
    from cotool.benchmarks import GROUPS as TEXTS
    from cotool.benchmarks import find_cases
    from cotool.benchmarks.cases import full_name

    found = find_cases(groups or [], cases or [])
    if json:
        rows = [{"case": full_name(case), "threads": case.has_threads} for case in found]
        print(json_.dumps({"schema": "cotool.bench.list/1", "groups": TEXTS, "cases": rows}))
        return
    group = None
    for case in found:
        if case.group != group:
            print(f"{'' if group is None else chr(10)}{case.group}: {TEXTS[case.group]}")
            group = case.group
        print(f"  {full_name(case)}")


@commands.command("run", epilog="Example:  cotool bench run --group logs --fast -o now.json")
def run(*, flags: BenchFlags) -> None:
    """Measure cases. pyperf's compare_to, hist and stats can read the --output file.

    Options can also be set in COTOOL_BENCH_* variables (COTOOL_BENCH_GROUP) and in config.toml.
    """
    from cotool.benchmarks import limit_of, machine_limits, summarise
    from cotool.cli.bench.table import measured_table

    cases = flags.find()
    found = _keep(flags.measure(cases, _parse_threads(flags.threads)), flags.output)
    rows = [summarise(bench) for bench in found]
    if flags.output == STDOUT:
        return
    limits = machine_limits() if any(row.bytes is not None for row in rows) else {}
    if flags.json:
        results = []
        for row in rows:
            limit = limit_of(row, limits)
            stated = {} if limit is None else {"limit": limit[0], "limit_rate": limit[1]}
            results.append({**row.to_dict(), **stated})
        document = {"schema": "cotool.bench.run/1", "results": results, "limits": limits}
        print(json_.dumps(document, indent=2))
    else:
        measured_table(rows, limits)


@commands.command(
    "compare", epilog="Example:  cotool bench compare old.json new.json --fail-above 5%"
)
def compare(
    old: Annotated[str, argument("OLD", "The earlier result of `bench run -o`.")],
    new: Annotated[str, argument("NEW", "The later result.")],
    *,
    options: CompareOptions,
) -> int:
    """Compare two results, case by case.

    A case is faster or slower only if the difference of the medians is larger than the spread,
    which is the larger of the two standard deviations.
    """
    return compare_results(old, new, options)


@commands.command("scaling", epilog="Example:  cotool bench scaling -c '*/cosine/600x*' --fast")
def scaling(*, flags: BenchFlags) -> None:
    """Measure cases on 1, 2, 4 … threads: the speed-up and its share of the ideal."""
    from cotool.benchmarks import scaling as scaled
    from cotool.cli.bench.table import scaling_table

    counts = _parse_threads(flags.threads)
    if flags.threads is None:
        from cotool.engine import resolve_num_threads

        most = resolve_num_threads()
        counts = [*(2**k for k in range(most.bit_length()) if 2**k < most), most]
    cases = [case for case in flags.find() if case.has_threads]
    if not cases:
        raise InputError(
            "these cases use one thread",
            hint="cotool bench list --json shows which cases use several",
        )
    rows = scaled(_keep(flags.measure(cases, counts), flags.output))
    if flags.output == STDOUT:
        return
    if flags.json:
        found_rows = [row.to_dict() for row in rows]
        print(json_.dumps({"schema": "cotool.bench.scaling/1", "results": found_rows}, indent=2))
    else:
        scaling_table(rows)


@commands.command("info", epilog="Example:  cotool bench info --json")
def info(*, json: bool = JSON) -> None:
    """Show what was compiled in, what this machine uses, and the versions of dependencies."""
    from importlib.metadata import version

    from cotool import build_info

    found: dict[str, Any] = build_info()
    found["cpu"] = _cpu_model()
    found["cpus"] = os.cpu_count()
    found["load"] = round(os.getloadavg()[0], 2)
    found["packages"] = {name: version(name) for name in _PACKAGES}
    found["environment"] = {name: os.environ.get(name) for name in _VARIABLES}
    if json:
        print(json_.dumps({"schema": "cotool.bench.info/1", **found}, indent=2))
        return
    words = {0: "not built in: one thread only"}
    for name, value in found.items():
        shown = words.get(value, value) if name == "openmp" else value
        if isinstance(shown, bool):
            shown = "yes" if shown else "no"
        if isinstance(shown, dict):
            shown = ", ".join(f"{key} {one}" for key, one in shown.items() if one is not None)
        print(f"{name.replace('_', ' '):<15} {shown or '–'}")


def _keep(benchmarks: "Iterator[Benchmark]", output: str | None) -> "list[Benchmark]":
    """Collect results and write them as pyperf's JSON. After Ctrl-C, earlier results are kept."""
    from pyperf import BenchmarkSuite

    shown_format(output, ("json",))
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
        raise InputError(
            f"expected numbers such as 1,2,4, got {text!r}", parameter="threads"
        ) from None
    for count in counts:
        check_threads(count, "threads")
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
