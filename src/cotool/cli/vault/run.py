"""The work of `vault encrypt`, `decrypt` and `verify`; each function returns the exit code."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cotool.cli.vault.batch_run import (
    end_jobs,
    plan_in_place,
    run_jobs,
    show_plan,
)
from cotool.cli.vault.keys import names_a_key, sealing_keys
from cotool.cli.vault.people import recipients_of
from cotool.cli.vault.secrets import SecretSource, check_files
from cotool.cli.vault.streams import (
    source_of,
    spare_results,
    spare_terminal,
    target_of,
)
from cotool.engine.choice import LOCAL, EngineChoice
from cotool.errors import InputError
from cotool.vault.files import STDIO
from cotool.vault.passphrases import spare_stdin_file
from cotool.vault.requests import KeyRequest, Opening
from cotool.vault.trees import ARMOR_SUFFIX, SUFFIX, Plan, Wanted, list_files, plan
from cotool.vault.values.marks import syntax_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cotool.cli.shared.progress import Bar
    from cotool.cli.vault.values_run import Values
    from cotool.vault import Done, Key
    from cotool.vault.batch import Job


@dataclass(frozen=True, slots=True)
class Tree:
    """The options of `encrypt` and `decrypt` for folders."""

    recursive: bool
    symlinks: str
    update: bool
    dry_run: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Encryption:
    """The options of `encrypt`."""

    output: str | None
    force: bool
    armor: bool
    recipients: tuple[str, ...]
    recipients_file: str | None
    passphrase: bool = False
    passphrase_file: str | None = None
    generate: bool
    profile: str | None
    threads: int | None
    quiet: bool
    tree: Tree
    values: Values
    where: EngineChoice = LOCAL


def encrypt(files: Sequence[str], request: KeyRequest, options: Encryption) -> int:
    """Encrypt each file to its own vault file."""
    from cotool import vault

    suffix = ARMOR_SUFFIX if options.armor else SUFFIX
    options.values.check(
        armor=options.armor, update=options.tree.update, is_cluster=options.where.is_cluster
    )
    if options.values.wanted:
        return _encrypt_values(files, request, options)
    planned = _plan(files, options, lambda name: name + suffix, seals=True)
    if options.tree.dry_run:
        return show_plan(planned, "encrypt")
    jobs = planned.jobs
    spare_terminal(jobs, armor=options.armor)
    spare_results(jobs, force=options.force)
    if options.where.is_cluster:
        return _spread(planned, "encrypt", request, options)
    if STDIO in files:
        request.read_before_content()
        if options.passphrase_file is not None:
            spare_stdin_file(options.passphrase_file)
    keys = keys_for(request, options) if jobs else []
    return seal_jobs(planned, keys, options, vault.encrypt, verb="encrypted")


def seal_jobs(
    planned: Plan, keys: Sequence[Key], options: Encryption, seal: Callable[..., Done], *, verb: str
) -> int:
    """Make a vault file of each source with `seal`, which takes the arguments of vault.encrypt."""

    def work(job: Job, threads: int, bar: Bar) -> Done:
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

    return run_jobs(
        planned,
        work,
        verb=verb,
        threads=options.threads,
        quiet=options.quiet,
        force=options.force,
    )


def _encrypt_values(files: Sequence[str], request: KeyRequest, options: Encryption) -> int:
    from cotool.cli.vault.values_run import encrypt_values

    in_place = options.values.in_place
    if in_place and (options.output is not None or STDIO in files):
        raise InputError("--in-place changes files where they are")
    planned = _plan(files, options, lambda name: name if in_place else name + SUFFIX, seals=True)
    people = options.recipients or options.recipients_file or options.passphrase_file
    return encrypt_values(
        planned,
        request,
        options.values,
        lambda: keys_for(request, options),
        fresh=bool(people or options.passphrase or options.generate),
        force=options.force,
        threads=options.threads,
        quiet=options.quiet,
        dry_run=options.tree.dry_run,
    )


def keys_for(request: KeyRequest, options: Encryption) -> list[Key]:
    """Return the keys that open a new file."""
    from cotool.vault import Identity, Recipient

    keys: list[Key] = [*recipients_of(options.recipients, options.recipients_file)]
    check_files(options.passphrase_file)
    if not keys or names_a_key(request) or options.generate:
        own = sealing_keys(request, profile=options.profile, generate=options.generate)
        heads = {key.head for key in keys if isinstance(key, Recipient)}
        keys += [k for k in own if not (isinstance(k, Identity) and k.recipient.head in heads)]
    if options.passphrase or options.passphrase_file is not None:
        secret = SecretSource(options.passphrase_file).read("the recipient", confirm=True)
        keys.append(request.new_passphrase(secret, profile=options.profile))
    return keys


def _plan(
    files: Sequence[str],
    options: Encryption | Decryption,
    name: Callable[[str], str],
    *,
    seals: bool,
) -> Plan:
    tree = options.tree
    wanted = Wanted(
        vaults=not seals,
        recursive=tree.recursive,
        symlinks=tree.symlinks,
        output=options.output,
        documents=options.output is not None,
    )
    return plan(
        list_files(files, wanted), name, seals=seals, output=options.output, update=tree.update
    )


@dataclass(frozen=True, slots=True)
class Decryption:
    """The options of `decrypt`."""

    output: str | None
    force: bool
    in_place: bool
    verify_first: bool
    threads: int | None
    quiet: bool
    tree: Tree
    where: EngineChoice = LOCAL


def decrypt(files: Sequence[str], request: KeyRequest, options: Decryption) -> int:
    """Decrypt each vault file to a file without the suffix."""
    from cotool import vault

    if options.verify_first and STDIO in files:
        raise InputError("--verify-first needs a file", hint="standard input is read only once")
    if options.in_place:
        if options.output is not None or STDIO in files:
            raise InputError("--in-place changes files where they are")
        return _decrypt_in_place(files, request, options)
    elsewhere = options.output is not None
    planned = _plan(files, options, lambda name: _plain_name(name, elsewhere), seals=False)
    if options.tree.dry_run:
        return show_plan(planned, "decrypt")
    spare_results(planned.jobs, force=options.force)
    if options.where.is_cluster:
        return _spread(planned, "decrypt", request, options)
    key = Opening(request)
    key.ask_now(job.source for job in planned.jobs)

    def work(job: Job, threads: int, bar: Bar) -> Done:
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

    return run_jobs(
        planned,
        work,
        verb="decrypted",
        threads=options.threads,
        quiet=options.quiet,
        force=options.force,
    )


def _decrypt_in_place(files: Sequence[str], request: KeyRequest, options: Decryption) -> int:
    from cotool.vault.values.sealing import decrypt_in_place

    planned = plan_in_place(files, recursive=options.tree.recursive)
    if options.tree.dry_run:
        return show_plan(planned, "decrypt")
    key = Opening(request)
    key.ask_now(job.source for job in planned.jobs)

    def work(job: Job, _threads: int, _bar: Bar) -> None:
        decrypt_in_place(job.source, keys=[key])

    return run_jobs(planned, work, verb="decrypted", threads=options.threads, quiet=options.quiet)


def _plain_name(name: str, elsewhere: bool) -> str:  # noqa: FBT001 - beside `name` it is clear
    for suffix in (ARMOR_SUFFIX, SUFFIX):
        plain = name.removesuffix(suffix)
        if plain != name and Path(plain).name:
            return plain
    if elsewhere and syntax_of(name) is not None:
        return name  # of a document with sealed values
    raise InputError(
        f"{name}: the name does not end in {SUFFIX}, so the output needs a name",
        hint="use --output FILE, or --output - for standard output; --in-place for sealed values",
    )


@dataclass(frozen=True, slots=True)
class Verification:
    """The options of `verify`."""

    recursive: bool
    threads: int | None
    quiet: bool
    where: EngineChoice = LOCAL


def verify(files: Sequence[str], request: KeyRequest, options: Verification) -> int:
    """Verify vault files."""
    from cotool import vault

    planned = plan_in_place(files, recursive=options.recursive)
    if options.where.is_cluster:
        return _spread(planned, "verify", request, options)
    key = Opening(request)
    key.ask_now(job.source for job in planned.jobs)

    def work(job: Job, threads: int, bar: Bar) -> Done:
        source = source_of(job.source)
        return vault.verify(source, keys=[key], num_threads=threads, progress=bar.add)

    return run_jobs(planned, work, verb="verified", threads=options.threads, quiet=options.quiet)


_VERBS = {"encrypt": "encrypted", "decrypt": "decrypted", "verify": "verified"}


def _spread(
    planned: Plan,
    action: str,
    request: KeyRequest,
    options: Encryption | Decryption | Verification,
) -> int:
    """Do the jobs of a command on a cluster."""
    from cotool.cli.vault.cluster_run import run_on_cluster, vault_task
    from cotool.engine import resolve_num_threads

    task = vault_task(action, request)
    if isinstance(options, Encryption):
        for option, given in (
            ("--generate-passphrase", options.generate),
            ("--recipient-passphrase", options.passphrase or options.passphrase_file is not None),
            ("--profile", options.profile is not None),
        ):
            if given:
                raise InputError(
                    f"{option}: a new passphrase is never sent to the workers of a cluster",
                    hint="add it afterwards with cotool vault rewrap --add-passphrase",
                )
        people = recipients_of(options.recipients, options.recipients_file)
        if request.program is not None and not (people or request.names_other_key):
            raise InputError("the wrap command encrypts on one machine only")
        task = replace(
            task,
            armored=options.armor,
            force=options.force,
            recipients=tuple(map(str, people)),
            only_recipients=bool(people) and not names_a_key(request),
        )
    elif isinstance(options, Decryption):
        task = replace(task, force=options.force, verify_first=options.verify_first)
    threads = resolve_num_threads(options.threads)
    planned.make_folders()
    outcomes = run_on_cluster(
        planned.jobs, task, options.where, threads=threads, quiet=options.quiet
    )
    planned.finish_folders(force=task.force)
    return end_jobs(
        [*outcomes, *planned.failures], verb=_VERBS[action], quiet=options.quiet, plan=planned
    )
