"""`cotool vault import-age`: age files become vault files."""

from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path

from cotool._typing import TYPE_CHECKING
from cotool.cli.shared.commands import App
from cotool.cli.shared.options import input_file, option_class
from cotool.cli.vault.batch_run import show_plan
from cotool.cli.vault.file_commands import keys_for, read_before_content, seal_jobs
from cotool.cli.vault.file_options import Sealing
from cotool.cli.vault.options import Files, Keys
from cotool.cli.vault.people import recipients_of
from cotool.cli.vault.secrets import SecretSource, warn_if_others_read
from cotool.cli.vault.streams import spare_results, spare_terminal
from cotool.errors import CotoolError
from cotool.vault.files import STDIO
from cotool.vault.trees import AGE_SUFFIX, ARMOR_SUFFIX, SUFFIX, Wanted, list_files, plan

if TYPE_CHECKING:
    from cotool.vault.age import AgeKeys

app = App()


@option_class
class Import(Sealing):
    """The options of `import-age`."""

    identity_file: list[str] | None = input_file(
        "Input",
        "A file with age identities, or an SSH key without a passphrase. Repeatable.",
        "--identity-file -i FILE",
    )
    age_passphrase_file: str | None = input_file(
        "Input",
        "Read the passphrase of the age files or identities from a file.",
        "--age-passphrase-file FILE",
    )


@app.command("import-age", epilog="Example:  cotool vault import-age -i key.txt report.pdf.age")
def import_age(files: Files, *, flags: Import, keys: Keys) -> int:
    """Decrypt age files and encrypt them again to FILE.vault. No plaintext is written to disk.

    Identities (--identity-file) open files for X25519 and SSH keys; a passphrase opens the others.
    The options for keys, folders and output are those of `encrypt`. The age files are kept.
    """
    from cotool.vault.age import age_content_size, import_age_file

    suffix = ARMOR_SUFFIX if flags.armor else SUFFIX
    wanted = Wanted(
        vaults=False,
        age=True,
        recursive=flags.recursive,
        symlinks=flags.symlinks,
        output=flags.output,
    )
    planned = plan(
        list_files(files, wanted),
        lambda name: _without_suffix(name) + suffix,
        seals=True,
        output=flags.output,
        update=flags.update,
        content_size=age_content_size,
    )
    if flags.dry_run:
        return show_plan(planned, "import")
    jobs = planned.jobs
    spare_terminal(jobs, armor=flags.armor)
    spare_results(jobs, keys, force=flags.force)
    if STDIO in files:
        read_before_content(keys, flags)
    people = recipients_of(flags.recipient, flags.recipients_file)
    age = _age_keys(flags, planned.sources)
    new = keys_for(keys, flags, people) if jobs else []
    return seal_jobs(planned, new, flags, partial(import_age_file, age=age), verb="imported")


def _without_suffix(name: str) -> str:
    plain = name.removesuffix(AGE_SUFFIX)
    return plain if Path(plain).name else name


def _age_keys(flags: Import, sources: Sequence[str]) -> "AgeKeys":
    """Return what opens the age files. A passphrase is asked for at most once, and before work."""
    from cotool.vault.age import AgeKeys, read_age_header, read_identities

    source = SecretSource(flags.age_passphrase_file)
    source.read_before_content()

    @cache
    def passphrase() -> str | bytes:
        return source.read("the age files")

    identities = []
    for path in flags.identity_file or ():
        warn_if_others_read(path)
        identities += read_identities(path, passphrase)
    for path in sources:
        try:
            if Path(path).is_file() and read_age_header(path).is_for_passphrase:
                passphrase()
                break
        except (CotoolError, OSError):
            continue  # this file's error is reported later
    return AgeKeys(identities, passphrase)
