"""The commands, what variables and config.toml set for them, and where; knows no Typer."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from cotool.errors import InputError, unknown, unreadable
from cotool.io.whole import read_whole

COMMANDS = {  # and the first sentence of their help
    "consensus": "Find the consensus of experts' answers: what they agree on, who dissents, "
    "and why.",
    "experts": "Show how reliable experts are, judge their answers, manage the store.",
    "analyze-logs": "Count a log's lines by level, time, pattern and keyword: gigabytes in "
    "one pass.",
    "vault": "Encrypt files with versioned keys or passphrases, sign files, hash passwords.",
    "bench": "Measure how fast cotool is on this machine, with pyperf, and compare results.",
    "config": "Show the settings and where each comes from: variable, file or default.",
}
TABLES = tuple(name for name in COMMANDS if name != "config")  # of config.toml

# Variables beside COTOOL_<TABLE>_<OPTION>. Those of consensus have no prefix.
_SHORT = {
    # bench takes several numbers of threads.
    **{(table, "threads"): "COTOOL_NUM_THREADS" for table in TABLES if table != "bench"},
    ("experts", "store"): "COTOOL_STORE",
    ("vault", "keyring"): "COTOOL_KEYRING",
    ("vault", "key_file"): "COTOOL_KEY_FILE",
    ("vault", "identity"): "COTOOL_IDENTITY",
    ("vault", "passphrase_file"): "COTOOL_PASSPHRASE_FILE",
    ("vault", "wrap_command"): "COTOOL_WRAP_COMMAND",
} | {
    ("consensus", name): f"COTOOL_{name.upper()}"
    for name in (
        *("method", "metric", "clustering", "threshold", "weight", "embedder", "question_key"),
        *("id_key", "content_key", "expert_key", "confidence_key", "timestamp_key", "topic_key"),
        *("embedding_key", "responses_key", "store", "half_life", "expert_columns", "format"),
        "question_columns",
    )
}


def setting_name(names: Iterable[str]) -> str:
    """Return what variables and config.toml call an option of these names; "" for an argument."""
    return max(names, key=len, default="").lstrip("-").replace("-", "_")


def variables(table: str, name: str) -> list[str]:
    """Return the variables of a setting; the first that is not empty is used."""
    own = f"COTOOL_{table.upper().replace('-', '_')}_{name.upper()}"
    return [own, _SHORT[table, name]] if (table, name) in _SHORT else [own]


def is_anything_set(table: str, names: Iterable[str]) -> bool:
    """Return whether there is a config file, or a variable for a setting of these names."""
    found = (variable for name in names for variable in variables(table, name))
    return any(map(os.environ.get, found)) or os.path.lexists(config_path())


def config_path() -> Path:
    """Return the path of the config file: in $COTOOL_HOME, or else in the user's config folder."""
    home = os.environ.get("COTOOL_HOME")
    if home:
        return Path(home, "config.toml")
    if sys.platform == "linux":  # what platformdirs says, which takes 4 ms to load
        for folder in (
            os.environ.get("XDG_CONFIG_HOME", ""),
            os.environ.get("HOME", "") + "/.config",
        ):
            if folder.startswith("/"):
                return Path(folder, "cotool", "config.toml")
    from platformdirs import user_config_path

    return user_config_path("cotool") / "config.toml"


def store_path(given: str | None) -> str:
    """Return the path or URL of the store: the given one, COTOOL_STORE, or the user's own."""
    given = given or os.environ.get("COTOOL_STORE") or None
    if given is None:
        stored = read_config().get("consensus", {}).get("store")
        given = stored if isinstance(stored, str) and stored else None
    if given is not None:
        return given
    home = os.environ.get("COTOOL_HOME")
    if home:
        return str(Path(home, "experts.db"))
    from platformdirs import user_data_path

    return str(user_data_path("cotool") / "experts.db")


def read_config() -> dict[str, dict[str, object]]:
    """Return the tables of the config file, or none if there is no file. Raises InputError."""
    path = config_path()
    try:
        data = read_whole(path)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise unreadable(path, error) from None
    import tomllib

    try:
        document = tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: byte {error.start + 1} is not UTF-8") from None
    except RecursionError:
        raise InputError(f"{path}: is nested too deeply") from None
    except ValueError as error:  # no TOML, or an integer of more digits than Python reads
        raise InputError(f"{path}: {error}", hint="expected TOML, as in metric = 'tfidf'") from None
    for table, settings in document.items():
        if table not in TABLES:
            raise unknown(table, TABLES, message=f"{path}: unknown key {table!r}")
        if not isinstance(settings, dict):
            raise InputError(f"{path}: {table} is not a table", hint=f"write [{table}]")
    return document
