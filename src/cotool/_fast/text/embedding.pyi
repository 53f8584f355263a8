from array import array
from collections.abc import Iterable

from typing_extensions import disjoint_base

from cotool._fast.base.matrix import Matrix

LONGEST: int

@disjoint_base
class Pieces:
    dimension: int

    def __init__(
        self,
        vocabulary: dict[str, int],
        merges: Iterable[tuple[int, int, int]],
        table: bytes | memoryview,
        dimension: int,
        half: bool,
    ) -> None: ...
    def pieces(self, word: str) -> list[int]: ...
    def embed(self, texts: Iterable[str], num_threads: int | None = None) -> Matrix: ...

def spread_axes(
    vectors: Matrix,
    chosen: int,
    question: Matrix | None = None,
    num_threads: int | None = None,
    declining: bool = False,
) -> Matrix: ...
def join_nearest(
    vectors: Matrix,
    labels: array[int],
    groups: int,
    threshold: float,
    num_threads: int | None = None,
) -> None: ...
