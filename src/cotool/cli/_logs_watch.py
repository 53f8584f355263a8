"""What a run over logs shows on standard error, and where its records go."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Self

from cotool.logs.scan import Watch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import BinaryIO

    from rich.progress import Progress

    from cotool.logs.sources import Source

_PATIENCE = 0.5  # seconds; what ends sooner needs no bar
_PAUSE = 0.1  # between two updates of the bar


class CliWatch(Watch):
    """A bar with rate and time left where `shown`; records are written to `sink`."""

    def __init__(self, sources: Sequence[Source], sink: BinaryIO | None, *, shown: bool) -> None:
        self._shown = shown
        self._sink = sink
        known = all(not source.is_stdin for source in sources)
        self._total = sum(source.size for source in sources) if known else None
        self._since = self._last = time.monotonic()
        self._bar: Progress | None = None
        self._bytes = 0
        self._lock = threading.Lock()

    def progress(self, size: int) -> None:
        """Take note that `size` further bytes have been read."""
        if not self._shown:
            return
        with self._lock:
            self._bytes += size
            now = time.monotonic()
            if now - self._since < _PATIENCE or now - self._last < _PAUSE:
                return
            self._last = now
            if self._bar is None:
                self._bar = _make_bar()
                self._bar.start()
                self._bar.add_task("read", total=self._total)
            self._bar.update(self._bar.task_ids[0], completed=self._bytes)

    def records(self, data: bytes) -> None:
        """Write JSON lines of records."""
        if self._sink is not None:
            self._sink.write(data)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()


def _make_bar() -> Progress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    return Progress(
        DownloadColumn(),
        BarColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,
    )
