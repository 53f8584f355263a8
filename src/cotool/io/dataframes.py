"""Tables of results for notebooks, as HTML and as data frames. Imports only cotool's errors.

The data frame libraries are optional and are imported on use.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cotool._records import NamedTuple
from cotool._typing import TYPE_CHECKING, Any
from cotool.errors import MissingExtraError

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

_MOST_ROWS = 20
_MOST_CHARACTERS = 200
# Marks that join their neighbours (emoji, Persian, Indic) are harmless.
_JOINERS = "\u200c\u200d"


class TableData(NamedTuple):
    """Columns, and rows of one value for each."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]

    def to_pandas(self) -> pd.DataFrame:
        """Return a pandas data frame. Raises MissingExtraError without pandas."""
        try:
            import pandas as pd
        except ImportError:
            raise _missing("pandas") from None
        return pd.DataFrame(self.rows, columns=list(self.columns))

    def to_polars(self) -> pl.DataFrame:
        """Return a polars data frame. Raises MissingExtraError without polars."""
        try:
            import polars as pl
        except ImportError:
            raise _missing("polars") from None
        return pl.DataFrame(
            self.rows, schema=list(self.columns), orient="row", infer_schema_length=None
        )


def _missing(name: str) -> MissingExtraError:
    return MissingExtraError(
        f"{name} is not installed", hint=f"pip install 'cotool[{name}]', or pip install {name}"
    )


def heading(text: str) -> str:
    """Return a line in bold."""
    return f"<p><b>{_cell(text)}</b></p>"


def line(text: str) -> str:
    """Return a line of text."""
    return f"<p>{_cell(text)}</p>"


def as_html(table: TableData, caption: str = "") -> str:
    """Return a small HTML table: everything escaped, long texts and long tables cut with a note."""
    rows = table.rows[:_MOST_ROWS]
    parts = ["<table>"]
    if caption:
        parts.append(f"<caption>{_cell(caption)}</caption>")
    parts.append(_row("th", table.columns, ' scope="col"'))
    parts += [_row("td", row) for row in rows]
    if len(table.rows) > len(rows):
        more = f"… {len(table.rows) - len(rows):,} more"
        parts.append(f'<tr><td colspan="{len(table.columns)}">{more}</td></tr>')
    return "".join([*parts, "</table>"])


def _row(tag: str, cells: Sequence[Any], attributes: str = "") -> str:
    return "<tr>" + "".join(f"<{tag}{attributes}>{_cell(cell)}</{tag}>" for cell in cells) + "</tr>"


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.3g}"
    text = str(value)
    if len(text) > _MOST_CHARACTERS:
        text = text[: _MOST_CHARACTERS - 1] + "…"
    import html

    return html.escape("".join(map(_visible, text))).replace("\n", "<br>")


def _visible(character: str) -> str:
    """Return a printable character as it is; controls, bidi marks and surrogates as escapes."""
    if character.isprintable() or character in _JOINERS or character in "\n\t":
        return character
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")


def table_of(columns: Iterable[str], rows: Iterable[Sequence[Any]]) -> TableData:
    """Return a table of any rows."""
    return TableData(tuple(columns), [tuple(row) for row in rows])
