"""The reliability diagram: how often what was stated with some probability came true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cotool.cli.html.markup import Html, element
from cotool.cli.html.parts import chart, note, plain_table
from cotool.text import percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cotool.consensus.learning.calibration import Bin

# Side of the square, and room for its labels.
_SIDE, _LEFT, _BELOW = 240, 44, 36
_TICKS = (0, 25, 50, 75, 100)
# Radius of the dot of the most frequent bin, and the least one.
_MOST_RADIUS, _LEAST_RADIUS = 9.0, 2.5


def reliability_diagram(bins: Sequence[Bin]) -> Html | None:
    """Return the diagram; None if nothing was judged."""
    from cotool.consensus.learning.evidence import interval_of

    if not bins:
        return None
    most = max(one.questions for one in bins)
    marks = []
    for one in bins:
        record = interval_of(one.right * one.questions, one.questions)
        x = _x(one.stated)
        said = (
            f"stated {percent(one.stated)}, right {percent(one.right)} of "
            f"{one.questions:,.0f} questions"
        )
        radius = max(_MOST_RADIUS * (one.questions / most) ** 0.5, _LEAST_RADIUS)
        marks += [
            element("line", x1=x, x2=x, y1=_y(record.low), y2=_y(record.high), class_="range"),
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
