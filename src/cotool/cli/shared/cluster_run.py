"""Give work to the chosen engine, and show its progress."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

from cotool._typing import TYPE_CHECKING
from cotool.cli.shared.progress import Bar
from cotool.cli.shared.say import say_warning
from cotool.engine.choice import EngineChoice, open_engine
from cotool.engine.tasks import Meter
from cotool.text import plural

if TYPE_CHECKING:
    from cotool.engine.batches import Spread
    from cotool.engine.checkpoint import Checkpoint


class ClusterBar(Bar, Meter):
    """Bytes, tasks and workers."""

    def __init__(self, total: int | None, *, shown: bool) -> None:
        super().__init__(total, shown=shown)
        self._tasks = self._present = 0
        self.lost = 0

    def task(self) -> None:
        """Record that one more task is done."""
        self._tasks += 1
        self._tell()

    def workers(self, present: int, lost: int) -> None:
        """Record how many workers there are, and how many were lost."""
        self._present, self.lost = present, lost
        self._tell()

    def _tell(self) -> None:
        parts = [plural(self._tasks, "task"), plural(self._present, "worker")]
        if self.lost:
            parts.append(f"{self.lost} lost")
        self.note(" · ".join(parts))


@contextlib.contextmanager
def kept_tasks(
    choice: EngineChoice, request: object, *, quiet: bool
) -> Iterator[Checkpoint | None]:
    """Save the finished tasks of a run, and report how many of an earlier run were used."""
    if not choice.is_cluster:
        yield None
        return
    from cotool.engine.checkpoint import open_checkpoint

    with open_checkpoint(request, resume=choice.resume) as checkpoint:
        yield checkpoint
        if choice.resume and not quiet:
            print(
                f"cotool: {plural(checkpoint.resumed, 'task')} were already done"
                if checkpoint.resumed
                else "cotool: no tasks of this run were already done",
                file=sys.stderr,
            )


@contextlib.contextmanager
def spread_of(
    choice: EngineChoice, request: object, num_threads: int, *, quiet: bool
) -> Iterator[Spread]:
    """Yield where batches run on a cluster; report workers that were lost."""
    from cotool.engine.batches import Spread

    meter = ClusterBar(None, shown=False)
    with (
        kept_tasks(choice, request, quiet=quiet) as checkpoint,
        open_engine(choice, num_threads) as engine,
    ):
        yield Spread(engine, meter, checkpoint)
    if meter.lost and not quiet:
        say_warning(f"{plural(meter.lost, 'worker')} lost")
