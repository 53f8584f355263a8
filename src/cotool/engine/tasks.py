"""Tasks in any order: one at a time, on threads, or (engine.cluster) on other machines."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cotool._records import dataclass
from cotool._typing import Any, Protocol, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
Got_co = TypeVar("Got_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Lost:
    """The result of a task that could not be done, with the reason."""

    reason: str


class Meter:
    """Receives the progress of an engine and says whether to stop; subclasses show it."""

    stopped = False

    def workers(self, present: int, lost: int) -> None:
        """Record the current workers and all workers so far."""

    def task(self) -> None:
        """Record that one more task is done."""


class Work(Protocol[Got_co]):
    """The items to do, as in a deque. Results may add items after it was empty."""

    def __len__(self) -> int: ...

    def popleft(self) -> Got_co:
        """Return the next item."""


class Engine(Protocol):
    """Does tasks."""

    def ask(self, question: Callable[[], Result]) -> dict[str, Result]:
        """Return the answer of each worker by its name."""

    def run(
        self, function: Callable[[Item], Result], work: Work[Item], meter: Meter
    ) -> Iterator[tuple[Item, Result | Lost]]:
        """Yield each item of `work` with `function(item)` as it is done, in any order.

        Items may be added to `work` until the last one is yielded. An exception of `function` is
        raised. The iterator ends early if the meter is `stopped`.
        """


class ThreadEngine:
    """Tasks on the threads of this process."""

    def __init__(self, num_threads: int) -> None:
        self._num_threads = num_threads

    def ask(self, question: Callable[[], Result]) -> dict[str, Result]:
        """See Engine.ask()."""
        return {"this process": question()}

    def run(
        self, function: Callable[[Item], Result], work: Work[Item], meter: Meter
    ) -> Iterator[tuple[Item, Result | Lost]]:
        """See Engine.run()."""
        from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

        pool = ThreadPoolExecutor(self._num_threads, thread_name_prefix="cotool")
        pending: dict[Future[Any], Item] = {}
        try:
            while (work or pending) and not meter.stopped:
                while work and len(pending) < self._num_threads:
                    item = work.popleft()
                    pending[pool.submit(function, item)] = item
                done, _ = wait(pending, return_when=FIRST_COMPLETED)
                for future in done:
                    meter.task()
                    yield pending.pop(future), future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
