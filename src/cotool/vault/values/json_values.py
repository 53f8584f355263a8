"""The values of a JSON document (RFC 8259) and their places in its text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from cotool._records import NamedTuple
from cotool._typing import NoReturn
from cotool.vault.values.spans import MAX_DEPTH, KeyPath, UniqueKeys, Value, fail

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
_END = "end"  # the kind of lexeme after the last one


class Lexeme(NamedTuple):
    """A mark, string, number or literal, and where it is."""

    kind: str
    text: str
    start: int
    end: int


def lexemes(text: str, name: str, start: int = 0) -> Iterator[Lexeme]:
    """Yield the lexemes of a JSON text. Raises InputError for text that is not JSON."""
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


def find_values(text: str, name: str) -> list[Value]:
    """Return the values of a JSON document. Raises InputError with the line if it is not valid."""
    return _Reader(text, name).values()


class _Reader:
    def __init__(self, text: str, name: str) -> None:
        self._text = text
        self._name = name
        self._lexemes = lexemes(text, name)
        self._found: list[Value] = []

    def values(self) -> list[Value]:
        self._value((), self._next())
        for extra in self._lexemes:
            self._fail(extra, "there is something after the document")
        return self._found

    def _next(self) -> Lexeme:
        return next(self._lexemes, None) or Lexeme(_END, "", len(self._text), 0)

    def _value(self, path: KeyPath, lexeme: Lexeme) -> None:
        if lexeme.text in {"{", "["}:
            if len(path) == MAX_DEPTH:
                self._fail(lexeme, f"is nested more than {MAX_DEPTH} levels deep")
            read = self._object if lexeme.text == "{" else self._list
            read(path)
        elif lexeme.kind in {"mark", _END}:
            self._fail(lexeme, f"expected a value, not {_what(lexeme)}")
        else:
            self._found.append(Value(path, lexeme.start, lexeme.end, quoted=True))

    def _object(self, path: KeyPath) -> None:
        keys = UniqueKeys()
        lexeme = self._next()
        closed = lexeme.text == "}"
        while not closed:
            if lexeme.kind != "string":
                self._fail(lexeme, f"expected a key in double quotes, not {_what(lexeme)}")
            key: str = json.loads(lexeme.text)
            keys.add(key, self._name, self._text, lexeme.start)
            colon = self._next()
            if colon.text != ":":
                self._fail(colon, f"expected :, not {_what(colon)}")
            self._value((*path, key), self._next())
            closed = self._closes("}")
            lexeme = lexeme if closed else self._next()

    def _list(self, path: KeyPath) -> None:
        lexeme = self._next()
        closed = lexeme.text == "]"
        size = 0
        while not closed:
            self._value((*path, size), lexeme)
            size += 1
            closed = self._closes("]")
            lexeme = lexeme if closed else self._next()

    def _closes(self, mark: str) -> bool:
        """Return whether a mark closes the object or list; otherwise a comma must come."""
        lexeme = self._next()
        if lexeme.text not in {mark, ","}:
            self._fail(lexeme, f"expected a comma, not {_what(lexeme)}")
        return lexeme.text == mark

    def _fail(self, lexeme: Lexeme, problem: str) -> NoReturn:
        if lexeme.kind == _END:
            problem = "the document ends too early"
        fail(self._name, self._text, lexeme.start, problem)


def _what(lexeme: Lexeme) -> str:
    """Describe a lexeme, without the text of a value, which is a secret."""
    return lexeme.text if lexeme.kind == "mark" else f"a {lexeme.kind.replace('other', 'value')}"
