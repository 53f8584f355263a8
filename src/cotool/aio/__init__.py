"""The public calls as coroutines: the work is done in threads, so the event loop stays free.

At most `set_limit()` calls of an event loop run at once (as many as there are CPUs); the CPUs are
shared between them, and results do not depend on that. A cancelled call stops its work soon, and
raises CancelledError only when the work has ended. A file that was being written is then complete,
if only the last step was left, or does not exist.
"""

from __future__ import annotations

from cotool._typing import TYPE_CHECKING, Any
from cotool.aio._calls import as_coroutine, set_limit

if TYPE_CHECKING:
    import cotool
    from cotool.aio._calls import as_list, as_stream

    find_consensus_batch = as_stream(cotool.find_consensus_batch)
    find_consensus = as_coroutine(cotool.find_consensus)
    similarity_matrix = as_coroutine(cotool.similarity_matrix)
    statement_support = as_coroutine(cotool.statement_support)
    analyze_logs = as_coroutine(cotool.analyze_logs)
    encrypt = as_coroutine(cotool.encrypt)
    decrypt = as_coroutine(cotool.decrypt)
    verify = as_coroutine(cotool.verify)
    inspect = as_coroutine(cotool.inspect)
    rewrap = as_coroutine(cotool.rewrap)
    reencrypt = as_coroutine(cotool.reencrypt)
    sign = as_coroutine(cotool.sign)
    verify_signatures = as_list(cotool.verify_signatures)
    hash_passwords = as_list(cotool.hash_passwords)
    verify_passwords = as_list(cotool.verify_passwords)

__all__ = [
    "analyze_logs",
    "decrypt",
    "encrypt",
    "find_consensus",
    "find_consensus_batch",
    "hash_passwords",
    "inspect",
    "reencrypt",
    "rewrap",
    "set_limit",
    "sign",
    "similarity_matrix",
    "statement_support",
    "verify",
    "verify_passwords",
    "verify_signatures",
]


def __getattr__(name: str) -> Any:
    """Return a public function of cotool as a coroutine function, made on first use."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import cotool

    found: Any
    if name == "find_consensus_batch":
        from cotool.aio._batch import find_consensus_batch as found
    else:
        found = as_coroutine(getattr(cotool, name))
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
