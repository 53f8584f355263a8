"""An agreement matrix as a heat map of half blocks, for terminals with colours."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from rich.color import Color
from rich.style import Style
from rich.text import Text

from cotool.cli.shared.screen import fitted
from cotool.consensus.report.similarities import averages, low_end, runs_of

_LABEL = 14  # cells of an expert's name
_MOST_PIXELS = 48  # more rows than this do not fit with the rest of the result

# Viridis at 0, ¼, ½, ¾, 1: even steps of lightness, which colour-blind readers can distinguish.
_SCALE = ((68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37))


def heat_map(
    names: Sequence[str], row: Callable[[int], Sequence[float]], order: Sequence[int], width: int
) -> list[Text]:
    """Return the lines of a heat map with its legend, at most `width` cells wide.

    `row(i)` returns the similarities of expert i; `order` groups experts by cluster. Each cell is
    two columns by one line if that fits, otherwise one column by half a line. With more experts
    than cells, neighbours are averaged.
    """
    large = _LABEL + 1 + 2 * len(order) <= width and len(order) <= _MOST_PIXELS // 2
    room = width - (_LABEL if large else 2 * _LABEL + 1) - 1
    groups = runs_of(order, max(1, min(room // (2 if large else 1), _MOST_PIXELS)))
    cells = averages(groups, row)
    lowest = low_end(cells)
    labels = [_label([names[i] for i in group]) for group in groups]
    lines = []
    step = 1 if large else 2
    for top in range(0, len(groups), step):
        bottom = top if large else top + 1
        beneath = cells[bottom] if bottom < len(cells) else None
        line = Text(" ".join(labels[top : top + step]), no_wrap=True)
        line.pad_right((_LABEL if large else 2 * _LABEL + 1) + 1 - line.cell_len)
        for column, value in enumerate(cells[top]):
            below = None if beneath is None else _colour(beneath[column], lowest)
            line.append(
                "▀" * (2 if large else 1), Style(color=_colour(value, lowest), bgcolor=below)
            )
        lines.append(line)
    lines.append(_legend(lowest))
    if len(groups) < len(order):
        lines.append(Text(f"{len(order)} experts: each cell averages several neighbours"))
    return lines


def _colour(value: float, lowest: float) -> Color:
    share = 0.0 if math.isnan(value) else min(1.0, max(0.0, (value - lowest) / (1 - lowest)))
    place = min(int(share * (len(_SCALE) - 1)), len(_SCALE) - 2)
    part = share * (len(_SCALE) - 1) - place
    low, high = _SCALE[place], _SCALE[place + 1]
    red, green, blue = (a + (b - a) * part for a, b in zip(low, high, strict=True))
    return Color.from_rgb(red, green, blue)


def _legend(lowest: float) -> Text:
    legend = Text(f"{'similarity':<{_LABEL}} {100 * lowest:.0f} % ", no_wrap=True)
    for place in range(16):
        share = lowest + (1 - lowest) * place / 15
        legend.append("▀", Style(color=_colour(share, lowest), bgcolor=_colour(share, lowest)))
    return legend.append(" 100 %")


def _label(names: Sequence[str]) -> str:
    more = f" +{len(names) - 1}" if len(names) > 1 else ""
    return fitted(fitted(names[0], _LABEL - len(more)).rstrip() + more, _LABEL)
