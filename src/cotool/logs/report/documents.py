"""A LogSummary as JSON. The schema is documented in docs/logs.md and only ever extended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from cotool.logs.levels import LEVELS
from cotool.logs.report.activity import display_buckets, find_bursts, find_gaps, rate

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from cotool.logs.histogram import Histogram
    from cotool.logs.model import FileSummary, LogCounts, LogSummary, Sample

SCHEMA = "cotool.logs/1"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock:
    """Writes moments: in `zone`; else in UTC where the logs name zones; else as the logs do."""

    def __init__(self, zone: ZoneInfo | None, *, zoned: bool) -> None:
        self._zone = zone
        self._zoned = zoned

    def iso(self, nanoseconds: int | None) -> str | None:
        """Return ISO 8601 with as much of a fraction as there is; None where there is no time."""
        if nanoseconds is None:
            return None
        seconds, nanos = divmod(nanoseconds, 1_000_000_000)
        try:
            moment = _EPOCH + timedelta(seconds=seconds)
            if self._zone is not None:
                moment = moment.astimezone(self._zone)
        except OverflowError:
            return None
        text = moment.strftime("%Y-%m-%dT%H:%M:%S")
        text = f"{moment.year:04d}{text[text.index('-') :]}"
        if nanos:
            digits = f"{nanos:09d}"
            while digits.endswith("000"):
                digits = digits[:-3]
            text += f".{digits}"
        if self._zone is not None:
            offset = moment.strftime("%z")
            return f"{text}{offset[:3]}:{offset[3:5]}"
        return f"{text}Z" if self._zoned else text

    def seconds(self, seconds: int) -> str | None:
        """Return the same for whole seconds."""
        return self.iso(seconds * 1_000_000_000)


def clock_of(summary: LogSummary, zone: ZoneInfo | None) -> Clock:
    """Return how the moments of a summary are written."""
    return Clock(zone, zoned=any(file.zoned for file in summary.files))


def to_dict(
    summary: LogSummary,
    *,
    zone: ZoneInfo | None = None,
    bucket: int | None = None,
    template: str | None = None,
) -> dict[str, Any]:
    """Return the JSON form of an analysis.

    `bucket` is the width of the histogram in seconds; `template`: the id of the one to tell of.
    """
    clock = clock_of(summary, zone)
    counts = summary.counts
    mined: dict[str, Any] = {}
    if summary.templates is not None:
        from cotool.logs.templates.report import template_members

        mined = template_members(summary, clock, template)
    return {
        "schema": SCHEMA,
        **_counts(counts, clock),
        "histogram": _histogram(display_buckets(counts.histogram, bucket), clock),
        "bursts": [
            burst.to_dict() | {"start": clock.seconds(burst.start), "end": clock.seconds(burst.end)}
            for burst in find_bursts(counts.histogram)
        ],
        "gaps": [
            gap.to_dict() | {"start": clock.seconds(gap.start), "end": clock.seconds(gap.end)}
            for gap in find_gaps(counts.histogram)
        ],
        "samples": [_sample(sample) for sample in summary.samples],
        "files": [_file(file, clock) for file in summary.files],
        "interrupted": summary.interrupted,
        **mined,
    }


def _counts(counts: LogCounts, clock: Clock) -> dict[str, Any]:
    speed = rate(counts.records, counts.first_seen, counts.last_seen)
    return {
        "lines": counts.lines,
        "records": counts.records,
        "bytes": counts.bytes,
        "levels": dict(counts.levels),
        "keywords": dict(counts.keywords),
        "patterns": dict(counts.patterns),
        "first_seen": clock.iso(counts.first_seen),
        "last_seen": clock.iso(counts.last_seen),
        "rate": None if speed is None else round(speed, 6),
        "timeless": counts.timeless,
        "out_of_order": counts.out_of_order,
        "long_lines": counts.long_lines,
        "left_out": counts.left_out,
    }


def _histogram(histogram: Histogram, clock: Clock) -> dict[str, Any]:
    return {
        "bucket_seconds": histogram.width,
        "buckets": [
            {
                "start": clock.seconds(start),
                "records": sum(counts),
                "levels": {
                    level: count for level, count in zip(LEVELS, counts, strict=True) if count
                },
            }
            for start, counts in sorted(histogram.buckets.items())
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
