"""`cotool vault keys`: the commands that make and change the keyring."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cotool.cli.shared.commands import App
from cotool.cli.shared.options import QUIET, argument, flag
from cotool.cli.vault import keyring_exchange
from cotool.cli.vault.keys import changed_opener, new_opener, rotate_keyring, tell
from cotool.cli.vault.options import ChangedSecret, Keys, NewSecret, from_one
from cotool.errors import InputError

if TYPE_CHECKING:
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
def init(*, options: NewSecret, quiet: bool = QUIET, keys: Keys) -> None:
    """Make a keyring with one version, opened by a passphrase or a new key file (--key-file)."""
    from cotool.vault import Keyring

    path = keys.keyring_path
    if Path(path).exists():
        raise InputError(
            f"{path}: already exists", hint="cotool vault keys rotate makes a new version"
        )
    keyring = Keyring.generate()
    keyring.write_new(path, [new_opener(keys, f"the keyring {path}", options)])
    keys.seen.remember(keyring)
    tell(f"{path}: key {keyring.key_id.hex()}, version 1", quiet=quiet)
    tell("back it up: without it your files are lost", quiet=quiet)


@commands.command("passphrase", epilog="Example:  cotool vault keys passphrase")
def change_passphrase(*, options: ChangedSecret, quiet: bool = QUIET, keys: Keys) -> None:
    """Change the passphrase or key file that opens the keyring.

    The versions stay, so files open as before. A copy of the old keyring still opens with the old
    passphrase or key file.
    """
    from cotool.vault import Keyring

    path = keys.keyring_path
    opener = changed_opener(keys, f"the keyring {path}", options, keys.read_keyring)
    Keyring.change_opener(path, [keys.opener], opener, seen=keys.seen)
    tell(f"{path}: opened by the new secret from now on", quiet=quiet)


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
        _confirm(version)
    _set_state(keys, version, "destroyed", quiet=quiet)


def _confirm(version: int) -> None:
    if sys.stdin is None or not sys.stdin.isatty():
        raise InputError("destroying a key cannot be undone", hint="--yes skips the question")
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


commands.commands |= keyring_exchange.app.commands
