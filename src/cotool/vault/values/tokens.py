"""The cryptography of sealed values: one token for each value, and a MAC over the document.

FORMAT.md has the derivations. Knows no documents and no files.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import re

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cotool._typing import TYPE_CHECKING
from cotool.errors import IntegrityError
from cotool.vault.keys import KEY_SIZE, hkdf
from cotool.vault.values.spans import KeyPath, bound_path

if TYPE_CHECKING:
    from cotool.vault.envelope import Unlocked

PREFIX = "cotool-value-1:"
TOKEN = re.compile(r"cotool-value-[0-9]+:[A-Za-z0-9_-]*")
_VALUE = b"cotool.vault/values-1 value\x00"
_MAC = b"cotool.vault/values-1 mac\x00"
_RULE, _DOCUMENT = b"rule\x00", b"document\x00"
_NONCE = 12
_STEP = 32  # bytes to which a value is padded
_END = b"\x80"  # ends the text of a value; zeros follow (ISO/IEC 7816-4)


class Sealer:
    """The keys of one document: it seals and opens values, and makes MACs."""

    def __init__(self, envelope: Unlocked) -> None:
        key, file_id = envelope.file_key, envelope.header.file_id
        self._cipher = AESGCM(hkdf(key, file_id, _VALUE, KEY_SIZE))
        self._mac_key = hkdf(key, file_id, _MAC, KEY_SIZE)

    def seal(self, path: KeyPath, text: str) -> str:
        """Return the token for the text of a value. Each call returns another one."""
        padded = text.encode() + _END
        padded += bytes(-len(padded) % _STEP)
        nonce = os.urandom(_NONCE)
        return PREFIX + encoded(nonce + self._cipher.encrypt(nonce, padded, bound_path(path)))

    def open(self, path: KeyPath, token: str) -> str | None:
        """Return the text in a token, or None if it was not sealed for this path and document."""
        data = decoded(token.removeprefix(PREFIX)) if token.startswith(PREFIX) else None
        if data is None:
            return None
        try:
            padded = self._cipher.decrypt(data[:_NONCE], data[_NONCE:], bound_path(path))
        except (InvalidTag, ValueError):  # a ValueError: it is too short to have a nonce
            return None
        return padded.rstrip(b"\0").removesuffix(_END).decode()

    def mac_of_rule(self, rule: bytes) -> bytes:
        """Return the MAC over the syntax of a document and what is sealed in it."""
        return hmac.digest(self._mac_key, _RULE + rule, "sha256")

    def mac(self, rule: bytes, body: str) -> bytes:
        """Return both MACs of a document: that of its rule, and one over the rule and the text."""
        first = self.mac_of_rule(rule)
        return first + hmac.digest(self._mac_key, _DOCUMENT + first + body.encode(), "sha256")


def encoded(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes | None:
    """Return the bytes in canonical base64url, or None for any other text."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if encoded(data) == text else None


def changed(what: str) -> IntegrityError:
    """Return the error for a document whose MAC or values do not fit."""
    return IntegrityError(
        f"changed: {what}",
        hint="if you changed or merged it yourself, see cotool vault values accept",
    )
