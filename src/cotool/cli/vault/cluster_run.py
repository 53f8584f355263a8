"""A vault command on a cluster: what may be sent to workers, and the progress of the run."""

from __future__ import annotations

import os
from collections.abc import Sequence

from cotool._records import replace
from cotool._typing import TYPE_CHECKING
from cotool.cli.shared.settings import variables
from cotool.cli.vault.batch_run import end_jobs
from cotool.cli.vault.keys import names_a_key
from cotool.cli.vault.people import recipients_of
from cotool.cli.vault.secrets import SecretSource
from cotool.errors import InputError
from cotool.vault.cluster import VaultTask, run_on_workers, shared_jobs
from cotool.vault.passphrases import PassphraseSource
from cotool.vault.requests import KeyRequest

if TYPE_CHECKING:
    from cotool.cli.vault.file_options import BatchFlags, Encryption
    from cotool.engine.choice import EngineChoice
    from cotool.vault.batch import Job, Outcome
    from cotool.vault.trees import JobPlan


def vault_task(action: str, request: KeyRequest, flags: BatchFlags) -> VaultTask:
    """Return the task of a command. Raises InputError if a secret would have to be sent."""
    source = request.source
    asked = source if isinstance(source, SecretSource) else SecretSource(source.file)
    _refuse(
        {
            "passphrase_fd": asked.fd is not None,
            "passphrase_command": asked.command is not None,
            "system_keyring": asked.system,
            "wrap_command": request.chooses_program,
            "passphrase": request.passphrase and source.file is None,
        },
        "a passphrase is never sent to the workers of a cluster",
        "workers read their own keyring or --passphrase-file",
    )
    named = KeyRequest(
        keyring=_for_workers(request, "keyring", request.keyring),
        key_file=_for_workers(request, "key_file", request.key_file),
        passphrase=request.passphrase,
        source=PassphraseSource(_for_workers(request, "passphrase_file", source.file)),
        allow_any_cost=request.allow_any_cost,
        identity=_for_workers(request, "identity", request.identity),
        chosen=request.chosen,
    )
    # The number of threads is for this machine, and does not identify a run.
    return VaultTask(action, named, replace(flags.options, num_threads=1))


def _refuse(parameters: dict[str, bool], reason: str, hint: str) -> None:
    """Raise InputError for the first parameter that was given."""
    for parameter in (name for name, given in parameters.items() if given):
        raise InputError(reason, parameter=parameter, hint=hint)


def _for_workers(request: KeyRequest, name: str, path: str | None) -> str | None:
    """Return a key's path, unless a variable set it: workers have variables of their own."""
    from_variable = path in map(os.environ.get, variables("vault", name))
    return None if from_variable and name not in request.chosen else path


def sealing_task(request: KeyRequest, flags: Encryption) -> VaultTask:
    """Return the task of `encrypt`. Raises InputError for keys that only this machine has."""
    task = vault_task("encrypt", request, flags)
    asks = flags.recipient_passphrase or flags.recipient_passphrase_file is not None
    _refuse(
        {
            "generate": flags.generate,
            "recipient_passphrase": asks,
            "profile": flags.profile is not None,
        },
        "a new passphrase is never sent to the workers of a cluster",
        "add it afterwards with cotool vault rewrap --add-passphrase",
    )
    people = recipients_of(flags.recipient, flags.recipients_file)
    if request.program is not None and not (people or request.names_other_key):
        raise InputError("the wrap command encrypts on one machine only")
    return replace(
        task,
        recipients=tuple(map(str, people)),
        only_recipients=bool(people) and not names_a_key(request),
    )


def run_on_cluster(
    planned: JobPlan, task: VaultTask, flags: BatchFlags, engine: EngineChoice, *, verb: str
) -> int:
    """Do the jobs of a command on a cluster, with a summary on standard error."""
    planned.make_folders()
    outcomes = _on_workers(planned.jobs, task, flags, engine)
    planned.finish_folders(force=task.options.force)
    return end_jobs([*outcomes, *planned.failures], verb=verb, quiet=flags.quiet, plan=planned)


def _on_workers(
    jobs: Sequence[Job], task: VaultTask, flags: BatchFlags, engine: EngineChoice
) -> list[Outcome]:
    """Do every job; return the outcomes in the order of the jobs."""
    from cotool.cli.shared.cluster_run import spread_of
    from cotool.engine.checkpoint import file_state

    if any("-" in {job.source, job.destination} for job in jobs):
        raise InputError(
            f"--engine {engine.name}: standard input and output work on one machine only"
        )
    shared = shared_jobs(jobs)
    request = [task, shared, [file_state(job.source) for job in shared]]
    threads = flags.options.threads_for(None)
    with spread_of(engine, request, threads, quiet=flags.quiet) as spread:
        outcomes = run_on_workers(task, shared, spread)
    return [replace(outcome, job=job) for outcome, job in zip(outcomes, jobs, strict=True)]
