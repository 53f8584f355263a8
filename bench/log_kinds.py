"""The logs that bench/logs.py measures, and the commands that count their levels or errors."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import sys
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

from cotool.benchmarks.inputs import made_events, made_log
from loghub import make_log
from sixteen_systems import made_systems

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ERRORS, WARNINGS = "error|exception|failed", "warn"
LITERALS = tuple(
    "shop.Cart shop.Mail shop.Order shop.Payment shop.Stock worker-11 worker-12 ERROR took "
    "03-01".split()
)
REGEXES = (
    *(r"took \d{4,} ms", r"worker-1[0-5]\b", r"shop\.(?:Cart|Mail) - took", r"ERROR .*Payment"),
    *(r"WARN \[worker-\d\]", r"Order - \w+ \w+", r"\d\d:\d\d:0[0-4],", r"Stock - [a-m]\w+"),
    *(r"took [1-9]\d ms", r"DEBUG .* shop\.Stock"),
)
DUCKDB = """
import sys, duckdb
rows = duckdb.sql(f"select level, time_bucket(interval 1 minute, cast(time as timestamp)) m,"
                  f" count(*) from read_json('{sys.argv[1]}',"
                  f" columns={{time: 'varchar', level: 'varchar'}})"
                  f" group by level, m").fetchall()
print(len(rows))
"""
DUCKDB_TEXT = """
import sys, duckdb
rows = duckdb.sql(f"select split_part(line, ' ', 3) level, line[:16] m, count(*) from"
                  f" read_csv('{sys.argv[1]}', columns={{line: 'varchar'}}, delim='\\x1f',"
                  f" quote='', escape='', header=false, auto_detect=false)"
                  f" group by level, m").fetchall()
print(len(rows))
"""
POLARS = """
import sys, polars as pl
print(pl.scan_ndjson(sys.argv[1]).group_by("level", pl.col("time").str.slice(0, 16)).len()
      .collect(engine="streaming").height)
"""
POLARS_TEXT = """
import sys, polars as pl
line = pl.col("line")
print(pl.scan_csv(sys.argv[1], has_header=False, new_columns=["line"], separator="\\x1f",
                  quote_char=None)
      .group_by(line.str.split(" ").list.get(2, null_on_oob=True),
                line.str.slice(0, 16).alias("m")).len()
      .collect(engine="streaming").height)
