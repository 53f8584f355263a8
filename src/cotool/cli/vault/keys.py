"""Turn the key options of a vault command into the objects that encrypt and decrypt."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from cotool.cli.vault.secrets import show_passphrase
from cotool.text import visible_name

if TYPE_CHECKING:
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
