from array import array
from collections.abc import Iterable

def neighbours(
    texts: Iterable[str],
    metric: str,
    threshold: float,
    top: int | None = None,
    num_threads: int | None = None,
    limit: int = ...,
    sweep: bool | None = None,
) -> tuple[array[int], array[int], array[float]]: ...
