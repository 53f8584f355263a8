"""`cotool vault encrypt`, `decrypt` and the other commands for content: their options."""

from functools import partial
from typing import Annotated

from cotool._lazy import stand_ins
from cotool.cli.shared.commands import App, Given
from cotool.cli.shared.engine_options import Engine
from cotool.cli.shared.options import QUIET, argument, flag, option
from cotool.cli.vault.file_options import Batch, Decryption, Encryption
from cotool.cli.vault.options import RECURSIVE, Files, Job, Keys, existing_files
from cotool.errors import InputError

with stand_ins("cotool.cli.vault.program_run", "cotool.cli.vault.reading", "cotool.cli.vault.run"):
    from cotool.cli.vault import program_run, reading
    from cotool.cli.vault import run as work

commands = App()

File = Annotated[str, argument("FILE", "A vault file.")]


@commands.command("encrypt", epilog="Example:  cotool vault encrypt -r documents/")
def encrypt(files: Files, *, options: Encryption, keys: Keys, engine: Engine) -> Job:
    """Encrypt files to FILE.vault, with your keyring's primary version or a passphrase.

    With --recipient or --recipients-file, encrypt for these people instead, without any secret. A
    keyring, identity or passphrase opens the file, too, if this call names it.

    With --values, keys, order and comments stay readable, and every value is encrypted by itself.
    Encrypted again with --force, values that did not change keep their ciphertext.
    """
    return partial(work.encrypt, files, keys, options, engine)


@commands.command("decrypt", epilog="Example:  cotool vault decrypt report.pdf.vault -o -")
def decrypt(files: Files, *, options: Decryption, keys: Keys, engine: Engine) -> Job:
    """Decrypt vault files, armored ones too. A file appears only after all of it is verified."""
    return partial(work.decrypt, files, keys, options, engine)


@commands.command("verify", epilog="Example:  cotool vault verify -r backups/")
def verify(files: Files, *, options: Batch, keys: Keys, engine: Engine) -> Job:
    """Check every byte of vault files without writing anything."""
    return partial(work.verify, files, keys, options, engine)


@commands.command("inspect", epilog="Example:  cotool vault inspect report.pdf.vault --json")
def inspect(
    files: Files,
    *,
    recursive: bool = RECURSIVE,
    recipients_file: str | None = option(
        "Input", "Show the names of people in this recipients file.", "--recipients-file FILE"
    ),
    json: bool = flag("Output", "Write one JSON object per line.", "--json"),
) -> Job:
    """Show the headers of vault files: sizes, and which keys open them. Needs no key.

    A slot is a place in the header for one key or passphrase that opens the file.
    """
    return partial(
        reading.inspect,
        files,
        recursive=recursive,
        recipients_file=recipients_file,
        json_lines=json,
    )


@commands.command("edit", epilog="Example:  EDITOR=vim cotool vault edit secrets.yaml.vault")
def edit(file: File, *, quiet: bool = QUIET, keys: Keys) -> Job:
    """Open the content in $VISUAL or $EDITOR, in memory only, and encrypt it again on save."""
    return partial(reading.edit, file, keys, quiet=quiet)


@commands.command("cat", epilog="Example:  cotool vault cat --range 0:100 report.pdf.vault")
def cat(
    files: Annotated[list[str], argument("FILES...", "Vault files.", convert=existing_files)],
    *,
    byte_range: str | None = option(
        "Output",
        "Bytes A to B, without B, as in a Python slice. Only their segments are read.",
        "--range A:B",
    ),
    keys: Keys,
) -> Job:
    """Write the content of vault files, or a range of it, to standard output."""
    return partial(reading.cat, files, keys, byte_range=byte_range)


@commands.command("exec", epilog="Example:  cotool vault exec --env .env.vault -- make deploy")
def run_program(
    program: Annotated[
        list[str],
        argument("PROGRAM...", "After --, the program and its arguments."),
    ],
    *,
    env: list[str] = option(
        "Input",
        "A vault file with NAME=value lines. Repeatable.",
        "--env FILE",
        default=...,
        convert=existing_files,
    ),
    keys: Keys,
    given: Given,
) -> Job:
    """Run a program with the variables of encrypted .env files; nothing is written to disk.

    The variables replace those of the same name. The program replaces cotool, so its signals,
    terminal and exit code are its own.
    """
    words = given.words
    if "--" not in words or [*words[words.index("--") + 1 :]] != program:
        raise InputError(
            "the program and its arguments must follow --",
            hint="cotool vault exec --env FILE -- PROGRAM ARGUMENTS",
        )
    return partial(program_run.run_program, program, env, keys)
