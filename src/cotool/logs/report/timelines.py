"""Time lines and distributions as JSON; they may have more numbers than the rest of a report."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from cotool._typing import TYPE_CHECKING, Any
from cotool.logs.measures.model import STEP_STATISTICS

if TYPE_CHECKING:
    from cotool._fast.logs.measures import Cell
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

    def to_json(self, margin: str) -> str:
        """Return the list as JSON, a line for each step; `margin` begins the last line."""
        if self._timeline is None:
            return "[]"
        text = self._timeline.text(self._pieces, self._starts, b"null")
        inner = margin + "  "
        items = text[: -len(b",\n")].decode().replace("\n", inner)
        return f"[{inner}{items}{margin}]"


class SpreadText:
    """The distribution of a cell."""

    def __init__(self, cell: Cell) -> None:
        self._cell = cell

    def to_json(self, margin: str) -> str:  # noqa: ARG002 - there is one line
        """Return counts by number as JSON, on one line."""
        return f"{{{self._cell.spread_text().decode()}}}"


def parsed(text: TimelineText | SpreadText) -> Any:
    """Return a time line as a list, or a distribution as a dictionary."""
    return json.loads(text.to_json("\n"))


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
