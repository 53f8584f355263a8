"""Sample lines with the lines around them, from files and from what a stream has given."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from cotool._typing import TYPE_CHECKING
from cotool.logs.levels import LEVELS
from cotool.logs.model import Sample

if TYPE_CHECKING:
    # Returns the source's bytes between two offsets, fewer at its end or if they are not kept.
    Read = Callable[[int, int], bytes]
    # Line from 1, offset, size, index into LEVELS.
    Found = tuple[int, int, int, int]

# Context is looked for this far before and after a sample; of a line this much is shown.
REACH = 1 << 16
_SHOWN = 4096


def read_sample(path: str, found: Found, read: Read, context: int) -> Sample:
    """Return the sample that the scanner found, with up to `context` lines before and after."""
    line, at, size, level = found
    before: list[bytes] = []
    after: list[bytes] = []
    if context:
        start = max(0, at - REACH)
        before = read(start, at).split(b"\n")[:-1]
        # The first piece is the end of a line, unless the source begins there.
        before = before[0 if start == 0 else 1 :][-context:]
        after = read(at + size, at + size + REACH).split(b"\n")
        after = after[1 : context + 1]
        if after and not after[-1]:
            after.pop()
    return Sample(
        path,
        line,
        LEVELS[level],
        _text(read(at, at + min(size, _SHOWN))),
        tuple(map(_text, before)),
        tuple(map(_text, after)),
    )


# Neighbouring samples share their context: 480 MB instead of 940 in bench/limits.py.
@lru_cache(4096)
def _text(line: bytes) -> str:
    return line[:_SHOWN].rstrip(b"\r").decode("utf-8", "replace")


class StreamSamples:
    """Keeps as much of a stream as its samples need, and reads each once its context is there."""

    def __init__(self, path: str, context: int, most: int) -> None:
        self._path = path
        self._context = context
        self._most = most
        self._window = bytearray()
        self._base = 0
        self._done: list[Sample] = []

    def add(self, data: bytes, found: list[Found], *, final: bool) -> None:
        """Take the next bytes of the stream, and all that the scanner has found so far."""
        if len(self._done) >= self._most:
            return
        self._window += data
        end = self._base + len(self._window)
        while len(self._done) < len(found):
            _, at, size, _ = sample = found[len(self._done)]
            if at + size + REACH > end and not final:
                break
            self._done.append(read_sample(self._path, sample, self._read, self._context))
        waiting = found[len(self._done)][1] if len(self._done) < len(found) else end
        # A line may still wait in the scanner: it began at most this long ago.
        keep = max(self._base, min(waiting, end - 2 * REACH) - REACH)
        del self._window[: keep - self._base]
        self._base = keep

    def _read(self, start: int, stop: int) -> bytes:
        return bytes(self._window[max(0, start - self._base) : max(0, stop - self._base)])

    def taken(self) -> tuple[Sample, ...]:
        """Return the samples that have been read."""
        return tuple(self._done)
