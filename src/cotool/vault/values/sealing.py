"""Seal the values of a file into another one, or in its place."""

from __future__ import annotations

import contextlib
import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from cotool.io.target import Target, replace_file
from cotool.vault.files import Source, named
from cotool.vault.locks import locked
from cotool.vault.values.document import Counted, count_values, encrypt_values
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
    renew: bool = False,
    force: bool = False,
    preserve: bool = False,
) -> tuple[int, int, Counted]:
    """Seal the values of a file or stream; return how many bytes were read and written.

    It also returns what was sealed.

    renew: the destination is the older sealed version in `previous`; it is locked. A destination
    that is the source itself is replaced. The other arguments are those of `encrypt`
    and `encrypt_values`. Raises OSError, InputError, VaultError, MissingExtraError.
    """
    seal = functools.partial(
        encrypt_values, keys=keys, syntax=syntax, only=only, others=others, previous=previous
    )
    in_place = _is_same(source, destination)
    with contextlib.ExitStack() as held:
        held.enter_context(named(source))
        target = ""
        if (renew or in_place) and isinstance(destination, (str, os.PathLike)):
            target = held.enter_context(locked(destination))
        file = held.enter_context(Source(target if in_place else source))
        content = read_text(file)
        if target and renew:
            old = held.enter_context(Source(target))
            seal = functools.partial(seal, previous=read_text(old))
        name = os.fspath(source) if isinstance(source, (str, os.PathLike)) else file.name
        sealed = seal(content, name=name)
        counted = count_values(sealed, name)
        if target:
            replace_file(target, sealed)
        else:
            with Target(destination, force=force, special=False) as new:
                if preserve and file.status is not None:
                    new.preserve(file.status)
                new.begin(sealed)
    return len(content), len(sealed), counted


def decrypt_in_place(path: StrPath, *, keys: Sequence[Key]) -> None:
    """Replace a file with sealed values by the document in clear.

    Raises OSError, InputError, VaultError.
    """
    with named(path), changing_document(path, keys) as (real, document):
        replace_file(real, document.content())


def _is_same(source: StrPath | BinaryIO, destination: StrPath | BinaryIO) -> bool:
    paths = (str, os.PathLike)
    if not (isinstance(source, paths) and isinstance(destination, paths)):
        return False
    with contextlib.suppress(OSError):
        return Path(source).samefile(destination)
    return False
