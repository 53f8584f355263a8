"""Templates and comparisons as JSON and CSV. The schema is documented in docs/logs.md."""

from __future__ import annotations

import math
from collections.abc import Iterator

from cotool._records import asdict
from cotool._typing import TYPE_CHECKING, Any
from cotool.logs.levels import LEVELS
from cotool.logs.report.activity import find_bursts
from cotool.logs.templates.garbage_collection import no_collection
from cotool.logs.units import in_base
from cotool.text import quantity

if TYPE_CHECKING:
    from cotool.logs.model import Analysis
    from cotool.logs.number_changes import NumberChange
    from cotool.logs.report.clock import Clock
    from cotool.logs.templates.compare import Change, Comparison
    from cotool.logs.templates.model import Parameter, Template
    from cotool.logs.templates.template_set import TemplateSet

SCHEMA = "cotool.logs.templates/1"
DIFF_SCHEMA = "cotool.logs.diff/1"
# Seen no more often than this: rare.
RARE = 3
_COLUMNS = (
    *("id", "template", "count", "share", "level", *LEVELS),
    *("first_seen", "last_seen", "bursts", "parameters", "example"),
)


def rare_templates(found: TemplateSet) -> list[Template]:
    """Return the templates that hardly ever occurred, the most severe first."""
    rare = [template for template in found.templates if template.count <= RARE]
    order = [*LEVELS[:-1][::-1], LEVELS[-1]]
    return sorted(rare, key=lambda t: (order.index(t.level), t.count, t.form))


def templates_to_dict(summary: Analysis, clock: Clock, only: str | None = None) -> dict[str, Any]:
    """Return the JSON form of the templates of an analysis, or of `only` one, by its id."""
    counts = summary.counts
    return {
        "schema": SCHEMA,
        "lines": counts.lines,
        "records": counts.records,
        "continuation_lines": counts.lines - counts.records,
        "interrupted": summary.interrupted,
        **template_members(summary, clock, only),
    }


def template_members(summary: Analysis, clock: Clock, only: str | None = None) -> dict[str, Any]:
    """Return the members of a summary about templates; `only`: about one, by its id.

    Raises ValueError if the records were not mined, InputError for an unknown id.
    """
    found = summary.templates
    if found is None:
        raise ValueError("the records were not mined")
    chosen = found.templates if only is None else (found.find(only),)
    with no_collection():
        rows = [_template(template, found, clock) for template in chosen]
    members = {"folded": found.folded, "templates": rows, "heads": found.heads.to_list()}
    if summary.comparison is not None:
        members["comparison"] = comparison_to_dict(summary.comparison)
    return members


def _template(template: Template, found: TemplateSet, clock: Clock) -> dict[str, Any]:
    timeline = template.timeline
    return {
        "id": template.id,
        "template": template.text,
        "form": template.form,
        "count": template.count,
        "share": round(template.count / max(found.records, 1), 6),
        "level": template.level,
        "levels": {level: count for level, count in template.levels.items() if count},
        "first_seen": _seconds(template.first_seen, clock),
        "last_seen": _seconds(template.last_seen, clock),
        "rare": template.count <= RARE,
        "folded": template.folded,
        "parameters": [_parameter(parameter) for parameter in template.parameters],
        "examples": list(template.examples),
        "bursts": [
            {
                "start": clock.seconds(burst.start),
                "end": clock.seconds(burst.end),
                "count": burst.count,
                "typical": burst.typical,
                "ratio": burst.ratio,
            }
            for burst in find_bursts(timeline, ["all"], zone=clock.zone)
        ],
        "timeline": {
            "bucket_seconds": timeline.width,
            "buckets": [
                [clock.seconds(start), sum(counts)]
                for start, counts in sorted(timeline.buckets.items())
            ],
        },
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "distinct": parameter.distinct,
        "exact": parameter.exact,
        "top": [{"value": value, "count": count} for value, count in parameter.top],
        "least": parameter.least,
        "greatest": parameter.greatest,
        "unit": parameter.unit,
        "p50": parameter.quantile(0.5),
        "p99": parameter.quantile(0.99),
        "distribution": parameter.distribution.to_dict(),
    }


def _seconds(seconds: int | None, clock: Clock) -> str | None:
    return None if seconds is None else clock.seconds(seconds)


def template_rows(summary: Analysis, clock: Clock, only: str | None = None) -> Iterator[list[Any]]:
    """Yield the rows of a CSV table of templates, or of `only` one, its header first."""
    yield list(_COLUMNS)
    found = summary.templates
    chosen = found.templates if found is not None else ()
    for template in chosen if only is None or found is None else (found.find(only),):
        yield [
            template.id,
            template.text,
            template.count,
            round(template.count / max(found.records, 1), 6) if found is not None else 0,
            template.level,
            *(template.levels[level] for level in LEVELS),
            _seconds(template.first_seen, clock),
            _seconds(template.last_seen, clock),
            len(find_bursts(template.timeline, ["all"], zone=clock.zone)),
            len(template.parameters),
            template.examples[0] if template.examples else "",
        ]


def comparison_to_dict(comparison: Comparison) -> dict[str, Any]:
    """Return the JSON form of a comparison."""
    return {
        "records_before": comparison.records_before,
        "records_after": comparison.records_after,
        "new": [_change(change) for change in comparison.new],
        "vanished": [_change(change) for change in comparison.vanished],
        "changed": [_change(change) for change in comparison.changed],
        "unchanged": comparison.unchanged,
        "changed_numbers": [_number_change(change) for change in comparison.changed_numbers],
        "numbers_compared": comparison.numbers_compared,
    }


def _number_change(change: NumberChange) -> dict[str, Any]:
    document = asdict(change)
    numbers = ("p50_before", "p50", "p99_before", "p99", "difference")
    return document | {
        key: None if document[key] is None else float(f"{document[key]:.6g}") for key in numbers
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "id": change.id,
        "template": change.text,
        "levels": {level: count for level, count in change.levels.items() if count},
        "before": change.before,
        "after": change.after,
        "ratio": None if math.isinf(change.ratio) else round(change.ratio, 6),
        "p": change.p,
    }


def change_rows(comparison: Comparison) -> Iterator[list[Any]]:
    """Yield the rows of a CSV table of a comparison, its header first."""
    yield ["kind", "id", "template", "before", "after", "ratio", "p"]
    for kind in ("new", "vanished", "changed"):
        for change in getattr(comparison, kind):
            ratio = "" if math.isinf(change.ratio) else round(change.ratio, 6)
            yield [kind, change.id, change.text, change.before, change.after, ratio, change.p]
    for number in comparison.changed_numbers:
        ratio = "" if number.ratio is None else round(number.ratio, 6)
        row = ["changed_number", number.id or "", numbers_title(number)]
        yield [*row, number.p50_before, number.p50, ratio, number.p]


def numbers_title(change: NumberChange) -> str:
    """Return what names changed numbers: a measure with its group, a template's parameter."""
    if change.id is None:
        values = ", ".join(f"{key}={value}" for key, value in change.group.items())
        return f"{change.text} ({values})" if values else change.text
    return f"<{change.name or change.place}> of {change.text}"


def quantity_in(number: float | None, unit: str | None) -> str:
    """Return a number of a unit as text; times and sizes in the unit that suits them."""
    if number is None:
        return "–"
    base, factor = in_base(unit) or (unit or "", 1)
    return quantity(number * factor, base)
