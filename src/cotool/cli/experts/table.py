"""Tables about experts."""

from __future__ import annotations

import sys

from cotool._typing import TYPE_CHECKING, Any
from cotool.cli.shared.layout import Table, Text
from cotool.cli.shared.screen import Screen, fitted
from cotool.consensus.learning.evidence import groups, reliability, remarks_on
from cotool.text import one_line, percent, plural

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cotool.consensus.learning.learned import Learned
    from cotool.consensus.learning.remembered import Remembered
    from cotool.consensus.learning.report import Panel

_NAME = 26


def experts_table(
    learned: Learned, names: Sequence[str], topic: str, panel: Panel | None, store: str
) -> None:
    """Print the experts, then who copies whom, and whom to ask."""
    screen = Screen(sys.stdout)
    table = Table(boxed=screen.boxes, pad_edge=screen.boxes)
    table.add_column("expert", no_wrap=True, max_width=_NAME, overflow="ellipsis")
    table.add_numbers("right", "95 % interval", "judged", "answers", "weight")
    remarks = {name: remarks_on(learned, name) for name in names}
    if any(remarks.values()):
        table.add_column("")
    by_agreement = False
    for name in names:
        known = learned.experts[name]
        tally = known.topics[topic] if topic else known.total
        record = reliability(tally)
        by_agreement |= record.by_agreement
        cells = (
            one_line(name),
            percent(record.share) + ("*" if record.by_agreement else ""),
            _range(record.low, record.high),
            f"{tally.number:,.0f}",
            f"{known.answers:,.0f}",
            f"{learned.trust().weight(name):+.2f}",
        )
        table.add_row(
            *cells, *([Text(remarks[name], style="yellow")] if any(remarks.values()) else [])
        )
    screen.print(table)
    lines = []
    if by_agreement:
        lines.append("* based on agreement only, which is weaker evidence")
    lines += [
        f"copies: {', '.join(map(one_line, group))} agree far more than their agreement with "
        "others explains, so they count as one"
        for group in groups(learned)
    ]
    if panel is not None:
        of = "consensus of all" if panel.by_agreement else "right answers"
        lines.append(
            f"ask first: {', '.join(map(one_line, panel.experts))} "
            f"({percent(panel.accuracy[-1])} of the {of} on {plural(panel.questions, 'question')}, "
            "95 % of what all experts reach)"
        )
    calibrated = learned.trust().calibration.judged
    lines.append(
        f"{learned.judged:,.0f} judged, agreement on {learned.questions:,.0f}, "
        + (
            f"confidence calibrated on {calibrated:,.0f}"
            if calibrated >= 5
            else "confidence not calibrated yet"
        )
        + f" · {one_line(store)}"
    )
    for line in lines:
        screen.print(Text(line))


def _range(low: float, high: float) -> str:
    return f"{100 * low:.0f}–{100 * high:.0f} %"


def expert_page(found: Mapping[str, Any]) -> None:
    """Print what is known about one expert."""
    screen = Screen(sys.stdout)
    kind = ", based on agreement only, which is weaker evidence" if found["by_agreement"] else ""
    between = f"between {percent(found['low'])} and {percent(found['high'])} (95 %)"
    judged = plural(round(found["judgements"]), "judgement")
    lines = [
        one_line(found["expert"]),
        f"  right {percent(found['reliability'])}, {between}{kind}",
        f"  {judged}, {plural(round(found['answers']), 'answer')}",
    ]
    if found["lately"] is not None:
        lines.append(f"  right {percent(found['lately'])} recently")
    if found["agreement"] is not None:
        lines.append(
            f"  agreed with the consensus on {percent(found['agreement'])} of the questions"
        )
    error = "" if found["weight_error"] is None else f" ± {found['weight_error']:.2f}"
    lines.append(
        f"  weight {found['weight']:+.2f}{error}: what a vote adds to the log-odds of an answer"
    )
    if found["drift"]:
        lines.append(
            f"  changed: right {percent(found['drift']['lately'])} recently, "
            f"{percent(found['drift']['in_all'])} in all (z {found['drift']['z']:+.1f})"
        )
    if found["constant"]:
        lines.append(
            f"  says {one_line(found['constant']['answer'])!r} on "
            f"{percent(found['constant']['share'])} of the questions, unlike the others"
        )
    lines += [
        f"  copies {one_line(one['expert'])} or is copied by it: same answer "
        f"{percent(one['same'])} of the time, {percent(one['expected'])} expected"
        for one in found["copies"]
    ]
    for line in lines:
        screen.print(Text(line))
    if found["topics"]:
        table = Table(pad_edge=False)
        table.add_column("  topic", no_wrap=True)
        table.add_numbers("right", "95 % interval", "judged")
        for topic, own in found["topics"].items():
            table.add_row(
                "  " + one_line(topic),
                percent(own["reliability"]),
                _range(own["low"], own["high"]),
                f"{own['judgements']:,.0f}",
            )
        screen.print(Text(), table)
    if any(own["found"] for own in found["topics"].values()):
        used = (
            "are used, because they predict"
            if found["found_topics_count"]
            else "are not used yet, because they do not predict"
        )
        screen.print(
            Text(
                "  Topics shown as words were found in the questions. "
                f"They {used} right answers better."
            )
        )


def questions_table(rows: Sequence[Remembered]) -> None:
    """Print questions: the id, what was said, and the judgement."""
    screen = Screen(sys.stdout)
    if not rows:
        screen.print(Text("no questions are remembered"))
        return
    width = max(screen.width - 30, 20)
    table = Table(pad_edge=False)
    table.add_column("question", no_wrap=True)
    table.add_column("said", no_wrap=True)
    table.add_column("judged", no_wrap=True)
    for row in rows:
        judged = "–" if row.truth is None else one_line(" or ".join(row.accepted))
        if row.scores:
            judged = plural(len(row.scores), "score")
        name = row.id if not row.text or row.text == row.id else f"{row.id}: {row.text}"
        table.add_row(
            fitted(one_line(name), width).rstrip(),
            fitted(one_line(row.said or "–"), 14).rstrip(),
            fitted(judged, 12).rstrip(),
        )
    screen.print(table)
