"""The files of a vault command: which ones, where their results go, and the summary at the end."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cotool.cli.shared.progress import Bar, stderr_moves
from cotool.errors import CotoolError, InputError
from cotool.text import plural, size, visible
from cotool.vault.files import STDIO

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cotool.vault.batch import Job, Outcome
    from cotool.vault.operations import Done

SUFFIX = ".vault"
ARMOR_SUFFIX = ".vault.asc"
_MIXED = 1  # the exit code if files failed for different reasons
_MOST_ERRORS = 20


def find_files(paths: Sequence[str], *, recursive: bool, vaults: bool) -> list[str]:
    """Return the files that `paths` name; in folders, only vault files, or only other files.

    Links in folders are not followed. Raises InputError, also if none of the files exists.
    """
    found: list[str] = []
    for path in paths:
        if path == STDIO or not Path(path).is_dir():
            found.append(path)
        elif not recursive:
            raise InputError(f"{path}: is a folder", hint="-r includes the files in folders")
        else:
            found += _in_folder(path, vaults=vaults)
    if not found:
        raise InputError("no files were found")
    if found.count(STDIO) > 1 or (STDIO in found and len(found) > 1):
        raise InputError("standard input cannot be combined with files")
    if not any(path == STDIO or os.path.lexists(path) for path in found):
        # Report this before asking for a passphrase in vain.
        raise InputError(f"{found[0]}: cannot be read: No such file or directory")
    return list(dict.fromkeys(found))


def _in_folder(folder: str, *, vaults: bool) -> list[str]:
    found = []
    for root, folders, names in os.walk(folder, onerror=_raise):
        folders.sort()
        for name in sorted(names):
            path = Path(root, name)
            is_vault = name.endswith((SUFFIX, ARMOR_SUFFIX))
            is_part = name.startswith(".") and name.endswith(".part")
            if is_vault == vaults and not is_part and path.is_file() and not path.is_symlink():
                found.append(str(path))
    return found


def _raise(error: OSError) -> None:
    raise error


def jobs_for(files: Sequence[str], output: str | None, name: Callable[[str], str]) -> list[Job]:
    """Return a job for each file; `name` returns the name of its result.

    `output` is a file, or a folder for several results. Raises InputError if two results have the
    same name.
    """
    from cotool.vault.batch import Job

    folder = output if output is not None and output != STDIO and Path(output).is_dir() else None
    if output is not None and folder is None and len(files) > 1:
        raise InputError(
            "several files need a folder for their results",
            hint="--output must be an existing folder",
        )
    jobs = []
    for file in files:
        if folder is not None:
            target = str(Path(folder, Path(name(file)).name))
        elif output is not None:
            target = output
        else:
            target = STDIO if file == STDIO else name(file)
        jobs.append(Job(file, target, named=output is not None and folder is None))
    targets = [job.destination for job in jobs]
    if len(set(targets)) < len(targets):
        raise InputError("two files would have the same name in that folder")
    return jobs


def run_jobs(
    jobs: Sequence[Job],
    work: Callable[[Job, int, Bar], Done | None],
    *,
    verb: str,
    threads: int | None,
    quiet: bool,
    progress: bool = True,
) -> int:
    """Do every job, with a progress bar and a summary on standard error; return the exit code."""
    from cotool.vault.batch import run_batch

    total = None if any(job.source == STDIO for job in jobs) else sum(map(_size, jobs))
    shown = progress and not quiet and stderr_moves()
    with ended_by_sigterm(), Bar(total, shown=shown) as bar:
        outcomes = run_batch(
            jobs, lambda job, threads: work(job, threads, bar), num_threads=threads
        )
    return end_jobs(outcomes, verb=verb, quiet=quiet)


def end_jobs(outcomes: Sequence[Outcome], *, verb: str, quiet: bool) -> int:
    """Print the outcomes of jobs on standard error; return the exit code."""
    failed = [outcome for outcome in outcomes if outcome.error is not None]
    if len(outcomes) == 1 and failed:
        assert failed[0].error is not None  # noqa: S101 - it is in the list
        raise failed[0].error
    if not quiet:
        _say(outcomes, verb)
    for outcome in failed[:_MOST_ERRORS]:
        _say_error(outcome)
    if len(failed) > _MOST_ERRORS:
        rest = plural(len(failed) - _MOST_ERRORS, "further file")
        print(f"cotool: error: {rest} failed", file=sys.stderr)
    codes = {getattr(outcome.error, "exit_code", CotoolError.exit_code) for outcome in failed}
    return 0 if not codes else codes.pop() if len(codes) == 1 else _MIXED


def _say(outcomes: Sequence[Outcome], verb: str) -> None:
    done = [outcome for outcome in outcomes if outcome.error is None]
    for outcome in done:
        if outcome.done is None:
            continue
        name = visible(outcome.job.source)
        if outcome.done.changed_meanwhile:
            print(f"cotool: warning: {name}: changed while it was read", file=sys.stderr)
        if outcome.done.damage:
            text = f"{outcome.done.damage}; cotool vault rewrap repairs it"
            print(f"cotool: warning: {name}: {text}", file=sys.stderr)
    if len(outcomes) == 1:
        job = outcomes[0].job
        arrow = f" → {job.destination}" if job.destination not in {None, STDIO} else ""
        if job.destination != STDIO:
            print(visible(f"{verb}: {job.source}{arrow}"), file=sys.stderr)
        return
    content = sum(outcome.done.content for outcome in done if outcome.done is not None)
    failed = f", {len(outcomes) - len(done):,} failed" if len(done) < len(outcomes) else ""
    amount = f", {size(content)}" if content else ""
    print(f"{verb}: {plural(len(done), 'file')}{amount}{failed}", file=sys.stderr)


def _say_error(outcome: Outcome) -> None:
    error = outcome.error
    if isinstance(error, OSError):
        text = f"{error.filename or outcome.job.source}: {error.strerror or error}"
    else:
        text = str(error)
    print(f"cotool: error: {visible(text)}", file=sys.stderr)


def _size(job: Job) -> int:
    try:
        return Path(job.source).stat().st_size
    except OSError:
        return 0


class ended_by_sigterm:  # noqa: N801 - reads as a sentence in `with`
    """Turn SIGTERM and SIGHUP into an exception, so that no partial file remains."""

    def __enter__(self) -> None:
        self._before = {}
        for number in (signal.SIGTERM, signal.SIGHUP):
            try:
                self._before[number] = signal.signal(number, self._end)
            except ValueError:  # not the main thread
                return

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @staticmethod
    def _end(number: int, _: object) -> None:
        raise SystemExit(128 + number)
