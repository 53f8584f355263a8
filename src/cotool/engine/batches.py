"""Run a stream of items in batches on an engine, with results in the order of the items."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from cotool._records import dataclass
from cotool._typing import TYPE_CHECKING, Any, Generic, TypeVar
from cotool.engine.tasks import Engine, Lost, Meter

if TYPE_CHECKING:
    from cotool.engine.checkpoint import Checkpoint

Item = TypeVar("Item")
Result = TypeVar("Result")

_AHEAD = 512  # batches that may wait for an earlier one


@dataclass(frozen=True, slots=True)
class Batch(Generic[Item]):
    """Items that are sent together, with the index of the batch and of its first item."""

    number: int
    first: int
    items: tuple[Item, ...]
    what: str = "item"

    def __str__(self) -> str:
        last = self.first + len(self.items) - 1
        return f"{self.what} {self.first}" + (f" to {last}" if last > self.first else "")


@dataclass(frozen=True, slots=True)
class Spread:
    """Where batches run, the meter of progress, and the known results of an earlier run."""

    engine: Engine
    meter: Meter
    checkpoint: Checkpoint | None = None

    def map(
        self,
        function: Callable[[Item], Result],
        items: Iterable[Item],
        *,
        what: str = "item",
        size_of: Callable[[Item], int] = lambda _: 1,
        most: int = 256,
    ) -> Iterator[tuple[Item, Result | Lost]]:
        """Yield each item with `function(item)`, in input order.

        A batch has items with a total `size_of` of at most `most`. An item whose worker died
        repeatedly is Lost, without the rest of its batch. An exception of `items` is raised in its
        place in the order.
        """
        return self.map_batches(
            partial(_each, function), items, what=what, size_of=size_of, most=most
        )

    def map_batches(
        self,
        function: Callable[[tuple[Item, ...]], Sequence[Result]],
        items: Iterable[Item],
        *,
        what: str = "item",
        size_of: Callable[[Item], int] = lambda _: 1,
        most: int = 256,
    ) -> Iterator[tuple[Item, Result | Lost]]:
        """Do the same with a function from the items of a batch to a result for each."""
        feed = _Feed(_batches(items, what, size_of, most), self.checkpoint)
        work = partial(_of_batch, function)
        while feed.has_more and not self.meter.stopped:
            # A feed pauses if too many results wait for an earlier one.
            for batch, results in self.engine.run(work, feed, self.meter):
                feed.take(batch, results)
                yield from feed.in_order()
            yield from feed.in_order()
        if feed.problem is not None:
            raise feed.problem

    def ask(self, question: Callable[[], Result]) -> dict[str, Result]:
        """Return what each worker answers, by its name."""
        return self.engine.ask(question)


def _of_batch(
    function: Callable[[tuple[Item, ...]], Sequence[Result]], batch: Batch[Item]
) -> Sequence[Result]:
    return function(batch.items)


def _each(function: Callable[[Item], Result], items: tuple[Item, ...]) -> list[Result]:
    return [function(item) for item in items]


def _batches(
    items: Iterable[Item], what: str, size_of: Callable[[Item], int], most: int
) -> Iterator[Batch[Item]]:
    group: list[Item] = []
    number, first, size = 0, 1, 0
    try:
        for item in items:
            own = size_of(item)
            if group and size + own > most:
                yield Batch(number, first, tuple(group), what)
                number, first, size = number + 1, first + len(group), 0
                group = []
            group.append(item)
            size += own
    except Exception:
        if group:
            yield Batch(number, first, tuple(group), what)
        raise
    if group:
        yield Batch(number, first, tuple(group), what)


class _Feed:
    """Work that is taken from a stream on demand; see engine.tasks.Work."""

    def __init__(self, batches: Iterator[Batch[Any]], checkpoint: Checkpoint | None) -> None:
        self._batches = batches
        self._checkpoint = checkpoint
        self._ready: deque[Batch[Any]] = deque()
        self._done: dict[int, list[tuple[Any, Any]]] = {}
        self._parts: dict[int, tuple[int, list[tuple[Any, Any]]]] = {}
        self._given = self._next = 0
        self._ended = False
        self.problem: Exception | None = None

    @property
    def has_more(self) -> bool:
        """Whether anything remains to do or to yield."""
        return not self._ended or bool(self._ready) or bool(self._done)

    def __len__(self) -> int:
        while not self._ready and not self._ended and self._given - self._next < _AHEAD:
            try:
                batch = next(self._batches)
            except StopIteration:
                self._ended = True
                break
            except Exception as error:  # noqa: BLE001 - raised in its place
                self._ended, self.problem = True, error
                break
            self._given += 1
            known = None if self._checkpoint is None else self._checkpoint.get(batch)
            if known is None:
                self._ready.append(batch)
            else:
                self._done[batch.number] = list(zip(batch.items, known, strict=True))
        return len(self._ready)

    def popleft(self) -> Batch[Any]:
        """Return the next batch."""
        return self._ready.popleft()

    def take(self, batch: Batch[Any], results: Sequence[Any] | Lost) -> None:
        """Take the results of a batch; a lost batch is tried again item by item."""
        size, parts = self._parts.get(batch.number, (0, []))
        if isinstance(results, Lost) and len(batch.items) > 1:
            self._parts[batch.number] = len(batch.items), []
            self._ready.extend(
                Batch(batch.number, batch.first + n, (item,), batch.what)
                for n, item in enumerate(batch.items)
            )
            return
        if isinstance(results, Lost):
            pairs = [(batch.items[0], results)]
            if self._checkpoint is not None:
                self._checkpoint.keep()
        else:
            pairs = list(zip(batch.items, results, strict=True))
            if self._checkpoint is not None and not size:
                self._checkpoint.put(batch, results)
        if not size:
            self._done[batch.number] = pairs
            return
        parts.append((batch.first, pairs[0]))
        if len(parts) == size:
            del self._parts[batch.number]
            self._done[batch.number] = [pair for _, pair in sorted(parts, key=lambda part: part[0])]

    def in_order(self) -> Iterator[tuple[Any, Any]]:
        """Yield the results that are next in order."""
        while self._next in self._done:
            yield from self._done.pop(self._next)
            self._next += 1
