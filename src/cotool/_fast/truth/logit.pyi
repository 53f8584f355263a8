from array import array

from typing_extensions import Buffer, disjoint_base

@disjoint_base
class Choices:
    def __init__(
        self,
        start: Buffer,
        right: Buffer,
        base: Buffer,
        voters: Buffer,
        expert: Buffer,
        weights: int,
        sign: float = 1.0,
    ) -> None: ...

def update(
    t: Choices, mean: array[float], precision: array[float]
) -> tuple[array[float], array[float]]: ...
def covariance(precision: Buffer, n: int) -> array[float]: ...
