"""`cotool vault encrypt`, `decrypt` and `verify`."""

from collections.abc import Callable, Sequence
from pathlib import Path

from cotool._lazy import stand_ins
from cotool._typing import TYPE_CHECKING
from cotool.cli.shared.commands import App
from cotool.cli.shared.engine_options import Engine
from cotool.cli.shared.say import say_warning
from cotool.cli.vault.batch_run import plan_in_place, run_jobs, show_plan
from cotool.cli.vault.file_options import BatchFlags, Copying, Decryption, Encryption, Sealing
from cotool.cli.vault.keys import names_a_key, sealing_keys
from cotool.cli.vault.options import Files, Keys
from cotool.cli.vault.people import recipients_of
from cotool.cli.vault.secrets import SecretSource
from cotool.cli.vault.streams import (
    leave_out_keys,
    own_files,
    source_of,
    spare_results,
    spare_terminal,
    target_of,
)
from cotool.errors import InputError
from cotool.text import visible_name
from cotool.vault import trees
from cotool.vault.files import STDIO
from cotool.vault.passphrases import spare_stdin_file
from cotool.vault.requests import KeyRequest, Opening
from cotool.vault.values.recognition import syntax_of

if TYPE_CHECKING:
    from cotool.vault import Done, Key, Recipient
    from cotool.vault.batch import Job
    from cotool.vault.options import VaultOptions

with stand_ins("cotool.cli.vault.cluster_run", "cotool.cli.vault.values_run"):
    from cotool.cli.vault import cluster_run, values_run

app = App()


@app.command("encrypt", epilog="Example:  cotool vault encrypt -r documents/")
def encrypt(files: Files, *, flags: Encryption, keys: Keys, engine: Engine) -> int:
    """Encrypt files to FILE.vault, with your keyring's primary version or a passphrase.

    With --recipient or --recipients-file, encrypt for these people instead, without any secret. A
    keyring, identity or passphrase opens the file, too, if this call names it.

    With --values, keys, order and comments stay readable, and every value is encrypted by itself.
    Encrypted again with --force, values that did not change keep their ciphertext.
    """
    from cotool.vault.operations import encrypt_file

    suffix = trees.ARMOR_SUFFIX if flags.armor else trees.SUFFIX
    values_run.check_values(flags, engine, keys.chosen)
    if flags.values:
        return _encrypt_values(files, keys, flags)
    planned = _plan(files, flags, lambda name: name + suffix, seals=True)
    if flags.dry_run:
        return show_plan(planned, "encrypt")
    jobs = planned.jobs
    _warn_of_keys(planned, keys)
    spare_terminal(jobs, armor=flags.armor)
    spare_results(jobs, keys, force=flags.force)
    if engine.is_cluster:
        task = cluster_run.sealing_task(keys, flags)
        return cluster_run.run_on_cluster(planned, task, flags, engine, verb="encrypted")
    if STDIO in files:
        read_before_content(keys, flags)
    people = recipients_of(flags.recipient, flags.recipients_file)
    new = keys_for(keys, flags, people) if jobs else []
    return seal_jobs(planned, new, flags, encrypt_file, verb="encrypted")


def _warn_of_keys(planned: trees.JobPlan, request: KeyRequest) -> None:
    """Warn about a source that opens the others, and about vault files that are sealed again."""
    own = own_files(request)
    for found in planned.listing.files:
        what = own.get(trees.file_identity(found.path)) if found.path != STDIO else None
        if what is not None:
            text = f"this is your {what}: keep a copy that does not need this {what} to open it"
        elif not found.in_folder and trees.is_vault(found.path):
            text = "this is a vault file, which is encrypted once more"
        else:
            continue
        say_warning(f"{visible_name(found.path)}: {text}")


def seal_jobs(
    planned: trees.JobPlan,
    keys: "Sequence[Key]",
    flags: Sealing,
    seal: "Callable[..., Done]",
    *,
    verb: str,
) -> int:
    """Make a vault file of each source with `seal`, which takes the arguments of encrypt_file."""

    def work(job: "Job", options: "VaultOptions") -> "Done":
        with target_of(job) as target:
            return seal(source_of(job.source), target, keys, options)

    return run_jobs(planned, work, flags, verb=verb)


def _encrypt_values(files: Sequence[str], request: KeyRequest, flags: Encryption) -> int:
    in_place = flags.in_place
    if in_place and (flags.output is not None or STDIO in files):
        raise InputError("--in-place changes files where they are")
    planned = _plan(
        files, flags, lambda name: name if in_place else name + trees.SUFFIX, seals=True
    )
    people = recipients_of(flags.recipient, flags.recipients_file)
    return values_run.encrypt_values(
        planned, request, flags, lambda: keys_for(request, flags, people)
    )


