"""The options of commands that run on a cluster; imports no kernel."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from cotool.errors import InputError

ENGINES = ("threads", "dask", "dask-local")
_ADDRESS = re.compile(r"(?:tcp|tls|ws|wss|ucx)://\S+:\d+")


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
    if scheduler is not None and not _ADDRESS.fullmatch(scheduler):
        raise InputError(f"--scheduler: {scheduler!r} is no address", hint="write tcp://HOST:8786")
    if scheduler_file is not None:
        _check_file(scheduler_file)
    return EngineChoice(name, scheduler, scheduler_file, resume)


def _check_file(path: str) -> None:
    """Raise InputError where a scheduler's file is not what Dask writes: it would be waited for."""
    hint = "dask scheduler --scheduler-file FILE writes one"
    try:
        found = json.loads(Path(path).read_bytes())
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}", hint=hint) from None
    except ValueError:
        raise InputError(f"{path}: is no file of a scheduler", hint=hint) from None
    address = found.get("address") if isinstance(found, dict) else None
    if not isinstance(address, str) or not _ADDRESS.fullmatch(address):
        raise InputError(f"{path}: is no file of a scheduler", hint=hint)
