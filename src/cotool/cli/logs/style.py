"""What the tables of logs share: the colours of levels, sparklines, moments."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_BLOCKS = " ▁▂▃▄▅▆▇█"
LEVEL_STYLES = {
    "trace": "dim",
    "debug": "blue",
    "info": "green",
    "notice": "cyan",
    "warning": "yellow",
    "error": "red",
    "critical": "bold magenta",
    "unknown": "dim",
}


def sparkline(counts: Sequence[int]) -> str:
    """Return one block a count, its height a share of the greatest; any count shows."""
    most = max(counts, default=0)
    return "".join(
        _BLOCKS[0 if not count else max(1, round(count / most * (len(_BLOCKS) - 1)))]
        for count in counts
    )


def moment(iso: str | None) -> str:
    """Return a time of the JSON form as people read it."""
    return "" if iso is None else iso.replace("T", " ", 1)
