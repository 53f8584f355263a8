"""The payload: Cobblestone-256, segments of AES-256-GCM that can be processed in any order.

Source: C2SP chunked-encryption (https://c2sp.org/chunked-encryption), with HKDF-Expand over
SHA-512. pyca's `cryptography.cobblestone` is the same construction but works in order. This loop
encrypts and decrypts any run of segments, on several threads and at any offset. It knows no key
policy and no files.
"""

from __future__ import annotations

from cotool._typing import Self
from cotool.errors import IntegrityError, TruncatedError

SEGMENT = 16 * 1024  # bytes of plaintext in every segment except the last, which has fewer
TAG = 16
SEALED_SEGMENT = SEGMENT + TAG
KEY_SIZE = 32
SALT_SIZE = 24
PREFIX = SALT_SIZE + 32  # salt and commitment before the first segment
MAX_SEGMENTS = 1 << 38

_INFO = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\x00"


class Stream:
    """The key and the nonces of one payload.

    Args:
        key: 32 bytes, uniformly random.
        salt: 24 bytes, random, never used with this key before.
        context: what the payload is bound to.

    """

    def __init__(self, key: bytes, salt: bytes, context: bytes) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        from cryptography.hazmat.primitives.hashes import SHA512
        from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

        if len(key) != KEY_SIZE or len(salt) != SALT_SIZE:
            raise ValueError("a key must have 32 bytes, a salt 24")
        derived = HKDFExpand(SHA512(), 76, _INFO + salt + context).derive(key)
        self._cipher = AESGCM(derived[:32])
        self._nonce = int.from_bytes(derived[32:44], "big")
        self.prefix = salt + derived[44:]

    @classmethod
    def opened(cls, key: bytes, prefix: bytes, context: bytes) -> Self:
        """Return the stream whose payload starts with `prefix`.

        Raises TruncatedError or IntegrityError.
        """
        import hmac

        if len(prefix) < PREFIX:
            raise TruncatedError("the file ends before its first segment")
        stream = cls(key, prefix[:SALT_SIZE], context)
        if not hmac.compare_digest(stream.prefix, prefix):
            raise IntegrityError("changed: the start of the payload fails authentication")
        return stream

    def seal(self, first: int, data: memoryview, into: memoryview, *, final: bool) -> int:
        """Encrypt a run of segments that starts with number `first`; return the bytes written.

        `data` has complete segments, followed by the short last one if `final` is true.
        """
        encrypt = self._cipher.encrypt_into
        nonce = self._nonce
        whole = len(data) // SEGMENT
        if first + whole >= MAX_SEGMENTS:
            raise OverflowError("a payload has at most 4 PiB")
        for n in range(whole + final):
            start, target = n * SEGMENT, n * SEALED_SEGMENT
            encrypt(
                (nonce ^ (first + n)).to_bytes(12, "big"),
                data[start : start + SEGMENT],
                None,
                into[target : target + min(SEGMENT, len(data) - start) + TAG],
            )
        return len(data) + TAG * (whole + final)

    def open(self, first: int, data: memoryview, into: memoryview, *, final: bool) -> int:
        """Decrypt such a run; return the bytes written.

        Raises IntegrityError or TruncatedError after erasing `into`.
        """
        from cryptography.exceptions import InvalidTag

        decrypt = self._cipher.decrypt_into
        nonce = self._nonce
        whole, rest = divmod(len(data), SEALED_SEGMENT)
        if final and rest < TAG:
            raise TruncatedError("truncated: the last segment is missing")
        for n in range(whole + final):
            start, target = n * SEALED_SEGMENT, n * SEGMENT
            size = min(SEALED_SEGMENT, len(data) - start) - TAG
            try:
                decrypt(
                    (nonce ^ (first + n)).to_bytes(12, "big"),
                    data[start : start + SEALED_SEGMENT],
                    None,
                    into[target : target + size],
                )
            except InvalidTag:
                into[:] = bytes(len(into))
                raise _damage(first + n, final=final and n == whole) from None
        return len(data) - TAG * (whole + final)


def _damage(segment: int, *, final: bool) -> IntegrityError:
    if final:
        return TruncatedError(
            "its end is missing or was changed: the last segment fails authentication"
        )
    return IntegrityError(
        f"changed: bytes {segment * SEGMENT:,} to {(segment + 1) * SEGMENT - 1:,} of the content"
        " fail authentication"
    )


def sealed_size(size: int) -> int:
    """Return the length of a payload with its prefix, in bytes, for `size` bytes of content."""
    return PREFIX + size + TAG * (size // SEGMENT + 1)


def content_size(payload: int) -> int:
    """Return the bytes of content in a payload of that length. Raises TruncatedError."""
    whole, rest = divmod(payload - PREFIX, SEALED_SEGMENT)
    if payload < PREFIX + TAG or rest < TAG:
        raise TruncatedError("truncated: the last segment is missing")
    return whole * SEGMENT + rest - TAG
