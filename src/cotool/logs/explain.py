"""What is recognised in a log, and why: the lines examined, and those that no format explains."""

from __future__ import annotations

from collections.abc import Sequence

from cotool._records import replace
from cotool._typing import TYPE_CHECKING
from cotool.logs.formats.located import fields_of
from cotool.logs.formats.model import Format, Recognition, is_cyclic
from cotool.logs.options import LogOptions
from cotool.logs.scan.day_orders import undecided, with_day_order
from cotool.logs.scan.first_dates import first_date
from cotool.logs.scan.scanner import look_at, make_scanner, windows_lines
from cotool.logs.scan.sources import LogSource, open_source, sample

if TYPE_CHECKING:
    from cotool._fast.logs import logscan
    from cotool.logs.formats.envelopes import Wrapping
    from cotool.logs.measures.results import Measures

_EXAMPLES = 5
# How much of an example is shown.
_SHOWN = 200


def explain_format(source: LogSource, options: LogOptions) -> Recognition:
    """Return what is recognised in a sample of a source, checked by the scanner itself.

    Raises InputError if the source cannot be read.
    """
    import json

    scanner, formats, wrapping = _scanned(source, replace(_unmeasured(options), records=True))
    lines = [line for line in wrapping.lines if line.strip()]
    records = [json.loads(row) for data in scanner.take_written() for row in data.splitlines()]
    begins = [
        (line, record)
        for line, record in zip(lines, records, strict=True)
        if not record["continuation"]
    ]
    without = [
        line for line, record in begins if record["time"] is None and record["level"] == "unknown"
    ]
    formats = tuple(found for found in formats if not found.is_every_line)
    return Recognition(
        formats,
        wrapping.name.strip(),
        len(lines),
        len(without),
        tuple(line[:_SHOWN].decode("utf-8", "replace") for line in without[:_EXAMPLES]),
        tuple(_notes(formats, begins)),
        tuple(_field_names(formats, wrapping.lines)),
    )


def measurable(source: LogSource, options: LogOptions) -> list[str]:
    """Return the names of the fields in a sample of a source that can be measured."""
    with open_source(source) as opened:
        windows = sample(opened)
    formats, wrapping = look_at(windows, _unmeasured(options), explained=False)
    return _field_names(formats, wrapping.lines or windows_lines(windows))


def _unmeasured(options: LogOptions) -> LogOptions:
    """Return the options without what is measured, which is not known yet for templates."""
    return replace(options, measures=(), by=(), where=None, step=0, greatest=0)


def measured_sample(source: LogSource, options: LogOptions, fields: Sequence[str]) -> Measures:
    """Return the figures of fields in a sample of a source, each a measure of its own name."""
    from cotool._fast.logs.measures import Measured
    from cotool.logs.measures.results import measures_of

    chosen = LogOptions(
        log_format=options.log_format,
        level_words=options.level_words,
        tz=options.tz,
        measures={name: f'"{name}"' for name in fields},
    )
    scanner, _, _ = _scanned(source, chosen)
    table = scanner.measured or Measured(len(fields))
    return measures_of(table, tuple(fields), (), source.path)


def _scanned(
    source: LogSource, options: LogOptions
) -> tuple[logscan.Scanner, tuple[Format, ...], Wrapping]:
    """Return a scanner that has read the lines of a sample that are not blank; their formats."""
    with open_source(source) as opened:
        formats, wrapping = look_at(sample(opened), options)
        formats = with_day_order(formats, wrapping.lines, opened.mtime, options.log_format)
        date = first_date(formats, wrapping.lines, opened.mtime)
    scanner = make_scanner(options, formats, date)
    lines = [line + b"\n" for line in wrapping.lines if line.strip()]
    scanner.feed(b"".join(lines), final=True)
    scanner.finish()
    return scanner, formats, wrapping


def _field_names(formats: Sequence[Format], lines: Sequence[bytes]) -> list[str]:
    names: dict[str, None] = {}
    for found in formats:
        names |= dict.fromkeys(fields_of(found, formats, lines))
    return list(names)


def _notes(formats: tuple[Format, ...], begins: list[tuple[bytes, dict[str, object]]]) -> list[str]:
    notes = []
    if not formats:
        notes.append("No time and no level was found: every line is a record of unknown level.")
    timeless = sum(record["time"] is None for _, record in begins)
    unknown = sum(record["level"] == "unknown" for _, record in begins)
    if formats and timeless:
        notes.append(f"{timeless} of {len(begins)} records have no time.")
    if formats and unknown:
        notes.append(f"{unknown} of {len(begins)} records have no level.")
    if text := undecided(formats):
        notes.append(f"{text[0].upper()}{text[1:]}.")
    if any(map(is_cyclic, formats)):
        notes.append("Times lack the year or the date, which is taken from the file's last change.")
    return notes
