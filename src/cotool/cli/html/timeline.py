"""Records by time and level: columns to zoom into, with bursts and gaps marked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from cotool._records import NamedTuple
from cotool._typing import TYPE_CHECKING, Any
from cotool.cli.html.markup import Html, element, join
from cotool.cli.html.parts import chart, plain_table
from cotool.logs.levels import LEVELS
from cotool.logs.report.activity import Gap, display_buckets, duration, find_bursts, find_gaps
from cotool.text import plural

if TYPE_CHECKING:
    from cotool.logs.histogram import Histogram
    from cotool.logs.measures.steps import Steps
    from cotool.logs.report.activity import Burst, TimeLine
    from cotool.logs.report.clock import Clock

_FINE = 720  # buckets that are there to zoom into
_MOST = 3_000  # of a width that was asked for
_COLUMNS = 120  # that are drawn at once; page.js has the same
_TABLE = 30  # rows of the table for readers who cannot see it
_HEIGHT = 100
# From the ground up: the worst level is at the bottom, where heights compare best.
_STACK = (*reversed(LEVELS[:-1]), LEVELS[-1])


class Series(NamedTuple):
    """Counts by level in steps of `width` seconds from the step with the number `start` on."""

    start: int
    width: int
    levels: dict[str, list[int]]
    steps: Steps

    @property
    def size(self) -> int:
        """The number of buckets."""
        return len(next(iter(self.levels.values())))

    def place(self, second: int) -> float:
        """The place of a moment, in buckets."""
        return (self.steps.local(second) - self.start) / self.width


def time_line(histogram: Histogram, clock: Clock, bucket: int | None) -> Html:
    """Return the chart with its controls, and tables of bursts and gaps.

    `bucket` is the width in seconds that was asked for; another one is chosen if that gives more
    columns than can be shown, those without records included.
    """
    shown = display_buckets(histogram, bucket, most=_FINE, zone=clock.zone)
    if (max(shown.buckets) - min(shown.buckets)) // shown.width > _MOST:
        shown = display_buckets(histogram, None, most=_FINE, zone=clock.zone)
    series = _series(shown)
    bursts, gaps = find_bursts(histogram, zone=clock.zone), find_gaps(histogram)
    marks = [_mark(series, burst, _burst_text(burst)) for burst in bursts]
    marks += [_mark(series, gap, f"gap of {duration(gap.seconds)}") for gap in gaps]
    end = series.start + series.size * series.width
    numbers = range(series.start, end + 1, series.width)
    labels = moments(numbers, series.width, clock.of_steps(shown.steps.begin))
    data = {"labels": labels, "width": series.width, "levels": series.levels, "marks": marks}
    drawn = element(
        "div",
        _columns(series, marks),
        element("div", class_="axis-labels", aria_hidden="true"),
        class_="timeline",
        data_line=json.dumps(data, separators=(",", ":")),
        tabindex="0",
        role="application",
        aria_label="Time line: plus and minus zoom, left and right move, 0 shows all",
    )
    return join(
        _controls(series),
        chart(drawn, below=_legend(marks), table=_table(histogram, clock)),
        _bursts(bursts, series, clock),
        _gaps(gaps, series, clock),
    )


def _series(line: TimeLine) -> Series:
    start, width = min(line.buckets), line.width
    size = (max(line.buckets) - start) // width + 1
    present = [n for n in range(len(LEVELS)) if any(c[n] for c in line.buckets.values())]
    rows = {LEVELS[n]: [0] * size for n in present}
    for at, counts in line.buckets.items():
        for n in present:
            rows[LEVELS[n]][(at - start) // width] = counts[n]
    return Series(
        start, width, {level: rows[level] for level in _STACK if level in rows}, line.steps
    )


def moments(starts: Iterable[int], width: int, clock: Clock) -> list[str]:
    """Return when buckets of `width` seconds begin, shortened as far as the texts stay distinct."""
    texts = [clock.text(start)[: 16 if width % 60 == 0 else 19] for start in starts]
    if width % 86400 == 0:
        return [text[:10] for text in texts]
    days = {text[:10] for text in texts}
    return [text[11:] for text in texts] if len(days) == 1 else texts


def _mark(series: Series, event: Burst | Gap, text: str) -> list[Any]:
    start, end = series.place(event.start), series.place(event.end)
    return [round(start, 2), round(end, 2), "gap" if isinstance(event, Gap) else "burst", text]


def _columns(series: Series, marks: Sequence[Sequence[Any]]) -> Html:
    """Return the chart of the whole, which page.js redraws on zooming."""
    each = -(-series.size // _COLUMNS)
    count = -(-series.size // each)
    sums = {
        level: [sum(row[n : n + each]) for n in range(0, series.size, each)]
        for level, row in series.levels.items()
    }
    most = max(map(sum, zip(*sums.values(), strict=True))) or 1
    drawn = [
        element(
            "rect", x=start / each * 10, y=0, height=height,
            width=max((end - start) / each * 10, count / 30), class_=name,
        )
        for start, end, kind, _ in marks
        for height, name in ((_HEIGHT, kind), (2, f"{kind} edge"))
    ]  # fmt: skip
    for n in range(count):
        ground = float(_HEIGHT)
        for level, row in sums.items():
            if row[n]:
                height = _HEIGHT * row[n] / most
                ground -= height
                drawn.append(
                    element(
                        "rect", x=n * 10 + 1, y=ground, width=8,
                        height=height, class_=f"l-{level}",
                    )
                )  # fmt: skip
    return element(
        "svg", join(*drawn), viewBox=f"0 0 {count * 10} {_HEIGHT}", preserveAspectRatio="none",
        role="img", aria_label="Records by time and level",
    )  # fmt: skip


def _controls(series: Series) -> Html:
    toggles = [
        element(
            "label",
            element("input", type="checkbox", checked=True, value=level),
            element("span", class_=f"swatch l-{level}"),
            level,
        )
        for level in reversed(series.levels)
    ]
    buttons = [
        element("button", sign, type="button", data_zoom=action, aria_label=name, title=name)
        for action, sign, name in (
            ("in", "+", "Zoom in"),
            ("out", "−", "Zoom out"),
            ("left", "←", "Earlier"),
            ("right", "→", "Later"),
            ("all", "All", "Show all"),
        )
    ]
    return element(
        "div",
        element("fieldset", element("legend", "Levels"), *toggles),
        element("div", *buttons, class_="buttons scripted"),
        element("output", aria_live="polite", data_range=True),
        class_="controls line-controls",
    )


def _legend(marks: Sequence[Sequence[Any]]) -> Html:
    kinds = {mark[2] for mark in marks}
    words: list[object] = []
    for kind, name in (("burst", "burst"), ("gap", "gap")):
        if kind in kinds:
            words.append(element("span", element("span", class_=f"swatch {kind}"), name))
    words.append(element("span", "Drag across the chart to zoom in.", class_="scripted"))
    return element("p", *words, class_="note legend")


def _table(histogram: Histogram, clock: Clock) -> Html:
    series = _series(display_buckets(histogram, None, most=_TABLE, zone=clock.zone))
    clock = clock.of_steps(series.steps.begin)
    levels = list(reversed(series.levels))
    rows = [
        [
            clock.text(series.start + n * series.width),
            *(f"{series.levels[level][n]:,}" for level in levels),
        ]
        for n in range(series.size)
    ]
    return plain_table(f"Records in steps of {duration(series.width)}", ("from", *levels), rows)


def _bursts(bursts: Sequence[Burst], series: Series, clock: Clock) -> Html:
    if not bursts:
        return Html("")
    rows = [
        [
            _when(burst, series, clock),
            duration(burst.end - burst.start),
            "all records" if burst.level == "all" else f"{burst.level}s",
            f"{burst.count:,}",
            f"{burst.typical:,.3g}" if burst.typical < 1000 else f"{burst.typical:,.0f}",
            f"{burst.ratio:,.1f} ×" if burst.typical >= 1 else "–",
        ]
        for burst in bursts
    ]
    heads = ("from", "for", "of", "records", "typical", "times")
    table = plain_table("Bursts, the strongest first", heads, rows, texts=3, short=True)
    return join(element("h3", "Bursts"), table)


def _gaps(gaps: Sequence[Gap], series: Series, clock: Clock) -> Html:
    if not gaps:
        return Html("")
    rows = [
        [
            _when(gap, series, clock),
            clock.text(gap.end),
            duration(gap.seconds),
            duration(gap.typical),
        ]
        for gap in gaps
    ]
    heads = ("from", "to", "silent for", "usually at most")
    table = plain_table("Gaps, the longest first", heads, rows, texts=2, short=True)
    return join(element("h3", "Gaps"), table)


def _when(event: Burst | Gap, series: Series, clock: Clock) -> Html:
    start, end = series.place(event.start), series.place(event.end)
    return element(
        "button", clock.text(event.start), type="button", class_="link",
        data_show=f"{start:.2f},{end:.2f}", title="Show it in the time line",
    )  # fmt: skip


def _burst_text(burst: Burst) -> str:
    what = "records" if burst.level == "all" else f"{burst.level}s"
    return (
        f"burst of {burst.count:,} {what} in {duration(burst.end - burst.start)}, "
        f"typical {burst.typical:,.3g}"
    )


def sparkline(histogram: Histogram, start: int, end: int, columns: int = 40) -> Html:
    """Return a small histogram of all levels over the time from `start` to `end` (seconds)."""
    sums = [0] * columns
    span = max(end - start, 1)
    for at, counts in histogram.buckets.items():
        sums[min(max((at - start) * columns // span, 0), columns - 1)] += sum(counts)
    most = max(sums) or 1
    path = "".join(
        f"M{n * 3} 20v-{max(20 * count / most, 1):.3g}h2V20z"
        for n, count in enumerate(sums)
        if count
    )
    filled = sum(1 for count in sums if count)
    return element(
        "svg", element("path", d=path), class_="spark", viewBox=f"0 0 {columns * 3} 20",
        preserveAspectRatio="none", role="img",
        aria_label=f"in {plural(filled, 'part')} of {columns} of the time",
    )  # fmt: skip
