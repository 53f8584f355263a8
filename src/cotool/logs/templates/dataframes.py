"""Templates as tables, and what a notebook shows of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from cotool._typing import TYPE_CHECKING
from cotool.io.dataframes import TableData, as_html, table_of
from cotool.logs.levels import LEVELS

if TYPE_CHECKING:
    from cotool.logs.templates.model import Template

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def plain_moment(seconds: float) -> datetime | None:
    """Return a moment as logs without zones write it; None past 9999."""
    return moment(seconds, zoned=False)


def template_table(
    templates: Sequence[Template],
    records: int,
    *,
    moment: Callable[[float], datetime | None] = plain_moment,
) -> TableData:
    """Return one row per template, the most frequent first."""
    whole = max(records, 1)

    def seconds(value: int | None) -> datetime | None:
        return None if value is None else moment(value)

    return table_of(
        ("id", "template", "count", "share", "level", *LEVELS, "first_seen", "last_seen",
         "parameters", "example"),
        (
            (
                one.id, one.text, one.count, one.count / whole, one.level,
                *(one.levels[level] for level in LEVELS),
                seconds(one.first_seen), seconds(one.last_seen),
                len(one.parameters), one.examples[0] if one.examples else None,
            )
            for one in templates
        ),
    )  # fmt: skip


def templates_html(templates: Sequence[Template], records: int) -> str:
    """Return what a notebook shows of templates."""
    table = table_of(
        ("count", "level", "template", "id"),
        ((one.count, one.level, one.text, one.id) for one in templates),
    )
    return as_html(table, f"{len(table.rows):,} templates of {records:,} records")


def moment(seconds: float, *, zoned: bool, zone: tzinfo | None = None) -> datetime | None:
    """Return a moment in a zone; None past 9999.

    Without a zone it is in UTC where the logs name zones, else as they write it.
    """
    try:
        moment = _EPOCH + timedelta(seconds=seconds)
        if zone is not None:
            return moment.astimezone(zone)
    except OverflowError:
        return None
    return moment if zoned else moment.replace(tzinfo=None)
