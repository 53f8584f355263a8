"""One call in a thread: its turn among the calls of its event loop, its CPUs, its cancellation."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import inspect
import threading
from collections.abc import Callable, Coroutine, Iterable, Iterator
from weakref import WeakKeyDictionary

from cotool._fast.base.interrupt import Stopped, go_on, stop
from cotool._typing import TYPE_CHECKING, Any, ParamSpec, TypeVar
from cotool.engine import resolve_num_threads
from cotool.errors import InputError

if TYPE_CHECKING:
    from cotool.logs.scan.scan import Watch

    Given = ParamSpec("Given")


Result = TypeVar("Result")
Item = TypeVar("Item")

_limit: int | None = None


class _Calls:
    """The calls of one event loop: `wanted` are running or waiting, and `most` may run at once."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.free = asyncio.Semaphore(most)
        self.wanted = 0


_calls: WeakKeyDictionary[asyncio.AbstractEventLoop, _Calls] = WeakKeyDictionary()


def set_limit(calls: int | None) -> None:
    """Let at most this many calls of an event loop run at once; None: as many as there are CPUs.

    The limit applies to calls that begin later. Raises InputError unless it is 1 or more.
    """
    global _limit  # noqa: PLW0603 - a setting of the process
    if calls is not None and (not isinstance(calls, int) or calls < 1):
        raise InputError(f"the limit must be a whole number of at least 1, got {calls!r}")
    _limit = calls
    _calls.clear()


def limit() -> int:
    """Return how many calls of an event loop run at once."""
    return _limit or resolve_num_threads(None)


async def run(work: Callable[[Call], Result]) -> Result:
    """Run `work` in a thread when it may run, and stop it if the caller is cancelled."""
    calls = _calls.setdefault(asyncio.get_running_loop(), _Calls(limit()))
    calls.wanted += 1
    try:
        async with calls.free:
            return await Call(share=min(calls.wanted, calls.most)).run(work)
    finally:
        calls.wanted -= 1


def as_coroutine(function: Callable[Given, Result]) -> Callable[Given, Coroutine[Any, Any, Result]]:
    """Return a public function as a coroutine function of the same arguments.

    The work gets its share of the CPUs, and ends soon after a cancellation. An iterator of results
    becomes a list.
    """
    signature = inspect.signature(function)
    # The parameter **options, which holds num_threads if the function takes it.
    rest = next((p.name for p in signature.parameters.values() if p.kind is p.VAR_KEYWORD), "")

    @functools.wraps(function)
    async def called(*args: Given.args, **options: Given.kwargs) -> Result:
        bound = signature.bind(*args, **options)

        def work(call: Call) -> Any:
            given, known = bound.arguments, signature.parameters
            if "num_threads" in known or rest:
                holder = given if "num_threads" in known else given.setdefault(rest, {})
                holder["num_threads"] = call.threads(holder.get("num_threads"))
            if "progress" in known:
                given["progress"] = call.progress_to(given.get("progress"))
            if "watch" in known:
                given["watch"] = given.get("watch") or call.watch()
            elif "paths" in known:
                given["paths"] = call.watched(given["paths"])
            result = function(*bound.args, **bound.kwargs)
            return call.listed(result) if isinstance(result, Iterator) else result

        return await run(work)

    return called


if TYPE_CHECKING:

    def as_list(
        function: Callable[Given, Iterable[Item]],
    ) -> Callable[Given, Coroutine[Any, Any, list[Item]]]:
        """Return a function that returns an iterator as a coroutine function for a list."""
else:
    as_list = as_coroutine


class Call:
    """One running call. `share`: how many calls share the CPUs."""

    def __init__(self, share: int = 1) -> None:
        self._share = share
        self._lock = threading.Lock()
        self._thread: int | None = None
        self._stoppers: list[Callable[[], None]] = []
        self.stopped = False

    async def run(self, work: Callable[[Call], Result]) -> Result:
        """Run `work` in a thread; after a cancellation, stop the work and wait for its end."""
        context = contextvars.copy_context()
        loop = asyncio.get_running_loop()
        future = loop.run_in_executor(None, context.run, self._run, work)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            self.stop()
            while not future.done():
                try:
                    await asyncio.wait([future])
                except asyncio.CancelledError:
                    continue  # a cancellation is already being handled
            if not future.cancelled():
                future.exception()  # nobody else would retrieve the error
            raise

    def _run(self, work: Callable[[Call], Result]) -> Result:
        with self._lock:
            if self.stopped:
                raise Stopped
            self._thread = threading.get_ident()
        try:
            return work(self)
        finally:
            with self._lock:
                go_on(self._thread)
                self._thread = None

    def stop(self) -> None:
        """Tell the work to end at its next check."""
        with self._lock:
            self.stopped = True
            if self._thread is not None:
                stop(self._thread)
            for stopper in self._stoppers:
                stopper()

    def on_stop(self, stopper: Callable[[], None]) -> None:
        """Let a stop of the call, also an earlier one, call `stopper`."""
        with self._lock:
            self._stoppers.append(stopper)
            if self.stopped:
                stopper()

    def threads(self, requested: int | None) -> int:
        """Return how many threads the work may use: as requested, or its share of the CPUs."""
        return requested or max(1, resolve_num_threads(None) // self._share)

    def progress(self, _: int) -> None:
        """End work that reports its progress. Raises Stopped."""
        if self.stopped:
            raise Stopped

    def progress_to(self, told: Callable[[int], None] | None) -> Callable[[int], None]:
        """Return a progress function that also ends the work, and calls `told`."""
        if told is None:
            return self.progress

        def progress(size: int) -> None:
            self.progress(size)
            told(size)

        return progress

    def watch(self) -> Watch:
        """Return what ends an analysis of logs."""
        from cotool.logs.scan.scan import Watch

        watch = Watch()

        def end() -> None:
            watch.stopped = True

        self.on_stop(end)
        return watch

    def watched(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield the items until the call is stopped. Raises Stopped."""
        for item in items:
            self.progress(0)
            yield item

    def listed(self, items: Iterable[Item]) -> list[Item]:
        """Return the items. Raises Stopped between two of them."""
        return list(self.watched(items))
