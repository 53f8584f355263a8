from cotool._fast.truth.labels import Labels, Posterior

def mace(
    t: Labels,
    balanced: bool = True,
    iterations: int = 50,
    tolerance: float = 1e-7,
    restarts: int = 10,
    smoothing: float = 0.1,
    num_threads: int | None = None,
) -> Posterior: ...
