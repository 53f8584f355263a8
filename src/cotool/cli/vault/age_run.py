"""The work of `vault import-age`: age files become vault files."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from cotool.cli.vault.batch_run import show_plan
from cotool.cli.vault.people import recipients_of
from cotool.cli.vault.run import keys_for, read_before_content, seal_jobs
from cotool.cli.vault.secrets import SecretSource, warn_if_others_read
from cotool.cli.vault.streams import spare_results, spare_terminal
from cotool.errors import CotoolError
from cotool.vault.files import STDIO
from cotool.vault.trees import AGE_SUFFIX, ARMOR_SUFFIX, SUFFIX, Wanted, list_files, plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cotool.cli.vault.change_options import Import
    from cotool.vault.age import AgeKeys
    from cotool.vault.requests import KeyRequest


def import_age(files: Sequence[str], request: KeyRequest, options: Import) -> int:
    """Decrypt each age file and encrypt it again to a vault file of its own."""
    from cotool.vault.age import age_content_size
    from cotool.vault.age import import_age as import_file

    suffix = ARMOR_SUFFIX if options.armor else SUFFIX
    wanted = Wanted(
        vaults=False,
        age=True,
        recursive=options.recursive,
        symlinks=options.symlinks,
        output=options.output,
    )
    planned = plan(
        list_files(files, wanted),
        lambda name: _without_suffix(name) + suffix,
        seals=True,
        output=options.output,
        update=options.update,
        content_size=age_content_size,
    )
    if options.dry_run:
        return show_plan(planned, "import")
    jobs = planned.jobs
    spare_terminal(jobs, armor=options.armor)
    spare_results(jobs, force=options.force)
    if STDIO in files:
        read_before_content(request, options)
    people = recipients_of(options.recipient, options.recipients_file)
    age = _age_keys(options, planned.sources)
    keys = keys_for(request, options, people) if jobs else []
    return seal_jobs(planned, keys, options, partial(import_file, age=age), verb="imported")


def _without_suffix(name: str) -> str:
    plain = name.removesuffix(AGE_SUFFIX)
    return plain if Path(plain).name else name


def _age_keys(options: Import, sources: Sequence[str]) -> AgeKeys:
    """Return what opens the age files. A passphrase is asked for at most once, and before work."""
    from cotool.vault.age import AgeKeys, read_age_header, read_identities

    source = SecretSource(options.age_passphrase_file)
    source.read_before_content()

    @cache
    def passphrase() -> str | bytes:
        return source.read("the age files")

    identities = []
    for path in options.identity_file or ():
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
