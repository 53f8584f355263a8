from collections.abc import Iterable, Sequence

from cotool._fast.base.matrix import Matrix

METRICS: dict[str, int]

def bags(texts: Iterable[str], metric: str, num_threads: int | None = None) -> Matrix: ...
def vector_cosine(vectors: Iterable[Sequence[float]], num_threads: int | None = None) -> Matrix: ...
