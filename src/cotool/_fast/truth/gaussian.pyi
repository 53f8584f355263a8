from array import array
from collections.abc import Iterable, Mapping, Sequence

from typing_extensions import Buffer

from cotool._fast.truth.posterior import Estimate

ABSOLUTE: float
FREEDOMS: Mapping[float, float]
FAR: float
STRENGTHS: Mapping[float, float]
MOST: int

class Fit:
    freedom: float
    values: array[float]
    errors: array[float]
    biases: array[float]
    spreads: array[float]
    unsure: array[float]
    known: array[float]
    behind: list[float]
    spread: float
    total: float
    def __init__(
        self, freedom: float, start: Sequence[float], experts: int, pooled: float
    ) -> None: ...

def estimate(
    item: Buffer,
    expert: Buffer,
    number: Buffer,
    start: Sequence[float],
    experts: int,
    iterations: int = 60,
    tolerance: float = 1e-5,
) -> Estimate: ...
def sample_of(
    item: Sequence[int], expert: Sequence[int], number: Sequence[float]
) -> tuple[array[int], array[int], array[float]]: ...
def fits_of(
    item: Buffer,
    expert: Buffer,
    number: Buffer,
    start: Sequence[float],
    experts: int,
    pooled: float,
    freedoms: Iterable[float],
    iterations: int,
    tolerance: float,
) -> list[Fit]: ...
def typical_square(apart: Iterable[float]) -> float: ...
def middle_of(biases: Sequence[float], expert: Iterable[int]) -> float: ...
def fitted(
    item: Buffer, expert: Buffer, number: Buffer, found: Fit, iterations: int, tolerance: float
) -> Fit: ...
def shrunk_variances(
    squares: Sequence[float], known: Sequence[float], least: float = 0.0
) -> tuple[list[float], list[float], float]: ...
