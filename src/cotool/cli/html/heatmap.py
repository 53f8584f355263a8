"""An agreement matrix as a heat map: cells to hover over, or an image where there are many."""

from __future__ import annotations

import base64
import json
import math
import struct
import zlib
from collections.abc import Callable, Sequence

from rich.cells import cell_len

from cotool._records import dataclass
from cotool.cli.html.markup import Html, element, join, said
from cotool.cli.html.parts import chart, note, plain_table
from cotool.consensus.report.similarities import averages, digits, low_end, runs_of
from cotool.text import and_more, one_line, plural

_MOST_CELLS = 100  # a side; an image from here on
_MOST_PIXELS = 600  # a side of the image; neighbours are averaged beyond
_MOST_SHARP = 360  # a side of an image whose cells keep their edges
_MOST_NUMBERS = 14  # a side with the number in each cell
_MOST_NAMES = 44  # a side with names beside it
_MOST_TABLE = 30  # a side of the table for readers who cannot see it
_SIDE, _CELL = 590, 40  # pixels: of all cells together, of one at most
_LETTER = 7.4  # pixels of a name's letter
_NAME = 18  # letters of a name beside the cells
_MOST_NAME = 80  # letters of a name in the tip that hovering shows
_NO_VALUE = 255
# Opacities from which white letters read better than black ones on the light page, and black ones
# better than white ones on the dark page; 4.5 : 1 or more with the colours of page.css.
_LIGHT_TURN, _DARK_TURN = 0.85, 0.62
_COLOUR = (66, 118, 190)  # of the image, which is the same on both pages


@dataclass(frozen=True)
class _Grid:
    """What is drawn: a name for each line and column, and where clusters end between them."""

    names: Sequence[str]
    values: Sequence[Sequence[float]]
    bounds: Sequence[int]
    least: float
    label: str

    @property
    def side(self) -> int:
        """Return how many lines it has, and columns."""
        return len(self.names)


def heat_map(
    names: Sequence[str],
    row: Callable[[int], Sequence[float]],
    groups: Sequence[Sequence[int]],
    label: str,
) -> Html:
    """Return the map with a scale and a table.

    `row(i)` gives similarities of expert i; `groups` are the experts, cluster by cluster.
    """
    order = [i for group in groups for i in group]
    runs = runs_of(order, _MOST_PIXELS)
    values = averages(runs, row)
    least = low_end(values)
    shown = [_name([names[i] for i in run]) for run in runs]
    grid = _Grid(shown, values, _bounds(groups, len(order), len(runs)), least, label)
    picture = _cells(grid) if grid.side <= _MOST_CELLS else _image(grid)
    readings = element(
        "div",
        picture,
        class_="heat",
        data_names=json.dumps(shown, ensure_ascii=False),
        data_values="".join(f"{_percent(value):02x}" for line in values for value in line),
        data_inset=_inset(shown),
        tabindex="0",
        role="application",
        aria_label=f"{label}: arrow keys move from cell to cell",
    )
    below = [_scale(least)]
    if len(runs) < len(order):
        below.append(
            note(f"{len(order):,} experts: each cell averages {len(order) / len(runs):.1f} of them")
        )
    table = None
    if len(order) <= _MOST_TABLE:
        table = plain_table(
            "Similarity in percent",
            ["", *map(str, range(1, len(order) + 1))],
            [
                [
                    join(f"{place} ", said(name)),
                    *("·" if place - 1 == j else digits(v) for j, v in enumerate(line)),
                ]
                for place, (name, line) in enumerate(zip(shown, values, strict=True), 1)
            ],
        )
    elif len(groups) > 1:
        table = _between(groups, values, order) if len(runs) == len(order) else None
    return chart(readings, below=join(*below), table=table)


def _inset(names: Sequence[str]) -> float:
    """Return the share of the drawing's width that is names, not cells."""
    left = _label(names)
    return left / (left + len(names) * _size(len(names)))


def _label(names: Sequence[str]) -> float:
    """Return the width of the names beside the cells, 0 if they are too many."""
    if len(names) > _MOST_NAMES:
        return 0.0
    return 12 + _LETTER * max(cell_len(_short(name)) for name in names)


def _size(side: int) -> float:
    """Return how large a cell is."""
    return min(_CELL, round(_SIDE / side, 1))


