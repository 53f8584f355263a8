"""Where vault commands read and write, and what must not be overwritten."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from cotool._typing import TYPE_CHECKING, BinaryIO
from cotool.errors import InputError
from cotool.io.target import Target, check_writable, is_special
from cotool.vault.files import STDIO
from cotool.vault.trees import KEYS, file_identity

if TYPE_CHECKING:
    from cotool.vault.batch import Job
    from cotool.vault.requests import KeyRequest
    from cotool.vault.trees import Listing


def source_of(name: str) -> str | BinaryIO:
    """Return a path, or the bytes of standard input for "-". Raises InputError if it is closed."""
    return standard_input() if name == STDIO else name


def standard_input() -> BinaryIO:
    """Return standard input for bytes. Raises InputError if it is closed."""
    if sys.stdin is None:
        raise InputError("standard input is closed")
    return sys.stdin.buffer


@contextlib.contextmanager
def target_of(job: Job) -> Iterator[str | BinaryIO]:
    """Yield where a job writes: a path, standard output, or a device or pipe that was named."""
    assert job.destination is not None  # noqa: S101 - jobs_for names one
    if job.destination == STDIO:
        yield standard_output()
    elif job.named and is_special(Path(job.destination)):
        with Path(job.destination).open("wb", buffering=0) as stream:
            yield stream
    else:
        yield job.destination


def standard_output() -> BinaryIO:
    """Return standard output for bytes. Raises InputError if it is closed."""
    if sys.stdout.closed:
        raise InputError("standard output is closed", hint="give a file with --output")
    sys.stdout.flush()
    return sys.stdout.buffer


def spare_stdin(files: Sequence[str]) -> None:
    """Raise InputError if standard input is among files that are to be changed."""
    if STDIO in files:
        raise InputError("this command changes files, not standard input")


def spare_terminal(jobs: Sequence[Job], *, armor: bool) -> None:
    """Raise InputError if binary data would go to a terminal."""
    to_stdout = any(job.destination == STDIO for job in jobs)
    if to_stdout and not armor and sys.stdout is not None and sys.stdout.isatty():
        raise InputError(
            "binary data is not written to a terminal", hint="--armor, --output FILE, or a pipe"
        )


def own_files(keys: KeyRequest) -> dict[tuple[int, int] | None, str]:
    """Return which files hold the keys of a call: what each is, by its identity."""
    own = {
        file_identity(path): what
        for what, path in (
            ("passphrase file", keys.secret.file),
            ("key file", keys.key_file_path),
            ("identity", keys.identity_path),
            ("keyring", keys.keyring_path),
        )
        if path is not None
    }
    own.pop(None, None)  # of files that do not exist
    return own


def leave_out_keys(listing: Listing, keys: KeyRequest, *, named: bool = False) -> Listing:
    """Return a listing without the keyring and the identity of a call that are in its folders.

    named: they may be named as files. Raises InputError if they may not, or if nothing is left.
    """
    own = {
        identity: what
        for identity, what in own_files(keys).items()
        if what in {"keyring", "identity"}
    }
    for found in [*listing.files]:
        what = own.get(file_identity(found.path)) if found.path != STDIO else None
        if what is None or (named and not found.in_folder):
            continue
        if not found.in_folder:
            command = "keys" if what == "keyring" else what
            raise InputError(
                f"{found.path}: is your {what}, which this command does not change",
                hint=f"the commands of cotool vault {command} change it",
            )
        listing.files.remove(found)
        listing.leave_out(KEYS, found.path)
    if not (listing.files or listing.failed or listing.links):
        raise InputError("no files were found but keyrings and identities in use")
    return listing


def spare_results(jobs: Sequence[Job], keys: KeyRequest, *, force: bool) -> None:
    """Fail before asking for a passphrase if a result cannot be written, or would replace keys."""
    own = own_files(keys)
    for job in jobs:
        what = own.get(file_identity(job.destination)) if force or job.replace else None
        if what is not None:
            raise InputError(
                f"{job.destination}: is your {what}, which no result replaces",
                hint="give another name with --output",
            )
    if len(jobs) != 1 or jobs[0].destination in {None, STDIO}:
        return
    path = Path(str(jobs[0].destination))
    if path.is_file() and not (force or jobs[0].replace):
        raise InputError(
            f"{path}: already exists",
            hint="replace it with --force, or give another name with --output",
        )
    if jobs[0].named and not is_special(path):
        check_writable(path)


def spare_output(output: str | None, keys: KeyRequest, *, force: bool, text: bool) -> None:
    """Raise InputError if write_out() will not be able to write."""
    from cotool.vault.batch import Job

    job = Job("", output or STDIO, named=True)
    spare_terminal([job], armor=text)
    spare_results([job], keys, force=force)


def write_out(data: bytes, output: str | None, *, force: bool) -> None:
    """Write small data to standard output, or to a file, complete or not at all."""
    name = output or STDIO
    with Target(standard_output() if name == STDIO else name, force=force) as target:
        target.begin(data)
