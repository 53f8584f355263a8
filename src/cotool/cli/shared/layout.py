"""What a screen prints: styled text, tables and indents.

On a terminal, rich draws them. In a pipe, `plain_lines` lays them out as rich would do it:
loading rich takes a sixth of a short command's time.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from cotool._lazy import lazy_pattern
from cotool._typing import Any, Protocol, Self

_WORD = lazy_pattern(r"\s*\S+\s*")


class Drawable(Protocol):
    """What a screen prints beside rich's own renderables."""

    def rich(self) -> Any:
        """Return the renderable that rich draws."""
        ...

    def plain_lines(self, width: int) -> list[str] | None:
        """Return the lines without styles, None if only rich can lay them out."""
        ...


class Text:
    """Text in parts, each with a style of rich."""

    __slots__ = ("_no_wrap", "_parts")

    def __init__(self, text: str = "", style: str = "", *, no_wrap: bool = False) -> None:
        self._parts = [(text, style)] if text else []
        self._no_wrap = no_wrap

    def __bool__(self) -> bool:
        return bool(self._parts)

    def append(self, text: str | Text, style: str = "") -> Self:
        """Add text at the end."""
        if isinstance(text, Text):
            self._parts += text._parts  # noqa: SLF001 - of the same class
        elif text:
            self._parts.append((text, style))
        return self

    @property
    def plain(self) -> str:
        """The text without styles."""
        return "".join(text for text, _ in self._parts)

    def rich(self) -> Any:
        """Return the renderable that rich draws."""
        from rich.text import Text as RichText

        found = RichText(no_wrap=self._no_wrap)
        for text, style in self._parts:
            found.append(text, style)
        return found

    def plain_lines(self, width: int) -> list[str] | None:
        """Return the lines without styles, None if only rich can lay them out."""
        text = self.plain
        if self._no_wrap and not all(len(line) <= width for line in text.split("\n")):
            return None
        return fitting_lines(text, width)


class Table:
    """Rows under headings. The settings are those of rich's tables and columns; `boxed`: lines."""

    def __init__(
        self,
        *,
        boxed: bool = False,
        show_header: bool = True,
        padding: tuple[int, ...] = (0, 1),
        pad_edge: bool = True,
        width: int | None = None,
        **styles: str,
    ) -> None:
        self._boxed = boxed
        self._show_header = show_header
        self._padding = padding
        self._pad_edge = pad_edge
        self._width = width
        self._styles = styles
        self._columns: list[tuple[str, dict[str, Any]]] = []
        self._rows: list[tuple[Sequence[str | Text], str]] = []

    def add_column(self, header: str = "", **settings: Any) -> None:
        """Add a column."""
        self._columns.append((header, settings))

    def add_numbers(self, *headers: str) -> None:
        """Add columns of numbers."""
        for header in headers:
            self.add_column(header, justify="right", no_wrap=True)

    def add_row(self, *cells: str | Text, style: str = "") -> None:
        """Add a row of one cell per column."""
        self._rows.append((cells, style))

    def rich(self) -> Any:
        """Return the renderable that rich draws."""
        from rich.box import ROUNDED
        from rich.table import Table as RichTable

        found = RichTable(
            box=ROUNDED if self._boxed else None,
            show_header=self._show_header,
            padding=self._padding,  # type: ignore[arg-type] # of two or four numbers
            pad_edge=self._pad_edge,
            width=self._width,
            **self._styles,  # type: ignore[arg-type]
        )
        for header, settings in self._columns:
            found.add_column(header, **settings)
        for cells, style in self._rows:
            drawn = [cell if isinstance(cell, str) else cell.rich() for cell in cells]
            found.add_row(*drawn, style=style or None)
        return found

    def plain_lines(self, width: int) -> list[str] | None:
        """Return the lines without styles, None if only rich can lay them out."""
        if self._boxed:
            return None
        paddings = self._paddings()
        texts = [
            [header] * self._show_header + [_plain(cells[n]) for cells, _ in self._rows]
            for n, (header, _) in enumerate(self._columns)
        ]
        widths = self._widths(texts, [before + after for before, after in paddings])
        if widths is None or not self._fit(widths, width):
            return None
        columns = []
        for n, (before, after) in enumerate(paddings):
            room = widths[n] - before - after
            cells = [_cell(text, room, self._columns[n][1]) for text in texts[n]]
            if None in cells:
                return None
            columns.append(
                [[" " * before + line + " " * after for line in cell or ()] for cell in cells]
            )
        return [line for row in zip(*columns, strict=True) for line in _beside(row, widths)]

    def _paddings(self) -> list[tuple[int, int]]:
        """Return the spaces before and after the cells of each column."""
        left, right = self._padding[-1], self._padding[1]
        last = len(self._columns) - 1
        return [
            (left if n or self._pad_edge else 0, right if n < last or self._pad_edge else 0)
            for n in range(len(self._columns))
        ]

    def _widths(self, texts: list[list[str]], paddings: list[int]) -> list[int] | None:
        """Return the width of each column with its padding, None if only rich knows it."""
        if not all(
            is_simple(line) for column in texts for text in column for line in text.split("\n")
        ):
            return None
        widths = []
        for (_, settings), column in zip(self._columns, texts, strict=True):
            width = max((len(line) for text in column for line in text.split("\n")), default=0)
            most = settings.get("max_width")
            if most is not None and width > most:
                return None
            widths.append(max(width, settings.get("min_width") or 0))
        widths = [width + padding or 1 for width, padding in zip(widths, paddings, strict=True)]
        ratios = [settings.get("ratio") or 0 for _, settings in self._columns]
        if self._width is None:
            return None if any(ratios) else widths
        left = self._width - sum(w for w, ratio in zip(widths, ratios, strict=True) if not ratio)
        for n, ratio in enumerate(ratios):
            if ratio:
                widths[n] = max(1 + paddings[n], math.ceil(ratio * left / sum(ratios[n:])))
                left -= widths[n]
        return widths if sum(widths) == self._width else None

    def _fit(self, widths: list[int], width: int) -> bool:
        """Narrow the widest column to what the others leave; return whether that is enough."""
        excess = sum(widths) - width
        if excess <= 0:
            return True
        wrapped = [n for n, (_, column) in enumerate(self._columns) if not column.get("no_wrap")]
        order = sorted(wrapped, key=lambda n: -widths[n])
        if not order or "min_width" in self._columns[order[0]][1]:
            return False
        if widths[order[0]] - excess < max((widths[n] for n in order[1:]), default=1):
            return False
        widths[order[0]] -= excess
        return True


