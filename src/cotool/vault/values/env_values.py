"""The values of an .env file and their places in its text."""

from __future__ import annotations

import re
from bisect import bisect_left

from cotool.vault.dotenv import places
from cotool.vault.values.spans import UniqueKeys, Value

_BYTE_ORDER_MARK = "\ufeff"
_RETURN = re.compile("\r\n")


def find_values(text: str, name: str) -> list[Value]:
    """Return the values of an .env file. Raises InputError with the line if it is not valid."""
    mark = len(_BYTE_ORDER_MARK) * text.startswith(_BYTE_ORDER_MARK)
    body = text[mark:]
    # The parser gets plain newlines, so each carriage return moves later places by one.
    returns = [found.start() - n for n, found in enumerate(_RETURN.finditer(body))]
    found = []
    keys = UniqueKeys()
    for variable in places(body.replace("\r\n", "\n"), name):
        start, end = (mark + at + bisect_left(returns, at) for at in variable[3:])
        keys.add(variable.name, name, text, start)
        found.append(Value((variable.name,), start, end))
    return found
