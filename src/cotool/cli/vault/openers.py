"""What opens a keyring: a passphrase or a key file, which is made if it does not exist."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cotool.cli.vault.keys import generated_passphrase
from cotool.cli.vault.secrets import SecretSource, store_in_system, system_keyring

if TYPE_CHECKING:
    from cotool.vault import Key, KeyFile
    from cotool.vault.requests import KeyRequest


def key_file_at(path: str) -> KeyFile:
    """Return a key file; make it if it does not exist."""
    from cotool.vault import KeyFile

    return KeyFile.read(path) if Path(path).exists() else KeyFile.generate(path)


def new_opener(request: KeyRequest, *, generate: bool, profile: str | None) -> Key:
    """Return what opens a new keyring; make the key file if it does not exist."""
    path = request.keyring_path
    if request.key_file is not None:
        return key_file_at(request.key_file)
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
