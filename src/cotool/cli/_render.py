"""Results as text for people: a report for one question, a row each for many.

On a terminal with colours and lines; in a pipe plain text of 80 columns ($COLUMNS). What comes
from the input is shown as it is, but for control and direction characters, which are made visible.
"""

from __future__ import annotations

import heapq
import textwrap
import unicodedata
from collections import Counter
from typing import IO, TYPE_CHECKING

from rich import box
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table as RichTable
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cotool.consensus.model import Consensus, Dissent

MOST_LINES = 20  # of an answer in a report
MOST_ROWS = 8  # of clusters and dissents in a report
NUMBERED = 12  # experts up to which a heat map shows numbers
LOWEST = 3  # questions named in a batch's summary

# Colours of similarity 0, 0.5 and 1: dark blue, teal, yellow; told apart by the colour-blind too.
COLOURS = ((38, 38, 84), (33, 128, 141), (253, 216, 83))


def visible(text: str) -> str:
    """The text with control and direction characters made visible; newlines and tabs stay."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        char
        if char == "\n" or not (unicodedata.category(char) in {"Cc", "Cf", "Cs"} and char != "\u200d")
        else "    "
        if char == "\t"
        else f"\\x{ord(char):02x}"
        if ord(char) < 256
        else f"\\u{ord(char):04x}"
        for char in text
    )


def one_line(text: str, width: int) -> str:
    """The text on one line, cut to `width` columns."""
    line = " ".join(visible(text).split())
    return line if cell_len(line) <= width else set_cell_size(line, width - 1).rstrip() + "…"


def percent(value: float | None) -> str:
    """A share as a whole percentage."""
    return "–" if value is None else f"{value:.0%}"


def experts(names: Sequence[str], most: int = 6) -> str:
    """A list of names that does not run away."""
    shown = ", ".join(one_line(name, 32) for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


class Table:
    """A report where there is one question, else a row as each result comes, then a summary."""

    def __init__(self, stream: IO[str], *, explain: bool) -> None:
        self.console = Console(file=stream, highlight=False, emoji=False, soft_wrap=False)
        self.explain = explain
        self.first: Consensus | None = None
        self.count = 0
        self.kinds: Counter[str] = Counter()
        self.agreement = 0.0
        self.answered = 0
        self.dissent = 0
        # (-agreement, -place, line): the lowest agreements so far.
        self.low: list[tuple[float, int, str]] = []

    def write(self, result: Consensus) -> None:
        """Take one result."""
        self.count += 1
        if self.count == 1:
            self.first = result
            return
        if self.first is not None:
            self._heading()
            self._row(self.first, 1)
            self.first = None
        self._row(result, self.count)

    def close(self) -> None:
        """The report of the only question, or the summary of the rows."""
        if self.first is not None:
            report(self.console, self.first, explain=self.explain)
        elif self.count:
            self._summary()

    def _widths(self) -> tuple[int, int]:
        room = max(self.console.width - 19, 20)
        answer = min(max(room // 3, 10), 40)
        return answer, room - answer - 1

    def _heading(self) -> None:
        answer, question = self._widths()
        self.console.print(
            Text(f"{'#':>5}  agree  kind   {'answer':<{answer}} question"[: 19 + answer + question]),
            style="bold",
            overflow="crop",
            no_wrap=True,
        )

    def _row(self, result: Consensus, place: int) -> None:
        answer, question = self._widths()
        self.kinds[result.kind] += 1
        self.dissent += bool(result.dissent)
        if result.agreement is not None:
            self.agreement += result.agreement
            self.answered += 1
            line = one_line(result.question or result.id, 50)
            heapq.heappush(self.low, (-result.agreement, -place, line))
            if len(self.low) > LOWEST:
                heapq.heappop(self.low)
        shown = one_line(result.answer or "–", answer)
        text = Text(f"{place:>5}  ")
        text.append(f"{percent(result.agreement):>5}", style=agreement_style(result.agreement))
        text.append(f"  {result.kind[:6]:<6}", style="dim")
        text.append(shown + " " * (answer - cell_len(shown) + 1))
        text.append(one_line(result.question or result.id, question), style="dim")
        self.console.print(text, overflow="crop", no_wrap=True)
        if self.explain:
            for line in result.explanation:
                self.console.print(Padding(Text(visible(line), style="dim"), (0, 0, 0, 7)))

    def _summary(self) -> None:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in self.kinds.most_common())
        mean = self.agreement / self.answered if self.answered else None
        self.console.print()
        self.console.print(
            Text(
                f"{self.count:,} questions ({kinds}); mean agreement {percent(mean)}; "
                f"dissent on {self.dissent:,}"
            )
        )
        lowest = sorted(self.low, reverse=True)
        if lowest and -lowest[0][0] < 1:
            rows = "; ".join(f"{-place} ({-low:.0%})" for low, place, _ in lowest[::-1][:LOWEST])
            self.console.print(Text(f"lowest agreement: {rows}"), style="dim")


def agreement_style(value: float | None) -> str:
    """Green from two thirds on, yellow from a half, red below."""
    if value is None:
        return "dim"
    return "green" if value >= 2 / 3 else "yellow" if value >= 0.5 else "red"


def report(console: Console, result: Consensus, *, explain: bool) -> None:
    """Everything about one question."""
    lines = console.is_terminal
    if result.question and result.question != "-":
        console.print(Text(visible(result.question.strip()), style="bold"))
        console.print()
    if result.answer is None:
        console.print(Text("No answer: no response could be used."))
    else:
        answer(console, result, lines=lines)
    if len(result.clusters) > 1 or len(result.experts) > 1:
        clusters(console, result)
        heat_map(console, result)
    dissents(console, result)
    if result.insights:
        heading(console, "Insights")
        for insight in result.insights:
            bullet(console, insight.message)
    if result.warnings:
        heading(console, "Warnings")
        for warning in result.warnings:
            bullet(console, warning, style="yellow")
    if explain:
        heading(console, "Why this answer")
        for line in result.explanation:
            bullet(console, line)


def heading(console: Console, title: str) -> None:
    """A title after an empty line."""
    console.print()
    console.print(Text(title, style="bold cyan"))


def bullet(console: Console, text: str, style: str = "") -> None:
    """A wrapped item of a list."""
    wrapped = textwrap.wrap(
        " ".join(visible(text).split()), max(console.width - 4, 20), break_on_hyphens=False
    )
    for place, line in enumerate(wrapped or [""]):
        console.print(Text(("  · " if place == 0 else "    ") + line, style=style), soft_wrap=True)


def cut(text: str, most: int = MOST_LINES) -> Text:
    """An answer of at most so many lines."""
    lines = visible(text.strip()).splitlines() or [""]
    shown = Text("\n".join(lines[:most]))
    if len(lines) > most:
        shown.append(f"\n… ({len(lines) - most} more lines; --format json has all)", style="dim")
    return shown


def answer(console: Console, result: Consensus, *, lines: bool) -> None:
    """The answer, who gave it, and how far the experts agree."""
    if lines:
        title = f"consensus · {result.kind} · {result.method}"
        console.print(Panel(cut(result.answer or ""), title=title, title_align="left", width=None))
    else:
        console.print(Text(f"Consensus ({result.kind}, {result.method}):"))
        console.print(Padding(cut(result.answer or ""), (0, 0, 0, 2)))
    count = len(result.clusters[0].members)
    voters = sum(len(cluster.members) for cluster in result.clusters)
    line = Text("agreement ")
    line.append(percent(result.agreement), style=agreement_style(result.agreement))
    line.append(
        f" ({count} of {voters} experts) · confidence {result.confidence:.2f}, from agreement only"
    )
    console.print(line)
    console.print(Text(f"as given by {one_line(result.expert or '', 60)}", style="dim"))


def clusters(console: Console, result: Consensus) -> None:
    """Who stands together."""
    heading(console, "Clusters")
    table = RichTable(
        box=box.SIMPLE_HEAD if console.is_terminal else None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
        show_edge=False,
    )
    table.add_column("", justify="right")
    table.add_column("share", justify="right")
    table.add_column("alike", justify="right")
    table.add_column("answer", no_wrap=True, max_width=max(console.width // 2 - 12, 12))
    table.add_column("experts", max_width=max(console.width // 2 - 12, 12))
    for cluster in result.clusters[:MOST_ROWS]:
        table.add_row(
            str(cluster.id + 1),
            percent(cluster.share),
            "–" if cluster.cohesion is None else f"{cluster.cohesion:.2f}",
            Text(one_line(cluster.answer, max(console.width // 2 - 12, 12))),
            Text(experts(cluster.members)),
        )
    console.print(table)
    more_rows(console, len(result.clusters), "clusters")


def more_rows(console: Console, count: int, what: str) -> None:
    """Say how many rows are not shown."""
    if count > MOST_ROWS:
        console.print(
            Text(f"… and {count - MOST_ROWS} more {what}; --format json has all", style="dim")
        )


def dissents(console: Console, result: Consensus) -> None:
    """What those outside the consensus say differently."""
    if not result.dissent:
        return
    heading(console, "Dissent")
    for one in result.dissent[:MOST_ROWS]:
        similarity = "" if one.similarity is None else f", similarity {one.similarity:.2f}"
        bullet(console, f"{experts(one.experts)} ({percent(one.share)}{similarity}): {short(one)}")
        for label, words in (
            ("says", one.only_here),
            ("does not say", one.only_in_consensus),
            ("numbers", one.numbers),
            ("instead of", one.consensus_numbers if one.numbers else ()),
        ):
            if words:
                line = f"{label}: {', '.join(visible(word) for word in words)}"
                console.print(
                    Padding(Text(one_line(line, console.width - 6), style="dim"), (0, 0, 0, 6))
                )
        if one.negation:
            console.print(
                Padding(Text("one negates what the other affirms", style="red"), (0, 0, 0, 6))
            )
    more_rows(console, len(result.dissent), "dissents")


def short(one: Dissent) -> str:
    """A dissenting answer on about two lines."""
    return one_line(one.answer, 140)


def heat_map(console: Console, result: Consensus) -> None:
    """Pairwise similarities in the order of the clusters, within the width."""
    matrix = result.matrix
    if matrix is None or len(result.experts) < 3:
        return
    order = [i for cluster in result.clusters for i in cluster.indices]
    order += [i for i in range(len(result.experts)) if i not in set(order)]
    what = "same answer" if result.metric is None else f"{result.metric} similarity"
    if len(order) <= NUMBERED:
        heading(console, f"Agreement matrix ({what}, %)")
        numbered_map(console, result, order)
    elif console.color_system is not None:
        heading(console, f"Agreement matrix ({what})")
        half_block_map(console, result, order)
    else:
        heading(console, f"Agreement matrix ({what})")
        console.print(Text(f"{len(order)} × {len(order)}: --format json has it"))


def colour(value: float) -> tuple[int, int, int]:
    """The colour of a similarity."""
    value = min(max(value, 0.0), 1.0) * 2
    low, high, part = (
        (COLOURS[0], COLOURS[1], value) if value < 1 else (COLOURS[1], COLOURS[2], value - 1)
    )
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(low, high, strict=True))
    return red, green, blue


def numbered_map(console: Console, result: Consensus, order: Sequence[int]) -> None:
    """A row for each expert with percentages, on a background where there is colour."""
    matrix = result.matrix
    if matrix is None:
        return
    width = min(max(cell_len(visible(result.experts[i])) for i in order), console.width - 4 * len(order) - 5)
    width = max(width, 6)
    head = Text(" " * (width + 3))
    for place in range(len(order)):
        head.append(f"{place + 1:>4}", style="dim")
    console.print(head, soft_wrap=True)
    for place, i in enumerate(order):
        name = one_line(result.experts[i], width)
        line = Text(f"{place + 1:>2} {name}{' ' * (width - cell_len(name))}")
        for j in order:
            value = matrix[i, j]
            red, green, blue = colour(value)
            ink = "black" if value > 0.6 else "white"
            line.append(f"{value * 100:>4.0f}", style=f"{ink} on rgb({red},{green},{blue})")
        console.print(line, soft_wrap=True)


def half_block_map(console: Console, result: Consensus, order: Sequence[int]) -> None:
    """Two rows of the matrix to a line; neighbours are averaged where the width is too small."""
    matrix = result.matrix
    if matrix is None:
        return
    label = 16
    step = -(-len(order) // (console.width - label - 1))
    groups = [order[start : start + step] for start in range(0, len(order), step)]
    cells = [
        [sum(matrix[i, j] for i in a for j in b) / (len(a) * len(b)) for b in groups]
        for a in groups
    ]
    for row in range(0, len(groups), 2):
        name = one_line(result.experts[groups[row][0]], label - 1)
        line = Text(name + " " * (label - cell_len(name)), style="dim")
        for column in range(len(groups)):
            upper = "rgb({},{},{})".format(*colour(cells[row][column]))
            if row + 1 < len(groups):
                lower = "rgb({},{},{})".format(*colour(cells[row + 1][column]))
                line.append("▀", style=f"{upper} on {lower}")
            else:
                line.append("▀", style=upper)
        console.print(line, soft_wrap=True)
    legend = Text(" " * label + "0 ")
    for step_ in range(11):
        legend.append("█", style="rgb({},{},{})".format(*colour(step_ / 10)))
    legend.append(" 1")
    if step > 1:
        legend.append(f"   each cell is the mean of {step} × {step}")
    console.print(legend, soft_wrap=True)
