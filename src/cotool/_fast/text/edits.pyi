from array import array
from collections.abc import Iterable

def neighbours(
    texts: Iterable[str],
    in_words: bool,
    threshold: float,
    top: int | None = None,
    num_threads: int | None = None,
    limit: int = ...,
) -> tuple[array[int], array[int], array[float]]: ...
