"""Truth inference over a batch of questions: read all, infer, then decide one after the other."""

from __future__ import annotations

import pickle
from collections import Counter
from contextlib import closing
from math import prod
from tempfile import SpooledTemporaryFile

from cotool._records import dataclass
from cotool._typing import TYPE_CHECKING, Any
from cotool.consensus.decide.decision import Decision
from cotool.consensus.truth.methods import Truth, infer
from cotool.consensus.truth.relatives import related
from cotool.consensus.truth.rivals import described
from cotool.consensus.truth.table import LabelTable
from cotool.errors import InputError
from cotool.text import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cotool.consensus.extract.stated import Stated

# Bytes of questions that wait in memory; more of them wait in a temporary file.
IN_MEMORY = 1 << 25

# Answers of an expert from which a skill is stated without a remark.
FEWEST = 10

# What the confidence is: of methods that count votes, and of the others.
_SHARES = {
    method: f"the confidence is the share of the {votes}, limited where their experts gave few "
    "answers; it is not a probability"
    for method, votes in (("majority_vote", "votes"), ("wawa", "weighted votes"))
}
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

    def add(self, subject: Stated) -> None:
        """Take a question with its answers."""
        asked = subject.asked
        self.votes.append(Votes(self._named(asked.id), subject.kind, subject.votes))
        try:
            pickle.dump(subject, self._file, pickle.HIGHEST_PROTOCOL)
        except (pickle.PicklingError, TypeError, AttributeError) as error:
            raise InputError(
                f"question {asked.id!r}: its metadata cannot be kept: {error}",
                hint="metadata holds plain values",
            ) from error

    def __iter__(self) -> Iterator[tuple[Stated, Votes]]:
        """Yield the questions in the order in which they came."""
        self._file.seek(0)
        for own in self.votes:
            yield pickle.load(self._file), own  # noqa: S301 - written by add() a moment ago

    def close(self) -> None:
        """Remove the temporary file."""
        self._file.close()

    def _named(self, question_id: str) -> str:
        """Return a unique name for each question, even if two have the same id."""
        times = self._names[question_id] = self._names.get(question_id, 0) + 1
        return question_id if times == 1 else f"{question_id}\0{times}"


def rows_of(votes: Iterable[Votes]) -> Iterator[tuple[str, str, str]]:
    """Yield (item, expert, label)."""
    for own in votes:
        for expert, value in own.votes:
            yield own.item, expert, value


def decided(
    subjects: Iterable[Stated], method: str, num_threads: int | None
) -> Iterator[tuple[Stated, Decision | None]]:
    """Yield each question with the method's decision; None if it states no answer to vote on.

    Memory grows with the number of answers, not with their texts.
    """
    with closing(Waiting()) as waiting:
        for subject in subjects:
            waiting.add(subject)
        found: Truth | None = None
        given = Counter(expert for own in waiting.votes for expert, _ in own.votes)
        if any(own.votes for own in waiting.votes):
            found = infer(LabelTable(rows_of(waiting.votes)), method, num_threads)
        for subject, own in waiting:
            yield subject, decision_of(found, own, given) if found and own.votes else None


def decision_of(found: Truth, own: Votes, given: Mapping[str, int]) -> Decision:
    """What the method says about one question; `given` is the total of answers of each expert."""
    skills = sorted({expert: found.skills[expert] for expert, _ in own.votes}.items(), key=_rank)
    best = ", ".join(f"{expert} {skill:.2f}" for expert, skill in skills[:3])
    model = "" if found.method != "correlated" else f" ({found.model})"
    scores = _exact(found, own)
    limit = _limit(max(scores, key=scores.__getitem__), own, given)
    return Decision(
        method=found.method,
        scores=scores,
        confidence=min(max(scores.values()), limit),
        explanation=(
            f"{found.method}{model} over {plural(len(found.items), 'question')} and "
            f"{plural(len(found.experts), 'expert')}, {plural(found.iterations, 'iteration')}"
            + ("" if found.converged else ", not converged"),
            f"expected share of right answers: {best}",
            *_weak(own, given),
            *(f"copies count as one: {', '.join(group)}" for group in found.copies),
            *related(found.relatives),
            *([described(found.rivals)] if found.rivals else []),
            _SHARES.get(found.method, OVERSTATED),
        ),
    )


def _limit(best: str, own: Votes, given: Mapping[str, int]) -> float:
    """The greatest confidence allowed by how many answers the supporters of the best one gave.

    As the kernel's `limits`, for every method, and over all answers that copies gave.
    """
    return 1 - prod(1 / (given[expert] + 2) for expert, value in own.votes if value == best)


def _weak(own: Votes, given: Mapping[str, int]) -> Iterator[str]:
    """Yield remarks that the result rests on little."""
    few = sorted({expert for expert, _ in own.votes if given[expert] < FEWEST})
    if few:
        yield f"fewer than {FEWEST} answers are behind the skill of: {', '.join(few)}"
    if len({expert for expert, _ in own.votes}) == 1:
        yield "a single expert answered, so nothing supports or contradicts the answer"


def _exact(found: Truth, own: Votes) -> dict[str, float]:
    """The distribution; of equally probable answers, the drawn one comes first."""
    scores = found.distribution(own.item)
    return {
        value: scores[value] for value in sorted(scores, key=lambda v: found.answers[own.item] != v)
    }


def _rank(pair: tuple[str, Any]) -> tuple[float, str]:
    return -pair[1], pair[0]
