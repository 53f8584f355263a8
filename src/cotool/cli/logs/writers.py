"""The output of `analyze-logs`: a summary or its templates, as a table, JSON, CSV or HTML."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from cotool._typing import TYPE_CHECKING, Any, TextIO
from cotool.logs.report.timelines import SpreadText, TimelineText

if TYPE_CHECKING:
    from cotool.cli.logs.request import LogRequest
    from cotool.logs.summary import LogSummary

# What is written on one line of JSON: levels of objects within it, and its characters.
_MOST_LEVELS = 2
_LONGEST_LINE = 1_000
_WRITTEN = (TimelineText, SpreadText)
_NESTED = frozenset({dict, list, *_WRITTEN})


def uses_stdout(request: LogRequest) -> bool:
    """Return whether a request writes to standard output."""
    return request.flags.records == "-" or (request.output in {None, "-"} and _has_output(request))


def write(request: LogRequest, summary: LogSummary) -> None:
    """Write the requested output."""
    if not _has_output(request):
        return
    from cotool.io.output import open_output

    with open_output(request.output, data=_is_data(request)) as sink:
        if _of_templates(request):
            write_templates(sink, request, summary)
        else:
            write_summary(sink, request, summary)


def _has_output(request: LogRequest) -> bool:
    if request.output is not None:
        return True
    return request.flags.records != "-" and (_is_data(request) or not request.flags.quiet)


def _of_templates(request: LogRequest) -> bool:
    return request.flags.templates in {"json", "csv"}


def _is_data(request: LogRequest) -> bool:
    return _of_templates(request) or request.format != "table"


def write_summary(sink: TextIO, request: LogRequest, summary: LogSummary) -> None:
    """Write a summary, or everything about one template, as JSON, CSV or a table."""
    zone, bucket = request.options.zone, request.flags.width
    if request.format == "json":
        from cotool.logs.report.as_json import to_dict

        write_json(
            sink,
            to_dict(
                summary,
                zone=zone,
                bucket=bucket,
                template=request.flags.template,
                sort=request.flags.sort,
                convert=lambda text: text,
            ),
        )
    elif request.format == "csv":
        import csv

        from cotool.logs.report.clock import clock_of

        clock = clock_of(summary, zone)
        writer = csv.writer(sink, lineterminator="\n")
        if summary.measures is None:
            from cotool.logs.report.files import file_rows

            writer.writerows(file_rows(summary, lambda _, time: clock.iso(time)))
        else:
            from cotool.logs.report.measures import measure_rows

            steps = bool(summary.measures.step)
            writer.writerows(
                measure_rows(summary.measures, clock.seconds, request.flags.sort, steps=steps)
            )
    elif request.format == "html":
        from cotool.cli.html.logs import logs_page

        sink.write(logs_page(summary, zone=zone, bucket=bucket))
    else:
        from cotool.cli.logs.table import render
        from cotool.cli.shared.screen import Screen

        screen = Screen(sink, plain=sink is not sys.stdout)
        if request.flags.template is not None and summary.templates is not None:
            from cotool.cli.logs.templates_table import render_template
            from cotool.logs.report.clock import clock_of

            found = summary.templates
            template = found.find(request.flags.template)
            clock = clock_of(summary, zone)
            render_template(template, found.records, summary.samples, screen, clock)
        else:
            render(
                summary,
                screen,
                zone=zone,
                bucket=bucket,
                top=request.flags.top,
                sort=request.flags.sort,
                fields=_fields(request, summary),
                templates=request.shown_templates,
                requests=request.shows_requests,
            )
        screen.flush()


def _fields(request: LogRequest, summary: LogSummary) -> Sequence[str]:
    """Return the fields that could be measured in a file, if the call asks for no numbers."""
    asked = summary.measures is not None and not request.shows_requests
    if asked or len(summary.files) != 1 or request.flags.follow:
        return ()
    path = summary.files[0].path
    if not summary.files[0].formats or path == "-" or not Path(path).is_file():
        return ()
    if request.fields is not None:
        return request.fields
    from cotool.logs.explain import measurable
    from cotool.logs.scan.sources import find_sources

    return measurable(find_sources([path])[0], request.options)


def write_templates(sink: TextIO, request: LogRequest, summary: LogSummary) -> None:
    """Write the templates for `--templates json` or `csv`."""
    from cotool.logs.report.clock import clock_of
    from cotool.logs.report.templates import template_rows, templates_to_dict

    clock = clock_of(summary, request.options.zone)
    if request.flags.templates == "csv":
        import csv

        csv.writer(sink, lineterminator="\n").writerows(
            template_rows(summary, clock, request.flags.template)
        )
        return
    write_json(sink, templates_to_dict(summary, clock, request.flags.template))


def write_json(sink: TextIO, document: dict[str, Any]) -> None:
    """Write a document, safe to display if it goes to a terminal.

    Small members are written on one line, such as a step of a time line: the standard library's
    fast encoder does not indent, and its other one takes longer than the analysis of the log.
    """
    from cotool.text import json_visible

    show = json_visible if sink.isatty() else str
    sink.writelines(show(piece) for piece in _pieces(document, "\n"))
    sink.write("\n")


def _pieces(value: Any, margin: str) -> Iterator[str]:
    """Yield an object or a list as JSON; `margin` begins each of its lines but the first."""
    inner = margin + "  "
    if isinstance(value, _WRITTEN):
        yield value.to_json(margin)
        return
    if not _is_deep(value, _MOST_LEVELS):
        text = _encoder(", ")(value)
        if len(text) <= _LONGEST_LINE:
            yield text
            return
    is_object = isinstance(value, dict)
    before = inner
    yield "{" if is_object else "["
    for nested, members in groupby(value.items() if is_object else enumerate(value), _is_nested):
        if not nested:
            plain = dict(members) if is_object else [item for _, item in members]
            yield before + _encoder(f",{inner}")(plain)[1:-1]
            before = f",{inner}"
            continue
        for key, item in members:
            yield f"{before}{_encoder(', ')(key)}: " if is_object else before
            yield from _pieces(item, inner)
            before = f",{inner}"
    yield f"{margin}{'}' if is_object else ']'}"


@lru_cache(maxsize=64)
def _encoder(separator: str) -> Callable[[Any], str]:
    return json.JSONEncoder(ensure_ascii=False, separators=(separator, ": ")).encode


def _is_nested(member: tuple[Any, Any]) -> bool:
    return type(member[1]) in _NESTED


def _is_deep(value: Any, levels: int) -> bool:
    """Return whether more than `levels` levels of objects and lists are within one of them."""
    layer = [value]
    for _ in range(levels + 1):
        layer = [
            item
            for outer in layer
            for item in (outer.values() if type(outer) is dict else outer)
            if type(item) in _NESTED
        ]
        if not layer:
            return False
        if any(type(item) in _WRITTEN for item in layer):
            return True
    return True