"""
JQ = "[inputs | .level + .time[:16]] | group_by(.) | map(length) | length"
LNAV = ";SELECT log_level, count(*) FROM all_logs GROUP BY log_level"
MODULES = ("duckdb", "polars")
# Files of a folder, and their size.
FILES, FILE_SIZE = 2000, 10_000
PARTS = 4


class Kind(NamedTuple):
    """A kind of logs: the bytes of text, the commands by name, the file for the kernel alone."""

    size: int
    commands: dict[str, list[str]]
    scanned: Path | None = None

    def missing(self) -> dict[str, str]:
        """Return why commands cannot run, by name."""
        return {
            name: f"{tool} is not installed"
            for name, command in self.commands.items()
            if (tool := _tool(command)) and not _has(tool)
        }


def _tool(command: list[str]) -> str:
    """Return the program of a command, or the module of a Python one; empty for cotool."""
    if command[0] != sys.executable:
        return command[0]
    found = re.search(r"import sys, (\w+)", command[2])
    return found[1] if found else ""


def _has(tool: str) -> bool:
    return shutil.which(tool) is not None or (tool in MODULES and find_spec(tool) is not None)


def kinds(work: Path, size: int, loghub: Path | None) -> dict[str, Callable[[], Kind]]:
    """Return the kinds by name; calling one makes its logs."""
    mix = work / "mix.log"
    found = {
        "One system": partial(_one_system, work, size),
        "Sixteen systems in turns of 200 lines": partial(_text, mix, size, made_systems),
        "JSON lines": partial(_json, work, size),
        f"{FILES:,} files of {FILE_SIZE // 1000} kB": partial(_small_files, work),
        f"{PARTS} gzipped logs": partial(_gzipped, work, size),
    }
    samples = sorted(loghub.glob("*/*_2k.log")) if loghub else []
    for name, some in (
        ("HDFS of loghub", [path for path in samples if "HDFS" in path.name]),
        ("All sets of loghub", samples),
    ):
        if some:
            path = work / f"{name.split()[0]}.log"
            found[name] = partial(_text, path, size, partial(make_log, some))
    return found


def _cotool(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "cotool", "analyze-logs", *arguments, "--json", "--no-progress"]


def _text(path: Path, size: int, make: Callable[[Path, int], None]) -> Kind:
    if not path.exists():
        make(path, size)
    name = str(path)
    return Kind(
        path.stat().st_size,
        {
            "cotool": _cotool(name),
            "cotool, 1 thread": _cotool(name, "--threads", "1"),
            "rg errors": ["rg", "-c", "-i", ERRORS, name],
            "rg warnings": ["rg", "-c", "-i", WARNINGS, name],
            "rg levels": ["rg", "-c", r"\b(?:INFO|WARN|ERROR|DEBUG)\b", name],
            "grep errors": ["grep", "-c", "-i", "-E", ERRORS, name],
            "lnav": ["lnav", "-n", "-c", LNAV, name],
            "wc -l": ["wc", "-l", name],
        },
        path,
    )


def _one_system(work: Path, size: int) -> Kind:
    kind = _text(work / "one.log", size, made_events)
    path = str(kind.scanned)
    several = {"10 literals": LITERALS, "10 regexes": REGEXES}
    for name, patterns in several.items():
        given = [word for text in patterns for word in ("-e", text)]
        kind.commands[f"cotool, {name}"] = _cotool(path, *given)
        kind.commands[f"rg {name}"] = ["rg", "-c", *given, path]
    kind.commands["cotool templates"] = _cotool(path, "--templates", "json")
    kind.commands["duckdb"] = [sys.executable, "-c", DUCKDB_TEXT, path]
    kind.commands["polars"] = [sys.executable, "-c", POLARS_TEXT, path]
    return kind


def _json(work: Path, size: int) -> Kind:
    path, source = work / "lines.json", work / "json.source"
    if not path.exists():
        made_events(source, 1 << 22)
        block = "".join(map(_as_json, source.read_text().splitlines()[:-1])).encode()
        with path.open("wb") as file:
            while file.tell() < size:
                file.write(block)
    name = str(path)
    return Kind(
        path.stat().st_size,
        {
            "cotool": _cotool(name),
            "cotool, 1 thread": _cotool(name, "--threads", "1"),
            "cotool templates": _cotool(name, "--templates", "json"),
            "duckdb": [sys.executable, "-c", DUCKDB, name],
            "polars": [sys.executable, "-c", POLARS, name],
            "jq": ["jq", "-n", JQ, name],
            "hl": ["hl", "-P", "--level", "error", name],
            "lnav": ["lnav", "-n", "-c", LNAV, name],
            "rg errors": ["rg", "-c", "-i", ERRORS, name],
        },
        path,
    )


def _as_json(line: str) -> str:
    date, clock, level, worker, component, _, text = line.split(" ", 6)
    record = {
        "time": f"{date}T{clock.replace(',', '.')}Z",
        "level": level.lower(),
        "worker": worker.strip("[]"),
        "logger": component,
        "msg": text,
        "ms": len(text),
    }
    return json.dumps(record) + "\n"


def _small_files(work: Path) -> Kind:
    folder, source = work / "small", work / "small.source"
    if not folder.exists():
        made_log(source, FILES * FILE_SIZE)
        data = source.read_bytes()
        folder.mkdir()
        for number in range(FILES):
            part = data[number * FILE_SIZE : (number + 1) * FILE_SIZE]
            (folder / f"{number:04}.log").write_bytes(part[part.index(b"\n") + 1 :])
    return Kind(
        FILES * FILE_SIZE,
        {
            "cotool": _cotool("-r", str(folder)),
            "rg errors": ["rg", "-c", "-i", ERRORS, str(folder)],
            "grep errors": ["grep", "-r", "-c", "-i", "-E", ERRORS, str(folder)],
            "lnav": ["lnav", "-n", "-c", LNAV, str(folder)],
        },
    )


def _gzipped(work: Path, size: int) -> Kind:
    paths = [work / f"part{number}.log.gz" for number in range(PARTS)]
    if not all(path.exists() for path in paths):
        source = work / "part.log"
        made_log(source, size // PARTS)
        packed = gzip.compress(source.read_bytes(), compresslevel=6)
        for path in paths:
            path.write_bytes(packed)
    names = [str(path) for path in paths]
    return Kind(
        size,
        {
            "cotool": _cotool(*names),
            "rg -z errors": ["rg", "-z", "-c", "-i", ERRORS, *names],
            "zgrep errors": ["zgrep", "-c", "-i", "-E", ERRORS, *names],
        },
    )
