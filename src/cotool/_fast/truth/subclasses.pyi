from cotool._fast.truth.labels import Labels, Posterior

def subclasses(
    t: Labels,
    balanced: bool = True,
    iterations: int = 150,
    tolerance: float = 1e-7,
    num_threads: int | None = None,
) -> Posterior: ...
