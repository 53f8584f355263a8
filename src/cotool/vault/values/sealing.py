"""Seal the values of a file into another one, or in its place."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence
from functools import partial

from cotool._typing import TYPE_CHECKING, BinaryIO
from cotool.io.target import Target, replace_file
from cotool.vault.files import Source, is_same_file, named
from cotool.vault.locks import locked
from cotool.vault.values.document import Counted, count_values
from cotool.vault.values.files import changing_document, read_text

if TYPE_CHECKING:
    from cotool.vault.envelope import Key
    from cotool.vault.files import StrPath
    from cotool.vault.options import VaultOptions


def encrypt_values_of(
    source: StrPath | BinaryIO,
    destination: StrPath | BinaryIO,
    seal: Callable[..., bytes],
    options: VaultOptions,
    *,
    renew: bool = False,
) -> tuple[int, int, Counted]:
    """Seal the values of a file or stream with `seal`: `encrypt_values` with its other arguments.

    Returns how many bytes were read and written, and what was sealed.

    renew: the destination is the older sealed version; it is locked. A destination that is the
    source itself is replaced. Raises OSError, InputError, VaultError, MissingExtraError.
    """
    in_place = is_same_file(source, destination)
    with contextlib.ExitStack() as held:
        held.enter_context(named(source))
        target = ""
        if (renew or in_place) and isinstance(destination, (str, os.PathLike)):
            target = held.enter_context(locked(destination))
        file = held.enter_context(Source(target if in_place else source))
        content = read_text(file)
        if target and renew:
            old = held.enter_context(Source(target))
            seal = partial(seal, previous=read_text(old))
        name = os.fspath(source) if isinstance(source, (str, os.PathLike)) else file.name
        sealed = seal(content, name=name)
        counted = count_values(sealed, name)
        if target:
            replace_file(target, sealed)
        else:
            with Target(destination, force=options.force, special=False) as new:
                if options.preserve and file.status is not None:
                    new.preserve(file.status)
                new.begin(sealed)
    return len(content), len(sealed), counted


def decrypt_in_place(path: StrPath, *, keys: Sequence[Key]) -> None:
    """Replace a file with sealed values by the document in clear.

    Raises OSError, InputError, VaultError.
    """
    with named(path), changing_document(path, keys) as (real, document):
        replace_file(real, document.content())
