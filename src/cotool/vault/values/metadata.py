"""The metadata of a document with sealed values, and where each syntax keeps it.

In YAML, .env and INI, it is comments at the top. In JSON, it is the first member or item.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from cotool._records import dataclass
from cotool.errors import UPDATE, InputError, MalformedHeaderError, UnsupportedFormatError
from cotool.vault.values.json_values import lexemes
from cotool.vault.values.recognition import (
    START,
    SYNTAXES,
    begins_with_comments,
    begins_with_member,
)
from cotool.vault.values.tokens import decoded, encoded

KEY = "cotool"  # of the member in JSON
_VERSION = "1"
_NOTE = "; change it with: cotool vault edit FILE"
_MAC_SIZE = 64
_BYTE_ORDER_MARK = "\ufeff"

_TITLE = re.compile(rf"# cotool-values-([0-9]+) ([a-z]+){re.escape(_NOTE)}")
_FIELDS = ("mac", "header", "only", "except")
_FIELD = re.compile(r"# cotool-(header|only|except|mac): ([^\r\n]*)\r?\n")
_LINE = re.compile(r"([^\r\n]*)\r?\n")
_PAIRS = json.JSONDecoder(object_pairs_hook=list)


@dataclass(frozen=True, slots=True)
class Rule:
    """The syntax of a document, and which values are sealed.

    These are the values under a key that `only` matches, or all except those under a key that
    `others` matches; without a pattern, all values.
    """

    syntax: str
    only: str | None = None
    others: str | None = None

    def to_bytes(self) -> bytes:
        """Return what the MAC covers."""
        return json.dumps([self.syntax, self.only, self.others]).encode()


@dataclass(frozen=True, slots=True)
class Metadata:
    """The rule, the header with the wrapped file key, and the MACs."""

    rule: Rule
    header: bytes
    mac: bytes

    def fields(self) -> Iterator[tuple[str, str]]:
        """Yield the name and text of each field, in the order of the document."""
        # The MAC comes first, so that a conflict in it does not touch the content.
        yield "mac", encoded(self.mac)
        yield "header", encoded(self.header)
        if self.rule.only is not None:
            yield "only", self.rule.only
        if self.rule.others is not None:
            yield "except", self.rule.others


def joined(metadata: Metadata, body: str) -> str:
    """Return a document with its metadata."""
    if metadata.rule.syntax == "json":
        return _with_member(metadata, body)
    mark = _BYTE_ORDER_MARK * body.startswith(_BYTE_ORDER_MARK)
    first = body.find("\n")
    end = "\r\n" if body[first - 1 : first] == "\r" and first > 0 else "\n"
    lines = [f"# cotool-values-{_VERSION} {metadata.rule.syntax}{_NOTE}"]
    lines += [f"# cotool-{name}: {text}" for name, text in metadata.fields()]
    return mark + "".join(line + end for line in lines) + body[len(mark) :]


def _with_member(metadata: Metadata, body: str) -> str:
    place, space, empty = _opening(body)
    inside = space + (space.rsplit("\n", 1)[1] if "\n" in space else "")
    fields = [("values", f"{_VERSION} json"), *metadata.fields()]
    members = ",".join(
        f"{inside or ' ' * bool(n)}{json.dumps(name)}: {json.dumps(text)}"
        for n, (name, text) in enumerate(fields)
    )
    member = f'"{KEY}": {{{members}{space}}}'
    if body[place - 1] == "[":
        member = f"{{{member}}}"
    return body[:place] + space + member + ("" if empty else ",") + body[place:]


def _opening(body: str) -> tuple[int, str, bool]:
    """Return where the outermost container begins, the space after that, and if it is empty."""
    first = next(iter(lexemes(body, "")), None)
    if first is None or first.text not in {"{", "["}:
        raise InputError("the top level of a JSON document must be an object or a list")
    found = re.compile(r"[ \t\r\n]*+").match(body, first.end)
    space = found[0] if found else ""
    return first.end, space, body[first.end + len(space)] in "}]"


def split(text: str) -> tuple[Metadata, str]:
    """Return the metadata of a document, and the document without it.

    Raises MalformedHeaderError; UnsupportedFormatError if it has no metadata, or newer one.
    """
    start = text[:START].encode()
    if begins_with_comments(start):
        version, syntax, fields, body = _split_comments(text)
    elif begins_with_member(start):
        version, syntax, fields, body = _split_member(text)
    else:
        raise UnsupportedFormatError("has no sealed values")
    if version != _VERSION or syntax not in SYNTAXES:
        raise UnsupportedFormatError(
            f"its values were sealed by a newer version of cotool (version {version}, {syntax})",
            hint=UPDATE,
        )
    names = [*fields]
    if names != [name for name in _FIELDS if name in fields]:
        raise _malformed("its fields are not in order")
    header, mac = (decoded(fields.get(name, "")) for name in ("header", "mac"))
    if not header or mac is None or len(mac) != _MAC_SIZE:
        raise _malformed("the MAC or the header is missing or not base64url")
    rule = Rule(syntax, fields.get("only"), fields.get("except"))
    return Metadata(rule, header, mac), body


# The version, the syntax, the fields, and the document without them.
Stated = tuple[str, str, dict[str, str], str]


def _split_comments(text: str) -> Stated:
    place = mark = int(text.startswith(_BYTE_ORDER_MARK))
    title = _LINE.match(text, place)
    found = _TITLE.fullmatch(title[1]) if title else None
    if title is None or found is None or found[2] == "json":
        raise _malformed("its first line was changed")
    place = title.end()
    fields: dict[str, str] = {}
    while field := _FIELD.match(text, place):
        if field[1] in fields:
            number = text.count("\n", 0, place) + 1
            raise _malformed(f"line {number} occurs twice")
        fields[field[1]] = field[2]
        place = field.end()
    return found[1], found[2], fields, text[:mark] + text[place:]


def _split_member(text: str) -> Stated:
    found = lexemes(text, "")
    opened = next(found)
    in_list = opened.text == "["
    try:
        inner = [next(found) for _ in range(4 if in_list else 3)][-1]
        pairs, end = _PAIRS.raw_decode(text, inner.start)
        rest = lexemes(text, "", end)
        if in_list:
            closed = next(rest)
            if closed.text != "}":
                raise _malformed("its first item has another member")
            end = closed.end
        comma = next(rest, None)
    except (ValueError, RecursionError, StopIteration):  # it is not JSON
        raise _malformed("its first member was changed") from None
    fields = dict(pairs)
    texts = all(isinstance(value, str) for value in fields.values())
    version, _, syntax = str(fields.pop("values", "")).partition(" ")
    if not texts or len(fields) + 1 < len(pairs) or (syntax != "json" and version == _VERSION):
        raise _malformed("its first member was changed")
    if comma is not None and comma.text == ",":
        end = comma.end
    return version, syntax, fields, text[: opened.end] + text[end:]


def _malformed(what: str) -> MalformedHeaderError:
    return MalformedHeaderError(
        f"the metadata of its sealed values is damaged: {what}",
        hint="get the file again from its source or a backup",
    )
