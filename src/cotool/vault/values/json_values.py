"""The values of a JSON document (RFC 8259) and their places in its text."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from cotool.vault.values.spans import MAX_DEPTH, KeyPath, Keys, Value, fail

if TYPE_CHECKING:
    from collections.abc import Iterator


_LEXEME = re.compile(
    r"""[ \t\n\r]*+(?:
        (?P<mark>[{}\[\]:,])
      | (?P<string>"(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+")
      | (?P<other>(?:-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?|true|false|null)
        (?![\w.+-]))
    )""",
    re.VERBOSE,
)
_SPACE = re.compile(r"[ \t\n\r]*+")
_BYTE_ORDER_MARK = "\ufeff"


class Lexeme(NamedTuple):
    """A mark, string, number or literal, and where it is."""

    kind: str
    text: str
    start: int
    end: int


def lexemes(text: str, name: str, start: int = 0) -> Iterator[Lexeme]:
    """Yield what a JSON text consists of. Raises InputError for anything else."""
    place = start or len(_BYTE_ORDER_MARK) * text.startswith(_BYTE_ORDER_MARK)
    while found := _LEXEME.match(text, place):
        kind = str(found.lastgroup)
        place = found.end()
        yield Lexeme(kind, found[kind], found.start(kind), place)
    space = _SPACE.match(text, place)
    place = place if space is None else space.end()
    if place < len(text):
        problem = "a string is never closed or not valid" if text[place] == '"' else "is not JSON"
        hint = "comments are not JSON" if text[place] in "/#" else None
        fail(name, text, place, problem, hint)


class _Container:
    """An object or list that is being read."""

    def __init__(self, opened: Lexeme, path: KeyPath) -> None:
        self.opened = opened
        self.path = path
        self.is_object = opened.text == "{"
        self.keys = Keys()
        self.size = 0
        self.key: str | None = None


def find_values(text: str, name: str) -> list[Value]:
    """Return the values of a JSON document. Raises InputError with the line if it is not valid."""
    return _Reader(text, name).values()


class _Reader:
    def __init__(self, text: str, name: str) -> None:
        self._text = text
        self._name = name
        self._found: list[Value] = []
        self._open: list[_Container] = []

    def values(self) -> list[Value]:
        expected = "value"
        for lexeme in lexemes(self._text, self._name):
            if expected == "end":
                self._fail(lexeme, "there is something after the document")
            expected = getattr(self, f"_{expected}")(lexeme)
        if expected != "end":
            self._fail(Lexeme("mark", "", len(self._text), 0), "the document ends too early")
        return self._found

    def _value(self, lexeme: Lexeme) -> str:
        path = self._path()
        if lexeme.text in {"{", "["}:
            if len(self._open) == MAX_DEPTH:
                self._fail(lexeme, f"is nested more than {MAX_DEPTH} levels deep")
            container = _Container(lexeme, path)
            self._open.append(container)
            return "first_key" if container.is_object else "first_item"
        if lexeme.kind == "mark":
            self._fail(lexeme, f"expected a value, not {_what(lexeme)}")
        self._found.append(Value(path, lexeme.start, lexeme.end, quoted=True))
        return self._ended()

    def _first_key(self, lexeme: Lexeme) -> str:
        return self._closed() if lexeme.text == "}" else self._key(lexeme)

    def _first_item(self, lexeme: Lexeme) -> str:
        return self._closed() if lexeme.text == "]" else self._value(lexeme)

    def _key(self, lexeme: Lexeme) -> str:
        if lexeme.kind != "string":
            self._fail(lexeme, f"expected a key in double quotes, not {_what(lexeme)}")
        container = self._open[-1]
        key: str = json.loads(lexeme.text)
        container.keys.add(key, self._name, self._text, lexeme.start)
        container.key = key
        return "colon"

    def _colon(self, lexeme: Lexeme) -> str:
        if lexeme.text != ":":
            self._fail(lexeme, f"expected :, not {_what(lexeme)}")
        return "value"

    def _next(self, lexeme: Lexeme) -> str:
        container = self._open[-1]
        if lexeme.text == ("}" if container.is_object else "]"):
            return self._closed()
        if lexeme.text != ",":
            self._fail(lexeme, f"expected a comma, not {_what(lexeme)}")
        return "key" if container.is_object else "value"

    def _closed(self) -> str:
        self._open.pop()
        return self._ended()

    def _ended(self) -> str:
        if not self._open:
            return "end"
        self._open[-1].size += 1
        return "next"

    def _path(self) -> KeyPath:
        if not self._open:
            return ()
        container = self._open[-1]
        step = container.key if container.is_object else container.size
        assert step is not None  # noqa: S101 - a key came before
        return (*container.path, step)

    def _fail(self, lexeme: Lexeme, problem: str) -> None:
        fail(self._name, self._text, lexeme.start, problem)


def _what(lexeme: Lexeme) -> str:
    """Return what a lexeme is, without the text of a value, which is a secret."""
    return lexeme.text if lexeme.kind == "mark" else f"a {lexeme.kind.replace('other', 'value')}"
