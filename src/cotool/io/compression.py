"""Recognise compressed streams by their first bytes, and decompress them in bounded memory."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import suppress

from cotool._typing import Any
from cotool.errors import InputError

# Bytes read at a time, and returned at a time. ISA-L gives 1.23 GB/s in blocks of 64 to 512 kB and
# .79 in those of 1 MB, each of which takes new memory.
READ = 1 << 18
BLOCK = 1 << 18
# Compressed bytes that are given to a decompressor at a time: what it makes of them is lost if it
# finds damage. Steps of 8 kB take 5 % longer than those of 256 kB.
_STEP = 1 << 13
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
    """Return the compression that the first bytes show (MAGIC_SIZE of them); else None."""
    return next((name for name, magic in _MAGIC.items() if head.startswith(magic)), None)


def decompressed(
    read: Callable[[int], bytes],
    kind: str,
    name: str,
    *,
    hint: str | None = None,
    again: Callable[[int, int], bytes] | None = None,
) -> Iterator[bytes]:
    """Yield what `read` gives, decompressed, in pieces of at most BLOCK bytes, the first of 1 MiB.

    Several members, frames or streams may follow each other, zeros may fill the end. What could be
    decompressed comes first; then damage, or an end that comes too early, raises InputError naming
    the source and the compressed byte, with the hint. `again` reads a number of bytes of the source
    from an offset; without it, up to _STEP compressed bytes before the damage are lost.
    """

    def damaged(reason: str) -> InputError:
        place = f"near byte {packed.position:,}"
        return InputError(
            f"{name}: the {kind} data is damaged or truncated {place}: {reason}",
            hint=hint or f"{kind} --test checks the file",
        )

    new, errors = _codec(kind)
    packed, most = _Packed(read), _FIRST
    while packed.more(MAGIC_SIZE):
        if packed.position and compression_of(packed.data[packed.used :]) != kind:
            raise damaged("something else follows it")
        decompressor = new()
        member, given = packed.position, 0
        while not decompressor.eof:
            if not packed.more(1):
                raise damaged("it ends too early")
            step = packed.data[packed.used : packed.used + _STEP]
            try:
                for piece in _given(decompressor, step, most):
                    most = BLOCK
                    given += len(piece)
                    yield piece
            except errors as error:
                good = _good_part(again, member, packed.position)
                for piece in _up_to_damage(new(), errors, good, step, given):
                    packed.used += 1
                    yield piece
                raise damaged(str(error) or "bad data") from None
            packed.used += len(step) - len(decompressor.unused_data)
        packed.skip_zeros()


class _Packed:
    """Compressed bytes that are read in blocks: of `data`, `used` bytes have been taken."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._before = 0  # bytes of the source before `data`
        self.data, self.used = b"", 0

    @property
    def position(self) -> int:
        """The number of bytes of the source that have been taken."""
        return self._before + self.used

    def more(self, least: int) -> bool:
        """Read until `least` bytes are left, or to the end. Return whether any are."""
        while len(self.data) - self.used < least and (block := self._read(READ)):
            self._before += self.used
            self.data, self.used = self.data[self.used :] + block, 0
        return len(self.data) > self.used

    def skip_zeros(self) -> None:
        """Take the zeros that follow."""
        while self.more(1):
            self.used = len(self.data) - len(self.data[self.used :].lstrip(b"\0"))
            if self.used < len(self.data):
                return


def _given(decompressor: Any, data: bytes, most: int) -> Iterator[bytes]:
    """Yield what a decompressor makes of further bytes."""
    while True:
        piece = decompressor.decompress(data, most)
        if piece:
            yield piece
        if decompressor.eof or decompressor.needs_input:
            return
        data, most = b"", BLOCK


def _good_part(
    again: Callable[[int, int], bytes] | None, start: int, end: int
) -> Iterator[bytes] | None:
    """Return bytes [start, end) of a source in pieces, None if it cannot be read again."""
    if again is None:
        return None
    return (again(at, min(READ, end - at)) for at in range(start, end, READ))


def _up_to_damage(
    decompressor: Any,
    errors: tuple[type[Exception], ...],
    good: Iterator[bytes] | None,
    bad: bytes,
    given: int,
) -> Iterator[bytes]:
    """Yield what `bad` adds to a member that begins with `good`, one piece for each good byte.

    `given` bytes of the member are known.
    """
    if good is None:
        return
    for data in good:
        for piece in _given(decompressor, data, BLOCK):
            given -= len(piece)
    with suppress(*errors):
        for n in range(len(bad)):
            piece = b"".join(_given(decompressor, bad[n : n + 1], BLOCK))
            known = min(given, len(piece))
            given -= known
            yield piece[known:]


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
