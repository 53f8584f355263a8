"""The options for clusters, shared by every command that has them."""

from collections.abc import Callable
from typing import Annotated, Any

from cotool._records import dataclass
from cotool.cli.shared.options import flag, option, with_options
from cotool.engine.choice import ENGINES, EngineChoice, engine_choice


@dataclass(frozen=True, slots=True)
class _Options:
    engine: Annotated[
        str | None,
        option(
            "Run",
            "threads, dask (a cluster) or dask-local (processes).",
            "--engine NAME",
            words=ENGINES,
        ),
    ] = None
    scheduler: Annotated[
        str | None,
        option(
            "Run",
            "Address of the Dask scheduler; default: DASK_SCHEDULER_ADDRESS.",
            "--scheduler ADDRESS",
        ),
    ] = None
    scheduler_file: Annotated[
        str | None,
        option("Run", "File with the scheduler's address.", "--scheduler-file FILE"),
    ] = None
    resume: Annotated[bool, flag("Run", "Continue a run that lost its cluster.", "--resume")] = (
        False
    )


def with_engine(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the cluster options to a command, which gets them as `engine`, an EngineChoice."""
    return with_options(command, "engine", _Options, _choice)


def _choice(given: _Options) -> EngineChoice:
    return engine_choice(given.engine, given.scheduler, given.scheduler_file, resume=given.resume)
