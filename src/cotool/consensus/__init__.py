"""Consensus among experts who answered the same question.

The public names load on first use: the command line reads `options` without loading a kernel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cotool._lazy import lazy

if TYPE_CHECKING:
    from cotool.consensus.api import find_consensus, find_consensus_batch
    from cotool.consensus.decide.neighbourhood import Neighbours, neighbours
    from cotool.consensus.decide.similarity import similarity_matrix
    from cotool.consensus.learning.session import Learning, give_feedback
    from cotool.consensus.learning.store import Store
    from cotool.consensus.model import (
        Cluster,
        Consensus,
        Dissent,
        Insight,
        Question,
        Response,
    )
    from cotool.consensus.read.gold import Gold, read_gold
    from cotool.consensus.truth.labels import (
        Truth,
        correlated,
        dawid_skene,
        glad,
        mace,
        majority_vote,
        one_coin_dawid_skene,
        wawa,
    )

__all__ = [
    "Cluster",
    "Consensus",
    "Dissent",
    "Gold",
    "Insight",
    "Learning",
    "Neighbours",
    "Question",
    "Response",
    "Store",
    "Truth",
    "correlated",
    "dawid_skene",
    "find_consensus",
    "find_consensus_batch",
    "give_feedback",
    "glad",
    "mace",
    "majority_vote",
    "neighbours",
    "one_coin_dawid_skene",
    "read_gold",
    "similarity_matrix",
    "wawa",
]

_LABELS = [
    "Truth",
    "correlated",
    "dawid_skene",
    "glad",
    "mace",
    "majority_vote",
    "one_coin_dawid_skene",
    "wawa",
]

__getattr__ = lazy(
    "cotool.consensus",
    {
        **dict.fromkeys(__all__, "cotool.consensus.model"),
        **dict.fromkeys(_LABELS, "cotool.consensus.truth.labels"),
        "find_consensus": "cotool.consensus.api",
        "find_consensus_batch": "cotool.consensus.api",
        "Gold": "cotool.consensus.read.gold",
        "Learning": "cotool.consensus.learning.session",
        "Store": "cotool.consensus.learning.store",
        "give_feedback": "cotool.consensus.learning.session",
        "read_gold": "cotool.consensus.read.gold",
        "Neighbours": "cotool.consensus.decide.neighbourhood",
        "neighbours": "cotool.consensus.decide.neighbourhood",
        "similarity_matrix": "cotool.consensus.decide.similarity",
    },
)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
