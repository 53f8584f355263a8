from array import array

from cotool._fast.base.matrix import Matrix

def best_matches(
    ids: array[int], starts: array[int], vectors: Matrix, num_threads: int | None = None
) -> Matrix: ...
