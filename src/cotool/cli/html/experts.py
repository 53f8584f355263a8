"""What the record says of experts: reliability with intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cotool.cli.html import opinions
from cotool.cli.html.calibration import reliability_diagram
from cotool.cli.html.markup import Html, element, join
from cotool.cli.html.parts import note
from cotool.cli.html.tables import Cell, Column, data_table, row
from cotool.text import percent, plural

if TYPE_CHECKING:
    from collections.abc import Collection

    from cotool.consensus import Store

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
                    Cell(f"{record.judgements:,.0f}", record.judgements),
                    Cell(f"{(weight := learned.trust().weight(name)):+.2f}", weight),
                    *([remarks[name]] if suspect else [])
            )
        )  # fmt: skip
    columns = (
        Column("expert", kind="path"),
        Column("right", number=True),
        Column("0 to 100 %", kind="drawn", sorts=False),
        Column("95 % sure", number=True, wide=True),
        Column("answers", number=True, wide=True),
        Column("weight", number=True, wide=True),
        *([Column("remark", wide=True)] if suspect else []),
    )
    notes = []
    if by_agreement:
        notes.append("* based on agreement alone, which is weaker evidence.")
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
    # Lines whose strokes do not scale, the dot being the shortest: any width shows them alike.
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
