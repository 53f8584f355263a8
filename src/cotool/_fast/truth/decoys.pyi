from array import array

from cotool._fast.truth.decoy_model import Counts, Model
from cotool._fast.truth.labels import Labels, Posterior

def begin(t: Labels, habits: bool, weights: array[float] | None = None) -> Counts: ...
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
def model(
    counts: Counts, experts: int, labels: int, values: float = 0.0, balanced: bool = True
) -> Model: ...
def judge(t: Labels, m: Model) -> array[float]: ...
