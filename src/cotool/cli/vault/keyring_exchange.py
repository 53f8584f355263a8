"""`cotool vault keys export`, `import`, `merge` and `accept`: keyrings of several machines."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cotool.cli.shared.commands import App
from cotool.cli.shared.options import QUIET, argument, flag, input_file, option
from cotool.cli.vault.keys import new_opener, tell
from cotool.cli.vault.options import (
    ARMOR,
    IMPORT_PASSPHRASE_FILE,
    PROFILE,
    Keys,
    NewSecret,
    existing_files,
)
from cotool.cli.vault.secrets import SecretSource
from cotool.errors import IntegrityError
from cotool.text import visible_name
from cotool.vault.files import named

if TYPE_CHECKING:
    from cotool.vault import Key, Keyring
    from cotool.vault.requests import KeyRequest

app = App()


@app.command("export", epilog="Example:  cotool vault keys export -o keys.vault.asc --armor")
def export(
    *,
    output: str | None = option("Output", "File for the export.", "--output -o FILE"),
    force: bool = flag("Output", "Replace an existing file.", "--force -f"),
    armor: bool = ARMOR,
    export_passphrase_file: str | None = input_file(
        "Keys", "Read the passphrase of the export from a file.", "--export-passphrase-file FILE"
    ),
    options: NewSecret,
    quiet: bool = QUIET,
    keys: Keys,
) -> None:
    """Write all versions to a file with a separate passphrase, for a backup or a colleague."""
    from cotool.cli.vault.streams import spare_output, write_out
    from cotool.vault.armor import armor as armored
    from cotool.vault.in_memory import seal_bytes

    spare_output(output, force=force, text=armor)
    source = SecretSource(export_passphrase_file, generate=options.generate)
    keyring = keys.read_keyring()
    secret = source.read("the export", confirm=True)
    data = seal_bytes(keyring.to_bytes(), [keys.new_passphrase(secret, profile=options.profile)])
    write_out(armored(data) if armor else data, output, force=force)
    tell(f"exported: {len(keyring.versions)} versions", quiet=quiet)


@app.command("import", epilog="Example:  cotool vault keys import keys.vault.asc")
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
    tell(f"{path}: {len(other.versions)} versions", quiet=quiet)
    try:
        keys.seen.check(other)
    except IntegrityError as error:
        text = f"cotool: warning: {visible_name(path)}: {error}; it is used from now on"
        print(text, file=sys.stderr)
    keys.seen.remember(other, accept=True)


@app.command("merge", epilog="Example:  cotool vault keys merge /mnt/laptop/keyring.vault")
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


@app.command("accept", epilog="Example:  cotool vault keys accept")
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
