"""p99 of the request time by path and five minutes: cotool beside seven other tools.

    OMP_WAIT_POLICY=passive python bench/measures.py [--size 1GB] [--rounds N] [--write]

The logs are made here: an access log and the same requests as JSON lines and logfmt. Each peer gets
the columns by a regex, as a user would write it; another one masks the paths. Each round runs each
command once, in turn; the values are medians of wall time and CPU time, and the largest peak of
resident memory. A command that takes ten times as long as cotool runs in the first round alone.
Tools that are not installed are named; --peers names a Python that has the packages among them.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from compileall import compile_dir
from pathlib import Path
from typing import TYPE_CHECKING

import cotool
from logs import FailedError, Run, bytes_of, measured
from request_logs import make_logs
from results import Report, add_write

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

INTRO = """
p99 of the request time by path (ids masked) and five minutes, out of raw lines:
`OMP_WAIT_POLICY=passive python bench/measures.py --write`. "plain" is the same command without
`-m`: levels, times and keywords alone. DuckDB, polars and chDB take the columns by regexes; awk and
jq only sum, without quantiles, and GoAccess has averages and its own reports. Medians of wall and
CPU time of whole commands; one that takes ten times as long as cotool ran once.
"""
SLOW = 10
MODULES = {"DuckDB": "duckdb", "polars": "polars", "chDB": "chdb"}
PROGRAMS = ("jq", "gawk", "mawk", "goaccess")


ACCESS = r'^\S+ \S+ \S+ \[([^\]]+)\] "\S+ ([^ ?]+)\S* [^"]*" \d+ \d+ "[^"]*" "[^"]*" rt=([\d.]+)'
LOGFMT = r"^time=(\S+) .* path=(\S+) .* rt=([\d.]+)"
# The regex and the form of times of each log; those of JSON have keys.
FORMS = {".log": (ACCESS, "%d/%b/%Y:%H:%M:%S %z"), ".logfmt": (LOGFMT, "%Y-%m-%dT%H:%M:%SZ")}
DUCKDB = """
import sys, duckdb
path, regex, form = sys.argv[1:]
if path.endswith(".json"):
    rows = (f"select cast(time as timestamp) t,"
            f" regexp_replace(path, '/[0-9]+', '/<*>', 'g') p, rt"
            f" from read_json('{path}', columns={{time: 'varchar',"
            f" path: 'varchar', rt: 'double'}})")
else:
    rows = (f"select strptime(g.t, '{form}') t,"
            f" regexp_replace(g.p, '/[0-9]+', '/<*>', 'g') p, cast(g.rt as double) rt from (select"
            f" regexp_extract(line, '{regex}', ['t', 'p', 'rt']) g"
            f" from read_csv('{path}', columns={{line: 'varchar'}}, delim='\\x01', quote='',"
            f" escape='', header=false))")
print(len(duckdb.sql(f"select p, time_bucket(interval 5 minutes, t) b, quantile_disc(rt, .99)"
                     f" from ({rows}) group by p, b").fetchall()))
"""
POLARS = """
import sys, polars as pl
path, regex, form = sys.argv[1:]
if path.endswith(".json"):
    rows = pl.scan_ndjson(path).select(pl.col("time").str.to_datetime("%Y-%m-%dT%H:%M:%SZ"),
                                       pl.col("path"), pl.col("rt"))
else:
    groups = pl.col("line").str.extract_groups(regex)
    rows = pl.scan_csv(path, has_header=False, separator="\\x01", quote_char=None,
                       new_columns=["line"]).select(
        groups.struct[0].str.to_datetime(form).alias("time"),
        groups.struct[1].alias("path"), groups.struct[2].cast(pl.Float64).alias("rt"))
print(rows.group_by(pl.col("path").str.replace_all("/[0-9]+", "/<*>"),
                    pl.col("time").dt.truncate("5m"))
      .agg(pl.col("rt").quantile(0.99, "lower")).collect(engine="streaming").height)
"""
CHDB = """
import sys, chdb
path, regex, form = sys.argv[1:]
if path.endswith(".json"):
    rows = (f"select parseDateTimeBestEffort(time) t, path p, rt"
            f" from file('{path}', JSONEachRow, 'time String, path String, rt Float64')")
else:
    regex = regex.replace(chr(92), 2 * chr(92))
    time = "replaceOne(g[1], ':', ' ')" if form.startswith("%d") else "g[1]"
    rows = (f"select parseDateTimeBestEffort({time}) t, g[2] p, toFloat64(g[3]) rt from (select"
            f" extractGroups(line, '{regex}') g from file('{path}', LineAsString, 'line String'))")
found = chdb.query(f"select replaceRegexpAll(p, '/[0-9]+', '/<*>') k,"
                   f" toStartOfInterval(t, interval 5 minute) b, quantileExact(.99)(rt)"
                   f" from ({rows}) group by k, b", "CSV")
