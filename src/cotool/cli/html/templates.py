"""Templates of log records as a table that unfolds; how they differ from those of another run."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from cotool._typing import TYPE_CHECKING
from cotool.cli.html.data_table import Cell, Row, TableColumn, data_table, row
from cotool.cli.html.markup import Html, brief, clipped, element, join, said
from cotool.cli.html.parts import figures, left_out, note, plain_table, share_text
from cotool.cli.html.timeline import sparkline
from cotool.logs.levels import LEVELS
from cotool.logs.report.activity import duration, find_bursts
from cotool.logs.report.templates import numbers_title, quantity_in, rare_templates
from cotool.logs.templates.tokens import SHOWN
from cotool.text import plural

if TYPE_CHECKING:
    from cotool.logs.number_changes import NumberChange
    from cotool.logs.report.clock import Clock
    from cotool.logs.templates.compare import Change, Comparison
    from cotool.logs.templates.model import Parameter, Template
    from cotool.logs.templates.template_set import TemplateSet


MOST_TEMPLATES = 1_000
_MOST_RARE = 300  # of them
_MOST_TEXT = 400
_MOST_EXAMPLES = 4
_MOST_EXAMPLE = 1_000
_MOST_PARAMETERS = 20
_MOST_VALUES = 5
_MOST_VALUE = 60
_COLUMNS = (
    TableColumn("template", kind="template"),
    TableColumn("level"),
    TableColumn("over time", kind="drawn", wide=True, sorts=False),
    TableColumn("count", number=True),
    TableColumn("share", number=True, wide=True),
)


def templates(
    found: TemplateSet | None,
    clock: Clock,
    span: tuple[int, int] | None,
    most: int = MOST_TEMPLATES,
) -> Html:
    """Return the table. `span` is from when to when there are records, in seconds since 1970."""
    if found is None:
        return join()
    everything = found.templates
    records = max(found.records, 1)
    shown = _chosen(found, most)
    levels = Counter(template.level for template in shown)
    rows = [_row(template, records, clock, span) for template in shown]
    table = data_table(
        "templates-table", "Templates, the most frequent first", _COLUMNS, rows,
        search="filter", groups={level: levels[level] for level in LEVELS[::-1] if levels[level]},
        sorted_by=3,
    )  # fmt: skip
    counted = f"{plural(len(everything), 'template')} of {plural(found.records, 'record')}."
    remarks = [f"{counted} {SHOWN} marks what differs."]
    missing = len(everything) - len(shown)
    if missing:
        count = found.records - sum(template.count for template in shown)
        remarks.append(
            f"{plural(missing, 'template')} with {plural(count, 'record')} left out: listed are "
            f"the {len(shown):,} that are most frequent, or rare and severe."
        )
    if found.folded:
        remarks.append(
            f"{plural(found.folded, 'record')} with too many different messages are folded "
            "together."
        )
    return join(note(" ".join(remarks)), table)


def _chosen(found: TemplateSet, most: int) -> Sequence[Template]:
    """Return what is listed, the most frequent first: rare errors are not lost in a long tail."""
    everything = found.templates
    if len(everything) <= most:
        return everything
    rare = rare_templates(found)[: min(_MOST_RARE, most // 3)]
    kept = {template.id for template in rare}
    kept |= {template.id for template in everything[: most - len(rare)]}
    return [template for template in everything if template.id in kept]


def _row(template: Template, records: int, clock: Clock, span: tuple[int, int] | None) -> Row:
    share = template.count / records
    drawn = sparkline(template.timeline, *span) if span and template.timeline.buckets else ""
    return row(
        Cell(template_text(template.text), template.text[:80]),
        Cell(level_badge(template.level), LEVELS.index(template.level)),
        drawn,
        Cell(f"{template.count:,}", template.count),
        Cell(share_text(share), share),
        more=_details(template, clock),
        group=template.level,
    )


def level_badge(level: str) -> Html:
    """Return a level's name with its colour."""
    return element("span", element("span", class_=f"swatch l-{level}"), level, class_="level")


def template_text(text: str) -> Html:
    """Return a template with its parameters set off."""
    parts: list[object] = []
    cut = clipped(text, _MOST_TEXT)
    for place, piece in enumerate(cut.split(SHOWN)):
        parts += [element("i", SHOWN), piece] if place else [piece]
    return element("code", element("bdi", *parts))


def _details(template: Template, clock: Clock) -> Html:
    words = [f"id {template.id}"]
    if template.first_seen is not None and template.last_seen is not None:
        first, last = clock.text(template.first_seen), clock.text(template.last_seen)
        words.append(first if first == last else f"{first} to {last}")
    present = [f"{level} {count:,}" for level, count in template.levels.items() if count]
    if len(present) > 1:
        words.append(", ".join(present))
    if template.folded:
        words.append("includes messages too varied to distinguish")
    parts: list[object] = [note(" · ".join(words))]
    if template.examples:
        parts.append(element("h4", "Examples"))
        parts += [
            element("pre", said(example, _MOST_EXAMPLE))
            for example in template.examples[:_MOST_EXAMPLES]
        ]
    if template.parameters:
        parts += [element("h4", "Parameters"), _parameters(template.parameters)]
    bursts = find_bursts(template.timeline, ["all"], zone=clock.zone)
    if bursts:
        rows = [
            [
                clock.text(burst.start),
                duration(burst.end - burst.start),
                f"{burst.count:,}",
                f"{burst.typical:,.3g}",
            ]
            for burst in bursts[:_MOST_VALUES]
        ]
        parts += [
            element("h4", "Bursts"),
            plain_table("Bursts", ("from", "for", "records", "typical"), rows, texts=2),
        ]
    return join(*parts)


