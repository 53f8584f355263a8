"""`cotool vault`: its commands and their options; the work is in `run`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated

import typer

from cotool.cli.shared.options import Quiet, Threads, flag, one_of, option
from cotool.cli.shared.settings import App
from cotool.cli.vault import changes, signatures
from cotool.cli.vault import run as work
from cotool.cli.vault.keyring_command import keys_app
from cotool.cli.vault.options import Profile, with_engine, with_keys
from cotool.engine.choice import EngineChoice  # noqa: TC001 - Typer reads the annotations
from cotool.vault.requests import KeyRequest  # noqa: TC001 - Typer reads the annotations

Job = Callable[[], int]

SYMLINKS = ("skip", "follow", "keep")

app = App(
    name="vault",
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="Encrypt files with versioned keys or passphrases, sign files, hash passwords."
    "\n\n"
    "A keyring is a file with the versions of your key. The primary version encrypts; "
    "older ones still open what they encrypted. A passphrase or a key file opens it. Without a "
    "keyring, files are encrypted with a passphrase.",
    epilog="""Examples:

cotool vault encrypt report.pdf

cotool vault decrypt report.pdf.vault

tar c folder | cotool vault encrypt - > folder.tar.vault

cotool vault keys init
""",
)
app.add_typer(keys_app, name="keys")

_OUTPUT, _INPUT, _RUN = "Output", "Input", "Run"

Files = Annotated[
    list[str], typer.Argument(metavar="FILES...", help="Files, folders (-r); - is standard input.")
]
File = Annotated[str, typer.Argument(metavar="FILE", help="A vault file.")]
Output = Annotated[
    str | None,
    option(
        _OUTPUT,
        "Output file, a folder (DIR/) for several files, or -.",
        "--output",
        "-o",
        metavar="PATH",
    ),
]
Force = Annotated[bool, flag(_OUTPUT, "Replace existing files.", "--force", "-f")]
Recursive = Annotated[bool, flag(_INPUT, "Include the files in folders.", "--recursive", "-r")]
Update = Annotated[
    bool, flag(_RUN, "Only work on files that changed since the last time.", "--update", "-u")
]
DryRun = Annotated[bool, flag(_RUN, "Only list what would be done.", "--dry-run", "-n")]
Symlinks = Annotated[
    str,
    option(
        _INPUT,
        "Symbolic links in folders: skip, follow, or keep (make the same link in --output).",
        "--symlinks",
        metavar="HOW",
        words=SYMLINKS,
        convert=one_of(SYMLINKS),
    ),
]
Generate = Annotated[
    bool,
    flag("Keys", "Generate a passphrase of 150 bits and show it.", "--generate-passphrase"),
]


@app.command("encrypt", epilog="Example:  cotool vault encrypt -r documents/")
@with_keys
@with_engine
def encrypt(
    files: Files,
    *,
    output: Output = None,
    force: Force = False,
    armor: Annotated[
        bool, flag(_OUTPUT, "Write text instead of bytes, for YAML or mail.", "--armor", "-a")
    ] = False,
    recursive: Recursive = False,
    symlinks: Symlinks = "skip",
    update: Update = False,
    dry_run: DryRun = False,
    recipient_passphrase: Annotated[
        bool, flag("Keys", "Let a passphrase open the file, too.", "--recipient-passphrase")
    ] = False,
    recipient_passphrase_file: Annotated[
        str | None,
        option(
            "Keys",
            "Read that passphrase from a file.",
            "--recipient-passphrase-file",
            metavar="FILE",
        ),
    ] = None,
    generate: Generate = False,
    profile: Profile = None,
    threads: Threads = None,
    quiet: Quiet = False,
    keys: KeyRequest,
    where: EngineChoice,
) -> Job:
    """Encrypt files to FILE.vault, with your keyring's primary version or a passphrase."""
    return partial(
        work.encrypt,
        files,
        keys,
        work.Encryption(
            output=output,
            force=force,
            armor=armor,
            recipient=recipient_passphrase,
            recipient_file=recipient_passphrase_file,
            generate=generate,
            profile=profile,
            threads=threads,
            quiet=quiet,
            tree=work.Tree(recursive, symlinks, update, dry_run),
            where=where,
        ),
    )


@app.command("decrypt", epilog="Example:  cotool vault decrypt report.pdf.vault -o -")
@with_keys
@with_engine
def decrypt(
    files: Files,
    *,
    output: Output = None,
    force: Force = False,
    recursive: Recursive = False,
    symlinks: Symlinks = "skip",
    update: Update = False,
    dry_run: DryRun = False,
    verify_first: Annotated[
        bool, flag(_OUTPUT, "Verify the whole file before writing any output.", "--verify-first")
    ] = False,
    threads: Threads = None,
    quiet: Quiet = False,
    keys: KeyRequest,
    where: EngineChoice,
) -> Job:
    """Decrypt vault files, armored ones too. A file appears only after all of it is verified."""
    return partial(
        work.decrypt,
        files,
        keys,
        work.Decryption(
            output=output,
            force=force,
            verify_first=verify_first,
            threads=threads,
            quiet=quiet,
            tree=work.Tree(recursive, symlinks, update, dry_run),
            where=where,
        ),
    )


