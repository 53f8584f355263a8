"""Tasks on a Dask cluster: connect, compare versions, and find the task that kills its worker."""

from __future__ import annotations

import logging
import os
import queue
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import ExitStack, contextmanager, suppress
from itertools import islice

from cotool._typing import Any, TypeVar
from cotool.engine.tasks import Lost, Meter, Work
from cotool.errors import CotoolError, EngineError, MissingExtraError
from cotool.text import and_more

Item = TypeVar("Item")
Result = TypeVar("Result")

ADDRESS_VARIABLE = "DASK_SCHEDULER_ADDRESS"
_CONNECT = 10  # seconds to wait for a scheduler
_CLOSE = 1  # seconds to disconnect from it
_ARRIVE = 30  # seconds to wait for the first worker
_ABSENT = 60  # seconds without any worker after which a run ends
_TICK = 0.5  # seconds to wait for a result before checking the workers
_LOOK = 1  # seconds between two counts of workers: a thousand workers report a megabyte
_AHEAD = 3  # tasks per thread that the scheduler has at a time
_LEAST_AHEAD = 32
_TOGETHER = 256  # results that are fetched together
_LISTED = 3
_RESUME = "the same call with `resume` continues"


@contextmanager
def cluster_engine(
    processes: int | None = None, scheduler: str | None = None, scheduler_file: str | None = None
) -> Iterator[ClusterEngine]:
    """Yield an engine on a cluster that is ready; processes that were started end with the block.

    The cluster is that many `processes` of this machine, or the scheduler at an address or in a
    file, by default that of DASK_SCHEDULER_ADDRESS.

    Raises MissingExtraError without Dask, and EngineError if there is no scheduler, if no worker
    comes, or if workers have another version of cotool, or none.
    """
    try:
        import distributed
    except ImportError:
        raise MissingExtraError(
            "the engines dask and dask-local need Dask", hint="pip install 'cotool[dask]'"
        ) from None
    _silence()
    with ExitStack() as stack:
        if processes is not None:
            cluster = stack.enter_context(_local_cluster(processes))
            client = stack.enter_context(distributed.Client(cluster, set_as_default=False))
        else:
            client = stack.enter_context(_connected(scheduler, scheduler_file))
        name = _name_of(client)
        try:
            client.wait_for_workers(1, timeout=_ARRIVE)
        except (TimeoutError, OSError):
            raise EngineError(
                f"{name}: no worker within {_ARRIVE} seconds",
                hint="start workers: dask worker ADDRESS --nthreads 1",
            ) from None
        check_versions(client)
        yield ClusterEngine(client, name)


def _silence() -> None:
    """Silence Dask's messages, because cotool reports what happens to workers."""
    known = [name for name in logging.root.manager.loggerDict if name.startswith("distributed.")]
    for name in ("distributed", "tornado", "asyncio", *known):
        logging.getLogger(name).setLevel(logging.CRITICAL)


@contextmanager
def _local_cluster(processes: int) -> Iterator[Any]:
    import distributed

    with distributed.LocalCluster(
        n_workers=processes,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        worker_dashboard_address="127.0.0.1:0",
        silence_logs=logging.CRITICAL,
    ) as cluster:
        yield cluster


@contextmanager
def _connected(scheduler: str | None, scheduler_file: str | None) -> Iterator[Any]:
    import distributed

    address = scheduler or (None if scheduler_file else os.environ.get(ADDRESS_VARIABLE))
    if not address and not scheduler_file:
        raise EngineError(
            "the engine dask needs a scheduler",
            hint="give `scheduler` or `scheduler_file`, set DASK_SCHEDULER_ADDRESS, "
            "or use the engine dask-local",
        )
    where = address or scheduler_file
    given = {"address": address} if address else {"scheduler_file": scheduler_file}
    try:
        client = _within(
            _CONNECT + _CLOSE,
            lambda: distributed.Client(timeout=_CONNECT, set_as_default=False, **given),
        )
    except (OSError, TimeoutError, ValueError, KeyError, TypeError) as error:
        raise EngineError(
            f"{where}: the scheduler cannot be reached: {_first_line(error)}",
            hint="check that it is running and that this machine can connect to it",
        ) from None
    try:
        yield client
    finally:
        with suppress(Exception):  # it may be gone
            client.close(timeout=_CLOSE)


