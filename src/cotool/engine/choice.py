"""The checked choice of an engine. Imports no kernel, and Dask only if it is used."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from cotool._lazy import lazy_pattern
from cotool._records import dataclass
from cotool._typing import TYPE_CHECKING
from cotool.errors import InputError, unknown, unreadable

if TYPE_CHECKING:
    from cotool.engine.tasks import Engine

ENGINES = ("threads", "dask", "dask-local")
_LONGEST = 1 << 20  # bytes of a scheduler file
_ADDRESS = lazy_pattern(r"(?:tcp|tls|ws|wss|ucx)://\S+:\d+")


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """Where the work is done. Raises InputError if it is wrong or contradictory."""

    name: str
    scheduler: str | None = None
    scheduler_file: str | None = None
    resume: bool = False

    def __post_init__(self) -> None:
        if self.name not in ENGINES:
            raise unknown(self.name, ENGINES, "engine")
        for parameter in ("scheduler", "scheduler_file"):
            if self.name != "dask" and getattr(self, parameter):
                raise InputError(f"only for dask, not for {self.name}", parameter=parameter)
        if self.scheduler and self.scheduler_file:
            raise InputError("an address and a file cannot both be given", parameter="scheduler")
        if self.resume and self.name == "threads":
            raise InputError("only for the engines dask and dask-local", parameter="resume")
        if self.scheduler is not None and not _ADDRESS.fullmatch(self.scheduler):
            raise InputError(
                f"{self.scheduler!r} is not an address",
                parameter="scheduler",
                hint="write tcp://HOST:8786",
            )
        if self.scheduler_file is not None:
            _check_file(self.scheduler_file)

    @property
    def is_cluster(self) -> bool:
        """Whether other processes do the work."""
        return self.name != "threads"


def engine_choice(
    name: str | None, scheduler: str | None, scheduler_file: str | None, *, resume: bool = False
) -> EngineChoice:
    """Return the choice; a scheduler alone chooses dask. Raises InputError as EngineChoice does."""
    default = "dask" if scheduler or scheduler_file else "threads"
    return EngineChoice(name or default, scheduler, scheduler_file, resume)


@contextlib.contextmanager
def open_engine(choice: EngineChoice, num_threads: int, *, at_least: int = 1) -> Iterator[Engine]:
    """Yield the engine of a choice; `num_threads` is the number of processes for dask-local.

    at_least: threads of this process.
    """
    if not choice.is_cluster:
        from cotool.engine.tasks import ThreadEngine

        yield ThreadEngine(max(num_threads, at_least))
        return
    from cotool.engine.cluster import cluster_engine

    local = num_threads if choice.name == "dask-local" else None
    with cluster_engine(local, choice.scheduler, choice.scheduler_file) as engine:
        yield engine


def _check_file(path: str) -> None:
    """Raise InputError if a scheduler file is not valid, because Dask would wait for it."""
    import json

    hint = "make one with dask scheduler --scheduler-file FILE"
    try:
        with Path(path).open("rb") as file:
            found = json.loads(file.read(_LONGEST))  # cut off, it is no JSON
    except OSError as error:
        raise unreadable(path, error, hint) from None
    except (ValueError, RecursionError):
        raise InputError(f"{path}: is not a scheduler file", hint=hint) from None
    address = found.get("address") if isinstance(found, dict) else None
    if not isinstance(address, str) or not _ADDRESS.fullmatch(address):
        raise InputError(f"{path}: is not a scheduler file", hint=hint)
