"""Kinds of logs other than one plain file: JSON lines, many small files, gzip.

Each kind is a folder or files, with the commands that count their levels or errors. Peers that are
not installed are left out.
"""

from __future__ import annotations

import gzip
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

from cotool.benchmarks.inputs import made_log
from request_logs import make_logs

if TYPE_CHECKING:
    from pathlib import Path

DUCKDB = """
import sys, duckdb
rows = duckdb.sql(f"select level, time_bucket(interval 1 minute, cast(time as timestamp)) m,"
                  f" count(*) from read_json('{sys.argv[1]}',"
                  f" columns={{time: 'varchar', level: 'varchar'}})"
                  f" group by level, m").fetchall()
print(len(rows))
"""
POLARS = """
import sys, polars as pl
print(pl.scan_ndjson(sys.argv[1]).group_by("level", pl.col("time").str.slice(0, 16)).len()
      .collect(engine="streaming").height)
"""
JQ = "reduce (inputs | [.level, .time[:16]] | tojson) as $k ({}; .[$k] += 1) | length"
ERRORS = "error|exception|failed"
# Files of a folder, and their size.
FILES, FILE_SIZE = 2000, 10_000
PARTS = 4


def kinds(work: Path, size: int) -> dict[str, tuple[int, dict[str, list[str]]]]:
    """Make the logs; return the bytes of each kind and its commands by name."""
    return {
        "JSON lines": _json(work, size),
        f"{FILES} files of {FILE_SIZE // 1000} kB": _small_files(work),
        f"{PARTS} gzipped logs": _gzipped(work, size),
    }


def _cotool(*paths: str) -> list[str]:
    return [sys.executable, "-m", "cotool", "analyze-logs", *paths, "--json", "--no-progress"]


def _json(work: Path, size: int) -> tuple[int, dict[str, list[str]]]:
    _, path, _ = make_logs(work, size)
    commands = {
        "cotool": _cotool(str(path)),
        "cotool templates": [*_cotool(str(path)), "--templates", "json"],
        "jq": ["jq", "-n", JQ, str(path)],
        "hl": ["hl", "-P", "--level", "error", str(path)],
    }
    for module, program in (("duckdb", DUCKDB), ("polars", POLARS)):
        if find_spec(module):
            commands[module] = [sys.executable, "-c", program, str(path)]
    return path.stat().st_size, commands


def _small_files(work: Path) -> tuple[int, dict[str, list[str]]]:
    folder, source = work / "small", work / "small.source"
    if not folder.exists():
        made_log(source, FILES * FILE_SIZE)
        data = source.read_bytes()
        folder.mkdir()
        for number in range(FILES):
            part = data[number * FILE_SIZE : (number + 1) * FILE_SIZE]
            (folder / f"{number:04}.log").write_bytes(part[part.index(b"\n") + 1 :])
    return FILES * FILE_SIZE, {
        "cotool": _cotool("-r", str(folder)),
        "rg errors": ["rg", "-c", "-i", ERRORS, str(folder)],
        "grep errors": ["grep", "-r", "-c", "-i", "-E", ERRORS, str(folder)],
    }


def _gzipped(work: Path, size: int) -> tuple[int, dict[str, list[str]]]:
    paths = [work / f"part{number}.log.gz" for number in range(PARTS)]
    if not all(path.exists() for path in paths):
        source = work / "part.log"
        made_log(source, size // PARTS)
        packed = gzip.compress(source.read_bytes(), compresslevel=6)
        for path in paths:
            path.write_bytes(packed)
    names = [str(path) for path in paths]
    return size, {
        "cotool": _cotool(*names),
        "rg -z errors": ["rg", "-z", "-c", "-i", ERRORS, *names],
        "zgrep errors": ["zgrep", "-c", "-i", "-E", ERRORS, *names],
    }
