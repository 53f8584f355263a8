"""Sign and verify manifests: with HMAC-SHA256 for holders of a secret, or with an identity.

FORMAT.md describes both and says what they promise.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from cotool._typing import TYPE_CHECKING, Any
from cotool.engine import map_ordered, resolve_num_threads
from cotool.errors import InputError, IntegrityError, WrongKeyError
from cotool.vault.keyring import Keyring
from cotool.vault.keys import Argon2Cost, Passphrase, check_cost, hkdf
from cotool.vault.manifest import (
    Checked,
    Manifest,
    manifest_bytes,
    open_file,
    parse_manifest,
    unsigned,
    with_key,
    with_proof,
)

if TYPE_CHECKING:
    from cotool.vault.files import StrPath
    from cotool.vault.identity import Identity
    from cotool.vault.recipients import Signer

_FILES = b"cotool.vault/1 sign files\x00"
_MANIFEST = b"cotool.vault/1 sign manifest\x00"
_SIGNATURE = b"cotool.vault/2 signed manifest\x00"
_BLOCK = 1 << 20
_KEYRING_LINE = re.compile(r"keyring ([0-9a-f]{16}) ([1-9][0-9]{0,9})")
_PASSPHRASE_LINE = re.compile(
    r"argon2id m=([0-9]{1,10}),t=([0-9]{1,6}),p=([0-9]{1,4}) ([0-9a-f]{32})"
)


def sign(
    paths: Iterable[StrPath],
    *,
    key: Keyring | Passphrase | Identity,
    num_threads: int | None = None,
) -> str:
    """Return a signed manifest of files, in the order given.

    An Identity signs for everyone who knows its signer's string. A Keyring or Passphrase makes
    HMACs, which only its holders can verify, and they can also make them.

    Names that are not UTF-8 have surrogates, as in `os.fsdecode`: encode the manifest with
    `surrogateescape`. Raises OSError for a file that cannot be read.
    """
    names = [os.fspath(path) for path in paths]
    threads = resolve_num_threads(num_threads)
    if not isinstance(key, (Keyring, Passphrase)):
        return _sign_publicly(names, key, threads)
    if isinstance(key, Keyring):
        version = key.primary.version
        title, secret = f"keyring {key.key_id.hex()} {version}", key.own_signing_key
    else:
        slot, secret = key.new_slot()
        title = f"argon2id m={slot.number},t={slot.passes},p={slot.lanes} {slot.material.hex()}"
    mac = partial(_file_sum, _new_mac(secret))
    body = unsigned(1, title, zip(names, map_ordered(mac, names, threads), strict=True))
    return with_proof(1, body, _manifest_mac(secret, body))


def _sign_publicly(names: Sequence[str], identity: Identity, threads: int) -> str:
    key = identity.primary.signing_key
    sums = map_ordered(partial(_file_sum, hashlib.sha256), names, threads)
    title = str(identity.primary.signer)
    body = with_key(unsigned(2, title, zip(names, sums, strict=True)), key.public)
    return with_proof(2, body, key.sign(_SIGNATURE + manifest_bytes(body)))


def verify_signatures(
    manifest: str, *, key: Keyring | Passphrase | Sequence[Signer], num_threads: int | None = None
) -> Iterator[Checked]:
    """Yield the outcome for each file of a manifest, in order; names are as when it was made.

    key: what made the manifest, or the signers of whom one must have signed it.

    Raises InputError if it is not a manifest, WrongKeyError for the wrong kind of key or another
    signer, and IntegrityError before any file is read if the manifest was changed.
    """
    found = parse_manifest(manifest)
    new_sum: Callable[[], Any]
    if isinstance(key, (Keyring, Passphrase)):
        new_sum = _new_mac(_matching_secret(found, key))
    else:
        _check_signature(found, key)
        new_sum = hashlib.sha256
    return map_ordered(partial(_check, new_sum), found.entries, resolve_num_threads(num_threads))


def _matching_secret(found: Manifest, key: Keyring | Passphrase) -> bytes:
    for secret in _secrets(found, key):
        if hmac.compare_digest(_manifest_mac(secret, found.body), found.proof):
            return secret
    raise IntegrityError("the manifest was changed or made with another key")


def _check_signature(found: Manifest, signers: Sequence[Signer]) -> None:
    """Raise WrongKeyError or IntegrityError unless one of `signers` signed a manifest."""
    from cotool.vault.hybrid import is_signed
    from cotool.vault.recipients import Signer

    if found.version == 1:
        kind = "keyring" if found.title.startswith("keyring ") else "passphrase"
        raise WrongKeyError(
            f"signed with a {kind}, not by a signer", hint=f"verify it with the `{kind}`"
        )
    signer = Signer.of(found.public)
    if str(signer) != found.title:
        raise IntegrityError("the manifest was changed: its first line names another key")
    if signer not in signers:
        raise WrongKeyError(
            f"signed by {signer}, who is not one of the given signers",
            hint="if you trust this signer, name it with `signer`",
        )
    if not is_signed(_SIGNATURE + manifest_bytes(found.body), found.proof, found.public):
        raise IntegrityError("the manifest was changed: its signature is wrong")


def _secrets(manifest: Manifest, key: Keyring | Passphrase) -> list[bytes]:
    title = manifest.title
    if manifest.version == 2:
        raise WrongKeyError(
            f"signed by {title}", hint="if you trust this signer, name it with `signer`"
        )
    if found := _KEYRING_LINE.fullmatch(title):
        if not isinstance(key, Keyring):
            raise WrongKeyError("signed with a keyring", hint="name it with `keyring`")
        if key.key_id.hex() != found[1]:
            raise WrongKeyError(
                f"signed with key {found[1]}, the keyring has key {key.key_id.hex()}",
                hint="name another with `keyring`",
            )
        return key.signing_keys(int(found[2]))
    if found := _PASSPHRASE_LINE.fullmatch(title):
        if not isinstance(key, Passphrase):
            raise WrongKeyError("signed with a passphrase", hint="`passphrase` asks for it")
        cost = Argon2Cost(int(found[2]), int(found[1]), int(found[3]))
        if not (cost.passes and cost.lanes and cost.memory >= 8 * cost.lanes):
            raise InputError("line 1: not a valid Argon2id cost")
        check_cost(cost)
        return [key.derive(bytes.fromhex(found[4]), cost)]
    raise InputError(
        "line 1: does not name a key", hint="it may come from a newer version of cotool"
    )


def _new_mac(secret: bytes) -> Callable[[], hmac.HMAC]:
    """Return what makes the HMAC of a file."""
    return partial(hmac.new, hkdf(secret, b"", _FILES, 32), digestmod="sha256")


def _file_sum(new: Callable[[], Any], path: str) -> str:
    found = new()
    with open(path, "rb", buffering=0, opener=open_file) as file:
        buffer = memoryview(bytearray(_BLOCK))
        try:
            while size := file.readinto(buffer):
                found.update(buffer[:size])
        except OSError as error:
            error.filename = path
            raise
    return str(found.hexdigest())


def _manifest_mac(secret: bytes, body: str) -> bytes:
    return hmac.digest(hkdf(secret, b"", _MANIFEST, 32), manifest_bytes(body), "sha256")


def _check(new: Callable[[], Any], entry: tuple[str, str]) -> Checked:
    path, expected = entry
    try:
        found = _file_sum(new, path)
    except OSError as error:
        return Checked(path, "unreadable", error.strerror or str(error))
    except ValueError as error:  # a NUL byte in a name
        return Checked(path, "unreadable", str(error))
    return Checked(path, "ok" if hmac.compare_digest(found, expected) else "changed")
