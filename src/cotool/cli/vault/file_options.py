"""The options of the commands for vault files, one class per command.

A field is an option of the command line: its annotation says how, and its name is the parameter's.
"""

from typing import Annotated

from cotool._records import dataclass
from cotool.cli.shared.options import Quiet, Threads, flag, one_of, option
from cotool.cli.vault.options import (
    Armor,
    Force,
    Generate,
    NewPassphraseFile,
    Profile,
    Recipients,
    RecipientsFile,
    Recursive,
    SyntaxName,
)

_LINKS = ("skip", "follow", "keep")
_InPlace = Annotated[
    bool, flag("Output", "Replace the file itself; with sealed values only.", "--in-place -i")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The options of each command that takes many files."""

    recursive: Recursive = False
    threads: Threads = None
    quiet: Quiet = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Copying(Batch):
    """The options of each command that makes one file of each file."""

    output: Annotated[
        str | None,
        option(
            "Output", "Output file, a folder (DIR/) for several files, or -.", "--output -o PATH"
        ),
    ] = None
    force: Force = False
    symlinks: Annotated[
        str,
        option(
            "Input",
            "Symbolic links in folders: skip, follow, or keep (make the same link in --output).",
            "--symlinks HOW",
            words=_LINKS,
            convert=one_of(_LINKS),
        ),
    ] = "skip"
    update: Annotated[
        bool, flag("Run", "Only work on files that changed since the last time.", "--update -u")
    ] = False
    dry_run: Annotated[bool, flag("Run", "Only list what would be done.", "--dry-run -n")] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealing(Copying):
    """The options of each command that makes vault files."""

    armor: Armor = False
    recipient: Recipients = None
    recipients_file: RecipientsFile = None
    recipient_passphrase: Annotated[
        bool, flag("Keys", "Let a passphrase open the file, too.", "--recipient-passphrase")
    ] = False
    recipient_passphrase_file: Annotated[
        str | None,
        option("Keys", "Read that passphrase from a file.", "--recipient-passphrase-file FILE"),
    ] = None
    generate: Generate = False
    profile: Profile = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Encryption(Sealing):
    """The options of `encrypt`."""

    values: Annotated[
        bool,
        flag(
            "Output", "Encrypt only the values of YAML, JSON, .env and INI, not keys.", "--values"
        ),
    ] = False
    only: Annotated[
        str | None, option("Output", "Only values under keys with this pattern.", "--only REGEX")
    ] = None
    others: Annotated[
        str | None, option("Output", "All values except those.", "--except REGEX")
    ] = None
    syntax: SyntaxName = None
    in_place: _InPlace = False
    previous: Annotated[
        str | None,
        option("Output", "Keep what did not change since this sealed version.", "--previous FILE"),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Import(Sealing):
    """The options of `import-age`."""

    identity_file: Annotated[
        list[str] | None,
        option(
            "Input",
            "A file with age identities, or an SSH key without a passphrase. Repeatable.",
            "--identity-file -i FILE",
        ),
    ] = None
    age_passphrase_file: Annotated[
        str | None,
        option(
            "Input",
            "Read the passphrase of the age files or identities from a file.",
            "--age-passphrase-file FILE",
        ),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decryption(Copying):
    """The options of `decrypt`."""

    in_place: _InPlace = False
    verify_first: Annotated[
        bool, flag("Output", "Verify the whole file before writing any output.", "--verify-first")
    ] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrapping(Batch):
    """The options of `rewrap`."""

    new_passphrase: Annotated[
        bool, flag("Changes", "Replace the passphrase with a new one.", "--new-passphrase")
    ] = False
    new_passphrase_file: NewPassphraseFile = None
    add_passphrase: Annotated[
        bool, flag("Changes", "Let another passphrase open the file, too.", "--add-passphrase")
    ] = False
    add_passphrase_file: Annotated[
        str | None,
        option("Changes", "Read that passphrase from a file.", "--add-passphrase-file FILE"),
    ] = None
    add_keyring: Annotated[
        str | None,
        option("Changes", "Let this keyring open the file, too.", "--add-keyring FILE"),
    ] = None
    add_wrap_command: Annotated[
        str | None,
        option(
            "Changes",
            "Let a program open the file, too, as with --wrap-command.",
            "--add-wrap-command COMMAND",
        ),
    ] = None
    remove_wrap_key: Annotated[
        list[str] | None,
        option(
            "Changes",
            "Remove a program's key: its key_id, which inspect shows. Repeatable.",
            "--remove-wrap-key KEY_ID",
        ),
    ] = None
    add_recipient: Annotated[
        list[str] | None,
        option("Changes", "Let this person open the file, too. Repeatable.", "--add-recipient KEY"),
    ] = None
    remove_recipient: Annotated[
        list[str] | None,
        option(
            "Changes",
            "Remove a person, with all versions: the public key, or the id that inspect shows.",
            "--remove-recipient KEY",
        ),
    ] = None
    recipients_file: Annotated[
        str | None,
        option(
            "Changes",
            "Let exactly the people in this file open the files: others are removed.",
            "--recipients-file FILE",
        ),
    ] = None
    remove: Annotated[
        list[int] | None,
        option("Changes", "Remove slot N (see inspect). Repeatable.", "--remove N"),
    ] = None
    generate: Generate = False
    profile: Profile = None

    @property
    def adds(self) -> bool:
        """Whether another passphrase opens the files, too."""
        return self.add_passphrase or self.add_passphrase_file is not None

    @property
    def renews(self) -> bool:
        """Whether a new passphrase was asked for, or read from a file, in place of the old one."""
        return self.new_passphrase or self.new_passphrase_file is not None

    @property
    def replaces(self) -> bool:
        """Whether a new passphrase replaces the old one: a generated one does, unless added."""
        return self.renews or (self.generate and not self.adds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reencryption(Batch):
    """The options of `reencrypt`, and of `rotate` for files."""

    recipient: Recipients = None
    recipients_file: RecipientsFile = None
    recipient_passphrase: Annotated[
        bool, flag("Keys", "Also ask for the recipient's passphrase.", "--recipient-passphrase")
    ] = False
    recipient_passphrase_file: Annotated[
        str | None,
        option("Keys", "Read that passphrase from a file.", "--recipient-passphrase-file FILE"),
    ] = None
    drop_others: Annotated[
        bool,
        flag(
            "Changes",
            "Drop the slots of unavailable keys; these keys no longer open the file.",
            "--drop-others",
        ),
    ] = False
