"""What opens a keyring or an identity: a passphrase, a key file, a wrap command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cotool.cli.vault.keys import generated_passphrase
from cotool.cli.vault.secrets import SecretSource, store_in_system, system_keyring
from cotool.errors import InputError

if TYPE_CHECKING:
    from cotool.cli.vault.options import ChangedSecret, NewSecret
    from cotool.vault import Key, KeyFile
    from cotool.vault.requests import KeyRequest


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
