from array import array
from collections.abc import Iterable

from typing_extensions import Buffer

def prior_precision(
    deviation: array[float], directions: Iterable[array[float]], covariance: array[float]
) -> array[float]: ...
def inverse(matrix: Buffer, n: int) -> array[float]: ...
