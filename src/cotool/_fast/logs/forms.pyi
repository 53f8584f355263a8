from collections.abc import Iterable, Sequence
from typing import Self, TypeAlias

from typing_extensions import disjoint_base

PARAMETER: bytes
TIME: bytes
EPOCH: bytes
FOLDED: bytes
SIGNATURE: bytes
MOST_FORMS: int
MOST_SAMPLES: int
REGISTERS: int
MOST_RANGES: int

_Exported: TypeAlias = tuple[
    bytes,
    bytes,
    bool,
    int,
    tuple[int, ...],
    int | None,
    int | None,
    int,
    dict[int, int],
    int,
    int,
    list[float],
    list[float],
    bytes | None,
    list[tuple[int, int, bytes]],
    list[dict[int, int]],
]

def mask(
    line: bytes, plain: bool = False
) -> tuple[bytes, bytes, int, int, list[tuple[int, int]]]: ...
def is_level(word: bytes) -> bool: ...

@disjoint_base
class Forms:
    def __new__(cls, widths: Sequence[int]) -> Self: ...
    def __len__(self) -> int: ...
    @property
    def folding(self) -> bool: ...
    def add(
        self, line: bytes, level: int, seconds: int | None = None, inferred: bool = False
    ) -> None: ...
    def merge(self, other: Forms, *, whole: bool = False) -> None: ...
    def export(self) -> list[_Exported]: ...
    def label(
        self, signature: bytes, message: bytes, name: int, pieces: Sequence[tuple[int, int]]
    ) -> None: ...
    def insert(self, form: _Exported) -> None: ...

def sketch_middle(bucket: int) -> float: ...
def kept_parameters(kept: bytes) -> list[bytes]: ...
def union_of_registers(forms: Iterable[tuple[bytes, int]]) -> bytes: ...
def distinct(registers: bytes, parameter: int) -> float: ...