def _cells(grid: _Grid) -> Html:
    side = grid.side
    labelled = side <= _MOST_NAMES
    left = _label(grid.names)
    cell, space = _size(side), 1 if labelled else 0.25
    drawn: list[Html] = []
    for i, line in enumerate(grid.values):
        for j, value in enumerate(line):
            opacity = _opacity(value, grid.least)
            drawn.append(
                element(
                    "rect", x=left + j * cell + space, y=i * cell + space, width=cell - 2 * space,
                    height=cell - 2 * space, fill_opacity=f"{opacity:.2f}",
                    rx=2 if labelled else None,
                )
            )  # fmt: skip
            if side <= _MOST_NUMBERS:
                drawn.append(
                    element(
                        "text", digits(value), x=left + (j + 0.5) * cell,
                        y=(i + 0.5) * cell + 5, class_=_ink(opacity),
                    )
                )  # fmt: skip
    if labelled:
        drawn += [
            element("text", _short(name), x=left - 8, y=(i + 0.5) * cell + 4, class_="name")
            for i, name in enumerate(grid.names)
        ]
    end = left + side * cell
    for bound in grid.bounds:
        at = bound * cell
        drawn.append(element("line", x1=left, x2=end, y1=at, y2=at))
        drawn.append(element("line", x1=left + at, x2=left + at, y1=0, y2=side * cell))
    drawn.append(element("rect", class_="cursor", width=cell, height=cell, visibility="hidden"))
    return element(
        "svg",
        element("title", grid.label),
        join(*drawn),
        viewBox=f"0 0 {end} {side * cell}",
        width=end,
        class_="few" if side <= _MOST_NUMBERS else None,
        role="img",
        aria_label=grid.label,
    )


def _image(grid: _Grid) -> Html:
    side = grid.side
    png = opacity_png(
        [bytes(round(255 * _opacity(value, grid.least)) for value in line) for line in grid.values],
        _COLOUR,
    )
    lines = [
        element("line", x1=x1, x2=x2, y1=y1, y2=y2)
        for at in grid.bounds
        for x1, x2, y1, y2 in ((0, side, at, at), (at, at, 0, side))
    ]
    overlay = element(
        "svg", join(*lines),
        element("rect", class_="cursor", width=1, height=1, visibility="hidden"),
        viewBox=f"0 0 {side} {side}", aria_hidden="true", class_="over",
    )  # fmt: skip
    picture = element("img", src=data_url(png), alt=grid.label, width=side, height=side)
    kind = "image fine" if side > _MOST_SHARP else "image"
    return element("div", picture, overlay, class_=kind)


def _scale(least: float) -> Html:
    steps = 12
    cells = [
        element(
            "rect", x=place * 10, y=0, width=10, height=10,
            fill_opacity=f"{_opacity(least + (1 - least) * place / (steps - 1), least):.2f}",
        )
        for place in range(steps)
    ]  # fmt: skip
    picture = element(
        "svg", *cells, viewBox=f"0 0 {steps * 10} 10", preserveAspectRatio="none",
        aria_hidden="true",
    )  # fmt: skip
    return element("p", f"similarity {100 * least:.0f} %", picture, "100 %", class_="scale")


def _between(
    groups: Sequence[Sequence[int]], values: Sequence[Sequence[float]], order: Sequence[int]
) -> Html:
    """Return mean similarities within and between the largest clusters."""
    place = {i: n for n, i in enumerate(order)}
    chosen = groups[:10]
    rows = []
    for number, group in enumerate(chosen, 1):
        cells: list[object] = [f"cluster {number}, {plural(len(group), 'expert')}"]
        for other in chosen:
            found = [values[place[i]][place[j]] for i in group for j in other if i != j]
            cells.append(digits(sum(found) / len(found)) if found else "·")
        rows.append(cells)
    heads = ["", *(str(number) for number in range(1, len(chosen) + 1))]
    return plain_table("Mean similarity within and between clusters, in percent", heads, rows)


def _bounds(groups: Sequence[Sequence[int]], experts: int, side: int) -> list[int]:
    """Return where one cluster ends and the next begins; none where all are single."""
    if max(map(len, groups)) == 1:
        return []
    edges, at = set(), 0
    for group in groups[:-1]:
        at += len(group)
        if len(group) > 1:
            edges.add(at * side // experts)
    return sorted(edges)


def _opacity(value: float, least: float) -> float:
    if math.isnan(value):
        return 0.0
    return 0.04 + 0.96 * min(1.0, max(0.0, (value - least) / (1 - least)))


def _ink(opacity: float) -> str | None:
    words = ["over-light"] if opacity > _LIGHT_TURN else []
    words += ["over-dark"] if opacity > _DARK_TURN else []
    return " ".join(words) or None


def _percent(value: float) -> int:
    return _NO_VALUE if math.isnan(value) else round(100 * min(1.0, max(0.0, value)))


def _name(names: Sequence[str]) -> str:
    return and_more([one_line(names[0][:_MOST_NAME]) or "–"], len(names))


def _short(name: str) -> str:
    return name if len(name) <= _NAME else name[: _NAME - 1] + "…"


_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PALETTE = 3  # colour type: indices into a palette


def opacity_png(rows: Sequence[bytes], colour: tuple[int, int, int]) -> bytes:
    """Return an image from rows of bytes of one length, 0 transparent to 255 opaque."""
    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, _PALETTE, 0, 0, 0)
    lines = b"".join(b"\0" + row for row in rows)  # each without a filter
    return _SIGNATURE + b"".join(
        (
            _chunk(b"IHDR", header),
            _chunk(b"PLTE", bytes(colour) * 256),
            _chunk(b"tRNS", bytes(range(256))),
            _chunk(b"IDAT", zlib.compress(lines, 9)),
            _chunk(b"IEND", b""),
        )
    )


def data_url(png: bytes) -> str:
    """Return an image as the URL that holds it."""
    return "data:image/png;base64," + base64.b64encode(png).decode()


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
