"""Merge two authenticated versions of a document with sealed values into one with its own MAC."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cotool._records import dataclass, replace
from cotool._typing import TYPE_CHECKING
from cotool.errors import CotoolError, InputError
from cotool.text import plural
from cotool.vault.values.document import Document, open_document, text_of
from cotool.vault.values.metadata import joined, split
from cotool.vault.values.spans import KeyPath, Value, replaced

if TYPE_CHECKING:
    from cotool.vault.envelope import Key, Unlocked

_MOST_CONFLICTS = 127  # of git merge-file; a higher code is an error


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged document; with a `conflict`, which people must resolve, it has git's marks."""

    data: bytes
    conflict: str | None


def merge_values(
    base: bytes, ours: bytes, theirs: bytes, *, keys: Sequence[Key], name: str = "content"
) -> Merged:
    """Merge what two sides changed since `base`: values by their paths, other text by its lines.

    All three are authenticated first. Tokens are kept, and nothing in clear is written to disk.
    Needs `git merge-file`. Raises InputError, VaultError.
    """
    sides = [open_document(data, keys, name) for data in (base, ours, theirs)]
    documents = _with_equal_tokens(_with_one_key(sides))
    if len({document.rule for document in documents}) > 1:
        raise InputError(f"{name}: the sides differ in what is sealed", hint="seal one side again")
    envelope = _envelope(*documents)
    metadata = replace(documents[1].metadata, header=envelope.to_bytes())
    texts = [joined(metadata, body) for body in _with_values_merged(documents)]
    text, conflicts = _merged_lines(*texts)
    if conflicts:
        return Merged(
            text.encode(), f"{plural(conflicts, 'conflict')} in lines that both sides changed"
        )
    result = replace(documents[1], envelope=envelope, body=split(text)[1])
    try:
        result.opened()
    except CotoolError as error:
        return Merged(text.encode(), str(error))
    return Merged(result.with_body(result.body), None)


def _with_one_key(sides: list[Document]) -> list[Document]:
    """Return documents with one file key: if one side has a new key, the others get it, too."""
    base, ours, theirs = sides
    ids = [side.envelope.header.file_id for side in sides]
    if ids[1] == ids[2] == ids[0]:
        return sides
    if ids[0] not in ids[1:]:
        raise InputError(
            f"{base.name}: both sides have file keys of their own",
            hint="keep one side, and repeat the other side's changes with cotool vault edit",
        )
    fresh, old = (ours, theirs) if ids[2] == ids[0] else (theirs, ours)
    if old.envelope.header.slots != base.envelope.header.slots:
        raise _both_rewrapped(base.name)
    base = _resealed(fresh, base.content())
    old = _resealed(fresh, old.content(), base)
    return [base, ours, old] if fresh is ours else [base, old, theirs]


def _resealed(document: Document, content: bytes, *others: Document) -> Document:
    """Return other content, sealed for a document, whose tokens equal values take over."""
    body = split(document.with_content(content, *others).decode())[1]
    return replace(document, body=body)


def _with_equal_tokens(documents: list[Document]) -> list[Document]:
    """Return the documents; where both sides have the same value, theirs gets the token of ours.

    Two tokens of one value differ, so the same change on both sides would look like a conflict.
    """
    base, ours, theirs = documents
    tokens = {
        value.path: (text, clear) for value, text, clear in ours.opened() if clear is not None
    }
    pieces = [
        (value.start, value.end, tokens[value.path][0])
        for value, text, clear in theirs.opened()
        if text != tokens.get(value.path, (text,))[0] and tokens[value.path][1] == clear
    ]
    return [base, ours, replace(theirs, body=replaced(theirs.body, pieces))]


def _envelope(base: Document, ours: Document, theirs: Document) -> Unlocked:
    """Return the header of the side that changed which keys open the document."""
    was, one, other = (side.envelope.header.slots for side in (base, ours, theirs))
    if one != other and was not in {one, other}:
        raise _both_rewrapped(base.name)
    return theirs.envelope if one == was else ours.envelope


def _both_rewrapped(name: str) -> InputError:
    return InputError(
        f"{name}: both sides changed which keys open it",
        hint="let one side follow the other with cotool vault rewrap, and merge again",
    )


def _with_values_merged(documents: list[Document]) -> list[str]:
    """Return the texts, with each value that only one side changed put into all of them.

    So changes in neighbouring lines do not conflict. Items of lists are merged by lines, because
    their positions change.
    """
    found = [_by_path(document) for document in documents]
    picked: dict[KeyPath, str] = {}
    for path in found[0].keys() & found[1].keys() & found[2].keys():
        was, one, other = (
            text_of(document.body, values[path])
            for document, values in zip(documents, found, strict=True)
        )
        if one == other or was in {one, other}:
            picked[path] = other if one == was else one
    return [
        replaced(
            document.body,
            sorted((values[path].start, values[path].end, text) for path, text in picked.items()),
        )
        for document, values in zip(documents, found, strict=True)
    ]


def _by_path(document: Document) -> dict[KeyPath, Value]:
    found: dict[KeyPath, Value] = {}
    twice: set[KeyPath] = set()
    in_documents = document.rule.syntax == "yaml"  # whose paths begin with the document's number
    for value in document.values():
        if any(isinstance(step, int) for step in value.path[in_documents:]):
            continue
        if value.path in found:
            twice.add(value.path)
        found[value.path] = value
    return {path: value for path, value in found.items() if path not in twice}


def _merged_lines(base: str, ours: str, theirs: str) -> tuple[str, int]:
    """Return the text merged by lines, with conflict marks, and the number of conflicts."""
    with tempfile.TemporaryDirectory(prefix="cotool-") as folder:
        names = ("ours", "base", "theirs")
        for name, text in zip(names, (ours, base, theirs), strict=True):
            Path(folder, name).write_bytes(text.encode())
        try:
            done = subprocess.run(  # noqa: S603 - no shell
                ["git", "merge-file", "-p", *(f"-L{name}" for name in names), *names],  # noqa: S607
                cwd=folder,
                capture_output=True,
                check=False,
            )
        except FileNotFoundError:
            raise InputError("merging needs git, which was not found") from None
    if not 0 <= done.returncode <= _MOST_CONFLICTS:
        raise InputError(f"git merge-file failed: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout.decode(), done.returncode
