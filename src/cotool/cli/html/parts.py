"""Pieces that several reports share: key figures, notes, bars, charts with their tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cotool.cli.html.markup import Html, element, join
from cotool.text import percent, plural


def figures(*pairs: tuple[str, str, str]) -> Html:
    """Return key figures, each as its name, its value and a remark."""
    return element(
        "dl",
        *(
            element(
                "div",
                element("dt", name),
                element("dd", value, element("small", more) if more else ""),
            )
            for name, value, more in pairs
        ),
        class_="figures",
    )


def note(*text: object) -> Html:
    """Return a remark in small print."""
    return element("p", *text, class_="note")


def option(text: str) -> Html:
    """Return an option of the command line, which does not break across lines."""
    return element("code", text, class_="option")


def left_out(count: int, noun: str, *, all_in: str = "") -> Html:
    """Return a note on `count` more things that the page leaves out, and the option to get all."""
    if count <= 0:
        return Html("")
    where = ("; ", option(all_in), " has all.") if all_in else (".",)
    return note(f"{plural(count, f'more {noun}')} left out", *where)


def share_text(share: float) -> str:
    """Return a share as a percentage that is 0 only where there is nothing."""
    return "<1 %" if 0 < share < 0.005 else percent(share)


def points(items: Iterable[object]) -> Html:
    """Return a list of sentences; nothing if there are none."""
    listed = [element("li", item) for item in items]
    return element("ul", *listed, class_="points") if listed else join()


def unfolding(title: str, *content: object) -> Html:
    """Return content that is folded away under a title."""
    return element("details", element("summary", title), *content)


def bar(share: float, kind: str = "") -> Html:
    """Return a bar whose length is a share of its cell, 0 to 1; its number is beside it."""
    length = max(0.0, min(share, 1.0)) * 100
    return element(
        "svg",
        element("rect", width=f"{length:.1f}", height="10", rx="1", class_=kind or None),
        class_="bar",
        viewBox="0 0 100 10",
        preserveAspectRatio="none",
        aria_hidden="true",
    )


def plain_table(
    caption: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[object]],
    texts: int = 1,
    *,
    short: bool = False,
) -> Html:
    """Return a table without controls; the first `texts` columns are texts, the rest numbers.

    `short`: no cell breaks into lines.
    """
    kinds = [None if place < texts else "n" for place in range(len(heads))]
    head = [
        element("th", name, scope="col", class_=kind)
        for name, kind in zip(heads, kinds, strict=True)
    ]
    body = [
        element(
            "tr", *(element("td", cell, class_=kind) for cell, kind in zip(row, kinds, strict=True))
        )
        for row in rows
    ]
    table = element(
        "table",
        element("caption", caption),
        element("thead", element("tr", *head)),
        element("tbody", *body),
        class_="short" if short else None,
    )
    return element("div", table, class_="scroll", tabindex="0", role="region", aria_label=caption)


def chart(picture: Html, *, below: object = "", table: Html | None = None) -> Html:
    """Return a picture, its caption, and the same as a table for those who cannot see it."""
    return element(
        "figure", picture, below, unfolding("The same as a table", table) if table else ""
    )


def columns(counts: Sequence[tuple[str, float]], label: str) -> Html:
    """Return a histogram: a column for each (name, count), which hovering shows."""
    most = max((count for _, count in counts), default=0) or 1
    drawn = []
    for place, (name, count) in enumerate(counts):
        height = 100 * count / most
        drawn.append(
            element(
                "rect", x=place * 10 + 0.5, y=f"{100 - height:.1f}", width="9", rx="0.6",
                height=f"{height:.1f}",
            )
        )  # fmt: skip
        drawn.append(
            element(
                "rect", class_="hit", x=place * 10, y=0, width=10, height=100,
                data_tip=f"{name}: {count:,}",
            )
        )  # fmt: skip
    return element(
        "svg", join(*drawn), class_="columns", viewBox=f"0 0 {10 * len(counts)} 100",
        preserveAspectRatio="none", role="img", aria_label=label,
    )  # fmt: skip
