"""The work of `vault rewrap`, `reencrypt` and `rotate`: new keys for the same content."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from cotool.cli.vault.batch_run import find_files, plan_in_place, run_jobs
from cotool.cli.vault.keys import tell
from cotool.cli.vault.people import recipients_of, removed_people
from cotool.cli.vault.secrets import SecretSource
from cotool.cli.vault.streams import spare_stdin
from cotool.errors import InputError
from cotool.text import plural
from cotool.vault.inspection import read_slots
from cotool.vault.requests import KeyRequest, Opening, words_of
from cotool.vault.slots import IDENTITY_SLOT, KEYRING_SLOT, PROGRAM_SLOT
from cotool.vault.wrap_command import WrapCommand

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cotool.cli.shared.progress import Bar
    from cotool.cli.vault.change_options import Reencryption, Rewrapping
    from cotool.vault import Done, Key
    from cotool.vault.batch import Job


def rewrap(files: Sequence[str], request: KeyRequest, options: Rewrapping) -> int:
    """Change the slots of vault files."""
    from cotool import vault

    spare_stdin(files)
    renewed, added = _new_passphrases(options)
    planned = plan_in_place(files, recursive=options.recursive)
    remove = [*(options.remove or ()), *removed_people(options.remove_recipient)]
    only = None
    if options.recipients_file is not None:
        only = recipients_of((), options.recipients_file)
    if not (_says_what(options) or request.has_keyring or request.has_identity or request.program):
        raise _nothing_to_change()
    people = recipients_of(options.add_recipient, None)
    if options.add_keyring is not None:
        read_slots(options.add_keyring)  # it must be one before anything is asked
    key = Opening.of_files(request, planned.sources)
    replacement: list[Key] = [] if _says_what(options) else _newest(request, key)
    if renewed is not None:
        secret = renewed.read("the file from now on", confirm=True)
        replacement = [request.new_passphrase(secret, profile=options.profile)]
    add = [*people, *_additions(request, options, added)]
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


def _newest(request: KeyRequest, key: Opening) -> list[Key]:
    """Return the keys whose newest versions open the files from now on. Raises InputError."""
    if request.has_keyring and not request.chooses_identity:
        key.key_for(KEYRING_SLOT)
    elif request.has_identity:
        key.key_for(IDENTITY_SLOT)
    if request.chooses_program:
        key.key_for(PROGRAM_SLOT)
    found = key.moving()
    if not found:
        raise _nothing_to_change()
    return found


def _additions(
    request: KeyRequest, options: Rewrapping, passphrase: SecretSource | None
) -> Iterator[Key]:
    """Yield the keys, other than people's, that open the files in addition."""
    if passphrase is not None:
        secret = passphrase.read("the further recipient", confirm=True)
        yield request.new_passphrase(secret, profile=options.profile)
    if options.add_keyring is not None:
        yield KeyRequest(keyring=options.add_keyring, source=request.source).read_keyring()
    if options.add_wrap_command is not None:
        yield WrapCommand(words_of(options.add_wrap_command, "add_wrap_command"))


def _new_passphrases(options: Rewrapping) -> tuple[SecretSource | None, SecretSource | None]:
    """Return where a passphrase in place of the old one comes from, and where a further one does.

    Raises InputError if it is not clear which one is to be generated.
    """
    if options.generate and options.renews and options.adds:
        raise InputError("only one passphrase can be generated", parameter="generate")
    renewed = SecretSource(options.new_passphrase_file, generate=options.generate)
    added = SecretSource(options.add_passphrase_file, generate=options.generate)
    return renewed if options.replaces else None, added if options.adds else None


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


def reencrypt(files: Sequence[str], request: KeyRequest, options: Reencryption) -> int:
    """Give files a new file key."""
    from cotool import vault

    spare_stdin(files)
    planned = plan_in_place(files, recursive=options.recursive)
    people = recipients_of(options.recipient, options.recipients_file)
    key = Opening.of_files(request, planned.sources)
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
        recipients_of(options.recipient, options.recipients_file)
    rotate_keyring(request, quiet=options.quiet)
    return reencrypt(files, request, options) if anew else 0


def rotate_keyring(request: KeyRequest, *, quiet: bool) -> None:
    """Make a new primary version in the keyring."""
    with request.changed_keyring() as keyring:
        number = keyring.rotate()
    text = f"version {number} is now the primary version; back up the keyring again"
    tell(f"{request.keyring_path}: {text}", quiet=quiet)
