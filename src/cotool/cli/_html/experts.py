"""What the record says of experts: reliability with intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cotool.cli._html import opinions
from cotool.cli._html.markup import Html, clipped, element, join
from cotool.cli._html.parts import note
from cotool.cli._html.tables import Cell, Column, Row, data_table
from cotool.cli._text import percent, plural

if TYPE_CHECKING:
    from collections.abc import Collection

    from cotool.consensus import Store

_MOST = 500


def experts(store: Store, present: Collection[str]) -> Html | None:
    """Return a table of the experts who answered; None where nothing is known of any of them."""
    from cotool.consensus.learning.evidence import constant, drift, reliability
    from cotool.consensus.learning.report import ranked

    learned = store.read()
    known = [name for name in ranked(learned) if name in present]
    if not known:
        return None
    rows = []
    by_agreement = False
    for name in known[:_MOST]:
        one = learned.experts[name]
        record = reliability(one.total)
        by_agreement |= record.by_agreement
        late, same = drift(one), constant(learned, name)
        remarks = [
            f"lately {percent(late[0])}" if late is not None else "",
            f"always {clipped(same[0], 20)!r}" if same is not None else "",
        ]
        rows.append(
            Row(
                (
                    Cell(opinions.names([name])),
                    Cell(percent(record.share) + ("*" if record.by_agreement else ""),
                         record.share),
                    Cell(_interval(record.share, record.low, record.high), record.low),
                    Cell(f"{100 * record.low:.0f}–{100 * record.high:.0f} %", record.high),
                    Cell(f"{record.judgements:,.0f}", record.judgements),
                    Cell(f"{one.weight:+.2f}", one.weight),
                    Cell(", ".join(filter(None, remarks))),
                )
            )
        )  # fmt: skip
    columns = (
        Column("expert", kind="path"),
        Column("right", number=True),
        Column("0 to 100 %", kind="drawn", sorts=False),
        Column("95 % sure", number=True, wide=True),
        Column("judged", number=True, wide=True),
        Column("weight", number=True, wide=True),
        Column("remark", wide=True),
    )
    remarks = []
    if by_agreement:
        remarks.append("* from agreement alone, the weaker evidence.")
    remarks.append(
        "The line is the 95 % interval, the dot the share that is most likely. The weight is what "
        "a vote adds to the log-odds of an answer beyond agreement."
    )
    if len(known) > _MOST:
        remarks.append(f"{plural(len(known) - _MOST, 'more expert')} left out; "
                       "cotool experts list has them.")  # fmt: skip
    table = data_table("experts-table", "Experts by reliability", columns, rows, sorted_by=1)
    return join((table, note(" ".join(remarks))))


def _interval(share: float, low: float, high: float) -> Html:
    return element(
        "svg",
        element("line", x1=0, x2=200, y1=8, y2=8, class_="axis"),
        element("line", x1=100, x2=100, y1=3, y2=13, class_="axis"),
        element("line", x1=f"{200 * low:.1f}", x2=f"{200 * high:.1f}", y1=8, y2=8, class_="range"),
        element("circle", cx=f"{200 * share:.1f}", cy=8, r=3),
        class_="interval",
        viewBox="-5 0 210 16",
        role="img",
        aria_label=f"{percent(share)}, between {percent(low)} and {percent(high)}",
    )
