"""The keys that the options of a vault command name: what encrypts, what opens a new file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cotool.cli.vault.secrets import (
    SecretSource,
    show_passphrase,
    store_in_system,
    system_keyring,
)
from cotool.errors import InputError
from cotool.text import visible_name

if TYPE_CHECKING:
    from cotool.cli.vault.options import ChangedSecret, NewSecret
    from cotool.vault import KeyFile
    from cotool.vault.envelope import Key
    from cotool.vault.requests import KeyRequest


def generated_passphrase() -> str:
    """Generate a passphrase, show it, and return it."""
    from cotool.vault import generate_passphrase

    secret = generate_passphrase()
    show_passphrase(secret)
    return secret


def check_profile(name: str | None) -> None:
    """Raise InputError for an unknown profile, even if no passphrase is made."""
    from cotool.vault.keys import DEFAULT_PROFILE, profile

    profile(name or DEFAULT_PROFILE)


def sealing_keys(request: KeyRequest, *, profile: str | None, generate: bool) -> list[Key]:
    """Return the key that encrypts: a generated passphrase, or what was named."""
    check_profile(profile)
    if generate:
        return [request.new_passphrase(generated_passphrase(), profile=profile)]
    if not (request.has_keyring or request.program or names_a_key(request)):
        name = visible_name(request.keyring_path)
        print(f"cotool: there is no keyring at {name}, so a passphrase is used", file=sys.stderr)
    return request.sealing_keys(profile)


def names_a_key(request: KeyRequest) -> bool:
    """Return whether the call itself names a key that encrypts, not only the environment."""
    return request.names_other_key or request.chooses_program


def tell(text: str, *, quiet: bool) -> None:
    """Print what was done on standard error."""
    if not quiet:
        print(visible_name(text), file=sys.stderr)


def key_file_at(path: str) -> KeyFile:
    """Return a key file; make it if it does not exist."""
    from cotool.vault import KeyFile

    return KeyFile.read(path) if Path(path).exists() else KeyFile.generate(path)


def new_opener(request: KeyRequest, what: str, options: NewSecret) -> Key:
    """Return what opens a new keyring or identity, which the prompts call `what`."""
    if request.key_file is not None:
        return key_file_at(request.key_file)
    if request.program is not None and request.chooses_program:
        return request.program
    source = request.source
    system = isinstance(source, SecretSource) and source.system
    if system:
        system_keyring()  # fails before anything is shown or asked
    if options.generate:
        secret: str | bytes = generated_passphrase()
        if system:
            store_in_system(what, str(secret))
    elif system:
        secret = SecretSource().read(what, confirm=True)
        store_in_system(what, str(secret))
    else:
        secret = request.secret.read(what, confirm=True)
    return request.new_passphrase(secret, profile=options.profile)


def changed_opener(request: KeyRequest, what: str, options: ChangedSecret) -> Key:
    """Return what opens a keyring or identity from now on. Raises InputError for two ways."""
    passphrase_file, key_file = options.new_passphrase_file, options.new_key_file
    if sum([passphrase_file is not None, key_file is not None, options.generate]) > 1:
        raise InputError(
            "several ways to open the file",
            hint="use one of --new-passphrase-file, --new-key-file, --generate-passphrase",
        )
    if key_file is not None:
        return key_file_at(key_file)
    secret = (
        generated_passphrase()
        if options.generate
        else SecretSource(passphrase_file).read(f"{what} from now on", confirm=True)
    )
    return request.new_passphrase(secret, profile=options.profile)
