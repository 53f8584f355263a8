"""Read a whole JSON document: an export, a saved result, the content of a keyring."""

from __future__ import annotations

import json

from cotool._typing import TYPE_CHECKING, Any
from cotool.errors import InputError

if TYPE_CHECKING:
    from os import PathLike

_MOST = 1 << 28  # bytes


def parse_json(text: str | bytes) -> Any:
    """Return the value of a JSON document. Raises ValueError, also if it is nested too deeply."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def read_document(path: str | PathLike[str], *, hint: str) -> Any:
    """Return the JSON document in a file, which may be compressed, or in standard input for "-".

    Raises InputError with `hint` if it is not JSON or far too long, also when decompressed.
    """
    from cotool.io.sources import open_source, source_name
    from cotool.io.whole import read_stream

    try:
        with open_source(path) as stream:
            return parse_json(read_stream(stream, source_name(path), _MOST))
    except InputError as error:
        if error.parameter is None:
            raise
        raise InputError(error.args[0], hint=hint) from None  # callers have no limit to raise
    except ValueError as error:
        raise InputError(f"{path}: is not JSON: {error}", hint=hint) from None
