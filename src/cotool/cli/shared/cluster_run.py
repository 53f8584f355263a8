"""Give work to the chosen engine, and show its progress."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

from cotool.cli.shared.progress import ClusterBar
from cotool.engine.choice import open_engine
from cotool.text import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cotool.engine.batches import Spread
    from cotool.engine.checkpoint import Checkpoint
    from cotool.engine.choice import EngineChoice


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
) -> Iterator[Spread | None]:
    """Yield where batches run, None for this machine; report workers that were lost."""
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
