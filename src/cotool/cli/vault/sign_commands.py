"""`cotool vault sign`, `verify-signature` and the commands for passwords: their options."""

from functools import partial
from typing import Annotated

from cotool._lazy import stand_ins
from cotool.cli.shared.commands import App
from cotool.cli.shared.options import THREADS, argument, flag
from cotool.cli.vault.options import PROFILE, Job, Keys
from cotool.cli.vault.sign_options import SignatureCheck, Signing

with stand_ins("cotool.cli.vault.passwords", "cotool.cli.vault.signatures"):
    from cotool.cli.vault import passwords, signatures

commands = App()


@commands.command("sign", epilog="Example:  cotool vault sign -r release/ -o release.hmac")
def sign(
    files: Annotated[list[str], argument("FILES...", "Files, folders (-r).")],
    *,
    options: Signing,
    keys: Keys,
) -> Job:
    """Write a manifest of files with their HMAC-SHA256, in the format of sha256sum.

    An HMAC is a checksum that nobody can compute without the key. With --identity or --by-identity,
    the manifest has plain SHA-256 and your signature, which everyone can check with your public key
    (--signer of verify-signature). Symbolic links in folders are followed if they stay in the
    folder; others are left out, with a warning.
    """
    return partial(signatures.sign, files, keys, options)


@commands.command("verify-signature", epilog="Example:  cotool vault verify-signature release.hmac")
def verify_signature(
    manifest: Annotated[str, argument("MANIFEST", "A manifest written by `sign`.")],
    *,
    options: SignatureCheck,
    keys: Keys,
) -> Job:
    """Check the files of a manifest. Run it in the folder where the manifest was made."""
    return partial(signatures.verify_signature, manifest, keys, options)


@commands.command("hash-password", epilog="Example:  cotool vault hash-password < passwords.txt")
def hash_password(*, profile: str | None = PROFILE, threads: int | None = THREADS) -> Job:
    """Hash passwords with Argon2id: one per line from standard input, or one from the terminal.

    Store the hash instead of the password. verify-password checks a password against it, and
    guessing the password costs much time and memory.
    """
    return partial(passwords.hash_password, profile=profile, threads=threads)


@commands.command(
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
) -> Job:
    """Check passwords from standard input; print ok, ok needs-rehash, wrong or invalid per line."""
    return partial(
        passwords.verify_password,
        phc,
        profile=profile,
        allow_any_cost=allow_any_cost,
        threads=threads,
    )
