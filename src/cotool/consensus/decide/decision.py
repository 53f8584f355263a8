"""A decision made outside one question: by truth inference, or from learned weights."""

from __future__ import annotations

from collections.abc import Mapping

from cotool._records import dataclass
from cotool._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cotool.consensus.model import Insight


@dataclass(frozen=True, slots=True)
class Measurement:
    """The numbers of several experts, combined.

    `answer` is the `value` rounded for people, with its unit; `interval` is its 95 % interval (None
    if it is unknown). `places` has the place of each answer, by its normal form, on the
    scale on which numbers are compared, and `place` that of the value; an answer agrees with
    another within `reach`.
    """

    answer: str
    value: float
    interval: tuple[float, float] | None
    place: float
    places: Mapping[str, float]
    reach: float


@dataclass(frozen=True, slots=True)
class Decision:
    """Which answer is the consensus on a question.

    `scores` maps the normal form of each extracted answer to its probability; the most probable is
    the consensus. `confidence` is the probability that it is right, None if only the agreement is
    known. `calibrated` says that `confidence` was compared with answers known to be right,
    `judgements` with how many; `interval` is then its 95 % interval. `weights` are the experts'
    expected scores if answers are free texts and `scores` is empty. `measurement` is given if
    answers are numbers on a scale and `scores` is empty.
    """

    method: str
    scores: Mapping[str, float]
    confidence: float | None = None
    calibrated: bool = False
    judgements: float = 0.0
    interval: tuple[float, float] | None = None
    weights: Mapping[str, float] | None = None
    explanation: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    insights: tuple[Insight, ...] = ()
    measurement: Measurement | None = None
