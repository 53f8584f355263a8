"""`cotool vault encrypt`, `decrypt` and `verify`."""

from collections.abc import Callable, Sequence
from pathlib import Path

from cotool._lazy import stand_ins
from cotool._records import replace
from cotool._typing import TYPE_CHECKING
from cotool.cli.shared.commands import App
from cotool.cli.shared.engine_options import Engine
from cotool.cli.shared.say import say_warning
from cotool.cli.vault.batch_run import plan_in_place, run_jobs, show_plan
from cotool.cli.vault.file_options import Batch, Copying, Decryption, Encryption, Sealing
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
from cotool.vault.values.marks import syntax_of

if TYPE_CHECKING:
    from cotool.cli.shared.progress import Bar
    from cotool.vault import Done, Key, Recipient
    from cotool.vault.batch import Job

with stand_ins("cotool.cli.vault.cluster_run", "cotool.cli.vault.values_run"):
    from cotool.cli.vault import cluster_run, values_run

app = App()


@app.command("encrypt", epilog="Example:  cotool vault encrypt -r documents/")
def encrypt(files: Files, *, options: Encryption, keys: Keys, engine: Engine) -> int:
    """Encrypt files to FILE.vault, with your keyring's primary version or a passphrase.

    With --recipient or --recipients-file, encrypt for these people instead, without any secret. A
    keyring, identity or passphrase opens the file, too, if this call names it.

    With --values, keys, order and comments stay readable, and every value is encrypted by itself.
    Encrypted again with --force, values that did not change keep their ciphertext.
    """
    from cotool import vault

    suffix = trees.ARMOR_SUFFIX if options.armor else trees.SUFFIX
    values_run.check_values(options, engine, keys.chosen)
    if options.values:
        return _encrypt_values(files, keys, options)
    planned = _plan(files, options, lambda name: name + suffix, seals=True)
    if options.dry_run:
        return show_plan(planned, "encrypt")
    jobs = planned.jobs
    _warn_of_keys(planned, keys)
    spare_terminal(jobs, armor=options.armor)
    spare_results(jobs, keys, force=options.force)
    if engine.is_cluster:
        task = cluster_run.sealing_task(keys, options)
        return cluster_run.spread(planned, task, options, engine, verb="encrypted")
    if STDIO in files:
        read_before_content(keys, options)
    people = recipients_of(options.recipient, options.recipients_file)
    new = keys_for(keys, options, people) if jobs else []
    return seal_jobs(planned, new, options, vault.encrypt, verb="encrypted")


def _warn_of_keys(planned: trees.Plan, request: KeyRequest) -> None:
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
    planned: trees.Plan,
    keys: "Sequence[Key]",
    options: Sealing,
    seal: "Callable[..., Done]",
    *,
    verb: str,
) -> int:
    """Make a vault file of each source with `seal`, which takes the arguments of vault.encrypt."""

    def work(job: "Job", threads: int, bar: "Bar") -> "Done":
        with target_of(job) as target:
            return seal(
                source_of(job.source),
                target,
                keys=keys,
                armored=options.armor,
                force=options.force or job.replace,
                preserve=job.preserve,
                num_threads=threads,
                progress=bar.add,
            )

    return run_jobs(planned, work, options, verb=verb)


def _encrypt_values(files: Sequence[str], request: KeyRequest, options: Encryption) -> int:
    in_place = options.in_place
    if in_place and (options.output is not None or STDIO in files):
        raise InputError("--in-place changes files where they are")
    planned = _plan(
        files, options, lambda name: name if in_place else name + trees.SUFFIX, seals=True
    )
    people = recipients_of(options.recipient, options.recipients_file)
    return values_run.encrypt_values(
        planned, request, options, lambda: keys_for(request, options, people)
    )


def read_before_content(request: KeyRequest, options: Sealing) -> None:
    """Read a secret that comes before the content on standard input. Raises InputError."""
    request.read_before_content()
    if options.recipient_passphrase_file is not None:
        spare_stdin_file(options.recipient_passphrase_file)


