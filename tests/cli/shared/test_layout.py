"""Plain text and tables are laid out as rich lays them out, without rich."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text as RichText

from cotool.cli.shared.layout import Indent, Table, Text
from cotool.cli.shared.screen import Screen, clip, fitted

WORDS = st.text("abcdefg ·–█é", max_size=30)
PROSE = st.lists(st.sampled_from(["a", "word", "is", "longer-than-most", "  ", "…", "x" * 40]))


def drawn(drawable, width):
    """Return what rich draws in `width` columns, without the spaces at the ends of lines."""
    sink = io.StringIO()
    console = Console(
        file=sink, width=width, force_terminal=False, highlight=False, markup=False, emoji=False
    )
    console.print(drawable.rich())
    return [line.rstrip() for line in sink.getvalue().split("\n")[:-1]]


def laid_out(drawable, width):
    lines = drawable.plain_lines(width)
    return None if lines is None else [line.rstrip() for line in lines]


@given(PROSE, st.integers(1, 90), st.integers(0, 4))
def test_text_is_wrapped_as_by_rich(words, width, left):
    """Lines break at the same places, indented or not."""
    text = Text(" ".join(words))
    assert laid_out(text, width) == drawn(text, width)
    indented = Indent(text, left, above=1)
    if width > left:
        assert laid_out(indented, width) == drawn(indented, width)


@given(
    st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=1, max_size=4),
    st.booleans(),
    st.booleans(),
    st.sampled_from([(0, 1), (0, 2, 0, 0)]),
    st.booleans(),
)
def test_tables_are_laid_out_as_by_rich(rows, show_header, pad_edge, padding, right):
    """A table that fits has the same lines; one that does not is left to rich."""
    table = Table(show_header=show_header, pad_edge=pad_edge, padding=padding)
    table.add_column("first", overflow="fold", min_width=5)
    table.add_column("second", justify="right" if right else "left", no_wrap=True)
    table.add_column("")
    for row in rows:
        table.add_row(*row)
    lines = laid_out(table, 120)
    assert lines == drawn(table, 120)
    narrow = laid_out(table, 20)
    assert narrow is None or narrow == drawn(table, 20)


@given(st.lists(st.tuples(PROSE, PROSE), min_size=1, max_size=4), st.integers(30, 90))
def test_columns_share_a_width_as_by_rich(rows, width):
    """Columns with ratios wrap their texts in the same cells."""
    table = Table(width=width, pad_edge=False)
    table.add_column("share", justify="right", no_wrap=True)
    table.add_column("experts", ratio=2, overflow="fold")
    table.add_column("answer", ratio=3, overflow="fold")
    for names, answer in rows:
        table.add_row("5 %", Text(" ".join(names)), Text(" ".join(answer)))
    assert laid_out(table, width) == drawn(table, width)


@given(st.text("ab é中\t", max_size=40), st.integers(1, 30))
def test_a_cell_is_cut_as_by_rich(text, width):
    """Text is cut or padded to the same cells, of wide characters too."""
    cell = RichText(text[: 2 * width + 2])
    cell.truncate(width, overflow="ellipsis", pad=True)
    assert fitted(text, width) == cell.plain


@pytest.mark.parametrize("text", ["wide 中文 text " * 9, "tab\there", "soft\xadhyphen", "a\n"])
def test_what_is_not_simple_is_left_to_rich(text):
    """Characters of two cells or none, and tabs, are not laid out without rich."""
    assert Text(text).plain_lines(40) is None


def test_a_screen_prints_the_same_with_and_without_rich(monkeypatch):
    """One wide character does not change the other lines of an output."""
    monkeypatch.delenv("COLUMNS", raising=False)
    sink = io.StringIO()
    screen = Screen(sink)
    screen.heading("Title")
    screen.print(Text("plain"), Text("wide 中"), Indent(Text("in"), 2))
    assert sink.getvalue() == "\nTitle\nplain\nwide 中\n  in\n"
    assert clip("one two three four", 9, 1) == ("one two", 2)
