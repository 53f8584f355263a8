"""Records as blocks of labelled lines, "Severity: ERROR", with an empty line or a rule after each.

The time may be in any line of a block. Blocks are read as JSON objects: a member for each label.
"""

from __future__ import annotations

import json
from collections import Counter

from cotool._fast.logs.envelopes import Blocks
from cotool._lazy import lazy_pattern
from cotool._typing import TYPE_CHECKING
from cotool.logs.formats.model import JSON
from cotool.logs.formats.recognise import recognise

if TYPE_CHECKING:
    from collections.abc import Iterator

# How a file of blocks begins, perhaps with a rule.
_FIRST = lazy_pattern(rb"\s*(?:[-=*_~#+]{3,}\s+)?[^\W\d][\w ./()@#&-]*[ \t]*[:=]\s")
# The name of lines before the first label of a block.
_UNNAMED = "text"
_LEAST_BLOCKS = 2
_NEARLY_ALL = 0.9
_SAMPLE = 1000


def find_blocks(head: bytes) -> list[bytes]:
    """Return the blocks of a file, one per line, from its first bytes; [] if it has other lines.

    Nearly all blocks have several labels, the same label comes first, and one of them has a time.
    """
    if not _FIRST.match(head):
        return []
    lines = Blocks().feed(head).splitlines()[:_SAMPLE]
    if len(lines) < _LEAST_BLOCKS or not (_are_alike(lines[:_LEAST_BLOCKS]) and _are_alike(lines)):
        return []
    timed = sum(x.share for x in recognise(lines) if x.kind == JSON and x.has_time)
    return lines if timed >= _NEARLY_ALL else []


def _are_alike(lines: list[bytes]) -> bool:
    blocks: list[dict[str, str]] = [json.loads(line) for line in lines]
    several = sum(len(fields) > 1 and _UNNAMED not in fields for fields in blocks)
    first = Counter(next(iter(fields)) for fields in blocks).most_common(1)[0][1]
    return min(several, first) >= _NEARLY_ALL * len(blocks)


def block_lines(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the blocks of a file, one per line, in blocks of bytes."""
    reader = Blocks()
    for data in blocks:
        yield reader.feed(data)
    yield reader.feed(b"", final=True)