def keys_for(request: KeyRequest, options: Sealing, people: "Sequence[Recipient]") -> "list[Key]":
    """Return the keys that open a new file."""
    from cotool.vault import Identity

    keys: list[Key] = [*people]
    if not keys or names_a_key(request) or options.generate:
        own = sealing_keys(request, profile=options.profile, generate=options.generate)
        heads = {person.head for person in people}
        keys += [k for k in own if not (isinstance(k, Identity) and k.recipient.head in heads)]
    if options.recipient_passphrase or options.recipient_passphrase_file is not None:
        secret = SecretSource(options.recipient_passphrase_file).read("the recipient", confirm=True)
        keys.append(request.new_passphrase(secret, profile=options.profile))
    return keys


def _plan(
    files: Sequence[str],
    options: Copying,
    name: Callable[[str], str],
    *,
    seals: bool,
    spare: KeyRequest | None = None,
) -> trees.Plan:
    wanted = trees.Wanted(
        vaults=not seals,
        recursive=options.recursive,
        symlinks=options.symlinks,
        output=options.output,
        documents=options.output is not None,
    )
    listing = trees.list_files(files, wanted)
    if spare is not None:
        leave_out_keys(listing, spare, named=True)
    return trees.plan(
        listing,
        name,
        seals=seals,
        output=options.output,
        update=options.update,
    )


@app.command("decrypt", epilog="Example:  cotool vault decrypt report.pdf.vault -o -")
def decrypt(files: Files, *, options: Decryption, keys: Keys, engine: Engine) -> int:
    """Decrypt vault files, armored ones too. A file appears only after all of it is verified."""
    from cotool import vault

    if options.verify_first and STDIO in files:
        raise InputError("--verify-first needs a file", hint="standard input is read only once")
    if options.in_place:
        if options.output is not None or STDIO in files:
            raise InputError("--in-place changes files where they are")
        return _decrypt_in_place(files, keys, options)
    elsewhere = options.output is not None
    planned = _plan(
        files, options, lambda name: _plain_name(name, elsewhere), seals=False, spare=keys
    )
    if options.dry_run:
        return show_plan(planned, "decrypt")
    spare_results(planned.jobs, keys, force=options.force)
    if engine.is_cluster:
        task = cluster_run.vault_task("decrypt", keys)
        task = replace(task, force=options.force, verify_first=options.verify_first)
        return cluster_run.spread(planned, task, options, engine, verb="decrypted")
    key = Opening.of_files(keys, planned.sources)

    def work(job: "Job", threads: int, bar: "Bar") -> "Done":
        if options.verify_first:
            vault.verify(job.source, keys=[key], num_threads=threads)
        with target_of(job) as target:
            return vault.decrypt(
                source_of(job.source),
                target,
                keys=[key],
                force=options.force or job.replace,
                preserve=job.preserve,
                num_threads=threads,
                progress=bar.add,
            )

    return run_jobs(planned, work, options, verb="decrypted")


def _decrypt_in_place(files: Sequence[str], request: KeyRequest, options: Decryption) -> int:
    from cotool.vault.values.sealing import decrypt_in_place

    planned = plan_in_place(files, recursive=options.recursive)
    if options.dry_run:
        return show_plan(planned, "decrypt")
    key = Opening.of_files(request, planned.sources)

    def work(job: "Job", _threads: int, _bar: "Bar") -> None:
        decrypt_in_place(job.source, keys=[key])

    return run_jobs(planned, work, options, verb="decrypted")


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
def verify(files: Files, *, options: Batch, keys: Keys, engine: Engine) -> int:
    """Check every byte of vault files without writing anything."""
    from cotool import vault

    planned = plan_in_place(files, recursive=options.recursive)
    if engine.is_cluster:
        task = cluster_run.vault_task("verify", keys)
        return cluster_run.spread(planned, task, options, engine, verb="verified")
    key = Opening.of_files(keys, planned.sources)

    def work(job: "Job", threads: int, bar: "Bar") -> "Done":
        source = source_of(job.source)
        return vault.verify(source, keys=[key], num_threads=threads, progress=bar.add)

    return run_jobs(planned, work, options, verb="verified")
