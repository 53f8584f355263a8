"""Many files at once. A file that fails does not stop the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from cotool._records import dataclass, replace
from cotool._typing import TYPE_CHECKING
from cotool.errors import CotoolError

if TYPE_CHECKING:
    from cotool.vault.operations import Done
    from cotool.vault.options import VaultOptions

# A file of this size uses all threads; smaller files run in parallel.
_LARGE = 64 << 20
# Small files mostly wait for the disk (fsync), so more of them run than there are CPUs.
_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Job:
    """One file to work on, and where its result goes (None: in place, or nowhere).

    named: the destination was given as it is, not derived from the name of the source. preserve:
    the result has the mode and times of the source. replace: an older result may be replaced.
    """

    source: str
    destination: str | None = None
    named: bool = False
    preserve: bool = False
    replace: bool = False

    def options(self, common: VaultOptions) -> VaultOptions:
        """Return the options of all jobs with those of this one."""
        return replace(common, force=common.force or self.replace, preserve=self.preserve)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a job: `done`, or the error that ended it."""

    job: Job
    done: Done | None
    error: CotoolError | OSError | None = None


def run_batch(
    jobs: Sequence[Job],
    work: Callable[[Job, VaultOptions], Done | None],
    options: VaultOptions,
) -> list[Outcome]:
    """Do `work(job, options)` for every job; return the outcomes in the order of the jobs.

    Errors that users cause are outcomes; other errors and Ctrl-C end the batch.
    """
    threads = options.threads_for(None)

    def attempt(job: Job, threads: int) -> Outcome:
        try:
            return Outcome(job, work(job, replace(job.options(options), num_threads=threads)))
        except (CotoolError, OSError) as error:
            return Outcome(job, None, error)

    small = [n for n, job in enumerate(jobs) if len(jobs) > 1 and source_size(job) < _LARGE]
    outcomes: dict[int, Outcome] = {}
    if small:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(_AT_ONCE * threads, thread_name_prefix="cotool") as pool:
            futures = {n: pool.submit(attempt, jobs[n], 1) for n in small}
            try:
                for n, future in futures.items():
                    outcomes[n] = future.result()
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise
    for n, job in enumerate(jobs):
        if n not in outcomes:
            outcomes[n] = attempt(job, threads)
    return [outcomes[n] for n in range(len(jobs))]


def source_size(job: Job) -> int:
    """Return the size of a job's source in bytes, 0 if it is not known."""
    try:
        return Path(job.source).stat().st_size
    except OSError:
        return 0
