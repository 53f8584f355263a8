"""The consensus on one question as text: the answer, the clusters, and the differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cotool._typing import TYPE_CHECKING, Any
from cotool.cli.consensus.statements import marked_answer, names_of, render_statements
from cotool.cli.shared.layout import Indent, Table, Text
from cotool.cli.shared.screen import clip, clip_marked, fitted
from cotool.consensus.report.overall import standing
from cotool.consensus.report.similarities import by_cluster, digits
from cotool.text import one_line, percent, plural

if TYPE_CHECKING:
    from cotool.cli.shared.screen import Screen
    from cotool.consensus.model import Cluster, Consensus, Dissent

_ANSWER_LINES = 20
_QUESTION_LINES = 6
_SHORT_LINES = 3
_DISSENT_LINES = 2
_MOST_ROWS = 10
_FEW_NAMES = 3
_INDENT = 2
# Of the agreement matrix: cells of an expert's name and of a number, and the most columns.
_LABEL, _NUMBER, _MOST_NUMBERS = 14, 4, 12


def render(result: Consensus, screen: Screen, *, explain: bool) -> None:
    """Print everything about one question."""
    question, more = clip(result.question or result.id, screen.width, _QUESTION_LINES)
    screen.print(Text(question + _rest(more), style="bold"))
    _answer(result, screen)
    screen.print(*map(Text, _standing(result)))
    render_statements(result, screen)
    if len(result.clusters) > 1:
        _clusters(result.clusters, screen)
    _dissent(result, screen)
    insights = [
        f"{insight.kind}: {insight.message}{_named(insight.experts, insight.message)}"
        for insight in result.insights
    ]
    _points("Insights", insights, screen)
    _matrix(result, screen)
    _points("Warnings", result.warnings, screen)
    if explain:
        _points("Why", result.explanation, screen)


def _answer(result: Consensus, screen: Screen) -> None:
    room = screen.width - 2 * _INDENT
    if result.answer is None:
        reason = "all experts declined" if result.declined else "no response could be used"
        text = Text(f"no answer: {reason}", style="italic")
    else:
        marked = marked_answer(result, colours=screen.colours)
        if marked is None:
            clipped, more = clip(result.answer, room, _ANSWER_LINES)
            text = Text(clipped + _rest(more))
        else:
            text, more = clip_marked(marked, room, _ANSWER_LINES)
            text.append(_rest(more))
    if screen.boxes:
        from rich.panel import Panel

        inner = text.rich() if isinstance(text, Text) else text
        panel = Panel(
            inner, title="Consensus", title_align="left", border_style="green", padding=(0, 1)
        )
        screen.print(panel)
    else:
        screen.print(Text(), Text("Consensus"), Indent(text, _INDENT, right=_INDENT, below=1))


def _standing(result: Consensus) -> list[str]:
    """Return the agreement, and the source of the answer."""
    declined = [f"declined to answer: {names_of(result.declined)}"] if result.declined else []
    if result.answer is None:
        return declined
    agreed = f"agreement {percent(result.agreement)}"
    if behind := standing(result):
        agreed += f" ({behind})"
    sure = f"confidence {percent(result.confidence)}"
    if result.judgements is not None:
        if result.confidence_interval is not None:
            low, high = map(percent, result.confidence_interval)
            sure += f", between {low} and {high}"
        sure += f" (calibrated on {result.judgements:,.0f} judgements)"
    words = [f"{result.kind}, method {result.method}"]
    count = len(result.stated)
    if result.interval is not None:
        words.append("95 % interval {:.4g} to {:.4g}".format(*result.interval))
    if result.method == "supported":
        words.append(f"from the response of {one_line(result.expert or '–')}")
        if result.left_out is not None:
            words[-1] += f", {result.left_out:,} of {plural(count, 'statement')} left out"
    elif result.expert:
        words.append(f"in the words of {one_line(result.expert)}")
    if result.support is not None:
        words.append(
            f"support {percent(result.support)} ({count - (result.unsupported or 0)} of "
            f"{plural(count, 'statement')} supported)"
        )
    return [f"{agreed} · {sure}", " · ".join(words), *declined]


def _clusters(clusters: Sequence[Cluster], screen: Screen) -> None:
    screen.heading("Clusters")
    table = Table(
        boxed=screen.boxes,
        width=screen.width if screen.boxes else screen.width - _INDENT,
        pad_edge=screen.boxes,
    )
    table.add_numbers("share", "similar")
    table.add_column("experts", ratio=2, overflow="fold")
    table.add_column("answer", ratio=3, overflow="fold")
    # Share, similarity, borders and padding take about 20; the answer gets 3/5 of the rest.
    room = max(8, (screen.width - 20) * 3 // 5 - 2)
    for cluster in clusters[:_MOST_ROWS]:
        answer, more = clip(cluster.answer, room - 2, _SHORT_LINES)
        table.add_row(
            percent(cluster.share),
            percent(cluster.cohesion),
            Text(names_of(cluster.members)),
            Text(answer + (" …" if more else "")),
        )
    screen.print(table if screen.boxes else Indent(table, _INDENT))
    if len(clusters) > _MOST_ROWS:
        screen.print(Text(f"  … {plural(len(clusters) - _MOST_ROWS, 'more cluster')}"))


def _dissent(result: Consensus, screen: Screen) -> None:
    dissent = result.dissent
    if not dissent:
        return
    screen.heading("Dissent")
    for item in dissent[:_MOST_ROWS]:
        near = "" if item.similarity is None else f", {percent(item.similarity)} similar"
        who = Text(f"{names_of(item.experts)} ({percent(item.share)}{near})", style="bold")
        answer, more = clip(item.answer, screen.width - 2 * _INDENT - 2, _DISSENT_LINES)
        body = [Text(answer + (" …" if more else ""))]
        if not result.statements:
            body += [Text(line, style="dim") for line in _differences(item)]
        screen.print(Indent(who, _INDENT))
        screen.print(*(Indent(line, 2 * _INDENT) for line in body))
    if len(dissent) > _MOST_ROWS:
        screen.print(Text(f"  … {plural(len(dissent) - _MOST_ROWS, 'more dissenting opinion')}"))


def _differences(item: Dissent) -> list[str]:
    lines = [f"{label}: {one_line(', '.join(words))}" for label, words in item.differences]
    if item.negation:
        lines.append("one of the two denies what the other affirms")
    return lines


def _matrix(result: Consensus, screen: Screen) -> None:
    if result.matrix is None or len(result.experts) < 2:
        return
    screen.heading(f"Agreement matrix ({result.metric or 'same answer'})")
    order = [i for group in by_cluster(result) for i in group]
    draw: Callable[..., Sequence[Any]] = number_table
    if screen.colours:
        from cotool.cli.consensus.heatmap import heat_map

        draw = heat_map
    names = [one_line(name) or "–" for name in result.experts]
    for line in draw(names, result.matrix.row, order, screen.width - _INDENT):
        screen.print(Indent(line, _INDENT))


def number_table(
    names: Sequence[str], row: Callable[[int], Sequence[float]], order: Sequence[int], width: int
) -> list[Text]:
    """Return a table of similarities in percent, or a line that says how to get them."""
    label = min(_LABEL, max(len(name) for name in names)) + 3
    if len(order) > _MOST_NUMBERS or label + _NUMBER * len(order) > width:
        return [Text(f"{len(order)} experts: use --format json for the matrix")]
    heading = " " * label + "".join(f"{place:>{_NUMBER}}" for place in range(1, len(order) + 1))
    lines = [Text(heading, no_wrap=True)]
    for place, i in enumerate(order, 1):
        values = row(i)
        cells = "".join(f"{'·' if i == j else digits(values[j]):>{_NUMBER}}" for j in order)
        lines.append(Text(f"{place:>2} {fitted(names[i], label - 3)}{cells}", no_wrap=True))
    return lines


def _points(title: str, points: Sequence[str], screen: Screen) -> None:
    if not points:
        return
    screen.heading(title)
    for point in points:
        grid = Table(show_header=False, padding=(0, 0, 0, 1), pad_edge=False)
        grid.add_column()
        grid.add_column(overflow="fold")
        grid.add_row("-", one_line(point))
        screen.print(Indent(grid, _INDENT))


def _named(experts: Sequence[str], message: str) -> str:
    """Return the experts of an insight if they are few and its message does not name them."""
    missing = [expert for expert in experts if expert not in message]
    return f" ({names_of(missing)})" if 0 < len(missing) <= _FEW_NAMES else ""


def _rest(more: int) -> str:
    return f"\n… ({plural(more, 'more line')}; --format json has all)" if more else ""
