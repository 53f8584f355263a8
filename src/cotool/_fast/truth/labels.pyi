from array import array
from typing import Any

from typing_extensions import Buffer, disjoint_base

@disjoint_base
class Labels:
    count: int
    items: int
    experts: int
    labels: int
    def __init__(
        self, item: Buffer, expert: Buffer, label: Buffer, items: int, experts: int, labels: int
    ) -> None: ...
    def weigh(self, shared: Buffer) -> None: ...
    def rows(self) -> tuple[array[int], array[int], array[int]]: ...

class Posterior:
    items: array[float]
    experts: Any
    iterations: int
    converged: bool
    log_likelihood: float
    def __init__(
        self,
        items: array[float],
        experts: Any,
        iterations: int,
        converged: bool,
        log_likelihood: float = 0.0,
    ) -> None: ...

def weighted_vote(t: Labels, weight: Buffer) -> array[float]: ...
def agreement(t: Labels, posterior: Buffer) -> array[float]: ...
def coincidences(t: Labels) -> tuple[array[float], array[float]]: ...
def best_given(t: Labels, posterior: Buffer, epsilon: float) -> tuple[array[int], array[int]]: ...
def limits(t: Labels, label: Buffer) -> array[float]: ...
