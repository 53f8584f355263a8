"""Methods of truth inference side by side, compared with answers known to be right."""

from __future__ import annotations

import time

from cotool._records import dataclass, replace
from cotool._typing import TYPE_CHECKING
from cotool.consensus.extract.right_answers import Misses, read_right
from cotool.consensus.extract.stated import Stated
from cotool.consensus.options import INFERENCE
from cotool.consensus.truth.inference import Votes, rows_of
from cotool.consensus.truth.methods import infer
from cotool.consensus.truth.scores import auroc, brier, calibration_error, sign_test, wilson
from cotool.consensus.truth.table import LabelTable
from cotool.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cotool.consensus.model import Question
    from cotool.consensus.read.gold import Gold

# The chance from which a difference may be luck.
UNSURE = 0.05


@dataclass(frozen=True, slots=True)
class MethodScore:
    """How a method fared on the questions whose right answer is known.

    `low` and `high` are the 95 % interval of the accuracy. `like_best`: a sign test on the same
    questions cannot tell it from the method that was right most often, at 5 %. `calibration_error`
    is the expected one in ten bins, `brier` the mean squared error of the probability, `auroc` the
    chance that a right answer was given the greater probability; None, with `reason`, if the method
    cannot work on these labels. `seconds` is the time of inference.
    """

    method: str
    questions: int
    accuracy: float | None = None
    low: float | None = None
    high: float | None = None
    like_best: bool | None = None
    calibration_error: float | None = None
    brier: float | None = None
    auroc: float | None = None
    seconds: float | None = None
    reason: str | None = None


def compare_methods(
    questions: Iterable[Question],
    gold: Gold,
    num_threads: int | None = None,
    misses: Misses | None = None,
) -> list[MethodScore]:
    """Return the score of each method of truth inference.

    `misses` counts right answers that no expert gave, and those that cannot be compared.
    Raises InputError if no question has both answers to vote on and a known right answer.
    """
    votes: list[Votes] = []
    right: dict[str, tuple[str, ...]] = {}
    misses = misses if misses is not None else Misses()
    for place, asked in enumerate(questions):
        truths = gold.answer(asked.id, asked.text)
        subject = Stated.of(asked).beside(truths)
        own = Votes(f"{place}\0{asked.id}", subject.kind, subject.votes)
        if not own.votes:
            continue
        votes.append(own)
        if truths:
            own_right = read_right(truths, subject.kind, asked.text, subject.said)
            misses.add(truths, own_right, subject.kind, asked.text or asked.id, subject.said)
            if own_right.values:
                right[own.item] = own_right.values
    if not right:
        raise InputError(
            "no question has a known right answer",
            hint="name questions by id or text",
        )
    table = LabelTable(rows_of(votes))
    scores = []
    outcomes: dict[str, list[bool]] = {}
    for method in INFERENCE:
        start = time.perf_counter()
        try:
            found = infer(table, method, num_threads)
        except InputError as error:
            scores.append(MethodScore(method, len(right), reason=str(error)))
            continue
        seconds = time.perf_counter() - start
        hits = outcomes[method] = [found.answers[item] in own for item, own in right.items()]
        stated = [found.probability[item] for item in right]
        accuracy = sum(hits) / len(hits)
        low, high = wilson(accuracy, len(hits))
        scores.append(
            MethodScore(
                method,
                len(right),
                accuracy=accuracy,
                low=low,
                high=high,
                calibration_error=calibration_error(stated, hits),
                brier=brier(stated, hits),
                auroc=auroc(stated, hits),
                seconds=seconds,
            )
        )
    best = max(outcomes.values(), key=sum, default=[])
    return [
        replace(one, like_best=_is_like(outcomes[one.method], best)) if one.reason is None else one
        for one in scores
    ]


def _is_like(hits: Sequence[bool], best: Sequence[bool]) -> bool:
    pairs = list(zip(hits, best, strict=True))
    return sign_test(pairs.count((True, False)), pairs.count((False, True))) > UNSURE
