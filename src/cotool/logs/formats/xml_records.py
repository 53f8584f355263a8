"""Records as XML elements: Windows events, java.util.logging, log4j, and others of that kind.

Each element of the name that repeats is read as a JSON object with a member for each attribute and
child. What stands between these elements, such as declarations and the root, is skipped.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from xml.parsers import expat

from cotool._fast.logs.envelopes import Elements
from cotool._lazy import lazy_pattern
from cotool._typing import TYPE_CHECKING, Any
from cotool.errors import InputError
from cotool.logs.formats.documents import in_blocks
from cotool.logs.formats.model import JSON
from cotool.logs.formats.recognise import recognise

if TYPE_CHECKING:
    from collections.abc import Iterator

_TAG = lazy_pattern(rb"<([A-Za-z_][\w:.-]*)(?=[\s/>])")
_PRI = lazy_pattern(rb"\s*<\d")
_ENCODING = lazy_pattern(rb"<\?xml[^>]*encoding=[\"']([\w-]+)")
# Attributes that name what an element holds: <Data Name='a'>1</Data>, <data name="a" value="1"/>.
_NAMES, _VALUE = frozenset(("name", "key")), "value"
_TEXT, _SPACE = "text", " \t\r\n"
_NEARLY_ALL = 0.9
_SAMPLE = 1000
# The most bytes in a record.
_LONGEST = 1 << 24
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def find_xml(head: bytes) -> tuple[bytes, list[bytes]]:
    """Return the name of a file's records, and the first ones as lines; b"" if it has none.

    The name is that of the first element or of its first child, whichever repeats more often.
    """
    if _PRI.match(head):
        return b"", []  # syslog
    names = list(dict.fromkeys(_TAG.findall(head[:_LONGEST])))[:2]
    counts = [head.count(b"</%b>" % name) or head.count(b"<%b " % name) for name in names]
    for name, count in sorted(zip(names, counts, strict=True), key=lambda item: -item[1])[:1]:
        lines: list[bytes] = []
        with suppress(InputError):
            for text in _records(iter([head]), name, ""):
                lines += text.encode().split(b"\n")
                if len(lines) >= _SAMPLE:
                    break
        timed = sum(x.share for x in recognise(lines[:_SAMPLE]) if x.kind == JSON and x.has_time)
        if count > 1 and len(lines) > 1 and timed >= _NEARLY_ALL:
            return name, lines[:_SAMPLE]
    return b"", []


def xml_lines(blocks: Iterator[bytes], path: str, name: bytes) -> Iterator[bytes]:
    """Yield the elements of a name, one per line, in blocks.

    A broken element raises InputError with the file's name and line, after those before it.
    """
    return in_blocks(_records(blocks, name, path))


def _records(blocks: Iterator[bytes], name: bytes, path: str) -> Iterator[str]:
    """Yield one or more elements at a time, a line each."""
    attributes = rb"(?:\"[^\"]*\"|'[^']*'|[^<>\"'/])*"
    tag = re.escape(name)
    opening, closing = rb"<%b(?=[\s/>])%b" % (tag, attributes), re.compile(rb"</%b\s*>" % tag)
    empty = re.compile(rb"%b/>" % opening)
    element = re.compile(rb"%b(?:/>|>.*?%b)" % (opening, closing.pattern), re.DOTALL)
    rest, lines = b"", 1
    encoding: str | None = None
    usual = Elements(name)
    for block in blocks:
        data = rest + block
        if encoding is None:
            declared = _ENCODING.search(data)
            encoding = declared[1].decode() if declared is not None else "utf-8"
        at, end = 0, -1
        while True:
            if encoding.lower() == "utf-8":
                before = at
                written, at = usual.take(data, at)
                if written:
                    yield written[:-1].decode()
                    lines += data.count(b"\n", before, at)
            if end < 0:
                # Behind the last end tag, each start tag would be followed to the end of the data.
                end = max((one.end() for one in closing.finditer(data, at)), default=0)
            found = element.search(data, at, end) or empty.search(data, at)
            if found is None:
                break
            lines += data.count(b"\n", at, found.start())
            try:
                yield _encode(_record(found[0], encoding))
            except (expat.ExpatError, LookupError, ValueError) as error:
                raise InputError(
                    f"{path}, line {lines}: a broken element <{name.decode()}>: {error}"
                ) from None
            lines += found[0].count(b"\n")
            at = found.end()
        rest = data[at:]
        if len(rest) > _LONGEST:
            raise InputError(
                f"{path}, line {lines}: an element <{name.decode()}> that does not end"
            )


def _record(text: bytes, encoding: str) -> Any:
    """Return the members of an element."""
    stack: list[dict[str, Any]] = [{}]
    words: list[list[str]] = [[]]
    names: list[tuple[str, dict[str, str]]] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        names.append((tag.rpartition(":")[2], attributes))
        stack.append({})
        words.append([])

    def end(_: str) -> None:
        children, content = stack.pop(), "".join(words.pop()).strip(_SPACE)
        tag, attributes = names.pop()
        value: str | dict[str, Any]
        named = next((key for key in attributes if names and key.lower() in _NAMES), None)
        if named is not None and not children and (content or _VALUE in attributes):
            tag, value = attributes[named], content or attributes[_VALUE]
        elif children or not content or not names:  # without names: the record itself
            value = {key.rpartition(":")[2]: text for key, text in attributes.items()} | children
            if content:
                value[_TEXT] = content
        else:
            value = content
        parent = stack[-1]
        if tag not in parent:
            parent[tag] = value
        elif isinstance(parent[tag], list):
            parent[tag].append(value)
        else:
            parent[tag] = [parent[tag], value]

    def data(content: str) -> None:
        words[-1].append(content)

    parser = expat.ParserCreate(encoding)
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = data
    parser.Parse(text, True)  # noqa: FBT003
    (record,) = stack[0].values()
    return record
