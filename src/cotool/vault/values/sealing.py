"""Seal the values of a file into another one, or in its place."""

from __future__ import annotations

import contextlib
import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeGuard

from cotool.io.target import Target, replace_file
from cotool.vault.files import Source, named
from cotool.vault.locks import locked
from cotool.vault.values.document import encrypt_values
from cotool.vault.values.files import changing_document, read_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cotool.vault.envelope import Key
    from cotool.vault.files import StrPath


def encrypt_values_of(
    source: StrPath | BinaryIO,
    destination: StrPath | BinaryIO,
    *,
    keys: Sequence[Key],
    syntax: str,
    only: str | None = None,
    others: str | None = None,
    previous: bytes | None = None,
    force: bool = False,
    preserve: bool = False,
) -> tuple[int, int]:
    """Seal the values of a file or stream; return how many bytes were read and written.

    A destination that is the source itself is replaced. The other arguments are those of `encrypt`
    and `encrypt_values`. Raises OSError, InputError, VaultError, MissingExtraError.
    """
    seal = functools.partial(
        encrypt_values, keys=keys, syntax=syntax, only=only, others=others, previous=previous
    )
    if _is_same(source, destination):
        with named(source), locked(source) as real, Source(real) as file:
            content = read_text(file)
            sealed = seal(content, name=os.fspath(source))
            replace_file(real, sealed)
        return len(content), len(sealed)
    with named(source), Source(source) as file:
        content = read_text(file)
        sealed = seal(content, name=file.name)
        with Target(destination, force=force, special=False) as target:
            if preserve and file.status is not None:
                target.preserve(file.status)
            target.begin(sealed)
    return len(content), len(sealed)


def decrypt_in_place(path: StrPath, *, keys: Sequence[Key]) -> None:
    """Replace a file with sealed values by the document in clear.

    Raises OSError, InputError, VaultError.
    """
    with named(path), changing_document(path, keys) as (real, document):
        replace_file(real, document.content())


def _is_same(source: StrPath | BinaryIO, destination: StrPath | BinaryIO) -> TypeGuard[StrPath]:
    paths = (str, os.PathLike)
    if not (isinstance(source, paths) and isinstance(destination, paths)):
        return False
    with contextlib.suppress(OSError):
        return Path(source).samefile(destination)
    return False
