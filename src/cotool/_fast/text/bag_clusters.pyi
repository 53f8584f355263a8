from collections.abc import Iterable, Sequence

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
