"""Small vaults in memory: keyrings, exports, armored secrets and content in an editor."""

from __future__ import annotations

from collections.abc import Sequence

from cotool.errors import UPDATE, UnsupportedFormatError
from cotool.vault.armor import dearmor
from cotool.vault.envelope import Key, Unlocked, new_envelope, unlock
from cotool.vault.files import check_regular, read_limited
from cotool.vault.header import MAC_SIZE, MAGIC
from cotool.vault.stream import PREFIX, content_size, sealed_size

LIMIT = 1 << 20  # bytes; a keyring of ten thousand versions is smaller


def read_small(path: str, what: str) -> bytes:
    """Return the bytes of a small file, without armor. Raises InputError, or OSError."""
    check_regular(path)
    data = read_limited(path, LIMIT, f"the {what}")
    return data if data.startswith(MAGIC) else dearmor(data) or data


def newer_or_wrong(schema: object, known: str) -> Exception:
    """Return the error for JSON of another schema, which says if that schema is newer."""
    if isinstance(schema, str) and schema.startswith(known.rpartition("/")[0] + "/"):
        return UnsupportedFormatError("comes from a newer version of cotool", hint=UPDATE)
    return ValueError()


def seal_bytes(content: bytes, keys: Sequence[Key]) -> bytes:
    """Return content as a compact vault file."""
    return seal_again(new_envelope(keys, compact=True), content)


def seal_again(envelope: Unlocked, content: bytes) -> bytes:
    """Return a vault file with new content and the same header, so the same keys open it."""
    stream = envelope.new_stream()
    sealed = memoryview(bytearray(sealed_size(len(content))))
    sealed[:PREFIX] = stream.prefix
    stream.seal(0, memoryview(content), sealed[PREFIX:], final=True)
    return envelope.to_bytes() + sealed


def open_bytes(data: bytes, keys: Sequence[Key]) -> tuple[Unlocked, bytes]:
    """Return the header and the content of a vault in memory."""
    envelope = unlock(data, keys)
    payload = memoryview(data)[envelope.header.payload_offset :]
    stream = envelope.stream(bytes(payload[:PREFIX]))
    content = memoryview(bytearray(content_size(len(payload)) + MAC_SIZE))
    size = stream.open(0, payload[PREFIX:], content, final=True)
    return envelope, bytes(content[:size])
