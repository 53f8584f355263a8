"""Where the values of a document are: each has a path and a place in the text."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cotool._records import NamedTuple
from cotool._typing import NoReturn
from cotool.errors import InputError

KeyPath = tuple[str | int, ...]  # keys, and positions in lists, from the top of the document

MAX_DEPTH = 200
LIMIT = 1 << 20  # bytes of a document in clear
MAX_VALUES = 20_000
MAX_PATH = 4096  # characters in the keys of a path
_PLAIN_KEY = re.compile(r"[\w-]+")


class Value(NamedTuple):
    """A value of a document: its path, and where its text begins and ends.

    quoted: a token that replaces it needs double quotes.
    """

    path: KeyPath
    start: int
    end: int
    quoted: bool = False


def line_of(text: str, place: int) -> int:
    """Return the number of the line that a place is in, from 1."""
    return text.count("\n", 0, place) + 1


def fail(name: str, text: str, place: int, problem: str, hint: str | None = None) -> NoReturn:
    """Raise InputError for a place in the text of a file."""
    raise InputError(f"{name}, line {line_of(text, place)}: {problem}", hint=hint)


def bound_path(path: KeyPath) -> bytes:
    """Return what a value is bound to: the keys of its path, and that there are lists.

    Positions in lists are left out, so an item keeps its ciphertext when another one is added
    before it.
    """
    return b"".join(
        b"\0" if isinstance(step, int) else b"\1" + _sized(step.encode(errors="surrogatepass"))
        for step in path
    )


def _sized(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def shown(path: KeyPath) -> str:
    """Return a path for people, as in db.users[0].password."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _PLAIN_KEY.fullmatch(step):
            text += f".{step}" if text else step
        else:
            text += f"[{step!r}]"
    return text or "the whole document"


class UniqueKeys:
    """The keys of one mapping; each may occur once."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    def add(self, key: str, name: str, text: str, place: int) -> None:
        """Note a key. Raises InputError if the mapping has it already."""
        before = self._places.setdefault(key, place)
        if before != place:
            where = line_of(text, before)
            fail(name, text, place, f"the key {key!r} occurs twice; it is also in line {where}")


def replaced(text: str, pieces: Iterable[tuple[int, int, str]]) -> str:
    """Return a text with each (start, end, piece) put in; they are in order."""
    parts: list[str] = []
    last = 0
    for start, end, piece in pieces:
        parts += (text[last:start], piece)
        last = end
    return "".join((*parts, text[last:]))
