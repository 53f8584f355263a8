"""Files of every compression and encoding read the same."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys

import pytest

from cotool.errors import InputError
from cotool.io.sources import open_source

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TEXT = '{"question": "größer?"}\n' * 5000
PACKERS = {
    "none": bytes,
    "gzip": gzip.compress,
    "zstd": zstd.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
}


class _Pipe(io.RawIOBase):
    """A pipe that gives one byte at a time."""

    def __init__(self, data):
        self._data = io.BytesIO(data)

    def readable(self):
        """Tell that it can be read."""
        return True

    def read(self, size=-1):
        """Return one byte."""
        return self._data.read(min(size, 1))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("kind", PACKERS)
def test_compressions_and_encodings(kind, encoding, tmp_path):
    """Each compression, with each encoding within it, gives the text in UTF-8."""
    path = tmp_path / "file"
    path.write_bytes(PACKERS[kind](TEXT.encode(encoding)))
    with open_source(path) as stream:
        assert stream.read() == TEXT.encode()


@pytest.mark.parametrize("kind", PACKERS)
def test_a_slow_pipe(kind):
    """A pipe that gives a byte at a time is recognised as well."""
    data = PACKERS[kind](TEXT[:200].encode("utf-16"))
    with open_source("-", stdin=_Pipe(data)) as stream:
        assert stream.read() == TEXT[:200].encode()


@pytest.mark.parametrize("kind", ["gzip", "zstd", "bzip2", "xz"])
def test_members_follow_each_other_and_damage_is_named(kind, tmp_path):
    """Two members are one text; what is cut short raises an error that names the file."""
    whole = PACKERS[kind](TEXT.encode())
    path = tmp_path / "file"
    path.write_bytes(whole * 2)
    with open_source(path) as stream:
        assert stream.read() == TEXT.encode() * 2
    path.write_bytes(whole[:-5])
    with open_source(path) as stream, pytest.raises(InputError, match=f"the {kind} data is dam"):
        stream.read()


@pytest.mark.parametrize("text", [b"", b"B", b"BZ", b"BZh", b"BZh9", b"\xfd7z", b"[1]"])
def test_beginnings_that_are_no_compression(text):
    """A short text is given as it is, also where a mark begins like it."""
    with open_source("-", stdin=_Pipe(text)) as stream:
        assert stream.read() == text
