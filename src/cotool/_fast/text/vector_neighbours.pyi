from array import array

from cotool._fast.base.matrix import Matrix

def neighbours(
    given: Matrix,
    vector_of: array[int],
    threshold: float,
    top: int | None = None,
    num_threads: int | None = None,
    limit: int = ...,
) -> tuple[array[int], array[int], array[float]]: ...
