"""Public keys: HPKE with the post-quantum hybrid X-Wing, and double signatures.

Source: RFC 9180 in base mode, with the KEM of draft-connolly-cfrg-xwing-kem (X25519 and ML-KEM-768,
code 0x647a), HKDF-SHA256 and AES-256-GCM. Signatures are those of Ed25519 (RFC 8032) and ML-DSA-65
(FIPS 204), of which both must be valid. All primitives are those of `cryptography`.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator

from cryptography.exceptions import InvalidSignature, InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey, MLDSA65PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from cotool._typing import TYPE_CHECKING
from cotool.errors import MissingExtraError

if TYPE_CHECKING:
    PrivateKey = MLKEM768X25519PrivateKey
    PublicKey = MLKEM768X25519PublicKey

MLKEM_SIZE = 1184
PUBLIC_SIZE = MLKEM_SIZE + 32  # ML-KEM-768 ‖ X25519, as in X-Wing
VERIFYING_SIZE = 32 + 1952  # Ed25519 ‖ ML-DSA-65
SIGNATURE_SIZE = 64 + 3309

_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_FIELD = 2**255 - 19
_PROBE = X25519PrivateKey.from_private_bytes(bytes([1]) * 32)


@contextlib.contextmanager
def _available() -> Iterator[None]:
    """Raise MissingExtraError, which has a hint, if an algorithm is not available."""
    try:
        yield
    except UnsupportedAlgorithm:
        raise MissingExtraError(
            "this build of the cryptography package has no ML-KEM-768 or no ML-DSA-65",
            hint="use its published wheels, or OpenSSL 3.5 or newer",
        ) from None


def decryption_key(seed: bytes) -> tuple[PrivateKey, bytes]:
    """Return the key pair of an X-Wing seed of 32 bytes: the private key, the public bytes."""
    expanded = hashlib.shake_256(seed).digest(96)
    with _available():
        kem = MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
    curve = X25519PrivateKey.from_private_bytes(expanded[64:])
    public = kem.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()
    return MLKEM768X25519PrivateKey(kem, curve), public


def encryption_key(public: bytes) -> PublicKey:
    """Return the key in `PUBLIC_SIZE` bytes.

    Raises ValueError for a key that is not canonical or has a low order, so that no secret results.
    """
    if len(public) != PUBLIC_SIZE or int.from_bytes(public[MLKEM_SIZE:], "little") >= _FIELD:
        raise ValueError("not a canonical public key")
    curve = X25519PublicKey.from_public_bytes(public[MLKEM_SIZE:])
    _PROBE.exchange(curve)  # raises ValueError if the result is zero
    with _available():
        kem = MLKEM768PublicKey.from_public_bytes(public[:MLKEM_SIZE])
    return MLKEM768X25519PublicKey(kem, curve)


def seal(secret: bytes, key: PublicKey, info: bytes) -> bytes:
    """Return an HPKE message: encapsulation, ciphertext and tag."""
    return _SUITE.encrypt(secret, key, info)


def open_message(message: bytes, key: PrivateKey, info: bytes) -> bytes | None:
    """Return the secret in an HPKE message, or None if it is for another key or was changed."""
    try:
        return _SUITE.decrypt(message, key, info)
    except (InvalidTag, ValueError):
        return None


class SigningKey:
    """The two private keys that sign, each from a seed of 32 bytes."""

    def __init__(self, ed25519_seed: bytes, mldsa_seed: bytes) -> None:
        self._ed25519 = Ed25519PrivateKey.from_private_bytes(ed25519_seed)
        with _available():
            self._mldsa = MLDSA65PrivateKey.from_seed_bytes(mldsa_seed)
        self.public = (
            self._ed25519.public_key().public_bytes_raw()
            + self._mldsa.public_key().public_bytes_raw()
        )

    def __repr__(self) -> str:
        return "SigningKey(…)"

    def sign(self, message: bytes) -> bytes:
        """Return both signatures of a message."""
        return self._ed25519.sign(message) + self._mldsa.sign(message)


def is_signed(message: bytes, signature: bytes, public: bytes) -> bool:
    """Return whether both signatures of a message are valid."""
    if len(public) != VERIFYING_SIZE or len(signature) != SIGNATURE_SIZE:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public[:32]).verify(signature[:64], message)
        with _available():
            MLDSA65PublicKey.from_public_bytes(public[32:]).verify(signature[64:], message)
    except (InvalidSignature, ValueError):
        return False
    return True
