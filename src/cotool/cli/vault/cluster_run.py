"""A vault command on a cluster: what may be sent to workers, and the progress of the run."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from cotool.cli.vault.secrets import SecretSource
from cotool.errors import InputError
from cotool.vault.cluster import VaultTask, run_on_workers, shared_jobs, states_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cotool.engine.choice import EngineChoice
    from cotool.vault.batch import Job, Outcome
    from cotool.vault.requests import KeyRequest


def vault_task(action: str, request: KeyRequest) -> VaultTask:
    """Return the task of a command. Raises InputError if a secret would have to be sent."""
    source = request.source
    asked = source if isinstance(source, SecretSource) else SecretSource(source.file)
    for option, given in (
        ("--passphrase-fd", asked.fd is not None),
        ("--passphrase-command", asked.command is not None),
        ("--system-keyring", asked.system),
        ("--wrap-command", request.chooses_program),
        ("--passphrase", request.passphrase and source.file is None),
    ):
        if given:
            raise InputError(
                f"{option}: a passphrase is never sent to the workers of a cluster",
                hint="workers read their own keyring or --passphrase-file",
            )
    return VaultTask(
        action,
        _unless_set_by(request.keyring, "COTOOL_KEYRING"),
        _unless_set_by(request.key_file, "COTOOL_KEY_FILE"),
        _unless_set_by(source.file, "COTOOL_PASSPHRASE_FILE"),
        request.passphrase,
        request.allow_any_cost,
        _unless_set_by(request.identity, "COTOOL_IDENTITY"),
    )


def _unless_set_by(path: str | None, variable: str) -> str | None:
    """Return a path of the command line; one from this machine's environment is not for workers."""
    return None if path == os.environ.get(variable) else path


def run_on_cluster(
    jobs: Sequence[Job], task: VaultTask, choice: EngineChoice, *, threads: int, quiet: bool
) -> list[Outcome]:
    """Do every job on a cluster; return the outcomes in the order of the jobs."""
    from cotool.cli.shared.cluster_run import spread_of

    if any("-" in {job.source, job.destination} for job in jobs):
        raise InputError(
            f"--engine {choice.name}: standard input and output work on one machine only"
        )
    shared = shared_jobs(jobs)
    request = [task, shared, states_of(shared)]
    with spread_of(choice, request, threads, quiet=quiet) as spread:
        assert spread is not None  # noqa: S101 - a cluster was chosen
        outcomes = run_on_workers(task, shared, spread)
    return [replace(outcome, job=job) for outcome, job in zip(outcomes, jobs, strict=True)]
