from array import array
from collections.abc import Iterable, Sequence

from typing_extensions import Buffer

ABSOLUTE: float
FAR: float

class Estimate:
    values: array[float]
    errors: array[float]
    biases: array[float]
    spreads: array[float]
    iterations: int
    converged: bool
    def __init__(
        self,
        values: array[float],
        errors: array[float],
        biases: array[float],
        spreads: array[float],
        iterations: int,
        converged: bool,
    ) -> None: ...

def estimate(
    item: Buffer,
    expert: Buffer,
    number: Buffer,
    start: Sequence[float],
    experts: int,
    iterations: int = 100,
    tolerance: float = 1e-6,
) -> Estimate: ...
def typical_square(apart: Iterable[float]) -> float: ...
def middle_of(biases: Sequence[float], expert: Iterable[int]) -> float: ...
