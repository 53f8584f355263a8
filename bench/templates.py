"""Templates of raw log lines: accuracy on loghub's data sets and speed, compared with Drain3.

    OMP_WAIT_POLICY=passive python bench/templates.py --data LOGHUB [--work FOLDER] [--write]

LOGHUB has folders with NAME_2k.log and NAME_2k.log_structured.csv. Both tools get the raw lines
and no options. The measures are those of logpai's evaluator (Zhu et al., ICSE SEIP 2019; Jiang et
al., ISSTA 2024):

- GA, grouping accuracy: the share of lines whose group of lines is a group of the ground truth.
- FGA: the harmonic mean of two shares: of the groups found, and of the true groups, that agree.
- PA, parsing accuracy: the share of lines whose template equals the true one, character by
  character (a run of blanks counts as one).
- FTA: like FGA, but a group counts only if its template is right too.
"""

from __future__ import annotations

import argparse
import csv
import os
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from cotool.logs.mine import mine_templates
from loghub import make_log
from logs import SIZE, run
from results import Report, add_write

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

INTRO = """
Raw lines and no options: `OMP_WAIT_POLICY=passive python bench/templates.py --data LOGHUB --write`.
GA and FGA measure whether the right lines are grouped into one template, PA and FTA also whether
its text is right, by the definitions of logpai's evaluator (see `bench/templates.py`). Speed is
measured on the gigabyte of bench/logs.py (the eight sets repeated). Each round runs each tool
once; the values are medians. Drain3 slows down as it learns and gets only the first lines of that
file.
"""
# Drain3 would need minutes for more.
DRAIN_LINES = 200_000

Scores = tuple[float, float, float, float]


def squeezed(text: str) -> str:
    """A text with every run of blanks as one."""
    return " ".join(text.split())


def evaluate(found: Sequence[str], truth: Sequence[str]) -> Scores:
    """Return GA, FGA, PA and FTA of the templates of lines."""
    groups: dict[str, set[int]] = defaultdict(set)
    wanted: dict[str, set[int]] = defaultdict(set)
    for n, (one, other) in enumerate(zip(found, truth, strict=True)):
        groups[one].add(n)
        wanted[other].add(n)
    agreeing = right = lines = 0
    for template, members in groups.items():
        name = truth[next(iter(members))]
        if members == wanted[name]:
            agreeing += 1
            lines += len(members)
            right += squeezed(template) == squeezed(name)
    same = sum(squeezed(a) == squeezed(b) for a, b in zip(found, truth, strict=True))
    return (
        lines / len(truth),
        2 * agreeing / (len(groups) + len(wanted)),
        same / len(truth),
        2 * right / (len(groups) + len(wanted)),
    )


def by_cotool(lines: Sequence[bytes]) -> list[str]:
    """Return each line's template by cotool; groups are ids, so equal texts stay apart."""
    mined = mine_templates(lines)
    names: list[str] = []
    for line in lines:
        match = mined.match(line)
        names.append(match.template.text if match else "")
    return names


def by_drain3(lines: Sequence[bytes]) -> list[str]:
    """Return each line's template by Drain3 with its defaults."""
    from drain3 import TemplateMiner
    from drain3.template_miner_config import TemplateMinerConfig

    miner = TemplateMiner(config=TemplateMinerConfig())
    numbers = [
        miner.add_log_message(line.decode("utf-8", "replace"))["cluster_id"] for line in lines
    ]
    texts = {cluster.cluster_id: cluster.get_template() for cluster in miner.drain.clusters}
    return [texts[number] for number in numbers]


