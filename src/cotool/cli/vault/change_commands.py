"""`cotool vault rewrap`, `reencrypt` and `rotate`: their options; the work is in `changes`."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

import typer

from cotool._lazy import stand_ins
from cotool.cli.shared.options import Options, Quiet, Threads, flag, option, with_options
from cotool.cli.shared.settings import App
from cotool.cli.vault.options import (
    Files,
    Generate,
    Job,
    NewPassphraseFile,
    Profile,
    Recipients,
    RecipientsFile,
    Recursive,
    with_keys,
)
from cotool.vault.requests import KeyRequest

with stand_ins("cotool.cli.vault.changes"):
    from cotool.cli.vault import changes

commands = App()


@commands.command("rewrap", epilog="Example:  cotool vault rewrap --new-passphrase notes.vault")
@with_keys
def rewrap(
    files: Files,
    *,
    new_passphrase: Annotated[
        bool, flag("Changes", "Replace the passphrase with a new one.", "--new-passphrase")
    ] = False,
    new_passphrase_file: NewPassphraseFile = None,
    add_passphrase: Annotated[
        bool, flag("Changes", "Let another passphrase open the file, too.", "--add-passphrase")
    ] = False,
    add_passphrase_file: Annotated[
        str | None,
        option("Changes", "Read that passphrase from a file.", "--add-passphrase-file FILE"),
    ] = None,
    add_keyring: Annotated[
        str | None, option("Changes", "Let this keyring open the file, too.", "--add-keyring FILE")
    ] = None,
    add_wrap_command: Annotated[
        str | None,
        option(
            "Changes",
            "Let a program open the file, too, as with --wrap-command.",
            "--add-wrap-command COMMAND",
        ),
    ] = None,
    remove_wrap_key: Annotated[
        list[str] | None,
        option(
            "Changes",
            "Remove a program's key: its key_id, which inspect shows. Repeatable.",
            "--remove-wrap-key KEY_ID",
        ),
    ] = None,
    add_recipient: Annotated[
        list[str] | None,
        option("Changes", "Let this person open the file, too. Repeatable.", "--add-recipient KEY"),
    ] = None,
    remove_recipient: Annotated[
        list[str] | None,
        option(
            "Changes",
            "Remove a person, with all versions: the public key, or the id that inspect shows.",
            "--remove-recipient KEY",
        ),
    ] = None,
    recipients_file: Annotated[
        str | None,
        option(
            "Changes",
            "Let exactly the people in this file open the files: others are removed.",
            "--recipients-file FILE",
        ),
    ] = None,
    remove: Annotated[
        list[int] | None,
        option("Changes", "Remove slot N (see inspect). Repeatable.", "--remove N"),
    ] = None,
    generate: Generate = False,
    profile: Profile = None,
    recursive: Recursive = False,
    threads: Threads = None,
    quiet: Quiet = False,
    keys: KeyRequest,
) -> Job:
    """Change which keys open files, by default to your keyring's or identity's newest version.

    With --wrap-command and no change, its key is wrapped again. Only headers change. A slot is a
    place in the header for one key or passphrase that opens the file. Each slot holds the file key,
    which encrypts the content.

    An old copy of a file still opens with the old key, and anyone who knows the file key keeps it:
    [bold]cotool vault reencrypt[/bold] makes a new one. Anyone who can open a file can rewrap it,
    without the secrets of the others.
    """
    return partial(
        changes.rewrap,
        files,
        keys,
        changes.Rewrapping(
            new=new_passphrase or new_passphrase_file is not None,
            new_file=new_passphrase_file,
            generate=generate,
            add=add_passphrase or add_passphrase_file is not None,
            add_file=add_passphrase_file,
            add_keyring=add_keyring,
            add_wrap_command=add_wrap_command,
            remove_wrap_keys=tuple(remove_wrap_key or ()),
            add_recipients=tuple(add_recipient or ()),
            remove_recipients=tuple(remove_recipient or ()),
            recipients_file=recipients_file,
            remove=tuple(remove or ()),
            profile=profile,
            recursive=recursive,
            threads=threads,
            quiet=quiet,
        ),
    )


OtherPassphrase = Annotated[
    bool, flag("Keys", "Also ask for the recipient's passphrase.", "--recipient-passphrase")
]
OtherPassphraseFile = Annotated[
    str | None,
    option("Keys", "Read that passphrase from a file.", "--recipient-passphrase-file FILE"),
]
DropOthers = Annotated[
    bool,
    flag(
        "Changes",
        "Drop the slots of unavailable keys; these keys no longer open the file.",
        "--drop-others",
    ),
]


_REENCRYPTION: Options = {
    "recipient": (Recipients, None),
    "recipients_file": (RecipientsFile, None),
    "recipient_passphrase": (OtherPassphrase, False),
    "recipient_passphrase_file": (OtherPassphraseFile, None),
    "drop_others": (DropOthers, False),
    "recursive": (Recursive, False),
    "threads": (Threads, None),
    "quiet": (Quiet, False),
}


def _reencryption(given: dict[str, Any]) -> changes.Reencryption:
    return changes.Reencryption(
        drop=given["drop_others"],
        recipients=tuple(given["recipient"] or ()),
        recipients_file=given["recipients_file"],
        passphrase=given["recipient_passphrase"],
        passphrase_file=given["recipient_passphrase_file"],
        recursive=given["recursive"],
        threads=given["threads"],
        quiet=given["quiet"],
    )


def _with_reencryption(command: Callable[..., Any]) -> Callable[..., Any]:
    return with_options(command, "options", _REENCRYPTION, _reencryption)


@commands.command("reencrypt", epilog="Example:  cotool vault reencrypt report.pdf.vault")
@with_keys
@_with_reencryption
def reencrypt(
    files: Files,
    *,
    options: Any,  # changes.Reencryption, which --help does not load
    keys: KeyRequest,
) -> Job:
    """Give files a new file key, for the keyring's primary version or the same passphrase.

    The file key encrypts the content, so all of the content is encrypted again. Files for several
    people need the public keys of the others: --recipients-file or --recipient.
    """
    return partial(changes.reencrypt, files, keys, options)


@commands.command("rotate", epilog="Example:  cotool vault rotate --reencrypt *.vault")
@with_keys
@_with_reencryption
def rotate(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILES]...", help="Files to encrypt again, with --reencrypt."),
    ] = None,
    *,
    anew: Annotated[
        bool, flag("Changes", "Then give FILES a new file key.", "--reencrypt")
    ] = False,
    options: Any,  # changes.Reencryption, which --help does not load
    keys: KeyRequest,
) -> Job:
    """Make a new primary version in the keyring. Files encrypted with older versions still open."""
    return partial(changes.rotate, files or [], keys, options, anew=anew)
