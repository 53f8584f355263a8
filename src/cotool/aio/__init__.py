"""The public calls as coroutines: the work is done in threads, so the event loop stays free.

At most `set_limit()` calls of an event loop run at once (as many as there are CPUs); the CPUs are
shared between them, and results do not depend on that. A cancelled call stops its work soon, and
raises CancelledError only when the work has ended. A file that was being written is then complete,
if only the last step was left, or does not exist.
"""

from __future__ import annotations

from cotool._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
