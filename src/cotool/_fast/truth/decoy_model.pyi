from array import array

class Counts:
    right: array[float]
    fell: array[float]
    seen: array[float]
    habits: array[float]
    kinds: array[float]
    labels: array[float]
    def __init__(self, experts: int, labels: int) -> None: ...

class Model:
    def __init__(self, *args: object, **kwargs: object) -> None: ...

def add(one: Counts, other: Counts) -> Counts: ...
