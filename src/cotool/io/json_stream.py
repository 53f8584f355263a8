"""Read JSON values from a byte stream one at a time: a document, array items, or JSON lines."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterator
from itertools import chain, islice
from json import JSONDecodeError

from cotool._lazy import lazy_pattern
from cotool._typing import TYPE_CHECKING, Any
from cotool.errors import InputError
from cotool.io.sources import memory_for_a_value

if TYPE_CHECKING:
    import io

# No line and no JSON value is read beyond this many bytes.
MAX_RECORD = 1 << 28
# The first line decides between JSON lines and one document where it ends within this size.
_FIRST_LINE = 1 << 20
_BLOCK = 1 << 16
_BLANK_LINES = lazy_pattern(rb"(?:[ \t\r]*+\n)*+")
# No value of this few characters takes much memory.
_SMALL = 1 << 20
# An error this close to the end of the data may only mean that the data continues: \uD83D\uDE00.
_TAIL = 16
_SPLIT = "put each record on a separate line or in a separate item"
_CHECK = "check it with python -m json.tool, lines with --json-lines"
_SPACE = " \t\r\n"


class _DuplicateKeyError(ValueError):
    """A key occurs twice in one object."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _DuplicateKeyError(f"the key {key!r} occurs twice in one object")
            seen.add(key)
    return found


_DECODER = json.JSONDecoder(object_pairs_hook=_unique)


def read_first_line(stream: io.BufferedReader) -> tuple[bytes, int]:
    """Return the first line that is not blank (cut at 1 MiB) and its number; b"" at the end."""
    number = 1
    while True:
        number += skip_blank_lines(stream)
        line = stream.readline(_FIRST_LINE)
        if not line or line.strip():
            return line, number
        number += 1


def skip_blank_lines(stream: io.BufferedReader) -> int:
    """Move past blank lines, whole buffers at a time; return how many."""
    count = 0
    while (seen := stream.peek()) and (lines := _BLANK_LINES.match(seen)[0]):  # type: ignore[index]
        count += lines.count(b"\n")
        stream.read(len(lines))
    return count


def is_json(first: bytes) -> bool:
    """Whether a first line begins JSON: an object, an array, or a line that is one JSON value."""
    if first.lstrip()[:1] in (b"{", b"["):
        return True
    try:
        _DECODER.decode(first.decode())
    except (ValueError, RecursionError):
        return False
    return True


def read_values(
    stream: io.BufferedReader,
    name: str,
    first: bytes,
    number: int,
    on_bad: Callable[[InputError], None],
) -> Iterator[tuple[str, Any]]:
    """Yield each JSON value with its place: the lines of JSON lines, the items of one array.

    `first` is the first line, at line `number`. A line that is not valid JSON goes to `on_bad`.
    Raises InputError if a document that is not JSON lines is not valid JSON, because nothing after
    the error can be trusted.
    """
    where = f"{name}, line {number}"
    lines = _next_lines(stream, name, number)
    second: list[tuple[int, bytes]] = []
    try:
        value = _decode(first, where)
    except InputError as error:
        cut = len(first) == _FIRST_LINE and not first.endswith(b"\n")
        if cut or isinstance(error, _IncompleteError):
            yield from _document(stream, name, first, number)
            return
        on_bad(error)
    else:
        if isinstance(value, list):
            second = list(islice(lines, 1))
            if not second:
                for place, item in enumerate(value, 1):
                    yield f"{name}, record {place}", item
                return
        yield where, value
    for line_number, line in chain(second, lines):
        where = f"{name}, line {line_number}"
        check_memory(line, where, stream)
        try:
            value = _decode(line, where)
        except InputError as error:
            on_bad(error)
        else:
            yield where, value


class _IncompleteError(InputError):
    """Valid JSON so far, which continues after the end of the line."""


