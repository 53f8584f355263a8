"""What a command is set to: flag, else COTOOL_* variable, else config file, else default."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cotool.consensus.options import CLUSTERINGS, METHODS, METRICS
from cotool.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Convert = Callable[[object, str], Any]

FORMATS = ("table", "json", "jsonl", "csv", "html")

_MOST_THREADS = 1024


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of `cotool consensus` that a variable or the config file may give, too."""

    method: str = "auto"
    metric: str = "auto"
    clustering: str = "auto"
    threshold: float | None = None
    weight: Mapping[str, float] | None = None
    embedder: str | None = None
    question_key: str | None = None
    id_key: str | None = None
    content_key: str | None = None
    expert_key: str | None = None
    confidence_key: str | None = None
    timestamp_key: str | None = None
    embedding_key: str | None = None
    responses_key: str | None = None
    topic_key: str | None = None
    store: str | None = None
    half_life: str | None = None
    expert_columns: tuple[str, ...] = ()
    format: str = "table"
    threads: int | None = None


class Traced(NamedTuple):
    """A setting as it was given, and where: "--metric", "COTOOL_METRIC", a file, or "default"."""

    name: str
    raw: object
    source: str
    where: str

    def value(self) -> Any:
        """Return the value, converted. Raises InputError that names `where`."""
        if self.source == "default":
            return self.raw
        return _CONVERTERS[self.name](self.raw, self.where)


def resolve_settings(flags: Mapping[str, object]) -> Settings:
    """Return the settings; `flags` maps names to what the command line gave, None where nothing.

    Raises InputError that names the flag, the variable, or the file and key of a bad value.
    """
    return Settings(
        **{
            traced.name: traced.value()
            for traced in trace_settings(flags)
            if traced.source != "default"
        }
    )


def trace_settings(flags: Mapping[str, object]) -> Iterator[Traced]:
    """Yield every setting with the place that decides it. Raises InputError for the file alone."""
    path = config_path()
    config = _read_config(path)
    defaults = Settings()
    for name in _CONVERTERS:
        variable = _VARIABLES.get(name, f"COTOOL_{name.upper()}")
        option = f"--{name.replace('_', '-')}"
        if flags.get(name) is not None:
            yield Traced(name, flags[name], option, option)
        elif os.environ.get(variable):
            yield Traced(name, os.environ[variable], variable, variable)
        elif name in config:
            yield Traced(name, config[name], path.name, f"{path}: [consensus] {name}")
        else:
            yield Traced(name, getattr(defaults, name), "default", "default")


def parse_threads(flag: str | None) -> int | None:
    """Return the number that --threads gives, None where it is left out. Raises InputError."""
    return None if flag is None else _threads(flag, "--threads")


def config_path() -> Path:
    """Return where the config file is looked for: $COTOOL_HOME, else the user's config folder."""
    home = os.environ.get("COTOOL_HOME")
    if home:
        return Path(home, "config.toml")
    from platformdirs import user_config_path

    return user_config_path("cotool") / "config.toml"


def store_path(given: str | None) -> str:
    """Where the experts' record is kept: what is given, COTOOL_STORE, else the user's own file."""
    if given or os.environ.get("COTOOL_STORE"):
        return given or os.environ["COTOOL_STORE"]
    config = _read_config(config_path()).get("store")
    if isinstance(config, str) and config:
        return config
    home = os.environ.get("COTOOL_HOME")
    if home:
        return str(Path(home, "experts.db"))
    from platformdirs import user_data_path

    return str(user_data_path("cotool") / "experts.db")


