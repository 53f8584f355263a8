"""Convert the options of `cotool consensus`; the core checks them."""

from __future__ import annotations

from collections.abc import Sequence

from cotool.cli.shared.options import one_of
from cotool.consensus.options import ConsensusOptions
from cotool.errors import InputError

FORMATS = ("table", "json", "jsonl", "csv", "html")


def checked(value: object, name: str) -> object:
    """Return the value of an option of the core. Raises InputError."""
    return getattr(ConsensusOptions(**{name: value}), name)  # type: ignore[arg-type]


report = one_of(FORMATS)


def text(value: str, name: str) -> str:
    """Return a non-empty text. Raises InputError."""
    if value:
        return value
    raise InputError(f"expected a text, got {value!r}", parameter=name)


def half_life(value: str, name: str) -> str:
    """Return a half-life. Raises InputError."""
    from cotool.consensus.learning.lessons import parse_half_life

    parse_half_life(text(value, name))
    return value


def names(value: str, name: str) -> tuple[str, ...]:
    """Return names that are separated by commas. Raises InputError."""
    import csv

    found = [word.strip() for word in next(csv.reader([value]), [])]
    if found and all(found):
        return tuple(found)
    raise InputError(f"expected names separated by commas, got {value!r}", parameter=name)


def weights(value: Sequence[str], name: str) -> list[tuple[str, float]]:
    """Return the weight of each expert. Raises InputError."""
    found: dict[str, float] = {}
    for pair in value:
        expert, sign, number = (part.strip() for part in pair.rpartition("="))
        if not (expert and sign):
            raise InputError(
                f"expected EXPERT=NUMBER, got {pair!r}",
                parameter=name,
                hint="for example alice=2.5",
            )
        if expert in found:
            raise InputError(
                f"{expert!r} has two weights", parameter=name, hint="give each expert one weight"
            )
        try:
            found[expert] = float(number)
        except ValueError:
            raise InputError(
                f"{expert}: expected a number, got {number!r}", parameter=name
            ) from None
    return list(ConsensusOptions(weights=found).weights.items())  # Typer wants a list
