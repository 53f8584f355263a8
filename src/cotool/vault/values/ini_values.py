"""The values of an INI file and their places in its text.

Programs disagree about comments after a value and about how a value continues. Here, a value is all
text after the delimiter, with the lines that continue it: lines that are indented more than the
key, as in Python's configparser, and lines after a backslash.
"""

from __future__ import annotations

import re

from cotool.vault.values.spans import KeyPath, Value, fail

_LINE = re.compile(r"([^\r\n]*)(\r?\n|\Z)")
_SECTION = re.compile(r"[ \t]*\[(.+)\][ \t]*(?:[#;].*)?")
_COMMENT = re.compile(r"[ \t]*(?:[#;].*)?")
_SPACE = re.compile(r"\s")
_DELIMITER = re.compile("[=:]")
_INDENT = re.compile(r"[ \t]*")


def find_values(text: str, name: str) -> list[Value]:
    """Return the values of an INI file. Raises InputError with the line if it is not valid."""
    return _Reader(text, name).values()


class _Reader:
    def __init__(self, text: str, name: str) -> None:
        self._text = text
        self._name = name
        self._found: list[Value] = []
        self._section: KeyPath = ()
        self._indent: int | None = None  # of the key whose value may continue
        self._continues = False  # the last line ended with a backslash

    def values(self) -> list[Value]:
        place = int(self._text.startswith("\ufeff"))
        while place < len(self._text):
            line = _LINE.match(self._text, place)
            if line is None:
                at = self._text.index("\r", place)
                fail(self._name, self._text, at, "has a carriage return that ends no line")
            self._read(line[1], place)
            place = line.end()
        return self._found

    def _read(self, line: str, place: int) -> None:
        if self._continues or self._is_continued(line):
            self._extend(line, place)
        elif _COMMENT.fullmatch(line):
            return
        elif section := _SECTION.fullmatch(line):
            self._section, self._indent = (section[1],), None
        else:
            self._option(line, place)

    def _is_continued(self, line: str) -> bool:
        indent = _INDENT.match(line)
        assert indent is not None  # noqa: S101 - the pattern matches anywhere
        blank = _COMMENT.fullmatch(line) is not None
        return not blank and self._indent is not None and indent.end() > self._indent

    def _extend(self, line: str, place: int) -> None:
        last = self._found[-1]
        end = place + len(line.rstrip(" \t"))
        self._found[-1] = last._replace(end=max(last.end, end))
        self._continues = line.endswith("\\")

    def _option(self, line: str, place: int) -> None:
        delimiter = _DELIMITER.search(line)
        key = line[: delimiter.start() if delimiter else len(line)].strip(" \t")
        if not key:
            fail(self._name, self._text, place, "expected [section] or key = value")
        if delimiter is None:
            self._indent = None
            if key.endswith("\\") or (_SPACE.search(key) and not key.startswith("!include")):
                problem = "has no = or :, so it is not clear what its value is"
                fail(self._name, self._text, place, problem)
            return
        rest = line[delimiter.end() :]
        start = place + len(line) - len(rest.lstrip(" \t"))
        end = max(start, place + len(line.rstrip(" \t")))
        self._found.append(Value((*self._section, key), start, end))
        self._indent = len(line) - len(line.lstrip(" \t"))
        self._continues = line.endswith("\\")
