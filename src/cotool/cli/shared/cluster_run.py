"""Work handed to the engine that was chosen, and what is shown of it."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, Self

from cotool.engine.choice import open_engine
from cotool.engine.tasks import Meter
from cotool.text import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress

    from cotool.engine.batches import Spread
    from cotool.engine.checkpoint import Checkpoint
    from cotool.engine.choice import EngineChoice

_PATIENCE = 0.5
_PAUSE = 0.1


@contextlib.contextmanager
def kept_tasks(
    choice: EngineChoice, request: object, *, quiet: bool
) -> Iterator[Checkpoint | None]:
    """Keep what is done of a run on a cluster, and say what of an earlier one was used."""
    if not choice.is_cluster:
        yield None
        return
    from cotool.engine.checkpoint import open_checkpoint

    with open_checkpoint(request, resume=choice.resume) as checkpoint:
        yield checkpoint
        if choice.resume and not quiet:
            print(
                f"cotool: {plural(checkpoint.resumed, 'task')} had been done before"
                if checkpoint.resumed
                else "cotool: nothing of this run had been done before",
                file=sys.stderr,
            )


@contextlib.contextmanager
def spread_of(
    choice: EngineChoice, request: object, num_threads: int, *, quiet: bool
) -> Iterator[Spread | None]:
    """Yield where batches are worked on, None on this machine; tell of workers that were lost."""
    if not choice.is_cluster:
        yield None
        return
    from cotool.engine.batches import Spread

    meter = ClusterBar(None, shown=False)
    with (
        kept_tasks(choice, request, quiet=quiet) as checkpoint,
        open_engine(choice, num_threads) as engine,
    ):
        yield Spread(engine, meter, checkpoint)
    if meter.lost and not quiet:
        print(f"cotool: warning: {plural(meter.lost, 'worker')} lost", file=sys.stderr)


class ClusterBar(Meter):
    """Bytes with rate and time left, tasks and workers; nothing unless `shown`.

    A context manager: the bar is erased at its end.
    """

    def __init__(self, total: int | None, *, shown: bool) -> None:
        self._shown = shown
        self._total = total
        self._since = self._last = time.monotonic()
        self._bar: Progress | None = None
        self._lock = threading.Lock()
        self._bytes = self._tasks = self._present = 0
        self.lost = 0

    def add(self, size: int) -> None:
        """Take note that `size` further bytes are done."""
        self._bytes += size
        self._show()

    def task(self) -> None:
        """Take note of one more task done."""
        self._tasks += 1
        self._show()

    def workers(self, present: int, lost: int) -> None:
        """Take note of the workers that are there, and of those that were."""
        self._present, self.lost = present, lost
        self._show()

    def _show(self) -> None:
        now = time.monotonic()
        if not self._shown or now - self._since < _PATIENCE or now - self._last < _PAUSE:
            return
        with self._lock:
            self._last = now
            if self._bar is None:
                self._bar = _make_bar()
                self._bar.start()
                self._bar.add_task("bytes", total=self._total, state="")
            self._bar.update(self._bar.task_ids[0], completed=self._bytes, state=self._state())

    def _state(self) -> str:
        parts = [plural(self._tasks, "task"), plural(self._present, "worker")]
        if self.lost:
            parts.append(f"{self.lost} lost")
        return " · ".join(parts)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()


def _make_bar() -> Any:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    return Progress(
        DownloadColumn(),
        BarColumn(bar_width=None),
        TransferSpeedColumn(),
        TextColumn("{task.fields[state]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,
        expand=False,
    )
