"""The options for clusters, shared by every command that has them."""

from __future__ import annotations

from collections.abc import Callable  # noqa: TC003 - Typer reads annotations
from typing import Annotated, Any

from cotool.cli.shared.options import Options, flag, option, with_options
from cotool.engine.choice import ENGINES, EngineChoice, engine_choice

_EngineName = Annotated[
    str | None,
    option(
        "Run",
        "threads, dask (a cluster) or dask-local (processes).",
        "--engine NAME",
        words=ENGINES,
    ),
]
_SchedulerAddress = Annotated[
    str | None,
    option(
        "Run",
        "Address of the Dask scheduler; default: DASK_SCHEDULER_ADDRESS.",
        "--scheduler ADDRESS",
    ),
]
_SchedulerFile = Annotated[
    str | None, option("Run", "File with the address of the scheduler.", "--scheduler-file FILE")
]
_Resume = Annotated[bool, flag("Run", "Continue a run that lost its cluster.", "--resume")]

_OPTIONS: Options = {
    "engine": (_EngineName, None),
    "scheduler": (_SchedulerAddress, None),
    "scheduler_file": (_SchedulerFile, None),
    "resume": (_Resume, False),
}


def with_engine(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the cluster options to a command, which gets them as `engine`, an EngineChoice."""
    return with_options(command, "engine", _OPTIONS, _choice)


def _choice(given: dict[str, Any]) -> EngineChoice:
    return engine_choice(
        given["engine"], given["scheduler"], given["scheduler_file"], resume=given["resume"]
    )