def _within(seconds: float, make: Callable[[], Result]) -> Result:
    """Return make(). Raises TimeoutError if that takes longer, and what make() raises.

    Dask's own timeout does not apply to a server that accepts a connection and does not answer.
    """
    answer: Future[Result] = Future()

    def work() -> None:
        try:
            answer.set_result(make())
        except Exception as error:  # noqa: BLE001 - raised again where it is waited for
            answer.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    wait([answer], timeout=seconds)
    if not answer.done():
        raise TimeoutError(f"no answer from a scheduler within {seconds} seconds")
    return answer.result()


def _name_of(client: Any) -> str:
    return str(client.scheduler.address) if client.scheduler is not None else "the scheduler"


def check_versions(client: Any) -> None:
    """Raise EngineError if a worker has another version of cotool, or lacks a package."""
    from cotool.version import __version__

    def look() -> tuple[str | None, str]:
        """Return the version, or the problem. It is sent by value: a worker may lack cotool."""
        try:
            from cotool.version import __version__
        except Exception as error:  # noqa: BLE001 - whatever it is, it is reported
            return None, f"{type(error).__name__}: {error}"
        return __version__, ""

    found = client.run(look, on_error="return")
    wrong = []
    for worker, answer in sorted(found.items()):
        if isinstance(answer, OSError):
            continue  # it died meanwhile; _carry_out() checks the one that replaces it
        version, problem = answer if isinstance(answer, tuple) else (None, _first_line(answer))
        if version != __version__:
            wrong.append(f"{worker}: {f'cotool {version}' if version else problem}")
    if wrong:
        raise EngineError(
            f"{len(wrong)} of {len(found)} workers cannot do the work of cotool {__version__}: "
            f"{and_more(wrong[:_LISTED], len(wrong), '; ')}",
            hint=f"on the workers: pip install 'cotool[dask]=={__version__}'",
        )


def _carry_out(version: str, function: Callable[[Item], Result], item: Item) -> Result:
    """Do one task on a worker. Checks the version, because the worker may have joined later."""
    from cotool.version import __version__

    if __version__ != version:
        raise EngineError(
            f"a worker has cotool {__version__}, not {version}",
            hint=f"on the workers: pip install 'cotool[dask]=={version}'",
        )
    return function(item)


