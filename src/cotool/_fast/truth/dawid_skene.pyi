from array import array

from typing_extensions import Buffer

from cotool._fast.truth.labels import Labels, Posterior

def dawid_skene(
    t: Labels, iterations: int = 100, tolerance: float = 1e-7, num_threads: int | None = None
) -> Posterior: ...
def confusions(t: Labels, posterior: Buffer) -> array[float]: ...
