"""The work of `cotool config`: settings traced to where they come from."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NamedTuple

from cotool.cli.shared.settings import config_path, store_path, trace_settings
from cotool.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

_BAD_INPUT = 2
# Variables that no config file can replace, what they say, and what holds without them.
_VARIABLES = {
    "COTOOL_HOME": ("folder of config.toml, experts.db and the keyring", "the user's own folders"),
    "COTOOL_KEYRING": ("keyring of cotool vault", "keyring.vault in the user's data folder"),
    "COTOOL_KEY_FILE": ("key file that opens the keyring", "none"),
    "COTOOL_PASSPHRASE_FILE": ("file whose first line is the passphrase", "none: asked for"),
    "COTOOL_CPU": ("instructions that the kernels may use", "the best of this machine"),
    "OMP_NUM_THREADS": ("threads where nothing else says how many", "all cores"),
}


# What holds where a setting has no value.
_UNSET = {
    "threshold": "chosen from the data",
    "weight": "1 for each expert",
    "embedder": "none",
    "topic_key": "none: no topics",
    "half_life": "what the store keeps, else none",
    "expert_columns": "recognised",
    "threads": "all cores",
}


class _Row(NamedTuple):
    name: str
    value: object
    source: str
    problem: str | None = None


def show(*, only_set: bool, as_json: bool) -> int:
    """Print every setting with its value and source; return 2 where one cannot be read."""
    rows = [row for row in _rows() if not (only_set and row.source == "default")]
    if as_json:
        import json

        document = {
            "schema": "cotool.config/1",
            "path": str(config_path()),
            "exists": config_path().is_file(),
            "settings": [row._asdict() for row in rows],
        }
        print(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        _print_table(rows)
    bad = [row for row in rows if row.problem]
    for row in bad:
        from cotool.text import visible

        print(f"cotool: error: {visible(str(row.problem))}", file=sys.stderr)
    return _BAD_INPUT if bad else 0


def path() -> int:
    """Print where the config file is looked for."""
    print(config_path())
    return 0


def _rows() -> Iterator[_Row]:
    for traced in trace_settings({}):
        try:
            yield _Row(traced.name, traced.value(), traced.source)
        except InputError as error:
            yield _Row(traced.name, traced.raw, traced.source, str(error))
    for name, (_, default) in _VARIABLES.items():
        value = os.environ.get(name)
        yield _Row(name, value or default, name if value else "default")


def _print_table(rows: list[_Row]) -> None:
    from rich.text import Text

    from cotool.cli.shared.screen import Screen, fitted
    from cotool.text import one_line

    screen = Screen(sys.stdout)
    there = "" if config_path().is_file() else " (not there)"
    screen.print(Text(f"config file: {one_line(str(config_path()))}{there}"), Text())
    if not rows:
        screen.print(Text("nothing is set: the defaults hold"))
        return
    name_width = max(len("setting"), *(len(row.name) for row in rows))
    source_width = max(len("from"), *(len(one_line(row.source)) for row in rows))
    source_width = min(source_width, max(24, screen.width // 3))
    room = max(12, screen.width - name_width - source_width - 4)
    screen.print(Text(f"{'setting':<{name_width}}  {'value':<{room}}  from", style="bold"))
    for row in rows:
        value = fitted(one_line(_shown(row)), room)
        style = "red" if row.problem else "dim" if row.source == "default" else ""
        line = f"{row.name:<{name_width}}  {value}  {fitted(one_line(row.source), source_width)}"
        screen.print(Text(line, style=style, no_wrap=True))
    screen.print(Text(), Text("An option of a command goes before all of these.", style="dim"))
    screen.flush()


def _shown(row: _Row) -> str:
    if row.value is None and row.name == "store":
        return f"none; --learn: {store_path(None)}"
    if row.value is None or row.value == ():
        return _UNSET.get(row.name, "recognised")
    if isinstance(row.value, dict):
        return ", ".join(f"{key}={number}" for key, number in row.value.items())
    if isinstance(row.value, (tuple, list)):
        return ", ".join(map(str, row.value))
    return str(row.value)