class Indent:
    """Something with space around it: `above` and `below` in lines, `left` and `right` in cells."""

    def __init__(
        self, inner: Any, left: int, *, right: int = 0, above: int = 0, below: int = 0
    ) -> None:
        self._inner = inner
        self._space = (above, right, below, left)

    def rich(self) -> Any:
        """Return the renderable that rich draws."""
        from rich.padding import Padding

        inner = self._inner
        return Padding(inner.rich() if hasattr(inner, "plain_lines") else inner, self._space)

    def plain_lines(self, width: int) -> list[str] | None:
        """Return the lines without styles, None if only rich can lay them out."""
        above, right, below, left = self._space
        if not hasattr(self._inner, "plain_lines"):
            return None
        lines = self._inner.plain_lines(width - left - right)
        if lines is None:
            return None
        return [""] * above + [" " * left + line for line in lines] + [""] * below


def is_simple(text: str) -> bool:
    """Return whether each character certainly takes one cell."""
    return (text.isascii() and text.isprintable()) or all(map(_takes_one_cell, text))


def _takes_one_cell(char: str) -> bool:
    return (
        " " <= char <= "~"
        or ("\xa0" <= char <= "\u02ff" and char != "\xad")
        or "\u0370" <= char <= "\u0482"
        or "\u2010" <= char <= "\u2027"
        or "\u2190" <= char <= "\u22ff"
        or "\u2500" <= char <= "\u25fc"
    )


def cells(text: str) -> int:
    """Return how many cells a text takes."""
    if is_simple(text):
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def fitting_lines(text: str, width: int) -> list[str] | None:
    """Return the lines of a text, wrapped as rich does it, or None if a width is not certain."""
    lines = text.split("\n")
    if not all(map(is_simple, lines)) or (len(lines) > 1 and not lines[-1]):
        return None
    return [part for line in lines for part in _wrap(line, width)]


def _wrap(line: str, width: int) -> list[str]:
    """Return a line in parts of at most `width` cells, without the spaces between them."""
    if len(line) <= width:
        return [line]
    breaks = [0]
    used = 0
    for word in _WORD.finditer(line):
        length = len(word[0].rstrip())
        if length <= width - used:
            used += len(word[0])
        elif length > width:
            starts = range(word.start(), word.end(), width)
            breaks += starts
            used = word.end() - starts[-1]
        else:
            breaks.append(word.start())
            used = len(word[0])
    return [line[a:b].rstrip() for a, b in pairwise([*dict.fromkeys(breaks), len(line)])]


def _plain(cell: str | Text) -> str:
    return cell if isinstance(cell, str) else cell.plain


def _cell(text: str, width: int, settings: dict[str, Any]) -> list[str] | None:
    """Return the lines of a cell, None if only rich can lay them out."""
    lines = text.split("\n")
    if any(len(line) > width for line in lines):
        folds = settings.get("overflow") == "fold" or all(
            len(word.rstrip()) <= width for line in lines for word in _WORD.findall(line)
        )
        if settings.get("no_wrap") or not folds:
            return None
        lines = fitting_lines(text, width) or []
    right = settings.get("justify") == "right"
    return [line.rstrip().rjust(width) if right else line.ljust(width) for line in lines] or None


def _beside(cells: Sequence[Sequence[str]], widths: Sequence[int]) -> Iterator[str]:
    """Yield the lines of a row."""
    for n in range(max(map(len, cells), default=0)):
        yield "".join(
            cell[n] if n < len(cell) else " " * width
            for cell, width in zip(cells, widths, strict=True)
        )
