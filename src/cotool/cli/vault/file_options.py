"""The options of the commands for content, one class per command.

The default of a field is its option, and its name is the parameter's.
"""

from cotool._typing import TYPE_CHECKING
from cotool.cli.shared.options import QUIET, THREADS, flag, input_file, one_of, option, option_class
from cotool.cli.vault.options import (
    ARMOR,
    FORCE,
    GENERATE,
    PROFILE,
    RECIPIENTS,
    RECIPIENTS_FILE,
    RECURSIVE,
    SYNTAX_NAME,
    pattern,
)

if TYPE_CHECKING:
    from cotool.vault.options import VaultOptions

_LINKS = ("skip", "follow", "keep")


_IN_PLACE = flag("Output", "Replace the file itself; with sealed values only.", "--in-place -i")


@option_class
class BatchFlags:
    """The options of each command that takes many files."""

    recursive: bool = RECURSIVE
    threads: int | None = THREADS
    quiet: bool = QUIET

    @property
    def options(self) -> "VaultOptions":
        """What the flags mean for each file."""
        from cotool.vault.options import VaultOptions

        return VaultOptions(num_threads=self.threads)


@option_class
class Copying(BatchFlags):
    """The options of each command that makes one file of each file."""

    output: str | None = option(
        "Output", "Output file, a folder (DIR/) for several files, or -.", "--output -o PATH"
    )
    force: bool = FORCE
    symlinks: str = option(
        "Input",
        "Symbolic links in folders: skip, follow, or keep (make the same link in --output).",
        "--symlinks HOW",
        words=_LINKS,
        convert=one_of(_LINKS),
        default="skip",
    )
    update: bool = flag(
        "Run", "Only work on files that changed since the last time.", "--update -u"
    )
    dry_run: bool = flag("Run", "Only list what would be done.", "--dry-run -n")


@option_class
class Sealing(Copying):
    """The options of each command that makes vault files."""

    armor: bool = ARMOR
    recipient: list[str] | None = RECIPIENTS
    recipients_file: str | None = RECIPIENTS_FILE
    recipient_passphrase: bool = flag(
        "Keys", "Let a passphrase open the file, too.", "--recipient-passphrase"
    )
    recipient_passphrase_file: str | None = input_file(
        "Keys", "Read that passphrase from a file.", "--recipient-passphrase-file FILE"
    )
    generate: bool = GENERATE
    profile: str | None = PROFILE

    @property
    def options(self) -> "VaultOptions":
        """What the flags mean for each file."""
        from cotool.vault.options import VaultOptions

        return VaultOptions(armored=self.armor, force=self.force, num_threads=self.threads)


@option_class
class Encryption(Sealing):
    """The options of `encrypt`."""

    values: bool = flag(
        "Output", "Encrypt only the values of YAML, JSON, .env and INI, not keys.", "--values"
    )
    only: str | None = pattern("Only values under keys with this pattern.", "--only REGEX")
    others: str | None = pattern("All values except those.", "--except REGEX")
    syntax: str | None = SYNTAX_NAME
    in_place: bool = _IN_PLACE
    previous: str | None = input_file(
        "Output", "Keep what did not change since this sealed version.", "--previous FILE"
    )


@option_class
class Decryption(Copying):
    """The options of `decrypt`."""

    in_place: bool = _IN_PLACE
    verify_first: bool = flag(
        "Output", "Verify the whole file before writing any output.", "--verify-first"
    )

    @property
    def options(self) -> "VaultOptions":
        """What the flags mean for each file."""
        from cotool.vault.options import VaultOptions

        return VaultOptions(
            force=self.force, verify_first=self.verify_first, num_threads=self.threads
        )
