"""Records without a time of their own.

In slow logs of MySQL, one line with a time may head several queries of the same second.
"""

from __future__ import annotations

from collections import Counter

from cotool._typing import TYPE_CHECKING
from cotool.logs.formats.level_marks import HALF
from cotool.logs.formats.text_times import LABEL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cotool.logs.formats.text_times import PlacedTimes

_NEARLY_ALL = 0.9
# What may follow the time: blanks, or the end of a heading such as === 12:00:00 ===.
_RULE = b" \t=-*#~_+>])"


def entry_of(lines: Sequence[bytes], times: PlacedTimes) -> bytes:
    """Return how a line begins that heads each of several records below one time, b"" without one.

    The lines with the time say nothing else, and the line below each of them begins alike. Where
    such a line comes again, the lines below it are labelled as those below the first one.
    """
    heads = [n for n, _, end in times.members if not lines[n][end:].strip(_RULE)]
    if len(heads) < _NEARLY_ALL * len(times.members):
        return b""
    ends = [*heads[1:], len(lines)]
    blocks = [lines[n + 1 : end] for n, end in zip(heads, ends, strict=True) if end > n + 1]
    labels = Counter(_label(block[0]) for block in blocks)
    label, count = labels.most_common(1)[0] if labels else (b"", 0)
    if not label or count < _NEARLY_ALL * len(blocks):
        return b""
    again = [
        _follows(block, n) == _follows(block, 0)
        for block in blocks
        for n in range(1, len(block))
        if block[n].startswith(label)
    ]
    if again:
        return label if sum(again) >= HALF * len(again) else b""
    # Without one in the sample: headings of the same kind as that of the time.
    mark = lines[heads[0]][:1]
    return label if not mark.isalnum() and label.startswith(mark) else b""


def _label(line: bytes) -> bytes:
    found = LABEL.match(line)
    return found[0] if found is not None else b""


def _follows(block: Sequence[bytes], n: int) -> bytes:
    """Return the label, or the first word, of the line after one, b"" if it is the last one."""
    line = block[n + 1] if n + 1 < len(block) else b""
    return _label(line) or line.split(b" ", 1)[0]
