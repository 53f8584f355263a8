"""The work of the commands of `cotool vault`; each function returns the exit code."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from cotool.cli.vault.batch_run import (
    ARMOR_SUFFIX,
    STDIO,
    SUFFIX,
    end_jobs,
    ended_by_sigterm,
    find_files,
    jobs_for,
    run_jobs,
)
from cotool.cli.vault.keys import KeyRequest, Opening, generated_passphrase, naming, tell
from cotool.cli.vault.secrets import SecretSource
from cotool.engine.choice import LOCAL, EngineChoice
from cotool.errors import InputError, IntegrityError
from cotool.text import plural, size, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cotool.cli.shared.progress import Bar
    from cotool.vault import Done, FileInfo, Key, Keyring, Passphrase, SlotInfo
    from cotool.vault.batch import Job

_RANGE = re.compile(r"(-?\d{0,18}):(-?\d{0,18})")
_WRONG = 1
_INVALID = 2
_MANIFEST_FAILED = IntegrityError.exit_code


@dataclass(frozen=True, slots=True)
class Encryption:
    """The options of `encrypt`."""

    output: str | None
    force: bool
    armor: bool
    recursive: bool
    recipient: bool
    recipient_file: str | None
    generate: bool
    profile: str | None
    threads: int | None
    quiet: bool
    where: EngineChoice = LOCAL


def encrypt(files: Sequence[str], request: KeyRequest, options: Encryption) -> int:
    """Encrypt each file to its own vault file."""
    from cotool import vault

    suffix = ARMOR_SUFFIX if options.armor else SUFFIX
    found = find_files(files, recursive=options.recursive, vaults=False)
    jobs = jobs_for(found, options.output, lambda name: name + suffix)
    _spare_terminal(jobs, armor=options.armor)
    _spare_results(jobs, force=options.force)
    if options.where.is_cluster:
        return _spread(jobs, "encrypt", request, options)
    keys = request.sealing_keys(profile=options.profile, generate=options.generate)
    if options.recipient or options.recipient_file is not None:
        secret = SecretSource(options.recipient_file).read("the recipient", confirm=True)
        keys.append(request.new_passphrase(secret, profile=options.profile))

    def work(job: Job, threads: int, bar: Bar) -> Done:
        return vault.encrypt(
            _input(job.source),
            _destination(job),
            keys=keys,
            armored=options.armor,
            force=options.force,
            num_threads=threads,
            progress=bar.add,
        )

    return run_jobs(jobs, work, verb="encrypted", threads=options.threads, quiet=options.quiet)


@dataclass(frozen=True, slots=True)
class Decryption:
    """The options of `decrypt`."""

    output: str | None
    force: bool
    recursive: bool
    verify_first: bool
    threads: int | None
    quiet: bool
    where: EngineChoice = LOCAL


def decrypt(files: Sequence[str], request: KeyRequest, options: Decryption) -> int:
    """Decrypt each vault file to a file without the suffix."""
    from cotool import vault

    found = find_files(files, recursive=options.recursive, vaults=True)
    if options.verify_first and STDIO in found:
        raise InputError("--verify-first needs a file", hint="standard input is read only once")
    jobs = jobs_for(found, options.output, _plain_name)
    _spare_results(jobs, force=options.force)
    if options.where.is_cluster:
        return _spread(jobs, "decrypt", request, options)
    key = Opening(request)
    key.ask_now(_paths(found))

    def work(job: Job, threads: int, bar: Bar) -> Done:
        if options.verify_first:
            vault.verify(job.source, keys=[key], num_threads=threads)
        return vault.decrypt(
            _input(job.source),
            _destination(job),
            keys=[key],
            force=options.force,
            num_threads=threads,
            progress=bar.add,
        )

    return run_jobs(jobs, work, verb="decrypted", threads=options.threads, quiet=options.quiet)


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

    found = find_files(files, recursive=options.recursive, vaults=True)
    if options.where.is_cluster:
        return _spread(_in_place(found), "verify", request, options)
    key = Opening(request)
    key.ask_now(_paths(found))

    def work(job: Job, threads: int, bar: Bar) -> Done:
        source = _input(job.source)
        return vault.verify(source, keys=[key], num_threads=threads, progress=bar.add)

    return run_jobs(
        _in_place(found), work, verb="verified", threads=options.threads, quiet=options.quiet
    )


_VERBS = {"encrypt": "encrypted", "decrypt": "decrypted", "verify": "verified"}


def _spread(
    jobs: Sequence[Job],
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
    outcomes = run_on_cluster(jobs, task, options.where, threads=threads, quiet=options.quiet)
    return end_jobs(outcomes, verb=_VERBS[action], quiet=options.quiet)


def inspect(files: Sequence[str], *, recursive: bool, json_lines: bool) -> int:
    """Print the contents of headers."""
    from cotool import vault

    found = find_files(files, recursive=recursive, vaults=True)

    def work(job: Job, _threads: int, _bar: Bar) -> None:
        infos[job.source] = vault.inspect(_input(job.source))

    infos: dict[str, FileInfo] = {}
    code = run_jobs(_in_place(found), work, verb="", threads=None, quiet=True)
    for name in found:
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
        visible(name),
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


@dataclass(frozen=True, slots=True)
class Rewrapping:
    """The options of `rewrap`."""

    new: bool
    new_file: str | None
    generate: bool
    add: bool
    add_file: str | None
    add_keyring: str | None
    remove: tuple[int, ...]
    profile: str | None
    recursive: bool
    threads: int | None
    quiet: bool


def rewrap(files: Sequence[str], request: KeyRequest, options: Rewrapping) -> int:
    """Change the slots of vault files."""
    from cotool import vault

    found = find_files(files, recursive=options.recursive, vaults=True)
    _spare_stdin(found)
    if not (_says_what(options) or request.has_keyring):
        raise _nothing_to_change()
    key = Opening(request)
    key.ask_now(found)
    replace = _replacement(request, options, key)
    add = _additions(request, options)
    changed: list[str] = []

    def work(job: Job, _threads: int, _bar: Bar) -> None:
        if vault.rewrap(job.source, keys=[key], add=add, replace=replace, remove=options.remove):
            changed.append(job.source)

    code = run_jobs(_in_place(found), work, verb="rewrapped", threads=options.threads, quiet=True)
    same = len(found) - len(changed)
    note = f", {same:,} unchanged" if same and code == 0 else ""
    tell(f"rewrapped: {plural(len(changed), 'file')}{note}", quiet=options.quiet)
    return code


def _replacement(request: KeyRequest, options: Rewrapping, key: Opening) -> list[Key]:
    if options.new:
        secret = (
            generated_passphrase()
            if options.generate
            else SecretSource(options.new_file).read("the file from now on", confirm=True)
        )
        return [request.new_passphrase(secret, profile=options.profile)]
    if _says_what(options):
        return []
    keyring = key.keyring()
    if keyring is None:
        raise _nothing_to_change()
    return [keyring]


def _says_what(options: Rewrapping) -> bool:
    return bool(options.new or options.add or options.add_keyring or options.remove)


def _nothing_to_change() -> InputError:
    return InputError(
        "nothing to change",
        hint="--new-passphrase, --add-passphrase, --add-keyring, --remove, or a keyring",
    )


def _additions(request: KeyRequest, options: Rewrapping) -> list[Key]:
    added: list[Key] = []
    if options.add:
        secret = SecretSource(options.add_file).read("the further recipient", confirm=True)
        added.append(request.new_passphrase(secret, profile=options.profile))
    if options.add_keyring is not None:
        added.append(KeyRequest(keyring=options.add_keyring, source=request.source).read_keyring())
    return added


@dataclass(frozen=True, slots=True)
class Reencryption:
    """The options of `reencrypt`."""

    drop: bool
    recipient: bool
    recipient_file: str | None
    recursive: bool
    threads: int | None
    quiet: bool


def reencrypt(files: Sequence[str], request: KeyRequest, options: Reencryption) -> int:
    """Give files a new file key."""
    from cotool import vault

    found = find_files(files, recursive=options.recursive, vaults=True)
    _spare_stdin(found)
    key = Opening(request)
    key.ask_now(found)
    keys = key.all()
    if options.recipient or options.recipient_file is not None:
        secret = SecretSource(options.recipient_file).read("the recipient")
        keys.append(request.new_passphrase(secret))

    def work(job: Job, threads: int, bar: Bar) -> Done:
        return vault.reencrypt(
            job.source, keys=keys, drop=options.drop, num_threads=threads, progress=bar.add
        )

    return run_jobs(
        _in_place(found),
        work,
        verb="encrypted anew",
        threads=options.threads,
        quiet=options.quiet,
    )


def rotate(files: Sequence[str], request: KeyRequest, options: Reencryption, *, anew: bool) -> int:
    """Make a new primary version; encrypt files again if asked to."""
    if files and not anew:
        raise InputError("rotate takes files only with --reencrypt")
    if anew and not files:
        raise InputError("--reencrypt needs files")
    if anew:
        _spare_stdin(find_files(files, recursive=options.recursive, vaults=True))
    rotate_keyring(request, quiet=options.quiet)
    return reencrypt(files, request, options) if anew else 0


def rotate_keyring(request: KeyRequest, *, quiet: bool) -> None:
    """Make a new primary version in the keyring."""
    from cotool.vault import Keyring

    path = request.keyring_path
    with Keyring.changed(path, [request.opener]) as keyring:
        number = keyring.rotate()
    tell(
        f"{path}: version {number} is now the primary version; back up the keyring again",
        quiet=quiet,
    )


def edit(file: str, request: KeyRequest, *, quiet: bool) -> int:
    """Edit a vault file."""
    import shlex

    from cotool.vault.editing import edit as edit_file

    _spare_stdin([file])
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not command:
        raise InputError("no editor is set", hint="EDITOR=nano cotool vault edit FILE")
    with ended_by_sigterm():
        changed = edit_file(file, keys=[Opening(request)], editor=shlex.split(command))
    tell(f"{'encrypted again' if changed else 'not changed'}: {visible(file)}", quiet=quiet)
    return 0


def cat(files: Sequence[str], request: KeyRequest, *, byte_range: str | None) -> int:
    """Write the content of files to standard output."""
    from cotool import vault

    wanted = None if byte_range is None else _parse_range(byte_range)
    find_files(files, recursive=False, vaults=True)
    key = Opening(request)
    sink = _stdout()
    for file in files:
        source = _input(file)
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


def sign(
    files: Sequence[str],
    request: KeyRequest,
    *,
    output: str | None,
    force: bool,
    recursive: bool,
    profile: str | None,
    threads: int | None,
) -> int:
    """Write a manifest."""
    from cotool import vault
    from cotool.io.target import Target
    from cotool.vault.batch import Job

    names = _signed_files(files, output, recursive=recursive)
    _spare_results([Job("", output)], force=force)
    key = _signing_key(request, by_keyring=request.has_keyring, profile=profile, confirm=True)
    text = vault.sign(names, key=key, num_threads=threads)
    with Target(_stdout() if output in {None, STDIO} else str(output), force=force) as target:
        target.begin(text.encode())
    return 0


def _signed_files(files: Sequence[str], output: str | None, *, recursive: bool) -> list[str]:
    found = []
    for file in files:
        if recursive and Path(file).is_dir():
            inside = (str(path) for path in sorted(Path(file).rglob("*")) if path.is_file())
            found += [path for path in inside if path != output]
        else:
            found.append(file)
    for file in found:
        if file == STDIO or Path(file).is_dir():
            raise InputError(f"{file}: is not a file", hint="-r includes the files in folders")
    return found


def verify_signature(
    manifest: str, request: KeyRequest, *, threads: int | None, quiet: bool
) -> int:
    """Check a manifest; print one line per file."""
    from cotool import vault
    from cotool.vault.signing import read_manifest, signed_with_keyring

    text = sys.stdin.read() if manifest == STDIO else read_manifest(manifest)
    key = _signing_key(request, by_keyring=signed_with_keyring(text), profile=None, confirm=False)
    failed = total = 0
    with naming(manifest):
        checks = vault.verify_signatures(text, key=key, num_threads=threads)
    words = {"ok": "OK", "changed": "FAILED", "unreadable": "FAILED open or read"}
    for found in checks:
        total += 1
        failed += found.state != "ok"
        if found.state != "ok" or not quiet:
            reason = f" ({found.reason})" if found.reason else ""
            print(f"{visible(found.path)}: {words[found.state]}{reason}")
    if failed:
        print(f"cotool: error: {failed} of {plural(total, 'file')} failed", file=sys.stderr)
    return _MANIFEST_FAILED if failed else 0


def _signing_key(
    request: KeyRequest, *, by_keyring: bool, profile: str | None, confirm: bool
) -> Keyring | Passphrase:
    if by_keyring:
        return request.read_keyring()
    secret = request.secret.read("the signature", confirm=confirm)
    return request.new_passphrase(secret, profile=profile)


def hash_password(*, profile: str | None, threads: int | None) -> int:
    """Print a hash for each password."""
    from cotool import vault
    from cotool.vault.keys import DEFAULT_PROFILE
    from cotool.vault.keys import profile as cost

    hashes = vault.hash_passwords(
        _passwords(confirm=True),
        cost=cost(profile or DEFAULT_PROFILE),
        num_threads=threads,
    )
    for found in hashes:
        print(found, flush=True)
    return 0


def verify_password(
    phc: str | None, *, profile: str | None, allow_any_cost: bool, threads: int | None
) -> int:
    """Print ok, ok needs-rehash, wrong or invalid for each password."""
    from cotool import vault
    from cotool.vault.keys import DEFAULT_PROFILE
    from cotool.vault.keys import profile as cost
    from cotool.vault.passwords import parse_pair

    def pairs() -> Iterator[tuple[str, str]]:
        for number, line in enumerate(_passwords(confirm=False), 1):
            try:
                yield (phc, line) if phc is not None else parse_pair(line)
            except InputError as error:
                error.args = (f"standard input, line {number}: {error}",)
                raise

    code = 0
    checks = vault.verify_passwords(
        pairs(),
        cost=cost(profile or DEFAULT_PROFILE),
        allow_any_cost=allow_any_cost,
        num_threads=threads,
    )
    for found in checks:
        if found.reason is not None:
            print(f"invalid: {found.reason}", flush=True)
            code = _INVALID
        else:
            text = "ok needs-rehash" if found.needs_rehash else "ok" if found.ok else "wrong"
            print(text, flush=True)
            code = max(code, 0 if found.ok else _WRONG)
    return code


def _passwords(*, confirm: bool) -> Iterator[str]:
    """Yield the lines of standard input, or one password from the terminal."""
    if sys.stdin is None:
        raise InputError("standard input is closed")
    if sys.stdin.isatty():
        yield str(SecretSource().read("the account", confirm=confirm))
        return
    lines = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="strict", newline="\n")
    try:
        for line in lines:
            yield line.removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise InputError("standard input: not UTF-8") from None
    finally:
        with contextlib.suppress(ValueError):
            lines.detach()


def _input(name: str) -> str | BinaryIO:
    if name != STDIO:
        return name
    if sys.stdin is None:
        raise InputError("standard input is closed")
    return sys.stdin.buffer


def _destination(job: Job) -> str | BinaryIO:
    assert job.destination is not None  # noqa: S101 - jobs_for names one
    return _stdout() if job.destination == STDIO else job.destination


def _stdout() -> BinaryIO:
    if sys.stdout is None:
        raise InputError("standard output is closed", hint="give a file with --output")
    sys.stdout.flush()
    return sys.stdout.buffer


def _paths(files: Sequence[str]) -> list[str]:
    return [file for file in files if file != STDIO]


def _in_place(files: Sequence[str]) -> list[Job]:
    from cotool.vault.batch import Job

    return [Job(file) for file in files]


def _spare_stdin(files: Sequence[str]) -> None:
    if STDIO in files:
        raise InputError("this command changes files, not standard input")


def _spare_terminal(jobs: Sequence[Job], *, armor: bool) -> None:
    """Raise InputError if binary data would go to a terminal."""
    to_stdout = any(job.destination == STDIO for job in jobs)
    if to_stdout and not armor and sys.stdout is not None and sys.stdout.isatty():
        raise InputError(
            "binary data is not written to a terminal", hint="--armor, --output FILE, or a pipe"
        )


def _spare_results(jobs: Sequence[Job], *, force: bool) -> None:
    """Fail before asking for a passphrase if a result cannot be written."""
    if len(jobs) == 1 and not force:
        name = jobs[0].destination
        if name not in {None, STDIO} and Path(str(name)).is_file():
            raise InputError(
                f"{name}: already exists",
                hint="replace it with --force, or give another name with --output",
            )


def spare_output(output: str | None, *, force: bool, text: bool) -> None:
    """Raise InputError where what write_out() will write cannot be written."""
    from cotool.vault.batch import Job

    job = Job("", output or STDIO)
    _spare_terminal([job], armor=text)
    _spare_results([job], force=force)


def write_out(data: bytes, output: str | None, *, force: bool, text: bool) -> None:
    """Write small data to standard output, or to a file, complete or not at all."""
    from cotool.io.target import Target
    from cotool.vault.batch import Job

    name = output or STDIO
    _spare_terminal([Job("", name)], armor=text)
    with Target(_stdout() if name == STDIO else name, force=force) as target:
        target.begin(data)
