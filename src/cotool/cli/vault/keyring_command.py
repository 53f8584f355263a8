"""`cotool vault keys`: the commands that make and change the keyring."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from cotool._typing import TYPE_CHECKING, Annotated
from cotool.cli.shared.commands import App
from cotool.cli.shared.options import QUIET, argument, flag, input_file, option
from cotool.cli.shared.say import say_warning
from cotool.cli.vault.keys import changed_opener, new_opener, rotate_keyring, tell
from cotool.cli.vault.options import (
    ARMOR,
    IMPORT_PASSPHRASE_FILE,
    PROFILE,
    ChangedSecret,
    Keys,
    NewSecret,
    existing_files,
    from_one,
)
from cotool.cli.vault.secrets import SecretSource
from cotool.errors import InputError, IntegrityError
from cotool.text import plural, visible_name
from cotool.vault.files import named

if TYPE_CHECKING:
    from cotool.vault import Key, Keyring
    from cotool.vault.requests import KeyRequest

app = App()
commands = app.group(
    "keys",
    no_args_is_help=True,
    help="The keyring: the versions of your key, in a file that a passphrase or key file opens.",
    epilog="""Examples:

cotool vault keys init

cotool vault keys list

cotool vault keys rotate
""",
)

Version = Annotated[
    int, argument("VERSION", "The number of a version, as in `keys list`.", convert=from_one)
]


@commands.command("init", epilog="Example:  cotool vault keys init")
def init(*, flags: NewSecret, quiet: bool = QUIET, keys: Keys) -> None:
    """Make a keyring with one version, opened by a passphrase or a new key file (--key-file)."""
    from cotool.vault import Keyring

    path = keys.keyring_path
    if Path(path).exists():
        raise InputError(
            f"{path}: already exists", hint="cotool vault keys rotate makes a new version"
        )
    keyring = Keyring.generate()
    keyring.write_new(path, [new_opener(keys, f"the keyring {path}", flags)])
    keys.seen.remember(keyring)
    tell(f"{path}: key {keyring.key_id.hex()}, version 1", quiet=quiet)
    tell("back it up: without it your files are lost", quiet=quiet)


@commands.command("passphrase", epilog="Example:  cotool vault keys passphrase")
def change_passphrase(
    *,
    flags: ChangedSecret,
    add: bool = flag("Changes", "Let the new one open the keyring in addition.", "--add"),
    drop_others: bool = flag(
        "Changes", "Let nothing but the new one open the keyring.", "--drop-others"
    ),
    quiet: bool = QUIET,
    keys: Keys,
) -> None:
    """Change the passphrase or key file that opens the keyring, or add another with --add.

    The versions stay, so files open as before. A copy of the old keyring still opens with the old
    passphrase or key file.
    """
    from cotool.vault import Keyring

    if add and drop_others:
        raise InputError("--add keeps what opens the keyring, and --drop-others removes it")
    path = keys.keyring_path
    opener = changed_opener(keys, f"the keyring {path}", flags, keys.read_keyring)
    Keyring.change_opener(
        path, [keys.opener], opener, add=add, drop_others=drop_others, seen=keys.seen
    )
    also = "also " if add else ""
    tell(f"{path}: {also}opened by the new secret from now on", quiet=quiet)


@commands.command("list", epilog="Example:  cotool vault keys list --json")
def list_versions(
    *,
    json_form: bool = flag("Output", "Write one JSON object to standard output.", "--json"),
    keys: Keys,
) -> None:
    """List the versions and their states. No key is shown."""
    keyring = keys.read_keyring()
    versions = [
        {"version": version.version, "state": version.state, "created": version.created}
        for version in keyring.versions
    ]
    if json_form:
        document = {
            "schema": "cotool.vault.keys/1",
            "key_id": keyring.key_id.hex(),
            "counter": keyring.counter,
            "min_decrypt_version": keyring.min_decrypt_version,
            "versions": versions,
        }
        print(json.dumps(document, indent=2))
        return
    print(
        f"key {keyring.key_id.hex()}, versions from {keyring.min_decrypt_version} on open files\n"
    )
    print("version  state      created")
    for row in versions:
        print(f"{row['version']:>7}  {row['state']:<9}  {row['created']}")


@commands.command("rotate", epilog="Example:  cotool vault keys rotate")
def rotate(*, quiet: bool = QUIET, keys: Keys) -> None:
    """Make a new primary version. Files encrypted with older versions still open."""
    rotate_keyring(keys, quiet=quiet)


@commands.command("enable", epilog="Example:  cotool vault keys enable 2")
def enable(version: Version, *, quiet: bool = QUIET, keys: Keys) -> None:
    """Let a disabled version open files again."""
    _set_state(keys, version, "enabled", quiet=quiet)


@commands.command("disable", epilog="Example:  cotool vault keys disable 2")
def disable(version: Version, *, quiet: bool = QUIET, keys: Keys) -> None:
    """Stop a version from opening files until it is enabled again."""
    _set_state(keys, version, "disabled", quiet=quiet)


@commands.command("destroy", epilog="Example:  cotool vault keys destroy 1 --yes")
def destroy(
    version: Version,
    *,
    yes: bool = flag("Run", "Do not ask for confirmation.", "--yes -y"),
    quiet: bool = QUIET,
    keys: Keys,
) -> None:
    """Delete the key of a version for good. Files that only it opens are lost."""
    if not yes:
        if sys.stdin is None or not sys.stdin.isatty():
            raise InputError("destroying a key cannot be undone", hint="--yes skips the question")
        keys.read_keyring().set_state(version, "destroyed")  # of this copy, if it can be done
        _confirm(version)
    _set_state(keys, version, "destroyed", quiet=quiet)


def _confirm(version: int) -> None:
    question = f"Destroy version {version}? Files that only it opens are lost. Type its number: "
    print(question, end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip() != str(version):
        raise InputError("nothing was destroyed")


@commands.command(
    "set-min-decrypt-version", epilog="Example:  cotool vault keys set-min-decrypt-version 3"
)
def set_minimum(version: Version, *, quiet: bool = QUIET, keys: Keys) -> None:
    """Stop all versions below this one from opening files."""
    with keys.changed_keyring() as keyring:
        keyring.set_min_decrypt_version(version)
    tell(f"{keys.keyring_path}: versions from {version} on open files", quiet=quiet)


def _set_state(request: KeyRequest, version: int, state: str, *, quiet: bool) -> None:
    with request.changed_keyring() as keyring:
        keyring.set_state(version, state)
    tell(f"{request.keyring_path}: version {version} is {state}", quiet=quiet)


@commands.command("export", epilog="Example:  cotool vault keys export -o keys.vault.asc --armor")
def export(
    *,
    output: str | None = option("Output", "File for the export.", "--output -o FILE"),
    force: bool = flag("Output", "Replace an existing file.", "--force -f"),
    armor: bool = ARMOR,
    export_passphrase_file: str | None = input_file(
        "Keys", "Read the passphrase of the export from a file.", "--export-passphrase-file FILE"
    ),
    flags: NewSecret,
    quiet: bool = QUIET,
    keys: Keys,
) -> None:
    """Write all versions to a file with a separate passphrase, for a backup or a colleague."""
    from cotool.cli.vault.streams import spare_output, write_out
    from cotool.vault.armor import armor as armored
    from cotool.vault.in_memory import seal_bytes

    spare_output(output, keys, force=force, text=armor)
    source = SecretSource(export_passphrase_file, generate=flags.generate)
    keyring = keys.read_keyring()
    secret = source.read("the export", confirm=True)
    data = seal_bytes(keyring.to_bytes(), [keys.new_passphrase(secret, profile=flags.profile)])
    write_out(armored(data) if armor else data, output, force=force)
    tell(f"exported: {plural(len(keyring.versions), 'version')}", quiet=quiet)


@commands.command("import", epilog="Example:  cotool vault keys import keys.vault.asc")
def import_keys(
    file: Annotated[
        str, argument("FILE", "A file written by `keys export`.", convert=existing_files)
    ],
    *,
    import_passphrase_file: str | None = IMPORT_PASSPHRASE_FILE,
    profile: str | None = PROFILE,
    quiet: bool = QUIET,
    keys: Keys,
) -> None:
    """Add the versions of an export to the keyring; make the keyring if there is none.

    A warning says if this machine has seen a newer state of the keyring than the new one has.
    """
    from cotool.vault import Keyring

    secret = SecretSource(import_passphrase_file).read(f"the export {file}")
    with named(file):
        other = Keyring.read(file, [keys.new_passphrase(secret)])
    path = keys.keyring_path
    if Path(path).exists():
        _merge(keys, other, join=False, quiet=quiet)
        return
    other.write_new(path, [new_opener(keys, f"the keyring {path}", NewSecret(profile=profile))])
    tell(f"{path}: {plural(len(other.versions), 'version')}", quiet=quiet)
    try:
        keys.seen.check(other)
    except IntegrityError as error:
        say_warning(f"{visible_name(path)}: {error}; it is used from now on")
    keys.seen.remember(other, accept=True)


@commands.command("merge", epilog="Example:  cotool vault keys merge /mnt/laptop/keyring.vault")
def merge(
    file: Annotated[
        str,
        argument("FILE", "The same keyring, changed on another machine.", convert=existing_files),
    ],
    *,
    import_passphrase_file: str | None = IMPORT_PASSPHRASE_FILE,
    quiet: bool = QUIET,
    keys: Keys,
) -> None:
    """Join a keyring with a copy that was changed on another machine.

    Versions that both made under the same number open files side by side. A version that is
    disabled or destroyed in one of them stays so. FILE is opened like the keyring, or by its own
    passphrase.
    """
    from cotool.vault import Keyring

    opener: Key = keys.opener
    if import_passphrase_file is not None:
        secret = SecretSource(import_passphrase_file).read(f"the keyring {file}")
        opener = keys.new_passphrase(secret)
    with named(file):
        other = Keyring.read(file, [opener])
    _merge(keys, other, join=True, quiet=quiet)


def _merge(request: KeyRequest, other: Keyring, *, join: bool, quiet: bool) -> None:
    path = request.keyring_path
    with request.changed_keyring(merging=True) as keyring:
        before = {(version.version, version.id): version.state for version in keyring.versions}
        added = keyring.merge(other, join=join)
    tell(f"{path}: {added} new versions", quiet=quiet)
    for version in keyring.versions:
        was = before.get((version.version, version.id), version.state)
        if was != version.state and version.state in {"disabled", "destroyed"}:
            tell(f"{path}: version {version.version} is {version.state}", quiet=quiet)


@commands.command("accept", epilog="Example:  cotool vault keys accept")
def accept(*, quiet: bool = QUIET, keys: Keys) -> None:
    """Use the keyring although this machine has seen a newer one, such as after a restore.

    Versions that were disabled or destroyed since then open files again.
    """
    from cotool.vault import Keyring

    path = keys.keyring_path
    with named(path):
        keyring = Keyring.read(path, [keys.opener])
    keys.seen.remember(keyring, accept=True)
    tell(f"{path}: used from now on, change {keyring.counter}", quiet=quiet)
