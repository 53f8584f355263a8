"""The public calls as coroutines: the work is done in threads, so the event loop stays free.

At most `set_limit()` calls of an event loop run at once (as many as there are CPUs); the CPUs are
shared between them, and results do not depend on that. A cancelled call stops its work soon, and
raises CancelledError only when the work has ended. A file that was being written is then complete,
if only the last step was left, or does not exist.
"""

from __future__ import annotations

from collections.abc import AsyncIterable
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from cotool.aio._calls import Call, as_coroutine, limit, run, set_limit
from cotool.aio._streams import pumped, windowed

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator
    from typing import Unpack

    import cotool
    from cotool.aio._calls import ConsensusArguments, as_list
    from cotool.consensus import Consensus, Learning, Question, Store
    from cotool.errors import CotoolError
    from cotool.vault import Identity, Keyring, Passphrase
    from cotool.vault.files import StrPath

    # A result, or a question that failed.
    _Event = Consensus | tuple[Question, CotoolError]

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

    found = globals()[name] = as_coroutine(getattr(cotool, name))
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


async def find_consensus_batch(
    questions: Iterable[object] | AsyncIterable[object],
    *,
    store: Store | None = None,
    learning: Learning | None = None,
    on_error: Callable[[Question, CotoolError], None] | None = None,
    **options: Unpack[ConsensusArguments],
) -> AsyncIterator[Consensus]:
    """Yield the consensus on each question, in input order: cotool.find_consensus_batch().

    From an asynchronous iterable, only as many questions are taken as are worked on at once, and
    each result is yielded once those before it are. With truth inference, numbers or a store,
    results follow the end of the source. `on_error` is called on the event loop. After a
    cancellation or aclose(), no further questions are taken, and those in progress are finished.
    """
    from cotool.consensus.options import INFERENCE, NUMERIC

    # These look at questions together, and so take a stream as a whole.
    whole = store is not None or options.get("method", "auto") in (*INFERENCE, *NUMERIC)
    if isinstance(questions, AsyncIterable) and not whole:
        events = _one_by_one(questions, options)
    else:
        events = _together(questions, store, learning, options)
    async with aclosing(events):
        async for event in events:
            if not isinstance(event, tuple):
                yield event
            elif on_error is None:
                raise event[1]
            else:
                on_error(*event)


def _one_by_one(
    questions: AsyncIterable[object], options: ConsensusArguments
) -> AsyncGenerator[_Event, None]:
    import cotool
    from cotool.consensus.read.questions import as_question
    from cotool.errors import CotoolError

    single = options.copy()
    single["num_threads"] = 1

    def solve(_: Call, item: tuple[int, object]) -> _Event:
        place, raw = item
        asked = cotool.Question(f"question {place}", "", ())
        try:
            asked = as_question(raw, where=asked.id)
            (result,) = cotool.find_consensus_batch([asked], **single)
        except CotoolError as error:
            return asked, error
        return result

    return windowed(questions, solve, 4 * limit())


def _together(
    questions: Iterable[object] | AsyncIterable[object],
    store: Store | None,
    learning: Learning | None,
    options: ConsensusArguments,
) -> AsyncGenerator[_Event, None]:
    import cotool

    def batch(
        taken: Iterable[object], note: Callable[[tuple[Question, CotoolError]], None]
    ) -> Iterator[Consensus]:
        return cotool.find_consensus_batch(
            taken,
            store=store,
            learning=learning,
            on_error=lambda asked, error: note((asked, error)),
            **options,
        )

    return pumped(questions, batch)


async def sign(
    paths: Iterable[StrPath],
    *,
    key: Keyring | Passphrase | Identity,
    num_threads: int | None = None,
) -> str:
    """Return a signed manifest of files: cotool.sign()."""
    import cotool

    return await run(
        lambda call: cotool.sign(
            call.watched(paths), key=key, num_threads=call.threads(num_threads)
        )
    )
