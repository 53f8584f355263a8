"""Records as blocks of labelled lines, "Severity: ERROR", with an empty line or a rule after each.

The time may be in any line of a block. Blocks are read as JSON objects: a member for each label.
"""

from __future__ import annotations

import json
from collections import Counter

from cotool._lazy import lazy_pattern
from cotool._typing import TYPE_CHECKING
from cotool.io.sources import buffered
from cotool.logs.formats.documents import in_blocks
from cotool.logs.formats.model import JSON
from cotool.logs.formats.recognise import recognise

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator

_FIELD = lazy_pattern(
    rb"(?P<indent>[ \t]*)(?P<label>[^\W\d](?:[\w ./()@#&-]{0,45}[\w)])?)"
    rb"[ \t]*(?::(?=\s|\Z)|=(?=\s))[ \t]*(?P<value>.*)",
)
_RULE = lazy_pattern(rb"[ \t]*([-=*_~#+])\1{2,}[ \t]*\Z")
# How a file of blocks begins, perhaps with a rule.
_FIRST = lazy_pattern(rb"\s*(?:[-=*_~#+]{3,}\s+)?[^\W\d][\w ./()@#&-]*[ \t]*[:=]\s")
# The name of lines before the first label of a block.
_UNNAMED = "text"
_LEAST_BLOCKS = 2
_NEARLY_ALL = 0.9
_SAMPLE = 1000
_MOST_KNOWN = 1000
# The most bytes in a line and in a block.
_LONGEST_LINE, _LONGEST_BLOCK = 1 << 20, 1 << 22
_encode = json.JSONEncoder(ensure_ascii=False).encode


def find_blocks(head: bytes) -> list[bytes]:
    """Return the blocks of a file, one per line, from its first bytes; [] if it has other lines.

    Nearly all blocks have several labels, the same label comes first, and one of them has a time.
    """
    if not _FIRST.match(head):
        return []
    blocks: list[dict[str, str]] = []
    for fields, is_whole in _blocks(buffered(iter([head]))):
        if is_whole:
            blocks.append(fields)
        if len(blocks) == _SAMPLE:
            break
        if len(blocks) == _LEAST_BLOCKS and not _are_alike(blocks):
            return []
    if len(blocks) < _LEAST_BLOCKS or not _are_alike(blocks):
        return []
    lines = [_encode(fields).encode() for fields in blocks]
    timed = sum(x.share for x in recognise(lines) if x.kind == JSON and x.has_time)
    return lines if timed >= _NEARLY_ALL else []


def _are_alike(blocks: list[dict[str, str]]) -> bool:
    several = sum(len(fields) > 1 and _UNNAMED not in fields for fields in blocks)
    first = Counter(next(iter(fields)) for fields in blocks).most_common(1)[0][1]
    return min(several, first) >= _NEARLY_ALL * len(blocks)


def block_lines(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the blocks of a file, one per line, in blocks of bytes."""
    return in_blocks(_encode(fields) for fields, _ in _blocks(buffered(blocks)))


def _blocks(stream: io.BufferedReader) -> Iterator[tuple[dict[str, str], bool]]:
    """Yield the fields of each block, and whether an empty line or a rule ends it.

    Lines without a label belong to the field before them. Indented labels count below a label
    without a value. If a label comes again, its first value counts.
    """
    fields: dict[str, str] = {}
    known: dict[bytes, str] = {}  # labels as lines begin with them
    last, size = _UNNAMED, 0
    while line := stream.readline(_LONGEST_LINE):
        size += len(line)
        start, colon, value = line.partition(b": ")
        label = known.get(start) if colon else None
        if label is not None and label not in fields and size < _LONGEST_BLOCK:
            fields[label], last = value.strip().decode("utf-8", "replace"), label
            continue
        line = line.rstrip(b"\r\n")
        if not line.strip() or _RULE.match(line) or size > _LONGEST_BLOCK:
            if fields:
                yield fields, True
            fields, last, size = {}, _UNNAMED, 0
            continue
        found = _FIELD.match(line)
        if found is not None and found["indent"] and fields.get(last):
            found = None
        if found is None:
            text = fields.get(last, "")
            fields[last] = (text + "\n" if text else "") + line.decode("utf-8", "replace")
            continue
        label, text = (found[name].decode("utf-8", "replace") for name in ("label", "value"))
        if colon and not found["indent"] and len(known) < _MOST_KNOWN:
            known[start] = label
        last = label if not (found["indent"] and fields) else last
        fields[label] = f"{fields[label]}\n{text}" if label in fields else text
    if fields:
        yield fields, False
