"""Files encrypted and decrypted on a cluster. Paths are sent to workers; keys never are.

A worker reads the keyring, key file or passphrase file of its own machine: at the paths of the
task, or from COTOOL_KEYRING, COTOOL_KEY_FILE and COTOOL_PASSPHRASE_FILE as set on that machine.
All workers must have the same key.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from cotool._records import dataclass, replace
from cotool._typing import TYPE_CHECKING
from cotool.engine.tasks import Lost
from cotool.errors import CotoolError, EngineError, InputError
from cotool.vault.batch import Job, Outcome, source_size
from cotool.vault.operations import decrypt_file, encrypt_file, verify_file
from cotool.vault.recipients import Recipient
from cotool.vault.requests import Opening

if TYPE_CHECKING:
    from cotool.engine.batches import Spread
    from cotool.vault.envelope import Key
    from cotool.vault.operations import Done
    from cotool.vault.options import VaultOptions
    from cotool.vault.requests import KeyRequest

_MOST = 256 << 20  # bytes per batch
_LEAST = 1 << 20  # each file counts at least this many bytes


@dataclass(frozen=True, slots=True)
class VaultTask:
    """What to do with files. `request` says where the workers find the key; it contains no secret.

    `only_recipients`: encrypt without any key of the workers. `expected`: id and primary version of
    the keyring that encrypts, None if another key does.
    """

    action: str
    request: KeyRequest
    options: VaultOptions
    recipients: tuple[str, ...] = ()
    only_recipients: bool = False
    expected: tuple[str, int] | None = None


def shared_jobs(jobs: Sequence[Job]) -> list[Job]:
    """Return jobs as workers can do them, which have current folders of their own."""
    return [
        replace(
            job,
            source=_absolute(job.source),
            destination=job.destination and _absolute(job.destination),
        )
        for job in jobs
    ]


def run_on_workers(task: VaultTask, jobs: Sequence[Job], spread: Spread) -> list[Outcome]:
    """Do every job on the workers; return the outcomes in the order of the jobs."""
    if task.action == "encrypt" and not task.only_recipients:
        task = replace(task, expected=_common_key(spread.ask(partial(which_key, task))))
    work = partial(work_on, task)
    return [
        Outcome(job, None, EngineError(f"{job.source}: {result.reason}"))
        if isinstance(result, Lost)
        else result
        for job, result in spread.map_batches(work, jobs, what="file", size_of=_size, most=_MOST)
    ]


def which_key(task: VaultTask) -> tuple[str, int] | None:
    """Return the id and primary version of the keyring that a worker encrypts with; no secret."""
    return _sealing(task.request)[0]


def work_on(task: VaultTask, jobs: Sequence[Job]) -> list[Outcome]:
    """Do jobs with the keys of this machine, one file at a time."""
    keys: list[Key]
    if task.action == "encrypt":
        keys = [Recipient.parse(text) for text in task.recipients]
        if not task.only_recipients:
            name, own = _sealing(task.request)
            if name != task.expected:
                raise InputError(
                    f"a worker has {_name(name)}, not {_name(task.expected)}",
                    hint="give all workers the same keyring",
                )
            keys += own
    else:
        keys = [Opening.of_files(task.request, [job.source for job in jobs])]
    outcomes = []
    for job in jobs:
        try:
            outcomes.append(Outcome(job, _done(task, job, keys)))
        except (CotoolError, OSError) as error:
            outcomes.append(Outcome(job, None, error))
    return outcomes


def _sealing(request: KeyRequest) -> tuple[tuple[str, int] | None, list[Key]]:
    """Return the public name of the key that encrypts (None for a passphrase), and the key."""
    if request.program is not None and not request.names_other_key:
        raise InputError(
            "a worker has a wrap command, which encrypts on one machine only",
            hint="name the keyring that all workers have, or recipients",
        )
    if request.has_keyring and not request.chooses_identity:
        keyring = request.read_keyring()
        return (keyring.key_id.hex(), keyring.primary.version), [keyring]
    if not (request.secret.is_given or request.chooses_identity):
        raise InputError(
            "a worker has no keyring",
            parameter="keyring",
            hint="set COTOOL_KEYRING on the workers, or name a keyring that all of them have",
        )
    return None, request.sealing_keys()


def _common_key(found: dict[str, tuple[str, int] | None]) -> tuple[str, int] | None:
    kinds = sorted(set(found.values()), key=repr)
    if len(kinds) > 1:
        listed = "; ".join(f"{worker}: {_name(key)}" for worker, key in sorted(found.items())[:4])
        raise InputError(
            f"the workers have different keys: {listed}", hint="give all of them the same keyring"
        )
    return kinds[0] if kinds else None


def _name(key: tuple[str, int] | None) -> str:
    return "a passphrase" if key is None else f"key {key[0]} version {key[1]}"


def _done(task: VaultTask, job: Job, keys: list[Key]) -> Done:
    options = replace(job.options(task.options), num_threads=1)
    if task.action == "verify":
        return verify_file(job.source, keys, options)
    work = encrypt_file if task.action == "encrypt" else decrypt_file
    return work(job.source, str(job.destination), keys, options)


def _absolute(path: str) -> str:
    return str(Path(path).absolute())


def _size(job: Job) -> int:
    return max(_LEAST, source_size(job))
