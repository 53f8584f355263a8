"""The options of `sign` and `verify-signature`."""

from cotool.cli.shared.options import QUIET, THREADS, flag, input_file, option, option_class
from cotool.cli.vault.options import (
    FORCE,
    PROFILE,
    RECURSIVE,
)


@option_class
class Signing:
    """The options of `sign`."""

    output: str | None = option("Output", "File for the manifest.", "--output -o FILE")
    force: bool = FORCE
    recursive: bool = RECURSIVE
    by_identity: bool = flag(
        "Keys", "Sign with your identity; everyone can check that.", "--by-identity"
    )
    profile: str | None = PROFILE
    threads: int | None = THREADS


@option_class
class SignatureCheck:
    """The options of `verify-signature`."""

    strict: bool = flag(
        "Run", "Also fail if other files are in the folders of the manifest.", "--strict"
    )
    signer: list[str] | None = option(
        "Keys",
        "Whose signature to accept: a key as `identity show` or `identity show --signer` "
        "prints it. Repeatable.",
        "--signer KEY",
    )
    signers_file: str | None = input_file(
        "Keys", "Accept a signature of anyone in a recipients file.", "--signers-file FILE"
    )
    threads: int | None = THREADS
    quiet: bool = QUIET
