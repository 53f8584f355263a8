"""`cotool vault import-age`: age files encrypted again as vault files."""

from functools import partial
from typing import Annotated

from cotool._lazy import stand_ins
from cotool.cli.shared.options import Quiet, Threads, option
from cotool.cli.shared.settings import App
from cotool.cli.vault.options import (
    Armor,
    DryRun,
    Files,
    Force,
    Generate,
    Job,
    Output,
    Profile,
    Recipients,
    RecipientsFile,
    Recursive,
    Symlinks,
    Update,
    with_keys,
)
from cotool.vault.requests import KeyRequest

with stand_ins("cotool.cli.vault.age_run", "cotool.cli.vault.run", "cotool.cli.vault.values_run"):
    from cotool.cli.vault import age_run, run, values_run

commands = App()


@commands.command(
    "import-age", epilog="Example:  cotool vault import-age -i key.txt report.pdf.age"
)
@with_keys
def import_age(
    files: Files,
    *,
    identity_file: Annotated[
        list[str] | None,
        option(
            "Input",
            "A file with age identities, or an SSH key without a passphrase. Repeatable.",
            "--identity-file -i FILE",
        ),
    ] = None,
    age_passphrase_file: Annotated[
        str | None,
        option(
            "Input",
            "Read the passphrase of the age files or identities from a file.",
            "--age-passphrase-file FILE",
        ),
    ] = None,
    output: Output = None,
    force: Force = False,
    armor: Armor = False,
    recursive: Recursive = False,
    symlinks: Symlinks = "skip",
    update: Update = False,
    dry_run: DryRun = False,
    recipient: Recipients = None,
    recipients_file: RecipientsFile = None,
    generate: Generate = False,
    profile: Profile = None,
    threads: Threads = None,
    quiet: Quiet = False,
    keys: KeyRequest,
) -> Job:
    """Decrypt age files and encrypt them again to FILE.vault. No plaintext is written to disk.

    Identities (--identity-file) open files for X25519 and SSH keys; a passphrase opens the others.
    The options for keys, folders and output are those of `encrypt`. The age files are kept.
    """
    options = run.Encryption(
        output=output,
        force=force,
        armor=armor,
        recipients=tuple(recipient or ()),
        recipients_file=recipients_file,
        generate=generate,
        profile=profile,
        threads=threads,
        quiet=quiet,
        values=values_run.Values(),
        tree=run.Tree(recursive, symlinks, update, dry_run),
    )
    age = age_run.AgeFiles(tuple(identity_file or ()), age_passphrase_file)
    return partial(age_run.import_age, files, keys, options, age)
