"""The options for clusters, shared by every command that has them."""

from __future__ import annotations

from typing import Annotated

from cotool.cli.shared.options import flag, option
from cotool.engine.choice import ENGINES

EngineName = Annotated[
    str | None,
    option(
        "Run",
        "threads, dask (a cluster) or dask-local (processes).",
        "--engine",
        metavar="NAME",
        words=ENGINES,
    ),
]
SchedulerAddress = Annotated[
    str | None,
    option(
        "Run",
        "Address of the Dask scheduler; default: DASK_SCHEDULER_ADDRESS.",
        "--scheduler",
        metavar="ADDRESS",
    ),
]
SchedulerFile = Annotated[
    str | None,
    option("Run", "File with the address of the scheduler.", "--scheduler-file", metavar="FILE"),
]
Resume = Annotated[bool, flag("Run", "Continue a run that lost its cluster.", "--resume")]
