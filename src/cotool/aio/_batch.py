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

import cotool
from cotool._typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar
from cotool.aio._calls import Call, limit
from cotool.aio._streams import pumped, windowed
from cotool.consensus.options import BY_QUESTION
from cotool.consensus.read.questions import as_question
from cotool.errors import CotoolError

if TYPE_CHECKING:
    from cotool.consensus import Consensus, Question

    # A result, or a question that failed.
    _Event = Consensus | tuple[Question, CotoolError]

    Given = ParamSpec("Given")
    Item = TypeVar("Item")


def _taking_as(
    plain: Callable[Concatenate[Iterable[object], Given], Iterator[Item]],
) -> Callable[
    [Callable[..., AsyncIterator[Item]]],
    Callable[Concatenate[Iterable[object] | AsyncIterable[object], Given], AsyncIterator[Item]],
]:
    """Return a decorator that gives a generator the parameters of the plain call."""
    return functools.partial(functools.update_wrapper, wrapped=plain, assigned=())


@_taking_as(cotool.find_consensus_batch)
async def find_consensus_batch(
    questions: Iterable[object] | AsyncIterable[object],
    *,
    on_error: Callable[[Question, CotoolError], None] | None = None,
    **options: Any,
) -> AsyncIterator[Consensus]:
    """Yield the consensus on each question, in input order: cotool.find_consensus_batch().

    With a method that looks at each question by itself (vote, medoid, centre, rover, supported),
    and without a store or a cluster, only as many questions of an asynchronous iterable are taken
    as are worked on at once, and each result is yielded once those before it are. Otherwise
    questions are read ahead as the plain call does. `on_error` is called on the event loop. After
    a cancellation or aclose(), no further questions are taken, and those in progress are finished.
    """
    by_question = options.get("method") in BY_QUESTION
    together = any(options.get(name) is not None for name in ("store", "engine", "scheduler"))
    if isinstance(questions, AsyncIterable) and by_question and not together:
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
