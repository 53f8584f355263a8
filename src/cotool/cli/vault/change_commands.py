"""`cotool vault rewrap`, `reencrypt` and `rotate`: new keys for the same content."""

from collections.abc import Iterator, Sequence

from cotool._records import replace
from cotool._typing import TYPE_CHECKING, Annotated
from cotool.cli.shared.commands import App
from cotool.cli.shared.options import argument, flag, input_file, option, option_class
from cotool.cli.shared.say import say_warning
from cotool.cli.vault.batch_run import plan_in_place, run_jobs
from cotool.cli.vault.file_options import BatchFlags
from cotool.cli.vault.keys import rotate_keyring, tell
from cotool.cli.vault.options import (
    GENERATE,
    NEW_PASSPHRASE_FILE,
    PROFILE,
    RECIPIENTS,
    RECIPIENTS_FILE,
    Files,
    Keys,
    command_text,
    from_one,
)
from cotool.cli.vault.people import recipients_of, removed_people
from cotool.cli.vault.secrets import SecretSource
from cotool.cli.vault.streams import spare_stdin
from cotool.errors import InputError
from cotool.text import plural
from cotool.vault.requests import KeyRequest, Opening, words_of
from cotool.vault.slots import IDENTITY_SLOT, KEYRING_SLOT, PROGRAM_SLOT

if TYPE_CHECKING:
    from cotool.vault import Done, Key
    from cotool.vault.batch import Job
    from cotool.vault.options import VaultOptions

app = App()


@option_class
class Rewrapping(BatchFlags):
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
class Reencryption(BatchFlags):
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

    @property
    def options(self) -> "VaultOptions":
        """What the flags mean for each file."""
        from cotool.vault.options import VaultOptions

        return VaultOptions(drop=self.drop_others, num_threads=self.threads)


@app.command("rewrap", epilog="Example:  cotool vault rewrap --new-passphrase notes.vault")
def rewrap(files: Files, *, flags: Rewrapping, keys: Keys) -> int:
    """Change which keys open files, by default to your keyring's or identity's newest version.

    With --wrap-command and no change, its key is wrapped again. Only headers change. A slot is a
    place in the header for one key or passphrase that opens the file. Each slot holds the file key,
    which encrypts the content.

    An old copy of a file still opens with the old key, and anyone who knows the file key keeps it:
    [bold]cotool vault reencrypt[/bold] makes a new one. Anyone who can open a file can rewrap it,
    without the secrets of the others.
    """
    from cotool import vault

    spare_stdin(files)
    renewed, added = _new_passphrases(flags)
    planned = plan_in_place(files, recursive=flags.recursive, spare=keys)
    _check_slots(planned.sources, flags.remove or ())
    remove = [*(flags.remove or ()), *removed_people(flags.remove_recipient)]
    only = None
    if flags.recipients_file is not None:
        only = recipients_of((), flags.recipients_file)
    if not (_says_what(flags) or keys.has_keyring or keys.has_identity or keys.program):
        raise _nothing_to_change()
    people = recipients_of(flags.add_recipient, None)
    if flags.add_keyring is not None:
        from cotool.vault.inspection import read_slots

        read_slots(flags.add_keyring)  # it must be one before anything is asked
    key = Opening.of_files(keys, planned.sources)
    replacement: list[Key] = [] if _says_what(flags) else _newest(keys, key)
    if renewed is not None:
        secret = renewed.read("the file from now on", confirm=True)
        replacement = [keys.new_passphrase(secret, profile=flags.profile)]
    add = [*people, *_additions(keys, flags, added)]
    changed: list[str] = []

    def work(job: "Job", _: "VaultOptions") -> None:
        if vault.rewrap(
            job.source,
            keys=[key],
            add=add,
            replace=replacement,
            remove=remove,
            remove_program_keys=flags.remove_wrap_key or (),
            recipients=only,
        ):
            changed.append(job.source)

    code = run_jobs(planned, work, replace(flags, quiet=True), verb="rewrapped")
    same = len(planned.jobs) - len(changed)
    note = f", {same:,} unchanged" if same and code == 0 else ""
    tell(f"rewrapped: {plural(len(changed), 'file')}{note}", quiet=flags.quiet)
    if not changed and remove and code == 0:
        say_warning("none of the files had a slot to remove; the same keys open them")
    if changed and (remove or flags.remove_wrap_key or only is not None):
        tell(
            "those removed may have kept old copies or file keys: make new file keys with cotool "
            "vault reencrypt, and change the secrets in the files",
            quiet=flags.quiet,
        )
    return code


def _check_slots(files: Sequence[str], numbers: Sequence[int]) -> None:
    """Raise InputError before anything is asked if the only file has no slot of these numbers."""
    if numbers and len(files) == 1:
        from cotool.vault.inspection import read_slots

        count = len(read_slots(files[0]))
        if max(numbers) > count:
            raise InputError(f"there is no slot {max(numbers)}", hint="cotool vault inspect FILE")


