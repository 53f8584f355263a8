"""The options for clusters, shared by every command that has them."""

from collections.abc import Callable
from typing import Any

from cotool.cli.shared.options import flag, option, option_class, with_options
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


def with_engine(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the cluster options to a command, which gets them as `engine`, an EngineChoice."""
    return with_options(command, "engine", _Options, _choice)


def _choice(given: _Options) -> EngineChoice:
    return engine_choice(given.engine, given.scheduler, given.scheduler_file, resume=given.resume)
