"""The public calls as coroutines: the work is done in threads, the event loop stays free.

At most `set_limit()` calls of an event loop run at once (as many as there are CPUs); the CPUs are
shared between them, and results do not depend on that. A call that is cancelled stops its work
soon, and the cancellation is seen by who awaits it when the work has ended: nothing goes on behind
anybody's back. A file that was being written is there whole, where only its last step was left, or
not at all.
"""

from __future__ import annotations

from collections.abc import AsyncIterable
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, BinaryIO, TypedDict

from cotool.aio._calls import Call, limit, run, set_limit
from cotool.aio._streams import pumped, windowed

if TYPE_CHECKING:
    from collections.abc import (
        AsyncGenerator,
        AsyncIterator,
        Callable,
        Iterable,
        Iterator,
        Mapping,
        Sequence,
    )
    from os import PathLike
    from typing import Unpack

    from cotool._fast.base.matrix import Matrix
    from cotool.consensus import Consensus, Learning, Question, Store
    from cotool.consensus.options import Embedder
    from cotool.errors import CotoolError
    from cotool.logs import LogSummary
    from cotool.logs.options import LogArguments
    from cotool.vault import Argon2Cost, Checked, Done, FileInfo, Key, Keyring, Passphrase
    from cotool.vault import PasswordCheck as _PasswordCheck
    from cotool.vault.files import StrPath

    # A result, or a question that failed.
    _Event = Consensus | tuple[Question, CotoolError]

    class ConsensusOptions(TypedDict, total=False):
        """What cotool.find_consensus() takes beside the responses."""

        method: str
        metric: str
        clustering: str
        threshold: float | None
        weights: Mapping[str, float] | None
        embedder: Embedder | None
        num_threads: int | None


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
    "verify",
    "verify_passwords",
    "verify_signatures",
]


async def find_consensus(
    responses: Iterable[object] | Mapping[str, Any] | Question,
    *,
    question: str = "",
    **options: Unpack[ConsensusOptions],
) -> Consensus:
    """Find what several experts agree on: cotool.find_consensus()."""
    import cotool

    def work(call: Call) -> Consensus:
        threads = call.threads(options.pop("num_threads", None))
        return cotool.find_consensus(responses, question=question, num_threads=threads, **options)  # type: ignore[misc]

    return await run(work)


async def find_consensus_batch(
    questions: Iterable[object] | AsyncIterable[object],
    *,
    store: Store | None = None,
    learning: Learning | None = None,
    on_error: Callable[[Question, CotoolError], None] | None = None,
    **options: Unpack[ConsensusOptions],
) -> AsyncIterator[Consensus]:
    """Yield the consensus on each question, in input order: cotool.find_consensus_batch().

    Of an asynchronous iterable as many questions are taken as are worked on at once, and each
    result comes as soon as those before it have; with truth inference or a store, when the
    source has ended. `on_error` is called on the event loop. Cancelled, or closed by aclose(),
    it lets the questions that are being worked on end, and takes no more.
    """
    from cotool.consensus.options import INFERENCE

    # These look at questions together, and so take a stream as a whole.
    whole = store is not None or options.get("method", "auto") in INFERENCE
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
    questions: AsyncIterable[object], options: ConsensusOptions
) -> AsyncGenerator[_Event, None]:
    import cotool
    from cotool.consensus.read.responses import as_question
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
    options: ConsensusOptions,
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


async def similarity_matrix(
    texts: Iterable[str], metric: str = "cosine", *, num_threads: int | None = None
) -> Matrix:
    """Similarity of all pairs of texts: cotool.similarity_matrix()."""
    import cotool

    return await run(
        lambda call: cotool.similarity_matrix(texts, metric, call.threads(num_threads))
    )


async def analyze_logs(
    paths: str | PathLike[str] | Sequence[str | PathLike[str]],
    *,
    recursive: bool = False,
    **options: Unpack[LogArguments],
) -> LogSummary:
    """Count the lines of logs by level, time, keyword and pattern: cotool.analyze_logs()."""
    import cotool

    def work(call: Call) -> LogSummary:
        options["num_threads"] = call.threads(options.get("num_threads"))
        return cotool.analyze_logs(paths, recursive=recursive, watch=call.watch(), **options)

    return await run(work)


