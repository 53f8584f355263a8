"""The work of `vault hash-password` and `verify-password`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from cotool.cli.vault.secrets import SecretSource
from cotool.cli.vault.streams import standard_input
from cotool.errors import InputError

_WRONG = 1
_INVALID = 2


def hash_password(*, profile: str | None, threads: int | None) -> int:
    """Print a hash for each password."""
    from cotool import vault
    from cotool.vault.keys import profile as cost

    hashes = vault.hash_passwords(_passwords(confirm=True), cost=cost(profile), num_threads=threads)
    for found in hashes:
        print(found, flush=True)
    return 0


def verify_password(
    phc: str | None, *, profile: str | None, allow_any_cost: bool, threads: int | None
) -> int:
    """Print ok, ok needs-rehash, wrong or invalid for each password."""
    from cotool import vault
    from cotool.vault.keys import profile as cost
    from cotool.vault.passwords import parse_pair

    lines = _passwords(confirm=False)
    pairs = (parse_pair(line) if phc is None else (phc, line) for line in lines)
    code, empty = 0, True
    checks = vault.verify_passwords(
        pairs,
        cost=cost(profile),
        allow_any_cost=allow_any_cost,
        num_threads=threads,
    )
    for found in checks:
        empty = False
        if found.reason is not None:
            print(f"invalid: {found.reason}", flush=True)
            code = _INVALID
        else:
            text = "ok needs-rehash" if found.needs_rehash else "ok" if found.ok else "wrong"
            print(text, flush=True)
            code = max(code, 0 if found.ok else _WRONG)
    if empty and phc is not None:
        # "verify-password HASH && let in" must not let anyone in because nothing was typed.
        raise InputError("there is no password to check", hint="give it in standard input")
    return code


def _passwords(*, confirm: bool) -> Iterator[bytes]:
    """Yield the lines of standard input, or one password from the terminal."""
    if sys.stdin is not None and sys.stdin.isatty():
        secret = SecretSource().read("the account", confirm=confirm)
        yield secret.encode() if isinstance(secret, str) else secret
        return
    for line in standard_input():
        yield line.removesuffix(b"\n").removesuffix(b"\r")
