"""Consensus among experts, at the speed of the machine.

The names below load on first use (PEP 562), so `import cotool` is cheap.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

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

__version__ = "0.1.0"

_HOMES = {
    "Cluster": "consensus",
    "Consensus": "consensus",
    "CotoolError": "errors",
    "Dissent": "consensus",
    "InputError": "errors",
    "Insight": "consensus",
    "MissingExtraError": "errors",
    "Question": "consensus",
    "Response": "consensus",
    "build_info": "build_info",
    "find_consensus": "consensus",
    "find_consensus_batch": "consensus",
    "similarity_matrix": "consensus",
}

__all__ = [
    "Cluster",
    "Consensus",
    "CotoolError",
    "Dissent",
    "InputError",
    "Insight",
    "MissingExtraError",
    "Question",
    "Response",
    "build_info",
    "find_consensus",
    "find_consensus_batch",
    "similarity_matrix",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'cotool' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"cotool.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
