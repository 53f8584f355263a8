"""How a file with sealed values is recognised by its first bytes, and its syntax by its name."""

from __future__ import annotations

from cotool._lazy import lazy_pattern
from cotool.errors import InputError

SYNTAXES = ("yaml", "json", "env", "ini")
START = 4096  # bytes that are enough to recognise it
SEALED_LIMIT = 16 << 20  # bytes of a file with sealed values

_ENDINGS = {
    ".yaml": "yaml",
    ".yml": "yaml",
    ".json": "json",
    ".env": "env",
    ".ini": "ini",
    ".cfg": "ini",
}
_ENV = lazy_pattern(r"\.env\..+")
_COMMENTED = lazy_pattern(rb"(?:\xef\xbb\xbf)?# cotool-values-[0-9]")
_MEMBER = lazy_pattern(
    rb"(?:\xef\xbb\xbf)?[ \t\r\n]*+[{\[][ \t\r\n]*+(?:\{[ \t\r\n]*+)?"
    rb'"cotool"[ \t\r\n]*+:[ \t\r\n]*+\{[ \t\r\n]*+"values"[ \t\r\n]*+:'
)


def may_be_sealed(first: bytes) -> bool:
    """Return whether a file that starts with this byte may have sealed values."""
    return first in {b"#", b"{", b"[", b" ", b"\t", b"\r", b"\n", b"\xef"}


def begins_with_comments(start: bytes) -> bool:
    """Return whether a file begins with the metadata of YAML, .env and INI files."""
    return _COMMENTED.match(start) is not None


def begins_with_member(start: bytes) -> bool:
    """Return whether a file begins with the metadata of JSON files."""
    return _MEMBER.match(start) is not None


def has_sealed_values(start: bytes) -> bool:
    """Return whether a file that starts with these bytes has sealed values."""
    return begins_with_comments(start) or begins_with_member(start)


def already_sealed(name: str) -> InputError:
    """Return the error for a document to seal whose values are sealed."""
    return InputError(
        f"{name}: its values are sealed already",
        hint="cotool vault edit changes them; cotool vault decrypt gives the plain file",
    )


def syntax_of(name: str) -> str | None:
    """Return the syntax that a file's name shows, also with .vault after it, or None."""
    base = name.rsplit("/", 1)[-1].lower().removesuffix(".asc").removesuffix(".vault")
    found = [syntax for ending, syntax in _ENDINGS.items() if base.endswith(ending)]
    if not found and _ENV.fullmatch(base):
        return "env"
    return found[0] if found else None
