"""The settings of `cotool consensus`: what its options say, checked and converted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cotool.cli.shared.settings import nearest
from cotool.consensus.options import CLUSTERINGS, METHODS, METRICS
from cotool.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Convert = Callable[[Any, str], Any]

FORMATS = ("table", "json", "jsonl", "csv", "html")


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


def _choice(known: tuple[str, ...]) -> Convert:
    def convert(value: str, name: str) -> str:
        if value in known:
            return value
        raise InputError(
            f"{value!r} is not one of {', '.join(known)}",
            parameter=name,
            hint=nearest(value, known),
        )

    return convert


def _text(value: str, name: str) -> str:
    if value:
        return value
    raise InputError(f"expected a text, got {value!r}", parameter=name)


def _number(text: float | str, name: str, of: str = "") -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if math.isfinite(number):
        return number
    raise InputError(f"{of}expected a number, got {text!r}", parameter=name)


def _threshold(value: float, name: str) -> float:
    number = _number(value, name)
    if 0 <= number <= 1:
        return number
    raise InputError(f"expected a similarity from 0 to 1, got {value!r}", parameter=name)


def _names(value: str, name: str) -> tuple[str, ...]:
    import csv

    names = [word.strip() for word in next(csv.reader([value]), [])]
    if names and all(names):
        return tuple(names)
    raise InputError(f"expected names divided by commas, got {value!r}", parameter=name)


def _weights(value: Sequence[str], name: str) -> list[tuple[str, float]]:
    weights: dict[str, float] = {}
    for text in value:
        expert, sign, number = text.rpartition("=")
        expert = expert.strip()
        if not (expert and sign):
            raise InputError(
                f"expected EXPERT=NUMBER, got {text!r}", parameter=name, hint="as in alice=2.5"
            )
        if expert in weights:
            raise InputError(
                f"{expert!r} has two weights", parameter=name, hint="give each expert one"
            )
        weights[expert] = _number(number.strip(), name, of=f"{expert}: ")
        if weights[expert] < 0:
            raise InputError(
                f"{expert}: a weight is 0 or more, got {number.strip()!r}", parameter=name
            )
    return list(weights.items())  # Typer makes a list of what is repeatable


# Each converts a value, or raises InputError that names the parameter.
CONVERTERS: dict[str, Convert] = {
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
}