def _read_config(path: Path) -> dict[str, object]:
    """Return the [consensus] table of the config file, empty where there is no file."""
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    import tomllib

    try:
        document = tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: byte {error.start + 1} is not UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: {error}", hint="expected TOML, as in metric = 'tfidf'") from None
    for table in document:
        if table != "consensus":
            raise InputError(f"{path}: unknown key {table!r}", hint="expected [consensus]")
    settings = document.get("consensus", {})
    if not isinstance(settings, dict):
        raise InputError(f"{path}: consensus is not a table", hint="write [consensus]")
    for key in settings:
        if key not in _CONVERTERS:
            raise InputError(
                f"{path}: unknown key {key!r} in [consensus]",
                hint=_nearest(key, tuple(_CONVERTERS)),
            )
    return settings


def _nearest(word: str, known: tuple[str, ...]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, known, n=1)
    return f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"


def _choice(known: tuple[str, ...]) -> Convert:
    def convert(value: object, where: str) -> str:
        if isinstance(value, str) and value in known:
            return value
        raise InputError(
            f"{where}: {value!r} is not one of {', '.join(known)}",
            hint=_nearest(str(value), known),
        )

    return convert


def _text(value: object, where: str) -> str:
    if isinstance(value, str) and value:
        return value
    raise InputError(f"{where}: expected a text, got {value!r}")


def _number(value: object, where: str) -> float:
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        try:
            number = float(value)
        except (ValueError, OverflowError):
            number = math.nan
        if math.isfinite(number):
            return number
    raise InputError(f"{where}: expected a number, got {value!r}")


def _threshold(value: object, where: str) -> float:
    number = _number(value, where)
    if 0 <= number <= 1:
        return number
    raise InputError(f"{where}: expected a similarity from 0 to 1, got {value!r}")


def _threads(value: object, where: str) -> int:
    number = _number(value, where)
    if number.is_integer() and 1 <= number <= _MOST_THREADS:
        return int(number)
    raise InputError(f"{where}: expected a whole number from 1 to {_MOST_THREADS}, got {value!r}")


def _names(value: object, where: str) -> tuple[str, ...]:
    if isinstance(value, str):
        import csv

        value = [name.strip() for name in next(csv.reader([value]), [])]
    if isinstance(value, list) and value and all(isinstance(name, str) and name for name in value):
        return tuple(value)
    raise InputError(f"{where}: expected names divided by commas, got {value!r}")


def _weights(value: object, where: str) -> dict[str, float]:
    if isinstance(value, dict):
        pairs = list(value.items())
    else:
        texts = value.split(",") if isinstance(value, str) else value
        pairs = [_pair(text, where) for text in texts] if isinstance(texts, (list, tuple)) else []
    weights: dict[str, float] = {}
    for expert, number in pairs:
        if expert in weights:
            raise InputError(f"{where}: {expert!r} has two weights", hint="give each expert one")
        weights[expert] = _number(number, f"{where}: {expert}")
        if weights[expert] < 0:
            raise InputError(f"{where}: {expert}: a weight is 0 or more, got {number!r}")
    if not weights:
        raise InputError(f"{where}: expected EXPERT=NUMBER, got {value!r}")
    return weights


def _pair(text: object, where: str) -> tuple[str, str]:
    expert, sign, number = str(text).rpartition("=")
    if not (expert.strip() and sign):
        raise InputError(f"{where}: expected EXPERT=NUMBER, got {text!r}", hint="as in alice=2.5")
    return expert.strip(), number.strip()


# The one variable whose name the kernels share.
_VARIABLES = {"threads": "COTOOL_NUM_THREADS"}
_CONVERTERS: dict[str, Convert] = {
    "method": _choice(METHODS),
    "metric": _choice(METRICS),
    "clustering": _choice(CLUSTERINGS),
    "threshold": _threshold,
    "weight": _weights,
    "embedder": _text,
    "question_key": _text,
    "id_key": _text,
    "content_key": _text,
    "expert_key": _text,
    "confidence_key": _text,
    "timestamp_key": _text,
    "embedding_key": _text,
    "responses_key": _text,
    "topic_key": _text,
    "store": _text,
    "half_life": _text,
    "expert_columns": _names,
    "format": _choice(FORMATS),
    "threads": _threads,
}
