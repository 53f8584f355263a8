from cotool._fast.truth.labels import Labels, Posterior

def one_coin(
    t: Labels,
    iterations: int = 100,
    tolerance: float = 1e-7,
    num_threads: int | None = None,
    alike: bool = False,
) -> Posterior: ...
