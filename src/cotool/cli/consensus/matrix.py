"""An agreement matrix as numbers, if there is no colour."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from cotool.cli.shared.layout import Text
from cotool.cli.shared.screen import fitted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_LABEL = 14  # cells of an expert's name
_MOST_NUMBERS = 12
_NUMBER = 4  # cells of a number


def number_table(
    names: Sequence[str], row: Callable[[int], Sequence[float]], order: Sequence[int], width: int
) -> list[Text]:
    """Return a table of similarities in percent, or a line that says how to get them."""
    label = min(_LABEL, max(len(name) for name in names)) + 3
    if len(order) > _MOST_NUMBERS or label + _NUMBER * len(order) > width:
        return [Text(f"{len(order)} experts: use --format json for the matrix")]
    heading = " " * label + "".join(f"{place:>{_NUMBER}}" for place in range(1, len(order) + 1))
    lines = [Text(heading, no_wrap=True)]
    for place, i in enumerate(order, 1):
        values = row(i)
        cells = "".join(f"{'·' if i == j else _digits(values[j]):>{_NUMBER}}" for j in order)
        lines.append(Text(f"{place:>2} {fitted(names[i], label - 3)}{cells}", no_wrap=True))
    return lines


def _digits(value: float) -> str:
    return "–" if math.isnan(value) else f"{100 * value:.0f}"
