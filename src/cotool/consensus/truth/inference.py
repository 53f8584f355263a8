"""Truth inference over a batch of questions: read all, infer, then decide one after the other."""

from __future__ import annotations

import pickle
from contextlib import closing
from dataclasses import dataclass, replace
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any

from cotool.consensus.decide.decision import Decision
from cotool.consensus.extract.extraction import extract_answers
from cotool.consensus.truth.labels import Table, Truth, infer
from cotool.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cotool.consensus.model import Question
    from cotool.engine.batches import Spread

# Bytes of questions that wait in memory; more of them wait in a temporary file.
IN_MEMORY = 1 << 25

OVERSTATED = (
    "the confidence is the posterior probability under the method's model, which overstates it "
    "where experts share errors; it is not calibrated"
)


@dataclass(frozen=True, slots=True)
class Votes:
    """A question, its kind of answer (None: free text) and who answered what, in normal form."""

    item: str
    kind: str | None
    votes: tuple[tuple[str, str], ...]


class Waiting:
    """Questions that wait for the inference over all of them."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed in close()
        self._names: dict[str, int] = {}
        self.votes: list[Votes] = []

    def add(self, asked: Question, own: Votes | None = None) -> Votes:
        """Take a question, with its votes where they are known; return them."""
        name = self._named(asked.id)
        own = votes_of(asked, name) if own is None else replace(own, item=name)
        self.votes.append(own)
        try:
            pickle.dump(asked, self._file, pickle.HIGHEST_PROTOCOL)
        except (pickle.PicklingError, TypeError, AttributeError) as error:
            raise InputError(
                f"question {asked.id!r}: its metadata cannot be kept: {error}",
                hint="metadata holds plain values",
            ) from error
        return own

    def __iter__(self) -> Iterator[tuple[Question, Votes]]:
        """Yield the questions in the order in which they came."""
        self._file.seek(0)
        for own in self.votes:
            yield pickle.load(self._file), own  # noqa: S301 - written by add() a moment ago

    def close(self) -> None:
        """Remove the temporary file."""
        self._file.close()

    def _named(self, question_id: str) -> str:
        """A name of its own for each question, also where two have the same id."""
        times = self._names[question_id] = self._names.get(question_id, 0) + 1
        return question_id if times == 1 else f"{question_id}\0{times}"


def votes_of(asked: Question, item: str = "") -> Votes:
    """Extract who answered what; experts who state nothing have no vote."""
    usable = [one for one in asked.responses if one.content.strip()]
    kind, answers = extract_answers([one.content for one in usable])
    return Votes(
        item or asked.id,
        kind,
        tuple(
            (one.sample_of or one.expert_name, answer.value)
            for one, answer in zip(usable, answers, strict=True)
            if answer is not None
        ),
    )


def rows_of(votes: Iterable[Votes]) -> Iterator[tuple[str, str, str]]:
    """Yield (item, expert, label)."""
    for own in votes:
        for expert, value in own.votes:
            yield own.item, expert, value


def decided(
    questions: Iterable[Question],
    method: str,
    num_threads: int | None,
    spread: Spread | None = None,
) -> Iterator[tuple[Question, Decision | None]]:
    """Yield each question with what the method decides; None where it states no answer to vote on.

    Memory grows with the number of answers, not with their texts. `spread` has a cluster extract
    the answers; the inference itself, over a table of small numbers, is done here.
    """
    with closing(Waiting()) as waiting:
        if spread is None:
            for asked in questions:
                waiting.add(asked)
        else:
            from cotool.consensus.cluster import with_votes

            for asked, own in with_votes(spread, questions):
                waiting.add(asked, own)
        found: Truth | None = None
        if any(own.votes for own in waiting.votes):
            found = infer(Table(rows_of(waiting.votes)), method, num_threads)
        for asked, own in waiting:
            yield asked, decision_of(found, own) if found and own.votes else None


def decision_of(found: Truth, own: Votes) -> Decision:
    """What the method says of one question."""
    skills = sorted({expert: found.skills[expert] for expert, _ in own.votes}.items(), key=_rank)
    best = ", ".join(f"{expert} {skill:.2f}" for expert, skill in skills[:3])
    model = "" if found.method != "correlated" else f" ({found.model})"
    scores = _exact(found, own)
    return Decision(
        method=found.method,
        scores=scores,
        confidence=max(scores.values()),
        explanation=(
            f"{found.method}{model} over {len(found.items):,} questions and "
            f"{len(found.experts):,} experts, {found.iterations} iterations"
            + ("" if found.converged else ", not converged"),
            f"expected share of right answers: {best}",
            *(f"copies count as one: {', '.join(group)}" for group in found.copies),
            OVERSTATED,
        ),
    )


def _exact(found: Truth, own: Votes) -> dict[str, float]:
    """The distribution; the answer drawn from equal ones is put first."""
    scores = found.distribution(own.item)
    return {
        value: scores[value] for value in sorted(scores, key=lambda v: found.answers[own.item] != v)
    }


def _rank(pair: tuple[str, Any]) -> tuple[float, str]:
    return -pair[1], pair[0]
