"""An open vault file with its unlocked header and its segments."""

from __future__ import annotations

from collections.abc import Sequence

from cotool._typing import TYPE_CHECKING, BinaryIO, Self
from cotool.errors import InputError, IntegrityError
from cotool.vault.armor import dearmor, is_armored
from cotool.vault.envelope import Key, Unlocked, parse_headers, unlock
from cotool.vault.files import Source
from cotool.vault.header import FIXED_SIZE, MAGIC, MAX_STRIDE, OLD_STRIDE, Header, bytes_to_read
from cotool.vault.stream import PREFIX, SEALED_SEGMENT, SEGMENT, Stream, content_size
from cotool.vault.values.files import sealed_values

if TYPE_CHECKING:
    from cotool.vault.files import StrPath

ARMOR_LIMIT = 16 << 20  # bytes of text; armor is for small secrets and is read at once
_RUN = 64  # segments that Vault.read opens at a time


class Sealed:
    """A source with a vault file: without armor, its header parsed but not unlocked.

    A source of known size is read at offsets, any other one in order.
    """

    def __init__(self, source: Source) -> None:
        self.is_armored = is_armored(source.peek(FIXED_SIZE))
        if self.is_armored:
            source = Source.of_bytes(dearmor(_whole(source)) or b"", source.name)
        start = source.peek(FIXED_SIZE)
        self.source = source
        # A stream that does not begin almost like a vault file may be a terminal: little is read.
        same = sum(found == wanted for found, wanted in zip(start, MAGIC, strict=False))
        trusted = 2 * same >= len(MAGIC) or source.size is not None
        size = bytes_to_read(start) if trusted else 2 * OLD_STRIDE
        self.start = source.peek(size + PREFIX)
        self._copies, self.problem = parse_headers(self.start)

    @property
    def header(self) -> Header:
        """The newest copy of the header, whose MAC has not been checked yet."""
        return self._copies[0][1]

    def unlock(self, keys: Sequence[Key]) -> Unlocked:
        """Return the header that `keys` open. Raises VaultError."""
        try:
            return unlock(self.start, keys, self._copies)
        except IntegrityError:
            # The first copy may say something wrong about where the second one is.
            read = len(self.start)
            self.start = self.source.peek(2 * MAX_STRIDE + PREFIX)
            if len(self.start) == read:
                raise
            return unlock(self.start, keys)

    def stream(self, envelope: Unlocked) -> Stream:
        """Return the stream of the content, after checking the end of a source of known size."""
        offset = envelope.header.payload_offset
        stream = envelope.stream(self.start[offset : offset + PREFIX])
        if self.source.size is None:
            self.source.read(memoryview(bytearray(offset + PREFIX)))
        else:
            _check_end(self.source, offset, stream)
        return stream


class Vault:
    """Random access to the content of a vault file, or of a document with sealed values.

    Args:
        source: a path, or a binary stream that is read into memory.
        keys: what opens it, as for `decrypt`.

    `size` is the length of the content in bytes, which is authentic. A context manager.

    Raises OSError, InputError, VaultError.

    """

    def __init__(self, source: StrPath | BinaryIO, *, keys: Sequence[Key]) -> None:
        self._file = Source(source)
        self._content: bytes | None = None
        try:
            document = sealed_values(self._file)
            if document is not None:
                from cotool.vault.values.document import decrypt_values

                self._content = decrypt_values(document, keys=keys, name=self._file.name)
                self.size = len(self._content)
                return
            if self._file.size is None:
                self._file = Source.of_bytes(_whole(self._file), self._file.name)
            sealed = Sealed(self._file)
            self._source = sealed.source
            envelope = sealed.unlock(keys)
            self._stream = sealed.stream(envelope)
            self._offset = envelope.header.payload_offset
            assert self._source.size is not None  # noqa: S101 - both kinds have one
            self.size = content_size(self._source.size - self._offset)
        except BaseException:
            self.close()
            raise

    def read(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes from `offset` on; fewer only at the end of the content.

        Raises InputError for a negative number, IntegrityError if the bytes were changed.
        """
        if offset < 0 or length < 0:
            raise InputError("offset and length must not be negative")
        end = min(offset + length, self.size)
        if self._content is not None:
            return self._content[offset:end]
        parts = []
        while offset < end:
            first = offset // SEGMENT
            last = min((end - 1) // SEGMENT, first + _RUN - 1)
            content = open_run(self._source, self._offset, self._stream, first, last)
            start = offset - first * SEGMENT
            part = content[start : end - first * SEGMENT]
            parts.append(bytes(part))
            offset += len(part)
        return b"".join(parts)

    def close(self) -> None:
        """Close the file."""
        self._file.__exit__()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_run(source: Source, offset: int, stream: Stream, first: int, last: int) -> memoryview:
    """Return the content of the segments `first` to `last` of a payload at `offset`."""
    assert source.size is not None  # noqa: S101 - the caller looked
    start = offset + PREFIX + first * SEALED_SEGMENT
    end = min(offset + PREFIX + (last + 1) * SEALED_SEGMENT, source.size)
    data = memoryview(bytearray(end - start))
    source.read_at(start, data)
    content = memoryview(bytearray(len(data)))
    size = stream.open(
        first, data, content, final=end - start < (last + 1 - first) * SEALED_SEGMENT
    )
    return content[:size]


def read_whole(path: StrPath) -> tuple[bytes, bool]:
    """Return a small vault file without its armor, and whether it was armored.

    Raises OSError, InputError beyond 16 MiB, VaultError.
    """
    with Source(path) as source:
        data = _whole(source)
    if is_armored(data):
        return dearmor(data) or b"", True
    return data, False


def _check_end(source: Source, offset: int, stream: Stream) -> None:
    """Decrypt the last segment, so that a truncated file fails before any work is done."""
    assert source.size is not None  # noqa: S101 - the caller looked
    content_size(source.size - offset)
    last = (source.size - offset - PREFIX) // SEALED_SEGMENT
    open_run(source, offset, stream, last, last)


def _whole(source: Source) -> bytes:
    """Return all bytes of a source. Raises InputError above the limit."""
    too_large = InputError(
        f"{source.name}: armored text of more than {ARMOR_LIMIT >> 20} MiB is not supported",
        hint="armor is for small secrets; without armor, a vault file may have any size",
    )
    return source.whole(ARMOR_LIMIT, too_large)
