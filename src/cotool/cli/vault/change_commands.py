"""`cotool vault rewrap`, `reencrypt`, `rotate` and `import-age`: new vault files from old ones."""

from functools import partial
from typing import Annotated

from cotool._lazy import stand_ins
from cotool.cli.shared.commands import App
from cotool.cli.shared.options import argument, flag
from cotool.cli.vault.change_options import Import, Reencryption, Rewrapping
from cotool.cli.vault.options import Files, Job, Keys

with stand_ins("cotool.cli.vault.age_run", "cotool.cli.vault.changes"):
    from cotool.cli.vault import age_run, changes

commands = App()


@commands.command("rewrap", epilog="Example:  cotool vault rewrap --new-passphrase notes.vault")
def rewrap(files: Files, *, options: Rewrapping, keys: Keys) -> Job:
    """Change which keys open files, by default to your keyring's or identity's newest version.

    With --wrap-command and no change, its key is wrapped again. Only headers change. A slot is a
    place in the header for one key or passphrase that opens the file. Each slot holds the file key,
    which encrypts the content.

    An old copy of a file still opens with the old key, and anyone who knows the file key keeps it:
    [bold]cotool vault reencrypt[/bold] makes a new one. Anyone who can open a file can rewrap it,
    without the secrets of the others.
    """
    return partial(changes.rewrap, files, keys, options)


@commands.command("reencrypt", epilog="Example:  cotool vault reencrypt report.pdf.vault")
def reencrypt(files: Files, *, options: Reencryption, keys: Keys) -> Job:
    """Give files a new file key, for the keyring's primary version or the same passphrase.

    The file key encrypts the content, so all of the content is encrypted again. Files for several
    people need the public keys of the others: --recipients-file or --recipient.
    """
    return partial(changes.reencrypt, files, keys, options)


@commands.command("rotate", epilog="Example:  cotool vault rotate --reencrypt *.vault")
def rotate(
    files: Annotated[
        list[str] | None,
        argument("[FILES]...", "Files to encrypt again, with --reencrypt."),
    ] = None,
    *,
    anew: bool = flag("Changes", "Then give FILES a new file key.", "--reencrypt"),
    options: Reencryption,
    keys: Keys,
) -> Job:
    """Make a new primary version in the keyring. Files encrypted with older versions still open."""
    return partial(changes.rotate, files or [], keys, options, anew=anew)


@commands.command(
    "import-age", epilog="Example:  cotool vault import-age -i key.txt report.pdf.age"
)
def import_age(files: Files, *, options: Import, keys: Keys) -> Job:
    """Decrypt age files and encrypt them again to FILE.vault. No plaintext is written to disk.

    Identities (--identity-file) open files for X25519 and SSH keys; a passphrase opens the others.
    The options for keys, folders and output are those of `encrypt`. The age files are kept.
    """
    return partial(age_run.import_age, files, keys, options)
