"""The progress of a run over logs on standard error, and the output of its records."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator, Sequence

from cotool._typing import TYPE_CHECKING, Any, BinaryIO, Self
from cotool.cli.shared.progress import Bar
from cotool.logs.scan.scan import Watch

if TYPE_CHECKING:
    from cotool.logs.scan.sources import LogSource


class CliWatch(Watch):
    """A bar with rate and time left if `shown`; records are written to `sink`.

    `passes`: the number of times that everything is read.
    """

    def __init__(
        self, sources: Sequence[LogSource], sink: BinaryIO | None, *, shown: bool, passes: int = 1
    ) -> None:
        self._sink = sink
        known = all(not source.is_stdin for source in sources)
        self._bar = Bar(
            passes * sum(source.size for source in sources) if known else None, shown=shown
        )

    def progress(self, size: int) -> None:
        """Record that `size` more bytes have been read."""
        self._bar.add(size)

    def records(self, data: bytes) -> None:
        """Write JSON lines of records."""
        if self._sink is not None:
            self._sink.write(data)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.finish()


@contextlib.contextmanager
def stopped_by_interrupt(watch: Any) -> Iterator[None]:
    """Let the first Ctrl-C stop the work cleanly, and the second one at once."""

    def stop(*_: object) -> None:
        if watch.stopped or watch.waiting:
            watch.stopped = True
            raise KeyboardInterrupt
        watch.stopped = True

    try:
        before = signal.signal(signal.SIGINT, stop)
    except ValueError:  # not the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
