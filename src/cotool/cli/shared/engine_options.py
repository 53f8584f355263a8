"""The options for clusters, shared by every command that has them."""

from cotool._typing import Annotated
from cotool.cli.shared.options import MadeOf, flag, option, option_class
from cotool.engine.choice import ENGINES, EngineChoice, engine_choice


@option_class
class _Options:
    engine: str | None = option(
        "Run",
        "threads, dask (a cluster) or dask-local (processes).",
        "--engine NAME",
        words=ENGINES,
    )
    scheduler: str | None = option(
        "Run",
        "Address of the Dask scheduler; default: DASK_SCHEDULER_ADDRESS.",
        "--scheduler ADDRESS",
    )
    scheduler_file: str | None = option(
        "Run", "File with the scheduler's address.", "--scheduler-file FILE"
    )
    resume: bool = flag("Run", "Continue a run that lost its cluster.", "--resume")


def _choice(given: _Options, _: frozenset[str]) -> EngineChoice:
    return engine_choice(given.engine, given.scheduler, given.scheduler_file, resume=given.resume)


Engine = Annotated[EngineChoice, MadeOf(_Options, _choice)]
