from collections.abc import Collection, Mapping, Sequence
from typing import Any

from typing_extensions import Buffer, disjoint_base

from cotool._fast.logs.forms import Forms

LINE_LIMIT: int

@disjoint_base
class Regex:
    def __init__(self, program: bytes) -> None: ...
    def search(self, line: bytes) -> bool: ...

@disjoint_base
class Scanner:
    waiting: int
    cycles: int
    lines: int
    unfinished: bool
    forms: Forms | None
    def __init__(
        self,
        *,
        formats: Sequence[Mapping[str, Any]],
        literals: Collection[tuple[bytes, bool, int]],
        programs: Sequence[bytes],
        every: Sequence[int],
        levels: Collection[int] | None,
        since: tuple[int, int] | None,
        until: tuple[int, int] | None,
        wanted: Collection[int] | None,
        date: tuple[int, int, int],
        zone: tuple[Sequence[int], Sequence[int]],
        widths: Sequence[int],
        most_buckets: int,
        show: int,
        show_levels: Collection[int],
        show_matches: bool,
        entries: bool,
        lone: bool,
        mine: bool,
        resumed: bool,
        prefix: bytes,
        num_threads: int,
        labels: Forms | None = None,
        ids: Sequence[str] = (),
        only: str | None = None,
        span_size: int | None = None,
        block_size: int | None = None,
        midway: bool = False,
        cycle: int = 0,
    ) -> None: ...
    def scan_range(self, file: int, begin: int, stop: int, end: int, size: int) -> int: ...
    def edges(
        self,
    ) -> tuple[
        tuple[int, int] | None, tuple[tuple[int, int, int], tuple[int, int, int]] | None
    ]: ...
    def scan_file(self, file: int, begin: int, size: int) -> int: ...
    def feed(self, data: Buffer, *, final: bool) -> None: ...
    def finish(self) -> None: ...
    def take_written(self) -> list[bytes]: ...
    def take_samples(self) -> list[tuple[int, int, int, int]]: ...
    def counts(self) -> dict[str, Any]: ...

def following_cycle(before: tuple[int, int, int], after: tuple[int, int, int]) -> int: ...
def layouts() -> list[tuple[str, int]]: ...
def probe_times(line: bytes, tokens: int = 1) -> list[tuple[int, int, int, int, int, int, int]]: ...
def probe_levels(
    line: bytes, start: int
) -> list[tuple[int, int, int, int, int, int, int, int]]: ...
