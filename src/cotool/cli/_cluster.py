"""The options of commands that run on a cluster; imports no kernel."""

from __future__ import annotations

from dataclasses import dataclass

from cotool.errors import InputError

ENGINES = ("threads", "dask", "dask-local")


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """Where the work is done, as the options say; checked."""

    name: str
    scheduler: str | None = None
    scheduler_file: str | None = None
    resume: bool = False

    @property
    def is_cluster(self) -> bool:
        """Whether other processes do the work."""
        return self.name != "threads"


LOCAL = EngineChoice("threads")


def engine_choice(
    name: str | None, scheduler: str | None, scheduler_file: str | None, *, resume: bool
) -> EngineChoice:
    """Return what the options choose. Raises InputError where they contradict each other."""
    if name is None:
        name = "dask" if scheduler or scheduler_file else "threads"
    if name not in ENGINES:
        raise InputError(f"--engine: {name!r} is none", hint=", ".join(ENGINES))
    if name != "dask" and (scheduler or scheduler_file):
        option = "--scheduler" if scheduler else "--scheduler-file"
        raise InputError(f"{option} is for --engine dask, not for {name}")
    if scheduler and scheduler_file:
        raise InputError("--scheduler and --scheduler-file name two schedulers")
    if resume and name == "threads":
        raise InputError("--resume is for --engine dask and dask-local")
    return EngineChoice(name, scheduler, scheduler_file, resume)
