"""Progress bars on standard error that appear only if the work takes time."""

from __future__ import annotations

import os
import sys
import time
from _thread import allocate_lock  # threading.Lock; that module takes .6 ms to import
from collections.abc import Callable, Sequence
from pathlib import Path

from cotool._typing import TYPE_CHECKING, Self
from cotool.text import plural

if TYPE_CHECKING:
    from rich.progress import Progress

_PATIENCE = 0.5  # seconds; shorter work needs no bar
_PAUSE = 0.1  # seconds between two updates of a bar that threads share


def stderr_moves() -> bool:
    """Return whether standard error is a terminal that can redraw a bar."""
    return (
        sys.stderr is not None
        and sys.stderr.isatty()
        and os.environ.get("TERM", "") not in {"dumb", "unknown"}
    )


class Bar:
    """Work done of `total` (None: unknown), with a text beside it; nothing unless `shown`.

    A context manager: the bar is erased at its end. All methods may be called from any thread.
    """

    def __init__(
        self,
        total: int | Callable[[], int | None] | None,
        *,
        shown: bool,
        unit: str = "bytes",
        patience: float | None = None,
    ) -> None:
        self._shown = shown
        self._total = total
        self._unit = unit
        self._from = time.monotonic() + (_PATIENCE if patience is None else patience)
        self._last = 0.0
        self._bar: Progress | None = None
        self._done = 0
        self._text = ""
        self._lock = allocate_lock()

    def add(self, amount: int) -> None:
        """Record that this much more is done."""
        self.note(amount=amount)

    def note(self, text: str | None = None, *, amount: int = 0, done: int | None = None) -> None:
        """Record what is done, in total (`done`) or in addition (`amount`), and the text."""
        if not self._shown:
            return
        with self._lock:
            self._done = self._done + amount if done is None else done
            self._text = self._text if text is None else text
            now = time.monotonic()
            if now < self._from or now - self._last < _PAUSE:
                return
            self._last = now
            if self._bar is None:
                total = self._total() if callable(self._total) else self._total
                self._bar = _make_bar(self._unit)
                self._bar.start()
                self._bar.add_task(self._unit, total=total, text=self._text)
            self._bar.update(self._bar.task_ids[0], completed=self._done, text=self._text)

    def finish(self) -> None:
        """Erase the bar for good."""
        self._shown = False
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.finish()


class ProgressBar(Bar):
    """Bytes read and questions answered."""

    def __init__(self, paths: Sequence[str], *, shown: bool) -> None:
        super().__init__(lambda: _total_size(paths), shown=shown)
        self._questions = 0

    def read(self, size: int) -> None:
        """Record that `size` bytes of all files have been read."""
        self.note(done=size)

    def answered(self) -> None:
        """Record that one more question is done."""
        self._questions += 1
        self.note(plural(self._questions, "question"))


def _make_bar(unit: str) -> Progress:
    from rich import progress
    from rich.console import Console

    text = progress.TextColumn("{task.fields[text]}")
    if unit == "bytes":
        columns = [
            *(progress.DownloadColumn(), progress.BarColumn(), progress.TransferSpeedColumn()),
            *(text, progress.TimeRemainingColumn()),
        ]
    else:
        columns = [
            *(progress.MofNCompleteColumn(), progress.BarColumn(bar_width=20)),
            *(progress.TimeElapsedColumn(), text),
        ]
    return progress.Progress(
        *columns, console=Console(stderr=True), transient=True, redirect_stdout=False
    )


def _total_size(paths: Sequence[str]) -> int | None:
    """Return the size of all files in bytes, or None if one is not a regular file."""
    if all(Path(path).is_file() for path in paths):
        return sum(Path(path).stat().st_size for path in paths)
    return None
