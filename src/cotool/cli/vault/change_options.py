"""The options of the commands that make vault files of age files, older ones, or for git."""

from cotool.cli.shared.options import flag, input_file, option, option_class
from cotool.cli.vault.file_options import Batch, Sealing
from cotool.cli.vault.options import (
    GENERATE,
    NEW_PASSPHRASE_FILE,
    PROFILE,
    RECIPIENTS,
    RECIPIENTS_FILE,
    SYNTAX_NAME,
    command_text,
    from_one,
    pattern,
)


@option_class
class Import(Sealing):
    """The options of `import-age`."""

    identity_file: list[str] | None = input_file(
        "Input",
        "A file with age identities, or an SSH key without a passphrase. Repeatable.",
        "--identity-file -i FILE",
    )
    age_passphrase_file: str | None = input_file(
        "Input",
        "Read the passphrase of the age files or identities from a file.",
        "--age-passphrase-file FILE",
    )


@option_class
class Rewrapping(Batch):
    """The options of `rewrap`."""

    new_passphrase: bool = flag(
        "Changes", "Replace the passphrase with a new one.", "--new-passphrase"
    )
    new_passphrase_file: str | None = NEW_PASSPHRASE_FILE
    add_passphrase: bool = flag(
        "Changes", "Let another passphrase open the file, too.", "--add-passphrase"
    )
    add_passphrase_file: str | None = input_file(
        "Changes", "Read that passphrase from a file.", "--add-passphrase-file FILE"
    )
    add_keyring: str | None = input_file(
        "Changes", "Let this keyring open the file, too.", "--add-keyring FILE"
    )
    add_wrap_command: str | None = option(
        "Changes",
        "Let a program open the file, too, as with --wrap-command.",
        "--add-wrap-command COMMAND",
        convert=command_text,
    )
    remove_wrap_key: list[str] | None = option(
        "Changes",
        "Remove a program's key: its key_id, which inspect shows. Repeatable.",
        "--remove-wrap-key KEY_ID",
    )
    add_recipient: list[str] | None = option(
        "Changes", "Let this person open the file, too. Repeatable.", "--add-recipient KEY"
    )
    remove_recipient: list[str] | None = option(
        "Changes",
        "Remove a person, with all versions: the public key, or the id that inspect shows.",
        "--remove-recipient KEY",
    )
    recipients_file: str | None = input_file(
        "Changes",
        "Let exactly the people in this file open the files: others are removed.",
        "--recipients-file FILE",
    )
    remove: list[int] | None = option(
        "Changes", "Remove slot N (see inspect). Repeatable.", "--remove N", convert=from_one
    )
    generate: bool = GENERATE
    profile: str | None = PROFILE

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


@option_class
class Reencryption(Batch):
    """The options of `reencrypt`, and of `rotate` for files."""

    recipient: list[str] | None = RECIPIENTS
    recipients_file: str | None = RECIPIENTS_FILE
    recipient_passphrase: bool = flag(
        "Keys", "Also ask for the recipient's passphrase.", "--recipient-passphrase"
    )
    recipient_passphrase_file: str | None = input_file(
        "Keys", "Read that passphrase from a file.", "--recipient-passphrase-file FILE"
    )
    drop_others: bool = flag(
        "Changes",
        "Drop the slots of unavailable keys; these keys no longer open the file.",
        "--drop-others",
    )


@option_class
class Cleaning:
    """The options of `values clean`: how a file is sealed that has no older version."""

    only: str | None = pattern("Seal only values under keys like this.", "--only REGEX")
    others: str | None = pattern("Seal all values except those.", "--except REGEX")
    syntax: str | None = SYNTAX_NAME
    recipient: list[str] | None = RECIPIENTS
    recipients_file: str | None = RECIPIENTS_FILE
