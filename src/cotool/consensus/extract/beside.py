"""What one answer is beside the others: with or without a unit, brackets, a country's code."""

from __future__ import annotations

from collections import Counter

from cotool._lazy import lazy_pattern, once
from cotool.consensus.extract.dates import resolve
from cotool.consensus.extract.notations import written_otherwise
from cotool.consensus.extract.same_names import unaccented
from cotool.consensus.extract.spellings import as_rate, spellings
from cotool.consensus.extract.telephones import by_national_number, in_full

# "3 pieces" beside 3, "120/80 mmHg" beside 120/80
_COUNT = lazy_pattern(r"(\d[\d.,:/–]*) (?!bce?$|c$)([^\W\d_]\D*)")

_HOUR = lazy_pattern(r"(\d{1,2}) ?h")  # a time of day beside 19:00, else a duration

# "Sao Paulo" is São Paulo; "si" and "ano" are other words than "sí" and "año".
_SHORTEST_NAME = 3


class Beside:
    """The answers to a question, and what is asked of all of them for each of them."""

    def __init__(self, values: set[str]) -> None:
        self.values = values

    @once
    def units(self) -> set[str]:
        """What is counted."""
        counts = filter(None, map(_COUNT.fullmatch, self.values))
        return {as_rate(match[2].partition(" (")[0]) for match in counts}

    @once
    def heads(self) -> Counter[str]:
        """How many answers have what stands before their brackets."""
        return Counter(one.partition(" (")[0] for one in self.values if " (" in one)

    @once
    def inner(self) -> Counter[str]:
        """How many answers are the same within brackets."""
        return Counter(one.strip("()[]") for one in self.values)

    @once
    def by_national_number(self) -> dict[str, list[str]]:
        """Telephone numbers by what may be left without the code of their country."""
        return by_national_number(self.values)


def _without_unit(value: str, known: Beside) -> str | None:
    """Return the number that another answer gives without the unit, or the time of day, of 19h."""
    counted = next(filter(None, map(_COUNT.fullmatch, (value, *spellings(value)))), None)
    if counted and counted[1] in known.values:
        named = known.units | {as_rate(counted[2].partition(" (")[0])}
        return counted[1] if len(named) == 1 else None
    hour = _HOUR.fullmatch(value)
    clock = f"{int(hour[1]):02}:00" if hour else ""
    return clock if clock in known.values else None


def renamed_beside(value: str, known: Beside) -> str:
    """Return what an answer is called that says less or more than another."""
    values = known.values
    value = resolve(value, values)
    if (value.endswith(")") or "(" in value) and "(base " not in value:
        head = value.partition("(")[0].strip()
        if head in values and known.heads[head] == 1:
            return head
    bare = (
        _without_unit(value, known)
        or in_full(value, known.by_national_number)
        or written_otherwise(value, values)
    )
    if bare is not None:
        return bare
    if value.startswith(("(", "[")):
        inner = value.strip("()[]")
        if inner in values and known.inner[inner] == 2:
            return inner
    if (
        not value.isascii()
        and (value.count("×") + value.count("·"))
        and _same_product(value, values)
    ):
        return value.replace("×", "").replace("·", "")
    if not value.isascii():
        if value[0] in values and value[0] > "\u25ff" and not value.strip(value[0]):
            return value[0]  # one emoji, repeated
        bare = unaccented(value)
        if bare.isascii() and bare in values and len(bare) > _SHORTEST_NAME:
            return bare
    return value


def _same_product(value: str, values: set[str]) -> bool:
    """Whether another answer writes a product without its sign, and none with the other sign."""
    mark, other = ("×", "·") if "×" in value else ("·", "×")
    return value.replace(mark, "") in values and value.replace(mark, other) not in values
