"""Analyse logs on a cluster or from remote storage, with the same result as on one machine."""

from __future__ import annotations

from collections.abc import Sequence

from cotool._records import fields
from cotool._typing import TYPE_CHECKING
from cotool.cli.shared.cluster_run import ClusterBar, kept_tasks
from cotool.engine.choice import open_engine
from cotool.errors import InputError
from cotool.logs.measures.of_templates import needs_templates
from cotool.logs.scan.scan import Watch

if TYPE_CHECKING:
    from cotool.cli.logs.request import LogRequest
    from cotool.logs.options import LogOptions
    from cotool.logs.scan.sources import LogSource
    from cotool.logs.summary import LogSummary


class _SpreadWatch(Watch, ClusterBar):
    """Shows bytes, tasks and workers on one bar; the first Ctrl-C stops the work cleanly."""

    def progress(self, size: int) -> None:
        """Record that `size` more bytes have been read."""
        self.add(size)


def is_spread(request: LogRequest, sources: Sequence[LogSource]) -> bool:
    """Return whether an engine distributes the work.

    Raises InputError if the request must run in order on one machine.
    """
    if request.engine.is_cluster:
        for option, given in (
            ("--records", request.flags.records is not None),
            ("--template", request.flags.template is not None),
            ("measuring templates", needs_templates(request.options.reading)),
            ("--state", request.flags.state is not None),
            ("--follow", request.flags.follow),
            ("standard input", any(source.is_stdin for source in sources)),
        ):
            if given:
                raise InputError(
                    f"--engine {request.engine.name}: {option} is read and written in order, on "
                    "one machine",
                    hint="omit --engine",
                )
        return True
    remote = any(source.url is not None for source in sources)
    if remote and (request.flags.state is not None or request.flags.follow):
        option = "--follow" if request.flags.follow else "--state"
        raise InputError(f"{option} works only with files on this machine")
    return remote and request.flags.records is None and not needs_templates(request.options.reading)


def run_spread(request: LogRequest, sources: Sequence[LogSource], *, shown: bool) -> LogSummary:
    """Analyse sources with the tasks of the chosen engine."""
    from cotool.cli.logs.watch import stopped_by_interrupt
    from cotool.logs.api import REMOTE_READS, analyze_spread

    options = request.options
    total = sum(source.size for source in sources)
    with (
        kept_tasks(
            request.engine, _identity(sources, options), quiet=request.flags.quiet
        ) as checkpoint,
        open_engine(request.engine, options.threads, at_least=REMOTE_READS) as engine,
        _SpreadWatch(total, shown=shown) as watch,
        stopped_by_interrupt(watch),
    ):
        return analyze_spread(
            sources, options, engine, watch=watch, meter=watch, checkpoint=checkpoint
        )


def _identity(sources: Sequence[LogSource], options: LogOptions) -> list[object]:
    """Return the identity of a run: the request, the files and their state."""
    from cotool.engine.checkpoint import file_state

    asked = [
        sorted(value) if isinstance(value, frozenset) else value
        for value in (getattr(options, field.name) for field in fields(options))
    ]
    return [asked, [(one, None if one.url else file_state(one.path)) for one in sources]]
