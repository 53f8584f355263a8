"""The experts' reliability from the store, with intervals, and a reliability diagram."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from cotool._typing import TYPE_CHECKING
from cotool.cli.html import opinions
from cotool.cli.html.data_table import Cell, TableColumn, data_table, row
from cotool.cli.html.markup import Html, element, join
from cotool.cli.html.parts import chart, note, plain_table
from cotool.text import percent, plural

if TYPE_CHECKING:
    from cotool.consensus import Store
    from cotool.consensus.learning.calibration import Bin


_MOST = 500


def experts(store: Store, present: Collection[str]) -> Html:
    """Return a table of the experts who answered; nothing if none of them is known."""
    from cotool.consensus.learning.evidence import reliability, remarks_on
    from cotool.consensus.learning.report import ranked

    learned = store.read()
    known = [name for name in ranked(learned) if name in present]
    if not known:
        return join()
    remarks = {name: remarks_on(learned, name) for name in known[:_MOST]}
    suspect = any(remarks.values())
    rows = []
    by_agreement = False
    for name in known[:_MOST]:
        one = learned.experts[name]
        record = reliability(one.total)
        by_agreement |= record.by_agreement
        rows.append(
            row(

                    opinions.names([name]),
                    Cell(percent(record.share) + ("*" if record.by_agreement else ""),
                         record.share),
                    Cell(_interval(record.share, record.low, record.high), record.low),
                    Cell(f"{100 * record.low:.0f}–{100 * record.high:.0f} %", record.high),
                    Cell(f"{one.total.number:,.0f}", one.total.number),
                    Cell(f"{(weight := learned.trust().weight(name)):+.2f}", weight),
                    *([remarks[name]] if suspect else [])
            )
        )  # fmt: skip
    columns = (
        TableColumn("expert", kind="path"),
        TableColumn("right", number=True),
        TableColumn("0 to 100 %", kind="drawn", sorts=False),
        TableColumn("95 % interval", number=True, wide=True),
        TableColumn("answers", number=True, wide=True),
        TableColumn("weight", number=True, wide=True),
        *([TableColumn("remark", wide=True)] if suspect else []),
    )
    notes = []
    if by_agreement:
        notes.append("* based on agreement only, which is weaker evidence.")
    notes.append(
        "The line is the 95 % interval, the dot the share that is most likely. The weight is what "
        "a vote adds to the log-odds of an answer."
    )
    if len(known) > _MOST:
        notes.append(f"{plural(len(known) - _MOST, 'more expert')} left out; "
                       "cotool experts list has them.")  # fmt: skip
    table = data_table("experts-table", "Experts by reliability", columns, rows, sorted_by=1)
    diagram = reliability_diagram(learned.trust().calibration.bins)
    shown = (element("h3", "How often stated probabilities come true"), diagram) if diagram else ()
    return join(table, note(" ".join(notes)), *shown)


def _interval(share: float, low: float, high: float) -> Html:
    # Lines whose strokes do not scale look the same at any width; the dot is the shortest.
    lines = (("axis", 0.0, 1.0), ("range", low, high), ("dot", share, share + 1e-3))
    said = f"{percent(share)}, between {percent(low)} and {percent(high)}"
    return element(
        "svg",
        element("line", x1=50, x2=50, y1=3, y2=13, class_="axis"),
        *(
            element("line", x1=100 * start, x2=100 * end, y1=8, y2=8, class_=kind)
            for kind, start, end in lines
        ),
        class_="interval",
        viewBox="0 0 100 16",
        preserveAspectRatio="none",
        role="img",
        aria_label=said,
        data_tip=said,
    )


# Side of the square, and room for its labels.
_SIDE, _LEFT, _BELOW = 240, 44, 36
_TICKS = (0, 25, 50, 75, 100)
# Radius of the dot of the most frequent bin, and the least one.
_MOST_RADIUS, _LEAST_RADIUS = 9.0, 2.5


def reliability_diagram(bins: Sequence[Bin]) -> Html | None:
    """Return the diagram; None if nothing was judged."""
    from cotool.consensus.truth.scores import wilson

    if not bins:
        return None
    most = max(one.questions for one in bins)
    marks = []
    for one in bins:
        low, high = wilson(one.right, one.questions)
        x = _x(one.stated)
        said = (
            f"stated {percent(one.stated)}, right {percent(one.right)} of "
            f"{one.questions:,.0f} questions"
        )
        radius = max(_MOST_RADIUS * (one.questions / most) ** 0.5, _LEAST_RADIUS)
        marks += [
            element("line", x1=x, x2=x, y1=_y(low), y2=_y(high), class_="range"),
            element("circle", cx=x, cy=_y(one.right), r=f"{radius:.1f}", data_tip=said),
        ]
    axes = [
        element("line", x1=_x(0), y1=_y(0), x2=_x(1), y2=_y(1), class_="ideal"),
        element("line", x1=_x(0), y1=_y(0), x2=_x(1), y2=_y(0), class_="axis"),
        element("line", x1=_x(0), y1=_y(0), x2=_x(0), y2=_y(1), class_="axis"),
    ]
    for tick in _TICKS:
        axes += [
            element("text", f"{tick} %", x=_x(tick / 100), y=_SIDE + 16, text_anchor="middle"),
            element("text", f"{tick} %", x=_LEFT - 6, y=_y(tick / 100) + 4, text_anchor="end"),
        ]
    axes.append(
        element("text", "stated", x=_x(0.5), y=_SIDE + 32, text_anchor="middle", class_="name")
    )
    axes.append(element("text", "right", x=_x(0) + 6, y=_y(1) + 4, class_="name"))
    picture = element(
        "svg",
        *axes,
        *marks,
        viewBox=f"0 0 {_LEFT + _SIDE + 24} {_SIDE + _BELOW + 2}",
        role="img",
        aria_label="Reliability diagram",
    )
    table = plain_table(
        "Stated and true",
        ("stated", "right", "questions"),
        [
            (percent(one.stated), percent(one.right), f"{one.questions:,.0f}")
            for one in bins
        ],
    )  # fmt: skip
    remark = note(
        "Each dot holds the judged questions whose probability falls into one tenth; the line is "
        "the 95 % interval. On the diagonal, what is stated comes true as often. Each question was "
        "predicted by weights that had not seen its right answer."
    )
    return element("div", chart(picture, below=remark, table=table), class_="calibration")


def _x(share: float) -> float:
    return round(_LEFT + _SIDE * share, 1)


def _y(share: float) -> float:
    return round(8 + (_SIDE - 8) * (1 - share), 1)
