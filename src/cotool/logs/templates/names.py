"""Names of a template's parameters, from its text: `took <ms> ms`, `user=<user>`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from cotool._lazy import lazy_pattern
from cotool.logs.formats.field_names import scale_of
from cotool.logs.templates.tokens import PARAMETER, SHOWN
from cotool.logs.units import MESSAGE_UNITS, NO_SCALE, UNITS

# A key. Before a colon, only where a list of keys begins or continues.
_KEY = lazy_pattern(r"([A-Za-z_][\w.-]*)[\"']?(?:\s?=\s?|(?<=\")\s?:\s?)[\"'(\[<{]*$")
_LISTED = lazy_pattern(r"(?:^|[,;({\[|])\s*([A-Za-z_][\w.-]*)\s?:\s*[\"'(\[<{]*$")
_BEFORE = lazy_pattern(r"([A-Za-z]+) [\"'(\[<]?$")
_UNIT = lazy_pattern(r"\s?([A-Za-zµ%]+)(?![\w=:])")
_COUNTED = lazy_pattern(r" ([a-z]{2,}[a-rt-z]s)(?![\w=:-])")
# Nouns that a name or a number of that kind follows.
_NAMED = frozenset(
    "address attempt batch block bucket channel class client cluster code container core "
    "count cpu database device disk error event exit file group host id index instance "
    "interface item iteration job key level line message mode module name node number offset "
    "order page partition path pid pod port process queue rank request retry role row server "
    "service session shard size slot stage state status step table task thread ticket topic "
    "transaction type unit url user version volume worker zone".split()
)


def names_of(text: str) -> tuple[str | None, ...]:
    """Return the name of each parameter of a template's text, None if the text gives none."""
    pieces = text.split(PARAMETER)
    names = []
    seen: Counter[str] = Counter()
    for n, (before, after) in enumerate(pairwise(pieces)):
        name = _name(PARAMETER + before if n else before, after)
        if name is not None:
            seen[name] += 1
            if seen[name] > 1:
                name = f"{name}{seen[name]}"
        names.append(name)
    return tuple(names)


def units_of(text: str, names: Sequence[str | None]) -> tuple[str | None, ...]:
    """Return the unit that the text gives each parameter: after it, or in its name."""
    pieces = text.split(PARAMETER)
    units = []
    for (before, after), name in zip(pairwise(pieces), names, strict=True):
        written = _UNIT.match(after)
        if written and written[1] in MESSAGE_UNITS:
            units.append(written[1])
        else:
            implied = scale_of(name) if name and _KEY.search(before) else NO_SCALE
            units.append(next((unit for unit, scale in UNITS.items() if scale == implied), None))
    return tuple(units)


def named(text: str) -> str:
    """Return a template's text as it is shown, with `<name>` for each parameter with a name."""
    head, *pieces = text.split(SHOWN)
    names = names_of(text.replace(SHOWN, PARAMETER))
    return head + "".join(
        f"<{name or '*'}>{piece}" for name, piece in zip(names, pieces, strict=True)
    )


def _name(before: str, after: str) -> str | None:
    found = _KEY.search(before) or _LISTED.search(before)
    if found:
        return found[1]
    unit = _UNIT.match(after)
    if unit and unit[1] in {*MESSAGE_UNITS, "%"}:
        return "percent" if unit[1] == "%" else unit[1]
    found = _BEFORE.search(before)
    if found and found[1].lower() in _NAMED:
        return found[1].lower()
    counted = _COUNTED.match(after)
    return counted[1] if counted else None
