"""Records with the names of their templates: a first pass finds templates, a second writes them."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING

from cotool.logs.api import analyze_sources
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
    """Analyse sources whose records are written with their templates.

    A source that can be read only once is copied to a temporary file. `name` gives templates the
    ids, and the further records, that they have elsewhere. `only` is an id, or its beginning; only
    records of that template are written. Raises InputError if there is no such template.
    """
    watch = watch or Watch()
    with read_twice(sources) as repeatable:
        first = replace(options, templates=True, records=False)
        # Where each file begins is known once its records are written.
        summary = analyze_sources(repeatable, first, watch, copy.deepcopy(state))
        if summary.templates is None or watch.stopped:
            return summary
        found = name(summary.templates)
        chosen = None if only is None else found.find(only).id
        second = replace(
            options, templates=False, records=True, show=0, labels=found.labels(chosen)
        )
        again = analyze_sources(repeatable, second, watch, state)
        return replace(summary, templates=found, interrupted=again.interrupted)
