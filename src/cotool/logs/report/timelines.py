"""The time line of a group as JSON; it may have more numbers than the rest of a report."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cotool.logs.measures.model import STEP_STATISTICS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cotool._fast.logs.timelines import Timeline


class TimelineText:
    """A time line whose text is made on demand.

    pieces: from text_pieces(); starts: the start of each step as JSON.
    """

    def __init__(
        self, timeline: Timeline | None, pieces: Sequence[bytes], starts: Mapping[int, bytes]
    ) -> None:
        self._timeline = timeline
        self._pieces = pieces
        self._starts = starts

    def items(self) -> str:
        """Return the items of the list, one per line."""
        if self._timeline is None:
            return ""
        text = self._timeline.text(self._pieces, self._starts, b"null")
        return text[: -len(b",\n")].decode()

    def to_list(self) -> list[dict[str, Any]]:
        """Return the list."""
        steps: list[dict[str, Any]] = json.loads(f"[{self.items()}]")
        return steps


def text_pieces(names: Sequence[str]) -> list[bytes]:
    """Return the text around the numbers of a step, of the measures with these names."""
    pieces = ['{"start": ', ', "records": ']
    before = ', "measures": {'
    for name in names:
        pieces += [f", {json.dumps(key)}: " for key in STEP_STATISTICS]
        first = f"{before}{json.dumps(name)}: {{{json.dumps(STEP_STATISTICS[0])}: "
        pieces[-len(STEP_STATISTICS)] = first
        before = "}, "
    pieces.append("}}},\n" if names else f"{before}}}}},\n")
    return [piece.encode() for piece in pieces]
