"""The image of a large heat map."""

from __future__ import annotations

import struct
import zlib

from hypothesis import given
from hypothesis import strategies as st

from cotool.cli.html.heatmap import data_url, opacity_png


def decoded(png):
    """Return the chunks of a PNG by name, their checksums checked."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = {}, 8
    while at < len(png):
        (size,) = struct.unpack_from(">I", png, at)
        name, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        (checksum,) = struct.unpack_from(">I", png, at + 8 + size)
        assert checksum == zlib.crc32(name + data)
        chunks[name.decode()] = data
        at += 12 + size
    return chunks


@given(
    st.integers(1, 20).flatmap(
        lambda side: st.lists(st.binary(min_size=side, max_size=side), min_size=1, max_size=9)
    )
)
def test_an_image_holds_its_values(rows):
    """Width and height, one colour of every opacity, and the bytes of each row."""
    chunks = decoded(opacity_png(rows, (1, 2, 3)))
    assert list(chunks) == ["IHDR", "PLTE", "tRNS", "IDAT", "IEND"]
    assert struct.unpack(">IIBBBBB", chunks["IHDR"]) == (len(rows[0]), len(rows), 8, 3, 0, 0, 0)
    assert chunks["PLTE"] == b"\1\2\3" * 256
    assert chunks["tRNS"] == bytes(range(256))
    lines = zlib.decompress(chunks["IDAT"])
    width = len(rows[0]) + 1
    assert [lines[n : n + width] for n in range(0, len(lines), width)] == [
        b"\0" + row for row in rows
    ]


def test_the_url_holds_the_image():
    """As base64."""
    assert data_url(b"abc") == "data:image/png;base64,YWJj"
