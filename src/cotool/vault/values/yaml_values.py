"""The values of YAML documents and their places in the text, by the parser of ruamel.yaml.

Only its events are used, so nothing is constructed, no alias is expanded and no text is rewritten:
tags, anchors, aliases, merge keys, comments and the style of each value stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cotool._typing import Any
from cotool.errors import InputError, MissingExtraError
from cotool.vault.values.spans import MAX_DEPTH, KeyPath, UniqueKeys, Value, fail

_ANCHOR = re.compile(r"&[^\s,\[\]{}]+")
_TAG = re.compile(r"!<[^>\s]*>|![^\s,\[\]{}]*")
_BETWEEN = re.compile(r"(?:[ \t\r\n]++|(?<=[ \t\r\n])#[^\r\n]*+)*+")
_SPACE = " \t\r\n"


def find_values(text: str, name: str) -> list[Value]:
    """Return the values of all documents in a text. An alias is not a value; its anchor may be one.

    Raises InputError with the line if it is not valid, MissingExtraError without ruamel.yaml.
    """
    return _Reader(text, name).values()


class _Collection:
    """A mapping or sequence that is being read."""

    def __init__(self, path: KeyPath, *, is_mapping: bool, is_flow: bool) -> None:
        self.path = path
        self.is_mapping = is_mapping
        self.is_flow = is_flow
        self.keys = UniqueKeys()
        self.key: str | None = None
        self.size = 0

    @property
    def expects_key(self) -> bool:
        """Whether the next node is a key."""
        return self.is_mapping and self.key is None


class _Reader:
    def __init__(self, text: str, name: str) -> None:
        self._text = text
        self._name = name
        self._found: list[Value] = []
        self._open: list[_Collection] = []
        self._documents = 0
        self._last = 0  # where the last node ended or the last block collection began

    def values(self) -> list[Value]:
        for event in self._events():
            kind = type(event).__name__.removesuffix("Event")
            if kind == "Scalar":
                self._scalar(event)
            elif kind == "Alias":
                self._refuse_key(event)
                self._last = event.end_mark.index
                self._ended()
            elif kind in {"MappingStart", "SequenceStart"}:
                self._refuse_key(event)
                self._begin(event, is_mapping=kind == "MappingStart")
            elif kind in {"MappingEnd", "SequenceEnd"}:
                if self._open.pop().is_flow:
                    self._last = event.end_mark.index
                self._ended()
            elif kind == "DocumentStart":
                self._documents += 1
                self._last = event.end_mark.index
        return self._found

    def _events(self) -> Iterator[Any]:
        try:
            from ruamel.yaml import YAML
            from ruamel.yaml.error import MarkedYAMLError
        except ImportError:
            raise MissingExtraError(
                "YAML needs the package ruamel.yaml", hint="pip install 'cotool[yaml]'"
            ) from None
        events = YAML(typ="safe", pure=True).parse(self._text)
        try:
            yield from events
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            where = "" if mark is None else f", line {mark.line + 1}"
            # The text of the error itself may show a value.
            raise InputError(f"{self._name}{where}: is not YAML: {error.problem}") from None
        except InputError:
            raise
        except Exception as error:  # noqa: BLE001 - the parser of hostile text raises what it likes
            place = getattr(error, "position", None)
            if isinstance(place, int) and place <= len(self._text):
                fail(self._name, self._text, place, "has a character that YAML does not allow")
            raise InputError(f"{self._name}: is not YAML ({type(error).__name__})") from None

    def _begin(self, event: Any, *, is_mapping: bool) -> None:
        if len(self._open) == MAX_DEPTH:
            self._fail(event, f"is nested more than {MAX_DEPTH} levels deep")
        is_flow = bool(event.flow_style)
        self._last = event.start_mark.index + is_flow
        self._open.append(_Collection(self._path(), is_mapping=is_mapping, is_flow=is_flow))

    def _scalar(self, event: Any) -> None:
        collection = self._open[-1] if self._open else None
        last, self._last = self._last, max(self._last, event.end_mark.index)
        if collection is not None and collection.expects_key:
            place = event.start_mark.index
            collection.keys.add(str(event.value), self._name, self._text, place)
            collection.key = str(event.value)
            if not event.value and not self._text[place : event.end_mark.index]:
                self._last = last
            return
        start, end = self._span(event)
        is_empty = start == end
        if is_empty:
            # After an anchor there is no place for a token, so the value stays as it is.
            bare = event.start_mark.index == event.end_mark.index
            start = end = self._after_indicator(last, collection) if bare else 0
        if start or not is_empty:
            is_flow = collection is not None and collection.is_flow
            self._found.append(Value(self._path(), start, end, quoted=is_flow))
            self._last = end if is_empty else event.end_mark.index
        self._ended()

    def _after_indicator(self, last: int, collection: _Collection | None) -> int:
        """Return where the token of an empty value goes, after its : or -; 0 if nowhere."""
        if collection is None:
            return 0
        place = self._after(last, len(self._text))
        wanted = ":" if collection.is_mapping else "" if collection.is_flow else "-"
        after = self._text[place + 1 : place + 2]
        found = wanted and self._text[place : place + 1] == wanted
        return place + 1 if found and (not after or after in " \t\r\n,]}") else 0

    def _span(self, event: Any) -> tuple[int, int]:
        """Return where the text of a value is: with its tag, but without an anchor before it."""
        start, end = event.start_mark.index, event.end_mark.index
        anchor = _ANCHOR.match(self._text, start, end)
        if anchor is None and (tag := _TAG.match(self._text, start, end)):
            # Other values refer to the anchor, so a tag before it stays readable, too.
            anchor = _ANCHOR.match(self._text, self._after(tag.end(), end), end)
        if anchor is not None:
            start = self._after(anchor.end(), end)
        return start, start + len(self._text[start:end].rstrip(_SPACE))

    def _after(self, place: int, end: int) -> int:
        between = _BETWEEN.match(self._text, place, end)
        return place if between is None else between.end()

    def _refuse_key(self, event: Any) -> None:
        if self._open and self._open[-1].expects_key:
            self._fail(event, "a key that is an alias, a list or a mapping cannot be sealed")

    def _ended(self) -> None:
        if self._open:
            self._open[-1].size += 1
            self._open[-1].key = None

    def _path(self) -> KeyPath:
        if not self._open:
            return (self._documents - 1,)
        collection = self._open[-1]
        step = collection.key if collection.is_mapping else collection.size
        assert step is not None  # noqa: S101 - a key came before
        return (*collection.path, step)

    def _fail(self, event: Any, problem: str) -> None:
        fail(self._name, self._text, event.start_mark.index, problem)
