"""The work of the commands of `cotool vault`; each function returns the exit code."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cotool.cli.vault.batch_run import (
    end_jobs,
    ended_by_sigterm,
    find_files,
    plan_in_place,
    run_jobs,
    show_plan,
)
from cotool.cli.vault.keys import sealing_keys, tell
from cotool.cli.vault.secrets import SecretSource
from cotool.cli.vault.streams import (
    source_of,
    spare_results,
    spare_stdin,
    spare_terminal,
    standard_output,
    target_of,
)
from cotool.engine.choice import LOCAL, EngineChoice
from cotool.errors import InputError
from cotool.text import plural, size, visible, visible_name
from cotool.vault.files import STDIO
from cotool.vault.requests import KeyRequest, Opening, spare_stdin_file
from cotool.vault.trees import ARMOR_SUFFIX, SUFFIX, Plan, Wanted, list_files, plan

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cotool.cli.shared.progress import Bar
    from cotool.vault import Done, FileInfo, Key, SlotInfo
    from cotool.vault.batch import Job

_RANGE = re.compile(r"(-?\d{0,18}):(-?\d{0,18})")


@dataclass(frozen=True, slots=True)
class Tree:
    """The options of `encrypt` and `decrypt` for folders."""

    recursive: bool
    symlinks: str
    update: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class Encryption:
    """The options of `encrypt`."""

    output: str | None
    force: bool
    armor: bool
    recipient: bool
    recipient_file: str | None
    generate: bool
    profile: str | None
    threads: int | None
    quiet: bool
    tree: Tree
    where: EngineChoice = LOCAL


def encrypt(files: Sequence[str], request: KeyRequest, options: Encryption) -> int:
    """Encrypt each file to its own vault file."""
    from cotool import vault

    suffix = ARMOR_SUFFIX if options.armor else SUFFIX
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
        if options.recipient_file is not None:
            spare_stdin_file(options.recipient_file)
    keys = _sealing_keys(request, options) if jobs else []

    def work(job: Job, threads: int, bar: Bar) -> Done:
        with target_of(job) as target:
            return vault.encrypt(
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
        verb="encrypted",
        threads=options.threads,
        quiet=options.quiet,
        force=options.force,
    )


def _sealing_keys(request: KeyRequest, options: Encryption) -> list[Key]:
    keys = sealing_keys(request, profile=options.profile, generate=options.generate)
    if options.recipient or options.recipient_file is not None:
        secret = SecretSource(options.recipient_file).read("the recipient", confirm=True)
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
    )
    return plan(
        list_files(files, wanted), name, seals=seals, output=options.output, update=tree.update
    )


@dataclass(frozen=True, slots=True)
class Decryption:
    """The options of `decrypt`."""

    output: str | None
    force: bool
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
    planned = _plan(files, options, _plain_name, seals=False)
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


def _plain_name(name: str) -> str:
    for suffix in (ARMOR_SUFFIX, SUFFIX):
        plain = name.removesuffix(suffix)
        if plain != name and Path(plain).name:
            return plain
    raise InputError(
        f"{name}: the name does not end in {SUFFIX}, so the output needs a name",
        hint="use --output FILE, or --output - for standard output",
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
            ("--recipient-passphrase", options.recipient or options.recipient_file is not None),
            ("--profile", options.profile is not None),
        ):
            if given:
                raise InputError(
                    f"{option}: a new passphrase is never sent to the workers of a cluster",
                    hint="add it afterwards with cotool vault rewrap --add-passphrase",
                )
        task = replace(task, armored=options.armor, force=options.force)
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


def inspect(files: Sequence[str], *, recursive: bool, json_lines: bool) -> int:
    """Print the contents of headers."""
    from cotool import vault

    planned = plan_in_place(files, recursive=recursive)

    def work(job: Job, _threads: int, _bar: Bar) -> None:
        infos[job.source] = vault.inspect(source_of(job.source))

    infos: dict[str, FileInfo] = {}
    code = run_jobs(planned, work, verb="", threads=None, quiet=True)
    for name in (job.source for job in planned.jobs):
        if name in infos:
            if json_lines:
                print(json.dumps({"file": name, **infos[name].to_dict()}))
            else:
                print(_describe(name, infos[name]))
    return code


def _describe(name: str, info: FileInfo) -> str:
    content = "unknown" if info.content_bytes is None else size(info.content_bytes)
    form = "armored, " if info.armored else ""
    lines = [
        visible_name(name),
        f"  content     {content}",
        f"  format      version {info.format}, {form}{plural(info.copies, 'header copy')}"
        if info.copies == 1
        else f"  format      version {info.format}, {form}{info.copies} header copies",
        f"  file id     {info.file_id}, rewrapped {plural(info.generation, 'time')}",
    ]
    lines += [f"  slot {slot.number}      {_describe_slot(slot)}" for slot in info.slots]
    if info.damage:
        lines.append(f"  damage      {visible(info.damage)}; cotool vault rewrap repairs it")
    return "\n".join(lines)


def _describe_slot(slot: SlotInfo) -> str:
    if slot.kind == "keyring":
        return f"key {slot.key_id} version {slot.version}"
    memory = (slot.memory_kib or 0) / 1024
    return f"passphrase, Argon2id with {memory:,.0f} MiB, {slot.passes} passes, {slot.lanes} lanes"


def edit(file: str, request: KeyRequest, *, quiet: bool) -> int:
    """Edit a vault file."""
    import shlex

    from cotool.vault.editing import edit as edit_file

    spare_stdin([file])
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not command:
        raise InputError("no editor is set", hint="EDITOR=nano cotool vault edit FILE")
    with ended_by_sigterm():
        changed = edit_file(file, keys=[Opening(request)], editor=shlex.split(command))
    tell(f"{'encrypted again' if changed else 'not changed'}: {visible_name(file)}", quiet=quiet)
    return 0


def cat(files: Sequence[str], request: KeyRequest, *, byte_range: str | None) -> int:
    """Write the content of files to standard output."""
    from cotool import vault

    wanted = None if byte_range is None else _parse_range(byte_range)
    find_files(files, recursive=False)
    key = Opening(request)
    key.ask_now(files)
    sink = standard_output()
    for file in files:
        source = source_of(file)
        if wanted is None:
            vault.decrypt(source, sink, keys=[key])
            continue
        with vault.Vault(source, keys=[key]) as content:
            start, end, _ = wanted.indices(content.size)
            while start < end:
                piece = content.read(start, min(end - start, 1 << 20))
                sink.write(piece)
                start += len(piece)
    sink.flush()
    return 0


def _parse_range(text: str) -> slice:
    found = _RANGE.fullmatch(text)
    if found is None:
        raise InputError(
            f"{text}: expected A:B in bytes",
            parameter="byte_range",
            hint="as in 0:100, 4096:, or -100:",
        )
    return slice(*(None if part == "" else int(part) for part in found.groups()))
