"""A rich console over a stream: colour and boxes on a terminal, plain text elsewhere."""

from __future__ import annotations

import os

from cotool._typing import TYPE_CHECKING, Any, TextIO
from cotool.cli.shared.layout import Drawable, Text, cells, fitting_lines, is_simple
from cotool.text import visible

if TYPE_CHECKING:
    from rich.console import Console, RenderableType


_PLAIN_WIDTH = 80
_LEAST_WIDTH = 20
# Variables by which rich takes a pipe for a terminal.
_FORCING = ("FORCE_COLOR", "TTY_COMPATIBLE")


class Screen:
    """Prints texts and tables to a stream. `plain`: no colour and no boxes, in any environment.

    rich honours NO_COLOR, FORCE_COLOR and TERM=dumb. Anything but a terminal is 80 columns wide,
    unless COLUMNS is set. rich is loaded for a terminal, and where text has to be wrapped.
    """

    def __init__(self, sink: TextIO, *, plain: bool = False) -> None:
        self._sink = sink
        self._console: Console | None = None
        self.boxes = self.colours = False
        if not plain and (sink.isatty() or any(map(os.environ.get, _FORCING))):
            from rich.console import Console

            self.boxes = Console(file=sink).is_terminal
            console = self._rich()
            self.colours = console.color_system is not None and not console.no_color

    def _rich(self) -> Console:
        """Return the console, which is made on first use."""
        if self._console is None:
            from rich.console import Console

            self._console = Console(
                file=self._sink,
                force_terminal=self.boxes,
                width=None if self.boxes and self._sink.isatty() else _columns(),
                highlight=False,
                markup=False,
                emoji=False,
            )
        return self._console

    @property
    def width(self) -> int:
        """The number of columns of a line."""
        return max(_columns() if self._console is None else self._console.width, _LEAST_WIDTH)

    def print(self, *drawables: Drawable | RenderableType) -> None:
        """Print each drawable on separate lines; without boxes no line ends in spaces."""
        for drawable in drawables:
            lines = None if self.boxes else _plain_lines(drawable)
            if lines is not None:
                self._sink.write("".join(f"{line.rstrip()}\n" for line in lines))
                continue
            console = self._rich()
            with console.capture() as captured:
                console.print(_rich(drawable))
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


def _plain_lines(drawable: Any) -> list[str] | None:
    return drawable.plain_lines(_columns()) if hasattr(drawable, "plain_lines") else None


def _rich(drawable: Any) -> Any:
    return drawable.rich() if hasattr(drawable, "plain_lines") else drawable


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
    for paragraph in visible(text).strip().expandtabs(4).split("\n"):
        if len(lines) >= most:
            more += _height(paragraph, width)
            continue
        # Enough text for the wanted lines and one more: the rest of a megabyte is not wrapped.
        enough = width * (most + 1)
        head, rest = paragraph[:enough], paragraph[enough:]
        wrapped = [line.rstrip() for line in _wrapped(head, width)] or [""]
        more += max(0, len(lines) + len(wrapped) - most) + (_height(rest, width) if rest else 0)
        lines += wrapped[: most - len(lines)]
    return "\n".join(lines), more


def clip_marked(text: Text, width: int, most: int) -> tuple[Any, int]:
    """Return the first `most` lines of a styled text, and how many lines are left out."""
    fitting = text.plain_lines(max(width, 1))
    if fitting is not None and len(fitting) <= most:
        return text, 0
    from rich.console import Console
    from rich.text import Text as RichText

    lines = text.rich().wrap(Console(width=width), max(width, 1))
    return RichText("\n").join(lines[:most]), max(0, len(lines) - most)


def fitted(text: str, width: int) -> str:
    """Return `text` cut with "…" or padded to `width` cells."""
    text = text[: 2 * width + 2]  # keeps at least two characters per cell
    if is_simple(text):
        return text.ljust(width) if len(text) <= width else f"{text[: max(width - 1, 0)]}…"
    from rich.text import Text as RichText

    cell = RichText(text)
    cell.truncate(width, overflow="ellipsis", pad=True)
    return cell.plain


def _wrapped(text: str, width: int) -> list[str]:
    lines = fitting_lines(text, width)
    if lines is not None:
        return lines
    from rich.console import Console
    from rich.text import Text as RichText

    return [str(line) for line in RichText(text).wrap(Console(width=width), width)]


def _height(text: str, width: int) -> int:
    return max(1, -(-cells(text) // width))
