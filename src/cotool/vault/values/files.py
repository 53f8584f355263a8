"""Files with sealed values: recognised and read whole."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence

from cotool._typing import TYPE_CHECKING
from cotool.errors import InputError
from cotool.vault.files import Source
from cotool.vault.locks import locked
from cotool.vault.values.recognition import SEALED_LIMIT, START, has_sealed_values, may_be_sealed

if TYPE_CHECKING:
    from cotool.vault.envelope import Key
    from cotool.vault.files import StrPath
    from cotool.vault.values.document import Document


def sealed_values(source: Source) -> bytes | None:
    """Return the bytes of a source with sealed values; None for others, which are not read.

    Raises InputError above the limit.
    """
    # A stream may be a terminal, so no more is read than needed.
    if not may_be_sealed(source.peek(1)) or not has_sealed_values(source.peek(START)):
        return None
    return read_text(source)


def read_text(source: Source) -> bytes:
    """Return all bytes of a source. Raises InputError above the limit for sealed values."""
    too_long = InputError(f"{source.name}: has more than {SEALED_LIMIT >> 20} MiB")
    return source.whole(SEALED_LIMIT, too_long)


def has_values_sealed(path: StrPath) -> bool:
    """Return whether a file has sealed values; a pipe is not read. Raises OSError, InputError."""
    if not os.path.isfile(path):  # noqa: PTH113 - or a string
        return False
    with Source(path) as source:
        return source.size is not None and has_sealed_values(source.peek(START))


@contextlib.contextmanager
def changing_document(path: StrPath, keys: Sequence[Key]) -> Iterator[tuple[str, Document]]:
    """Lock a file with sealed values and open it with `keys`; yield its real path and document."""
    from cotool.vault.values.document import open_document

    with locked(path) as real, Source(real) as source:
        yield real, open_document(read_text(source), keys, str(path))