def read_before_content(request: KeyRequest, flags: Sealing) -> None:
    """Read a secret that comes before the content on standard input. Raises InputError."""
    request.read_before_content()
    if flags.recipient_passphrase_file is not None:
        spare_stdin_file(flags.recipient_passphrase_file)


def keys_for(request: KeyRequest, flags: Sealing, people: "Sequence[Recipient]") -> "list[Key]":
    """Return the keys that open a new file."""
    from cotool.vault import Identity

    keys: list[Key] = [*people]
    if not keys or names_a_key(request) or flags.generate:
        own = sealing_keys(request, profile=flags.profile, generate=flags.generate)
        heads = {person.head for person in people}
        keys += [k for k in own if not (isinstance(k, Identity) and k.recipient.head in heads)]
    if flags.recipient_passphrase or flags.recipient_passphrase_file is not None:
        secret = SecretSource(flags.recipient_passphrase_file).read("the recipient", confirm=True)
        keys.append(request.new_passphrase(secret, profile=flags.profile))
    return keys


def _plan(
    files: Sequence[str],
    flags: Copying,
    name: Callable[[str], str],
    *,
    seals: bool,
    spare: KeyRequest | None = None,
) -> trees.JobPlan:
    wanted = trees.Wanted(
        vaults=not seals,
        recursive=flags.recursive,
        symlinks=flags.symlinks,
        output=flags.output,
        documents=flags.output is not None,
    )
    listing = trees.list_files(files, wanted)
    if spare is not None:
        leave_out_keys(listing, spare, named=True)
    return trees.plan(
        listing,
        name,
        seals=seals,
        output=flags.output,
        update=flags.update,
    )


@app.command("decrypt", epilog="Example:  cotool vault decrypt report.pdf.vault -o -")
def decrypt(files: Files, *, flags: Decryption, keys: Keys, engine: Engine) -> int:
    """Decrypt vault files, armored ones too. A file appears only after all of it is verified."""
    from cotool.vault.operations import decrypt_file

    if flags.verify_first and STDIO in files:
        raise InputError("--verify-first needs a file", hint="standard input is read only once")
    if flags.in_place:
        if flags.output is not None or STDIO in files:
            raise InputError("--in-place changes files where they are")
        return _decrypt_in_place(files, keys, flags)
    elsewhere = flags.output is not None
    planned = _plan(
        files, flags, lambda name: _plain_name(name, elsewhere), seals=False, spare=keys
    )
    if flags.dry_run:
        return show_plan(planned, "decrypt")
    spare_results(planned.jobs, keys, force=flags.force)
    if engine.is_cluster:
        task = cluster_run.vault_task("decrypt", keys, flags)
        return cluster_run.run_on_cluster(planned, task, flags, engine, verb="decrypted")
    key = Opening.of_files(keys, planned.sources)

    def work(job: "Job", options: "VaultOptions") -> "Done":
        with target_of(job) as target:
            return decrypt_file(source_of(job.source), target, [key], options)

    return run_jobs(planned, work, flags, verb="decrypted")


def _decrypt_in_place(files: Sequence[str], request: KeyRequest, flags: Decryption) -> int:
    from cotool.vault.values.sealing import decrypt_in_place

    planned = plan_in_place(files, recursive=flags.recursive)
    if flags.dry_run:
        return show_plan(planned, "decrypt")
    key = Opening.of_files(request, planned.sources)

    def work(job: "Job", _: "VaultOptions") -> None:
        decrypt_in_place(job.source, keys=[key])

    return run_jobs(planned, work, flags, verb="decrypted")


def _plain_name(name: str, elsewhere: bool) -> str:  # noqa: FBT001 - beside `name` it is clear
    for suffix in (trees.ARMOR_SUFFIX, trees.SUFFIX):
        plain = name.removesuffix(suffix)
        if plain != name and Path(plain).name:
            return plain
    if elsewhere and syntax_of(name) is not None:
        return name  # of a document with sealed values
    raise InputError(
        f"{name}: the name does not end in {trees.SUFFIX}, so the output needs a name",
        hint="use --output FILE, or --output - for standard output; --in-place for sealed values",
    )


@app.command("verify", epilog="Example:  cotool vault verify -r backups/")
def verify(files: Files, *, flags: BatchFlags, keys: Keys, engine: Engine) -> int:
    """Check every byte of vault files without writing anything."""
    from cotool.vault.operations import verify_file

    planned = plan_in_place(files, recursive=flags.recursive)
    if engine.is_cluster:
        task = cluster_run.vault_task("verify", keys, flags)
        return cluster_run.run_on_cluster(planned, task, flags, engine, verb="verified")
    key = Opening.of_files(keys, planned.sources)

    def work(job: "Job", options: "VaultOptions") -> "Done":
        return verify_file(source_of(job.source), [key], options)

    return run_jobs(planned, work, flags, verb="verified")
