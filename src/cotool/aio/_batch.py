"""find_consensus_batch() as an asynchronous generator."""

from __future__ import annotations

import functools
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Callable,
    Iterable,
    Iterator,
)
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import cotool
from cotool.aio._calls import Call, limit
from cotool.aio._streams import pumped, windowed
from cotool.consensus.options import INFERENCE, NUMERIC
from cotool.consensus.read.questions import as_question
from cotool.errors import CotoolError

if TYPE_CHECKING:
    from cotool.consensus import Consensus, Question

    # A result, or a question that failed.
    _Event = Consensus | tuple[Question, CotoolError]


async def find_consensus_batch(
    questions: Iterable[object] | AsyncIterable[object],
    *,
    on_error: Callable[[Question, CotoolError], None] | None = None,
    **options: Any,
) -> AsyncIterator[Consensus]:
    """Yield the consensus on each question, in input order: cotool.find_consensus_batch().

    From an asynchronous iterable, only as many questions are taken as are worked on at once, and
    each result is yielded once those before it are. With truth inference, numbers or a store,
    results follow the end of the source. `on_error` is called on the event loop. After a
    cancellation or aclose(), no further questions are taken, and those in progress are finished.
    """
    # These look at questions together, and so take a stream as a whole.
    method, store = options.get("method", "auto"), options.get("store")
    whole = store is not None or method in (*INFERENCE, *NUMERIC)
    if isinstance(questions, AsyncIterable) and not whole:
        events = _one_by_one(questions, options)
    else:
        events = _together(questions, options)
    async with aclosing(events):
        async for event in events:
            if not isinstance(event, tuple):
                yield event
            elif on_error is None:
                raise event[1]
            else:
                on_error(*event)


def _one_by_one(
    questions: AsyncIterable[object], options: dict[str, Any]
) -> AsyncGenerator[_Event, None]:
    def solve(_: Call, item: tuple[int, object]) -> _Event:
        place, raw = item
        asked = cotool.Question(f"question {place}", "", ())
        try:
            asked = as_question(raw, where=asked.id)
            (result,) = cotool.find_consensus_batch([asked], **{**options, "num_threads": 1})
        except CotoolError as error:
            return asked, error
        return result

    return windowed(questions, solve, 4 * limit())


def _together(
    questions: Iterable[object] | AsyncIterable[object], options: dict[str, Any]
) -> AsyncGenerator[_Event, None]:
    def batch(
        taken: Iterable[object], note: Callable[[tuple[Question, CotoolError]], None]
    ) -> Iterator[Consensus]:
        return cotool.find_consensus_batch(
            taken, on_error=lambda asked, error: note((asked, error)), **options
        )

    return pumped(questions, batch)


functools.update_wrapper(find_consensus_batch, cotool.find_consensus_batch, assigned=())
