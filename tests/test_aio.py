"""The coroutines: same results, the loop stays free, bounded, and cancelled in earnest."""

from __future__ import annotations

import asyncio
import random
import threading
import time

import pytest

import cotool
from cotool import aio
from cotool.aio._calls import as_coroutine
from cotool.consensus.options import METHODS
from cotool.errors import InputError
from cotool.vault import Argon2Cost

ANSWERS = ["The answer is 42.", "It is 42.", "I think 41."]
WORDS = [f"word{n}" for n in range(5000)]


def texts(count, length):
    """Long texts that take a while to compare."""
    source = random.Random(7)
    return [" ".join(source.choices(WORDS, k=length)) for _ in range(count)]


@pytest.fixture(autouse=True)
def _limit():
    yield
    aio.set_limit(None)


@pytest.fixture
def log(tmp_path):
    """A small log."""
    path = tmp_path / "app.log"
    path.write_text("2026-03-02 08:00:00 INFO up\n2026-03-02 08:00:01 ERROR down\n" * 50)
    return path


@pytest.fixture
def keys():
    """A passphrase that costs little."""
    return [cotool.Passphrase("correct horse", cost=Argon2Cost(1, 8192, 1))]


def cancelled_after(seconds, coroutine):
    """Cancel a coroutine after some seconds; return the CPU time of all threads from then on.

    Time on the clock would also count the work of other programs.
    """

    async def main():
        task = asyncio.ensure_future(coroutine())
        await asyncio.sleep(seconds)
        assert not task.done(), "it ended before it could be cancelled"
        task.cancel()
        start = time.process_time()
        with pytest.raises(asyncio.CancelledError):
            await task
        return time.process_time() - start

    return asyncio.run(main())


def busy():
    """The threads of cotool and of executors that are alive."""
    return [thread for thread in threading.enumerate() if thread.name.startswith("cotool")]


def test_results_are_those_of_the_plain_calls(log):
    """Awaited or called, a consensus, a matrix, a summary and support are the same."""

    async def main():
        return await asyncio.gather(
            aio.find_consensus(ANSWERS, question="q"),
            aio.similarity_matrix(ANSWERS, "tfidf"),
            aio.analyze_logs(log, show=1),
            aio.statement_support(["It works in 5 days."], ["It works.", "In 5 days."]),
        )

    found, matrix, summary, supported = asyncio.run(main())
    assert found.to_dict() == cotool.find_consensus(ANSWERS, question="q").to_dict()
    assert matrix.tolist() == cotool.similarity_matrix(ANSWERS, "tfidf").tolist()
    assert summary == cotool.analyze_logs(log, show=1)
    assert supported == cotool.statement_support(
        ["It works in 5 days."], ["It works.", "In 5 days."]
    )


def test_a_vault_makes_its_round(tmp_path, keys):
    """What is encrypted is verified, inspected, rewrapped, encrypted again and decrypted."""
    path, sealed, back = tmp_path / "a", tmp_path / "a.vault", tmp_path / "b"
    path.write_bytes(b"content" * 1000)
    other = [cotool.Passphrase("another", cost=Argon2Cost(1, 8192, 1))]

    async def main():
        await aio.encrypt(path, sealed, keys=keys)
        assert (await aio.verify(sealed, keys=keys)).content == 7000
        assert len((await aio.inspect(sealed)).slots) == 1
        assert await aio.rewrap(sealed, keys=keys, add=other)
        await aio.reencrypt(sealed, keys=[*keys, *other])
        await aio.decrypt(sealed, back, keys=other)
        manifest = await aio.sign([path, back], key=keys[0])
        checked = await aio.verify_signatures(manifest, key=keys[0])
        assert all(one.reason is None for one in checked)
        cost = Argon2Cost(1, 8192, 1)
        (phc,) = await aio.hash_passwords(["pw"], cost=cost)
        (check,) = await aio.verify_passwords([(phc, "pw")], cost=cost)
        assert check.reason is None

    asyncio.run(main())
    assert back.read_bytes() == path.read_bytes()


def test_errors_are_those_of_the_plain_calls(tmp_path):
    """An error is raised where the coroutine is awaited."""
    with pytest.raises(InputError, match="metric: 'x' is not one of"):
        asyncio.run(aio.find_consensus(ANSWERS, metric="x"))
    with pytest.raises(InputError, match="cannot be read"):
        asyncio.run(aio.analyze_logs(tmp_path / "absent"))


