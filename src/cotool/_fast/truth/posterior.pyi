from array import array
from collections.abc import Mapping, Sequence

from cotool._fast.truth.gaussian import Fit

FREEDOMS: Mapping[float, float]
ENOUGH: int
FACTORS: int

class Estimate:
    values: array[float]
    lows: array[float]
    highs: array[float]
    biases: array[float]
    spreads: array[float]
    spread: float
    noises: list[tuple[float, float, float]]
    def __init__(
        self,
        values: array[float],
        lows: array[float],
        highs: array[float],
        biases: array[float],
        spreads: array[float],
        spread: float,
        noises: list[tuple[float, float, float]],
    ) -> None: ...

def mixtures_of(
    item: Sequence[int], expert: Sequence[int], number: Sequence[float], fits: Sequence[Fit]
) -> tuple[
    array[int],
    list[tuple[float, Fit, array[float], array[float], array[float], float]],
]: ...
def posterior(
    item: Sequence[int], expert: Sequence[int], number: Sequence[float], fits: Sequence[Fit]
) -> Estimate: ...
def noise_of(
    order: Sequence[int], expert: Sequence[int], number: Sequence[float], found: Fit
) -> tuple[array[float], array[float], array[float]]: ...
def factors_of(total: float) -> list[float]: ...
def student(freedom: float) -> float: ...
