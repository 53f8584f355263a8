from array import array

from cotool._fast.truth.truth import Labels, Posterior

class Counts:
    right: array[float]
    fell: array[float]
    seen: array[float]
    habits: array[float]
    kinds: array[float]
    labels: array[float]
    def __init__(self, experts: int, labels: int) -> None: ...

def begin(t: Labels, habits: bool) -> Counts: ...
def decoys(
    t: Labels,
    counts: Counts | None = None,
    known: Counts | None = None,
    values: float = 0.0,
    balanced: bool = True,
    iterations: int = 100,
    tolerance: float = 1e-6,
    num_threads: int | None = None,
) -> Posterior: ...

class Model:
    def __init__(self, *args: object, **kwargs: object) -> None: ...

def model(
    counts: Counts, experts: int, labels: int, values: float = 0.0, balanced: bool = True
) -> Model: ...
def judge(t: Labels, m: Model) -> array[float]: ...
def add(one: Counts, other: Counts) -> Counts: ...