def _next_lines(stream: io.BufferedReader, name: str, number: int) -> Iterator[tuple[int, bytes]]:
    while line := read_line(stream, name, number + 1):
        number += 1
        if line.isspace():
            number += skip_blank_lines(stream)
        else:
            yield number, line


def read_line(stream: io.BufferedReader, name: str, number: int) -> bytes:
    """Return the next line, b"" at the end. Raises InputError if it is too long."""
    most = most_text(stream)
    line = stream.readline(most)
    if len(line) == most:
        raise InputError(f"{name}, line {number}: is longer than {most >> 20} MiB", hint=_SPLIT)
    return line


def most_text(stream: io.BufferedReader) -> int:
    """Return how many bytes a line, or the text of a value, may have."""
    memory = memory_for_a_value(stream)
    # The bytes, the text, and a string in it are held at once.
    return MAX_RECORD if memory is None else min(MAX_RECORD, memory // 4)


def check_memory(text: str | bytes, where: str, stream: io.BufferedReader) -> None:
    """Raise InputError if a JSON text would take too much memory as a value."""
    memory = memory_for_a_value(stream) if len(text) > _SMALL else None
    if memory is not None and memory_of(text) > memory:
        raise InputError(
            f"{where}: a value would take more than {memory >> 20} MiB of memory", hint=_SPLIT
        )


def memory_of(text: str | bytes) -> int:
    """Return about how many bytes of memory a JSON text takes as a value.

    An empty list of two characters takes 64 bytes.
    """
    marks: tuple[Any, ...] = ("[", "{", ",") if isinstance(text, str) else (b"[", b"{", b",")
    lists, objects, items = map(text.count, marks)
    return 2 * len(text) + 64 * (lists + objects) + 32 * items


def decode_text(line: bytes, where: str) -> str:
    """Return a line's text. Raises InputError if it is not UTF-8."""
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        raise InputError(
            f"{where}: byte {error.start + 1} is not UTF-8 (0x{line[error.start]:02x})",
            hint="save the file as UTF-8",
        ) from None


def _decode(line: bytes, where: str) -> Any:
    text = decode_text(line, where)
    try:
        return _DECODER.decode(text)
    except JSONDecodeError as error:
        kind = InputError
        if error.pos >= len(text.rstrip()) and not error.msg.startswith("Extra data"):
            kind = _IncompleteError
        raise kind(
            f"{where}: is not valid JSON: {_reason(error)} at column {error.colno}", hint=_CHECK
        ) from None
    except (ValueError, RecursionError) as error:
        raise _refused(error, where) from None


def _reason(error: JSONDecodeError) -> str:
    return error.msg.removesuffix(" at")


def too_deep(where: str) -> InputError:
    """Return the error for a value that is nested beyond Python's limit of recursion."""
    return InputError(f"{where}: is nested too deeply", hint="a response needs only a few levels")


def _refused(error: ValueError | RecursionError, where: str) -> InputError:
    if isinstance(error, RecursionError):
        return too_deep(where)
    if isinstance(error, _DuplicateKeyError):
        return InputError(f"{where}: {error}", hint="give each key once")
    return InputError(
        f"{where}: contains a number with too many digits", hint="write it as a string"
    )


class JsonText:
    """The text of a stream as JSON values, of which as little as possible is in memory.

    It grows as it is needed and forgets what was used. `start` holds what has been read of the
    stream already, from line `line` on. Bytes that are not UTF-8 raise InputError, or are replaced
    if `errors` is "replace". A value of more than `most` bytes raises InputError.
    """

    def __init__(
        self,
        stream: io.BufferedReader,
        name: str,
        start: bytes = b"",
        line: int = 1,
        *,
        decoder: json.JSONDecoder = _DECODER,
        errors: str = "strict",
        most: int,
    ) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors)
        self._parser = decoder
        self._most = most
        self._name = name
        self._line = line  # in which the text that is in memory begins
        self._text = ""
        self._position = 0
        self._ended = False
        if start:
            self._append(start)

    @property
    def line(self) -> int:
        """The number of the line in which the unused text begins."""
        return self._line + self._text.count("\n", 0, self._position)

    def peek(self) -> str:
        """Return the next character that is not space, "" at the end, and move on to it."""
        while True:
            text = self._text
            position = self._position
            while position < len(text) and text[position] in _SPACE:
                position += 1
            self._position = position
            if position < len(text):
                return text[position]
            if self._ended:
                return ""
            self._grow()

    def take(self) -> None:
        """Move past the character that peek() has shown."""
        self._position += 1

    def value(self) -> Any:
        """Return the next JSON value and move past it."""
        value, end = self._parsed()
        self._position = end
        return value

    def written(self) -> str:
        """Return the text of the next JSON value and move past it."""
        _, end = self._parsed()
        text = self._text[self._position : end]
        self._position = end
        return text

    def broken(self, reason: str) -> InputError:
        """Return the error for text that is not JSON here."""
        return self._invalid(reason, self.line)

    def _parsed(self) -> tuple[Any, int]:
        """Return the next JSON value and where it ends in the text."""
        self.peek()
        while True:
            check_memory(self._text, f"{self._name}, line {self._line}", self._stream)
            try:
                value, end = self._parser.raw_decode(self._text, self._position)
            except JSONDecodeError as error:
                unfinished = error.pos >= len(self._text) - _TAIL or error.msg.startswith(
                    "Unterminated string"
                )
                if self._ended or not unfinished:
                    line = self.line + self._text.count("\n", self._position, error.pos)
                    raise self._invalid(_reason(error), line) from None
            except (ValueError, RecursionError) as error:
                raise _refused(error, f"{self._name}, line {self.line}") from None
            else:
                # At the very end, 12 may be the beginning of 123.
                if end < len(self._text) or self._ended:
                    return value, end
            self._grow()

    def _invalid(self, reason: str, line: int) -> InputError:
        return InputError(f"{self._name}, line {line}: is not valid JSON: {reason}", hint=_CHECK)

    def _grow(self) -> None:
        """Drop the used text and at least double what is left."""
        self._line = self.line
        self._text = self._text[self._position :]
        self._position = 0
        size = max(_BLOCK, len(self._text))
        if size > self._most:
            raise InputError(
                f"{self._name}, line {self.line}: a value is longer than {self._most >> 20} MiB",
                hint=_SPLIT,
            )
        self._append(self._stream.read1(size) if size == _BLOCK else self._stream.read(size))

    def _append(self, data: bytes) -> None:
        self._ended = not data
        try:
            self._text += self._decoder.decode(data, final=self._ended)
        except UnicodeDecodeError as error:
            pending = error.object[: error.start]
            line = self._line + self._text.count("\n") + pending.count(b"\n")
            raise InputError(
                f"{self._name}, line {line}: holds a byte that is not UTF-8 "
                f"(0x{error.object[error.start]:02x})",
                hint="save the file as UTF-8",
            ) from None


def _document(
    stream: io.BufferedReader, name: str, start: bytes, line: int
) -> Iterator[tuple[str, Any]]:
    """Yield the items of an array, or values that follow one another, as they are read."""
    text = JsonText(stream, name, start, line, most=most_text(stream))
    place = 0
    if text.peek() != "[":
        while text.peek():
            place += 1
            yield f"{name}, record {place}", text.value()
        return
    text.take()
    closed = text.peek() == "]"
    while not closed:
        place += 1
        yield f"{name}, record {place}", text.value()
        mark = text.peek()
        if mark not in (",", "]"):
            raise text.broken(
                f"expected a comma or ], found {mark!r}" if mark else "the list is not closed"
            )
        closed = mark == "]"
        if not closed:
            text.take()
    text.take()
    if extra := text.peek():
        raise InputError(
            f"{name}, line {text.line}: {extra!r} after the end of the list",
            hint="give one list, or one value per line",
        )
