"""Analysis of logs: levels, keywords, patterns and times of gigabytes of lines in one pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cotool._lazy import lazy

if TYPE_CHECKING:
    from cotool.logs.analyze import analyze_logs
    from cotool.logs.histogram import Histogram
    from cotool.logs.model import FileSummary, LogCounts, LogSummary, Sample

__all__ = ["FileSummary", "Histogram", "LogCounts", "LogSummary", "Sample", "analyze_logs"]

__getattr__ = lazy(
    "cotool.logs",
    {
        "analyze_logs": "cotool.logs.analyze",
        "Histogram": "cotool.logs.histogram",
        **dict.fromkeys(["FileSummary", "LogCounts", "LogSummary", "Sample"], "cotool.logs.model"),
    },
)
