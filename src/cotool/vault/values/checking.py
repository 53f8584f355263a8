"""Check that a document has no value in clear that its rule seals."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cotool._typing import TYPE_CHECKING
from cotool.errors import CotoolError, InputError, IntegrityError, VaultError
from cotool.vault.values.document import (
    checked_rule,
    is_token,
    is_wanted,
    open_document,
    parts_of,
    text_of,
)

if TYPE_CHECKING:
    from cotool.vault.envelope import Key

_CONFLICT = re.compile(r"^(?:<{7}|>{7}|\|{7})(?:[ \r]|$)", re.MULTILINE)
_HINT = (
    "cotool vault values accept seals what is in clear and gives the file a MAC that fits; "
    "cotool vault edit changes a sealed file"
)
_DAMAGED = (
    "restore its first lines from the version in git and run cotool vault values accept; "
    "or remove all of them, and the file is sealed like a new one"
)


def check_sealed(data: bytes, *, keys: Sequence[Key], name: str) -> None:
    """Raise InputError if a value is in clear although the document's rule seals it.

    If one of `keys` opens the document, its MAC must fit, too; otherwise only the structure is
    checked. The error names the first line that is wrong.
    """
    # The whole file is searched, because the metadata may have the marks, too.
    if conflict := _CONFLICT.search(data.decode(errors="replace").replace("\r\n", "\n")):
        line = conflict.string.count("\n", 0, conflict.start()) + 1
        raise InputError(f"{name}, line {line}: has the marks of a merge conflict", hint=_HINT)
    try:
        parts = parts_of(data, name)
    except VaultError as error:
        raise InputError(f"{name}, line 1: {error}", hint=_DAMAGED) from None
    checked_rule(parts.rule.syntax, parts.rule.only, parts.rule.others)
    for value in parts.values():
        if is_wanted(parts.rule, value.path) and not is_token(text_of(parts.body, value)):
            where = f"{name}, line {parts.line_of(value)}"
            what = f"the value of {parts.shown(value)} is in clear in a file with sealed values"
            raise InputError(f"{where}: {what}", hint=_HINT)
    try:
        open_document(data, keys, name).opened()
    except IntegrityError as error:
        raise InputError(f"{name}: {error}", hint=_HINT) from None
    except CotoolError:  # none of the keys opens it
        return
