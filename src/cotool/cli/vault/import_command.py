"""`cotool vault import-age`: age files encrypted again as vault files."""

from functools import partial

from cotool._lazy import stand_ins
from cotool.cli.shared.settings import App
from cotool.cli.vault.file_options import Import
from cotool.cli.vault.options import Files, Job, Keys

with stand_ins("cotool.cli.vault.age_run"):
    from cotool.cli.vault import age_run

commands = App()


@commands.command(
    "import-age", epilog="Example:  cotool vault import-age -i key.txt report.pdf.age"
)
def import_age(files: Files, *, options: Import, keys: Keys) -> Job:
    """Decrypt age files and encrypt them again to FILE.vault. No plaintext is written to disk.

    Identities (--identity-file) open files for X25519 and SSH keys; a passphrase opens the others.
    The options for keys, folders and output are those of `encrypt`. The age files are kept.
    """
    return partial(age_run.import_age, files, keys, options)
