"""The report that compares two results of benchmarks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from cotool._typing import TYPE_CHECKING
from cotool.cli.html.data_table import Cell, Row, TableColumn, data_table, row
from cotool.cli.html.markup import Html, element, join
from cotool.cli.html.page import Section, page
from cotool.cli.html.parts import figures, note, points
from cotool.text import percent, seconds

if TYPE_CHECKING:
    from cotool.benchmarks import Compared

_WIDTH = 240  # of a drawing
_LEAST_RANGE = 1.25  # ratios that a drawing always has room for
_COLUMNS = (
    TableColumn("case", kind="path"),
    TableColumn("old", number=True, wide=True),
    TableColumn("new", number=True, wide=True),
    TableColumn("ratio", number=True),
    TableColumn("← faster, slower →", kind="drawn broad", sorts=False),
    TableColumn("spread", number=True, wide=True),
    TableColumn("verdict"),
)


def bench_page(
    rows: Sequence[Compared],
    alone: Sequence[str],
    unlike: Sequence[str] = (),
    *,
    old: str,
    new: str,
) -> str:
    """Return a comparison as a page, the largest changes first.

    `alone` are in one file only; `unlike` is how the settings differ, so that nothing is judged.
    """
    ordered = sorted(rows, key=lambda row: (row.verdict == "unclear", -abs(math.log(row.ratio))))
    widest = max(
        _LEAST_RANGE, *(max(row.ratio, 1 / row.ratio) * (1 + row.spread) for row in ordered)
    )
    verdicts = ("unjudged",) if unlike else ("slower", "faster", "unclear")
    counts = {verdict: sum(row.verdict == verdict for row in rows) for verdict in verdicts}
    mean = math.exp(sum(math.log(row.ratio) for row in rows) / len(rows))
    names = [Path(old).name, Path(new).name]
    if names[0] == names[1]:
        names = [old, new]
    lead = figures(
        *((verdict, f"{count:,}", "") for verdict, count in counts.items()),
        ("ratio new / old", f"{mean:.3f}", "geometric mean"),
    )
    table = data_table(
        "cases-table", "Cases", _COLUMNS, [_row(row, widest) for row in ordered],
        search="filter", groups={name: count for name, count in counts.items() if count},
    )  # fmt: skip
    remark = note(
        "Bars show the ratio of the medians on a logarithmic scale, up to "
        f"{widest:.2f} ×; the grey band is the spread, the larger standard deviation of the two. A "
        "case is faster or slower only where its bar is longer than the band."
    )
    return page(
        kind="Benchmarks",
        title=f"{names[1]} against {names[0]}",
        lead=lead,
        sections=[
            Section("unlike", "Not judged: the settings differ", points(unlike)),
            Section("cases", "Cases", join(remark, table)),
            Section("alone", "In one file only", points(alone)),
        ],
        sources=(old, new),
    )


def _row(case: Compared, widest: float) -> Row:
    return row(
        Cell(element("code", case.name), case.name),
        Cell(seconds(case.old), case.old),
        Cell(seconds(case.new), case.new),
        Cell(f"{case.ratio:.2f}", case.ratio),
        _drawn(case, widest),
        Cell(percent(case.spread), case.spread),
        Cell(element("span", case.verdict, class_=f"verdict {case.verdict}"), case.verdict),
        group=case.verdict,
    )


def _drawn(row: Compared, widest: float) -> Html:
    middle = _WIDTH / 2

    def place(ratio: float) -> float:
        return middle * (1 + math.log(ratio) / math.log(widest))

    end = place(row.ratio)
    low, high = place(1 / (1 + row.spread)), place(1 + row.spread)
    return element(
        "svg",
        element("rect", x=f"{low:.1f}", y=2, width=f"{high - low:.1f}", height=16, class_="band"),
        element(
            "rect", x=f"{min(middle, end):.1f}", y=6, width=f"{max(abs(end - middle), 1):.1f}",
            height=8, class_=row.verdict,
        ),
        element("line", x1=middle, x2=middle, y1=0, y2=20, class_="axis"),
        class_="ratio",
        viewBox=f"0 0 {_WIDTH} 20",
        preserveAspectRatio="none",
        role="img",
        aria_label=f"ratio {row.ratio:.2f}, spread {percent(row.spread)}",
        data_tip=f"{seconds(row.old)} to {seconds(row.new)}, {row.ratio:.3f} ± {row.spread:.3f}",
    )  # fmt: skip
