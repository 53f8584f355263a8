"""The keys that the options of a vault command name: what encrypts, what opens a new file."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from cotool._records import replace
from cotool._typing import TYPE_CHECKING
from cotool.cli.vault.secrets import SecretSource, store_in_system, system_keyring
from cotool.errors import InputError
from cotool.text import visible_name
from cotool.vault.requests import PASSPHRASE_SOURCES

if TYPE_CHECKING:
    from cotool.cli.vault.options import ChangedSecret, NewSecret
    from cotool.vault import KeyFile
    from cotool.vault.envelope import Key
    from cotool.vault.requests import KeyRequest

_OTHER_KEYS = {"keyring", "identity", "wrap_command"}


def sealing_keys(request: KeyRequest, *, profile: str | None, generate: bool) -> list[Key]:
    """Return the key that encrypts: a generated passphrase, or what was named."""
    if _generates(request, generate, {"key_file", *_OTHER_KEYS, *PASSPHRASE_SOURCES}):
        if named := sorted(request.chosen & _OTHER_KEYS):
            raise InputError(
                "a passphrase is generated in place of other keys",
                parameter="generate",
                hint=f"leave out `{named[0]}`, or use `recipient_passphrase` beside it",
            )
        secret = _generated(request).read("the new file")
        return [request.new_passphrase(secret, profile=profile)]
    if not (request.has_keyring or request.passphrase or request.program or names_a_key(request)):
        name = visible_name(request.keyring_path)
        print(f"cotool: there is no keyring at {name}, so a passphrase is used", file=sys.stderr)
    return request.sealing_keys(profile)


def _generates(request: KeyRequest, wanted: bool, others: set[str]) -> bool:  # noqa: FBT001
    """Return whether a passphrase is generated: other keys of the call override a setting."""
    return wanted and ("generate" in request.chosen or not request.chosen & others)


def _generated(request: KeyRequest) -> SecretSource:
    """Return a source that generates a passphrase. Raises InputError if the call names another."""
    source = request.source
    if not (isinstance(source, SecretSource) and request.chosen & PASSPHRASE_SOURCES):
        source = SecretSource()
    return replace(source, generate=True)


def names_a_key(request: KeyRequest) -> bool:
    """Return whether the call itself names a key that encrypts, not only a setting."""
    return request.names_other_key or request.chooses_program


def tell(text: str, *, quiet: bool) -> None:
    """Print what was done on standard error."""
    if not quiet:
        print(visible_name(text), file=sys.stderr)


def rotate_keyring(request: KeyRequest, *, quiet: bool) -> None:
    """Make a new primary version in the keyring."""
    with request.changed_keyring() as keyring:
        number = keyring.rotate()
    text = f"version {number} is now the primary version; back up the keyring again"
    tell(f"{request.keyring_path}: {text}", quiet=quiet)


def new_opener(request: KeyRequest, what: str, flags: NewSecret) -> Key:
    """Return what opens a new keyring or identity, which the prompts call `what`."""
    others = {"key_file", "wrap_command", *PASSPHRASE_SOURCES}
    generates = _generates(request, flags.generate, others)
    by_passphrase = generates or request.chooses_passphrase
    if request.key_file is not None and ("key_file" in request.chosen or not by_passphrase):
        return _key_file_at(request.key_file)
    if request.program is not None and request.chooses_program:
        return request.program
    source = request.secret
    system = isinstance(source, SecretSource) and source.system
    if system:
        system_keyring()  # fails before anything is shown or asked
        source = SecretSource()
    if generates:
        source = _generated(request)
    secret = source.read(what, confirm=True)
    if system:
        store_in_system(what, str(secret))
    return request.new_passphrase(secret, profile=flags.profile)


def changed_opener(
    request: KeyRequest, what: str, flags: ChangedSecret, check_old: Callable[[], object]
) -> Key:
    """Return what opens a keyring or identity from now on; `check_old` checks what opens it now.

    Raises InputError for two ways, before anything is asked.
    """
    source = SecretSource(flags.new_passphrase_file, generate=flags.generate)
    path = flags.new_key_file
    if path is not None and source.is_given:
        raise InputError(
            "several ways to open the file",
            hint="use one of `new_passphrase_file`, `new_key_file`, `generate`",
        )
    key = None if path is None or not Path(path).exists() else _key_file_at(path)
    check_old()
    if path is not None:
        return key or _key_file_at(path)
    secret = source.read(f"{what} from now on", confirm=True)
    return request.new_passphrase(secret, profile=flags.profile)


def _key_file_at(path: str) -> KeyFile:
    """Return a key file; make it if it does not exist."""
    from cotool.vault import KeyFile

    return KeyFile.read(path) if Path(path).exists() else KeyFile.generate(path)