def test_the_loop_stays_free():
    """While a matrix is computed the event loop turns."""
    some = texts(150, 300)

    async def main():
        task = asyncio.ensure_future(aio.similarity_matrix(some, "levenshtein"))
        turns = 0
        while not task.done():
            await asyncio.sleep(0.005)
            turns += 1
        await task
        return turns

    assert asyncio.run(main()) > 5


def test_so_many_calls_run_at_once(monkeypatch):
    """Of many calls no more than the limit are at work together."""
    running, most, lock = 0, 0, threading.Lock()
    three = threading.Barrier(3, timeout=60)

    def slow(*_, **__):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        three.wait()
        with lock:
            running -= 1

    monkeypatch.setattr(aio, "find_consensus", as_coroutine(slow), raising=False)
    aio.set_limit(3)

    async def main():
        await asyncio.gather(*(aio.find_consensus(ANSWERS) for _ in range(12)))

    asyncio.run(main())
    assert most == 3


@pytest.mark.parametrize("calls", [0, -1, 1.5, "2"])
def test_a_limit_is_a_number(calls):
    """Anything else is told at once."""
    with pytest.raises(InputError, match="the limit must be a whole number"):
        aio.set_limit(calls)


def test_a_cancelled_matrix_stops():
    """The kernel ends within its slice, long before the matrix would be done."""
    some = texts(3000, 400)

    async def work():
        await aio.similarity_matrix(some, "levenshtein", num_threads=1)

    assert cancelled_after(0.05, work) < 2


def test_a_call_after_a_cancelled_one_runs():
    """What was told to stop does not stop what the same thread does next."""
    some = texts(300, 400)

    async def main():
        for _ in range(3):
            task = asyncio.ensure_future(aio.similarity_matrix(some, "levenshtein", num_threads=1))
            await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        return await aio.similarity_matrix(some[:50], "levenshtein", num_threads=1)

    aio.set_limit(1)
    assert asyncio.run(main())[0, 0] == 1


def test_a_cancelled_analysis_of_logs_stops(tmp_path):
    """A scan ends long before the end of its file."""
    path = tmp_path / "big.log"
    line = b"2026-03-02 08:00:00,123 INFO  [main] shop.App - some words of a message here\n"
    path.write_bytes(line * 3_000_000)

    async def work():
        await aio.analyze_logs(path, templates=True, num_threads=1)

    assert cancelled_after(0.02, work) < 1


def test_a_cancelled_encryption_leaves_nothing(tmp_path, keys):
    """It stops at the next block, and no file is there, whole or in part."""
    path = tmp_path / "big"
    path.write_bytes(bytes(20_000_000))
    out = tmp_path / "out"
    out.mkdir()
    read, cancelled = 0, threading.Event()

    async def main():
        loop = asyncio.get_running_loop()

        def cancel():
            task.cancel()
            loop.call_soon(cancelled.set)  # once the call knows of it

        def progress(size):
            nonlocal read
            if not read:
                loop.call_soon_threadsafe(cancel)
                assert cancelled.wait(60)
            read += size

        sealing = aio.encrypt(path, out / "big.vault", keys=keys, num_threads=1, progress=progress)
        task = asyncio.ensure_future(sealing)
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert read < 5_000_000
    assert list(out.iterdir()) == []


def test_a_call_that_waits_is_cancelled_at_once():
    """Without a slot there is nothing to stop."""
    gate = threading.Event()

    async def main():
        aio.set_limit(1)
        first = asyncio.ensure_future(as_coroutine(lambda: gate.wait(60))())
        await asyncio.sleep(0.01)
        second = asyncio.ensure_future(aio.find_consensus(ANSWERS))
        await asyncio.sleep(0.01)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        assert not first.done()
        gate.set()
        assert await first

    asyncio.run(main())


def asked(count):
    """Questions with answers."""
    return [
        {"question": f"q{n}", "responses": [f"It is {n}.", f"{n}", f"maybe {n + n % 2}"]}
        for n in range(count)
    ]


# Each expert has a bias, which only the questions together show.
RATINGS = [
    {
        "id": f"q{n}",
        "question": f"How much is item {n}?",
        "responses": {
            f"e{bias}": str(10 + n * 7 % 20 + bias + (n * bias) % 3 / 2) for bias in (0, 1, 3, 6)
        },
    }
    for n in range(30)
]