@app.command("verify", epilog="Example:  cotool vault verify -r backups/")
@with_keys
@with_engine
def verify(
    files: Files,
    *,
    recursive: Recursive = False,
    threads: Threads = None,
    quiet: Quiet = False,
    keys: KeyRequest,
    where: EngineChoice,
) -> Job:
    """Check every byte of vault files without writing anything."""
    options = work.Verification(recursive=recursive, threads=threads, quiet=quiet, where=where)
    return partial(work.verify, files, keys, options)


@app.command("inspect", epilog="Example:  cotool vault inspect report.pdf.vault --json")
def inspect(
    files: Files,
    *,
    recursive: Recursive = False,
    json: Annotated[bool, flag(_OUTPUT, "Write one JSON object per line.", "--json")] = False,
) -> Job:
    """Show the headers of vault files: sizes, and which keys open them. Needs no key.

    A slot is a place in the header for one key or passphrase that opens the file.
    """
    return partial(work.inspect, files, recursive=recursive, json_lines=json)


@app.command("rewrap", epilog="Example:  cotool vault rewrap --new-passphrase notes.vault")
@with_keys
def rewrap(
    files: Files,
    *,
    new_passphrase: Annotated[
        bool, flag("Changes", "Replace the passphrase with a new one.", "--new-passphrase")
    ] = False,
    new_passphrase_file: Annotated[
        str | None,
        option(
            "Changes",
            "Read the new passphrase from a file.",
            "--new-passphrase-file",
            metavar="FILE",
        ),
    ] = None,
    add_passphrase: Annotated[
        bool, flag("Changes", "Let another passphrase open the file, too.", "--add-passphrase")
    ] = False,
    add_passphrase_file: Annotated[
        str | None,
        option(
            "Changes", "Read that passphrase from a file.", "--add-passphrase-file", metavar="FILE"
        ),
    ] = None,
    add_keyring: Annotated[
        str | None,
        option("Changes", "Let this keyring open the file, too.", "--add-keyring", metavar="FILE"),
    ] = None,
    remove: Annotated[
        list[int] | None,
        option("Changes", "Remove slot N (see inspect). Repeatable.", "--remove", metavar="N"),
    ] = None,
    generate: Generate = False,
    profile: Profile = None,
    recursive: Recursive = False,
    threads: Threads = None,
    quiet: Quiet = False,
    keys: KeyRequest,
) -> Job:
    """Change which keys open files, by default to the keyring's primary version.

    Only headers change. A slot is a place in the header for one key or passphrase that opens the
    file. Each slot holds the file key, which encrypts the content.

    An old copy of a file still opens with the old key, and anyone who knows the file key keeps it:
    [bold]cotool vault reencrypt[/bold] makes a new one. Anyone who can open a file can rewrap it.
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
            remove=tuple(remove or ()),
            profile=profile,
            recursive=recursive,
            threads=threads,
            quiet=quiet,
        ),
    )


Recipient = Annotated[
    bool,
    flag("Keys", "Also ask for the recipient's passphrase.", "--recipient-passphrase"),
]
RecipientFile = Annotated[
    str | None,
    option(
        "Keys", "Read that passphrase from a file.", "--recipient-passphrase-file", metavar="FILE"
    ),
]
DropOthers = Annotated[
    bool,
    flag(
        "Changes",
        "Drop the slots of unavailable keys; these keys no longer open the file.",
        "--drop-others",
    ),
]


@app.command("reencrypt", epilog="Example:  cotool vault reencrypt report.pdf.vault")
@with_keys
def reencrypt(
    files: Files,
    *,
    recipient_passphrase: Recipient = False,
    recipient_passphrase_file: RecipientFile = None,
    drop_others: DropOthers = False,
    recursive: Recursive = False,
    threads: Threads = None,
    quiet: Quiet = False,
    keys: KeyRequest,
) -> Job:
    """Give files a new file key, for the keyring's primary version or the same passphrase.

    The file key encrypts the content, so all of the content is encrypted again.
    """
    options = changes.Reencryption(
        drop=drop_others,
        recipient=recipient_passphrase,
        recipient_file=recipient_passphrase_file,
        recursive=recursive,
        threads=threads,
        quiet=quiet,
    )
    return partial(changes.reencrypt, files, keys, options)


@app.command("rotate", epilog="Example:  cotool vault rotate --reencrypt *.vault")
@with_keys
def rotate(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILES]...", help="Files to encrypt again, with --reencrypt."),
    ] = None,
    *,
    anew: Annotated[
        bool, flag("Changes", "Then give FILES a new file key.", "--reencrypt")
    ] = False,
    recipient_passphrase: Recipient = False,
    recipient_passphrase_file: RecipientFile = None,
    drop_others: DropOthers = False,
    recursive: Recursive = False,
    threads: Threads = None,
    quiet: Quiet = False,
    keys: KeyRequest,
) -> Job:
    """Make a new primary version in the keyring. Files encrypted with older versions still open."""
    options = changes.Reencryption(
        drop=drop_others,
        recipient=recipient_passphrase,
        recipient_file=recipient_passphrase_file,
        recursive=recursive,
        threads=threads,
        quiet=quiet,
    )
    return partial(changes.rotate, files or [], keys, options, anew=anew)


@app.command("edit", epilog="Example:  EDITOR=vim cotool vault edit secrets.yaml.vault")
@with_keys
def edit(file: File, *, quiet: Quiet = False, keys: KeyRequest) -> Job:
    """Open the content in $VISUAL or $EDITOR, in memory only, and encrypt it again on save."""
    return partial(work.edit, file, keys, quiet=quiet)


@app.command("cat", epilog="Example:  cotool vault cat --range 0:100 report.pdf.vault")
@with_keys
def cat(
    files: Annotated[list[str], typer.Argument(metavar="FILES...", help="Vault files.")],
    *,
    byte_range: Annotated[
        str | None,
        option(
            _OUTPUT,
            "Bytes A to B, without B, as in a Python slice. Only their segments are read.",
            "--range",
            metavar="A:B",
        ),
    ] = None,
    keys: KeyRequest,
) -> Job:
    """Write the content of vault files, or a range of it, to standard output."""
    return partial(work.cat, files, keys, byte_range=byte_range)


@app.command("sign", epilog="Example:  cotool vault sign -r release/ -o release.hmac")
@with_keys
def sign(
    files: Annotated[list[str], typer.Argument(metavar="FILES...", help="Files, folders (-r).")],
    *,
    output: Annotated[
        str | None, option(_OUTPUT, "File for the manifest.", "--output", "-o", metavar="FILE")
    ] = None,
    force: Force = False,
    recursive: Recursive = False,
    profile: Profile = None,
    threads: Threads = None,
    keys: KeyRequest,
) -> Job:
    """Write a manifest of files with their HMAC-SHA256, in the format of sha256sum.

    An HMAC is a checksum that nobody can compute without the key.
    """
    return partial(
        signatures.sign,
        files,
        keys,
        output=output,
        force=force,
        recursive=recursive,
        profile=profile,
        threads=threads,
    )


@app.command("verify-signature", epilog="Example:  cotool vault verify-signature release.hmac")
@with_keys
def verify_signature(
    manifest: Annotated[
        str, typer.Argument(metavar="MANIFEST", help="A manifest written by `sign`.")
    ],
    *,
    strict: Annotated[
        bool,
        flag(_RUN, "Also fail if other files are in the folders of the manifest.", "--strict"),
    ] = False,
    threads: Threads = None,
    quiet: Quiet = False,
    keys: KeyRequest,
) -> Job:
    """Check the files of a manifest. Run it in the folder where the manifest was made."""
    return partial(
        signatures.verify_signature, manifest, keys, strict=strict, threads=threads, quiet=quiet
    )


@app.command("hash-password", epilog="Example:  cotool vault hash-password < passwords.txt")
def hash_password(*, profile: Profile = None, threads: Threads = None) -> Job:
    """Hash passwords with Argon2id: one per line from standard input, or one from the terminal.

    Store the hash instead of the password. verify-password checks a password against it, and
    guessing the password costs much time and memory.
    """
    return partial(signatures.hash_password, profile=profile, threads=threads)


@app.command(
    "verify-password", epilog="Example:  cotool vault verify-password '$argon2id$v=19$…' < password"
)
def verify_password(
    phc: Annotated[
        str | None,
        typer.Argument(
            metavar="[HASH]",
            help="The hash. Without it, lines with a hash, a tab or space, and the password.",
        ),
    ] = None,
    *,
    profile: Profile = None,
    allow_any_cost: Annotated[
        bool, flag("Keys", "Accept hashes that need a lot of memory.", "--allow-any-cost")
    ] = False,
    threads: Threads = None,
) -> Job:
    """Check passwords from standard input; print ok, ok needs-rehash, wrong or invalid per line."""
    return partial(
        signatures.verify_password,
        phc,
        profile=profile,
        allow_any_cost=allow_any_cost,
        threads=threads,
    )
