"""Tables that sort and filter, whose rows unfold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cotool._records import NamedTuple
from cotool.cli.html.markup import Html, element


class TableColumn(NamedTuple):
    """A column. `number`: aligned right; `wide`: not on a narrow screen; `sorts`: by a click."""

    title: str
    number: bool = False
    wide: bool = False
    sorts: bool = True
    kind: str = ""


class Cell(NamedTuple):
    """A cell, and the key by which it sorts where that is not its text."""

    content: object
    key: float | str | None = None


class Row(NamedTuple):
    """A row; `more` unfolds beneath it, `group` is what a choice above the table picks."""

    cells: Sequence[Cell]
    more: Html | None = None
    group: str = ""


def row(*cells: object, more: Html | None = None, group: str = "") -> Row:
    """Return a row; what is not a Cell is the content of one, which sorts by its text."""
    return Row([one if isinstance(one, Cell) else Cell(one) for one in cells], more, group)


def data_table(
    name: str,
    caption: str,
    columns: Sequence[TableColumn],
    rows: Iterable[Row],
    *,
    search: str = "",
    groups: Mapping[str, int] | None = None,
    sorted_by: int | None = None,
) -> Html:
    """Return a table under its controls.

    `search` is the label of its field, "" for none; `groups` are the groups of rows with their
    sizes, of which one can be chosen; `sorted_by` is the place of the column that is descending as
    given.
    """
    head = []
    for place, column in enumerate(columns):
        title: object = column.title
        if column.sorts:
            title = element("button", title, type="button")
        order = "descending" if place == sorted_by else None
        head.append(element("th", title, scope="col", class_=_classes(column), aria_sort=order))
    body = [_row(row, columns, f"{name}-{place}") for place, row in enumerate(rows)]
    table = element(
        "table",
        element("caption", caption),
        element("thead", element("tr", *head)),
        *body,
        id=name,
        class_="data",
    )
    return element(
        "div",
        _controls(name, search, groups or {}) if len(body) > 1 else "",
        element("div", table, class_="scroll", tabindex="0", role="region", aria_label=caption),
        class_="tabled",
    )


def _controls(name: str, search: str, groups: Mapping[str, int]) -> Html:
    parts: list[object] = []
    if search:
        parts.append(
            element(
                "label",
                element("span", search),
                element("input", type="search", data_search=name, autocomplete="off"),
            )
        )
    if len(groups) > 1:
        options = [element("option", "all", value="")]
        options += [
            element("option", f"{group} ({count:,})", value=group)
            for group, count in groups.items()
        ]
        choice = element("select", *options, data_choice=name)
        parts.append(element("label", element("span", "show"), choice))
    if not parts:
        return Html("")
    parts.append(element("output", data_count=name, aria_live="polite"))
    return element("div", *parts, class_="controls")


def _row(row: Row, columns: Sequence[TableColumn], name: str) -> Html:
    cells = []
    for place, (cell, column) in enumerate(zip(row.cells, columns, strict=True)):
        content = cell.content
        if place == 0 and row.more is not None:
            content = element(
                "button",
                element("span", content),
                type="button",
                class_="unfold",
                aria_expanded="true",
                aria_controls=name,
            )
        key = f"{cell.key:.9g}" if isinstance(cell.key, (int, float)) else cell.key
        cells.append(
            element(
                "th" if place == 0 else "td",
                content,
                scope="row" if place == 0 else None,
                class_=_classes(column),
                data_key=key,
            )
        )
    lines = [element("tr", *cells)]
    if row.more is not None:
        inner = element("td", element("div", row.more), colspan=len(columns))
        lines.append(element("tr", inner, id=name, class_="more"))
    return element("tbody", *lines, data_group=row.group or None)


def _classes(column: TableColumn) -> str | None:
    words = [column.kind] if column.kind else []
    words += ["n"] if column.number else []
    words += ["wide"] if column.wide else []
    return " ".join(words) or None
