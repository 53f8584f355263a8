"""Many questions answered in order: on the threads of this process, or by a cluster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from cotool import engine
from cotool._lazy import stand_ins
from cotool._records import replace
from cotool._typing import TYPE_CHECKING
from cotool.consensus.decide.analysis import analyse
from cotool.consensus.extract.stated import Stated
from cotool.consensus.model import Consensus, Question
from cotool.errors import CotoolError, EngineError

with stand_ins("cotool.engine.tasks"):
    from cotool.engine import tasks

if TYPE_CHECKING:
    from cotool.consensus.decide.decision import Decision
    from cotool.consensus.options import ConsensusOptions
    from cotool.engine.batches import Spread

    # A question, with its answers if they are known, and its decision or its error.
    Item = tuple[Question | Stated, Decision | CotoolError | None]

# Characters of all responses from which a question is worth handing to another thread.
HEAVY = 4000
# Characters of a batch's responses: about a tenth of a second's work.
MOST = 1 << 18
_LEAST = 1 << 10  # each question counts as at least this many


def answered(
    items: Iterable[Item], options: ConsensusOptions, spread: Spread | None
) -> Iterator[tuple[Question, Consensus | CotoolError]]:
    """Yield each question with the consensus on it, or with its error, in order.

    Results of a cluster come without their similarities.
    """
    if spread is None:
        threads = engine.resolve_num_threads(options.num_threads)
        # One level of parallelism at a time: many questions in flight, one thread to a kernel.
        work = partial(_answer, replace(options, num_threads=1))
        yield from engine.map_ordered(work, items, threads, is_heavy=_is_heavy)
        return
    far = partial(_answer_far, replace(options, num_threads=1))
    for item, result in spread.map(far, items, what="question", size_of=_item_size, most=MOST):
        asked = question_of(item[0])
        yield asked, _lost(asked, result) if isinstance(result, tasks.Lost) else result


def as_stated(subject: Question | Stated) -> Stated:
    """Return a question with its answers, which are extracted unless they are known."""
    return subject if isinstance(subject, Stated) else Stated.of(subject)


def all_stated(questions: Iterable[Question | Stated], spread: Spread | None) -> Iterator[Stated]:
    """Yield each question with its answers, in order. Raises EngineError if one is lost."""
    if spread is None:
        yield from map(as_stated, questions)
        return
    for asked, own in spread.map(as_stated, questions, what="question", size_of=_size, most=MOST):
        if isinstance(own, tasks.Lost):
            raise _lost(question_of(asked), own)
        yield own


def _answer(options: ConsensusOptions, item: Item) -> tuple[Question, Consensus | CotoolError]:
    subject, decision = item
    asked = question_of(subject)
    if isinstance(decision, CotoolError):
        return asked, decision
    try:
        return asked, analyse(as_stated(subject), options, decision)
    except CotoolError as error:
        return asked, error


def _answer_far(options: ConsensusOptions, item: Item) -> Consensus | CotoolError:
    result = _answer(options, item)[1]
    # The matrix is the largest part of a result, and is shown for a single question only.
    return replace(result, matrix=None) if isinstance(result, Consensus) else result


def question_of(subject: Question | Stated) -> Question:
    """Return the question itself."""
    return subject.asked if isinstance(subject, Stated) else subject


def _lost(asked: Question, lost: tasks.Lost) -> EngineError:
    return EngineError(f"question {asked.id!r}: {lost.reason}")


def _is_heavy(item: Item) -> bool:
    """Whether kernels, which run in parallel, take most of the question's time."""
    return _characters(item[0]) > HEAVY


def _item_size(item: Item) -> int:
    return _size(item[0])


def _size(subject: Question | Stated) -> int:
    return _LEAST + _characters(subject)


def _characters(subject: Question | Stated) -> int:
    return sum(len(response.content) for response in question_of(subject).responses)