async def trickle(items, seconds=0.0):
    """Items that come one after another."""
    for item in items:
        await asyncio.sleep(seconds)
        yield item


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize("questions", [asked(50), RATINGS], ids=["numbers", "ratings"])
@pytest.mark.parametrize("method", sorted({*METHODS} - {"dawid_skene", "mace"}))
def test_a_batch_is_in_order(asynchronous, method, questions):
    """Lists and asynchronous sources give what the plain batch gives."""

    async def main():
        source = trickle(questions) if asynchronous else questions
        return [one async for one in aio.find_consensus_batch(source, method=method)]

    expected = list(cotool.find_consensus_batch(questions, method=method))
    found = asyncio.run(main())
    assert [one.to_dict() for one in found] == [one.to_dict() for one in expected]


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_batch_tells_of_errors(asynchronous):
    """A bad question goes to on_error, on the event loop, or is raised in its place."""
    questions = [*asked(2), {"a": 1}, *asked(1)]
    told = []

    async def main(**options):
        source = trickle(questions) if asynchronous else questions
        async for one in aio.find_consensus_batch(source, **options):
            told.append(one.question)  # noqa: PERF401 - what came before an error counts

    def on_error(question, error):
        assert asyncio.get_running_loop()
        told.append(f"{question.id}: {error}")

    asyncio.run(main(on_error=on_error))
    assert told[:2] == ["q0", "q1"]
    assert told[2].startswith("question 3: question 3")
    assert told[3:] == ["q0"]
    told.clear()
    with pytest.raises(InputError, match="question 3"):
        asyncio.run(main())
    assert told == ["q0", "q1"]


def test_results_come_while_the_source_waits():
    """Of a slow source each result comes before the next question does."""

    async def main():
        gate = asyncio.Event()

        async def source():
            yield asked(1)[0]
            await gate.wait()
            yield asked(1)[0]

        batch = aio.find_consensus_batch(source(), method="vote")
        first = await asyncio.wait_for(anext(batch), 5)
        gate.set()
        second = await asyncio.wait_for(anext(batch), 5)
        return first.answer, second.answer

    assert asyncio.run(main()) == ("0", "0")


@pytest.mark.parametrize("method", ["vote", "auto", "majority_vote"])
def test_a_batch_can_be_left(method):
    """Closed or cancelled in the middle, a batch takes nothing more and leaves no thread."""
    taken = 0

    async def source():
        nonlocal taken
        for item in asked(10_000):
            taken += 1
            await asyncio.sleep(0)
            yield item

    async def closed():
        batch = aio.find_consensus_batch(source(), method=method)
        if method == "vote":
            await anext(batch)
        await batch.aclose()

    async def cancelled():
        async for _ in aio.find_consensus_batch(source(), method=method):
            pass

    asyncio.run(closed())
    assert taken < 200
    assert cancelled_after(0.05, cancelled) < 1
    assert taken < 10_000
    assert busy() == []


def test_a_source_that_fails_fails_the_batch():
    """What the source raises is raised."""

    async def source():
        yield asked(1)[0]
        raise OSError("gone")

    async def main(method):
        return [one async for one in aio.find_consensus_batch(source(), method=method)]

    for method in ("vote", "auto", "majority_vote"):
        with pytest.raises(OSError, match="gone"):
            asyncio.run(main(method))


def test_a_source_may_use_the_calls_itself():
    """With one slot alone a source that awaits calls does not wait for itself."""
    aio.set_limit(1)

    async def source():
        for item in asked(5):
            await aio.find_consensus(ANSWERS)
            yield item

    async def main(method):
        return [one async for one in aio.find_consensus_batch(source(), method=method)]

    for method in ("vote", "auto", "majority_vote"):
        assert len(asyncio.run(asyncio.wait_for(main(method), 20))) == 5


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_batch_learns_in_a_store(asynchronous, tmp_path):
    """A store that was opened on the event loop's thread weighs, remembers and learns."""
    questions = asked(120)

    async def main(path):
        with cotool.Store(str(path)) as store:
            source = trickle(questions) if asynchronous else questions
            batch = aio.find_consensus_batch(
                source, store=store, learning=cotool.Learning(learn=True)
            )
            found = [one.to_dict() async for one in batch]
            return found, len(store.questions())

    with cotool.Store(str(tmp_path / "plain.db")) as store:
        learning = cotool.Learning(learn=True)
        expected = [
            one.to_dict()
            for one in cotool.find_consensus_batch(questions, store=store, learning=learning)
        ]
    assert asyncio.run(main(tmp_path / "aio.db")) == (expected, 120)
