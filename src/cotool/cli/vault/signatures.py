"""The work of `vault sign`, `verify-signature`, `hash-password` and `verify-password`."""

from __future__ import annotations

import contextlib
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cotool.cli.vault.secrets import SecretSource
from cotool.cli.vault.streams import spare_results, standard_output
from cotool.errors import InputError, IntegrityError
from cotool.text import plural, visible
from cotool.vault.files import STDIO
from cotool.vault.requests import KeyRequest, naming

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cotool.vault import Keyring, Passphrase

_WRONG = 1

_INVALID = 2

_MANIFEST_FAILED = IntegrityError.exit_code


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
    spare_results([Job("", output)], force=force)
    key = _signing_key(request, by_keyring=request.has_keyring, profile=profile, confirm=True)
    text = vault.sign(names, key=key, num_threads=threads)
    with Target(
        standard_output() if output in {None, STDIO} else str(output), force=force
    ) as target:
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

    if manifest == STDIO:
        request.read_before_content()
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
