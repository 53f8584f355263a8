"""The options of a cluster, as every command that has them takes them."""

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
        "Of --engine dask; else --scheduler-file, DASK_SCHEDULER_ADDRESS.",
        "--scheduler",
        metavar="ADDRESS",
    ),
]
SchedulerFile = Annotated[
    str | None, option("Run", "The same from a file.", "--scheduler-file", metavar="FILE")
]
Resume = Annotated[bool, flag("Run", "Go on with a run that lost its cluster.", "--resume")]
