from array import array
from collections.abc import Iterable, Sequence
from typing import final

@final
class Marks:
    def __init__(self, marks: Iterable[str]) -> None: ...
    def held_by(self, text: str) -> int: ...

def capitals(texts: Sequence[str]) -> tuple[list[str], array[int], array[int]]: ...
