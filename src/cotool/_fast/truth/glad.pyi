from cotool._fast.truth.labels import Labels, Posterior

def glad(
    t: Labels, iterations: int = 100, tolerance: float = 1e-7, num_threads: int | None = None
) -> Posterior: ...
