"""`cotool vault hash-password` and `verify-password`."""

import sys
from collections.abc import Iterator
from functools import partial

from cotool._typing import Annotated
from cotool.cli.shared.commands import App
from cotool.cli.shared.options import THREADS, argument, flag
from cotool.cli.vault.options import PROFILE
from cotool.cli.vault.secrets import SecretSource
from cotool.cli.vault.streams import standard_input
from cotool.errors import InputError
from cotool.vault.passphrases import PASSPHRASE_LIMIT

app = App()
_WRONG = 1
_INVALID = 2


@app.command("hash-password", epilog="Example:  cotool vault hash-password < passwords.txt")
def hash_password(*, profile: str | None = PROFILE, threads: int | None = THREADS) -> None:
    """Hash passwords with Argon2id: one per line from standard input, or one from the terminal.

    Store the hash instead of the password. verify-password checks a password against it, and
    guessing the password costs much time and memory.
    """
    from cotool import vault
    from cotool.vault.keys import profile as cost

    hashes = vault.hash_passwords(_passwords(confirm=True), cost=cost(profile), num_threads=threads)
    for found in hashes:
        print(found, flush=True)


@app.command(
    "verify-password", epilog="Example:  cotool vault verify-password '$argon2id$v=19$…' < password"
)
def verify_password(
    phc: Annotated[
        str | None,
        argument(
            "[HASH]", "The hash. Without it, lines with a hash, a tab or space, and the password."
        ),
    ] = None,
    *,
    profile: str | None = PROFILE,
    allow_any_cost: bool = flag(
        "Keys", "Accept hashes that need a lot of memory.", "--allow-any-cost"
    ),
    threads: int | None = THREADS,
) -> int:
    """Check passwords from standard input; print ok, ok needs-rehash, wrong or invalid per line."""
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
    lines = iter(partial(standard_input().readline, PASSPHRASE_LIMIT + 2), b"")
    for number, line in enumerate(lines, 1):
        if len(line.rstrip(b"\r\n")) > PASSPHRASE_LIMIT:
            raise InputError(f"standard input, line {number}: is too long for a password")
        yield line.removesuffix(b"\n").removesuffix(b"\r")
