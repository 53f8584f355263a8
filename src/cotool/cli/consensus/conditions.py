"""The quantities of `consensus --fail-on`."""

from __future__ import annotations

import math
from collections.abc import Callable

from cotool._typing import TYPE_CHECKING
from cotool.cli.shared.conditions import parse_condition

if TYPE_CHECKING:
    from cotool.cli.shared.conditions import Condition
    from cotool.consensus.model import Consensus

_QUANTITIES: dict[str, Callable[[Consensus], float]] = {
    # A question without an answer has no agreement.
    "agreement": lambda result: result.agreement or 0.0,
    "confidence": lambda result: result.confidence or 0.0,
    "experts": lambda result: len(result.experts),
    "clusters": lambda result: len(result.clusters),
    "dissent": lambda result: len(result.dissent),
    # Where there are no statements, comparisons with their support are false.
    "support": lambda result: math.nan if result.support is None else result.support,
    "unsupported": lambda result: result.unsupported or 0,
    "disputed": lambda result: len(result.disputes),
}


def parse(text: str) -> Condition[Consensus]:
    """Return the condition that `text` states about the result of a question."""
    return parse_condition(text, _QUANTITIES, example="agreement<0.5 or dissent>2")