def _parameters(parameters: Sequence[Parameter]) -> Html:
    rows = []
    for place, parameter in enumerate(parameters[:_MOST_PARAMETERS], 1):
        values: list[object] = []
        for value, count in parameter.top[:_MOST_VALUES]:
            shown = element("code", brief(value, _MOST_VALUE))
            often = element("small", f"{'' if parameter.exact else '~'}{count:,}")
            values.append(element("span", shown, " ", often))
        limits = ""
        if parameter.least is not None and parameter.greatest is not None:
            limits = f"{_number(parameter.least)} to {_number(parameter.greatest)}"
        if parameter.unit and limits:
            limits += f" {parameter.unit}"
        quantiles = (parameter.quantile(share) for share in (0.5, 0.99))
        distinct = f"{parameter.distinct:,}"
        rows.append(
            [
                f"{place}",
                element("span", *values, class_="values"),
                limits,
                *(
                    "" if number is None else _number(float(f"{number:.3g}"))
                    for number in quantiles
                ),
                distinct if parameter.exact else f"~{distinct}",
            ]
        )
    heads = ("place", "most frequent values, how often", "range", "p50", "p99", "distinct")
    table = plain_table("Parameters", heads, rows, texts=2)
    return join(table, left_out(len(parameters) - _MOST_PARAMETERS, "parameter"))


def _number(value: float) -> str:
    return f"{value:,.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:,.6g}"


_MOST = 300  # of each kind
_CHANGE_COLUMNS = (
    TableColumn("template", kind="template"),
    TableColumn("what"),
    TableColumn("before", number=True),
    TableColumn("now", number=True),
    TableColumn("ratio", number=True),
    TableColumn("chance", number=True, wide=True),
)

_NUMBER_COLUMNS = (
    TableColumn("numbers", kind="template"),
    *(
        TableColumn(name, number=True)
        for name in ("p50 before", "p50 now", "p99 before", "p99 now")
    ),
    TableColumn("ratio", number=True),
    TableColumn("difference", number=True, wide=True),
)
_LONGEST = 500


def changes(found: Comparison | None) -> Html:
    """Return what is new, what vanished, and what is more or less frequent."""
    if found is None:
        return join()
    kinds: tuple[tuple[str, Sequence[Change]], ...] = (
        ("new", found.new),
        ("vanished", found.vanished),
        ("changed", found.changed),
    )
    rows = [_change_row(change, kind) for kind, listed in kinds for change in listed[:_MOST]]
    lead = figures(
        *((kind, f"{len(listed):,}", "") for kind, listed in kinds),
        ("unchanged", f"{found.unchanged:,}", ""),
        ("records", f"{found.records_after:,}", f"{found.records_before:,} before"),
    )
    groups = {kind: len(listed[:_MOST]) for kind, listed in kinds if listed}
    table = data_table(
        "changes-table", "Templates that differ, the most significant first", _CHANGE_COLUMNS, rows,
        search="filter", groups=groups,
    )  # fmt: skip
    missing = sum(max(0, len(listed) - _MOST) for _, listed in kinds)
    remark = note(
        "The ratio is that of the shares of all records; chance is the probability that chance "
        "makes so great a difference."
    )
    shown = (lead, *((table, remark) if rows else ()), left_out(missing, "template"))
    return join(*(shown if found.has_templates else ()), _numbers(found))


def _numbers(found: Comparison) -> Html:
    """Return the numbers whose distribution has changed, the most different first."""
    changed = found.changed_numbers
    if not found.numbers_compared:
        return join()
    head = f"{len(changed):,} of {plural(found.numbers_compared, 'number')} changed"
    rows = [_number_row(change) for change in changed[:_MOST]]
    table = data_table("numbers-table", head, _NUMBER_COLUMNS, rows, search="filter")
    remark = note(
        "The difference is the greatest one of the cumulative shares (Kolmogorov-Smirnov). Numbers "
        "count as changed from .1 on, if the median changed by a quarter and chance is unlikely."
    )
    shown = (table, remark) if rows else ()
    return join(element("h3", head), *shown, left_out(len(changed) - len(rows), "number"))


def _number_row(change: NumberChange) -> Row:
    title = numbers_title(change)
    shown = template_text(title) if change.id else brief(title, _LONGEST)
    numbers = (change.p50_before, change.p50, change.p99_before, change.p99)
    return row(
        Cell(shown, title[:80]),
        *(
            Cell(quantity_in(number, change.unit), -1.0 if number is None else number)
            for number in numbers
        ),
        Cell("–" if change.ratio is None else f"{change.ratio:,.2f} ×", change.ratio or 0.0),
        Cell(f"{change.difference:.2f}", change.difference),
    )


def _change_row(change: Change, kind: str) -> Row:
    ratio = f"{change.ratio:,.2f} ×" if math.isfinite(change.ratio) else "–"
    return row(
        Cell(template_text(change.text), change.text[:80]),
        kind,
        Cell(f"{change.before:,}", change.before),
        Cell(f"{change.after:,}", change.after),
        Cell(ratio, change.ratio if math.isfinite(change.ratio) else 1e300),
        Cell("<0.1 %" if change.p < 0.001 else f"{100 * change.p:.1f} %", change.p),
        group=kind,
    )
