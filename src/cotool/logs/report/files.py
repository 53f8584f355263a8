"""The figures of each file as rows of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cotool._typing import TYPE_CHECKING
from cotool.logs.levels import KEYWORDS, LEVELS
from cotool.logs.model import ODDITIES, SIZES

if TYPE_CHECKING:
    from cotool.logs.model import Analysis, FileSummary


def file_rows(
    summary: Analysis, time: Callable[[FileSummary, int | None], object]
) -> Iterator[tuple[object, ...]]:
    """Yield one row per file, the header first; sums of their numbers are the totals.

    time: makes the value for nanoseconds since 1970, or for no time, in a file. The error of a file
    is the column "problem", since "error" counts the records of that level.
    """
    patterns = tuple(summary.counts.patterns)
    yield (
        *("path", *SIZES, *LEVELS),
        *(f"mentions_{name}" for name in KEYWORDS),
        *(*ODDITIES, "first_seen", "last_seen", "compression", "problem"),
        *(f"pattern:{name}" for name in patterns),
    )
    for file in summary.files:
        counts = file.counts
        yield (
            file.path,
            *(getattr(counts, name) for name in SIZES),
            *(counts.levels[level] for level in LEVELS),
            *(counts.keywords[name] for name in KEYWORDS),
            *(getattr(counts, name) for name in ODDITIES),
            *(time(file, counts.first_seen), time(file, counts.last_seen)),
            *(file.compression, file.error),
            *(counts.patterns.get(name, 0) for name in patterns),
        )
