"""Files that are read at once end, or are refused."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from cotool.errors import InputError
from cotool.io.whole import read_stream, read_whole
from cotool.logs.scan.sources import find_sources, open_source

needs_zero = pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no endless device")


def test_all_of_a_stream_up_to_the_limit():
    """A stream of exactly the limit is returned; one byte more is an error."""
    assert read_stream(io.BytesIO(bytes(10)), "it", 10) == bytes(10)
    with pytest.raises(InputError, match="it: is longer than 9 B"):
        read_stream(io.BytesIO(bytes(10)), "it", 9)


@needs_zero
def test_an_endless_file_is_refused():
    """Settings, patterns and logs that never end do not fill the memory."""
    with pytest.raises(InputError, match="/dev/zero: is longer than"):
        read_whole("/dev/zero")
    (source,) = find_sources(["/dev/zero"])
    expected = pytest.raises(InputError, match="/dev/zero: is a device that gives no text")
    with expected, open_source(source):
        pass
