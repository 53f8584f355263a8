"""The work of `vault rewrap`, `reencrypt` and `rotate`: new keys for the same content."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from cotool.cli.vault.batch_run import find_files, plan_in_place, run_jobs
from cotool.cli.vault.keys import generated_passphrase, tell
from cotool.cli.vault.people import recipients_of, removed_people
from cotool.cli.vault.secrets import SecretSource, check_files
from cotool.cli.vault.streams import spare_stdin
from cotool.errors import InputError
from cotool.text import plural
from cotool.vault.files import named
from cotool.vault.requests import KeyRequest, Opening

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cotool.cli.shared.progress import Bar
    from cotool.cli.vault.file_options import Reencryption, Rewrapping
    from cotool.vault import Done, Key, Passphrase, Recipient
    from cotool.vault.batch import Job


def rewrap(files: Sequence[str], request: KeyRequest, options: Rewrapping) -> int:
    """Change the slots of vault files."""
    from cotool import vault

    spare_stdin(files)
    _check_generated(options)
    planned = plan_in_place(files, recursive=options.recursive)
    remove = [*(options.remove or ()), *removed_people(options.remove_recipient)]
    only = None
    if options.recipients_file is not None:
        only = recipients_of((), options.recipients_file)
    if not (_says_what(options) or request.has_keyring or request.has_identity or request.program):
        raise _nothing_to_change()
    people = recipients_of(options.add_recipient, None)
    check_files(options.new_passphrase_file, options.add_passphrase_file, options.add_keyring)
    key = Opening(request)
    key.ask_now(job.source for job in planned.jobs)
    replacement = _replacement(request, options, key)
    add = [*people, *_additions(request, options)]
    changed: list[str] = []

    def work(job: Job, _threads: int, _bar: Bar) -> None:
        if vault.rewrap(
            job.source,
            keys=[key],
            add=add,
            replace=replacement,
            remove=remove,
            remove_program_keys=options.remove_wrap_key or (),
            recipients=only,
        ):
            changed.append(job.source)

    code = run_jobs(planned, work, replace(options, quiet=True), verb="rewrapped")
    same = len(planned.jobs) - len(changed)
    note = f", {same:,} unchanged" if same and code == 0 else ""
    tell(f"rewrapped: {plural(len(changed), 'file')}{note}", quiet=options.quiet)
    if not changed and remove and code == 0:
        print(
            "cotool: warning: none of the files had a slot to remove; the same keys open them",
            file=sys.stderr,
        )
    if changed and (remove or options.remove_wrap_key or only is not None):
        tell(
            "those removed may have kept old copies or file keys: make new file keys with cotool "
            "vault reencrypt, and change the secrets in the files",
            quiet=options.quiet,
        )
    return code


def _replacement(request: KeyRequest, options: Rewrapping, key: Opening) -> list[Key]:
    if options.replaces:
        file = options.new_passphrase_file
        return [_new_passphrase(request, options, file, "the file from now on")]
    if _says_what(options):
        return []
    if request.has_keyring and not request.chooses_identity:
        key.keyring()
    elif request.has_identity:
        key.identity()
    if request.chooses_program:
        key.program()
    found = key.moving()
    if not found:
        raise _nothing_to_change()
    return found


def _new_passphrase(
    request: KeyRequest, options: Rewrapping, file: str | None, what: str
) -> Passphrase:
    secret = (
        generated_passphrase() if options.generate else SecretSource(file).read(what, confirm=True)
    )
    return request.new_passphrase(secret, profile=options.profile)


def _check_generated(options: Rewrapping) -> None:
    """Raise InputError if it is not clear which passphrase is to be generated."""
    if options.generate and (options.new_passphrase_file or options.add_passphrase_file):
        raise InputError("a passphrase is either read or generated", parameter="generate")
    if options.generate and options.renews and options.adds:
        raise InputError("only one passphrase can be generated", parameter="generate")


def _says_what(options: Rewrapping) -> bool:
    return bool(
        options.replaces
        or options.adds
        or options.add_keyring
        or options.add_wrap_command
        or options.remove_wrap_key
        or options.add_recipient
        or options.remove_recipient
        or options.recipients_file
        or options.remove
    )


def _nothing_to_change() -> InputError:
    return InputError(
        "nothing to change",
        hint="--new-passphrase, --add-passphrase, --add-keyring, --add-recipient, "
        "--remove-recipient, --recipients-file, --add-wrap-command, --remove-wrap-key, --remove, "
        "or a keyring, identity or --wrap-command",
    )


def _additions(request: KeyRequest, options: Rewrapping) -> list[Key]:
    added: list[Key] = []
    if options.adds:
        file = options.add_passphrase_file
        added.append(_new_passphrase(request, options, file, "the further recipient"))
    if options.add_keyring is not None:
        added.append(KeyRequest(keyring=options.add_keyring, source=request.source).read_keyring())
    if options.add_wrap_command is not None:
        program = KeyRequest(wrap_command=options.add_wrap_command).program
        added += [] if program is None else [program]
    return added


def _people(options: Reencryption) -> list[Recipient]:
    """Return the recipients, before anything is asked or changed. Raises InputError, OSError."""
    check_files(options.recipient_passphrase_file)
    return recipients_of(options.recipient, options.recipients_file)


def reencrypt(files: Sequence[str], request: KeyRequest, options: Reencryption) -> int:
    """Give files a new file key."""
    from cotool import vault

    spare_stdin(files)
    planned = plan_in_place(files, recursive=options.recursive)
    people = _people(options)
    key = Opening(request)
    key.ask_now(job.source for job in planned.jobs)
    keys = [*key.all(), *people]
    if options.recipient_passphrase or options.recipient_passphrase_file is not None:
        secret = SecretSource(options.recipient_passphrase_file).read("the recipient")
        keys.append(request.new_passphrase(secret))

    def work(job: Job, threads: int, bar: Bar) -> Done:
        return vault.reencrypt(
            job.source, keys=keys, drop=options.drop_others, num_threads=threads, progress=bar.add
        )

    return run_jobs(planned, work, options, verb="encrypted anew")


def rotate(files: Sequence[str], request: KeyRequest, options: Reencryption, *, anew: bool) -> int:
    """Make a new primary version; encrypt files again if asked to."""
    if files and not anew:
        raise InputError("rotate takes files only with --reencrypt")
    if anew and not files:
        raise InputError("--reencrypt needs files")
    if anew:
        spare_stdin(files)
        find_files(files, recursive=options.recursive)
        _people(options)
    rotate_keyring(request, quiet=options.quiet)
    return reencrypt(files, request, options) if anew else 0


def rotate_keyring(request: KeyRequest, *, quiet: bool) -> None:
    """Make a new primary version in the keyring."""
    from cotool.vault import Keyring

    path = request.keyring_path
    with named(path), Keyring.changed(path, [request.opener], seen=request.seen) as keyring:
        number = keyring.rotate()
    tell(
        f"{path}: version {number} is now the primary version; back up the keyring again",
        quiet=quiet,
    )
