from array import array
from collections.abc import Iterable, Sequence

def neighbours(
    texts: Iterable[str],
    metric: str,
    threshold: float,
    top: int | None = None,
    num_threads: int | None = None,
    limit: int = ...,
    sweep: bool | None = None,
) -> tuple[array[int], array[int], array[float]]: ...
def components(
    texts: Iterable[str],
    metric: str,
    threshold: float,
    num_threads: int | None = None,
    sweep: bool | None = None,
) -> list[int]: ...
def density(
    texts: Iterable[str],
    metric: str,
    threshold: float,
    num_threads: int | None = None,
    min_points: int = 3,
    sweep: bool | None = None,
) -> list[int]: ...
def star(
    texts: Iterable[str],
    metric: str,
    threshold: float,
    num_threads: int | None = None,
    sweep: bool | None = None,
) -> list[int]: ...
def closeness(
    texts: Iterable[str], metric: str, labels: Sequence[int], weights: Sequence[float]
) -> list[float]: ...
