"""Questions answered by a cluster: batches travel there, results come back in order."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from cotool.consensus.api import solve
from cotool.consensus.model import Consensus, Question
from cotool.consensus.truth.inference import Votes, votes_of
from cotool.engine.tasks import Lost
from cotool.errors import CotoolError, EngineError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cotool.consensus.api import Item
    from cotool.consensus.decide.analysis import Options
    from cotool.engine.batches import Spread

# Characters of a batch's responses: a tenth of a second's work or so.
_MOST = 1 << 18
_LEAST = 1 << 10  # what a question counts at least


def solved(
    spread: Spread, options: Options, items: Iterable[Item]
) -> Iterator[tuple[Question, Consensus | CotoolError]]:
    """Yield what solve() gives for each item, without matrices, in order."""
    work = partial(_solve, options)
    for item, result in spread.map(work, items, what="question", size_of=_item_size, most=_MOST):
        asked = _question(item)
        yield asked, _lost(asked, result) if isinstance(result, Lost) else result


def with_votes(spread: Spread, questions: Iterable[Question]) -> Iterator[tuple[Question, Votes]]:
    """Yield questions with their votes, in order. Raises EngineError where one is lost."""
    for asked, own in spread.map(votes_of, questions, what="question", size_of=_size, most=_MOST):
        if isinstance(own, Lost):
            raise _lost(asked, own)
        yield asked, own


def _solve(options: Options, item: Item) -> Consensus | CotoolError:
    result = solve(options, item)[1]
    # The largest part of a result, and of one question alone shown.
    return replace(result, matrix=None) if isinstance(result, Consensus) else result


def _question(item: Item) -> Question:
    place, raw, _ = item
    return raw if isinstance(raw, Question) else Question(f"question {place}", "", ())


def _lost(asked: Question, lost: Lost) -> EngineError:
    return EngineError(f"question {asked.id!r}: {lost.reason}")


def _item_size(item: Item) -> int:
    return _size(_question(item))


def _size(asked: Question) -> int:
    return _LEAST + sum(len(response.content) for response in asked.responses)