async def encrypt(
    source: StrPath | BinaryIO,
    destination: StrPath | BinaryIO,
    *,
    keys: Sequence[Key],
    armored: bool = False,
    force: bool = False,
    num_threads: int | None = None,
) -> Done:
    """Encrypt a file or stream so that each of `keys` opens it: cotool.encrypt()."""
    import cotool

    return await run(
        lambda call: cotool.encrypt(
            source,
            destination,
            keys=keys,
            armored=armored,
            force=force,
            num_threads=call.threads(num_threads),
            progress=call.progress,
        )
    )


async def decrypt(
    source: StrPath | BinaryIO,
    destination: StrPath | BinaryIO,
    *,
    keys: Sequence[Key],
    force: bool = False,
    num_threads: int | None = None,
) -> Done:
    """Decrypt a vault file or stream: cotool.decrypt()."""
    import cotool

    return await run(
        lambda call: cotool.decrypt(
            source,
            destination,
            keys=keys,
            force=force,
            num_threads=call.threads(num_threads),
            progress=call.progress,
        )
    )


async def verify(
    source: StrPath | BinaryIO, *, keys: Sequence[Key], num_threads: int | None = None
) -> Done:
    """Read a vault file to its end and throw the content away: cotool.verify()."""
    import cotool

    return await run(
        lambda call: cotool.verify(
            source, keys=keys, num_threads=call.threads(num_threads), progress=call.progress
        )
    )


async def inspect(source: StrPath | BinaryIO) -> FileInfo:
    """Tell what a vault file says of itself without a key: cotool.inspect()."""
    import cotool

    return await run(lambda _: cotool.inspect(source))


async def rewrap(
    path: StrPath,
    *,
    keys: Sequence[Key],
    add: Sequence[Key] = (),
    replace: Sequence[Key] = (),
    remove: Sequence[int] = (),
) -> bool:
    """Change which keys open a file: cotool.rewrap(). Once begun it is not stopped halfway."""
    import cotool

    return await run(
        lambda _: cotool.rewrap(path, keys=keys, add=add, replace=replace, remove=remove)
    )


async def reencrypt(
    path: StrPath, *, keys: Sequence[Key], drop: bool = False, num_threads: int | None = None
) -> Done:
    """Give a file a new file key and identity: cotool.reencrypt()."""
    import cotool

    return await run(
        lambda call: cotool.reencrypt(
            path,
            keys=keys,
            drop=drop,
            num_threads=call.threads(num_threads),
            progress=call.progress,
        )
    )


async def sign(
    paths: Iterable[StrPath], *, key: Keyring | Passphrase, num_threads: int | None = None
) -> str:
    """Return a signed manifest of files: cotool.sign()."""
    import cotool

    return await run(
        lambda call: cotool.sign(
            call.watched(paths), key=key, num_threads=call.threads(num_threads)
        )
    )


async def verify_signatures(
    manifest: str, *, key: Keyring | Passphrase, num_threads: int | None = None
) -> list[Checked]:
    """Return what became of each file of a manifest: cotool.verify_signatures()."""
    import cotool

    return await run(
        lambda call: call.listed(
            cotool.verify_signatures(manifest, key=key, num_threads=call.threads(num_threads))
        )
    )


async def hash_passwords(
    passwords: Iterable[str | bytes],
    *,
    cost: Argon2Cost | None = None,
    num_threads: int | None = None,
) -> list[str]:
    """Return a PHC string for each password: cotool.hash_passwords()."""
    import cotool

    return await run(
        lambda call: call.listed(
            cotool.hash_passwords(passwords, cost=cost, num_threads=call.threads(num_threads))
        )
    )


async def verify_passwords(
    pairs: Iterable[tuple[str, str | bytes]],
    *,
    cost: Argon2Cost | None = None,
    allow_any_cost: bool = False,
    num_threads: int | None = None,
) -> list[_PasswordCheck]:
    """Return whether each (hash, password) fits: cotool.verify_passwords()."""
    import cotool

    return await run(
        lambda call: call.listed(
            cotool.verify_passwords(
                pairs,
                cost=cost,
                allow_any_cost=allow_any_cost,
                num_threads=call.threads(num_threads),
            )
        )
    )
