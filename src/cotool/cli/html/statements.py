"""Statements in a report: texts shaded by support, disputes, and a table of all statements."""

from __future__ import annotations

from collections.abc import Sequence

from cotool._typing import TYPE_CHECKING
from cotool.cli.html.data_table import Cell, TableColumn, data_table, row
from cotool.cli.html.markup import Html, brief, clipped, element, escape, join
from cotool.cli.html.parts import left_out, note, plain_table
from cotool.text import and_more

if TYPE_CHECKING:
    from cotool.consensus.model import Cluster, Consensus, Dispute, Statement

_MOST_DISPUTES = 20
_MOST_STATEMENTS = 200
_MOST_TEXT = 400
_MOST_NAMES = 12
_MOST_NAME = 80
# Shades of a statement, by the share of the other responses that support it.
_SHADES = 4
_COLUMNS = (
    TableColumn("statement", kind="text"),
    TableColumn("said by", number=True),
    TableColumn("who says so", kind="text", wide=True),
    TableColumn("who says otherwise", kind="text"),
)


def shaded(text: str, response: int, result: Consensus, most: int, *, reached: bool) -> Html | None:
    """Return a response's text with its statements shaded, cut after `most` characters.

    `reached`: the keyboard reaches each statement. None if the text is not the response's.
    """
    own = [one for one in result.statements if one.response == response]
    if not own:
        return None
    shift = own[0].start - text.find(own[0].text)
    if any(text[one.start - shift : one.end - shift] != one.text for one in own):
        return None
    parts: list[object] = []
    end = 0
    for one in own:
        start = one.start - shift
        if start >= most:
            break
        parts.append(escape(text[end:start]))
        end = one.end - shift
        parts.append(_marked(one, result, most - start, reached=reached))
    if end < most:
        parts.append(escape(text[end:]))
    elif len(text) > most:
        parts.append(" …")
    return element("bdi", *parts)


def shaded_cluster(item: Cluster, result: Consensus, most: int) -> Html | None:
    """Return the text of a cluster, shaded; None if it is not the response of a member."""
    if not result.statements:
        return None
    made = (shaded(item.answer, row, result, most, reached=False) for row in item.indices)
    return next((one for one in made if one is not None), None)


def _marked(one: Statement, result: Consensus, most: int, *, reached: bool) -> Html:
    others = max(1, len(result.experts) - 1)
    shade = -(-_SHADES * len(one.supporters) // others)
    tip = _tip(one, others)
    return element(
        "span",
        one.text[:most],
        class_=f"said s{shade}" + (" disputed" if one.contradicting else ""),
        data_tip=tip,
        tabindex="0" if reached else None,
        role="group" if reached else None,
        aria_label=tip if reached else None,
    )


def _tip(one: Statement, others: int) -> str:
    lines = ["Nobody else says so"]
    if one.supporters:
        lines = [f"{len(one.supporters)} of {others} others say so: {_names(one.supporters)}"]
    lines[0] += f" (support {one.support:.2f})"
    if one.contradicting:
        lines.append(f"Otherwise: {_names(one.contradicting)}")
    lines += [
        f"{clipped(pair.other, _MOST_NAME)} instead of {clipped(pair.value, _MOST_NAME)}: "
        f"{_names(pair.experts)}"
        for pair in one.conflicts
    ]
    return "\n".join(lines)


def _names(experts: Sequence[str]) -> str:
    return and_more((clipped(name, _MOST_NAME) for name in experts[:_MOST_NAMES]), len(experts))


def legend(result: Consensus) -> Html:
    """Return what the shades mean, and the switch that leaves only what is disputed."""
    shades = [
        element("span", name, class_=f"said {kind}")
        for name, kind in (
            ("nobody else says so", "s0"),
            ("some do", "s2"),
            ("all do", f"s{_SHADES}"),
            ("somebody says otherwise", "s0 disputed"),
        )
    ]
    switch: Html | str = ""
    if result.disputes:
        box = element("input", type="checkbox", id="only-disputed")
        switch = element("label", box, "show only disputed", class_="switch")
    return element("div", note(join(*[part for one in shades for part in (one, " ")])), switch)


def disputes(result: Consensus) -> Html:
    """Return a table for each dispute: values, who says them, and in which words."""
    parts = [_dispute(one, result) for one in result.disputes[:_MOST_DISPUTES]]
    more = len(result.disputes) - len(parts)
    return join(*parts, left_out(more, "dispute", all_in="--format json"))


def _dispute(one: Dispute, result: Consensus) -> Html:
    rows = []
    for side in one.sides:
        said = result.statements[side.statements[0]]
        rows.append(
            (
                brief(side.value, _MOST_NAME),
                element("bdi", _names(side.experts)),
                brief(said.text, _MOST_TEXT),
            )
        )
    caption = " or ".join(clipped(side.value, _MOST_NAME) for side in one.sides)
    return plain_table(caption, ("value", "who says so", "in these words"), rows, texts=3)


def table(result: Consensus) -> Html:
    """Return one row per distinct statement, the one with most experts first."""
    if not result.statements:
        return join()
    groups: dict[int, Statement] = {}
    ranked = sorted(result.statements, key=lambda one: (-len(one.experts), -len(one.contradicting)))
    for one in ranked:
        if one.group not in groups or (one.contradicting and not groups[one.group].contradicting):
            groups[one.group] = one
    found = sorted(groups.values(), key=lambda one: (not one.contradicting, -len(one.experts)))
    shown = found[:_MOST_STATEMENTS]
    counts: dict[str, int] = {}
    rows = []
    for one in shown:
        kind = _kind(one, result)
        counts[kind] = counts.get(kind, 0) + 1
        rows.append(
            row(
                brief(one.text, _MOST_TEXT),
                Cell(f"{len(one.experts)} of {len(result.experts)}", len(one.experts)),
                element("bdi", _names(one.experts)),
                element("bdi", _names(one.contradicting) or "–"),
                group=kind,
            )
        )
    made = data_table(
        "statements-table", "Statements", _COLUMNS, rows, search="filter", groups=counts
    )
    more = len(found) - len(shown)
    return join(made, left_out(more, "statement", all_in="--format json"))


def _kind(one: Statement, result: Consensus) -> str:
    if one.contradicting:
        return "disputed"
    if not one.supporters:
        return "only one says"
    return "agreed" if 2 * len(one.experts) > len(result.experts) else "some say"
