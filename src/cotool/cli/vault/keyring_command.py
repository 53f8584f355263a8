"""`cotool vault keys`: the commands for the keyring."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cotool.cli.shared.options import Quiet, flag, option
from cotool.cli.shared.settings import App
from cotool.cli.vault.keys import generated_passphrase, tell
from cotool.cli.vault.options import Profile, with_keys
from cotool.cli.vault.secrets import SecretSource, store_in_system, system_keyring
from cotool.errors import InputError
from cotool.vault.requests import KeyRequest, naming

if TYPE_CHECKING:
    from cotool.vault import Key, KeyFile, Keyring

Job = Callable[[], int]

keys_app = App(
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="The keyring: the versions of your key, in a file that a passphrase or key file opens.",
    epilog="""Examples:

cotool vault keys init

cotool vault keys list

cotool vault keys rotate
""",
)

Version = Annotated[
    int, typer.Argument(metavar="VERSION", help="The number of a version, as in `keys list`.")
]
Generate = Annotated[
    bool, flag("Keys", "Generate a passphrase of 150 bits and show it.", "--generate-passphrase")
]


@keys_app.command("init", epilog="Example:  cotool vault keys init")
@with_keys
def init(
    *, generate: Generate = False, profile: Profile = None, quiet: Quiet = False, keys: KeyRequest
) -> Job:
    """Make a keyring with one version, opened by a passphrase or a new key file (--key-file)."""
    return partial(_init, keys, generate=generate, profile=profile, quiet=quiet)


def _init(request: KeyRequest, *, generate: bool, profile: str | None, quiet: bool) -> int:
    from cotool.vault import Keyring

    path = request.keyring_path
    if Path(path).exists():
        raise InputError(
            f"{path}: already exists", hint="cotool vault keys rotate makes a new version"
        )
    keyring = Keyring.generate()
    keyring.write_new(path, [_new_opener(request, generate=generate, profile=profile)])
    request.seen.remember(keyring)
    tell(f"{path}: key {keyring.key_id.hex()}, version 1", quiet=quiet)
    tell("back it up: without it your files are lost", quiet=quiet)
    return 0


@keys_app.command("passphrase", epilog="Example:  cotool vault keys passphrase")
@with_keys
def change_passphrase(
    *,
    new_passphrase_file: Annotated[
        str | None,
        option(
            "Changes",
            "Read the new passphrase from a file.",
            "--new-passphrase-file",
            metavar="FILE",
        ),
    ] = None,
    new_key_file: Annotated[
        str | None,
        option(
            "Changes",
            "Let a key file open the keyring; a new one is made if there is none.",
            "--new-key-file",
            metavar="FILE",
        ),
    ] = None,
    generate: Generate = False,
    profile: Profile = None,
    quiet: Quiet = False,
    keys: KeyRequest,
) -> Job:
    """Change the passphrase or key file that opens the keyring.

    The versions stay, so files open as before. A copy of the old keyring still opens with the old
    passphrase or key file.
    """

    def job() -> int:
        if sum([new_passphrase_file is not None, new_key_file is not None, generate]) > 1:
            raise InputError(
                "several ways to open the keyring",
                hint="use one of --new-passphrase-file, --new-key-file, --generate-passphrase",
            )
        _change_opener(keys, SecretSource(new_passphrase_file), new_key_file, generate, profile)
        tell(f"{keys.keyring_path}: opened by the new secret from now on", quiet=quiet)
        return 0

    return job


def _change_opener(
    request: KeyRequest,
    source: SecretSource,
    key_file: str | None,
    generate: bool,  # noqa: FBT001 - as given on the command line
    profile: str | None,
) -> None:
    from cotool.vault import Keyring

    path = request.keyring_path
    request.read_keyring()  # the old secret is checked before a new one is made
    opener: Key
    if key_file is not None:
        opener = _key_file(key_file)
    else:
        secret = (
            generated_passphrase()
            if generate
            else source.read(f"the keyring {path} from now on", confirm=True)
        )
        opener = request.new_passphrase(secret, profile=profile)
    Keyring.change_opener(path, [request.opener], opener, seen=request.seen)


def _key_file(path: str) -> KeyFile:
    """Return a key file; make it if it does not exist."""
    from cotool.vault import KeyFile

    return KeyFile.read(path) if Path(path).exists() else KeyFile.generate(path)


def _new_opener(request: KeyRequest, *, generate: bool, profile: str | None) -> Key:
    """Return what opens a new keyring; make the key file if it does not exist."""
    path = request.keyring_path
    if request.key_file is not None:
        return _key_file(request.key_file)
    source = request.source
    system = isinstance(source, SecretSource) and source.system
    if system:
        system_keyring()  # fails before anything is shown or asked
    if generate:
        secret: str | bytes = generated_passphrase()
        if system:
            store_in_system(f"the keyring {path}", str(secret))
    elif system:
        secret = SecretSource().read(f"the keyring {path}", confirm=True)
        store_in_system(f"the keyring {path}", str(secret))
    else:
        secret = request.secret.read(f"the keyring {path}", confirm=True)
    return request.new_passphrase(secret, profile=profile)


@keys_app.command("list", epilog="Example:  cotool vault keys list --json")
@with_keys
def list_versions(
    *,
    json_form: Annotated[
        bool, flag("Output", "Write one JSON object to standard output.", "--json")
    ] = False,
    keys: KeyRequest,
) -> Job:
    """List the versions and their states. No key is shown."""
    return partial(_list, keys, json_form=json_form)


def _list(request: KeyRequest, *, json_form: bool) -> int:
    keyring = request.read_keyring()
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
        return 0
    print(
        f"key {keyring.key_id.hex()}, versions from {keyring.min_decrypt_version} on open files\n"
    )
    print("version  state      created")
    for row in versions:
        print(f"{row['version']:>7}  {row['state']:<9}  {row['created']}")
    return 0


@keys_app.command("rotate", epilog="Example:  cotool vault keys rotate")
@with_keys
def rotate(*, quiet: Quiet = False, keys: KeyRequest) -> Job:
    """Make a new primary version. Files encrypted with older versions still open."""

    def job() -> int:
        from cotool.cli.vault.changes import rotate_keyring

        rotate_keyring(keys, quiet=quiet)
        return 0

    return job


@keys_app.command("enable", epilog="Example:  cotool vault keys enable 2")
@with_keys
def enable(version: Version, *, quiet: Quiet = False, keys: KeyRequest) -> Job:
    """Let a disabled version open files again."""
    return partial(_change, keys, partial(_set_state, version, "enabled"), quiet=quiet)


@keys_app.command("disable", epilog="Example:  cotool vault keys disable 2")
@with_keys
def disable(version: Version, *, quiet: Quiet = False, keys: KeyRequest) -> Job:
    """Stop a version from opening files until it is enabled again."""
    return partial(_change, keys, partial(_set_state, version, "disabled"), quiet=quiet)


@keys_app.command("destroy", epilog="Example:  cotool vault keys destroy 1 --yes")
@with_keys
def destroy(
    version: Version,
    *,
    yes: Annotated[bool, flag("Run", "Do not ask for confirmation.", "--yes", "-y")] = False,
    quiet: Quiet = False,
    keys: KeyRequest,
) -> Job:
    """Delete the key of a version for good. Files that only it opens are lost."""

    def job() -> int:
        if not yes:
            _confirm(version)
        return _change(keys, partial(_set_state, version, "destroyed"), quiet=quiet)

    return job


def _confirm(version: int) -> None:
    if sys.stdin is None or not sys.stdin.isatty():
        raise InputError("destroying a key cannot be undone", hint="--yes skips the question")
    question = f"Destroy version {version}? Files that only it opens are lost. Type its number: "
    print(question, end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip() != str(version):
        raise InputError("nothing was destroyed")


@keys_app.command(
    "set-min-decrypt-version", epilog="Example:  cotool vault keys set-min-decrypt-version 3"
)
@with_keys
def set_minimum(version: Version, *, quiet: Quiet = False, keys: KeyRequest) -> Job:
    """Stop all versions below this one from opening files."""
    return partial(_change, keys, partial(_set_minimum, version), quiet=quiet)


def _set_state(version: int, state: str, keyring: Keyring) -> str:
    keyring.set_state(version, state)
    return f"version {version} is {state}"


def _set_minimum(version: int, keyring: Keyring) -> str:
    keyring.set_min_decrypt_version(version)
    return f"versions from {version} on open files"


def _change(request: KeyRequest, change: Callable[[Keyring], str], *, quiet: bool) -> int:
    from cotool.vault import Keyring

    path = request.keyring_path
    with naming(path), Keyring.changed(path, [request.opener], seen=request.seen) as keyring:
        text = change(keyring)
    tell(f"{path}: {text}", quiet=quiet)
    return 0


@keys_app.command("export", epilog="Example:  cotool vault keys export -o keys.vault.asc --armor")
@with_keys
def export(
    *,
    output: Annotated[
        str | None, option("Output", "File for the export.", "--output", "-o", metavar="FILE")
    ] = None,
    force: Annotated[bool, flag("Output", "Replace an existing file.", "--force", "-f")] = False,
    armor: Annotated[
        bool, flag("Output", "Write text instead of bytes, for mail or paper.", "--armor", "-a")
    ] = False,
    export_passphrase_file: Annotated[
        str | None,
        option(
            "Keys",
            "Read the passphrase of the export from a file.",
            "--export-passphrase-file",
            metavar="FILE",
        ),
    ] = None,
    generate: Generate = False,
    profile: Profile = None,
    quiet: Quiet = False,
    keys: KeyRequest,
) -> Job:
    """Write all versions to a file with a separate passphrase, for a backup or a colleague."""

    def job() -> int:
        from cotool.cli.vault.streams import spare_output, write_out
        from cotool.vault.armor import armor as armored
        from cotool.vault.envelope import seal_bytes

        spare_output(output, force=force, text=armor)
        keyring = keys.read_keyring()
        secret = (
            generated_passphrase()
            if generate
            else SecretSource(export_passphrase_file).read("the export", confirm=True)
        )
        data = seal_bytes(keyring.to_bytes(), [keys.new_passphrase(secret, profile=profile)])
        write_out(armored(data) if armor else data, output, force=force, text=armor)
        tell(f"exported: {len(keyring.versions)} versions", quiet=quiet)
        return 0

    return job


@keys_app.command("import", epilog="Example:  cotool vault keys import keys.vault.asc")
@with_keys
def import_keys(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A file written by `keys export`.")],
    *,
    import_passphrase_file: Annotated[
        str | None,
        option(
            "Keys",
            "Read the export's passphrase from a file.",
            "--import-passphrase-file",
            metavar="FILE",
        ),
    ] = None,
    profile: Profile = None,
    quiet: Quiet = False,
    keys: KeyRequest,
) -> Job:
    """Add the versions of an export to the keyring; make the keyring if there is none."""

    def job() -> int:
        from cotool.vault import Keyring

        secret = SecretSource(import_passphrase_file).read(f"the export {file}")
        with naming(file):
            other = Keyring.read(file, [keys.new_passphrase(secret)])
        path = keys.keyring_path
        if Path(path).exists():
            return _merge(keys, other, join=False, quiet=quiet)
        other.write_new(path, [_new_opener(keys, generate=False, profile=profile)])
        tell(f"{path}: {len(other.versions)} versions", quiet=quiet)
        with naming(path):
            keys.seen.check(other)
        keys.seen.remember(other)
        return 0

    return job


@keys_app.command("merge", epilog="Example:  cotool vault keys merge /mnt/laptop/keyring.vault")
@with_keys
def merge(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="The same keyring, changed on another machine.")
    ],
    *,
    import_passphrase_file: Annotated[
        str | None,
        option(
            "Keys",
            "Read the other keyring's passphrase from a file.",
            "--import-passphrase-file",
            metavar="FILE",
        ),
    ] = None,
    quiet: Quiet = False,
    keys: KeyRequest,
) -> Job:
    """Join a keyring with a copy that was changed on another machine.

    Versions that both made under the same number open files side by side. A version that is
    disabled or destroyed in one of them stays so. FILE is opened like the keyring, or by its own
    passphrase.
    """

    def job() -> int:
        from cotool.vault import Keyring

        opener: Key = keys.opener
        if import_passphrase_file is not None:
            secret = SecretSource(import_passphrase_file).read(f"the keyring {file}")
            opener = keys.new_passphrase(secret)
        with naming(file):
            other = Keyring.read(file, [opener])
        return _merge(keys, other, join=True, quiet=quiet)

    return job


def _merge(request: KeyRequest, other: Keyring, *, join: bool, quiet: bool) -> int:
    from cotool.vault import Keyring

    path, seen = request.keyring_path, request.seen
    with (
        naming(path),
        Keyring.changed(path, [request.opener], seen=seen, merging=True) as keyring,
    ):
        before = {(version.version, version.id): version.state for version in keyring.versions}
        added = keyring.merge(other, join=join)
    tell(f"{path}: {added} new versions", quiet=quiet)
    for version in keyring.versions:
        was = before.get((version.version, version.id), version.state)
        if was != version.state and version.state in {"disabled", "destroyed"}:
            tell(f"{path}: version {version.version} is {version.state}", quiet=quiet)
    return 0


@keys_app.command("accept", epilog="Example:  cotool vault keys accept")
@with_keys
def accept(*, quiet: Quiet = False, keys: KeyRequest) -> Job:
    """Use the keyring although this machine has seen a newer one, such as after a restore.

    Versions that were disabled or destroyed since then open files again.
    """

    def job() -> int:
        from cotool.vault import Keyring

        path = keys.keyring_path
        with naming(path):
            keyring = Keyring.read(path, [keys.opener])
        keys.seen.remember(keyring, accept=True)
        tell(f"{path}: used from now on, change {keyring.counter}", quiet=quiet)
        return 0

    return job
