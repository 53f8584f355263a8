from array import array
from collections.abc import Iterable

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
def left_out(t: Choices, weights: array[float], covariance: array[float]) -> array[float]: ...
def hits(t: Choices, scores: array[float]) -> float: ...
def prior_precision(
    deviation: array[float], directions: Iterable[array[float]], covariance: array[float]
) -> array[float]: ...
def inverse(matrix: Buffer, n: int) -> array[float]: ...
