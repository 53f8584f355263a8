"""How templates differ from those of an earlier run."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from cotool.cli.html.markup import Html, join
from cotool.cli.html.parts import figures, note
from cotool.cli.html.tables import Cell, Column, Row, data_table
from cotool.cli.html.templates import template_text
from cotool.text import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cotool.logs.templates.compare import Change, Comparison

_MOST = 300  # of each kind
_COLUMNS = (
    Column("template", kind="template"),
    Column("what"),
    Column("before", number=True),
    Column("now", number=True),
    Column("ratio", number=True),
    Column("chance", number=True, wide=True),
)


def changes(found: Comparison) -> Html:
    """Return what is new, what vanished, and what is more or less frequent."""
    kinds: tuple[tuple[str, Sequence[Change]], ...] = (
        ("new", found.new),
        ("vanished", found.vanished),
        ("changed", found.changed),
    )
    rows = [_row(change, kind) for kind, listed in kinds for change in listed[:_MOST]]
    lead = figures(
        (
            *((kind, f"{len(listed):,}", "") for kind, listed in kinds),
            ("unchanged", f"{found.unchanged:,}", ""),
            (
                "records",
                f"{found.records_after:,}",
                f"{found.records_before:,} before",
            ),
        )
    )
    groups = {kind: len(listed[:_MOST]) for kind, listed in kinds if listed}
    table = data_table(
        "changes-table", "Templates that differ, the most significant first", _COLUMNS, rows,
        search="filter", groups=groups,
    )  # fmt: skip
    left_out = sum(max(0, len(listed) - _MOST) for _, listed in kinds)
    remark = note(
        "The ratio is that of the shares of all records; chance is how likely it alone makes so "
        "great a difference."
    )
    more = note(f"{plural(left_out, 'more template')} left out.") if left_out else ""
    return join((lead, table if rows else "", remark if rows else "", more))


def _row(change: Change, kind: str) -> Row:
    ratio = f"{change.ratio:,.2f} ×" if math.isfinite(change.ratio) else "–"
    return Row(
        (
            Cell(template_text(change.text), change.text[:80]),
            Cell(kind),
            Cell(f"{change.before:,}", change.before),
            Cell(f"{change.after:,}", change.after),
            Cell(ratio, change.ratio if math.isfinite(change.ratio) else 1e300),
            Cell("<0.1 %" if change.p < 0.001 else f"{100 * change.p:.1f} %", change.p),
        ),
        group=kind,
    )
