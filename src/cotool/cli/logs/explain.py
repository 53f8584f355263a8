"""`analyze-logs --explain-format`: what was recognised in each file, as text or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

from cotool._typing import TYPE_CHECKING
from cotool.text import percent, plural, visible

if TYPE_CHECKING:
    from cotool.cli.logs.request import LogRequest
    from cotool.logs.formats.model import Format, Recognition


def explain(request: LogRequest) -> int:
    """Write what was recognised in the files; return the exit code."""
    from cotool.io.output import open_output
    from cotool.logs.explain import explain_format

    found = {
        source.path: explain_format(source, request.options) for source in request.find_sources()
    }
    is_json = request.format == "json"
    with open_output(request.output, data=is_json) as sink:
        if is_json:
            files = [{"path": path, **one.to_dict()} for path, one in found.items()]
            json.dump({"schema": "cotool.explain-format/1", "files": files}, sink, indent=2)
            sink.write("\n")
        else:
            for path, one in found.items():
                sink.writelines(f"{line}\n" for line in _lines(path, one))
    return 0


def _lines(path: str, found: Recognition) -> Iterator[str]:
    wrapping = f", {found.wrapping}" if found.wrapping else ""
    yield f"{visible(path)}: {plural(found.lines, 'line')} looked at{wrapping}"
    for one in filter(lambda one: one.name, found.formats):
        yield f"  {visible(one.name)}: {percent(one.share)} of the lines"
        yield from _fields(one)
    if found.fields:
        yield f"  fields: {', '.join(map(visible, found.fields))}"
    for note in found.notes:
        yield f"  {note}"
    if found.unexplained:
        yield f"  {plural(found.unexplained, 'line')} with neither time nor level, as in:"
        for example in found.examples:
            yield f"    {visible(example)}"


def _fields(found: Format) -> Iterator[str]:
    for reason in found.reasons:
        example = f", as in {visible(reason.example)}" if reason.example else ""
        used = "" if reason.used else "not used: "
        yield f"    {reason.field}: {used}{visible(reason.place)}; {reason.why}{example}"
