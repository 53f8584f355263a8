"""Encrypt and decrypt vault files on a cluster. Paths are sent to workers; keys never are.

A worker reads the keyring, key file or passphrase file of its own machine: at the paths from the
command line, or from COTOOL_KEYRING, COTOOL_KEY_FILE and COTOOL_PASSPHRASE_FILE as set on that
machine. All workers must have the same key.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cotool import __version__
from cotool.cli.vault.keys import KeyRequest, Opening
from cotool.cli.vault.secrets import SecretSource, environment_source
from cotool.engine.tasks import Lost
from cotool.errors import CotoolError, EngineError, InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

    from cotool.engine.choice import EngineChoice
    from cotool.vault import Done, Key
    from cotool.vault.batch import Job, Outcome

_MOST = 256 << 20  # bytes per batch
_LEAST = 1 << 20  # each file counts at least this many bytes


@dataclass(frozen=True, slots=True)
class VaultTask:
    """What to do with files, and where the workers find the key. Contains no secret.

    `expected`: id and primary version of the keyring that encrypts, None if another key does.
    """

    action: str
    keyring: str | None
    key_file: str | None
    passphrase_file: str | None
    passphrase: bool
    allow_any_cost: bool = False
    armored: bool = False
    force: bool = False
    verify_first: bool = False
    expected: tuple[str, int] | None = None


class _NoSecret(SecretSource):
    """Replaces the passphrase prompt, because a worker has no terminal."""

    @property
    def is_given(self) -> bool:
        return True

    def read(self, what: str, *, confirm: bool = False) -> NoReturn:  # noqa: ARG002 - as declared
        raise InputError(
            f"a worker has no passphrase for {what}",
            hint="set COTOOL_PASSPHRASE_FILE or COTOOL_KEY_FILE on the workers",
        )


def vault_task(action: str, request: KeyRequest) -> VaultTask:
    """Return the task of a command. Raises InputError if a secret would have to be sent."""
    source = request.source
    for option, given in (
        ("--passphrase-fd", source.fd is not None),
        ("--passphrase-command", source.command is not None),
        ("--system-keyring", source.system),
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
    )


def _unless_set_by(path: str | None, variable: str) -> str | None:
    """Return a path of the command line; one from this machine's environment is not for workers."""
    return None if path == os.environ.get(variable) else path


def run_on_cluster(
    jobs: Sequence[Job], task: VaultTask, choice: EngineChoice, *, threads: int, quiet: bool
) -> list[Outcome]:
    """Do every job on a cluster; return the outcomes in the order of the jobs."""
    from cotool.cli.shared.cluster_run import spread_of
    from cotool.vault.batch import Outcome

    if any("-" in {job.source, job.destination} for job in jobs):
        raise InputError(
            f"--engine {choice.name}: standard input and output work on one machine only"
        )
    # Workers have their own current folders.
    whole = [replace(job, source=_absolute(job.source),
                     destination=job.destination and _absolute(job.destination))
             for job in jobs]  # fmt: skip
    asked = [__version__, task, [(job, _state(job)) for job in whole]]
    outcomes = []
    with spread_of(choice, asked, threads, quiet=quiet) as spread:
        assert spread is not None  # noqa: S101 - a cluster was chosen
        if task.action == "encrypt":
            task = replace(task, expected=_common_key(spread.ask(partial(which_key, task))))
        for n, (_, result) in enumerate(
            spread.map_batches(
                partial(work_on, task), whole, what="file", size_of=_size, most=_MOST
            )
        ):
            if isinstance(result, Lost):
                error = EngineError(f"{jobs[n].source}: {result.reason}")
                outcomes.append(Outcome(jobs[n], None, error))
            else:
                outcomes.append(replace(result, job=jobs[n]))
    return outcomes


def which_key(task: VaultTask) -> tuple[str, int] | None:
    """Return the id and primary version of the keyring that a worker encrypts with; no secret."""
    return _sealing(task, _request(task))[0]


def _sealing(task: VaultTask, request: KeyRequest) -> tuple[tuple[str, int] | None, list[Key]]:
    """Return the public name of the key that encrypts (None for a passphrase), and the key."""
    if request.has_keyring:
        keyring = request.read_keyring()
        return (keyring.key_id.hex(), keyring.primary.version), [keyring]
    if task.passphrase_file is None and not environment_source().is_given:
        raise InputError(
            "a worker has no keyring", hint="set COTOOL_KEYRING on the workers, or pass --keyring"
        )
    return None, request.sealing_keys(profile=None, generate=False)


def _common_key(found: dict[str, tuple[str, int] | None]) -> tuple[str, int] | None:
    kinds = sorted(set(found.values()), key=repr)
    if len(kinds) > 1:
        told = "; ".join(f"{worker}: {_name(key)}" for worker, key in sorted(found.items())[:4])
        raise InputError(
            f"the workers have different keys: {told}", hint="give all of them the same keyring"
        )
    return kinds[0] if kinds else None


def _name(key: tuple[str, int] | None) -> str:
    return "a passphrase" if key is None else f"key {key[0]} version {key[1]}"


def work_on(task: VaultTask, jobs: Sequence[Job]) -> list[Outcome]:
    """Do jobs with the keys of this machine, one file at a time."""
    from cotool.vault.batch import Outcome

    request = _request(task)
    if task.action == "encrypt":
        name, keys = _sealing(task, request)
        if name != task.expected:
            raise InputError(
                f"a worker has {_name(name)}, not {_name(task.expected)}",
                hint="give all workers the same keyring",
            )
    else:
        opening = Opening(request)
        opening.ask_now(job.source for job in jobs)
        keys = [opening]
    outcomes = []
    for job in jobs:
        try:
            outcomes.append(Outcome(job, _done(task, job, keys)))
        except (CotoolError, OSError) as error:
            outcomes.append(Outcome(job, None, error))
    return outcomes


def _done(task: VaultTask, job: Job, keys: list[Key]) -> Done:
    from cotool import vault

    if task.action == "verify":
        return vault.verify(job.source, keys=keys, num_threads=1)
    destination = str(job.destination)
    if task.action == "encrypt":
        return vault.encrypt(
            job.source,
            destination,
            keys=keys,
            armored=task.armored,
            force=task.force,
            num_threads=1,
        )
    if task.verify_first:
        vault.verify(job.source, keys=keys, num_threads=1)
    return vault.decrypt(job.source, destination, keys=keys, force=task.force, num_threads=1)


def _request(task: VaultTask) -> KeyRequest:
    source = SecretSource(file=task.passphrase_file)
    if not source.is_given:
        source = environment_source()
    return KeyRequest(
        task.keyring,
        task.key_file,
        task.passphrase,
        source if source.is_given else _NoSecret(),
        task.allow_any_cost,
    )


def _absolute(path: str) -> str:
    return str(Path(path).absolute())


def _state(job: Job) -> tuple[int, int] | None:
    try:
        status = Path(job.source).stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def _size(job: Job) -> int:
    state = _state(job)
    return max(_LEAST, state[0] if state else 0)
