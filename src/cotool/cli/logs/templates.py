"""Templates in `analyze-logs`: whether they are mined, and the earlier run."""

from __future__ import annotations

import json
import math
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

from cotool._lazy import lazy_pattern
from cotool._records import dataclass, replace
from cotool._typing import TYPE_CHECKING
from cotool.errors import InputError
from cotool.logs.measures.of_templates import needs_templates
from cotool.logs.model import Sample
from cotool.logs.scan.scan import Watch

if TYPE_CHECKING:
    from cotool.cli.logs.request import LogRequest
    from cotool.logs.scan.sources import LogSource
    from cotool.logs.summary import LogSummary
    from cotool.logs.templates.baseline import Baseline
    from cotool.logs.templates.template_set import TemplateSet

# Lines of a template that are shown without --show.
_LINES = 10
# In a condition: a ratio of a statistic of groups.
_RATIO_OF_GROUPS = lazy_pattern(r"ratio\(\s*[\w.]+\([^()]*,")
# Bytes of files whose templates take less than a second: .55 s on this much of varied logs.
_QUICK = 32 << 20


@dataclass(frozen=True, slots=True)
class TemplatePlan:
    """How a request uses templates.

    `mine`: find them; `named`: write records with their ids, which takes two passes; `shown`: what
    the summary has of them, see table.render().
    """

    mine: bool
    named: bool
    baseline: Baseline | None
    shown: str = "all"

    def name(self, found: TemplateSet) -> TemplateSet:
        """Return templates with the ids that they had in the earlier run."""
        if self.baseline is None:
            return found
        return found.with_known(self.baseline.known, self.baseline.heads)

    def compared(self, summary: LogSummary) -> LogSummary:
        """Return a summary with templates named and compared with the earlier run."""
        before, found = self.baseline, summary.templates
        if before is None:
            return summary
        from cotool.logs.templates.compare import compare, compare_measures

        measures = summary.measures
        if found is None or not before.has_templates:
            records = summary.counts.records
            return replace(summary, comparison=compare_measures(records, before, measures))
        if not found.known:
            found = self.name(found)
        return replace(summary, templates=found, comparison=compare(found, before, measures))


def plan_templates(
    request: LogRequest, sources: Sequence[LogSource], *, conditions_need: frozenset[str]
) -> TemplatePlan:
    """Return what a request wants. Raises InputError if its options contradict each other.

    Records of files always get template ids. Records of a pipe, which cannot be read twice without
    a copy, get them only if templates are requested.
    """
    measured = needs_templates(request.options.reading)
    _refuse(request, conditions_need, measured=measured)
    baseline = _baseline(request)
    if request.flags.templates == "off":
        return TemplatePlan(mine=False, named=False, baseline=baseline)
    known = baseline is not None and baseline.has_templates
    asked = bool(
        request.flags.templates or known or request.flags.template or conditions_need - {"numbers"}
    )
    named = (
        request.flags.template is not None
        or measured
        or (request.flags.records is not None and (asked or all(map(_is_file, sources))))
    )
    mine = asked or named or request.format == "html"
    shown = "none" if measured and not asked else "all"
    if not mine and _in_terminal(request):
        mine = _size(sources) <= _QUICK
        shown = "problems" if mine else "hint"
    return TemplatePlan(mine=mine, named=named, baseline=baseline, shown=shown)


def _refuse(request: LogRequest, conditions_need: frozenset[str], *, measured: bool) -> None:
    """Raise InputError if options contradict each other; `measured`: templates are measured."""
    if request.flags.templates == "off":
        for option, given in (
            ("--baseline", request.flags.baseline and not request.options.measures),
            ("--template", request.flags.template),
            ("--measure or --by", measured),
            ("--fail-on", conditions_need - {"numbers"}),
        ):
            if given:
                raise InputError(f"{option} needs templates", hint="omit --templates off")
    if conditions_need & {"comparison", "numbers"} and request.flags.baseline is None:
        raise InputError(
            "--fail-on compares with an earlier run, but none is given",
            hint="give one with --baseline FILE",
        )
    if request.flags.follow and (request.flags.template or measured):
        option = "--template" if request.flags.template else "measuring templates"
        raise InputError(f"{option} cannot be combined with --follow")


def _baseline(request: LogRequest) -> Baseline | None:
    """Return the earlier run, if there is one. Raises InputError if nothing can be compared."""
    if request.flags.baseline is None:
        return None
    from cotool.logs.templates.baseline import read_baseline

    baseline = read_baseline(request.flags.baseline)
    if not (baseline.has_templates or request.options.measures):
        raise InputError(
            f"{request.flags.baseline}: holds measures but no templates",
            hint="measure the same with -m, or write the file with --templates table",
        )
    _check_measures(request, baseline)
    return baseline


def _check_measures(request: LogRequest, baseline: Baseline) -> None:
    """Raise InputError if there is nothing to compare with an earlier run."""
    reading, earlier = request.options.reading, baseline.measures
    by = earlier.by if earlier is not None else ()
    of_groups = any(map(_RATIO_OF_GROUPS.search, request.flags.fail_on or ()))
    if of_groups and reading is not None and by != reading.keys:
        raise InputError(
            f"{request.flags.baseline}: has groups by {', '.join(by) or 'nothing'}, not by "
            f"{', '.join(reading.keys)}",
            hint="group by the same in both runs to compare groups",
        )
    if baseline.has_templates or reading is None or earlier is None:
        return
    if not set(reading.names) & set(earlier.total):
        raise InputError(
            f"{request.flags.baseline}: measured {', '.join(earlier.total)}, not "
            f"{', '.join(reading.names)}",
            hint="measure the same in both runs",
        )


def _in_terminal(request: LogRequest) -> bool:
    """Return whether a person reads the summary once it is complete."""
    return (
        request.format == "table"
        and request.output in {None, "-"}
        and request.flags.records is None
        and not request.flags.follow
        and sys.stdout.isatty()
    )


def _size(sources: Sequence[LogSource]) -> float:
    """Return the bytes of files; infinite if that is not known in advance."""
    if not all(source.is_plain and source.url is None and _is_file(source) for source in sources):
        return math.inf
    return sum(source.size for source in sources)


def _is_file(source: LogSource) -> bool:
    try:
        return not source.is_stdin and stat.S_ISREG(Path(source.path).stat().st_mode)
    except OSError:
        return True  # opening it reports why it cannot be read


class LineWatch(Watch):
    """Keeps the first records as samples, and passes all records on to another watch."""

    def __init__(self, watch: Watch, show: int, path: str) -> None:
        self._watch = watch
        self._left = show or _LINES
        self._path = path
        self._rest = b""
        self.samples: list[Sample] = []

    @property
    def stopped(self) -> bool:  # type: ignore[override]
        """Whether the work is to end."""
        return self._watch.stopped

    def progress(self, size: int) -> None:
        """Record that `size` more bytes have been read."""
        self._watch.progress(size)

    def records(self, data: bytes) -> None:
        """Take complete JSON lines of records."""
        self._watch.records(data)
        if not self._left:
            return
        for line in data.splitlines()[: self._left]:
            record = json.loads(line)
            self.samples.append(
                Sample(
                    record.get("file", self._path), record["line"], record["level"], record["text"]
                )
            )
            self._left -= 1
