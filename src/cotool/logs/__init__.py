"""Analysis of logs: levels, keywords, patterns and times of gigabytes of lines in one pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cotool._lazy import lazy

if TYPE_CHECKING:
    from cotool.logs.api import analyze_logs
    from cotool.logs.histogram import Histogram
    from cotool.logs.mine import mine_templates
    from cotool.logs.model import FileSummary, LogCounts, LogSummary, Sample
    from cotool.logs.templates.model import Template
    from cotool.logs.templates.template_set import TemplateSet

__all__ = [
    "FileSummary",
    "Histogram",
    "LogCounts",
    "LogSummary",
    "Sample",
    "Template",
    "TemplateSet",
    "analyze_logs",
    "mine_templates",
]

__getattr__ = lazy(
    "cotool.logs",
    {
        "analyze_logs": "cotool.logs.api",
        "Histogram": "cotool.logs.histogram",
        "Template": "cotool.logs.templates.model",
        "TemplateSet": "cotool.logs.templates.template_set",
        "mine_templates": "cotool.logs.mine",
        **dict.fromkeys(["FileSummary", "LogCounts", "LogSummary", "Sample"], "cotool.logs.model"),
    },
)
