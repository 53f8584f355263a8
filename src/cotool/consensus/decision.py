"""What was found outside a question and decides it: by truth inference, or by what was learned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cotool.consensus.model import Insight


@dataclass(frozen=True, slots=True)
class Decision:
    """Which answer stands for a question.

    `scores` has each extracted answer's normal form and its probability; the greatest stands.
    `confidence` is that it is right, None where the answer's score is all that is known.
    `calibrated` tells that `confidence` was held against answers known to be right.
    """

    method: str
    scores: Mapping[str, float]
    confidence: float | None = None
    calibrated: bool = False
    explanation: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    insights: tuple[Insight, ...] = ()