def _newest(request: KeyRequest, key: Opening) -> "list[Key]":
    """Return the keys whose newest versions open the files from now on. Raises InputError."""
    if request.has_keyring and not request.chooses_identity:
        key.key_for(KEYRING_SLOT)
    elif request.has_identity:
        key.key_for(IDENTITY_SLOT)
    if request.chooses_program:
        key.key_for(PROGRAM_SLOT)
    found = key.moving()
    if not found:
        raise _nothing_to_change()
    return found


def _additions(
    request: KeyRequest, flags: Rewrapping, passphrase: SecretSource | None
) -> "Iterator[Key]":
    """Yield the keys, other than people's, that open the files in addition."""
    if passphrase is not None:
        secret = passphrase.read("the further recipient", confirm=True)
        yield request.new_passphrase(secret, profile=flags.profile)
    if flags.add_keyring is not None:
        yield KeyRequest(keyring=flags.add_keyring, source=request.source).read_keyring()
    if flags.add_wrap_command is not None:
        from cotool.vault import WrapCommand

        yield WrapCommand(words_of(flags.add_wrap_command, "add_wrap_command"))


def _new_passphrases(flags: Rewrapping) -> tuple[SecretSource | None, SecretSource | None]:
    """Return where a passphrase in place of the old one comes from, and where a further one does.

    Raises InputError if it is not clear which one is to be generated.
    """
    if flags.generate and flags.renews and flags.adds:
        raise InputError("only one passphrase can be generated", parameter="generate")
    renewed = SecretSource(flags.new_passphrase_file, generate=flags.generate)
    added = SecretSource(flags.add_passphrase_file, generate=flags.generate)
    return renewed if flags.replaces else None, added if flags.adds else None


def _says_what(flags: Rewrapping) -> bool:
    return bool(
        flags.replaces
        or flags.adds
        or flags.add_keyring
        or flags.add_wrap_command
        or flags.remove_wrap_key
        or flags.add_recipient
        or flags.remove_recipient
        or flags.recipients_file
        or flags.remove
    )


def _nothing_to_change() -> InputError:
    return InputError(
        "nothing to change",
        hint="--new-passphrase, --add-passphrase, --add-keyring, --add-recipient, "
        "--remove-recipient, --recipients-file, --add-wrap-command, --remove-wrap-key, --remove, "
        "or a keyring, identity or --wrap-command",
    )


@app.command("reencrypt", epilog="Example:  cotool vault reencrypt report.pdf.vault")
def reencrypt(files: Files, *, flags: Reencryption, keys: Keys) -> int:
    """Give files a new file key, for the keyring's primary version or the same passphrase.

    The file key encrypts the content, so all of the content is encrypted again. Files for several
    people need the public keys of the others: --recipients-file or --recipient.
    """
    spare_stdin(files)
    return _Reencrypting(files, flags, keys).run()


class _Reencrypting:
    """Files that get new file keys, and the keys that open them."""

    def __init__(self, files: list[str], flags: Reencryption, keys: KeyRequest) -> None:
        self._flags = flags
        self._planned = plan_in_place(files, recursive=flags.recursive, spare=keys)
        self._people: list[Key] = [*recipients_of(flags.recipient, flags.recipients_file)]
        self._opening = Opening.of_files(keys, self._planned.sources)
        if flags.recipient_passphrase or flags.recipient_passphrase_file is not None:
            secret = SecretSource(flags.recipient_passphrase_file).read("the recipient")
            self._people.append(keys.new_passphrase(secret))

    def check(self) -> None:
        """Raise the error of the first file that cannot be encrypted again."""
        from cotool.vault.rewrapping import check_reencryption

        for failed in self._planned.failures:
            if failed.error is not None:
                raise failed.error
        for path in self._planned.sources:
            check_reencryption(path, keys=self._owners(), drop=self._flags.drop_others)

    def read_keyring_again(self) -> None:
        """Use the version that is the primary one now."""
        self._opening.read_again(KEYRING_SLOT)

    def run(self) -> int:
        """Do it; return the exit code."""
        from cotool.vault.rewrapping import reencrypt_file

        owners = self._owners()

        def work(job: "Job", options: "VaultOptions") -> "Done":
            return reencrypt_file(job.source, owners, options)

        return run_jobs(self._planned, work, self._flags, verb="encrypted anew")

    def _owners(self) -> "list[Key]":
        return [*self._opening.all(), *self._people]


@app.command("rotate", epilog="Example:  cotool vault rotate --reencrypt *.vault")
def rotate(
    files: Annotated[
        list[str] | None,
        argument("[FILES]...", "Files to encrypt again, with --reencrypt."),
    ] = None,
    *,
    anew: bool = flag("Changes", "Then give FILES a new file key.", "--reencrypt"),
    flags: Reencryption,
    keys: Keys,
) -> int:
    """Make a new primary version in the keyring. Files encrypted with older versions still open."""
    if files and not anew:
        raise InputError("rotate takes files only with --reencrypt")
    if anew and not files:
        raise InputError("--reencrypt needs files")
    if not files:
        rotate_keyring(keys, quiet=flags.quiet)
        return 0
    spare_stdin(files)
    work = _Reencrypting(files, flags, keys)
    work.check()
    rotate_keyring(keys, quiet=flags.quiet)
    work.read_keyring_again()
    return work.run()
