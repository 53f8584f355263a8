"""An analysis as JSON. The schema is documented in docs/logs.md and only ever extended."""

from __future__ import annotations

from collections.abc import Callable

from cotool._records import asdict
from cotool._typing import TYPE_CHECKING, Any
from cotool.logs.levels import LEVELS
from cotool.logs.model import ODDITIES, SIZES, Analysis, FileSummary, LogCounts, Sample
from cotool.logs.report.activity import Burst, Gap, display_buckets, find_bursts, find_gaps, rate
from cotool.logs.report.clock import Clock, clock_of
from cotool.logs.report.timelines import SpreadText, TimelineText, parsed

if TYPE_CHECKING:
    from datetime import tzinfo

    from cotool.logs.report.activity import TimeLine

SCHEMA = "cotool.logs/1"


def to_dict(
    summary: Analysis,
    *,
    zone: tzinfo | None = None,
    bucket: int | None = None,
    template: str | None = None,
    sort: str | None = None,
    convert: Callable[[TimelineText | SpreadText], Any] = parsed,
) -> dict[str, Any]:
    """Return the JSON form of an analysis.

    `bucket` is the width of the histogram in seconds; `template`: the id of the only one to
    include; `sort`: the order of groups; `convert` turns into JSON their time lines and
    distributions.
    """
    clock = clock_of(summary, zone)
    counts = summary.counts
    mined: dict[str, Any] = {}
    if summary.templates is not None:
        from cotool.logs.report.templates import template_members

        mined = template_members(summary, clock, template)
    elif summary.comparison is not None:
        from cotool.logs.report.templates import comparison_to_dict

        mined["comparison"] = comparison_to_dict(summary.comparison)
    if summary.measures is not None:
        from cotool.logs.report.measures import measures_to_dict

        mined["measures"] = measures_to_dict(summary.measures, clock, sort, convert)
    return {
        "schema": SCHEMA,
        **_counts(counts, clock),
        "histogram": _histogram(display_buckets(counts.histogram, bucket, zone=zone), clock),
        "bursts": [_dated(burst, clock) for burst in find_bursts(counts.histogram, zone=zone)],
        "gaps": [_dated(gap, clock) for gap in find_gaps(counts.histogram)],
        "samples": [_sample(sample) for sample in summary.samples],
        "files": [_file(file, clock) for file in summary.files],
        "interrupted": summary.interrupted,
        **mined,
    }


def _dated(found: Burst | Gap, clock: Clock) -> dict[str, Any]:
    return asdict(found) | {"start": clock.seconds(found.start), "end": clock.seconds(found.end)}


def _counts(counts: LogCounts, clock: Clock) -> dict[str, Any]:
    speed = rate(counts.records, counts.first_seen, counts.last_seen)
    return {
        **{name: getattr(counts, name) for name in SIZES},
        "levels": dict(counts.levels),
        "keywords": dict(counts.keywords),
        "patterns": dict(counts.patterns),
        "first_seen": clock.iso(counts.first_seen),
        "last_seen": clock.iso(counts.last_seen),
        "rate": None if speed is None else round(speed, 6),
        **{name: getattr(counts, name) for name in ODDITIES},
    }


def _histogram(line: TimeLine, clock: Clock) -> dict[str, Any]:
    return {
        "bucket_seconds": line.width,
        "buckets": [
            {
                "start": clock.seconds(start),
                "records": sum(counts),
                "levels": {
                    level: count for level, count in zip(LEVELS, counts, strict=True) if count
                },
            }
            for start, counts in sorted(line.moments.items())
            if any(counts)
        ],
    }


def _sample(sample: Sample) -> dict[str, Any]:
    return {
        "file": sample.path,
        "line": sample.line,
        "level": sample.level,
        "text": sample.text,
        "before": list(sample.before),
        "after": list(sample.after),
    }


def _file(file: FileSummary, clock: Clock) -> dict[str, Any]:
    return {
        "path": file.path,
        "formats": list(file.formats),
        "compression": file.compression,
        "error": file.error,
        "warnings": list(file.warnings),
        **_counts(file.counts, clock),
    }
