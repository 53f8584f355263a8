"""Statements as text: the answer with its unsupported statements, agreements and disputes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cotool._typing import TYPE_CHECKING
from cotool.cli.shared.layout import Indent, Text
from cotool.cli.shared.screen import clip
from cotool.text import and_more, one_line, plural, visible

if TYPE_CHECKING:
    from cotool.cli.shared.screen import Screen
    from cotool.consensus.model import Consensus, Statement

_MOST = 5  # statements or disputes of each heading
_LINES = 2  # of a statement
_MOST_NAMES = 6
_MOST_MARKED = 20_000  # characters of an answer; a terminal shows fewer
_INDENT = 2


def marked_answer(result: Consensus, *, colours: bool) -> Text | None:
    """Return the answer with its unsupported and disputed statements marked.

    Without colours, the marks are words. None if the answer is not the whole response.
    """
    content = result.content or ""
    if not result.statements or content.strip() != result.answer:
        return None
    text = Text()
    position = len(content) - len(content.lstrip())
    for one in result.stated:
        if one.start >= _MOST_MARKED:
            break
        text.append(_laid_out(content[position : one.start]))
        position = one.end
        if one.contradicting:
            text.append(_laid_out(one.text), style="yellow")
            text.append(f" [disputed by {names_of(one.contradicting)}]", style="bold yellow")
        elif one.supporters:
            text.append(_laid_out(one.text))
        else:
            text.append(_laid_out(one.text), style="dim")
            text.append("" if colours else " [unsupported]")
    text.append(_laid_out(content[position:].rstrip()[:_MOST_MARKED]))
    return text


def render_statements(result: Consensus, screen: Screen) -> None:
    """Print what is agreed, what is disputed, and what only one expert says."""
    if not result.statements:
        return
    agreed = [one for one in agreed_statements(result) if not one.contradicting]
    _listed("Agreed", agreed, result, screen)
    _disputes(result, screen)
    _listed("Only one says", lone_statements(result), result, screen)


def agreed_statements(result: Consensus) -> list[Statement]:
    """Return one statement of each group that more than half of the experts make.

    Most experts come first; the words are those of the answer where it is among them.
    """
    found = [one for one in result.statements if 2 * len(one.experts) > len(result.experts)]
    found.sort(key=lambda one: (-len(one.experts), one.experts[0] != result.expert))
    return _first_of_groups(found)


def lone_statements(result: Consensus) -> list[Statement]:
    """Return the statements that only one expert makes, those with most values first."""
    found = [one for one in result.statements if not (one.supporters or one.contradicting)]
    found.sort(key=lambda one: (-len(one.values), one.support, one.response, one.start))
    return _first_of_groups(found)


def names_of(experts: Sequence[str]) -> str:
    """Return the names of experts; of many only the first ones."""
    return and_more(map(one_line, experts[:_MOST_NAMES]), len(experts))


def _first_of_groups(statements: Iterable[Statement]) -> list[Statement]:
    groups: dict[int, Statement] = {}
    for one in statements:
        groups.setdefault(one.group, one)
    return list(groups.values())


def _laid_out(text: str) -> str:
    return visible(text).expandtabs(4)


def _listed(title: str, found: Sequence[Statement], result: Consensus, screen: Screen) -> None:
    if not found:
        return
    screen.heading(title)
    for one in found[:_MOST]:
        who = one.experts[0] if len(one.experts) == 1 else ""
        count = f"{len(one.experts)} of {len(result.experts)}"
        _quoted(one_line(who) if who else count, one.text, screen, _INDENT)
    if len(found) > _MOST:
        screen.print(Text(f"  … {plural(len(found) - _MOST, 'more statement')}"))


def _disputes(result: Consensus, screen: Screen) -> None:
    if not result.disputes:
        return
    screen.heading("Disputed")
    for dispute in result.disputes[:_MOST]:
        sides = Text()
        for side in dispute.sides:
            sides.append(" · " if sides else "")
            sides.append(f"{one_line(side.value)}: {names_of(side.experts)}", style="bold")
        screen.print(Indent(sides, _INDENT))
        for side in dispute.sides[:_MOST]:
            one = result.statements[side.statements[0]]
            _quoted(one_line(one.experts[0]), one.text, screen, 2 * _INDENT)
    if len(result.disputes) > _MOST:
        screen.print(Text(f"  … {plural(len(result.disputes) - _MOST, 'more dispute')}"))


def _quoted(label: str, text: str, screen: Screen, indent: int) -> None:
    head = f"{label}: "
    body, more = clip(head + one_line(text), screen.width - indent - 2, _LINES)
    line = Text(body[: len(head)], style="dim").append(body[len(head) :] + (" …" if more else ""))
    screen.print(Indent(line, indent))
