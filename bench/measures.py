"""p99 of the request time by path and five minutes: cotool beside seven other tools.

    OMP_WAIT_POLICY=passive python bench/measures.py [--size BYTES] [--rounds N] [--write]

The logs are made here: an access log and the same requests as JSON lines and logfmt. Each peer gets
the columns by a regex, as a user would write it; another one masks the paths. Each round runs each
command once, in turn; the values are medians of wall time and the largest peak of resident memory.
A command that takes ten times as long as cotool runs in the first round alone. Tools that are not
installed are named.
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
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import cotool
from logs import run
from request_logs import make_logs
from results import Report, add_write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

INTRO = """
p99 of the request time by path (ids masked) and five minutes, out of raw lines:
`OMP_WAIT_POLICY=passive python bench/measures.py --write`. "plain" is the same command without
`-m`: levels, times and keywords alone. DuckDB, polars and chDB take the columns by regexes; awk and
jq only sum, without quantiles, and GoAccess has averages and its own reports. Medians of wall time
of whole commands; one that takes ten times as long as cotool ran once.
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


def commands(path: str) -> Iterator[tuple[str, Callable[[], tuple[float, int]]]]:
    """Yield each command with its name."""
    cotool = [sys.executable, "-m", "cotool", "analyze-logs", path, "--json", "--no-progress"]
    measured = [*cotool, "-m", "rt", "--by", "path", "--bucket", "5m"]
    yield "cotool", lambda: run(measured)
    yield "plain", lambda: run(cotool)
    given = (path, *FORMS.get(Path(path).suffix, ("", "")))
    for name, script in (("DuckDB", DUCKDB), ("polars", POLARS), ("chDB", CHDB)):
        if find_spec(MODULES[name]):
            yield name, lambda script=script: run([sys.executable, "-c", script, *given])
    if path.endswith(".json") and shutil.which("jq"):
        yield "jq", lambda: run(["jq", "-n", JQ, path])
    for awk in ("gawk", "mawk") if path.endswith(".log") else ():
        if shutil.which(awk):
            yield awk, lambda awk=awk: run([awk, AWK, path])
    if path.endswith(".log") and shutil.which("goaccess"):
        report = path + ".goaccess.json"
        yield "GoAccess", lambda: run(["goaccess", path, *GOACCESS, "-o", report])


def missing() -> list[str]:
    """Return the tools that are not installed."""
    return [name for name, module in MODULES.items() if not find_spec(module)] + [
        name for name in PROGRAMS if not shutil.which(name)
    ]


def is_slow(name: str, found: dict[str, list[tuple[float, int]]]) -> bool:
    """Return whether a command takes too long to run again."""
    return name in found and found[name][0][0] > SLOW * found["cotool"][0][0]


def main() -> None:
    """Measure, and print a table for each log."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--size", type=int, default=1 << 30)
    parser.add_argument("--rounds", type=int, default=3)
    add_write(parser)
    arguments = parser.parse_args()
    report = Report("Numbers", INTRO, write=arguments.write)
    # An installed package has its bytecode.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    compile_dir(Path(cotool.__file__).parent, quiet=1)
    with tempfile.TemporaryDirectory() as folder:
        for path in make_logs(Path(folder), arguments.size):
            subprocess.run(["cat", path], stdout=subprocess.DEVNULL, check=True)
            found: dict[str, list[tuple[float, int]]] = {}
            for _ in range(arguments.rounds):
                for name, once in commands(str(path)):
                    if not is_slow(name, found):
                        found.setdefault(name, []).append(once())
            report(f"{path.name}, {path.stat().st_size / 1e6:.0f} MB")
            report()
            report("| | seconds | ratio | MB |")
            report("|---|---|---|---|")
            own = statistics.median(seconds for seconds, _ in found["cotool"])
            for name, values in found.items():
                seconds = statistics.median(seconds for seconds, _ in values)
                memory = max(memory for _, memory in values)
                report(f"| {name} | {seconds:.2f} | {seconds / own:.2f} | {memory // 1000} |")
            report()
    if missing():
        report(f"Not installed: {', '.join(missing())}.")
        report()
    report.save()


if __name__ == "__main__":
    main()
