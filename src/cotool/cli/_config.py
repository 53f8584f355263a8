"""config.toml: defaults of the options, below flags and environment variables."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from cotool.errors import InputError

# What each key of a command's table may be.
KEYS: dict[str, dict[str, tuple[type, ...]]] = {
    "consensus": {
        "method": (str,),
        "metric": (str,),
        "clustering": (str,),
        "threshold": (int, float),
        "weight": (list,),
        "embedder": (str,),
        "format": (str,),
        "skip_bad": (bool,),
        "explain": (bool,),
        "quiet": (bool,),
        "threads": (int,),
    },
}


def config_path() -> Path:
    """Where config.toml is looked for: $COTOOL_HOME, else the user's configuration folder."""
    home = os.environ.get("COTOOL_HOME")
    if home:
        return Path(home, "config.toml")
    from platformdirs import user_config_path

    return user_config_path("cotool") / "config.toml"


def default_map(arguments: list[str]) -> dict[str, dict[str, Any]]:
    """Defaults for each command, read only where a command is about to run.

    Raises InputError that names the file and the key for what is not a known setting.
    """
    if not any(argument in KEYS for argument in arguments):
        return {}
    path = config_path()
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    import tomllib

    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: is not TOML: {error}") from None
    for command, table in tables.items():
        if command not in KEYS or not isinstance(table, dict):
            raise InputError(
                f"{path}: unknown table {command!r}", hint=f"known: {', '.join(KEYS)}"
            )
        for key, value in table.items():
            _check(path, command, key, value)
    if os.environ.get("COTOOL_NUM_THREADS"):
        for table in tables.values():
            table.pop("threads", None)
    return tables


def _check(path: Path, command: str, key: str, value: object) -> None:
    types = KEYS[command].get(key)
    if types is None:
        raise InputError(
            f"{path}: unknown key {key!r} in [{command}]",
            hint=f"known: {', '.join(KEYS[command])}",
        )
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        expected = " or ".join(kind.__name__ for kind in types)
        raise InputError(f"{path}: {key} in [{command}] must be {expected}, got {value!r}")
