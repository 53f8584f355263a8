"""Streams through threads: a generator pumped from a thread, and a window over a source."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Callable,
    Iterable,
    Iterator,
)
from concurrent.futures import CancelledError, Future

from cotool._typing import Any, TypeVar
from cotool.aio._calls import Call, run

Result = TypeVar("Result")
Item = TypeVar("Item")
Event = TypeVar("Event")

# Seconds for which results are gathered: handing over each one alone would cost as much as a small
# question.
_TOGETHER = 0.005
_END: Any = object()


async def windowed(
    source: AsyncIterable[Item], solve: Callable[[Call, tuple[int, Item]], Result], most: int
) -> AsyncGenerator[Result, None]:
    """Yield solve(call, (place from 1, item)) for each item, in order, `most` of them at work."""
    items = aiter(source)
    pending: deque[asyncio.Task[Result]] = deque()
    reading: asyncio.Task[Item] | None = None
    place = 0
    ended = False
    try:
        while pending or not ended:
            if reading is None and not ended and len(pending) < most:
                reading = asyncio.ensure_future(_next(items))
            waited: set[asyncio.Task[Any]] = {reading} if reading is not None else set()
            if pending:
                waited.add(pending[0])
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            if reading is not None and reading.done():
                item, reading = reading.result(), None
                if item is _END:
                    ended = True
                else:
                    place += 1
                    pending.append(asyncio.ensure_future(_solved(solve, (place, item))))
            while pending and pending[0].done():
                yield pending.popleft().result()
    finally:
        left = [*pending, *([reading] if reading is not None else [])]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


async def _next(items: AsyncIterator[Item]) -> Item:
    return await anext(items, _END)


async def _solved(
    solve: Callable[[Call, tuple[int, Item]], Result], item: tuple[int, Item]
) -> Result:
    return await run(lambda call: solve(call, item))


async def pumped(
    source: Iterable[Item] | AsyncIterable[Item],
    make: Callable[[Iterable[Item], Callable[[Event], None]], Iterator[Result]],
) -> AsyncGenerator[Result | Event, None]:
    """Yield what the generator make(items, note) yields in a thread, and what it notes, in order.

    It does not count among the calls that run at once: its own threads share the CPUs, and the
    source may wait for such calls itself.
    """
    call = Call()
    taken: Iterable[Item]
    if isinstance(source, AsyncIterable):
        bridge: _Bridge[Item] = _Bridge(source, asyncio.get_running_loop())
        call.on_stop(bridge.stop)
        taken = bridge
    else:
        taken = call.watched(source)
    events: list[Result | Event] = []
    results = make(taken, events.append)
    failed: BaseException | None = None

    def take(_: Call) -> bool:
        """Gather results for a moment; return whether there may be more."""
        nonlocal failed
        until = time.monotonic() + _TOGETHER
        try:
            for result in results:
                events.append(result)
                if call.stopped or time.monotonic() > until:
                    return True
        except Exception as error:  # noqa: BLE001 - raised again behind what precedes it
            failed = error
        return False

    try:
        more = True
        while more:
            more = await call.run(take)
            given, events[:] = list(events), []
            for event in given:
                yield event
        if failed is not None:
            raise failed
    finally:
        call.stop()
        # A generator is closed in the thread in which it runs.
        await Call().run(lambda _: getattr(results, "close", lambda: None)())


class _Bridge(Iterator[Item]):
    """An asynchronous iterable for a thread, which waits for the event loop to get each item."""

    def __init__(self, source: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._items: AsyncIterator[Item] = aiter(source)
        self._loop = loop
        self._waiting: Future[Item] | None = None
        self._stopped = False

    def __next__(self) -> Item:
        if self._stopped:
            raise StopIteration
        self._waiting = asyncio.run_coroutine_threadsafe(_next(self._items), self._loop)
        if self._stopped:
            self._waiting.cancel()
        try:
            item = self._waiting.result()
        except CancelledError:
            raise StopIteration from None
        if item is _END:
            raise StopIteration
        return item

    def stop(self) -> None:
        """End the thread's wait."""
        self._stopped = True
        if self._waiting is not None:
            self._waiting.cancel()
