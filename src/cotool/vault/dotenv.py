"""The grammar of .env files: `NAME=value` lines and what they mean.

No message shows a value, since values are secrets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cotool._records import NamedTuple
from cotool._typing import NoReturn
from cotool.errors import InputError

_BLANK = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\n|\Z)")  # also what may follow a closing quote
_NAME = re.compile(r"[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)=")
_LINE = re.compile(r"([^\n]*)(?:\n|\Z)")
_COMMENT = re.compile(r"[ \t]#")
_SINGLE = re.compile(r"'([^']*)'")
_DOUBLE = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)"', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "$": "$", "`": "`"}
_EXPANSION = re.compile(r"\$[({]")  # what shells and other readers of .env files replace
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class Variable(NamedTuple):
    """A variable, the line on which it begins, and where its value is in the text."""

    name: str
    value: str
    line: int
    start: int
    end: int


def parse(content: bytes, name: str) -> Iterator[Variable]:
    """Yield the variables of an .env file in their order; `name` is the file's name for errors.

    Places are those in the text without a byte order mark, with newlines for the ends of lines.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(f"{name}, line {line}: is not UTF-8") from None
    return _Parser(text.replace("\r\n", "\n"), name, expand=True).variables()


def places(text: str, name: str) -> Iterator[Variable]:
    """Yield the variables of a text with newlines only; their values are not interpreted.

    So a value may hold what other programs expand.
    """
    return _Parser(text, name, expand=False).variables()


class _Parser:
    """A position in the text of an .env file."""

    def __init__(self, text: str, name: str, *, expand: bool) -> None:
        self._text = text
        self._name = name
        self._expand = expand
        self._at = 0
        self._line = 1
        self._span = (0, 0)  # of the last value

    def variables(self) -> Iterator[Variable]:
        if "\r" in self._text:
            self._fail("has a carriage return that ends no line", at=self._line_of("\r"))
        while self._at < len(self._text):
            if self._take(_BLANK) is not None:
                continue
            line = self._line
            name = self._take(_NAME)
            if name is None:
                self._fail("expected NAME=value", "a name has letters, digits and _; no spaces")
            value = self._value()
            if "\0" in value:
                self._fail(f"the value of {name[1]} contains a NUL character", at=line)
            yield Variable(name[1], value, line, *self._span)

    def _value(self) -> str:
        first = self._text[self._at : self._at + 1]
        if first == "'":
            return self._quoted(_SINGLE)
        if first == '"':
            line, raw = self._line, self._quoted(_DOUBLE)
            return self._unescaped(line, raw) if self._expand else raw
        return self._plain()

    def _quoted(self, pattern: re.Pattern[str]) -> str:
        found = self._take(pattern)
        if found is None:
            self._fail("the quote is never closed")
        self._span = found.span()
        if self._text[self._at : self._at + 1] == "#" or self._take(_BLANK) is None:
            self._fail(
                "there is text after the closing quote", r"in double quotes, write \" for a quote"
            )
        return found[1]

    def _unescaped(self, line: int, raw: str) -> str:
        for escape in _ESCAPE.finditer(raw):
            if escape[1] not in _ESCAPES:
                self._fail(
                    "unknown escape in double quotes",
                    r"write \\ for a backslash; the others are \n \r \t \" \$ \`",
                    at=line + raw.count("\n", 0, escape.start()),
                )
        self._refuse_expansion(_ESCAPE.sub("", raw), line)
        return _ESCAPE.sub(lambda escape: _ESCAPES[escape[1]], raw)

    def _plain(self) -> str:
        line = self._line
        found = self._take(_LINE)
        assert found is not None  # noqa: S101 - the pattern matches anywhere
        comment = _COMMENT.search(found[1])
        value = (found[1] if comment is None else found[1][: comment.start()]).rstrip(" \t")
        hint = "put the value in quotes"
        if value.startswith((" ", "\t")):
            self._fail("there is a space after =", hint, at=line)
        if value.startswith(("#", "`")):
            self._fail(f"a value without quotes begins with {value[0]}", hint, at=line)
        if _CONTROL.search(value):
            self._fail("the value contains a control character", hint, at=line)
        if comment is not None and any(value.count(quote) % 2 for quote in "'\""):
            self._fail("a comment begins inside a quoted part of the value", hint, at=line)
        self._span = (found.start(), found.start() + len(value))
        if self._expand:
            self._refuse_expansion(value, line)
        return value

    def _refuse_expansion(self, value: str, line: int) -> None:
        if _EXPANSION.search(value):
            self._fail(
                "${ and $( are not expanded", "put the value in single quotes to keep them", at=line
            )

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self._text, self._at)
        if found is not None:
            self._at = found.end()
            self._line += found[0].count("\n")
        return found

    def _line_of(self, character: str) -> int:
        return self._text.count("\n", 0, self._text.index(character)) + 1

    def _fail(self, problem: str, hint: str | None = None, *, at: int | None = None) -> NoReturn:
        raise InputError(f"{self._name}, line {at or self._line}: {problem}", hint=hint)