def quality(data: Path, report: Report) -> None:
    """Print a table of the measures for each set."""
    tools: dict[str, Callable[[Sequence[bytes]], list[str]]] = {"cotool": by_cotool}
    try:
        import drain3  # noqa: F401

        tools["Drain3"] = by_drain3
    except ImportError:
        print("drain3 is not installed and is left out", file=sys.stderr)
    header = "".join(f" {tool} {name} |" for tool in tools for name in ("GA", "FGA", "PA", "FTA"))
    report()
    report(f"| |{header}\n|---|{'---|' * 4 * len(tools)}")
    means: list[list[float]] = []
    for log in sorted(data.glob("*/*_2k.log")):
        lines = log.read_bytes().splitlines()
        with log.with_name(f"{log.name}_structured.csv").open(encoding="utf-8") as rows:
            truth = [row["EventTemplate"] for row in csv.DictReader(rows)]
        scores = [score for tool in tools.values() for score in evaluate(tool(lines), truth)]
        means.append(scores)
        report(f"| {log.parent.name} | {' | '.join(f'{score:.3f}' for score in scores)} |")
    total = [statistics.mean(column) for column in zip(*means, strict=True)]
    report(f"| mean | {' | '.join(f'{score:.3f}' for score in total)} |")


# Both tools mine in a process of their own: what one leaves on the heap slows the other.
MINE = """
import sys, time
from pathlib import Path
from cotool import mine_templates
start = time.perf_counter()
len(mine_templates(Path(sys.argv[1]), num_threads=int(sys.argv[2])))
print(time.perf_counter() - start)
"""
DRAIN = f"""
import sys, time
sys.path.insert(0, sys.argv[2])
from templates import by_drain3
with open(sys.argv[1], "rb") as file:
    lines = file.read({DRAIN_LINES * 400}).splitlines()[:{DRAIN_LINES}]
start = time.perf_counter()
by_drain3(lines)
print(time.perf_counter() - start)
"""


def seconds_of(program: str, *arguments: object) -> float:
    """What a program says that its work took."""
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return float(subprocess.run(command, capture_output=True, check=True).stdout)


def speed(path: Path, rounds: int, report: Report) -> None:
    """Print lines a second on a log."""
    lines = int(os.popen(f"wc -l < '{path}'").read())  # noqa: S605 - a file of this script
    command = [sys.executable, "-m", "cotool", "analyze-logs", str(path), "--no-progress"]
    tools: dict[str, tuple[int, Callable[[], float]]] = {
        "cotool, 2 threads": (lines, lambda: seconds_of(MINE, path, 2)),
        "cotool, 1 thread": (lines, lambda: seconds_of(MINE, path, 1)),
        "the command": (lines, lambda: run([*command, "--templates", "json"])[0]),
    }
    if "drain3" in sys.modules:
        here = Path(__file__).parent
        tools[f"Drain3, {DRAIN_LINES:,} lines"] = (
            DRAIN_LINES, lambda: seconds_of(DRAIN, path, here)
        )  # fmt: skip
    seconds: dict[str, list[float]] = {name: [] for name in tools}
    for _ in range(rounds):
        for name, (_, once) in tools.items():
            seconds[name].append(once())
    report()
    report(f"{lines:,} lines, {path.stat().st_size / 1e9:.2f} GB\n")
    report("| | seconds | million lines/s |\n|---|---|---|")
    for name, (count, _) in tools.items():
        median = statistics.median(seconds[name])
        report(f"| {name} | {median:.2f} | {count / median / 1e6:.2f} |")
    peak = run([*command, "--templates", "json"])[1] / 1024
    report(f"\nThe command's peak resident memory: {peak:.0f} MB")


def main() -> None:
    """Judge and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of loghub sets")
    parser.add_argument("--work", type=Path, help="where the log is made and kept")
    parser.add_argument("--rounds", type=int, default=5, help="0: quality alone")
    add_write(parser)
    arguments = parser.parse_args()
    os.environ["OMP_WAIT_POLICY"] = "passive"
    report = Report("Templates", INTRO, write=arguments.write)
    quality(arguments.data, report)
    with tempfile.TemporaryDirectory() as folder:
        work = arguments.work or Path(folder)
        work.mkdir(parents=True, exist_ok=True)
        target = work / "mixed.log"
        if arguments.rounds:
            if not target.exists() or target.stat().st_size < SIZE:
                make_log(sorted(arguments.data.glob("*/*_2k.log")), target, SIZE)
            speed(target, arguments.rounds, report)
    report.save()


if __name__ == "__main__":
    main()
