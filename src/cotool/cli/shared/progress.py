"""Progress bars on standard error that show up only where the work takes time."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from cotool.text import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.progress import Progress

_PATIENCE = 0.5  # seconds; what ends sooner needs no bar
_PAUSE = 0.1  # between two updates of a bar that threads share


def stderr_moves() -> bool:
    """Tell whether standard error is a terminal on which a bar can be redrawn."""
    return (
        sys.stderr is not None
        and sys.stderr.isatty()
        and os.environ.get("TERM", "") not in {"dumb", "unknown"}
    )


class ByteBar:
    """Bytes done of `total` (None: nobody knows), with rate and time left; nothing unless `shown`.

    A context manager: the bar is erased at its end. `add` may be called from any thread.
    """

    def __init__(self, total: int | None, *, shown: bool) -> None:
        self._shown = shown
        self._total = total
        self._since = self._last = time.monotonic()
        self._bar: Progress | None = None
        self._bytes = 0
        self._lock = threading.Lock()

    def add(self, size: int) -> None:
        """Take note that `size` further bytes are done."""
        if not self._shown:
            return
        with self._lock:
            self._bytes += size
            now = time.monotonic()
            if now - self._since < _PATIENCE or now - self._last < _PAUSE:
                return
            self._last = now
            if self._bar is None:
                self._bar = _make_byte_bar()
                self._bar.start()
                self._bar.add_task("bytes", total=self._total)
            self._bar.update(self._bar.task_ids[0], completed=self._bytes)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()


class ProgressBar:
    """Bytes read and questions answered; does nothing where `shown` is false.

    A context manager: the bar is erased at its end.
    """

    def __init__(self, paths: Sequence[str], *, shown: bool) -> None:
        self._shown = shown
        self._paths = paths
        self._since = time.monotonic()
        self._bar: Progress | None = None
        self._bytes = 0
        self._questions = 0

    def read(self, size: int) -> None:
        """Take note that `size` bytes of all files have been read."""
        self._bytes = size
        self._update()

    def answered(self) -> None:
        """Take note of one more question."""
        self._questions += 1
        self._update()

    def finish(self) -> None:
        """Erase the bar, for good."""
        self._shown = False
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _update(self) -> None:
        if not self._shown:
            return
        if self._bar is None:
            if time.monotonic() - self._since < _PATIENCE:
                return
            self._bar = _make_bar()
            self._bar.start()
            self._bar.add_task("read", total=_total_size(self._paths), questions="")
        self._bar.update(
            self._bar.task_ids[0],
            completed=self._bytes,
            questions=plural(self._questions, "question"),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.finish()


def _make_bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

    return Progress(
        DownloadColumn(),
        BarColumn(),
        TextColumn("{task.fields[questions]}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,
    )


def _make_byte_bar() -> Progress:
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


def _total_size(paths: Sequence[str]) -> int | None:
    """Return the size of all files in bytes, None where one is no plain file."""
    if all(Path(path).is_file() for path in paths):
        return sum(Path(path).stat().st_size for path in paths)
    return None
