"""p99 of the request time by path and five minutes: cotool beside DuckDB, polars, awk and jq.

    OMP_WAIT_POLICY=passive python bench/measures.py [--size BYTES] [--rounds N] [--write]

The logs are made here: an access log and the same requests as JSON lines. Each peer is given the
columns by a regex, as a user would write it; paths are masked by another one. Each round runs each
command once, in turn; the values are medians of wall time and the largest peak of resident memory.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from logs import run
from results import Report, add_write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

INTRO = """
p99 of the request time by path (ids masked) and five minutes, out of raw lines:
`OMP_WAIT_POLICY=passive python bench/measures.py --write`. "plain" is the same command without
`-m`: levels, times and keywords alone. DuckDB and polars take the columns by regexes; awk and jq
only sum, without quantiles. Medians of wall time of whole commands.
"""

ACCESS = r'^\S+ \S+ \S+ \[([^\]]+)\] "\S+ ([^ ?]+)\S* [^"]*" \d+ \d+ "[^"]*" "[^"]*" rt=([\d.]+)'
DUCKDB = """
import sys, duckdb
path = sys.argv[1]
if path.endswith(".json"):
    rows = (f"select cast(time as timestamp) t,"
            f" regexp_replace(path, '/[0-9]+', '/<*>', 'g') p, rt"
            f" from read_json('{path}', columns={{time: 'varchar',"
            f" path: 'varchar', rt: 'double'}})")
else:
    rows = (f"select strptime(g.t, '%d/%b/%Y:%H:%M:%S %z') t,"
            f" regexp_replace(g.p, '/[0-9]+', '/<*>', 'g') p, cast(g.rt as double) rt from (select"
            f" regexp_extract(line, '{sys.argv[2]}', ['t', 'p', 'rt']) g"
            f" from read_csv('{path}', columns={{line: 'varchar'}}, delim='\\x01', quote='',"
            f" escape='', header=false))")
print(len(duckdb.sql(f"select p, time_bucket(interval 5 minutes, t) b, quantile_disc(rt, .99)"
                     f" from ({rows}) group by p, b").fetchall()))
"""
POLARS = """
import sys, polars as pl
path = sys.argv[1]
if path.endswith(".json"):
    rows = pl.scan_ndjson(path).select(pl.col("time").str.to_datetime("%Y-%m-%dT%H:%M:%SZ"),
                                       pl.col("path"), pl.col("rt"))
else:
    groups = pl.col("line").str.extract_groups(sys.argv[2])
    rows = pl.scan_csv(path, has_header=False, separator="\\x01", quote_char=None,
                       new_columns=["line"]).select(
        groups.struct[0].str.to_datetime("%d/%b/%Y:%H:%M:%S %z").alias("time"),
        groups.struct[1].alias("path"), groups.struct[2].cast(pl.Float64).alias("rt"))
print(rows.group_by(pl.col("path").str.replace_all("/[0-9]+", "/<*>"),
                    pl.col("time").dt.truncate("5m"))
      .agg(pl.col("rt").quantile(0.99, "lower")).collect(engine="streaming").height)
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


def make_logs(folder: Path, size: int) -> tuple[Path, Path]:
    """Write an access log of about `size` bytes, and the same requests as JSON lines."""
    rng = random.Random(1)
    words = "users orders items cart search login logout images js css help about".split()
    paths = [f"/{area}/{word}" for area in ("api", "static", "shop", "admin") for word in words]
    base, written, n = datetime(2024, 10, 10, tzinfo=UTC), 0, 0
    access, as_json = folder / "access.log", folder / "access.json"
    with access.open("w") as log, as_json.open("w") as lines:
        while written < size:
            n += 1
            path = rng.choice(paths) + (f"/{rng.randint(1, 99999)}" if n % 3 == 0 else "")
            rt, count = rng.expovariate(5), rng.randint(100, 90_000)
            status = rng.choice((200, 200, 200, 200, 304, 404, 500))
            client = f"10.0.{rng.randint(0, 30)}.{rng.randint(0, 255)}"
            time = base + timedelta(seconds=n // 50)
            agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"
            written += log.write(
                f'{client} - - [{time:%d/%b/%Y:%H:%M:%S} +0000] "GET {path} HTTP/1.1" {status} '
                f'{count} "-" "{agent}" rt={rt:.3f}\n'
            )
            lines.write(
                f'{{"time":"{time:%Y-%m-%dT%H:%M:%SZ}","level":"info","method":"GET",'
                f'"path":"{path}","status":{status},"bytes":{count},"rt":{rt:.3f},'
                f'"client":"{client}","agent":"{agent}"}}\n'
            )
    return access, as_json


def commands(path: str) -> Iterator[tuple[str, Callable[[], tuple[float, int]]]]:
    """Yield each command with its name."""
    cotool = [sys.executable, "-m", "cotool", "analyze-logs", path, "--json", "--no-progress"]
    measured = [*cotool, "-m", "rt", "--by", "path", "--bucket", "5m"]
    yield "cotool", lambda: run(measured)
    yield "plain", lambda: run(cotool)
    pattern = ACCESS
    yield "DuckDB", lambda: run([sys.executable, "-c", DUCKDB, path, pattern])
    yield "polars", lambda: run([sys.executable, "-c", POLARS, path, pattern])
    if path.endswith(".json") and shutil.which("jq"):
        yield "jq", lambda: run(["jq", "-n", JQ, path])
    for awk in ("gawk", "mawk") if path.endswith(".log") else ():
        if shutil.which(awk):
            yield awk, lambda awk=awk: run([awk, AWK, path])


def main() -> None:
    """Measure, and print a table for each log."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--size", type=int, default=1 << 30)
    parser.add_argument("--rounds", type=int, default=3)
    add_write(parser)
    arguments = parser.parse_args()
    report = Report("Numbers", INTRO, write=arguments.write)
    with tempfile.TemporaryDirectory() as folder:
        for path in make_logs(Path(folder), arguments.size):
            subprocess.run(["cat", path], stdout=subprocess.DEVNULL, check=True)
            found: dict[str, list[tuple[float, int]]] = {}
            for _ in range(arguments.rounds):
                for name, once in commands(str(path)):
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
    report.save()


if __name__ == "__main__":
    main()
