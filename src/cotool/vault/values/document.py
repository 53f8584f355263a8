"""A document with sealed values: sealed, opened, sealed again and accepted. Bytes in, bytes out."""

from __future__ import annotations

import contextlib
import hmac
import re
from collections import defaultdict
from collections.abc import Sequence

from cotool._records import NamedTuple, dataclass, field, replace
from cotool._typing import TYPE_CHECKING
from cotool.errors import CotoolError, InputError, unknown
from cotool.vault.envelope import Key, Unlocked, new_envelope, parse_headers, unlock
from cotool.vault.values import env_values, ini_values, json_values, spans
from cotool.vault.values.metadata import KEY, Metadata, Rule, joined, split
from cotool.vault.values.recognition import (
    SEALED_LIMIT,
    START,
    SYNTAXES,
    already_sealed,
    has_sealed_values,
)
from cotool.vault.values.tokens import TOKEN, Sealer, changed

if TYPE_CHECKING:
    from cotool.vault.header import Header
    from cotool.vault.values.spans import KeyPath, Value

_LINE = re.compile(r"\bline ([0-9]+)")
_MAC_CONFLICT = re.compile(
    r"<{7}[^\n]*\n(?P<mac>[^\n]*cotool-mac: [^\n]*\n|[ \t]*\"mac\": [^\n]*\n)"
    r"(?:\|{7}[^\n]*\n[^\n]*\n)?={7}\r?\n[^\n]*mac[^\n]*\n>{7}[^\n]*\n"
)


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a document with sealed values; nothing is authenticated."""

    metadata: Metadata
    body: str
    name: str
    skipped: int = 0  # lines of the metadata, which `body` does not have

    @property
    def rule(self) -> Rule:
        """What is sealed in the document."""
        return self.metadata.rule

    @property
    def header(self) -> Header:
        """The header, which says what opens the document."""
        return parse_headers(self.metadata.header)[0][0][1]

    @property
    def sealed(self) -> int:
        """The number of tokens."""
        return len(TOKEN.findall(self.body))

    def unlocked(self, keys: Sequence[Key]) -> Document:
        """Return the document with its file key; its MACs are not checked. Raises VaultError."""
        envelope = unlock(self.metadata.header, keys)
        return Document(self.metadata, self.body, self.name, self.skipped, envelope=envelope)

    def values(self) -> list[Value]:
        """Return the values, sealed or not. Raises InputError with the line in the file."""
        try:
            return find_values(self.body, self.rule.syntax, self.name)
        except InputError as error:
            text = _LINE.sub(lambda line: f"line {self.line(int(line[1]))}", str(error))
            raise InputError(text, hint=error.hint) from None

    def line(self, number: int) -> int:
        """Return the number of a line in the file, given that in `body`."""
        first = 0
        if self.rule.syntax == "json":  # its metadata comes after the first bracket
            first = spans.line_of(
                self.body, len(self.body) - len(self.body.lstrip("\ufeff \t\r\n"))
            )
        return number + self.skipped * (number > first)

    def line_of(self, value: Value) -> int:
        """Return the number of the line in the file where a value begins."""
        return self.line(spans.line_of(self.body, value.start))

    def shown(self, value: Value) -> str:
        """Return the path of a value for people."""
        return spans.shown(value.path[self.rule.syntax == "yaml" and value.path[0] == 0 :])


@dataclass(frozen=True, slots=True)
class Document(Parts):
    """A document with sealed values whose header has been unlocked."""

    envelope: Unlocked = field(kw_only=True)

    @property
    def sealer(self) -> Sealer:
        """The keys of the document."""
        return Sealer(self.envelope)

    def opened(self) -> list[tuple[Value, str, str | None]]:
        """Return each value with its text, and what is sealed in it if that text is a token.

        Raises IntegrityError for a token that does not open.
        """
        sealer = self.sealer
        found = []
        for value in self.values():
            token = text_of(self.body, value)
            clear = None
            if is_token(token):
                clear = sealer.open(value.path, unquoted(token))
                if clear is None:
                    where = f"{self.shown(value)} (line {self.line_of(value)})"
                    raise changed(f"the value of {where} does not open")
            found.append((value, token, clear))
        return found

    def content(self) -> bytes:
        """Return the document in clear."""
        yaml = self.rule.syntax == "yaml"
        pieces = [
            # Sealing put a space before the token of an empty value of YAML.
            (value.start - (yaml and not clear), value.end, clear)
            for value, _, clear in self.opened()
            if clear is not None
        ]
        return spans.replaced(self.body, pieces).encode()

    def with_envelope(self, envelope: Unlocked) -> bytes:
        """Return the document with another header for the same file key."""
        return replace(self, envelope=envelope).with_body(self.body)

    def encrypted_anew(self, envelope: Unlocked) -> bytes:
        """Return the document with another file key, and so with other tokens."""
        return _seal(self.content().decode(), self.rule, envelope, _Tokens(), self.name)

    def with_content(self, content: bytes, *others: Document) -> bytes:
        """Return the document with other content; unchanged values keep their tokens.

        others: further documents with the same file key whose tokens may be used.
        """
        text = _decoded(content, self.name)
        return _seal(text, self.rule, self.envelope, _Tokens(self, *others), self.name)

    def with_body(self, body: str) -> bytes:
        """Return the document with another text and its MACs."""
        mac = self.sealer.mac(self.rule.to_bytes(), body)
        header = self.envelope.to_bytes()
        metadata = replace(self.metadata, header=header, mac=mac)
        return joined(metadata, body).encode()


def find_values(text: str, syntax: str, name: str) -> list[Value]:
    """Return the values of a document. Raises InputError with the line if it is not valid."""
    if syntax == "yaml":
        from cotool.vault.values import yaml_values

        found = yaml_values.find_values(text, name)
    elif syntax == "json":
        found = json_values.find_values(text, name)
    else:
        found = {"env": env_values, "ini": ini_values}[syntax].find_values(text, name)
    if len(found) > spans.MAX_VALUES:
        raise InputError(
            f"{name}: has more than {spans.MAX_VALUES:,} values",
            hint="encrypt the file as a whole, without `values`",
        )
    for value in found:
        if sum(len(step) for step in value.path if isinstance(step, str)) > spans.MAX_PATH:
            spans.fail(
                name, text, value.start, f"its keys have more than {spans.MAX_PATH:,} characters"
            )
    return found


def text_of(text: str, value: Value) -> str:
    """Return the text of a value as it is written."""
    return text[value.start : value.end]


def unquoted(text: str) -> str:
    """Return the text of a value without quotes around it."""
    quote = text[:1]
    return text[1:-1] if quote in {'"', "'"} and text[1:].endswith(quote) else text


def is_token(text: str) -> bool:
    """Return whether the text of a value looks like a token, whether or not it opens."""
    return TOKEN.fullmatch(unquoted(text)) is not None


def encrypt_values(
    content: bytes,
    *,
    keys: Sequence[Key],
    syntax: str,
    only: str | None = None,
    others: str | None = None,
    previous: bytes | None = None,
    name: str = "content",
) -> bytes:
    """Seal the values of a YAML, JSON, .env or INI document; all other text stays as it is.

    Args:
        content: the document in clear.
        keys: what opens it, as for `encrypt`; with `previous`, what opens that.
        syntax: yaml, json, env or ini.
        only: seal only values whose path has a key that matches this pattern.
        others: seal all values except those. Without either pattern, all values are sealed.
        previous: the previous sealed version. Its file key and slots are kept, and its rule unless
            another one is given. Unchanged values keep their tokens.
        name: the name of the file in errors.

    Raises InputError with the line if the content is not valid, or if a pattern leaves all values
    readable; VaultError if `previous` does not open; MissingExtraError for YAML without
    `ruamel.yaml`.

    """
    text = _decoded(content, name)
    if has_sealed_values(content[:START]):
        raise already_sealed(name)
    rule = checked_rule(syntax, only, others)
    if previous is None:
        envelope, tokens = new_envelope(keys, compact=True), _Tokens()
    else:
        old = open_document(previous, keys, name)
        if old.rule.syntax != syntax:
            raise InputError(f"{name}: was sealed as {old.rule.syntax}, not as {syntax}")
        rule = old.rule if rule == Rule(syntax) else rule
        envelope, tokens = old.envelope, _Tokens(old)
    sealed = _seal(text, rule, envelope, tokens, name)
    _check_given(only, others, sealed, name)
    return sealed


def _check_given(only: str | None, others: str | None, sealed: bytes, name: str) -> None:
    """Raise InputError if a pattern was given, and there are values, but none was sealed."""
    if only is None and others is None:
        return
    counted = count_values(sealed, name)
    if counted.readable and not counted.sealed:
        has = f"no value has a key that matches {only!r}"
        if only is None:
            has = f"every value has a key that matches {others!r}"
        raise InputError(f"{name}: {has}, so no value would be sealed")


def _seal(text: str, rule: Rule, envelope: Unlocked, tokens: _Tokens, name: str) -> bytes:
    body = _sealed(text, rule, Sealer(envelope), tokens, name)
    document = Document(Metadata(rule, b"", b""), body, name, envelope=envelope)
    result = document.with_body(body)
    _check_result(result, document, text)
    return result


def decrypt_values(data: bytes, *, keys: Sequence[Key], name: str = "content") -> bytes:
    """Return a document in clear, byte for byte as it was before `encrypt_values`.

    Raises IntegrityError if anything in it was changed; other VaultErrors, as `decrypt` does.
    """
    return open_document(data, keys, name).content()


def accept_values(data: bytes, *, keys: Sequence[Key], name: str = "content") -> bytes:
    """Return a document that was changed or merged as text, with its new MAC.

    Each token must open at its place, and values in clear are sealed if the rule says so. Missing
    tokens, older ones, and those that changed places within a list are not noticed: look at the
    document before you accept it. The new MAC also replaces two MACs between conflict marks.

    Raises InputError, VaultError, as `encrypt_values` and `decrypt_values` do.
    """
    document = parts_of(data, name, merging=True).unlocked(keys)
    sealer, rule = document.sealer, document.rule
    first = sealer.mac_of_rule(rule.to_bytes())
    if not hmac.compare_digest(first, document.metadata.mac[: len(first)]):
        raise changed("what is sealed in it (`only`, `except`)")
    document.opened()  # raises for a token that does not open
    return document.with_body(_sealed(document.body, rule, sealer, None, name))


def open_document(data: bytes, keys: Sequence[Key], name: str) -> Document:
    """Return a document whose MAC fits. Raises VaultError."""
    document = parts_of(data, name).unlocked(keys)
    expected = document.sealer.mac(document.rule.to_bytes(), document.body)
    if not hmac.compare_digest(expected, document.metadata.mac):
        raise changed("the MAC does not fit the document")
    return document


def parts_of(data: bytes, name: str, *, merging: bool = False) -> Parts:
    """Return the parts of a document, without any authentication. Raises VaultError, InputError.

    merging: take one of two MACs between the marks of a conflict.
    """
    text = _decoded(data, name, sealed=True)
    metadata, body = split(_MAC_CONFLICT.sub(r"\g<mac>", text) if merging else text)
    header = parse_headers(metadata.header)[0][0][1]
    if header.layout.copies != 1 or header.payload_offset != len(metadata.header):
        raise changed("the header has more bytes than it needs")
    return Parts(metadata, body, name, text.count("\n") - body.count("\n"))


class Counted(NamedTuple):
    """How many values of a document are sealed, and the paths of those that are readable."""

    sealed: int
    readable: tuple[str, ...]


def count_values(data: bytes, name: str) -> Counted:
    """Count the values of a document, without any authentication. Raises VaultError, InputError."""
    parts = parts_of(data, name)
    if parts.rule.only is None and parts.rule.others is None:
        return Counted(parts.sealed, ())
    values = parts.values()
    readable = [each for each in values if not is_token(text_of(parts.body, each))]
    return Counted(len(values) - len(readable), tuple(map(parts.shown, readable)))


class _Tokens:
    """The tokens of older versions of a document; each is used once."""

    def __init__(self, *documents: Document) -> None:
        self._found: dict[tuple[bytes, str], dict[str, None]] = defaultdict(dict)
        for document in documents:
            for value, token, clear in document.opened():
                if clear is not None:
                    self._found[spans.bound_path(value.path), clear][unquoted(token)] = None

    def take(self, path: KeyPath, clear: str) -> str | None:
        """Return a token for the same text at the same path, or None."""
        found = self._found.get((spans.bound_path(path), clear))
        if not found:
            return None
        token = next(iter(found))
        del found[token]
        return token


def _sealed(text: str, rule: Rule, sealer: Sealer, tokens: _Tokens | None, name: str) -> str:
    """Return a text with its values sealed. tokens: None keeps the tokens in the text."""
    pieces = []
    for value in find_values(text, rule.syntax, name):
        clear = text_of(text, value)
        if is_token(clear):
            if tokens is None:
                continue
            spans.fail(name, text, value.start, "the value is already sealed")
        if value.path[:1] == (KEY,) and rule.syntax == "json":
            spans.fail(name, text, value.start, f"the key {KEY!r} is reserved at the top level")
        if not is_wanted(rule, value.path):
            continue
        token = tokens.take(value.path, clear) if tokens else None
        token = token or sealer.seal(value.path, clear)
        piece = f'"{token}"' if value.quoted else token
        pieces.append((value.start, value.end, " " * (rule.syntax == "yaml" and not clear) + piece))
    return spans.replaced(text, pieces)


def is_wanted(rule: Rule, path: KeyPath) -> bool:
    """Return whether a rule seals the value at a path."""
    pattern = rule.only if rule.only is not None else rule.others
    if pattern is None:
        return True
    found = any(re.search(pattern, step) for step in path if isinstance(step, str))
    return found == (rule.only is not None)


def checked_rule(syntax: str, only: str | None, others: str | None) -> Rule:
    """Return the rule for what is sealed. Raises InputError."""
    if syntax not in SYNTAXES:
        raise unknown(syntax, SYNTAXES, "syntax")
    if only is not None and others is not None:
        raise InputError("a document has one pattern of keys, for sealed values or for others")
    for pattern in (only, others):
        if pattern is not None:
            check_pattern(pattern)
    return Rule(syntax, only, others)


def check_pattern(pattern: str, parameter: str | None = None) -> None:
    """Raise InputError if a text is not a pattern that a document can state."""
    try:
        re.compile(pattern)
    except re.error as error:
        text = f"{pattern}: is not a regular expression: {error}"
        raise InputError(text, parameter=parameter) from None
    if not pattern.isprintable() or not pattern or pattern != pattern.strip():
        raise InputError("a pattern of keys must be one line of text", parameter=parameter)


def _check_result(result: bytes, document: Document, text: str) -> None:
    """Raise InputError if the sealed document would not give the same text again."""
    same = False
    if has_sealed_values(result[:START]):
        metadata, body = split(result.decode())
        again = replace(document, metadata=metadata, body=body)
        with contextlib.suppress(CotoolError):
            same = body == document.body and again.content() == text.encode()
    if not same:
        raise InputError(
            f"{document.name}: its values cannot be sealed without changing other text",
            hint="encrypt the file as a whole, without `values`",
        )


def _decoded(data: bytes, name: str, *, sealed: bool = False) -> str:
    limit = SEALED_LIMIT if sealed else spans.LIMIT
    if len(data) > limit:
        raise InputError(
            f"{name}: has more than {limit >> 20} MiB, too much for sealed values",
            hint="encrypt the file as a whole, without `values`",
        )
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(f"{name}, line {line}: is not UTF-8") from None
