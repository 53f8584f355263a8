"""Vault files as text: base64 between two lines, for small secrets in YAML or mail.

Indentation and line lengths do not matter. Everything else is canonical, so each file has only one
text.
"""

from __future__ import annotations

import base64
import binascii

from cotool.errors import IntegrityError, TruncatedError

BEGIN = "-----BEGIN COTOOL VAULT-----"
END = "-----END COTOOL VAULT-----"
_COLUMNS = 64
_BEGIN = BEGIN.encode()
_END = END.encode()


def armor(data: bytes) -> bytes:
    """Return a vault file as ASCII text that ends with a newline."""
    text = base64.b64encode(data).decode()
    lines = [text[n : n + _COLUMNS] for n in range(0, len(text), _COLUMNS)]
    return "\n".join([BEGIN, *lines, END, ""]).encode()


def is_armored(start: bytes) -> bool:
    """Return whether a file that starts with these bytes is armored."""
    return start.lstrip()[: len(_BEGIN)] == _BEGIN


def dearmor(text: bytes) -> bytes | None:
    """Return the vault file in an armored text, or None if it is not armored.

    Raises TruncatedError or IntegrityError if the armored text is wrong.
    """
    text = text.strip()
    if not text.startswith(_BEGIN):
        return None
    if not text.endswith(_END):
        raise TruncatedError(f"cut off: the line {END} is missing")
    body = b"".join(text[len(_BEGIN) : -len(_END)].split())
    try:
        data = base64.b64decode(body, validate=True)
    except binascii.Error:
        data = b""
    if base64.b64encode(data) != body:
        raise IntegrityError("changed: the text between the armor's lines is not base64")
    return data
