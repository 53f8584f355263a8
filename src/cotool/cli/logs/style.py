"""Code that the tables of logs share: the colours of levels, sparklines."""

from __future__ import annotations

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
    """Return one block per count, as high as its share of the greatest; any count is visible."""
    most = max(counts, default=0)
    return "".join(
        _BLOCKS[0 if not count else max(1, round(count / most * (len(_BLOCKS) - 1)))]
        for count in counts
    )
