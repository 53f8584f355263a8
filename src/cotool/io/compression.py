"""Recognise compressed streams by their first bytes, and decompress them in bounded memory."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

from cotool.errors import InputError

# Bytes read at a time, and returned at a time. ISA-L gives 1.23 GB/s in blocks of 64 to 512 kB and
# .79 in those of 1 MB, each of which takes new memory.
READ = 1 << 18
BLOCK = 1 << 18
# The first block is longer, because the format of the content is recognised from it.
_FIRST = 1 << 20
# More than any preset of xz needs (xz -9: 65 MB); a malicious file may demand gigabytes.
_XZ_MEMORY = 128 << 20

_MAGIC = {
    "gzip": (b"\x1f\x8b\x08",),
    # A frame, or one that is skipped.
    "zstd": (b"\x28\xb5\x2f\xfd", *(b"%c\x2a\x4d\x18" % n for n in range(0x50, 0x60))),
    "bzip2": tuple(
        b"BZh%d" % n + block for n in range(1, 10) for block in (b"1AY&SY", b"\x17rE8P\x90")
    ),
    "xz": (b"\xfd7zXZ\x00",),
}
MAGIC_SIZE = 10


def compression_of(head: bytes) -> str | None:
    """Return the compression whose mark begins `head` (MAGIC_SIZE bytes), None if none does."""
    return next((name for name, magic in _MAGIC.items() if head.startswith(magic)), None)


def decompressed(
    read: Callable[[int], bytes], kind: str, name: str, *, hint: str | None = None
) -> Iterator[bytes]:
    """Yield what `read` gives, decompressed, in pieces of at most BLOCK bytes, the first of 1 MiB.

    Several members, frames or streams may follow each other, zeros may fill the end. What could be
    decompressed comes first; then damage, or an end that comes too early, raises InputError naming
    the source and the compressed byte, with the hint.
    """

    def damaged(reason: str) -> InputError:
        return InputError(
            f"{name}: the {kind} data is damaged or truncated near byte {taken:,}: {reason}",
            hint=hint or f"{kind} --test checks the file",
        )

    new, errors = _codec(kind)
    taken, most = 0, _FIRST
    data = read(READ)
    while data:
        decompressor = new()
        while not decompressor.eof:
            if decompressor.needs_input and not data:
                data = read(READ)
                if not data:
                    raise damaged("it ends too early")
            taken += len(data)
            try:
                piece = decompressor.decompress(data, most)
            except errors as error:
                raise damaged(str(error) or "bad data") from None
            data = b""
            if piece:
                most = BLOCK
                yield piece
        data = decompressor.unused_data
        taken -= len(data)
        data = data.lstrip(b"\0") or _past_zeros(read)
        while data and len(data) < MAGIC_SIZE and (more := read(READ)):
            data += more
        if data and compression_of(data) != kind:
            raise damaged("something else follows it")


def _past_zeros(read: Callable[[int], bytes]) -> bytes:
    while data := read(READ):
        data = data.lstrip(b"\0")
        if data:
            return data
    return b""


def _codec(kind: str) -> tuple[Callable[[], Any], tuple[type[Exception], ...]]:
    """Return what makes a decompressor, and what it raises.

    bz2, lzma, zstd and isal.igzip_lib have decompress(data, max_length), eof, needs_input and
    unused_data in common.
    """
    if kind == "gzip":
        # Of zlib-ng and zlib, ISA-L is 1.2 and 2.5 times as fast (log lines).
        from isal import igzip_lib

        def new_gzip() -> Any:
            return igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)

        failed: type[Exception] = igzip_lib.IsalError  # type: ignore[assignment] # its hints are wrong
        return new_gzip, (failed,)
    if kind == "zstd":
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd
        return zstd.ZstdDecompressor, (zstd.ZstdError,)
    if kind == "bzip2":
        import bz2

        return bz2.BZ2Decompressor, (OSError, ValueError)
    import lzma

    def new_xz() -> lzma.LZMADecompressor:
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)

    return new_xz, (lzma.LZMAError,)
