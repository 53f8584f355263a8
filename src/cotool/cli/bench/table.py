"""Results of benchmarks as tables."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from cotool._typing import TYPE_CHECKING, TextIO
from cotool.benchmarks import limit_of
from cotool.cli.shared.layout import Table, Text
from cotool.cli.shared.screen import Screen
from cotool.text import seconds

if TYPE_CHECKING:
    from cotool.benchmarks import Compared, Measured, Scaled

_BAR = 12  # columns of the longest bar
_WIDEST = 36  # columns of the longest name on a line
_STYLES = {"faster": "green", "slower": "red", "unclear": "dim", "unjudged": "dim"}


def measured_table(rows: Sequence[Measured], limits: dict[str, float]) -> None:
    """Print what was measured: time, spread, the rate, and its share of the machine's limit."""
    screen = Screen(sys.stdout)
    table = _table(screen, [row.name for row in rows])
    table.add_numbers("median", "mean", "spread", "rate", *(["of limit"] if limits else []))
    for row in rows:
        limit = limit_of(row, limits)
        share = "" if limit is None else f"{(row.bytes or 0) / row.median / limit[1]:.0%}"
        table.add_row(
            row.name,
            seconds(row.median),
            seconds(row.mean),
            f"{row.spread:.0%}",
            _rate(row),
            *([share] if limits else []),
        )
    screen.print(table)
    if limits:
        named = ", ".join(f"{name} {rate / 1e9:.3g} GB/s" for name, rate in limits.items())
        screen.print(Text(f"limits of one thread here: {named}", style="dim"))


def compared_table(rows: Sequence[Compared], sink: TextIO) -> None:
    """Print two results beside each other, the largest changes first."""
    screen = Screen(sink, plain=sink is not sys.stdout)
    table = _table(screen, [row.name for row in rows])
    table.add_numbers("old", "new", "new / old", "spread")
    table.add_column("", no_wrap=True)
    for row in sorted(rows, key=lambda row: (row.verdict == "unclear", -abs(row.ratio - 1))):
        table.add_row(
            row.name,
            seconds(row.old),
            seconds(row.new),
            f"{row.ratio:.2f}",
            f"{row.spread:.0%}",
            Text(row.verdict, style=_STYLES[row.verdict]),
        )
    screen.print(table)
    counts = {verdict: sum(row.verdict == verdict for row in rows) for verdict in _STYLES}
    screen.print(
        Text(", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count))
    )


def scaling_table(rows: Sequence[Scaled]) -> None:
    """Print the speed-up by threads, with a bar of it."""
    screen = Screen(sys.stdout)
    table = _table(screen, [row.name for row in rows])
    table.add_numbers("threads", "median", "speed-up", "of ideal")
    table.add_column("", no_wrap=True)
    most = max(max(row.speedup, row.threads) for row in rows)
    last = None
    for row in rows:
        table.add_row(
            row.name if row.name != last else "",
            str(row.threads),
            seconds(row.median),
            f"{row.speedup:.2f}",
            f"{row.efficiency:.0%}",
            "█" * max(round(_BAR * row.speedup / most), 1),
        )
        last = row.name
    screen.print(table)


def _table(screen: Screen, names: Sequence[str]) -> Table:
    table = Table(pad_edge=False, header_style="bold" if screen.boxes else "")
    width = min(max(map(len, names)), _WIDEST)
    table.add_column("case", overflow="fold", min_width=width, max_width=width)
    return table


def _rate(row: Measured) -> str:
    if row.items is not None:
        return f"{row.items / row.median:,.0f} /s"
    if row.bytes is not None:
        return f"{row.bytes / row.median / 1e9:.3g} GB/s"
    return ""
