"""How templates differ from those of an earlier run."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from cotool.cli.html.markup import Html, brief, element, join
from cotool.cli.html.parts import figures, left_out, note
from cotool.cli.html.tables import Cell, Column, Row, data_table, row
from cotool.cli.html.templates import template_text
from cotool.logs.report.templates import numbers_title, quantity_in
from cotool.text import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cotool.logs.changes import NumberChange
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

_NUMBER_COLUMNS = (
    Column("numbers", kind="template"),
    *(Column(name, number=True) for name in ("p50 before", "p50 now", "p99 before", "p99 now")),
    Column("ratio", number=True),
    Column("difference", number=True, wide=True),
)
_LONGEST = 500


def changes(found: Comparison | None) -> Html:
    """Return what is new, what vanished, and what is more or less frequent."""
    if found is None:
        return join()
    kinds: tuple[tuple[str, Sequence[Change]], ...] = (
        ("new", found.new),
        ("vanished", found.vanished),
        ("changed", found.changed),
    )
    rows = [_row(change, kind) for kind, listed in kinds for change in listed[:_MOST]]
    lead = figures(
        *((kind, f"{len(listed):,}", "") for kind, listed in kinds),
        ("unchanged", f"{found.unchanged:,}", ""),
        ("records", f"{found.records_after:,}", f"{found.records_before:,} before"),
    )
    groups = {kind: len(listed[:_MOST]) for kind, listed in kinds if listed}
    table = data_table(
        "changes-table", "Templates that differ, the most significant first", _COLUMNS, rows,
        search="filter", groups=groups,
    )  # fmt: skip
    missing = sum(max(0, len(listed) - _MOST) for _, listed in kinds)
    remark = note(
        "The ratio is that of the shares of all records; chance is how likely it alone makes so "
        "great a difference."
    )
    shown = (lead, *((table, remark) if rows else ()), left_out(missing, "template"))
    return join(*(shown if found.has_templates else ()), _numbers(found))


def _numbers(found: Comparison) -> Html:
    """Return the numbers whose distribution has changed, the most different first."""
    changed = found.changed_numbers
    if not found.numbers_compared:
        return join()
    head = f"{len(changed):,} of {plural(found.numbers_compared, 'number')} changed"
    rows = [_number_row(change) for change in changed[:_MOST]]
    table = data_table("numbers-table", head, _NUMBER_COLUMNS, rows, search="filter")
    remark = note(
        "The difference is the greatest one of the cumulative shares (Kolmogorov-Smirnov). Numbers "
        "count as changed from .1 on, if the median changed by a quarter and chance is unlikely."
    )
    shown = (table, remark) if rows else ()
    return join(element("h3", head), *shown, left_out(len(changed) - len(rows), "number"))


def _number_row(change: NumberChange) -> Row:
    title = numbers_title(change)
    shown = template_text(title) if change.id else brief(title, _LONGEST)
    numbers = (change.p50_before, change.p50, change.p99_before, change.p99)
    return row(
        Cell(shown, title[:80]),
        *(
            Cell(quantity_in(number, change.unit), -1.0 if number is None else number)
            for number in numbers
        ),
        Cell("–" if change.ratio is None else f"{change.ratio:,.2f} ×", change.ratio or 0.0),
        Cell(f"{change.difference:.2f}", change.difference),
    )


def _row(change: Change, kind: str) -> Row:
    ratio = f"{change.ratio:,.2f} ×" if math.isfinite(change.ratio) else "–"
    return row(
        Cell(template_text(change.text), change.text[:80]),
        kind,
        Cell(f"{change.before:,}", change.before),
        Cell(f"{change.after:,}", change.after),
        Cell(ratio, change.ratio if math.isfinite(change.ratio) else 1e300),
        Cell("<0.1 %" if change.p < 0.001 else f"{100 * change.p:.1f} %", change.p),
        group=kind,
    )
