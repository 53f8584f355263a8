"""The options of what is done to files: one checked set, from the caller down to the transfer."""

from __future__ import annotations

from collections.abc import Callable

from cotool._records import dataclass, field
from cotool.engine import resolve_num_threads


def ignore(_: int) -> None:
    """Ignore progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultOptions:
    """How files are encrypted, decrypted and checked, and with which effort.

    Raises InputError for an invalid number of threads.

    Args:
        armored: write text instead of bytes.
        force: replace an existing destination.
        preserve: give the destination the mode and times of the source.
        verify_first: verify all of a file before any of its content is written.
        drop: leave out slots of keys that are not available.
        num_threads: number of threads; None for all.
        progress: called with each number of bytes read, from any thread.

    """

    armored: bool = False
    force: bool = False
    preserve: bool = False
    verify_first: bool = False
    drop: bool = False
    num_threads: int | None = None
    progress: Callable[[int], None] = field(default=ignore, repr=False)

    def __post_init__(self) -> None:
        self.threads_for(None)

    def threads_for(self, blocks: int | None) -> int:
        """Return the number of threads for a number of blocks, which is None if unknown."""
        threads = resolve_num_threads(self.num_threads)
        return threads if blocks is None else min(threads, blocks)
