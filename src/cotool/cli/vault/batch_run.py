"""The files of a vault command: which ones, where their results go, and the summary at the end."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from cotool._records import replace
from cotool._typing import TYPE_CHECKING
from cotool.cli.shared.progress import Bar, stderr_moves
from cotool.cli.shared.say import say_error, say_warning
from cotool.cli.vault.streams import leave_out_keys
from cotool.errors import CotoolError
from cotool.text import and_more, plural, size, visible_name
from cotool.vault.batch import Job, Outcome, run_batch, source_size
from cotool.vault.files import STDIO
from cotool.vault.trees import EXPECTED, JobPlan, Listing, Wanted, list_files

if TYPE_CHECKING:
    from cotool.cli.vault.file_options import BatchFlags
    from cotool.vault.operations import Done
    from cotool.vault.options import VaultOptions
    from cotool.vault.requests import KeyRequest

_MIXED = 1  # the exit code if files failed for different reasons
_MOST_ERRORS = 20
_FEW = 3


def find_files(paths: Sequence[str], *, recursive: bool) -> Listing:
    """Return the vault files that `paths` name; links in folders are not followed."""
    return list_files(paths, Wanted(vaults=True, recursive=recursive, documents=True))


def plan_in_place(
    paths: Sequence[str], *, recursive: bool, spare: KeyRequest | None = None
) -> JobPlan:
    """Return a job without a destination for each vault file.

    spare: whose keyring and identity are left out of folders. Raises InputError if one is named.
    """
    listing = find_files(paths, recursive=recursive)
    if spare is not None:
        leave_out_keys(listing, spare)
    return JobPlan(listing, [Job(found.path) for found in listing.files], None, listing.failures)


def show_plan(plan: JobPlan, verb: str) -> int:
    """Print what would be done; return the exit code of what already failed."""
    for job in plan.jobs:
        exists = "" if job.replace or not os.path.lexists(str(job.destination)) else "  (exists)"
        source, target = visible_name(job.source), visible_name(str(job.destination))
        print(f"{verb}: {source} → {target}{exists}")
    for found in plan.listing.links:
        print(f"link: {visible_name(found.path)}")
    for reason, paths in plan.listing.left_out.items():
        for path in paths:
            print(f"left out, {reason[0]}: {visible_name(path)}")
    if plan.unchanged:
        print(f"unchanged: {plural(plan.unchanged, 'file')}")
    return end_jobs(plan.failures, verb="", quiet=True)


def run_jobs(
    plan: JobPlan, work: Callable[[Job, VaultOptions], Done | None], flags: BatchFlags, *, verb: str
) -> int:
    """Do every job, with a progress bar and a summary on standard error; return the exit code."""
    plan.make_folders()
    jobs = plan.jobs
    total = None if any(job.source == STDIO for job in jobs) else sum(map(source_size, jobs))
    shown = not flags.quiet and stderr_moves()
    with Bar(total, shown=shown) as bar:
        outcomes = run_batch(jobs, work, replace(flags.options, progress=bar.add))
    plan.finish_folders(force=flags.options.force)
    return end_jobs([*outcomes, *plan.failures], verb=verb, quiet=flags.quiet, plan=plan)


def end_jobs(
    outcomes: Sequence[Outcome], *, verb: str, quiet: bool, plan: JobPlan | None = None
) -> int:
    """Print the outcomes of jobs on standard error; return the exit code.

    Warnings are printed even if `quiet` is true.
    """
    if plan is not None:
        say_left_out(plan.listing, quiet=quiet)
    _say_warnings(outcomes)
    failed = [outcome for outcome in outcomes if outcome.error is not None]
    if len(outcomes) == 1 and failed:
        assert failed[0].error is not None  # noqa: S101 - it is in the list
        raise failed[0].error
    if not quiet:
        _say(outcomes, verb, 0 if plan is None else plan.unchanged)
    for outcome in failed[:_MOST_ERRORS]:
        _say_error(outcome)
    if len(failed) > _MOST_ERRORS:
        rest = plural(len(failed) - _MOST_ERRORS, "further file")
        say_error(f"{rest} failed")
    codes = {getattr(outcome.error, "exit_code", CotoolError.exit_code) for outcome in failed}
    return 0 if not codes else codes.pop() if len(codes) == 1 else _MIXED


def say_left_out(listing: Listing, *, quiet: bool) -> None:
    """Say what was not worked on, unless it is nothing for this command and `quiet` is true."""
    for reason, paths in listing.left_out.items():
        expected = reason in EXPECTED
        if expected and quiet:
            continue
        most = _FEW if expected else _MOST_ERRORS
        names = and_more(map(visible_name, paths[:most]), len(paths))
        text = f"left out: {len(paths):,} {reason[len(paths) > 1]}: {names}"
        if expected:
            print(text, file=sys.stderr)
        else:
            say_warning(text)


def _say_warnings(outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes:
        if outcome.done is None:
            continue
        name = visible_name(outcome.job.source)
        if outcome.done.changed_meanwhile:
            say_warning(f"{name}: changed while it was read")
        if outcome.done.damage:
            say_warning(f"{name}: {outcome.done.damage}; cotool vault rewrap repairs it")


def _say(outcomes: Sequence[Outcome], verb: str, unchanged: int) -> None:
    done = [outcome for outcome in outcomes if outcome.error is None]
    if len(outcomes) == 1 and not unchanged:
        job = outcomes[0].job
        arrow = f" → {job.destination}" if job.destination not in {None, STDIO} else ""
        if job.destination != STDIO:
            values = _values(outcomes)
            end = f": {values}" if values else ""
            print(visible_name(f"{verb}: {job.source}{arrow}{end}"), file=sys.stderr)
        return
    content = sum(outcome.done.content for outcome in done if outcome.done is not None)
    failed = f", {len(outcomes) - len(done):,} failed" if len(done) < len(outcomes) else ""
    amount = f", {size(content)}" if content else ""
    same = f", {unchanged:,} unchanged" if unchanged else ""
    values = _values(done)
    end = f": {visible_name(values)}" if values else ""
    print(f"{verb}: {plural(len(done), 'file')}{amount}{same}{failed}{end}", file=sys.stderr)


def _values(outcomes: Sequence[Outcome]) -> str:
    """Return how many values were sealed, and which were not, if values were sealed at all."""
    counted = [each.done.values for each in outcomes if each.done and each.done.values]
    if not counted:
        return ""
    text = f"{plural(sum(each.sealed for each in counted), 'value')} sealed"
    readable = [path for each in counted for path in each.readable]
    if not readable:
        return text
    return f"{text}, {len(readable):,} left readable: {and_more(readable[:_FEW], len(readable))}"


def _say_error(outcome: Outcome) -> None:
    error = outcome.error
    if isinstance(error, OSError):
        text = f"{error.filename or outcome.job.source}: {error.strerror or error}"
    else:
        text = str(error)
    say_error(visible_name(text))