print(len(str(found).splitlines()))
"""
AWK = """{
    path = $7; sub(/\\?.*/, "", path); gsub(/\\/[0-9]+/, "/<*>", path)
    rt = $NF; sub(/^rt=/, "", rt)
    key = path " " substr($4, 2, 16); n[key]++; sum[key] += rt
} END { for (key in n) rows++; print rows }"""
JQ = (
    'reduce (inputs | [(.path | gsub("/[0-9]+"; "/<*>")), .rt]) as $r ({}; .[$r[0]] += $r[1])'
    " | length"
)
GOACCESS = (
    '--log-format=%h %^[%d:%t %^] "%r" %s %b "%R" "%u" rt=%T', "--date-format=%d/%b/%Y",
    "--time-format=%T", "--no-progress",
)  # fmt: skip


def commands(path: str, python: str, absent: Collection[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield each command with its name; `python` runs those of packages."""
    cotool = [sys.executable, "-m", "cotool", "analyze-logs", path, "--json", "--no-progress"]
    given = (path, *FORMS.get(Path(path).suffix, ("", "")))
    all_ = {
        "cotool": [*cotool, "-m", "rt", "--by", "path", "--bucket", "5m"],
        "plain": cotool,
        "DuckDB": [python, "-c", DUCKDB, *given],
        "polars": [python, "-c", POLARS, *given],
        "chDB": [python, "-c", CHDB, *given],
    }
    if path.endswith(".json"):
        all_["jq"] = ["jq", "-n", JQ, path]
    if path.endswith(".log"):
        all_ |= {awk: [awk, AWK, path] for awk in ("gawk", "mawk")}
        all_["goaccess"] = ["goaccess", path, *GOACCESS, "-o", f"{path}.goaccess.json"]
    yield from ((name, command) for name, command in all_.items() if name not in absent)


def missing(python: str) -> list[str]:
    """Return the tools that are not installed."""
    absent = [name for name in PROGRAMS if not shutil.which(name)]
    for name, module in MODULES.items():
        tried = [python, "-c", f"import {module}"]
        if subprocess.run(tried, stderr=subprocess.DEVNULL, check=False).returncode:
            absent.append(name)
    return absent


def table(path: Path, rounds: int, python: str, absent: Collection[str], report: Report) -> None:
    """Measure each command on one log, and print the medians."""
    found: dict[str, list[Run]] = {}
    failed: dict[str, str] = {}
    for _ in range(rounds):
        for name, command in commands(str(path), python, absent):
            if name in failed:
                continue
            if name in found and found[name][0].wall > SLOW * found["cotool"][0].wall:
                continue
            try:
                run = measured(command)
            except FailedError as error:
                failed[name] = str(error)
            else:
                found.setdefault(name, []).append(run)
    found = {name: runs for name, runs in found.items() if name not in failed}
    wall = {name: statistics.median(one.wall for one in runs) for name, runs in found.items()}
    cpu = {name: statistics.median(one.cpu for one in runs) for name, runs in found.items()}
    report(f"{path.name}, {path.stat().st_size / 1e6:.0f} MB")
    report()
    report("| | seconds | ratio | CPU s | ratio | MB |")
    report("|---|---|---|---|---|---|")
    for name, runs in found.items():
        cells = [f"{n:.2f}" for x in (wall, cpu) for n in (x[name], x[name] / x["cotool"])]
        report(f"| {' | '.join((name, *cells))} | {max(one.peak for one in runs) // 1000} |")
    report()
    peers = [name for name in found if name in MODULES]
    if peers:
        first = min(peers, key=wall.__getitem__)
        report(
            f"The fastest that gives quantiles, {first}, takes {wall[first] / wall['cotool']:.1f} "
            f"times as long as cotool ({cpu[first] / cpu['cotool']:.1f} times the CPU time), which "
            f"takes {wall['cotool'] / wall['plain']:.1f} times as long as its plain scan "
            f"({cpu['cotool'] / cpu['plain']:.1f} times the CPU time)."
        )
        report()
    for name, reason in failed.items():
        report(f"{name}: left out, because {reason}.")
        report()


def main() -> None:
    """Measure, and print a table for each log."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--size", type=bytes_of, default="1GiB", help="of the access log")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="only logs with this in their name")
    parser.add_argument(
        "--peers",
        default=sys.executable,
        metavar="PYTHON",
        help="has DuckDB, polars, chDB",
    )
    add_write(parser)
    arguments = parser.parse_args()
    report = Report("Numbers", INTRO, write=arguments.write and not arguments.only)
    # An installed package has its bytecode.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    compile_dir(Path(cotool.__file__).parent, quiet=1)
    absent = missing(arguments.peers)
    with tempfile.TemporaryDirectory() as folder:
        for path in make_logs(Path(folder), arguments.size):
            if arguments.only in path.name:
                subprocess.run(["cat", path], stdout=subprocess.DEVNULL, check=True)
                table(path, arguments.rounds, arguments.peers, absent, report)
    if absent:
        report(f"Not installed: {', '.join(absent)}.")
        report()
    report.save()


if __name__ == "__main__":
    main()
