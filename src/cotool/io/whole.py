"""Files that are read at once, and are refused if they are far too long: a pipe may never end."""

from __future__ import annotations

from cotool._typing import TYPE_CHECKING, BinaryIO
from cotool.errors import InputError
from cotool.text import size

if TYPE_CHECKING:
    from os import PathLike

_MOST = 1 << 26
_BLOCK = 1 << 20


def read_whole(path: str | PathLike[str]) -> bytes:
    """Return the content of a file, such as settings. Raises OSError; InputError beyond 64 MiB."""
    with open(path, "rb") as file:  # noqa: PTH123 - pathlib costs start-up time
        return read_stream(file, str(path))


def read_stream(stream: BinaryIO, name: str, most: int = _MOST) -> bytes:
    """Return the rest of a stream. Raises InputError naming it if it has more than `most` bytes."""
    blocks, count = [], 0
    while block := stream.read(_BLOCK):
        blocks.append(block)
        count += len(block)
        if count > most:
            raise InputError(f"{name}: is longer than {size(most)}")
    return b"".join(blocks)
