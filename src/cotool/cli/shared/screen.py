"""A rich console over a stream: colour and boxes on a terminal, plain text elsewhere."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from cotool.text import visible

if TYPE_CHECKING:
    from typing import TextIO

    from rich.console import RenderableType

_PLAIN_WIDTH = 80
_LEAST_WIDTH = 20


class Screen:
    """Prints renderables to a stream. `plain`: no colour and no boxes, whatever the environment.

    rich honours NO_COLOR, FORCE_COLOR and TERM=dumb. Anything but a terminal is 80 columns wide,
    unless COLUMNS is set.
    """

    def __init__(self, sink: TextIO, *, plain: bool = False) -> None:
        self._sink = sink
        terminal = Console(file=sink, force_terminal=False if plain else None).is_terminal
        self._console = Console(
            file=sink,
            force_terminal=terminal,
            width=None if terminal and sink.isatty() else _columns(),
            highlight=False,
            markup=False,
            emoji=False,
        )
        self.boxes = terminal
        self.colours = self._console.color_system is not None and not self._console.no_color

    @property
    def width(self) -> int:
        """The number of columns of a line."""
        return max(self._console.width, _LEAST_WIDTH)

    def print(self, *renderables: RenderableType) -> None:
        """Print each renderable on separate lines; without boxes no line ends in spaces."""
        with self._console.capture() as captured:
            for renderable in renderables:
                self._console.print(renderable)
        text = captured.get()
        if not self.boxes:
            text = "".join(f"{line.rstrip()}\n" for line in text.splitlines())
        self._sink.write(text)

    def heading(self, title: str) -> None:
        """Print a heading below an empty line."""
        self.print(Text(), Text(title, style="bold"))

    def flush(self) -> None:
        """Flush the stream."""
        self._sink.flush()


def _columns() -> int:
    columns = os.environ.get("COLUMNS", "")
    return int(columns) if columns.isdecimal() and int(columns) else _PLAIN_WIDTH


def clip(text: str, width: int, most: int) -> tuple[str, int]:
    """Wrap input text to `width` cells; return at most `most` lines and how many are left out.

    The number is exact for text that was wrapped and an estimate for the rest.
    """
    width = max(width, 1)
    lines: list[str] = []
    more = 0
    console = Console(width=width)
    for paragraph in visible(text).strip().expandtabs(4).split("\n"):
        if len(lines) >= most:
            more += _height(paragraph, width)
            continue
        # Enough text for the wanted lines and one more, so that a megabyte is not wrapped in vain.
        enough = width * (most + 1)
        head, rest = paragraph[:enough], paragraph[enough:]
        wrapped = [str(line).rstrip() for line in Text(head).wrap(console, width)] or [""]
        more += max(0, len(lines) + len(wrapped) - most) + (_height(rest, width) if rest else 0)
        lines += wrapped[: most - len(lines)]
    return "\n".join(lines), more


def clip_marked(text: Text, width: int, most: int) -> tuple[Text, int]:
    """Return the first `most` lines of a styled text, and how many lines are left out."""
    lines = text.wrap(Console(width=width), max(width, 1))
    return Text("\n").join(lines[:most]), max(0, len(lines) - most)


def fitted(text: str, width: int) -> str:
    """Return `text` cut with "…" or padded to `width` cells."""
    cell = Text(text[: 2 * width + 2])  # keeps at least two characters per cell
    cell.truncate(width, overflow="ellipsis", pad=True)
    return cell.plain


def _height(text: str, width: int) -> int:
    return max(1, -(-cell_len(text) // width))
