"""Read ahead in a thread."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator


class Ahead:
    """Blocks of bytes that a thread produces, at most `most` of them ahead of who takes them."""

    def __init__(self, blocks: Iterator[bytes], most: int) -> None:
        self._blocks = blocks
        self._queue: queue.Queue[bytes | BaseException | None] = queue.Queue(most)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="cotool-read", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        end: BaseException | None = None
        try:
            for block in self._blocks:
                if not self._put(block):
                    return
        except BaseException as error:  # noqa: BLE001 - raised again where it is awaited
            end = error
        self._put(end)

    def _put(self, item: bytes | BaseException | None) -> bool:
        while not self._closed.is_set():
            try:
                self._queue.put(item, timeout=0.1)
            except queue.Full:
                continue
            return True
        return False

    def __iter__(self) -> Iterator[bytes]:
        while True:
            item = self._queue.get()
            if isinstance(item, BaseException):
                raise item
            if item is None:
                return
            yield item

    def close(self) -> None:
        """End the thread; the blocks that were not taken are dropped."""
        self._closed.set()
        self._thread.join(timeout=2)
