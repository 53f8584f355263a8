from array import array

from typing_extensions import Buffer, disjoint_base

@disjoint_base
class Choices:
    def __init__(
        self,
        start: Buffer,
        target: Buffer,
        base: Buffer,
        features: Buffer,
        feature: Buffer,
        weights: int,
    ) -> None: ...

def fit(
    t: Choices,
    mean: array[float],
    precision: array[float],
    known_precision: array[float],
    known_slope: array[float],
) -> tuple[array[float], array[float], float]: ...
def curve_at(t: Choices, weights: array[float]) -> tuple[array[float], array[float]]: ...
