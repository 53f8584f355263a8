"""Transform blocks of a source into a target, on several threads and in constant memory.

For regular files, the threads read and write at offsets, so that reading, encrypting and writing
overlap. Streams are read and written in order by the caller's thread.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from itertools import chain
from mmap import mmap

from cotool._records import dataclass
from cotool._typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from concurrent.futures import Future

    from cotool.io.target import Target
    from cotool.vault.files import Source
    from cotool.vault.options import VaultOptions


Buffers = tuple[memoryview, memoryview]  # what a block is read into, and what is made of it


class Transform(Protocol):
    """Turns the data of one input block into the data of its output block."""

    def __call__(self, block: int, data: memoryview, into: memoryview, *, final: bool) -> int:
        """Fill `into`; return its length in bytes."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """Blocks of `size` bytes from `start` on; the last one has fewer, possibly none.

    A source of unknown size is already positioned at the start.
    """

    source: Source
    start: int
    size: int

    @property
    def count(self) -> int | None:
        """The number of blocks, or None for a stream."""
        end = self.source.size
        return None if end is None else (end - self.start) // self.size + 1


@dataclass(frozen=True, slots=True)
class Writing:
    """Where output blocks go: every `size` bytes from `start` on in a file, otherwise in order."""

    target: Target | None
    start: int
    size: int


class Transfer:
    """The transfer of one source into one target; `read` and `written` count bytes.

    Args:
        reading: the blocks.
        writing: where the output blocks go; with a target of None nothing is written.
        transform: makes the output block from an input block.
        options: `num_threads` and `progress` are used.

    """

    def __init__(
        self, reading: Blocks, writing: Writing, transform: Transform, options: VaultOptions
    ) -> None:
        self._source, self._start, self._block = reading.source, reading.start, reading.size
        self._target, self._target_start = writing.target, writing.start
        self._target_block = writing.size
        self._transform = transform
        self._count = reading.count
        self._num_threads = options.threads_for(self._count)
        self._progress = options.progress
        self._buffers: list[Buffers] = []
        self._stopped = False
        self.read = self.written = 0
        self._lock = threading.Lock()

    def run(self) -> None:
        """Process all blocks. The first error ends it; what was written before is not removed."""
        ordered = self._target is not None and not self._target.is_positional
        blocks = None if self._count is None else iter(range(self._count))
        if blocks is not None and not ordered:
            self._spread(blocks)
        elif self._num_threads == 1:
            for block, buffers, length in self._arriving(blocks):
                self._finish(self._work(block, buffers, length))
        else:
            self._queue(blocks)

    def _spread(self, blocks: Iterator[int]) -> None:
        """Let every thread take the next block until none is left."""

        def work() -> None:
            while not self._stopped:
                with self._lock:
                    block = next(blocks, None)
                if block is None:
                    return
                try:
                    self._finish(self._work(block, self._take(), None))
                except BaseException:
                    self._stopped = True
                    raise

        if self._num_threads == 1:
            work()
            return
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(self._num_threads, thread_name_prefix="cotool") as pool:
            futures = [pool.submit(work) for _ in range(self._num_threads)]
            try:
                for future in futures:
                    future.result()
            finally:
                self._stopped = True

    def _queue(self, blocks: Iterator[int] | None) -> None:
        """Give blocks to threads, and write the output blocks in order."""
        arriving = self._arriving(blocks)
        first = next(arriving)
        if first[2] is not None and first[2] < self._block:  # it is the whole stream
            self._finish(self._work(*first))
            return
        pending: deque[Future[tuple[Buffers, int, int]]] = deque()
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(self._num_threads, thread_name_prefix="cotool") as pool:
            try:
                for block, buffers, length in chain([first], arriving):
                    pending.append(pool.submit(self._work, block, buffers, length))
                    if len(pending) > 2 * self._num_threads:
                        self._finish(pending.popleft().result())
                while pending:
                    self._finish(pending.popleft().result())
            finally:
                for future in pending:
                    future.cancel()

    def _arriving(self, blocks: Iterator[int] | None) -> Iterator[tuple[int, Buffers, int | None]]:
        """Yield blocks with their buffers, which are already filled for a stream."""
        if blocks is not None:
            for block in blocks:
                yield block, self._take(), None
            return
        block = 0
        while True:
            buffers = self._take()
            length = self._source.read(buffers[0][: self._block])
            yield block, buffers, length
            if length < self._block:
                return
            block += 1

    def _work(self, block: int, buffers: Buffers, length: int | None) -> tuple[Buffers, int, int]:
        """Make one output block, and write it if the order does not matter."""
        data, into = buffers
        if length is None:
            offset = self._start + block * self._block
            assert self._source.size is not None  # noqa: S101 - streams have a length here
            length = min(self._block, self._source.size - offset)
            self._source.read_at(offset, data[:length])
        size = self._transform(block, data[:length], into, final=length < self._block)
        if self._target is not None and self._target.is_positional:
            self._target.write_at(self._target_start + block * self._target_block, into[:size])
        return buffers, length, size

    def _finish(self, done: tuple[Buffers, int, int]) -> None:
        buffers, length, size = done
        if self._target is not None and not self._target.is_positional:
            self._target.write(buffers[1][:size])
        with self._lock:
            self.read += length
            self.written += size
            self._buffers.append(buffers)
        self._progress(length)

    def _take(self) -> Buffers:
        with self._lock:
            if self._buffers:
                return self._buffers.pop()
        size = max(self._block, self._target_block)
        # Unlike with a bytearray, pages that a short file does not reach are never touched: 30,000
        # streams of 16 bytes took 4.4 s instead of 16 s.
        return memoryview(mmap(-1, size)), memoryview(mmap(-1, size))
