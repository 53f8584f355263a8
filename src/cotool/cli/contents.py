"""Guess what a file contains from its start, for hints that name the right command."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable
from pathlib import Path

from cotool._typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    Contents = Literal["answers", "log", "vault", "folder"]

_HEAD = 1 << 16
# A log shows what it is within this many bytes of a line.
_LINE = 1 << 11
_QUESTIONS = ("question", "prompt", "instruction", "responses", "answers", "choices", "custom_id")


def contents_of(path: str) -> Contents | None:
    """Return what a file most likely contains, or None if that is unclear or it cannot be read."""
    if Path(path).is_dir():
        return "folder"
    try:
        head = _head(path)
    except (OSError, ValueError, EOFError):
        return None
    from cotool.vault.armor import BEGIN
    from cotool.vault.header import MAGIC

    if head.startswith((MAGIC, BEGIN.encode())):
        return "vault"
    if head.lstrip()[:1] in {b"{", b"["}:
        return _json_contents(head)
    lines = head.split(b"\n")[:200]
    from cotool.logs.formats.recognise import recognise

    found = recognise([line.rstrip(b"\r")[:_LINE] for line in lines[: max(1, len(lines) - 1)]])
    if _is_table(lines[0]):
        return "answers"
    # The rows of a survey or of a quiz also have times: a table of a log names its levels.
    timed = any(each.has_time or each.places for each in found)
    return "log" if timed and not _is_other_table(lines) else None


def _head(path: str) -> bytes:
    from cotool.errors import InputError
    from cotool.io.sources import open_source

    if not Path(path).is_file():
        return b""
    with open_source(path) as stream, contextlib.suppress(InputError):
        return stream.read(_HEAD)
    return b""


def _json_contents(head: bytes) -> Contents | None:
    found: Any = None
    with contextlib.suppress(ValueError, RecursionError):
        found = json.loads(head)
    if found is None:
        with contextlib.suppress(ValueError, RecursionError):
            found = json.loads(head.lstrip().split(b"\n", 1)[0])
    if isinstance(found, list):
        found = found[0] if found else None
    if isinstance(found, dict):
        names = {name.lower() for name in found}
    else:
        # The document is longer than what was read: search the text for its keys.
        import re

        names = {key.decode().lower() for key in re.findall(rb'"([A-Za-z@_]{1,30})"\s*:', head)}
    if names & set(_QUESTIONS):
        return "answers"
    if _levels_in(names) or {"log", "stream"} <= names or {"line", "labels"} <= names:
        return "log"
    return _readable(found)


def _levels_in(names: Iterable[str]) -> bool:
    from cotool.logs.formats.names import is_level_name

    return any(map(is_level_name, names))


def _messages_in(names: Iterable[str]) -> bool:
    from cotool._fast.logs.logscan import text_keys

    return not {*text_keys()}.isdisjoint(names)


def _readable(found: Any) -> Contents | None:
    """Return "answers" if there is an expert or a question, "log" if there is a time."""
    if not isinstance(found, dict):
        return None
    from cotool.consensus.read.layout import DEFAULT_KEYS, layout_of

    layout = layout_of(tuple(found), DEFAULT_KEYS)
    if layout.content and (layout.expert or layout.question or layout.question_id):
        return "answers"
    return "log" if layout.timestamp and _messages_in(map(str.lower, found)) else None


def _is_table(line: bytes) -> bool:
    """Return whether a line is the header of a table of answers."""
    from cotool.consensus.read.layout import DEFAULT_KEYS, layout_of

    text = line.decode("utf-8", "replace").rstrip("\r")
    for delimiter in "\t,;|":
        columns = tuple(name.strip().strip('"') for name in text.split(delimiter))
        layout = layout_of(columns, DEFAULT_KEYS)
        if len(columns) > 1 and layout.content and (layout.expert or layout.question):
            return True
    return False


def _is_other_table(lines: list[bytes]) -> bool:
    """Return whether lines are a table whose header names neither levels nor messages."""
    filled = [line.decode("utf-8", "replace").strip() for line in lines if line.strip()]
    for delimiter in "\t,;|":
        names = [name.strip(' "').lower() for name in filled[0].split(delimiter)]
        widths = {text.count(delimiter) for text in filled[: max(2, len(filled) - 1)]}
        words = sum(1 for name in names if name[:1].isalpha())
        if len(names) > 2 and len(widths) == 1 and 2 * words > len(names):
            return not (_levels_in(names) or _messages_in(names))
    return False
