"""Logs of five kinds: cotool beside ripgrep, grep, lnav, DuckDB, polars, jq and hl, in one run.

    OMP_WAIT_POLICY=passive python bench/logs.py [--size 200MB] [--only WORD] [--write]

The logs are made from a seed; --data adds logs made of loghub's samples (its folders with
*_2k.log). Each round runs each command once, in turn, so that a busy machine slows down all of
them, and those that take longer than a few seconds run only once. The figures are medians.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cotool.logs.options import LogOptions
from cotool.logs.scan.scan import Watch, scan_source
from cotool.logs.scan.sources import find_sources
from log_kinds import Kind, kinds
from results import Report, add_write

if TYPE_CHECKING:
    from collections.abc import Callable

INTRO = """
`OMP_WAIT_POLICY=passive python bench/logs.py --write`, with --size and --rounds as below. The
logs are made by the script. Each round runs each command once, in turn; the figures are medians of
wall time, of CPU time (user and system), and the largest peak of resident memory. A command that
takes longer than four seconds runs once. `cotool` is the whole command with start-up and its JSON
summary: levels, times, histogram and keywords together. `scan` is the kernel with the recognition
of formats in a running Python. "rg errors" and "rg warnings" count one set of keywords each; "rg
levels" counts lines by one regex. `ratio` is the wall time to cotool's. ripgrep maps the file, so
the file counts as resident memory while it runs. DuckDB, polars and jq count records by level and
minute; hl prints those of level error; lnav counts records by level.
"""
SIZE = 1 << 30  # of the log of bench/templates.py
# A command that takes longer than this many seconds is not repeated.
SLOW = 4.0
LIMIT = 40  # seconds after which a command is given up
UNITS = {"": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9,
         "KIB": 1 << 10, "MIB": 1 << 20, "GIB": 1 << 30}  # fmt: skip


class FailedError(Exception):
    """A command ended with an error."""


class Run(NamedTuple):
    """Wall and CPU seconds of a command, and its peak of resident kilobytes."""

    wall: float
    cpu: float
    peak: int


def run(command: list[str]) -> tuple[float, int]:
    """Return the seconds and the peak of resident kilobytes of a command."""
    found = measured(command)
    return found.wall, found.peak


def measured(command: list[str]) -> Run:
    """Run a command, whose output goes through a pipe: GNU grep stops early at /dev/null.

    GNU time starts it, since a process inherits the peak of the one that starts it.
    """
    with tempfile.NamedTemporaryFile("r") as used, tempfile.TemporaryFile() as errors:
        watched = ["/usr/bin/time", "-f", "%U %S %M", "-o", used.name, *command]
        start = time.perf_counter()
        with subprocess.Popen(
            watched, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors,
            start_new_session=True,
        ) as process:  # fmt: skip
            try:
                process.communicate(timeout=LIMIT)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                raise FailedError(f"it took longer than {LIMIT} seconds") from None
        wall = time.perf_counter() - start
        if process.returncode:
            errors.seek(0)
            raise FailedError("it failed: " + errors.read().decode(errors="replace")[-300:].strip())
        user, system, peak = used.read().split()[-3:]
    return Run(wall, float(user) + float(system), int(peak))


def scan(path: Path, threads: int) -> Run:
    """Run the kernel with the recognition of formats, without the command around it."""
    options = LogOptions(num_threads=threads)
    start, begun = time.perf_counter(), time.process_time()
    scan_source(find_sources([path])[0], options, Watch())
    return Run(time.perf_counter() - start, time.process_time() - begun, 0)


def measure(kind: Kind, rounds: int) -> tuple[dict[str, list[Run]], dict[str, str]]:
    """Return all runs by name, and why others are missing.

    The first run of a command finds cold caches and counts only if it is the only one.
    """
    missing = kind.missing()
    calls: dict[str, Callable[[], Run]] = {
        name: lambda command=command: measured(command)
        for name, command in kind.commands.items()
        if name not in missing
    }
    path = kind.scanned
    if path is not None:
        calls["scan"] = lambda: scan(path, 2)
        calls["scan, 1 thread"] = lambda: scan(path, 1)
    found: dict[str, list[Run]] = {}
    for name, call in calls.items():
        try:
            found[name] = [call()]
        except FailedError as error:
            if name.startswith("cotool"):
                raise
            missing[name] = str(error)
    for _ in range(rounds):
        for name, runs in found.items():
            if runs[0].wall <= SLOW:
                runs.append(calls[name]())
    return {name: runs[1:] or runs for name, runs in found.items()}, missing


def table(name: str, kind: Kind, rounds: int, report: Report) -> None:
    """Print the medians of one kind of logs."""
    found, missing = measure(kind, rounds)
    own = statistics.median(one.wall for one in found["cotool"])
    report()
    report(f"### {name}, {kind.size / 1e6:,.0f} MB")
    report()
    report("| | seconds | ratio | GB/s | CPU s | peak MB |")
    report("|---|---|---|---|---|---|")
    for key, runs in found.items():
        wall = statistics.median(one.wall for one in runs)
        cpu = statistics.median(one.cpu for one in runs)
        peak = max(one.peak for one in runs)
        shown = f"{peak / 1024:.0f}" if peak else ""
        rate = kind.size / wall / 1e9
        report(f"| {key} | {wall:.3f} | {wall / own:.2f} | {rate:.2f} | {cpu:.3f} | {shown} |")
    if {"rg errors", "rg warnings"} <= found.keys():
        two = sum(
            statistics.median(x.wall for x in found[f"rg {it}"]) for it in ("errors", "warnings")
        )
        report()
        report(f"rg errors and rg warnings together take {two / own:.2f} times as long as cotool.")
    for key, reason in missing.items():
        report()
        report(f"{key}: left out, because {reason}.")


def bytes_of(text: str) -> int:
    """Return the bytes of a size such as 200MB."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?) *([KMG]I?B)?", text.upper())
    if found is None:
        raise argparse.ArgumentTypeError(f"expected a size such as 200MB, got {text!r}")
    return int(float(found[1]) * UNITS[found[2] or ""])


def main() -> None:
    """Make the logs, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=bytes_of, default="200MB", help="of each log, as in 1GB")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="only kinds with this in their name")
    parser.add_argument("--data", type=Path, help="a folder of loghub's sets")
    parser.add_argument("--work", type=Path, help="an empty folder in which the logs are kept")
    add_write(parser)
    arguments = parser.parse_args()
    os.environ["OMP_WAIT_POLICY"] = "passive"
    report = Report("Logs", INTRO, write=arguments.write and not arguments.only)
    report(f"{arguments.size / 1e6:,.0f} MB per log, {arguments.rounds} rounds.")
    with tempfile.TemporaryDirectory() as folder:
        work = arguments.work or Path(folder)
        work.mkdir(parents=True, exist_ok=True)
        # Compiled modules are kept, as in an installation.
        os.environ["PYTHONPYCACHEPREFIX"] = str(Path(folder) / "compiled")
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        for name, make in kinds(work, arguments.size, arguments.data).items():
            if arguments.only.lower() in name.lower():
                table(name, make(), arguments.rounds, report)
    report.save()


if __name__ == "__main__":
    main()
