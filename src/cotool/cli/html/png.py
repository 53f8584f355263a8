"""A PNG image in one colour, whose opacity carries the values."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PALETTE = 3  # colour type: indices into a palette


def opacity_png(rows: Sequence[bytes], colour: tuple[int, int, int]) -> bytes:
    """Return an image of a row of bytes each, 0 transparent to 255 opaque, all of one length."""
    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, _PALETTE, 0, 0, 0)
    lines = b"".join(b"\0" + row for row in rows)  # each without a filter
    return _SIGNATURE + b"".join(
        (
            _chunk(b"IHDR", header),
            _chunk(b"PLTE", bytes(colour) * 256),
            _chunk(b"tRNS", bytes(range(256))),
            _chunk(b"IDAT", zlib.compress(lines, 9)),
            _chunk(b"IEND", b""),
        )
    )


def data_url(png: bytes) -> str:
    """Return an image as the URL that holds it."""
    return "data:image/png;base64," + base64.b64encode(png).decode()


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
