"""Consensus among experts and analysis of logs, at the speed of the machine.

The public names load on first use, so `import cotool` is cheap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cotool._lazy import lazy

if TYPE_CHECKING:
    from cotool.build_info import build_info
    from cotool.consensus import (
        Cluster,
        Consensus,
        Dissent,
        Insight,
        Question,
        Response,
        find_consensus,
        find_consensus_batch,
        similarity_matrix,
    )
    from cotool.errors import CotoolError, InputError, MissingExtraError
    from cotool.logs import LogSummary, analyze_logs

__version__ = "0.1.0"

__all__ = [
    "Cluster",
    "Consensus",
    "CotoolError",
    "Dissent",
    "InputError",
    "Insight",
    "LogSummary",
    "MissingExtraError",
    "Question",
    "Response",
    "analyze_logs",
    "build_info",
    "find_consensus",
    "find_consensus_batch",
    "similarity_matrix",
]

__getattr__ = lazy(
    "cotool",
    {
        **dict.fromkeys(__all__, "cotool.consensus"),
        **dict.fromkeys(["CotoolError", "InputError", "MissingExtraError"], "cotool.errors"),
        **dict.fromkeys(["LogSummary", "analyze_logs"], "cotool.logs"),
        "build_info": "cotool.build_info",
    },
)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
