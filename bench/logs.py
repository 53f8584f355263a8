"""A log of 1 GiB: cotool compared with ripgrep, grep, awk and wc, in one run.

    OMP_WAIT_POLICY=passive python bench/logs.py [--data LOGHUB] [--work FOLDER] [--write]

LOGHUB has folders with *_2k.log. Their lines are repeated, one day later each time, until there is
a gigabyte. Without LOGHUB, the logs of tests/logs/families are repeated. Each round runs each
command once, in turn, so that a busy machine slows down all of them. The values are medians of wall
time, and the largest peak of resident memory of all rounds. `scan` is the kernel alone, without
starting Python.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from cotool.benchmarks.inputs import made_systems
from cotool.logs.options import LogOptions
from cotool.logs.patterns.patterns import compile_pattern
from cotool.logs.scan.scan import Watch, scan_source
from cotool.logs.scan.sources import find_sources
from log_kinds import kinds
from results import Report, add_write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

INTRO = """
A log of 1 GiB, made of the eight loghub sets (`mixed`) or of one (`HDFS`), with one day added at
each repetition: `OMP_WAIT_POLICY=passive python bench/logs.py --data LOGHUB --rounds 7 --write`.
Each round runs each command once, on 2 virtual cores of an AMD EPYC with AVX-512; the values are
medians. `scan` is the kernel with format recognition in a running Python. `cotool` is the whole
command with start-up (0.09 s) and its JSON summary: levels, times, histogram and keywords
together. The log of sixteen systems and the other kinds of logs are made by the script; ratios are
those of wall time to cotool's. "rg errors" and "rg warnings" count one set of keywords each.
ripgrep maps the file, so the file counts as resident memory while it runs.
"""

ROOT = Path(__file__).parent.parent
SIZE = 1 << 30
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
LITERALS = (
    *("terminating", "blockMap", "authentication", "Invalid user", "MRAppMaster", "parity error"),
    *("Step_LSC", "workerEnv", "executor", "session opened"),
)
REGEXES = (
    *(r"blk_-?\d+ terminating", r"src: /[\d.]+:\d+ dest", r"Invalid user \w+ from [\d.]+"),
    *(r"authentication failure; .* rhost=\S+", r"attempt_\d+_\d+", r"onExtend:\d+ \d+"),
    *(r"parity error (?:corrected|detected)", r"child \d+ in", r"stage \d+\.\d+ \(TID \d+\)"),
    r"session (?:opened|closed) for user \w+",
)
AWK = """
match($0, /TRACE|DEBUG|INFO|NOTICE|WARN(ING)?|ERROR|SEVERE|FATAL|\\[notice\\]|\\[error\\]/) {
    levels[substr($0, RSTART, RLENGTH)]++
}
END { for (level in levels) print level, levels[level] }
"""

# Forms of times at the start of lines: what is matched, how it is read and written.
FORMS = (
    (rb"\[(\w{3} \w{3} \d\d \d\d:\d\d:\d\d \d{4})\]", "%a %b %d %H:%M:%S %Y"),
    (rb"(\d{6} \d{6}) ", "%y%m%d %H%M%S"),
    (rb"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)", "%Y-%m-%d %H:%M:%S"),
    (rb"(\d\d/\d\d/\d\d \d\d:\d\d:\d\d)", "%y/%m/%d %H:%M:%S"),
    (rb"(\d{8})-\d", "%Y%m%d"),
    (rb"(\w{3} [ \d]\d \d\d:\d\d:\d\d) ", "%b %d %H:%M:%S"),
)


def pieces(line: bytes) -> tuple[bytes, datetime | int | None, str, bytes]:
    """What precedes the time of a line, the time, its form, and what follows it."""
    for regex, form in FORMS:
        if found := re.match(regex, line):
            text = found[1].decode()
            if form.startswith("%b"):  # a leap year
                moment = datetime.strptime(f"2004 {text}", f"%Y {form}").replace(tzinfo=UTC)
            else:
                moment = datetime.strptime(text, form).replace(tzinfo=UTC)
            return line[: found.start(1)], moment, form, line[found.end(1) :]
    if found := re.match(rb"(\S+ )(\d{10})(?= )", line):
        return found[1], int(found[2]), "", line[found.end() :]
    return line, None, "", b""


def make_log(logs: list[Path], target: Path) -> None:
    """Write SIZE bytes: all lines of the logs again and again, each time a day later."""
    lines = [
        pieces(line if line.endswith(b"\n") else line + b"\r\n")
        for log in logs
        for line in log.read_bytes().splitlines(keepends=True)
    ]
    with target.open("wb") as file:
        day = 0
        while file.tell() < SIZE:
            written: dict[tuple[datetime, str], bytes] = {}
            parts = []
            for before, moment, form, after in lines:
                if isinstance(moment, datetime):
                    key = (moment, form)
                    if key not in written:
                        shifted = moment + timedelta(days=day)
                        text = shifted.strftime(form)
                        if form.startswith("%b"):
                            text = f"{MONTHS[shifted.month - 1]} {shifted.day:2d}{text[6:]}"
                        written[key] = text.encode()
                    parts += [before, written[key], after]
                elif moment is not None:
                    parts += [before, str(moment + 86400 * day).encode(), after]
                else:
                    parts.append(before)
            file.write(b"".join(parts))
            day += 1


def run(command: list[str]) -> tuple[float, int]:
    """Seconds and peak resident kilobytes of a command, whose output goes through a pipe.

    GNU grep stops early where its output goes to /dev/null.
    """
    with tempfile.NamedTemporaryFile("r") as peak:
        watched = ["/usr/bin/time", "-f", "%M", "-o", peak.name, *command]
        start = time.perf_counter()
        subprocess.run(watched, capture_output=True, check=True)
        return time.perf_counter() - start, int(peak.read().split()[-1])


def scan(
    path: str, threads: int, patterns: tuple[str, ...] = ()
) -> Callable[[], tuple[float, int]]:
    """The kernel with the recognition of formats, without the command around it."""
    options = LogOptions(
        num_threads=threads, patterns=tuple(compile_pattern(text, text) for text in patterns)
    )

    def once() -> tuple[float, int]:
        start = time.perf_counter()
        scan_source(find_sources([path])[0], options, Watch())
        return time.perf_counter() - start, 0

    return once


def commands(path: str) -> Iterator[tuple[str, Callable[[], tuple[float, int]]]]:
    """Each thing that is measured, under its name."""
    cotool = [sys.executable, "-m", "cotool", "analyze-logs", path, "--json", "--no-progress"]
    given = {
        "rg errors": ["rg", "-c", "-i", "error|exception|failed", path],
        "rg warnings": ["rg", "-c", "-i", "warn", path],
        "rg levels of every line": ["rg", "-c", r"\b(?:INFO|WARN|ERROR|FATAL|notice)\b", path],
        "rg 10 literals": ["rg", "-c", *(x for text in LITERALS for x in ("-e", text)), path],
        "rg 10 regexes": ["rg", "-c", *(x for text in REGEXES for x in ("-e", text)), path],
        "grep errors": ["grep", "-c", "-i", "-E", "error|exception|failed", path],
        "awk levels": ["awk", AWK, path],
        "wc -l": ["wc", "-l", path],
        "cotool": cotool,
        "cotool, 1 thread": [*cotool, "--threads", "1"],
        "cotool 10 literals": [*cotool, *(x for text in LITERALS for x in ("-e", text))],
        "cotool 10 regexes": [*cotool, *(x for text in REGEXES for x in ("-e", text))],
    }
    for name, command in given.items():
        if shutil.which(command[0]) is None:
            print(f"{command[0]} is not installed: {name} is left out", file=sys.stderr)
            continue
        yield name, lambda command=command: run(command)
    yield "scan", scan(path, 2)
    yield "scan, 1 thread", scan(path, 1)
    yield "scan 10 literals", scan(path, 2, LITERALS)
    yield "scan 10 regexes", scan(path, 2, REGEXES)


def table(name: str, path: str, rounds: int, report: Report) -> None:
    """Print a table of medians for one log."""
    size = Path(path).stat().st_size
    measured = dict(commands(path))
    seconds: dict[str, list[float]] = {key: [] for key in measured}
    memory = dict.fromkeys(measured, 0)
    for number in range(rounds):
        for key, once in measured.items():
            if number == 0:
                once()  # the first run of a command finds cold caches
            taken, peak = once()
            seconds[key].append(taken)
            memory[key] = max(memory[key], peak)
    medians = {key: statistics.median(values) for key, values in seconds.items()}
    report()
    report(f"### {name}, {size / 1e9:.2f} GB\n\n| | seconds | GB/s | peak MB |\n|---|---|---|---|")
    for key, median in medians.items():
        peak = f"{memory[key] / 1024:.0f}" if memory[key] else ""
        report(f"| {key} | {median:.3f} | {size / median / 1e9:.2f} | {peak} |")
    if "rg errors" in medians:
        two = medians["rg errors"] + medians["rg warnings"]
        ratios = {
            "two rg runs / cotool": two / medians["cotool"],
            "two rg runs / scan": two / medians["scan"],
            "rg 10 literals / cotool": medians["rg 10 literals"] / medians["cotool 10 literals"],
            "rg 10 regexes / cotool": medians["rg 10 regexes"] / medians["cotool 10 regexes"],
        }
        report()
        report(" · ".join(f"{key}: {ratio:.2f}" for key, ratio in ratios.items()))


def kind_table(
    name: str, size: int, given: dict[str, list[str]], rounds: int, report: Report
) -> None:
    """Print a table of medians for one kind of logs."""
    found: dict[str, list[tuple[float, int]]] = {}
    for number in range(rounds + 1):
        for key, command in given.items():
            if shutil.which(command[0]) is None:
                continue
            taken = run(command)
            if number:  # the first run of a command finds cold caches
                found.setdefault(key, []).append(taken)
    report()
    report(f"### {name}, {size / 1e9:.2f} GB\n\n| | seconds | ratio | peak MB |\n|---|---|---|---|")
    own = statistics.median(seconds for seconds, _ in found["cotool"])
    for key, values in found.items():
        seconds = statistics.median(seconds for seconds, _ in values)
        peak = max(memory for _, memory in values)
        report(f"| {key} | {seconds:.3f} | {seconds / own:.2f} | {peak / 1024:.0f} |")


def main() -> None:
    """Make the logs, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder of loghub sets")
    parser.add_argument("--work", type=Path, help="where the logs are made and kept")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--size", type=int, default=SIZE, help="bytes of each log made here")
    add_write(parser)
    arguments = parser.parse_args()
    logs = sorted(arguments.data.glob("*/*_2k.log")) if arguments.data else []
    logs = logs or sorted((ROOT / "tests" / "logs" / "families").glob("*.log"))
    os.environ["OMP_WAIT_POLICY"] = "passive"
    report = Report("Logs", INTRO, write=arguments.write)
    with tempfile.TemporaryDirectory() as folder:
        work = arguments.work or Path(folder)
        work.mkdir(parents=True, exist_ok=True)
        sets = {"mixed": logs}
        sets |= {"HDFS": single} if (single := [log for log in logs if "HDFS" in log.name]) else {}
        for name, members in sets.items():
            target = work / f"{name}.log"
            if not target.exists() or target.stat().st_size < SIZE:
                make_log(members, target)
            table(name, str(target), arguments.rounds, report)
        target = work / "systems.log"
        made_systems(target, arguments.size)
        table("sixteen systems in turns of 200 lines", str(target), arguments.rounds, report)
        for name, (size, given) in kinds(work, arguments.size).items():
            kind_table(name, size, given, arguments.rounds, report)
    report.save()


if __name__ == "__main__":
    main()
