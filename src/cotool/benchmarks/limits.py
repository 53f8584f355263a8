"""The limits of this machine: how fast one thread reads memory, finds a byte and encrypts.

These are the fastest functions at hand for the least that a scan or a cipher must do, so a case
cannot exceed them by much. They are measured in memory, in this process, in a fraction of a second.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from cotool._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cotool.benchmarks.suites import Measured

# The limit of each group of cases that states bytes; that of others is reading memory.
_OF_GROUP = {"logs": "newline scan", "vault": "AES-GCM"}
_READ = "memory read"
_SIZE = 1 << 26  # larger than caches
_PIECE = 1 << 20  # of what is encrypted, as a vault does
_ROUNDS = 5


def machine_limits() -> dict[str, float]:
    """Return the bytes per second of one thread, by name."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    text, other = (b"x" * _SIZE for _ in range(2))  # pages of zeros would all be the same one
    cipher, nonce, piece = AESGCM(bytes(32)), bytes(12), bytes(_PIECE)
    return {
        "newline scan": _rate(_SIZE, lambda: text.find(b"\n")),
        _READ: _rate(2 * _SIZE, lambda: text == other),
        "AES-GCM": _rate(_PIECE, lambda: cipher.encrypt(nonce, piece, None)),
    }


def _rate(size: int, call: Callable[[], object]) -> float:
    """Return the bytes per second of the fastest of several calls."""
    taken = []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return size / min(taken)


def limit_of(row: Measured, limits: dict[str, float]) -> tuple[str, float] | None:
    """Return the name of a case's limit and its bytes per second on the threads of the case.

    None if the case states no bytes. Threads count as if each reached the limit of one.
    """
    if row.bytes is None:
        return None
    name = _OF_GROUP.get(row.name.partition("/")[0], _READ)
    return name, limits[name] * (row.threads or 1)