class ClusterEngine:
    """Tasks on the workers of a Dask client."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name
        self._seen: set[str] = set()
        self._threads = 1
        self._looked = 0.0
        self._last_worker = time.monotonic()

    def ask(self, question: Callable[[], Result]) -> dict[str, Result]:
        """See Engine.ask(). Raises the first error of a worker."""
        from distributed.comm.core import CommClosedError

        end = time.monotonic() + _ABSENT
        while True:
            found: dict[str, Result] = {}
            for worker, answer in sorted(self._client.run(question, on_error="return").items()):
                if isinstance(answer, CommClosedError):
                    continue  # the worker died meanwhile
                if isinstance(answer, CotoolError):
                    answer.args = (f"{worker}: {answer}",)
                    raise answer
                if isinstance(answer, BaseException):
                    raise EngineError(f"{worker}: {type(answer).__name__}: {_first_line(answer)}")
                found[worker] = answer
            if found:
                return found
            if time.monotonic() > end:
                raise EngineError(f"{self._name}: no worker answers", hint=_RESUME)
            time.sleep(_TICK)

    def run(
        self, function: Callable[[Item], Result], work: Work[Item], meter: Meter
    ) -> Iterator[tuple[Item, Result | Lost]]:
        """See Engine.run().

        A task whose worker died repeatedly is tried once more with no other task on that worker, so
        that no task is blamed for another one. If the worker dies again, the task is Lost.
        """
        run = _Run(self._client, function)
        suspects: list[Item] = []
        try:
            while (work or run.pending or suspects) and not meter.stopped:
                self._look(meter, run)
                while work and len(run.pending) < max(_LEAST_AHEAD, _AHEAD * self._threads):
                    run.submit(work.popleft())
                alone = not run.pending
                if alone:
                    run.submit(suspects.pop())
                while not (done := run.next_done(_TICK)) and alone:
                    self._look(meter, run)
                for item, result in self._results(done):
                    if isinstance(result, Lost) and not alone:
                        suspects.append(item)
                        continue
                    meter.task()
                    yield item, result
        finally:
            run.close()

    def _results(self, done: list[tuple[Any, Any]]) -> Iterator[tuple[Any, Any]]:
        """Yield items with their results; those that succeeded are fetched together."""
        if done:
            self._check_alive()
        fine = [(future, item) for future, item in done if future.status == "finished"]
        try:
            results = self._client.gather([future for future, _ in fine]) if fine else []
        except Exception:  # noqa: BLE001 - each future raises its own error
            fine, results = [], []
        for (future, item), result in zip(fine, results, strict=True):
            future.release()
            yield item, result
        fetched = {future.key for future, _ in fine}
        for future, item in done:
            if future.key not in fetched:
                yield item, self._result(future, item)

    def _result(self, future: Any, item: Any) -> Any:
        import asyncio
        import concurrent.futures

        from distributed.client import FutureCancelledError
        from distributed.scheduler import KilledWorker

        try:
            return future.result()
        except KilledWorker as error:
            return Lost(
                f"killed its worker {error.allowed_failures + 1} times, last {_address(error)}: "
                "out of memory, or a crash"
            )
        except (
            FutureCancelledError,
            asyncio.CancelledError,
            concurrent.futures.CancelledError,
            OSError,
        ):
            raise self._lost() from None
        except CotoolError:
            raise
        except ImportError as error:
            raise EngineError(
                f"a package is missing on a worker: {_first_line(error)}",
                hint="install the same extras of cotool there",
            ) from error
        except Exception as error:
            raise EngineError(
                f"{item}: failed on a worker: {type(error).__name__}: {_first_line(error)}",
                hint="`debug` shows where",
            ) from error
        finally:
            with suppress(Exception):
                future.release()

    def _lost(self) -> EngineError:
        return EngineError(f"{self._name}: the scheduler was lost", hint=_RESUME)

    def _check_alive(self) -> None:
        if self._client.status != "running":
            raise self._lost()

    def _look(self, meter: Meter, run: _Run) -> None:
        """Count workers from time to time. Raises EngineError after a long time without any."""
        now = time.monotonic()
        if now - self._looked < _LOOK:
            return
        self._looked = now
        self._check_alive()
        try:
            workers = self._client.scheduler_info(n_workers=-1)["workers"]
        except (OSError, TimeoutError):
            self._check_alive()
            return
        self._seen |= set(workers)
        self._threads = max(1, sum(int(worker["nthreads"]) for worker in workers.values()))
        meter.workers(len(workers), len(self._seen) - len(workers))
        if workers:
            self._last_worker = now
        elif now - self._last_worker > _ABSENT:
            items = [str(item) for _, item in islice(run.pending.values(), _LISTED)]
            raise EngineError(
                f"{self._name}: no worker is left for {_ABSENT} seconds; "
                f"next would be {'; '.join(items)}",
                hint=_RESUME,
            )


class _Run:
    """The futures of one run."""

    def __init__(self, client: Any, function: Callable[[Any], Any]) -> None:
        import uuid

        from cotool.version import __version__

        self._client = client
        self._function = function
        self._version = __version__
        self._name = f"cotool-{uuid.uuid4().hex[:12]}"
        self._count = 0
        self.pending: dict[str, tuple[Any, Any]] = {}
        self._done: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def submit(self, item: Any) -> None:
        """Send a task to the scheduler."""
        self._count += 1
        future = self._client.submit(
            _carry_out,
            self._version,
            self._function,
            item,
            key=f"{self._name}-{self._count}",
            pure=False,
        )
        self.pending[future.key] = future, item
        future.add_done_callback(self._done.put)

    def next_done(self, patience: float) -> list[tuple[Any, Any]]:
        """Return the finished futures with their items; wait some seconds for one."""
        futures = []
        with suppress(queue.Empty):
            futures.append(self._done.get(timeout=patience))
            while len(futures) < _TOGETHER:
                futures.append(self._done.get_nowait())
        return [self.pending.pop(future.key) for future in futures]

    def close(self) -> None:
        """Cancel what is not done."""
        with suppress(Exception):
            if self._client.status == "running":
                self._client.cancel([each for each, _ in self.pending.values()], force=True)
        self.pending.clear()


def _address(error: Any) -> str:
    return str(getattr(error.last_worker, "address", error.last_worker))


def _first_line(error: object) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
