"""`cotool vault identity`: the commands for your private key and what others need of it."""

from __future__ import annotations

import json
from pathlib import Path

from cotool._records import fields, replace
from cotool._typing import TYPE_CHECKING, Annotated
from cotool.cli.shared.commands import App
from cotool.cli.shared.options import QUIET, argument, flag, option, own_file
from cotool.cli.vault.keys import changed_opener, new_opener, tell
from cotool.cli.vault.options import (
    IMPORT_PASSPHRASE_FILE,
    KEY_OPTIONS,
    ChangedProtection,
    ChangedSecret,
    Keys,
    Protection,
    existing_files,
)
from cotool.cli.vault.secrets import SecretSource
from cotool.errors import InputError
from cotool.text import plural
from cotool.vault.files import named

if TYPE_CHECKING:
    from cotool.vault import Identity, Key
    from cotool.vault.requests import KeyRequest

app = App()
commands = app.group(
    "identity",
    no_args_is_help=True,
    help="Your identity: a private key in a file. Others encrypt for its public key, the recipient."
    " It also signs, and everyone can check its signatures.",
    epilog="""Examples:

cotool vault identity init

cotool vault identity show --name Alice

cotool vault identity rotate
""",
)

Place = Annotated[
    str | None,
    argument(
        "[PATH]", "The file of the identity; by default --identity or your own.", convert=own_file
    ),
]


@commands.command("init", epilog="Example:  cotool vault identity init")
def init(path: Place = None, *, flags: Protection, quiet: bool = QUIET, keys: Keys) -> None:
    """Make an identity, protected by a passphrase or a new key file (--key-file)."""
    from cotool.vault import Identity

    request = _at(keys, path)
    place = request.identity_path
    if Path(place).exists():
        raise InputError(
            f"{place}: already exists", hint="cotool vault identity rotate makes a new version"
        )
    identity = Identity.generate()
    openers: list[Key] = []
    if not flags.unprotected:
        openers.append(new_opener(request, f"the identity {place}", flags))
    elif request.chosen & {"generate", "profile", *KEY_OPTIONS} - {"identity"}:
        raise _contradiction()
    identity.write_new(place, openers)
    tell(f"{place}: identity {identity.key_id.hex()}, version 1", quiet=quiet)
    tell("back it up: without it you cannot open what others encrypt for you", quiet=quiet)
    tell("cotool vault identity show prints your public key for them", quiet=quiet)


@commands.command("show", epilog="Example:  cotool vault identity show --name Alice")
def show(
    path: Place = None,
    *,
    name: str | None = option(
        "Output", "Put a name before the key, as in a recipients file.", "--name NAME"
    ),
    signer: bool = flag("Output", "Print the short key that checks your signatures.", "--signer"),
    json_form: bool = flag("Output", "Write one JSON object with all versions.", "--json"),
    keys: Keys,
) -> None:
    """Print your public key. It is not a secret: give it to everyone who encrypts for you."""
    if name is not None and ("#" in name or not name.isprintable()):
        raise InputError("a name has no # and no control characters", parameter="name")
    identity = _at(keys, path).read_identity()
    if json_form:
        print(json.dumps(_described(identity), indent=2))
        return
    text = str(identity.primary.signer) if signer else str(identity.recipient)
    print(text if not name else f"{name} {text}")


def _described(identity: Identity) -> dict[str, object]:
    return {
        "schema": "cotool.vault.identity/1",
        "id": identity.key_id.hex(),
        "versions": [
            {
                "version": version.version,
                "created": version.created,
                "recipient": str(identity.recipient_of(version)),
                "signer": str(version.signer),
            }
            for version in identity.versions
        ],
    }


@commands.command("rotate", epilog="Example:  cotool vault identity rotate")
def rotate(path: Place = None, *, quiet: bool = QUIET, keys: Keys) -> None:
    """Make a new version with new keys. Files encrypted for older versions still open."""
    request = _at(keys, path)

    from cotool.vault import Identity

    place = request.identity_path
    with named(place), Identity.changed(place, request.identity_openers) as identity:
        number = identity.rotate()
    tell(f"{place}: version {number} from now on; back up the identity again", quiet=quiet)
    tell("give others your new public key: cotool vault identity show", quiet=quiet)


@commands.command(
    "merge", epilog="Example:  cotool vault identity merge /mnt/laptop/identity.vault"
)
def merge(
    file: Annotated[
        str,
        argument("FILE", "The same identity, changed on another machine.", convert=existing_files),
    ],
    *,
    import_passphrase_file: str | None = IMPORT_PASSPHRASE_FILE,
    quiet: bool = QUIET,
    keys: Keys,
) -> None:
    """Join your identity with a copy that was rotated on another machine.

    Versions that both made under the same number open files side by side. FILE is opened like your
    identity, or by its own passphrase. Do the same on the other machine: the result is the same.
    """
    other = replace(keys, identity=file)
    if import_passphrase_file is not None:
        other = replace(other, source=SecretSource(import_passphrase_file))

    from cotool.vault import Identity

    place, openers = keys.identity_path, keys.identity_openers
    theirs = other.read_identity()
    with named(place), Identity.changed(place, openers) as identity:
        before = identity.primary.seed
        added = identity.merge(theirs)
    tell(f"{place}: {plural(added, 'new version')}; back up the identity again", quiet=quiet)
    if identity.primary.seed != before:
        tell("give others your new public key: cotool vault identity show", quiet=quiet)


@commands.command("passphrase", epilog="Example:  cotool vault identity passphrase")
def change_passphrase(
    path: Place = None, *, flags: ChangedProtection, quiet: bool = QUIET, keys: Keys
) -> None:
    """Change the passphrase or key file that opens the identity.

    The keys stay. A copy of the old file still opens with the old passphrase or key file.
    """
    request = _at(keys, path)

    from cotool.vault import Identity

    place = request.identity_path
    unprotected = flags.unprotected
    if unprotected and request.chosen & {each.name for each in fields(ChangedSecret)}:
        raise _contradiction()
    opener = None
    if unprotected:
        request.read_identity()
    else:
        opener = changed_opener(request, f"the identity {place}", flags, request.read_identity)
    with named(place):
        Identity.change_opener(place, request.identity_openers, opener)
    secret = "its mode only" if unprotected else "the new secret"
    tell(f"{place}: protected by {secret} from now on", quiet=quiet)


def _at(request: KeyRequest, path: str | None) -> KeyRequest:
    """Return the request with the identity in the argument, if there is one."""
    return request if path is None else replace(request, identity=path)


def _contradiction() -> InputError:
    return InputError(
        "an unprotected identity has no passphrase and no other key", parameter="unprotected"
    )
