from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from typing_extensions import disjoint_base

from cotool._fast.logs.measures import Measured

# count, missing, odd, sum, mean, min, p50, p90, p99, max
_Figures: TypeAlias = tuple[
    int,
    int,
    int,
    float,
    float | None,
    float | None,
    float | None,
    float | None,
    float | None,
    float | None,
]

def timelines(
    measured: Measured, start_of: Callable[[int], int] | None = None
) -> dict[tuple[bytes, ...] | None, Timeline]: ...

@disjoint_base
class Timeline:
    def records(self) -> dict[int, int]: ...
    def figures(self) -> list[tuple[int, int, list[_Figures]]]: ...
    def text(
        self, pieces: Sequence[bytes], starts: Mapping[int, bytes], nothing: bytes
    ) -> bytes: ...
