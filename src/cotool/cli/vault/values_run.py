"""The work of `vault encrypt --values`: the values of documents, and no other text, are sealed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from cotool._records import replace
from cotool._typing import TYPE_CHECKING
from cotool.cli.vault.batch_run import run_jobs, show_plan
from cotool.cli.vault.streams import source_of, spare_results, target_of
from cotool.errors import InputError
from cotool.text import visible_name
from cotool.vault.batch import Outcome
from cotool.vault.files import STDIO, Source
from cotool.vault.requests import KeyRequest, Opening
from cotool.vault.trees import VAULTS, JobPlan
from cotool.vault.values.files import has_values_sealed, sealed_values
from cotool.vault.values.recognition import SYNTAXES, already_sealed, syntax_of

if TYPE_CHECKING:
    from cotool.cli.vault.file_options import Encryption
    from cotool.engine.choice import EngineChoice
    from cotool.vault import Done, Key
    from cotool.vault.batch import Job
    from cotool.vault.options import VaultOptions

OTHER_SYNTAX = (
    "file that is not YAML, JSON, .env or INI",
    "files that are not YAML, JSON, .env or INI",
)


def check_values(flags: Encryption, engine: EngineChoice, chosen: frozenset[str]) -> None:
    """Raise InputError for options that do not go together; settings that do not apply are idle."""
    if not flags.values:
        for name in sorted(chosen & {"only", "others", "syntax", "in_place", "previous"}):
            raise InputError("is for encrypt --values", parameter=name)
        return
    others = {"--armor": flags.armor, "--update": flags.update, "--engine": engine.is_cluster}
    for option, given in others.items():
        if given:
            raise InputError(f"{option} cannot be combined with --values")
    if flags.only is not None and flags.others is not None:
        raise InputError("--only cannot be combined with --except")


def encrypt_values(
    plan: JobPlan, request: KeyRequest, flags: Encryption, new_keys: Callable[[], list[Key]]
) -> int:
    """Seal the values of each file; `new_keys` gives the keys of files that are new.

    If the call names keys, files that exist get a new file key for them.
    """
    from cotool.vault import Done
    from cotool.vault import encrypt_values as seal_values
    from cotool.vault.values.sealing import encrypt_values_of

    _leave_out_others(plan, flags)
    if flags.in_place:
        plan.jobs = [replace(job, replace=True) for job in plan.jobs]
    if flags.dry_run:
        return show_plan(plan, "seal the values of")
    spare_results(plan.jobs, request, force=flags.force)
    names_keys = (
        flags.recipient
        or flags.recipients_file
        or flags.recipient_passphrase
        or flags.recipient_passphrase_file
        or flags.generate
    )
    if names_keys and flags.previous:
        raise InputError(
            "the same keys open a file as its previous version, so no others can be given",
            parameter="previous",
            hint="cotool vault rewrap changes which keys open it",
        )
    previous = {} if names_keys else {job: _previous(job, flags) for job in plan.jobs}
    if any(job.source == STDIO for job in plan.jobs):
        request.read_before_content()
    names = [flags.previous] if flags.previous else [str(j.destination) for j in previous]
    opening = Opening.of_files(request, [name for name in names if name != STDIO])
    keys = [] if all(previous.get(job) for job in plan.jobs) else new_keys()

    def work(job: Job, options: VaultOptions) -> Done:
        old = previous.get(job)
        with target_of(job) as target:
            seal = partial(
                seal_values,
                keys=keys if old is None else [opening],
                syntax=syntax_for(job.source, flags.syntax),
                only=flags.only,
                others=flags.others,
                previous=old,
            )
            read, written, counted = encrypt_values_of(
                source_of(job.source),
                target,
                seal,
                options,
                renew=old is not None and flags.previous is None,
            )
        options.progress(read)
        return Done(read, written, values=counted)

    return run_jobs(plan, work, flags, verb="values sealed")


def _leave_out_others(plan: JobPlan, flags: Encryption) -> None:
    """Leave out files in folders that are sealed already, or whose names show no syntax.

    Such a file fails, before anything is asked, if the call names it.
    """
    inside = {found.path for found in plan.listing.files if found.in_folder}
    for job in [*plan.jobs]:
        try:
            syntax_for(job.source, flags.syntax)
            if not has_values_sealed(job.source):
                continue
            error, reason = already_sealed(job.source), VAULTS
        except InputError as unknown:
            error, reason = unknown, OTHER_SYNTAX
        plan.jobs.remove(job)
        if job.source in inside:
            plan.listing.leave_out(reason, job.source)
        else:
            plan.failures.append(Outcome(job, None, error))


def syntax_for(name: str, given: str | None) -> str:
    """Return the syntax that was given, or that a file's name shows. Raises InputError."""
    found = given or syntax_of(name)
    if found is None:
        raise InputError(
            f"{visible_name(name)}: the name does not show what the file is",
            hint=f"use --syntax {'|'.join(SYNTAXES)}; any other file is encrypted as a whole, "
            "without --values",
        )
    return found


def _previous(job: Job, flags: Encryption) -> bytes | None:
    """Return the older sealed version of a document, if there is one."""
    name = flags.previous or str(job.destination)
    if name == STDIO or not (flags.previous or Path(name).is_file()):
        return None
    with Source(name) as file:
        found = sealed_values(file)
        if found is None and flags.previous:
            raise InputError(f"{visible_name(name)}: has no sealed values", parameter="previous")
    return found
