"""Measure one case: the program that pyperf starts once for every process of a benchmark.

python -m cotool.benchmarks --case similarity/cosine/60x20 [--threads N] [--input FILE]
[--folder FOLDER] [pyperf's own options]
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pyperf

from cotool import build_info
from cotool._typing import Any
from cotool.benchmarks.cases import Setting, find_cases, full_name
from cotool.engine import resolve_num_threads

# pyperf starts its processes with an empty environment but for a few names.
RECORDED = (
    "OMP_NUM_THREADS",
    "OMP_WAIT_POLICY",
    "OMP_PROC_BIND",
    "OMP_PLACES",
    "GOMP_CPU_AFFINITY",
    "COTOOL_NUM_THREADS",
    "COTOOL_CPU",
)
INHERITED = (*RECORDED, "PYTHONPATH", "TMPDIR")


def main() -> None:
    """Run the case under pyperf."""
    runner = pyperf.Runner(
        program_args=("-m", "cotool.benchmarks"), add_cmdline_args=_pass_on, show_name=True
    )
    parser = runner.argparser
    parser.add_argument("--case", required=True)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--input")
    parser.add_argument("--folder")
    arguments = runner.parse_args()
    arguments.inherit_environ = [*(arguments.inherit_environ or []), *INHERITED]
    case = find_cases(patterns=[arguments.case])[0]
    threads = resolve_num_threads(arguments.threads)
    folder = arguments.folder or tempfile.mkdtemp(prefix="cotool-bench-")
    try:
        own = Path(arguments.input) if arguments.input else None
        work = case.make(Setting(threads, Path(folder), own))
        runner.metadata.update(_metadata(threads, work.bytes, work.items))
        name = full_name(case, threads)
        if work.call is None:
            runner.bench_command(name, list(work.command))
        else:
            runner.bench_func(name, work.call)
    finally:
        if not arguments.folder:
            shutil.rmtree(folder, ignore_errors=True)


def _pass_on(command: list[str], arguments: Any) -> None:
    for name in ("case", "threads", "input", "folder"):
        value = getattr(arguments, name)
        if value is not None:
            command += [f"--{name}", str(value)]


def _metadata(threads: int, size: int | None, items: int | None) -> dict[str, str | int]:
    """Return what explains a result later; pyperf adds facts about the machine."""
    info = build_info()
    found: dict[str, str | int] = {
        "cotool_version": info["cotool"],
        "cotool_threads": threads,
        "cotool_cpu_level": info["cpu_level"],
        "cotool_openmp": info["openmp"],
        "cotool_compiler": info["compiler"],
    }
    given = [f"{name}={os.environ[name]}" for name in RECORDED if name in os.environ]
    if given:
        found["cotool_environment"] = " ".join(given)
    if size is not None:
        found["cotool_bytes"] = size
    if items is not None:
        found["cotool_items"] = items
    return found


if __name__ == "__main__":
    main()
