"""Records with their templates: a first pass finds templates, a second reads and writes records."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING

from cotool.logs.api import analyze_sources
from cotool.logs.measures.of_templates import needs_templates
from cotool.logs.scan.scan import Watch
from cotool.logs.scan.sources import read_twice

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cotool.logs.options import LogOptions
    from cotool.logs.scan.sources import Source
    from cotool.logs.scan.state import State
    from cotool.logs.summary import LogSummary
    from cotool.logs.templates.template_set import TemplateSet


def analyze_twice(
    sources: Sequence[Source],
    options: LogOptions,
    watch: Watch | None = None,
    state: State | None = None,
    *,
    name: Callable[[TemplateSet], TemplateSet] = lambda found: found,
    only: str | None = None,
) -> LogSummary:
    """Analyse sources whose records are written, or measured, with their templates.

    A source that can be read only once is copied to a temporary file. `name` gives templates the
    ids, and the further records, that they have elsewhere. `only` is an id, or its beginning; only
    records of that template are written. Raises InputError if there is no such template.
    """
    watch = watch or Watch()
    with read_twice(sources) as repeatable:
        measured = needs_templates(options.reading)
        first = replace(options, templates=True, records=False)
        if measured:
            first = replace(first, measures=(), by=(), where=None)
        # Where each file begins is known once its records are read again.
        summary = analyze_sources(repeatable, first, watch, copy.deepcopy(state))
        if summary.templates is None or watch.stopped:
            return summary
        found = name(summary.templates)
        chosen = None if only is None else found.find(only).id
        second = replace(options, templates=False, labels=found.labels(chosen))
        if measured:
            second = replace(second, records=options.records or only is not None)
            return replace(analyze_sources(repeatable, second, watch, state), templates=found)
        again = analyze_sources(repeatable, replace(second, records=True, show=0), watch, state)
        return replace(summary, templates=found, interrupted=again.interrupted)
