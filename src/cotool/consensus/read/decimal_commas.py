"""Columns of numbers with decimal commas, of which some would by themselves have thousands.

1,250 beside 12,5 is one and a quarter, and 1.250 beside 1.250,5 more than a thousand.
"""

from __future__ import annotations

from collections.abc import Iterable

from cotool._lazy import lazy_pattern
from cotool._typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cotool.consensus.read.columns import Column

# A number of which three digits follow the only comma or point.
_UNCLEAR = lazy_pattern(r"([-+]?[1-9]\d{0,2})([.,])(\d{3})")
_COMMA = lazy_pattern(r"[-+]?(?:\d{1,3}(?:\.\d{3})+,\d+|0,\d+|\d+,(?:\d{1,2}|\d{4,}))")
_POINT = lazy_pattern(
    r"[-+]?(?:\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:,\d{3}){2,}|0?\.\d+|\d+\.(?:\d{1,2}|\d{4,}))"
)


def have_decimal_commas(columns: Iterable[Column]) -> bool:
    """Whether numbers have decimal commas, and some of them would be read differently."""
    values = {value for column in columns if column.is_number for value in column.counts}
    return (
        any(map(_UNCLEAR.fullmatch, values))
        and any(map(_COMMA.fullmatch, values))
        and not any(map(_POINT.fullmatch, values))
    )


def with_point(cell: Any) -> Any:
    """Return a number of such a column so that it cannot be read differently."""
    found = _UNCLEAR.fullmatch(cell.strip()) if isinstance(cell, str) else None
    if found is None:
        return cell
    whole, mark, digits = found.groups()
    return f"{whole}.{digits}" if mark == "," else f"{whole}{digits}"
