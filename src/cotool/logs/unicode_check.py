"""Check the texts that are compared with the bytes of logs."""

from __future__ import annotations

from cotool.errors import InputError


def check_unicode(text: str, parameter: str) -> None:
    """Refuse a text that no log in UTF-8 contains: bytes of an argument in another encoding."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InputError(
            f"cannot read {text!r}: it is not UTF-8", parameter=parameter, hint="write it in UTF-8"
        ) from None
